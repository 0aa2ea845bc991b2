"""A text of the author's own stands in place of the one that is made; markup of data in either is said."""

from __future__ import annotations

import pytest

from bbws_templates.engine import Mode, Template
from tests.compiler.conftest import Compile


def test_a_text_file_takes_the_place_of_the_generated_part(compiled: Compile) -> None:
    files = {
        "mail.txt": "{{=<% %>=}}Hi <%name%>!\n  <%> partials/foot%>\nend\n",
        "partials/foot.txt": "{{! x }}\nBye & {{name}}\n",
        "partials/foot.html": "<p>wrong</p>",
    }
    result = compiled("<p>x</p>", files)
    assert result.compiled.text == "Hi {{name}}!\n  Bye & {{name}}\nend\n"
    place = result.text_origins.locate(result.compiled.text.index("Bye"))
    assert str(place).endswith("partials/foot.txt:2:1")


@pytest.mark.parametrize(
    ("html", "files", "found"),
    [
        ("<p>{{a}}</p>{{{b}}}<p>{{{b}}} {{& c}}</p>", {}, ["{{{b}}}", "{{& c}}"]),
        ("<p title='{{{b}}}'>x</p><!-- {{{b}}} -->", {}, []),
        ("<p>{{{b}}}</p>", {"mail.txt": "{{b}}"}, []),
    ],
)
def test_where_the_text_prints_markup_of_data_it_is_said(
    compiled: Compile, html: str, files: dict[str, str], found: list[str]
) -> None:
    said = [item for item in compiled(html, files).findings if item.code == "markup-in-text"]
    assert [tag for item in said for tag in found if tag in item.message] == found
    assert len(said) == len(found)


def test_a_text_of_ones_own_prints_words_as_they_are_and_markup_as_its_words(compiled: Compile) -> None:
    """Authors write three braces in a text for a value that must not be escaped, whatever it is."""
    html = "<p>{{note}} {{{letter}}}</p>"
    files = {
        "mail.txt": "{{{note}}} {{&note}} {{note:raw}} {{> more}}",
        "partials/more.txt": "{{& letter}} {{{note}}}",
    }
    text = compiled(html, files).compiled.text
    assert text == (
        "{{note}} {{note}} {{#note:raw}}{{note:raw}}{{/note:raw}}{{^note:raw}}{{note}}{{/note:raw}} "
        "{{& letter}} {{note}}"
    )
    data = {"note": "<3 & <ada@reader.example>", "letter": "<p>Dear <b>Ada</b></p>"}
    rendered = Template.parse(text).render(data, mode=Mode.TEXT)
    assert rendered.count(data["note"]) == 4
    assert rendered.count("Dear Ada") == 1
