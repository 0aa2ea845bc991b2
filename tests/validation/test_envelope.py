"""Subject, preheader, addresses and text part of a rendered email."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.findings import Severity
from app.core.validation import validate_metadata
from tests.validation.conftest import TEXT, Author, contract


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ({}, []),
        ({"subject": "{{a}}"}, [("subject-empty", "error")]),
        ({"subject": "x" * 70}, []),
        ({"subject": "x" * 71}, [("subject-long", "warning")]),
        ({"subject": "x" * 151}, [("subject-long", "error")]),
        ({"preheader": ""}, [("preheader-missing", "warning")]),
        ({"preheader": "x" * 140}, []),
        ({"preheader": "x" * 141}, [("preheader-long", "warning")]),
        ({"preheader": "welcome  to the SHOP"}, [("preheader-repeats-subject", "warning")]),
        ({"sender": {"name": "Shop", "address": "shop"}}, [("invalid-address", "error")]),
        ({"replyTo": "help@shop@example.com"}, [("invalid-address", "error")]),
        ({"text": " \n"}, [("text-empty", "error")]),
    ],
)
def test_what_is_said(author: Author, metadata: dict[str, Any], found: list[tuple[str, str]]) -> None:
    workspace = author("<p>Hello {{a}}</p>", contract(a=TEXT), **metadata)
    email = workspace.render("mail/welcome", {"a": " "})

    findings = validate_metadata(workspace.source("mail/welcome"), email, fixture="typical")

    assert [(finding.code, finding.severity.value) for finding in findings] == found
    assert all(finding.fixture == "typical" for finding in findings)


def test_a_subject_made_long_by_data_is_a_warning(author: Author) -> None:
    workspace = author("<p>a</p>", contract(a=TEXT), subject="For {{a}}")
    email = workspace.render("mail/welcome", {"a": "x" * 200})

    (finding,) = validate_metadata(workspace.source("mail/welcome"), email, fixture="long")

    assert finding.severity is Severity.WARNING
    assert finding.location.pointer == "/subject"
    assert finding.location.line > 0


def test_a_template_without_metadata_is_judged_by_its_text_alone(author: Author) -> None:
    workspace = author("<p>a</p>")
    email = workspace.render("mail/welcome", {})

    assert validate_metadata(workspace.source("mail/welcome"), email, fixture="") == ()
