"""What a check found, and how a question to AWS becomes one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

DENIED = frozenset(
    {"403", "AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
)


@dataclass(frozen=True)
class Check:
    """One line of the report: of ``subject``, ``what`` should be ``expected`` and is ``found``."""

    area: str
    subject: str
    what: str
    expected: str
    found: str
    passed: bool


@dataclass(frozen=True)
class Answer:
    """What AWS said: ``value``, or in ``problem`` why there is none: "absent", or a right that is missing."""

    value: Any = None
    problem: str = ""


def ask(call: Callable[..., Any], **arguments: Any) -> Answer:
    """The answer to one call.

    A refusal or an absence is an answer too: it fails the checks that need the value, by name. Everything
    else (no credentials, no connection, throttling without end) is left to raise, for then nothing has been
    verified.
    """
    try:
        return Answer(call(**arguments))
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in DENIED:
            return Answer(problem=f"not allowed to look ({error.operation_name})")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if "NotFound" in code or code.startswith("NoSuch") or status == 404:
            return Answer(problem="absent")
        raise


@dataclass(frozen=True)
class Subject:
    """What is being looked at; makes the checks about it."""

    area: str
    name: str

    def equal(self, what: str, expected: Any, found: Any) -> Check:
        """Passes when ``found`` equals ``expected``."""
        return Check(self.area, self.name, what, _text(expected), _text(found), passed=expected == found)

    def holds(self, what: str, condition: bool, *, expected: str, found: str = "") -> Check:
        """Passes when ``condition`` is true; ``found`` says what there is instead."""
        return Check(
            self.area,
            self.name,
            what,
            expected,
            expected if condition else found or "not so",
            passed=condition,
        )

    def missing(self, what: str, expected: Any, answer: Answer) -> Check:
        """Fails, because there was no value to look at."""
        return Check(self.area, self.name, what, _text(expected), answer.problem or "absent", passed=False)

    def tags(self, expected: Mapping[str, str], answer: Answer) -> Iterator[Check]:
        """One check of all mandatory tags, naming those that are missing or wrong."""
        if answer.problem:
            yield self.missing("tags", "the seven mandatory tags", answer)
            return
        wrong = [
            f"{key} is {answer.value[key]!r}" if key in answer.value else f"{key} is missing"
            for key, value in expected.items()
            if answer.value.get(key) != value
        ]
        yield self.holds("tags", not wrong, expected="the seven mandatory tags", found=", ".join(wrong))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(element) for element in value) or "none"
    if value is None:
        return "none"
    return str(value)
