"""Mails that break in one client only: that one is named, with the element and the author's line.

Run by `make test-clients`. Each has a fault that designers have made, and that no other of the clients shows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.browser.clients import RENDERERS
from app.browser.differing import findings_of_client
from app.browser.session import Session
from app.browser.settings import load_settings
from app.browser.snapshots import CHROMIUM, Snapshot, Variant
from app.core.findings import Severity
from app.core.workspace import Workspace
from tests.browser.conftest import Desk

pytestmark = pytest.mark.heavy("clients")
CLIENTS = [key for key in RENDERERS if key != CHROMIUM]
MAIL = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>x</title>
<style>p {{ margin: 0; font-family: Arial; }}
{style}</style></head>
<body{body}>
<p>Hello {{{{name}}}}</p>
{element}
<p>Bye</p>
</body></html>
"""
LINE = 8
WIDE = '<div class="offer" style="width: 900px; background-color: #dddddd">An offer</div>'
NARROW = '<div class="offer" style="width: 300px; background-color: #dddddd">An offer</div>'
RUNS_OVER = 'client-overflow <div> "An offer" ends'

FAULTS = {
    # Thunderbird lets no at-rule through: what only a media query makes fit does not fit.
    "thunderbird": ("@media screen { .offer { width: 100% !important } }", "", WIDE, RUNS_OVER),
    # Roundcube gives the body a class of its own, and with the author's goes every rule that names it.
    "roundcube": (".page .offer:not(:hover) { width: 100% !important }", ' class="page"', WIDE, RUNS_OVER),
    # A rule for Firefox, as it is still handed on; Thunderbird has dropped it with all others of the kind.
    "gecko": (
        "@supports (-moz-appearance: none) { .offer { width: 900px !important } }",
        "",
        NARROW,
        RUNS_OVER,
    ),
    # One for Safari, by something that no other engine knows.
    "webkit": (
        "@supports (hanging-punctuation: first) { .offer { width: 900px !important } }",
        "",
        NARROW,
        RUNS_OVER,
    ),
    # Proton Mail lets no form into a message: its button is gone.
    "dompurify": (
        "",
        "",
        '<form action="https://example.com/pay"><input type="submit" value="Pay now"></form>',
        'client-gone <input> "Pay now" is not there',
    ),
}


@pytest.mark.parametrize("broken", FAULTS)
def test_a_mail_that_breaks_in_one_client_names_it_and_no_other(
    at_work: Callable[[str], Session], session: Session, tmp_path: Path, broken: str
) -> None:
    style, body, element, expected = FAULTS[broken]
    desk = Desk(tmp_path, session)
    desk.mail("mails/offer", MAIL.format(style=style, body=body, element=element))
    workspace = Workspace.load(tmp_path / "templates", tmp_path / "fixtures")
    snapshot = Snapshot("mails/offer", "typical", "desktop", Variant.LIGHT)
    grave = {}
    for client in CLIENTS:
        findings = findings_of_client(
            client,
            [snapshot],
            workspace,
            load_settings(tmp_path / "baselines"),
            chromium=session,
            session=at_work(client),
        )
        grave[client] = [each for each in findings if each.severity is Severity.WARNING]
    assert [client for client, findings in grave.items() if findings] == [broken]
    (found,) = grave[broken]
    label = RENDERERS[broken].label
    assert f"{found.code} {found.message.partition(': ')[2]}".startswith(expected)
    assert found.message.startswith(f"{label} ")
    assert "at 640 pixels" in found.message
    assert (found.location.file.rpartition("/")[2], found.location.line) == ("offer.html", LINE)
