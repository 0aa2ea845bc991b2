"""The values of a plan with their marks, as trees that can be compared and shown without being misread.

A leaf is JSON, or one of the marks: sensitive (compared, never shown), known after the apply, absent. A text
that holds JSON, such as a policy, becomes a ``Document``, so that it is compared by its structure. Values are
shown as JSON in ASCII: quotation marks, line feeds, invisible and right-to-left characters and letters that
only look like others all show as what they are, and no value can be taken for a mark or a line of the report.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

Node = Any
"""JSON with ``Mark``, ``Secret``, ``Document`` and ``Exact`` among its leaves."""

WIDTH: Final = 100
"""What is shorter stands on one line."""
_DEEPEST: Final = 40


@dataclass(frozen=True)
class Mark:
    """A leaf that is no value; ``text`` is shown without quotation marks, which no value is."""

    text: str


ABSENT: Final = Mark("(absent)")
UNKNOWN: Final = Mark("(known after the apply)")
UNKNOWN_SECRET: Final = Mark("(sensitive, known after the apply)")


@dataclass(frozen=True)
class Secret:
    """A sensitive value: ``digest`` tells two of them apart, and is never shown."""

    digest: str


@dataclass(frozen=True)
class Document:
    """A text that holds JSON: ``text`` as it is, ``value`` what it says."""

    text: str
    value: Any


@dataclass(frozen=True)
class Exact:
    """A number with more digits than a float holds, as Terraform wrote it."""

    text: str


def number(text: str) -> float | Exact:
    """A number in JSON that is no integer, for ``parse_float``: no digit of it is lost."""
    value = float(text)
    return value if Decimal(repr(value)) == Decimal(text) else Exact(text)


def marked(value: Any, sensitive: Any, unknown: Any) -> Node:
    """``value`` as a tree; the two marks have its shape, or are true for all below."""
    if unknown is True:
        return UNKNOWN_SECRET if sensitive is True else UNKNOWN
    if sensitive is True:
        return Secret(hashlib.sha256(dump(value).encode()).hexdigest())
    if isinstance(value, dict) or (value is None and isinstance(unknown, dict) and _any(unknown)):
        members, later = value or {}, unknown if isinstance(unknown, dict) else {}
        secret = sensitive if isinstance(sensitive, dict) else {}
        names = [*members, *(name for name in later if name not in members and _any(later[name]))]
        return {name: marked(members.get(name), secret.get(name), later.get(name)) for name in names}
    if isinstance(value, list) or (value is None and isinstance(unknown, list) and _any(unknown)):
        elements = value or []
        later_ones = unknown if isinstance(unknown, list) else []
        secrets = sensitive if isinstance(sensitive, list) else []
        return [
            marked(_at(elements, place), _at(secrets, place), _at(later_ones, place))
            for place in range(max(len(elements), len(later_ones)))
        ]
    return document(value) if isinstance(value, str) else value


def document(text: str) -> str | Document:
    """``text``, as a ``Document`` when it holds an object or a list in JSON.

    JSON in which a name stands twice stays a text: two readers may take different ones of the two values.
    """
    if text.lstrip()[:1] not in {"{", "["}:
        return text
    try:
        value = json.loads(text, object_pairs_hook=unique, parse_constant=_refuse, parse_float=number)
        if _depth(value) > _DEEPEST:
            return text
    except (ValueError, RecursionError):
        return text
    return Document(text, value)


def key(node: Node) -> str:
    """A text that two trees have in common only when they are the same, values and marks and types."""
    if isinstance(node, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{key(node[name])}" for name in sorted(node)) + "}"
    if isinstance(node, list):
        return "[" + ",".join(key(element) for element in node) + "]"
    if isinstance(node, Document):
        return json.dumps(node.text)
    if isinstance(node, Secret):
        return f"<{node.digest}>"
    if isinstance(node, (Mark, Exact)):
        return f"<{node.text}>"
    return json.dumps(node)


def is_same(first: Node, second: Node) -> bool:
    """Whether nothing tells the two apart."""
    return key(first) == key(second)


def shown(node: Node) -> list[str]:
    """Lines that show all of ``node``: one when it is short, else one a member."""
    line = _line(node)
    if len(line) <= WIDTH or not isinstance(node, (dict, list, Document)):
        return [line]
    if isinstance(node, Document):
        return ["(text in JSON)", *shown(node.value)]
    return list(_laid_out(node))


def _laid_out(node: dict[str, Any] | list[Any]) -> Iterator[str]:
    opening, closing = ("{", "}") if isinstance(node, dict) else ("[", "]")
    heads = [f"{quoted(name)}: " for name in node] if isinstance(node, dict) else [""] * len(node)
    members = list(node.values()) if isinstance(node, dict) else node
    yield opening
    for place, (head, member) in enumerate(zip(heads, members, strict=True)):
        lines = shown(member)
        lines[0] = head + lines[0]
        lines[-1] += "," if place < len(members) - 1 else ""
        yield from (f"  {line}" for line in lines)
    yield closing


def _line(node: Node) -> str:
    if isinstance(node, dict):
        return "{" + ", ".join(f"{quoted(name)}: {_line(member)}" for name, member in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(_line(element) for element in node) + "]"
    if isinstance(node, Document):
        return f"(text in JSON) {_line(node.value)}"
    if isinstance(node, Secret):
        return "(sensitive)"
    if isinstance(node, (Mark, Exact)):
        return node.text
    return quoted(node)


def quoted(value: Any) -> str:
    """``value`` as JSON in which nothing is invisible."""
    return json.dumps(value).replace("\x7f", "\\u007f")


def visible(text: str) -> str:
    """``text`` as one line of ASCII; what is invisible, or is not ASCII, and a backslash as in JSON."""
    return quoted(text)[1:-1].replace('\\"', '"')


def hidden(value: Any, sensitive: Any) -> Any:
    """``value`` as JSON with what ``sensitive`` marks left out, for a fingerprint that gives nothing away."""
    if sensitive is True:
        return {"sensitive": True}
    if isinstance(value, dict) and isinstance(sensitive, Mapping):
        return {name: hidden(member, sensitive.get(name)) for name, member in value.items()}
    if isinstance(value, list) and isinstance(sensitive, list):
        return [hidden(member, _at(sensitive, place)) for place, member in enumerate(value)]
    return value


def _any(mark: Any) -> bool:
    """Whether a mark, of whatever shape, marks anything."""
    if isinstance(mark, dict):
        return any(_any(member) for member in mark.values())
    if isinstance(mark, list):
        return any(_any(member) for member in mark)
    return mark is True


def _at(values: list[Any], place: int) -> Any:
    return values[place] if place < len(values) else None


def dump(value: Any) -> str:
    """JSON in one form, for a digest."""
    return json.dumps(value, sort_keys=True, default=lambda one: {"number": one.text})


def _depth(value: Any) -> int:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(member) for member in members), default=0)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The members of an object in JSON, for ``object_pairs_hook``.

    Raises:
        ValueError: a name stands twice.
    """
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members


def _refuse(name: str) -> Any:
    raise ValueError(name)
