"""What a contract wants, in words: "text such as "299.90"", "one of "PAID", "FAILED"", "a list"."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import islice
from typing import Any

from bbws_templates.contract.formats import FORMATS
from bbws_templates.errors import ContractError
from bbws_templates.json_values import shape
from bbws_templates.printing import plain
from bbws_templates.references import Schema, subschemas

_NOUNS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_LONGEST_EXAMPLE = 60
_MOST_EXAMPLES = 12
_LONGEST_SUGGESTED = 40
_MOST_SUGGESTED = 100
_MOST_REFERENCES = 10

SIZE = ("must have at least ", "must have at most ", "must not repeat an item", "must not be empty")
"""How the sentences begin that are about a size, or an item too many, and nothing that is in it."""

# What fields are called. An address or words of a person would be data, and data end up in no log.
_LONGEST_NAME = 60
_SIGNS_OF_NAMES = frozenset("_$./~-")
_FEW_DIGITS = 2
_NAMING = ("properties", "required", "dependentRequired", "dependentSchemas", "enum")


def is_plain_name(name: Any) -> bool:
    """Whether the name of a member is such as contracts give to fields, and may be repeated."""
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        return False
    return all(sign.isalnum() or sign in _SIGNS_OF_NAMES for sign in name) and plain(name) == name


def may_be_named(name: Any, fields: Callable[[], Collection[str]]) -> bool:
    """Whether the name of a member may be repeated: a plain one, but a number in it only of ``fields``.

    More digits than fields are counted with may be a telephone or an identity. ``fields`` answers with the
    names that the contract has; it is asked where it matters.
    """
    return is_plain_name(name) and (sum(map(str.isdigit, name)) <= _FEW_DIGITS or name in fields())


def field_names(contract: Schema) -> frozenset[str]:
    """The names that ``contract`` itself gives to members: to repeat one says nothing of the data."""
    found: set[str] = set()
    for _, schema in subschemas(contract):
        dependent = schema.get("dependentRequired")
        lists = dependent.values() if isinstance(dependent, Mapping) else ()
        # A word that is allowed as a value is the contract's own too: "propertyNames" may refer to it.
        for names in (*map(schema.get, _NAMING), *lists, [schema.get("const")]):
            if isinstance(names, (Mapping, list)):
                found.update(name for name in names if isinstance(name, str))
    return frozenset(found)


def wanted(resolved: Callable[[Any], Schema], schema: Schema) -> str:
    """What ``schema`` wants, to follow "must be"; "" when it does not say.

    ``resolved`` is what a ``$ref`` leads to.
    """
    schema = _followed(resolved, schema)
    if isinstance(schema, bool):
        return ""
    if "enum" in schema:
        return one_of(schema["enum"])
    names = schema.get("type", ())
    names = [names] if isinstance(names, str) else names[: len(_NOUNS)]
    noun = " or ".join(_NOUNS.get(name, plain(str(name))) for name in names)
    form = FORMATS.get(schema.get("format", ""))
    if form is not None and "string" in names:
        noun = noun.replace("text", form.noun)
    example = text_example(schema) or (form.sample if form else "")
    return f'{noun} such as "{example}"' if example and "string" in names else noun


def text_example(schema: Mapping[str, Any]) -> str:
    """The first of the schema's own examples that is short text; "" when there is none."""
    return next(
        (
            example
            for example in (*islice(schema.get("examples", ()), _MOST_EXAMPLES), schema.get("default"))
            if isinstance(example, str) and 0 < len(example) <= _LONGEST_EXAMPLE and example.isprintable()
        ),
        "",
    )


def one_of(values: Collection[Any]) -> str:
    """The first of ``values`` as JSON, joined for a sentence; no more of each is written than is shown."""
    texts = [_excerpt(value) for value in islice(values, _MOST_EXAMPLES)]
    if len(values) == 1:
        return texts[0]
    return f"one of {', '.join(texts)}{', …' if len(values) > len(texts) else ''}"


def _excerpt(value: Any) -> str:
    written = ""
    for piece in _pieces(value):
        written += piece
        if len(written) > _LONGEST_EXAMPLE:
            break
    return plain(written, _LONGEST_EXAMPLE)


def _pieces(value: Any) -> Iterator[str]:
    """``value`` as JSON, piece by piece: whoever has read enough of a large one pays for no more."""
    import json  # Only needed once something is wrong.

    if isinstance(value, str):
        yield json.dumps(value[: _LONGEST_EXAMPLE + 1], ensure_ascii=False)
    elif isinstance(value, Mapping):
        yield "{"
        for number, (name, member) in enumerate(value.items()):
            yield ", " if number else ""
            yield from _pieces(name)
            yield ": "
            yield from _pieces(member)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for number, item in enumerate(value):
            yield ", " if number else ""
            yield from _pieces(item)
        yield "]"
    else:
        is_long = isinstance(value, int) and not isinstance(value, bool)
        yield amount(value) if is_long else json.dumps(value)


def other_than(value: Any) -> str:
    """The kind of a value that is none of those wanted."""
    return f"other {shape(value)}" if isinstance(value, str) and value else shape(value)


def counted(number: float, noun: str) -> str:
    """A number and its noun: "1 item", "2 items"."""
    return f"{amount(number)} {noun}{'' if number == 1 else 's'}"


def amount(number: float) -> str:
    """A number of the contract, as short as it can be said."""
    if isinstance(number, int):
        return str(number) if abs(number) < 10**20 else "a number with more than twenty digits"
    return f"{number:g}"


def did_you_mean(name: Any, known: Collection[str]) -> str:
    """A question that names the known field nearest to ``name``; "" when none is near."""
    import difflib  # Only needed once something is wrong.

    if not is_plain_name(name) or len(name) > _LONGEST_SUGGESTED:
        return ""
    candidates = [
        each
        for each in islice(known, _MOST_SUGGESTED)
        if is_plain_name(each) and len(each) <= _LONGEST_SUGGESTED
    ]
    nearest = difflib.get_close_matches(name, candidates, n=1)
    return f" (did you mean '{nearest[0]}'?)" if nearest else ""


def _followed(resolved: Callable[[Any], Schema], schema: Schema) -> Schema:
    """``schema`` with the schemas it refers to merged in, as far as words need them."""
    for _ in range(_MOST_REFERENCES):
        if isinstance(schema, bool) or "$ref" not in schema:
            break
        own = {key: value for key, value in schema.items() if key != "$ref"}
        try:
            target = resolved(schema["$ref"])
        except ContractError:
            return own
        if isinstance(target, bool):
            return own
        schema = {**target, **own}
    return schema
