"""What a contract wants, in words: "text such as "299.90"", "one of "PAID", "FAILED"", "a list"."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bbws_templates.contract_schema import Schema, resolved
from bbws_templates.errors import ContractError
from bbws_templates.formats import FORMATS
from bbws_templates.json_values import shape

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
_MOST_REFERENCES = 10


def wanted(root: Schema, schema: Schema) -> str:
    """What ``schema`` wants, to follow "must be"; "" when it does not say."""
    schema = _followed(root, schema)
    if isinstance(schema, bool):
        return ""
    if "enum" in schema:
        return one_of(schema["enum"])
    names = schema.get("type", ())
    names = [names] if isinstance(names, str) else names
    noun = " or ".join(_NOUNS.get(name, name) for name in names)
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
            for example in (*schema.get("examples", ()), schema.get("default"))
            if isinstance(example, str) and 0 < len(example) <= _LONGEST_EXAMPLE
        ),
        "",
    )


def one_of(values: Collection[Any]) -> str:
    """The first of ``values`` as JSON, joined for a sentence."""
    import json  # Only needed once something is wrong.

    shown = [json.dumps(value, ensure_ascii=False)[:_LONGEST_EXAMPLE] for value in list(values)[:12]]
    if len(values) == 1:
        return shown[0]
    return f"one of {', '.join(shown)}{', …' if len(values) > len(shown) else ''}"


def other_than(value: Any) -> str:
    """The kind of a value that is none of those wanted."""
    return f"other {shape(value)}" if isinstance(value, str) and value else shape(value)


def counted(number: float, noun: str) -> str:
    """A number and its noun: "1 item", "2 items"."""
    return f"{number:g} {noun}{'' if number == 1 else 's'}"


def did_you_mean(name: Any, known: Collection[str]) -> str:
    """A question that names the known field nearest to ``name``; "" when none is near."""
    import difflib  # Only needed once something is wrong.

    if not isinstance(name, str) or len(name) > _LONGEST_EXAMPLE:
        return ""
    nearest = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean '{nearest[0]}'?)" if nearest else ""


def _followed(root: Schema, schema: Schema) -> Schema:
    """``schema`` with the schemas it refers to merged in, as far as words need them."""
    for _ in range(_MOST_REFERENCES):
        if isinstance(schema, bool) or "$ref" not in schema:
            break
        own = {key: value for key, value in schema.items() if key != "$ref"}
        try:
            target = resolved(root, schema["$ref"])
        except ContractError:
            return own
        if isinstance(target, bool):
            return own
        schema = {**target, **own}
    return schema
