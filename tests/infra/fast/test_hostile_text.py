"""What AWS, Terraform or somebody who wrote a tag has said is shown on one line and moves no terminal."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout

import pytest

from bbws_templates.printable import printable
from infra.deploy import drift
from infra.deploy.errors import DeployError, RefusedError, SurroundingsError
from infra.restore import __main__ as restore
from infra.restore.functions import Step
from infra.verify import __main__ as verifier
from infra.verify.checks import Check
from infra.verify.report import as_table

HOSTILE = "tag\x1b[2J\x9b1A\u202e\u2066\u2028end"
ESCAPED = printable(HOSTILE)


def shown() -> dict[str, str]:
    """What each command prints of a value that others have written."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        verifier._fail(f"AWS could not be asked: {HOSTILE}", 4)
        restore._tell(Step(HOSTILE, HOSTILE, done=True))
    checks = [Check("buckets", HOSTILE, HOSTILE, HOSTILE, HOSTILE, passed=passed) for passed in (True, False)]
    return {
        "commands": out.getvalue(),
        "verifier": as_table(checks),
        "drift": drift.as_table([drift.Finding("data", drift.UNSEEN, (HOSTILE,))]),
        **{kind.__name__: str(kind(HOSTILE)) for kind in (DeployError, RefusedError, SurroundingsError)},
    }


@pytest.mark.parametrize("place", shown())
def test_text_of_others_is_written_with_escapes(place: str) -> None:
    text = shown()[place]
    assert ESCAPED in text
    assert text == printable(text, lines=True)
