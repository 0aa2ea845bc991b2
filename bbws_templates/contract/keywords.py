"""What the keywords for any value, for objects and for lists demand; and the sentences that say so.

Sentences read on from a pointer: they begin with "must", "is" or "has". They hold nothing of the data but
kinds, sizes and short numbers; examples come from the contract.

Source: JSON Schema 2020-12, Validation, section 6, and Core, section 10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bbws_templates.context import is_list
from bbws_templates.contract.formats import FORMATS
from bbws_templates.contract.schema import DIALECT, Place, Schema, apply, keyword
from bbws_templates.contract.wording import counted, did_you_mean, one_of, other_than, text_example, wanted
from bbws_templates.errors import ContractError, ContractProblem
from bbws_templates.json_values import canonical, is_type, shape
from bbws_templates.references import shown

_LONGEST_SENTENCE = 400
_TYPES_A_STEP = 8

Found = Iterator[ContractProblem]


# --- any value ------------------------------------------------------------------------------------------


@keyword("type")
def _type(place: Place, names: str | list[str]) -> Found:
    accepted = [names] if isinstance(names, str) else names
    if len(accepted) >= _TYPES_A_STEP:
        place.check.spend(len(accepted) // _TYPES_A_STEP)
    if any(is_type(place.value, name) for name in accepted):
        return
    if accepted == ["string"] and is_type(place.value, "number"):
        number = shape(place.value)
        form = FORMATS.get(place.schema.get("format", ""))
        example = text_example(place.schema) or (form.sample if form else "299.90")
        printed = number.removeprefix("the number ")
        hint = f"; a JSON number would print {printed}" if printed != number else ""
        yield place.problem(f'must be text such as "{example}", is {number}{hint}')
        return
    yield place.problem(f"must be {wanted(place.check.resolved, place.schema)}, is {shape(place.value)}")


@keyword("$schema")
def _schema(_: Place, dialect: str) -> Found:
    if dialect.rstrip("#") != DIALECT:
        raise ContractError(f"The contract is written in a dialect that is not known here: {shown(dialect)}.")
    return iter(())


@keyword("$id")
def _id(place: Place, _address: str) -> Found:
    if place.schema is not place.check.root:
        raise ContractError("An '$id' inside the contract would change what its references mean.")
    return iter(())


@keyword("enum")
def _enum(place: Place, allowed: list[Any]) -> Found:
    value = canonical(place.value, place.check.spend)
    if not any(value == canonical(each, place.check.spend) for each in allowed):
        yield place.problem(f"must be {one_of(allowed)}, is {other_than(place.value)}")


@keyword("const")
def _const(place: Place, only: Any) -> Found:
    if canonical(place.value, place.check.spend) != canonical(only, place.check.spend):
        yield place.problem(f"must be {one_of([only])}, is {other_than(place.value)}")


@keyword("$ref")
def _ref(place: Place, reference: str) -> Found:
    return place.same(place.check.resolved(reference))


@keyword("allOf")
def _all_of(place: Place, schemas: list[Schema]) -> Found:
    for schema in schemas:
        yield from place.same(schema)


@keyword("anyOf")
def _any_of(place: Place, schemas: list[Schema]) -> Found:
    reasons = _first_reasons(place, schemas)
    if len(reasons) == len(schemas):
        yield _none_of(place, reasons)


@keyword("oneOf")
def _one_of(place: Place, schemas: list[Schema]) -> Found:
    reasons = _first_reasons(place, schemas)
    fitting = len(schemas) - len(reasons)
    if fitting == 0:
        yield _none_of(place, reasons)
    elif fitting > 1:
        yield place.problem(f"must fit exactly one of {len(schemas)} alternatives, fits {fitting}")


def _first_reasons(place: Place, schemas: list[Schema]) -> list[ContractProblem]:
    """The first problem with each alternative that does not fit.

    Each is tried once only: where a contract refers to itself, a second try at every level would take
    exponential time on data made for it.
    """
    firsts = (next(place.same(schema), None) for schema in schemas)
    return [reason for reason in firsts if reason is not None]


def _none_of(place: Place, reasons: list[ContractProblem]) -> ContractProblem:
    sentences = dict.fromkeys(
        f"{reason.pointer.removeprefix(place.pointer)} {reason.expectation}".strip() for reason in reasons[:3]
    )
    sentence = f"must fit one of {len(reasons)} alternatives: {', or '.join(sentences)}"
    return place.problem(
        sentence if len(sentence) <= _LONGEST_SENTENCE else f"{sentence[:_LONGEST_SENTENCE]}…"
    )


@keyword("not")
def _not(place: Place, schema: Schema) -> Found:
    if place.accepts(schema):
        yield place.problem(f"must not be what the contract excludes, is {shape(place.value)}")


@keyword("if")
def _if(place: Place, condition: Schema) -> Found:
    return place.same(place.schema.get("then" if place.accepts(condition) else "else", True))


# --- objects --------------------------------------------------------------------------------------------


@keyword("required")
def _required(place: Place, names: list[str]) -> Found:
    if isinstance(place.value, Mapping):
        properties = place.schema.get("properties", {})
        place.check.spend(len(names))
        for name in names:
            if name not in place.value:
                what = wanted(place.check.resolved, properties.get(name, True))
                yield place.problem_of_member(
                    name, f"is required but missing{f'; must be {what}' if what else ''}"
                )


@keyword("properties")
def _properties(place: Place, schemas: Mapping[str, Schema]) -> Found:
    if isinstance(place.value, Mapping):
        place.check.spend(len(schemas))
        for name, schema in schemas.items():
            if name in place.value:
                yield from place.below(schema, place.value[name], name)


@keyword("patternProperties")
def _pattern_properties(place: Place, schemas: Mapping[str, Schema]) -> Found:
    if isinstance(place.value, Mapping):
        place.check.spend(len(place.value))
        named = [(name, member) for name, member in place.value.items() if isinstance(name, str)]
        for pattern, schema in schemas.items():
            for name, member in named:
                if place.check.matches(pattern, name):
                    yield from place.below(schema, member, name)


@keyword("additionalProperties")
def _additional_properties(place: Place, schema: Schema) -> Found:
    if not isinstance(place.value, Mapping):
        return
    known = place.schema.get("properties", {})
    patterns = place.schema.get("patternProperties", ())
    for name, member in place.value.items():
        place.check.spend()
        if name in known or (
            isinstance(name, str) and any(place.check.matches(pattern, name) for pattern in patterns)
        ):
            continue
        if schema is False:
            hint = did_you_mean(name, known) if place.check.may_suggest() else ""
            yield place.problem_of_member(name, f"must not be here: the contract has no such field{hint}")
        else:
            below = place.below if isinstance(name, str) else place.below_unnamed
            yield from below(schema, member, name)


@keyword("propertyNames")
def _property_names(place: Place, schema: Schema) -> Found:
    if isinstance(place.value, Mapping):
        for name in place.value:
            reason = next(apply(place.check, schema, name, "", place.depth + 1), None)
            if reason is not None:
                yield place.problem_of_member(name, f"must have another name: a name {reason.expectation}")


@keyword("minProperties")
def _min_properties(place: Place, least: float) -> Found:
    if isinstance(place.value, Mapping) and len(place.value) < least:
        yield place.problem(f"must have at least {counted(least, 'member')}, has {len(place.value)}")


@keyword("maxProperties")
def _max_properties(place: Place, most: float) -> Found:
    if isinstance(place.value, Mapping) and len(place.value) > most:
        yield place.problem(f"must have at most {counted(most, 'member')}, has {len(place.value)}")


@keyword("dependentRequired")
def _dependent_required(place: Place, dependencies: Mapping[str, list[str]]) -> Found:
    if isinstance(place.value, Mapping):
        for present, names in dependencies.items():
            place.check.spend(1 + len(names))
            for name in names if present in place.value else ():
                if name not in place.value:
                    yield place.problem_of_member(name, f"is required wherever {shown(present)} is given")


@keyword("dependentSchemas")
def _dependent_schemas(place: Place, schemas: Mapping[str, Schema]) -> Found:
    if isinstance(place.value, Mapping):
        place.check.spend(len(schemas))
        for present, schema in schemas.items():
            if present in place.value:
                yield from place.same(schema)


# --- lists ----------------------------------------------------------------------------------------------


@keyword("items")
def _items(place: Place, schema: Schema) -> Found:
    if is_list(place.value):
        first = len(place.schema.get("prefixItems", ()))
        for index in range(first, len(place.value)):
            yield from place.below(schema, place.value[index], index)


@keyword("prefixItems")
def _prefix_items(place: Place, schemas: list[Schema]) -> Found:
    if is_list(place.value):
        for index, (schema, item) in enumerate(zip(schemas, place.value, strict=False)):
            yield from place.below(schema, item, index)


@keyword("minItems")
def _min_items(place: Place, least: float) -> Found:
    if is_list(place.value) and len(place.value) < least:
        yield place.problem(f"must have at least {counted(least, 'item')}, has {len(place.value)}")


@keyword("maxItems")
def _max_items(place: Place, most: float) -> Found:
    if is_list(place.value) and len(place.value) > most:
        yield place.problem(f"must have at most {counted(most, 'item')}, has {len(place.value)}")


@keyword("uniqueItems")
def _unique_items(place: Place, wanted_unique: bool) -> Found:
    if wanted_unique and is_list(place.value):
        first_seen: dict[str, int] = {}
        for index, item in enumerate(place.value):
            earlier = first_seen.setdefault(canonical(item, place.check.spend), index)
            if earlier != index:
                yield place.problem(f"must not repeat an item: item {index} equals item {earlier}")
                return
