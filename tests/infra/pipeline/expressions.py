"""The expressions of workflows, as far as ours use them: names, comparisons, and, or, not, seven functions.

Source: GitHub, "Evaluate expressions in workflows and actions". What is not understood is an error, never
"false": a rehearsal that skips a condition proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<sign>==|!=|&&|\|\||[!(),])"
    r"|(?P<name>[A-Za-z_][\w-]*(?:\.(?:[\w-]+|\*))*))"
)


@dataclass(frozen=True)
class Status:
    """What the functions of the status answer: of all jobs before a job, or of the steps before a step."""

    success: bool = True
    failure: bool = False
    cancelled: bool = False


class Expressions:
    """Evaluates against ``contexts`` (github, inputs, needs …), of which each is a mapping.

    ``needs`` maps a job's name to its ``result`` and ``outputs``; ``status`` is taken from it where it is not
    given.
    """

    def __init__(self, contexts: Mapping[str, Any], *, status: Status | None = None) -> None:
        self._contexts = contexts
        self._status = _of_needs(contexts.get("needs", {})) if status is None else status
        self._functions: Mapping[str, Callable[..., Any]] = {
            "always": lambda: True,
            "cancelled": lambda: self._status.cancelled,
            "failure": lambda: self._status.failure,
            "success": lambda: self._status.success,
            "contains": _contains,
            "join": lambda items, between=",": between.join(str(item) for item in items),
            "format": lambda text, *values: re.sub(
                r"\{(\d+)\}", lambda found: str(values[int(found[1])]), text
            ),
        }

    def fill(self, text: str) -> str:
        """``text`` with every ``${{ }}`` put in."""
        return re.sub(r"\$\{\{(.*?)\}\}", lambda found: _text(self.value(found[1])), text, flags=re.DOTALL)

    def condition(self, text: Any) -> bool:
        """Whether an ``if`` holds. Without a function of the status, success is asked for as well."""
        if text in (None, ""):
            return bool(self._functions["success"]())
        inner = str(text).strip()
        inner = inner.removeprefix("${{").removesuffix("}}") if inner.startswith("${{") else inner
        asks = re.search(r"\b(always|cancelled|failure|success)\(\)", inner)
        return bool(self.value(inner)) and (bool(asks) or bool(self._functions["success"]()))

    def value(self, expression: str) -> Any:
        """What ``expression`` comes to.

        Raises:
            ValueError: it is none that is understood.
        """
        tokens = _tokens(expression)
        found, rest = self._either(tokens)
        if rest:
            raise ValueError(f"{expression!r} is not understood from {rest[0]!r} on")
        return found

    def _either(self, tokens: list[str]) -> tuple[Any, list[str]]:
        found, tokens = self._both(tokens)
        while tokens[:1] == ["||"]:
            other, tokens = self._both(tokens[1:])
            found = found or other
        return found, tokens

    def _both(self, tokens: list[str]) -> tuple[Any, list[str]]:
        found, tokens = self._compared(tokens)
        while tokens[:1] == ["&&"]:
            other, tokens = self._compared(tokens[1:])
            found = found and other
        return found, tokens

    def _compared(self, tokens: list[str]) -> tuple[Any, list[str]]:
        found, tokens = self._single(tokens)
        if tokens[:1] in (["=="], ["!="]):
            other, rest = self._single(tokens[1:])
            return _equal(found, other) is (tokens[0] == "=="), rest
        return found, tokens

    def _single(self, tokens: list[str]) -> tuple[Any, list[str]]:
        if not tokens:
            raise ValueError("an expression ends too early")
        first, rest = tokens[0], tokens[1:]
        if first == "!":
            found, rest = self._single(rest)
            return not found, rest
        if first == "(":
            found, rest = self._either(rest)
            return found, _after(")", rest)
        if first.startswith("'"):
            return first[1:-1].replace("''", "'"), rest
        if first.isdecimal():
            return int(first), rest
        if first in {"true", "false"}:
            return first == "true", rest
        return self._call(first, rest[1:]) if rest[:1] == ["("] else (self._name(first), rest)

    def _call(self, name: str, tokens: list[str]) -> tuple[Any, list[str]]:
        arguments = []
        while tokens[:1] != [")"]:
            argument, tokens = self._either(tokens)
            arguments.append(argument)
            if tokens[:1] == [","]:
                tokens = tokens[1:]
        if name not in self._functions:
            raise ValueError(f"there is no function {name}")
        return self._functions[name](*arguments), _after(")", tokens)

    def _name(self, name: str) -> Any:
        first, *parts = name.split(".")
        if first not in self._contexts:
            raise ValueError(f"there is no context {first}")
        found: Any = self._contexts[first]
        for number, part in enumerate(parts):
            if part == "*":
                rest = parts[number + 1 :]
                return [_dig(entry, rest) for entry in found.values()]
            found = found.get(part, "") if isinstance(found, Mapping) else ""
        return found


def _of_needs(needs: Mapping[str, Any]) -> Status:
    results = [need["result"] for need in needs.values()]
    return Status(
        success=all(result == "success" for result in results),
        failure="failure" in results,
        cancelled="cancelled" in results,
    )


def _equal(one: Any, other: Any) -> bool:
    """Texts are compared without regard to case, as GitHub does."""
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return bool(one == other)


def _contains(held: Any, item: Any) -> bool:
    if isinstance(held, str):
        return str(item).casefold() in held.casefold()
    return any(_equal(entry, item) for entry in held)


def _dig(value: Any, parts: list[str]) -> Any:
    for part in parts:
        value = value.get(part, "")
    return value


def _after(sign: str, tokens: list[str]) -> list[str]:
    if tokens[:1] != [sign]:
        raise ValueError(f"{sign} is missing")
    return tokens[1:]


def _tokens(expression: str) -> list[str]:
    tokens, place, text = [], 0, expression.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise ValueError(f"{text[place:]!r} is not understood")
        tokens.append(found[0].strip())
        place = found.end()
    return tokens


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
