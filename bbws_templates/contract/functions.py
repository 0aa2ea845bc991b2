"""Contracts as Python functions: whether data keep one, in a fraction of the time that it takes to say why.

A function says yes where the data keep the contract beyond doubt: exact JSON values of ordinary size, under
the keywords that contracts are mostly made of. Of all else it is not sure, and ``checking`` looks at the data
as it always does: that knows every keyword, and what is wrong. It counts what a check may take at least as
strictly, so that no data are accepted for being quick to accept.

As in ``bbws_templates.functions``, a function's source is made of fixed words and numbers alone; names,
patterns and words of the contract reach it as values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from bbws_templates.contract.formats import FORMATS
from bbws_templates.contract.scalars import format_steps
from bbws_templates.contract.schema import ANNOTATIONS, DIALECT, MAX_STEPS, pattern_steps, reading_steps
from bbws_templates.errors import ContractError
from bbws_templates.references import resolved

KeptFunction = Callable[[Any], bool]
"""Whether data keep the contract beyond doubt."""

_LONGEST: Final = 2_048
_LONGEST_OF_COSTLY: Final = 256
"""How many characters of text are held to a pattern or a format here; longer text is left to the check."""

_COSTLY: Final = 64  # steps
_MOST_MEMBERS: Final = 256

_MOST_SCHEMAS: Final = 2_000
_MOST_LEVELS: Final = 12
_MOST_REFERENCES: Final = 50
_POINTER: Final = "#/"

_BOUNDS: Final = {
    "minimum": "{0} < {1}",
    "maximum": "{0} > {1}",
    "exclusiveMinimum": "{0} <= {1}",
    "exclusiveMaximum": "{0} >= {1}",
}
_SIZES: Final = {
    "minLength": "len({0}) < {1}",
    "maxLength": "len({0}) > {1}",
    "minItems": "len({0}) < {1}",
    "maxItems": "len({0}) > {1}",
}
_TYPES: Final = {
    "string": "type({0}) is not str",
    "integer": "type({0}) is not int",
    "number": "type({0}) is not int and type({0}) is not float",
    "boolean": "type({0}) is not bool",
    "null": "{0} is not None",
    "array": "type({0}) is not list",
    "object": "type({0}) is not dict",
}
_KEYWORDS: Final = {
    "string": frozenset({"minLength", "maxLength", "pattern", "format", "enum", "const"}),
    "integer": frozenset(_BOUNDS),
    "number": frozenset(_BOUNDS),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "object": frozenset({"properties", "required", "additionalProperties"}),
}
"""What is understood beside each type; a schema with anything else is left to the check."""


class _LeftToCheckError(Exception):
    """Internal: a schema that is left to the check."""


def kept_function(contract: Mapping[str, Any]) -> KeptFunction | None:
    """``contract`` as a function; None where the check has to look at all data."""
    writer = _ContractWriter(contract)
    try:
        steps = writer.schema(contract, "v", 1)
    except _LeftToCheckError:
        return None
    left = MAX_STEPS - steps - writer.reading
    lines = ["def made(v, left):", *writer.lines, " return True"]
    namespace = dict(writer.values)
    exec(compile("\n".join(lines), "<contract>", "exec"), namespace)  # noqa: S102  see the head
    made = namespace["made"]

    def kept(data: Any) -> bool:
        try:
            return left >= 0 and made(data, left)
        except KeyError:  # of a required member
            return False

    return kept


class _Mark(NamedTuple):
    """How far the writer had come: what is given up is written off from there."""

    lines: int
    reading: int
    patterns: set[str]
    around: list[int]


class _ContractWriter:
    """Writes the lines of one function; each returns False where something is not beyond doubt."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.lines: list[str] = []
        self.values: dict[str, Any] = {}
        self.reading = 0
        self._root = root
        self._count = 0
        self._room = _MOST_SCHEMAS
        self._patterns: set[str] = set()
        self._around: list[int] = []

    def schema(self, schema: Any, name: str, level: int) -> int:
        """Write what ``schema`` demands of the value ``name``; how many steps that counts as."""
        if schema is True:
            return 1
        self._room -= 1
        is_known = isinstance(schema, Mapping) and id(schema) not in self._around
        if not is_known or self._room < 0 or level > _MOST_LEVELS or len(self._around) > _MOST_REFERENCES:
            raise _LeftToCheckError
        self._around.append(id(schema))
        steps = 1 + len(schema) // 8
        if "$ref" in schema:
            steps += self.schema(self._referred(schema["$ref"]), name, level)
        kind = self._type(schema)
        if "type" in schema:
            self._refuse(_TYPES[kind].format(name), level)
        for keyword, argument in schema.items():
            if keyword in _KEYWORDS.get(kind, ()):
                steps += self._keyword(keyword, argument, schema, name, level)
            elif not self._is_harmless(keyword, argument, schema):
                raise _LeftToCheckError
        self._around.pop()
        return steps

    def _type(self, schema: Mapping[str, Any]) -> str:
        """The one type of the values that come through ``schema``; "" where it says none."""
        if "type" not in schema:
            # What is referred to has been written already, and did not lead in a circle.
            target = self._referred(schema["$ref"]) if "$ref" in schema else None
            return self._type(target) if isinstance(target, Mapping) else ""
        kind = schema["type"]
        if not isinstance(kind, str) or kind not in _TYPES:
            raise _LeftToCheckError
        return kind

    def _is_harmless(self, keyword: str, argument: Any, schema: Mapping[str, Any]) -> bool:
        if keyword == "$schema":
            return isinstance(argument, str) and argument.rstrip("#") == DIALECT
        if keyword == "$id":
            return schema is self._root
        return keyword in {"type", "$ref"} or keyword in ANNOTATIONS or keyword.startswith("x-")

    def _referred(self, reference: Any) -> Any:
        if not isinstance(reference, str) or not reference.startswith(_POINTER):
            raise _LeftToCheckError
        try:
            return resolved(self._root, reference)
        except ContractError:
            raise _LeftToCheckError from None

    def _keyword(self, keyword: str, argument: Any, schema: Mapping[str, Any], name: str, level: int) -> int:
        if keyword in _SIZES or keyword in _BOUNDS:
            if type(argument) is not int and type(argument) is not float:
                raise _LeftToCheckError
            comparison = _SIZES.get(keyword) or _BOUNDS[keyword]
            self._refuse(comparison.format(name, self._value("n", argument)), level)
            return 0
        match keyword:
            case "properties":
                return self._object(argument, schema, name, level)
            case "items":
                return self._items(argument, name, level)
            case "pattern":
                return self._pattern(argument, name, level)
            case "format":
                return self._format(argument, name, level)
            case "enum" | "const":
                return self._words(argument if keyword == "enum" else [argument], name, level)
        if "properties" not in schema:  # "required" and "additionalProperties" are read along with it
            raise _LeftToCheckError
        return 0

    def _object(self, properties: Any, schema: Mapping[str, Any], name: str, level: int) -> int:
        required, others = schema.get("required", []), schema.get("additionalProperties", True)
        if not isinstance(properties, Mapping) or not isinstance(required, list) or type(others) is not bool:
            raise _LeftToCheckError
        if not all(isinstance(each, str) for each in (*properties, *required)):
            raise _LeftToCheckError
        pad, steps = " " * level, len(properties) + len(required)
        count = self._fresh("n")
        present = [each for each in properties if each in required]
        self.lines.append(f"{pad}{count} = {len(present)}")
        for each in required:
            if each not in properties:
                self.lines.append(f"{pad}{name}[{self._value('k', each)}]")
        for each, below in properties.items():
            member, key = self._fresh("v"), self._value("k", each)
            inner = level
            if each not in required:
                self.lines += [f"{pad}if {key} in {name}:", f"{pad} {count} += 1"]
                inner += 1
            self.lines.append(f"{' ' * inner}{member} = {name}[{key}]")
            steps += (self.schema if each in required else self._optional)(below, member, inner)
        if others is False:
            self._refuse(f"{count} != len({name})", level)
            return steps + len(properties)
        if "additionalProperties" in schema:
            self._refuse(f"len({name}) > {_MOST_MEMBERS}", level)
            steps += 2 * _MOST_MEMBERS
        return steps

    def _optional(self, schema: Any, name: str, level: int) -> int:
        """Write what is demanded of a member that may be missing; what is unclear matters if it is there."""
        mark = _Mark(len(self.lines), self.reading, set(self._patterns), list(self._around))
        try:
            return self.schema(schema, name, level)
        except _LeftToCheckError:
            del self.lines[mark.lines :]
            self.reading, self._patterns, self._around = mark.reading, mark.patterns, mark.around
            self._refuse("True", level)
            return 0

    def _items(self, schema: Any, name: str, level: int) -> int:
        item, at = self._fresh("v"), len(self.lines)
        self.lines += ["", f"{' ' * level}for {item} in {name}:"]
        before = len(self.lines)
        steps = self.schema(schema, item, level + 1)
        if len(self.lines) == before:
            self.lines.append(f"{' ' * level} pass")
        self.lines[at] = f"{' ' * level}left -= len({name}) * {steps}\n{' ' * level}if left < 0: return False"
        return 0

    def _pattern(self, pattern: Any, name: str, level: int) -> int:
        from bbws_templates.patterns import usable

        try:
            found = usable(pattern)
        except (ValueError, TypeError):
            raise _LeftToCheckError from None
        if pattern not in self._patterns:
            self._patterns.add(pattern)
            self.reading += reading_steps(pattern, found.effort)
        is_costly = pattern_steps(found.effort, _LONGEST) > _COSTLY
        longest = _LONGEST_OF_COSTLY if is_costly else _LONGEST
        search = self._value("p", found.expression.search)
        self._refuse(f"len({name}) > {longest} or {search}({name}) is None", level)
        return pattern_steps(found.effort, longest)

    def _format(self, form: Any, name: str, level: int) -> int:
        if not isinstance(form, str) or form not in FORMATS:
            raise _LeftToCheckError
        accepts = self._value("f", FORMATS[form].accepts)
        self._refuse(f"len({name}) > {_LONGEST} or not {name}.isascii() or not {accepts}({name})", level)
        return format_steps(_LONGEST)

    def _words(self, words: Any, name: str, level: int) -> int:
        if not isinstance(words, list) or not all(type(word) is str for word in words):
            raise _LeftToCheckError
        self._refuse(f"{name} not in {self._value('w', frozenset(words))}", level)
        longest = max((len(word) for word in words), default=0)
        return (1 + len(words)) * (1 + longest // 1_000)

    def _refuse(self, condition: str, level: int) -> None:
        self.lines.append(f"{' ' * level}if {condition}: return False")

    def _value(self, kind: str, value: Any) -> str:
        name = f"{kind}{len(self.values)}_"
        self.values[name] = value
        return name

    def _fresh(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"
