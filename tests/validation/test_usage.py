"""Template and contract hold each other: what one uses the other declares, and in a safe way."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.findings import Finding, Severity
from app.core.validation.usage import usage_findings
from app.core.workspace import Workspace
from tests.validation.conftest import TEXT, Author, contract


def findings(workspace: Workspace) -> tuple[Finding, ...]:
    compilation = workspace.compilation("mail/welcome")
    return usage_findings(compilation.source, compilation)


def codes(workspace: Workspace) -> list[str]:
    return [finding.code for finding in findings(workspace)]


NAMED = {"type": "object", "required": ["name"], "additionalProperties": False, "properties": {"name": TEXT}}
ROWS = {"type": "array", "description": "Rows.", "items": NAMED}
PERSON = NAMED | {"description": "A person."}
MAYBE_SHOP = {
    "type": "object",
    "description": "Who may have a shop.",
    "properties": {"shop": TEXT},
    "additionalProperties": False,
}


class TestDeclared:
    def test_a_name_that_no_contract_declares_is_named_with_its_place(self, author: Author) -> None:
        (finding,) = findings(author("<p>{{name}}</p>\n<p>{{ nmae }}</p>", contract(name=TEXT)))

        assert finding.code == "undeclared-variable"
        assert str(finding.location) == "templates/mail/welcome.html:3:4"
        assert finding.message == "The contract declares no 'nmae' here. Did you mean name?"

    @pytest.mark.parametrize(
        ("body", "schema", "found"),
        [
            ("{{#rows}}{{name}}{{/rows}}", {"rows": ROWS}, []),
            ("{{#rows}}{{name}}{{/rows}}{{name}}", {"rows": ROWS}, ["undeclared-variable"]),
            ("{{#rows}}{{name}}{{shop}}{{/rows}}", {"rows": ROWS, "shop": TEXT}, []),  # outwards
            ("{{#person}}{{name}}{{/person}}", {"person": PERSON}, []),
            ("{{person.name}}", {"person": PERSON}, []),
            ("{{person.surname}}", {"person": PERSON}, ["undeclared-variable", "unused-field"]),
            ("{{#person}}{{person.name}}{{/person}}", {"person": PERSON}, []),
            ("{{#tags}}{{.}}{{/tags}}", {"tags": ROWS | {"items": TEXT}}, []),
            ("{{#rows}}{{.}}{{/rows}}", {"rows": ROWS}, ["not-text", "unused-field"]),
            ("{{#shop}}{{shop}}{{/shop}}", {"shop": TEXT}, []),  # text opens no scope of its own
            ("{{^rows}}{{name}}{{/rows}}{{#rows}}{{name}}{{/rows}}", {"rows": ROWS}, ["undeclared-variable"]),
            ("{{#none}}a{{/none}}", {}, ["undeclared-variable"]),
            # A field that hides one of the same name further out is what the name means; the other is unused.
            ("{{#rows}}{{name}}{{/rows}}", {"rows": ROWS, "name": TEXT}, ["unused-field"]),
            ("{{#rows}}{{name}}{{/rows}}{{name}}", {"rows": ROWS, "name": TEXT}, []),
            ("{{#person}}{{shop}}{{/person}}{{shop}}",
             {"person": MAYBE_SHOP, "shop": TEXT}, []),  # there it may be missing, and is looked for outside
            ("{{#person}}{{shop}}{{/person}}", {"person": MAYBE_SHOP, "shop": TEXT}, []),
            # A name is looked up in the innermost scope that has it, then followed there and nowhere else.
            ("{{#rows}}{{name.first}}{{/rows}}{{#rows}}{{name}}{{/rows}}",
             {"rows": ROWS, "name": PERSON}, ["undeclared-variable", "unused-field"]),
        ],
    )  # fmt: skip
    def test_scopes(self, author: Author, body: str, schema: dict[str, Any], found: list[str]) -> None:
        assert codes(author(f"<p>{body}</p>", contract(**schema))) == found

    def test_references_and_combined_schemas_are_looked_through(self, author: Author) -> None:
        schema = contract(who={"$ref": "#/$defs/person"}) | {
            "$defs": {"person": {"allOf": [PERSON, {"anyOf": [{"properties": {"nick": TEXT}}]}]}}
        }

        found = findings(author("<p>{{who.name}} {{#who.nick}}{{who.nick}}{{/who.nick}}</p>", schema))

        assert [finding.code for finding in found] == []

    def test_a_mistake_in_a_partial_is_placed_in_the_partial(self, author: Author) -> None:
        workspace = author("{{> hello}}", contract(), partials={"hello.html": "<p>\n{{nobody}}</p>"})

        assert [str(finding.location) for finding in findings(workspace)] == [
            "templates/partials/hello.html:2:1"
        ]


class TestUsed:
    def test_a_field_that_nothing_uses_is_named_where_it_is_declared(self, author: Author) -> None:
        (finding,) = findings(author("<p>{{name}}</p>", contract(name=TEXT, other=TEXT)))

        assert finding.code == "unused-field"
        assert finding.message == "No part of the template uses 'other'."
        assert finding.location.file == "templates/mail/welcome.json"
        assert finding.location.pointer == "/contract/properties/other"
        assert finding.location.line > 1

    @pytest.mark.parametrize("part", ["subject", "preheader"])
    def test_a_part_beside_the_html_counts(self, author: Author, part: str) -> None:
        assert codes(author("<p>a</p>", contract(name=TEXT), **{part: "For {{name}}, from us"})) == []

    def test_a_text_part_of_the_authors_own_counts_and_is_checked(self, author: Author) -> None:
        found = findings(author("<p>a</p>", contract(name=TEXT), text="Hi\n{{name}} {{nick}}\n"))

        assert [(finding.code, str(finding.location)) for finding in found] == [
            ("undeclared-variable", "templates/mail/welcome.txt:2:10")
        ]

    def test_a_question_is_a_use(self, author: Author) -> None:
        flag = {"type": "boolean", "description": "Whether."}

        assert codes(author("{{#paid}}<p>Paid</p>{{/paid}}", contract(paid=flag))) == []

    def test_members_are_fields_too(self, author: Author) -> None:
        two = PERSON | {"properties": {"name": TEXT, "age": TEXT}, "required": ["name", "age"]}
        found = findings(author("<p>{{person.name}}</p>", contract(person=two)))

        assert [finding.message for finding in found] == ["No part of the template uses 'person.age'."]

    def test_of_an_object_that_nothing_uses_only_the_object_is_named(self, author: Author) -> None:
        found = findings(author("<p>a</p>", contract(rows=ROWS)))

        assert [finding.message for finding in found] == ["No part of the template uses 'rows'."]


class TestOptional:
    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ("{{nick}}", ["optional-unguarded"]),
            ("{{#nick}}{{nick}}{{/nick}}", []),
            ("{{#nick}}{{.}}{{/nick}}", []),
            ("{{^nick}}{{nick}}{{/nick}}", ["optional-unguarded"]),
            ("{{#rows}}{{#nick}}{{nick}}{{/nick}}{{/rows}}", []),
            ("{{#rows}}{{nick}}{{/rows}}", ["optional-unguarded"]),
        ],
    )
    def test_an_optional_field_needs_a_section_around_it(
        self, author: Author, body: str, found: list[str]
    ) -> None:
        schema = contract(rows=ROWS)
        schema["properties"]["nick"] = TEXT
        body = f"{body}{{{{#rows}}}}{{{{name}}}}{{{{/rows}}}}"

        assert codes(author(f"<p>{body}</p>", schema)) == found

    def test_members_of_an_optional_object(self, author: Author) -> None:
        schema = contract()
        schema["properties"]["person"] = PERSON

        found = findings(author("<p>{{#person}}{{name}}{{/person}} {{person.name}}</p>", schema))

        assert [finding.code for finding in found] == ["optional-unguarded"]
        assert "person.name" in found[0].message

    def test_a_row_may_lack_what_the_mail_has(self, author: Author) -> None:
        rows = ROWS | {
            "items": {"type": "object", "additionalProperties": False, "properties": {"note": TEXT}}
        }

        assert codes(author("{{#rows}}<p>{{note}}</p>{{/rows}}", contract(rows=rows, note=TEXT))) == []

    def test_null_is_as_good_as_missing(self, author: Author) -> None:
        assert codes(author("<p>{{a}}</p>", contract(a=TEXT | {"type": ["string", "null"]}))) == [
            "optional-unguarded"
        ]

    def test_what_comes_along_with_a_field_is_there_with_it(self, author: Author) -> None:
        schema = contract() | {"dependentRequired": {"code": ["discount"]}}
        schema["properties"] |= {"code": TEXT, "discount": TEXT}

        assert codes(author("<p>{{#code}}{{code}} {{discount}}{{/code}}</p>", schema)) == []

    def test_where_one_field_decides_about_another_it_is_a_warning(self, author: Author) -> None:
        schema = contract(kind=TEXT) | {
            "if": {"properties": {"kind": {"const": "a"}}},
            "then": {"required": ["extra"]},
        }
        schema["properties"]["extra"] = TEXT

        (finding,) = findings(author("<p>{{kind}} {{extra}}</p>", schema))

        assert (finding.code, finding.severity) == ("optional-unguarded", Severity.WARNING)


class TestText:
    @pytest.mark.parametrize(
        ("schema", "found"),
        [
            (TEXT, []),
            (TEXT | {"type": "integer", "examples": [1]}, []),
            (TEXT | {"type": "number", "examples": [1.5]}, ["number-in-text"]),
            ({"type": "boolean", "description": "Whether."}, ["not-text"]),
            (PERSON, ["not-text", "unused-field"]),
        ],
    )
    def test_what_is_printed_must_have_a_faithful_text(
        self, author: Author, schema: dict[str, Any], found: list[str]
    ) -> None:
        assert codes(author("<p>{{a}}</p>", contract(a=schema))) == found


class TestInjection:
    URL = TEXT | {"format": "uri", "examples": ["https://a.example/"]}
    HTTPS = URL | {"pattern": "^https://"}

    @pytest.mark.parametrize("tag", ["{{{a}}}", "{{&a}}"])
    def test_unescaped(self, author: Author, tag: str) -> None:
        workspace = author(f'<p>{tag}</p><p title="{tag}">b</p>', contract(a=TEXT))

        assert [(finding.code, finding.severity) for finding in findings(workspace)] == [
            ("unescaped-variable", Severity.ERROR),
            ("unescaped-variable", Severity.WARNING),
        ]

    def test_unescaped_is_said_without_a_contract_too(self, author: Author) -> None:
        assert codes(author("<p>{{{a}}}</p>")) == ["unescaped-variable"]

    def test_text_parts_have_nothing_to_escape(self, author: Author) -> None:
        assert codes(author("<p>a</p>", contract(a=TEXT), text="{{{a}}}", subject="For {{&a}}")) == []

    @pytest.mark.parametrize(
        ("body", "schema", "found"),
        [
            ('<a href="{{a}}">Pay</a>', HTTPS, []),
            ('<a href="{{a}}">Pay</a>', URL, ["unrestricted-url"]),
            ('<a href="{{a}}">Pay</a>', TEXT, ["unrestricted-url"]),
            ('<a href="{{a}}">Pay</a>', URL | {"pattern": "https://"}, ["unrestricted-url"]),  # not anchored
            ('<a href="{{a}}">Pay</a>', {"enum": ["https://a.example/"], "description": "Where."}, []),
            ('<img src="{{a}}" alt="">', URL, ["unrestricted-url"]),
            ('<a href="https://portal.kimmyai.io/{{a}}">Pay</a>', TEXT, []),
            ('<a href="mailto:{{a}}">Write</a>', TEXT, []),
            ('<p title="{{a}}">b</p>', TEXT, []),
            ('<p style="color:{{a}}">b</p>', TEXT, ["unrestricted-style"]),
            # Blanks, and what may print nothing, do not make it any less the beginning.
            ('<a href=" {{a}}">Pay</a>', URL, ["unrestricted-url"]),
            ('<a href="{{#a}}{{a}}{{/a}}">Pay</a>', URL, ["unrestricted-url"]),
            ('<a href="{{#a}}https://portal.kimmyai.io/{{/a}}{{a}}">Pay</a>', URL, ["unrestricted-url"]),
            (
                '<a href="{{^a}}https://portal.kimmyai.io/{{/a}}{{#a}}{{a}}{{/a}}">Pay</a>',
                URL,
                ["unrestricted-url"],
            ),
            (
                '<a href="{{#a}}https://portal.kimmyai.io/{{/a}}{{^a}}https://b.example/{{/a}}{{a}}">Pay</a>',
                URL,
                [],
            ),
            ('<a href="https://portal.kimmyai.io/{{#a}}{{a}}{{/a}}">Pay</a>', URL, []),
            # In a comment for Outlook as anywhere else.
            ('<!--[if mso]><v:rect href="{{a}}"></v:rect><![endif]-->', URL, ["unrestricted-url"]),
            ('<!--[if mso]><v:rect href="{{a}}"></v:rect><![endif]-->', HTTPS, []),
            ('<!--[if (mso)|(IE)]><v:fill src="{{a}}"/><![endif]-->', TEXT, ["unrestricted-url"]),
            ('<!--[if mso 12]><td style="width:{{a}}"><![endif]-->', TEXT, ["unrestricted-style"]),
            ("<!--[if mso]><style>p{color:{{a}}}</style><![endif]-->", TEXT, ["unrestricted-style"]),
            ('<!--[if mso]><p title="{{{a}}}">b</p><![endif]-->', TEXT, ["unescaped-variable"]),
            ("<!--[if mso]><p>{{a}}</p><![endif]-->", TEXT, []),  # and it is used
            (
                '<p style="color:{{a}}">b</p>',
                TEXT | {"pattern": "^#[0-9a-f]{6}$", "examples": ["#ffffff"]},
                [],
            ),
        ],
    )
    def test_the_contract_must_keep_data_from_doing_more_than_being_read(
        self, author: Author, body: str, schema: dict[str, Any], found: list[str]
    ) -> None:
        assert codes(author(body, contract(a=schema))) == found


class TestCharacters:
    @pytest.mark.parametrize("character", ["\x00", "\x01", "\x0b", "\x7f", "\x85", "\ufdd0", "\U0001ffff"])
    def test_a_character_that_html_forbids_is_named_where_its_author_put_it(
        self, author: Author, character: str
    ) -> None:
        workspace = author(f"<p>\n  a{character}{{{{> b}}}}</p>", partials={"b.html": f"b{character}"})

        found = findings(workspace)

        assert [(finding.code, str(finding.location)) for finding in found] == [
            ("forbidden-character", "templates/mail/welcome.html:3:4"),
            ("forbidden-character", "templates/partials/b.html:1:2"),
        ]
        assert all(f"U+{ord(character):04X}" in finding.message for finding in found)

    def test_a_text_part_has_what_mail_can_carry(self, author: Author) -> None:
        workspace = author("<p>a</p>", text="a\n\x01b\x00")

        (finding,) = findings(workspace)

        assert (finding.code, str(finding.location)) == (
            "forbidden-character",
            "templates/mail/welcome.txt:2:3",
        )

    def test_white_space_and_data_may_be_anything(self, author: Author) -> None:
        data = {"a": "".join(map(chr, range(0xA0))) + "\ufdd0\uffff"}
        workspace = author("<p>\t{{a}}\x0c</p>", contract(a=TEXT), fixtures={"typical": data})

        assert workspace.check().findings == ()


class TestPlaceholders:
    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ("a }} b", ["stray-braces"]),
            ("a { {name} } b", ["stray-braces"]),
            ("{% if a %}", ["foreign-placeholder"]),
            ("<%= name %>".replace("<", "&lt;"), []),
            ("*|FNAME|*", ["foreign-placeholder"]),
            ("[[ name ]]", ["foreign-placeholder"]),
            ("${name}", ["foreign-placeholder"]),
            ("{{#if a}}b{{/if a}}", ["foreign-placeholder"]),
            ("{{#each rows}}b{{/each rows}}", ["foreign-placeholder"]),
            ("{{#rows}}{{this}}{{/rows}}", ["foreign-placeholder"]),
            ("{{#rows}}{{this.name}} {{@index}}{{/rows}}", ["foreign-placeholder", "foreign-placeholder"]),
            ("{{#rows}}{{../name}} {{./name}}{{/rows}}", ["foreign-placeholder", "foreign-placeholder"]),
            ("{{{{raw}}}}a{{{{/raw}}}}", ["foreign-placeholder", "unescaped-variable"] * 2),
            ("{{~name~}} {{rows.[0]}}", ["foreign-placeholder", "foreign-placeholder"]),
            ("{{#rows}}{{.}}{{/rows}} {{a.this}} {{a.b.c}} {{thistle}} {{mail@home}}", []),
            ("{{first name}}", []),
            ("{{ifoo}} {{else_}}", []),
            ("50 % off {now} [sic]", []),
            ("<!--[if mso]>{% x %}<![endif]-->", []),
        ],
    )
    def test_what_mustache_does_not_fill_is_named(self, author: Author, body: str, found: list[str]) -> None:
        assert codes(author(f"<p>{body}</p>")) == found

    def test_a_name_that_the_contract_declares_is_nobody_elses(self, author: Author) -> None:
        workspace = author("<p>{{this}}</p>", contract(this=TEXT), fixtures={"typical": {"this": "a"}})

        assert workspace.check().findings == ()

    def test_data_may_hold_braces(self, author: Author) -> None:
        workspace = author("<p>{{a}}</p>", contract(a=TEXT), fixtures={"typical": {"a": "{{x}} {% y %} }}"}})

        assert workspace.check().findings == ()
