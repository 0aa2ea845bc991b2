"""What names stand for: a list, a text that may be empty, or what is there or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from bbws_templates.references import Schema, subschemas, views
from bbws_templates.tokens import Token, TokenKind

PRINTING = frozenset({TokenKind.VARIABLE, TokenKind.UNESCAPED})
_ITEM = "."


class Names:
    """What the tags of a document, and the ``contract`` of its data, say of these."""

    def __init__(self, tags: Sequence[Token], contract: Mapping[str, Any]) -> None:
        self._tags = tags
        self._contract = contract
        self._known: dict[str, bool] = {}

    def may_repeat(self, key: str) -> bool:
        """Whether the section of a name may be a list's.

        Its contract says so. What none declares and is printed itself is none; no more is what holds nothing
        of its own: each name that is printed in it is printed outside of it, too, or belongs to a list in it.
        """
        if key not in self._known:
            declared = self._declared.get(key.rpartition(".")[2])
            if declared is not None:
                self._known[key] = declared
                return declared
            self._known[key] = False  # within itself
            self._known[key] = key not in self._told and any(
                (name == _ITEM or self._printed[name] == self._within[key][name])
                and not any(map(self.may_repeat, around[around.index(key) + 1 :]))
                for name, around in self._places.get(key, ())
            )
        return self._known[key]

    def repeats(self, key: str) -> bool:
        """Whether a section is certainly a list's: by its contract, or since it prints its items as such."""
        return self._declared.get(key.rpartition(".")[2]) is True or key in self._itemised

    def is_text(self, key: str) -> bool:
        """Whether a name is certainly a text, or nothing, so that its section stands where it says any."""
        return self._texts.get(key.rpartition(".")[2]) is not None

    def may_be_nothing(self, key: str) -> bool:
        """Whether a name may print nothing: no contract says that it is there, and not empty."""
        return "." in key or self._texts.get(key, True) is not False

    @cached_property
    def _itemised(self) -> frozenset[str]:
        """The names of sections that print what they are turned for as such."""
        return frozenset(
            around[-1] for places in self._places.values() for name, around in places if name == _ITEM
        )

    @cached_property
    def _texts(self) -> dict[str, bool]:
        """The names that are texts wherever in the data they stand, and whether one may be empty."""
        found: dict[str, list[bool | None]] = {}
        for _, schema in subschemas(self._contract):
            fields, required = schema.get("properties"), schema.get("required")
            names = required if isinstance(required, list) else []
            for name, field in fields.items() if isinstance(fields, Mapping) else ():
                filled = _is_filled(self._contract, field)
                said = None if filled is None else not filled or name not in names
                found.setdefault(name, []).append(said)
        return {name: any(said) for name, said in found.items() if None not in said}

    @cached_property
    def _declared(self) -> dict[str, bool]:
        """Of each name that the contract gives a type, wherever in the data it stands, whether one is a list.

        A name without a type at one of its places, or for data that a contract may leave open, is not among
        them.
        """
        found: dict[str, list[bool | None]] = {}
        for _, schema in subschemas(self._contract):
            fields = schema.get("properties")
            for name, field in fields.items() if isinstance(fields, Mapping) else ():
                found.setdefault(name, []).append(_is_list(self._contract, field))
        return {name: True in said for name, said in found.items() if None not in said or True in said}

    @cached_property
    def _told(self) -> frozenset[str]:
        """The names that are printed, with those of the objects that they belong to."""
        parts = [name.split(".") for name in self._printed]
        return frozenset(".".join(each[: end + 1]) for each in parts for end in range(len(each)))

    @cached_property
    def _printed(self) -> Counter[str]:
        """How often each name is printed."""
        return Counter(tag.key for tag in self._tags if tag.kind in PRINTING)

    @cached_property
    def _within(self) -> dict[str, Counter[str]]:
        """How often each name is printed within the sections of another."""
        return {key: Counter(name for name, _ in places) for key, places in self._places.items()}

    @cached_property
    def _places(self) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        """What is printed within the sections of each name, with the names of all sections around that."""
        found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        stack: list[tuple[str, ...]] = [()]
        for tag in self._tags:
            if tag.kind is TokenKind.END:
                stack.pop()
            elif tag.kind in {TokenKind.SECTION, TokenKind.INVERTED}:
                stack.append((*stack[-1], tag.key) if tag.kind is TokenKind.SECTION else stack[-1])
            elif tag.kind in PRINTING:
                for key in set(stack[-1]):
                    found.setdefault(key, []).append((tag.key, stack[-1]))
        return found


def _is_list(contract: Mapping[str, Any], field: Schema) -> bool | None:
    """Whether a contract lets a field be a list; None where it names no type."""
    types = _types(contract, field)
    return "array" in types if types else None


def _is_filled(contract: Mapping[str, Any], field: Schema) -> bool | None:
    """Whether a text of a contract, where it is there, is never empty; None for what need not be a text."""
    types = _types(contract, field)
    if not types or not types <= {"string", "null"}:
        return None
    return "null" not in types and any(
        always and ((view.get("minLength") or 0) > 0 or "format" in view or all(view.get("enum") or [""]))
        for view, always in views(contract, field)
    )


def _types(contract: Mapping[str, Any], field: Schema) -> set[str]:
    types: set[str] = set()
    for view, _ in views(contract, field):
        named = view.get("type", ())
        types.update([named] if isinstance(named, str) else named)
    return types
