"""What the keywords for any value, for objects and for lists demand; and the sentences that say so.

Sentences read on from a pointer: they begin with "must", "is" or "has". They hold nothing of the data but
kinds and sizes; examples come from the contract.

Source: JSON Schema 2020-12, Validation, section 6, and Core, section 10.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bbws_templates.context import is_list
from bbws_templates.contract.formats import FORMATS
from bbws_templates.contract.schema import (
    DIALECT,
    MAX_PATTERN_TEXT,
    Instance,
    Problems,
    Schema,
    apply,
    keyword,
)
from bbws_templates.contract.wording import counted, did_you_mean, one_of, other_than, text_example, wanted
from bbws_templates.errors import ContractError, ContractProblem
from bbws_templates.json_values import canonical, is_type, shape
from bbws_templates.references import shown

_LONGEST_SENTENCE = 400
_TYPES_A_STEP = 8
_LOSES = "a JSON number keeps no zeros at its ends and no separators"


# --- any value ------------------------------------------------------------------------------------------


@keyword("type")
def _type(instance: Instance, names: str | list[str]) -> Problems:
    accepted = [names] if isinstance(names, str) else names
    if len(accepted) >= _TYPES_A_STEP:
        instance.evaluation.spend(len(accepted) // _TYPES_A_STEP)
    if any(is_type(instance.value, name) for name in accepted):
        return
    if accepted == ["string"] and is_type(instance.value, "number"):
        number = shape(instance.value)
        form = FORMATS.get(instance.schema.get("format", ""))
        example = text_example(instance.schema) or (form.sample if form else "299.90")
        yield instance.problem(f'must be text such as "{example}", is {number}; {_LOSES}')
        return
    yield instance.problem(
        f"must be {wanted(instance.evaluation.resolved, instance.schema)}, is {shape(instance.value)}"
    )


@keyword("$schema")
def _schema(_: Instance, dialect: str) -> Problems:
    if dialect.rstrip("#") != DIALECT:
        raise ContractError(f"The contract is written in a dialect that is not known here: {shown(dialect)}.")
    return iter(())


@keyword("$id")
def _id(instance: Instance, _address: str) -> Problems:
    if instance.schema is not instance.evaluation.root:
        raise ContractError("An '$id' inside the contract would change what its references mean.")
    return iter(())


@keyword("enum")
def _enum(instance: Instance, allowed: list[Any]) -> Problems:
    value = canonical(instance.value, instance.evaluation.spend)
    if not any(value == canonical(each, instance.evaluation.spend) for each in allowed):
        yield instance.problem(f"must be {one_of(allowed)}, is {other_than(instance.value)}")


@keyword("const")
def _const(instance: Instance, only: Any) -> Problems:
    if canonical(instance.value, instance.evaluation.spend) != canonical(only, instance.evaluation.spend):
        yield instance.problem(f"must be {one_of([only])}, is {other_than(instance.value)}")


@keyword("$ref")
def _ref(instance: Instance, reference: str) -> Problems:
    return instance.same(instance.evaluation.resolved(reference))


@keyword("allOf")
def _all_of(instance: Instance, schemas: list[Schema]) -> Problems:
    for schema in schemas:
        yield from instance.same(schema)


@keyword("anyOf")
def _any_of(instance: Instance, schemas: list[Schema]) -> Problems:
    reasons = _first_reasons(instance, schemas)
    if len(reasons) == len(schemas):
        yield _none_of(instance, reasons)


@keyword("oneOf")
def _one_of(instance: Instance, schemas: list[Schema]) -> Problems:
    before = instance.evaluation.overlong
    reasons = _first_reasons(instance, schemas)
    fitting = len(schemas) - len(reasons)
    if instance.evaluation.overlong != before:
        yield _left_open(instance)
    elif fitting == 0:
        yield _none_of(instance, reasons)
    elif fitting > 1:
        yield instance.problem(f"must fit exactly one of {len(schemas)} alternatives, fits {fitting}")


def _first_reasons(instance: Instance, schemas: list[Schema]) -> list[ContractProblem]:
    """The first problem with each alternative that does not fit.

    Each is tried once only: where a contract refers to itself, a second try at every level would take
    exponential time on data made for it.
    """
    firsts = (next(instance.same(schema), None) for schema in schemas)
    return [reason for reason in firsts if reason is not None]


def _none_of(instance: Instance, reasons: list[ContractProblem]) -> ContractProblem:
    sentences = dict.fromkeys(
        f"{reason.pointer.removeprefix(instance.pointer)} {reason.expectation}".strip()
        for reason in reasons[:3]
    )
    sentence = f"must fit one of {len(reasons)} alternatives: {', or '.join(sentences)}"
    return instance.problem(
        sentence if len(sentence) <= _LONGEST_SENTENCE else f"{sentence[:_LONGEST_SENTENCE]}…"
    )


@keyword("not")
def _not(instance: Instance, schema: Schema) -> Problems:
    accepted = instance.accepts(schema)
    if accepted is None:
        yield _left_open(instance)
    elif accepted:
        yield instance.problem(f"must not be what the contract excludes, is {shape(instance.value)}")


@keyword("if")
def _if(instance: Instance, condition: Schema) -> Problems:
    accepted = instance.accepts(condition)
    if accepted is None:
        yield _left_open(instance)
    else:
        yield from instance.same(instance.schema.get("then" if accepted else "else", True))


def _left_open(instance: Instance) -> ContractProblem:
    """The problem with text that is too long to say which way the contract goes.

    To take it for text that does not match would let all through that a ``not`` is there to keep out.
    """
    return instance.problem(
        f"must hold no text of more than {MAX_PATTERN_TEXT:,} characters: the contract decides by what it is"
    )


# --- objects --------------------------------------------------------------------------------------------


@keyword("required")
def _required(instance: Instance, names: list[str]) -> Problems:
    if isinstance(instance.value, Mapping):
        properties = instance.schema.get("properties", {})
        instance.evaluation.spend(len(names))
        for name in names:
            if name not in instance.value:
                what = wanted(instance.evaluation.resolved, properties.get(name, True))
                yield instance.problem_of_member(
                    name, f"is required but missing{f'; must be {what}' if what else ''}", is_missing=True
                )


@keyword("properties")
def _properties(instance: Instance, schemas: Mapping[str, Schema]) -> Problems:
    if isinstance(instance.value, Mapping):
        instance.evaluation.spend(len(schemas))
        for name, schema in schemas.items():
            if name in instance.value:
                yield from instance.below(schema, instance.value[name], name)


@keyword("patternProperties")
def _pattern_properties(instance: Instance, schemas: Mapping[str, Schema]) -> Problems:
    if isinstance(instance.value, Mapping):
        instance.evaluation.spend(len(instance.value))
        named = [(name, member) for name, member in instance.value.items() if isinstance(name, str)]
        if schemas:
            for name, _ in named:
                if len(name) > MAX_PATTERN_TEXT:
                    instance.evaluation.overlong += 1
                    most = f"{MAX_PATTERN_TEXT:,} characters"
                    yield instance.problem_of_member(name, f"must have a name of at most {most}")
        for pattern, schema in schemas.items():
            for name, member in named:
                if instance.evaluation.matches(pattern, name):
                    yield from instance.below(schema, member, name)


@keyword("additionalProperties")
def _additional_properties(instance: Instance, schema: Schema) -> Problems:
    if not isinstance(instance.value, Mapping):
        return
    known = instance.schema.get("properties", {})
    patterns = instance.schema.get("patternProperties", ())
    for name, member in instance.value.items():
        instance.evaluation.spend()
        if name in known or (
            isinstance(name, str) and any(instance.evaluation.matches(pattern, name) for pattern in patterns)
        ):
            continue
        if schema is False:
            hint = did_you_mean(name, known) if instance.evaluation.may_suggest() else ""
            yield instance.problem_of_member(name, f"must not be here: the contract has no such field{hint}")
        else:
            below = instance.below if isinstance(name, str) else instance.below_unnamed
            yield from below(schema, member, name)


@keyword("propertyNames")
def _property_names(instance: Instance, schema: Schema) -> Problems:
    if isinstance(instance.value, Mapping):
        for name in instance.value:
            reason = next(apply(instance.evaluation, schema, name, "", instance.depth + 1), None)
            if reason is not None:
                yield instance.problem_of_member(name, f"must have another name: a name {reason.expectation}")


@keyword("minProperties")
def _min_properties(instance: Instance, least: float) -> Problems:
    if isinstance(instance.value, Mapping) and len(instance.value) < least:
        yield instance.problem(f"must have at least {counted(least, 'member')}, has {len(instance.value)}")


@keyword("maxProperties")
def _max_properties(instance: Instance, most: float) -> Problems:
    if isinstance(instance.value, Mapping) and len(instance.value) > most:
        yield instance.problem(f"must have at most {counted(most, 'member')}, has {len(instance.value)}")


@keyword("dependentRequired")
def _dependent_required(instance: Instance, dependencies: Mapping[str, list[str]]) -> Problems:
    if isinstance(instance.value, Mapping):
        for present, names in dependencies.items():
            instance.evaluation.spend(1 + len(names))
            for name in names if present in instance.value else ():
                if name not in instance.value:
                    wherever = f"is required wherever {shown(present)} is given"
                    yield instance.problem_of_member(name, wherever, is_missing=True)


@keyword("dependentSchemas")
def _dependent_schemas(instance: Instance, schemas: Mapping[str, Schema]) -> Problems:
    if isinstance(instance.value, Mapping):
        instance.evaluation.spend(len(schemas))
        for present, schema in schemas.items():
            if present in instance.value:
                yield from instance.same(schema)


# --- lists ----------------------------------------------------------------------------------------------


@keyword("items")
def _items(instance: Instance, schema: Schema) -> Problems:
    if is_list(instance.value):
        first = len(instance.schema.get("prefixItems", ()))
        for index in range(first, len(instance.value)):
            yield from instance.below(schema, instance.value[index], index)


@keyword("prefixItems")
def _prefix_items(instance: Instance, schemas: list[Schema]) -> Problems:
    if is_list(instance.value):
        for index, (schema, item) in enumerate(zip(schemas, instance.value, strict=False)):
            yield from instance.below(schema, item, index)


@keyword("minItems")
def _min_items(instance: Instance, least: float) -> Problems:
    if is_list(instance.value) and len(instance.value) < least:
        yield instance.problem(f"must have at least {counted(least, 'item')}, has {len(instance.value)}")


@keyword("maxItems")
def _max_items(instance: Instance, most: float) -> Problems:
    if is_list(instance.value) and len(instance.value) > most:
        yield instance.problem(f"must have at most {counted(most, 'item')}, has {len(instance.value)}")


@keyword("uniqueItems")
def _unique_items(instance: Instance, wanted_unique: bool) -> Problems:
    if wanted_unique and is_list(instance.value):
        first_seen: dict[str, int] = {}
        for index, item in enumerate(instance.value):
            earlier = first_seen.setdefault(canonical(item, instance.evaluation.spend), index)
            if earlier != index:
                yield instance.problem(f"must not repeat an item: item {index} equals item {earlier}")
                return
