"""Display values from a published release to the mail, between clients of different versions."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Callable
from typing import Any

import chevron
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.release import Language, Release
from bbws_templates import ContractError, TemplateClient, mime_message, render_email
from bbws_templates.bundle import bundle_bytes, parse_bundle
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.contract import require
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.display import Display
from tests.display.conftest import MONEY, language, release_of

CONTRACT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["amount", "currency", "paid"],
    "properties": {
        "amount": {"type": "string", "pattern": "^-?[0-9]+\\.[0-9]{2}$", "x-display": MONEY},
        "currency": {"type": "string"},
        "paid": {"type": "string", "format": "date-time", "x-display": "date-time"},
        "due": {"type": "string", "format": "date", "x-display": "date"},
    },
}
DATA = {"amount": "2849738089.89", "currency": "ZAR", "paid": "2026-01-14T09:42:17Z"}
WORDS = "{{amount}} on {{paid}}{{#due}}, due {{due}}{{/due}}"
PARTS = {"html": f"<p>{WORDS}</p>", "text": WORDS, "subject": WORDS, "preheader": WORDS}
SEEN = "R2\xa0849\xa0738\xa0089,89 on 14 January 2026, 11:42"
SENT = "2849738089.89 on 2026-01-14T09:42:17Z"

Client = Callable[[Release], TemplateClient]


def test_every_part_shows_values_and_keeps_their_spaces(client_of: Client) -> None:
    mail = client_of(release_of(CONTRACT, parts=PARTS)).render("mails/mail", {**DATA, "due": "2026-01-15"})
    assert mail.subject == mail.preheader == mail.text == f"{SEEN}, due 15 January 2026"
    assert mail.html == f"<p>{SEEN}, due 15 January 2026</p>"
    sent = mime_message(mail, recipient="reader@example.com").as_bytes()
    read = email.message_from_bytes(sent, policy=email.policy.default)
    assert read["Subject"] == mail.subject
    text = read.get_body(("plain",))
    assert text is not None
    assert text.get_content().strip() == mail.text


def test_a_newer_client_renders_an_older_release(client_of: Client) -> None:
    mail = client_of(release_of(CONTRACT, Language(), parts=PARTS)).render("mails/mail", DATA)
    assert mail.text == mail.subject == SENT
    locale_alone = release_of(CONTRACT, Language("en-ZA", "Africa/Johannesburg"), parts=PARTS)
    assert locale_alone.bundle.shown(locale_alone.bundle.template("mails/mail"), DATA) is DATA


def test_an_older_client_prints_what_was_sent_and_fails_nothing() -> None:
    """The rule of the older reader: pass over what is not known, hold to the contract, render."""
    release = release_of(CONTRACT, parts=PARTS)
    members = json.loads(release.bundle_data)
    known = {"format", "requires", "templates", "locale", "timeZone", "display"}
    assert members.keys() - known == {"timeZoneRules"}
    assert members["format"] == 1
    assert "requires" not in members
    older = canonical_json({name: value for name, value in members.items() if name != "timeZoneRules"})
    template = parse_bundle(older, release=Digest.of(older).hex).template("mails/mail")
    require(template.contract or {}, DATA)
    assert render_email(template, DATA).text == SENT


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "1,00"},
        {"amount": "R1.00"},
        {"paid": "2026-01-14"},
        {"paid": "14 January"},
        {"due": "soon"},
    ],
)
def test_wrong_dates_and_amounts_stay_errors_with_their_place(
    client_of: Client, wrong: dict[str, str]
) -> None:
    client = client_of(release_of(CONTRACT, parts=PARTS))
    with pytest.raises(ContractError) as caught:
        client.render("mails/mail", DATA | wrong)
    assert [problem.pointer for problem in caught.value.problems] == [f"/{name}" for name in wrong]
    shown = client.render("mails/mail", DATA | wrong, strict=False).text
    assert all(value not in shown for value in wrong.values())


def test_words_are_escaped_as_everything_is(client_of: Client) -> None:
    words = {"A": "Tom & <b>\r\nBcc: x@example.com"}
    contract = {
        "type": "object",
        "properties": {"a": {"type": "string", "x-display": {"kind": "choice", "words": words}}},
    }
    parts = {"html": "<p title='{{a}}'>{{a}}</p>", "text": "{{a}}", "subject": "{{a}}", "preheader": "{{a}}"}
    mail = client_of(release_of(contract, parts=parts)).render("mails/mail", {"a": "A"})
    assert "<b>" not in mail.html
    assert mail.subject == "Tom & <b> Bcc: x@example.com"


def test_a_program_can_ask_the_client_how_values_are_shown(client_of: Client) -> None:
    display = client_of(release_of(CONTRACT, parts=PARTS)).display()
    assert isinstance(display, Display)
    assert chevron.render(WORDS, display.prepared("mails/mail", CONTRACT, DATA)) == SEEN
    assert chevron.render(WORDS, DATA) == SENT


VALUES = st.sampled_from(["ZAR", "1.00", "2026-01-14", None, True]) | st.integers() | st.floats() | st.text()
NAMES = st.sampled_from([*DATA, "due", "x"])
JSON = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


@given(data=JSON)
def test_no_data_break_the_preparation(data: Any) -> None:
    release = release_of(CONTRACT, parts=PARTS)
    before = repr(data)
    release.bundle.shown(release.bundle.template("mails/mail"), data)
    assert repr(data) == before


def test_the_same_rules_make_the_same_release() -> None:
    template = CompiledTemplate("a/b", "", "", "", "", ("", ""), "", "", "", None)
    how = language()
    made = {
        bundle_bytes(
            [template], locale="en-ZA", time_zone="UTC", display=how.display, zone_rules=how.zone_rules
        )
        for _ in range(2)
    }
    assert len(made) == 1
