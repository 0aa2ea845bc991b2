"""What SpamAssassin says of the wording of a mail, where it is installed: advice, never a verdict.

It is asked without any test over a network (``-L``) and learns nothing. What a receiver's filter decides
hangs on the sender's name and history, of which a mail before its sending knows nothing; so this is a lint
of content.

Source: spamassassin-run(1); the report of Mail::SpamAssassin 4.0, "Content analysis details".
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from app.core.errors import Location, SurroundingsError
from app.core.findings import CheckReport, Finding, Severity
from app.core.messages import PLACEHOLDER, sample_message
from app.core.workspace import Workspace
from bbws_templates.errors import BbwsTemplatesError

PROGRAM: Final = "spamassassin"
FAVOURITE: Final = "typical"
_SECONDS: Final = 60
_DETAILS: Final = re.compile(r"^Content analysis details:.*$", re.MULTILINE)
_RULE: Final = re.compile(r"^\s*(?P<points>-?\d+\.\d)\s+(?P<rule>[A-Z][A-Z0-9_]+)\s+(?P<words>.*)$")


@dataclass(frozen=True)
class Remark:
    """One rule that a mail meets: its name, what it stands for in words, and its points (5 make spam)."""

    rule: str
    words: str
    points: float


def program() -> str | None:
    """SpamAssassin on this machine, None where it is not installed."""
    return shutil.which(PROGRAM)


def remarks_on(message: bytes, executable: str) -> tuple[Remark, ...]:
    """The rules that ``message`` meets and that cost points.

    Raises:
        SurroundingsError: the program does not answer as it should.
    """
    try:
        result = subprocess.run(  # noqa: S603  found on the path, no word of others among its arguments
            [executable, "-L", "-t"],
            input=message,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SurroundingsError(
            f"SpamAssassin does not answer: {error}.", remedy="Leave --lint out."
        ) from error
    report = result.stdout.decode("utf-8", "replace")
    begin = list(_DETAILS.finditer(report))
    if not begin:
        said = result.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise SurroundingsError(
            f"SpamAssassin gives no report: {said or f'exit status {result.returncode}'}.",
            remedy="Run `spamassassin --lint`, or leave --lint out.",
        )
    return tuple(_remarks(report[begin[-1].end() :]))


def _remarks(report: str) -> Iterator[Remark]:
    last: Remark | None = None
    for line in report.splitlines():
        found = _RULE.match(line)
        if found:
            if last is not None and last.points > 0:
                yield last
            last = Remark(found["rule"], found["words"].strip(), float(found["points"]))
        elif last is not None and line.startswith(" " * 20) and line.strip():
            last = replace(last, words=f"{last.words} {line.strip()}")
    if last is not None and last.points > 0:
        yield last


def with_content_lint(
    workspace: Workspace, names: Iterable[str], report: CheckReport, executable: str
) -> CheckReport:
    """``report`` with what SpamAssassin says of one mail of each template of ``names``, as notes.

    The mail is that of the fixture ``typical``, or of the first one; without a fixture or a sender there is
    none.

    Raises:
        SurroundingsError: as ``remarks_on``.
    """
    notes: list[Finding] = []
    for name in tuple(names) or workspace.names():
        try:
            source = workspace.source(name)
            if not source.fixtures:
                continue
            scenario = FAVOURITE if FAVOURITE in source.fixtures else next(iter(source.fixtures))
            data = source.fixtures[scenario].data
            email = workspace.render(name, data)
            message = sample_message(email, source, data, recipient=PLACEHOLDER).message
        except BbwsTemplatesError:
            continue  # the check has told it
        for remark in remarks_on(message.as_bytes(), executable):
            notes.append(
                Finding(
                    "content-lint",
                    Severity.INFO,
                    f"{remark.rule}: {remark.words} ({remark.points:g} of 5 points).",
                    Location(source.html.label),
                    "Advice on the wording; what a receiver decides hangs on more than that.",
                    name,
                    scenario,
                )
            )
    return replace(report, findings=tuple(sorted((*report.findings, *notes), key=lambda each: each.sort_key)))
