"""Is a contract sound, does it say enough, and do the fixtures keep it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from app.core.errors import ContractFaultError
from app.core.findings import Finding, Severity
from app.core.jsontext import locate
from app.core.sources import Fixture, Metadata, TemplateSource
from app.core.validation.fields import Field
from app.core.validation.meta_schema import is_surely_a_schema
from app.core.validation.patterns import explodes
from app.core.validation.rules import ERROR, WARNING, Rule
from bbws_templates.contract import contract_problems, subschemas, unsupported_keywords
from bbws_templates.errors import ContractError, Location
from bbws_templates.references import escaped

if TYPE_CHECKING:
    from jsonschema import ValidationError

INVALID = Rule("contract-invalid", ERROR, "Correct the schema (JSON Schema 2020-12).")
VOCABULARY = Rule("contract-vocabulary", ERROR, "Say it with the keywords that the runtime checks.")
PATTERN = Rule(
    "contract-pattern",
    ERROR,
    "Let each repetition end in one way only: ^[a-z]+(-[a-z]+)*$ instead of ^([a-z]+-?)+$; bound a length by "
    "maxLength instead of {1,80} in another repetition.",
)
UNDESCRIBED = Rule("contract-undescribed", WARNING, 'Add a "description": callers read it in their editor.')
NO_EXAMPLE = Rule("contract-no-example", WARNING, 'Add "examples": error messages quote the first.')
BAD_EXAMPLE = Rule("contract-bad-example", ERROR, "Correct the example, or the rule that it breaks.")
OPEN = Rule(
    "contract-open", WARNING, 'Add "additionalProperties": false, so that a misspelt field is an error.'
)
FIXTURE = Rule("fixture-invalid", ERROR, "Correct the fixture, or the contract.")
RULES = (INVALID, VOCABULARY, PATTERN, UNDESCRIBED, NO_EXAMPLE, BAD_EXAMPLE, OPEN, FIXTURE)

UNUSABLE = frozenset({INVALID.code, VOCABULARY.code, PATTERN.code})
"""What keeps a contract from judging data at all."""

_NEEDS_NO_EXAMPLE = {"boolean", "null", "object", "array"}


def contract_findings(source: TemplateSource) -> tuple[Finding, ...]:
    """What is wrong with the contract of one template in itself; ``()`` for a template without metadata."""
    if source.metadata is None:
        return ()
    return tuple(_broken(source.name, source.metadata)) or tuple(_lacking(source.name, source.metadata))


def fixture_findings(source: TemplateSource, fixture: Fixture) -> tuple[Finding, ...]:
    """Every way in which a fixture breaks its template's contract, at the line in the fixture's file."""
    if source.metadata is None:
        return ()
    try:
        problems = contract_problems(source.metadata.contract, fixture.data)
    except ContractError:
        return ()  # the contract itself is broken, which contract_findings says
    return tuple(
        FIXTURE.finding(
            locate(fixture.file.text, fixture.file.label, problem.pointer),
            f"The fixture breaks the contract: {problem}.",
            template=source.name,
            fixture=fixture.scenario,
        )
        for problem in problems
    )


def no_fixture(source: TemplateSource) -> Finding:
    """That a template has no data to be rendered with."""
    return Finding(
        "no-fixture",
        Severity.WARNING,
        "There is no fixture; it was checked with made-up data.",
        Location(source.html.label),
        f"Add fixtures/{source.name}/typical.json.",
        source.name,
    )


def fault_of_the_contract(source: TemplateSource, error: ContractError) -> ContractFaultError | None:
    """The mistake in the contract itself behind ``error``, at its line; None when the data are at fault.

    Without this, the author of a contract would read that all data are wrong.
    """
    if source.metadata is None:
        return None
    for finding in _broken(source.name, source.metadata):
        no_schema = finding.code == INVALID.code and bool(_offences(source.metadata.contract))
        no_way = finding.location.pointer.endswith("/$ref")  # nowhere to look, or for ever
        if no_schema or (finding.code == VOCABULARY.code and (no_way or not error.problems)):
            return ContractFaultError(finding.message, location=finding.location, remedy=finding.remedy)
    return None


def require_harmless(source: TemplateSource) -> None:
    """Do nothing unless a pattern of the contract could keep whoever checks data with it busy for hours.

    Raises:
        ContractFaultError: one could; the place is in the metadata.
    """
    if source.metadata is not None:
        for finding in _explosive(source.name, source.metadata):
            raise ContractFaultError(finding.message, location=finding.location, remedy=finding.remedy)


def _explosive(template: str, metadata: Metadata) -> Iterator[Finding]:
    for pointer, schema in subschemas(metadata.contract):
        by_name = schema.get("patternProperties")
        names = by_name if isinstance(by_name, Mapping) else ()
        places = {f"/patternProperties/{escaped(name)}": name for name in names}
        for place, pattern in {"/pattern": schema.get("pattern"), **places}.items():
            if isinstance(pattern, str) and explodes(pattern):
                message = (
                    f"The pattern {pattern} can take a time out of all proportion to the length of a text."
                )
                yield _finding(template, metadata, PATTERN, pointer + place, message)


def _offences(contract: Mapping[str, Any]) -> list[ValidationError]:
    """What the meta-schema says against the contract, in order."""
    if is_surely_a_schema(contract):
        return []
    from jsonschema import Draft202012Validator  # It takes a while, and nearly no check has to ask it.

    meta_schema = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    return sorted(meta_schema.iter_errors(contract), key=lambda error: error.json_path)


def _finding(template: str, metadata: Metadata, rule: Rule, pointer: str, message: str) -> Finding:
    place = locate(metadata.contract_home.text, metadata.contract_home.label, f"/contract{pointer}")
    return rule.finding(place, message, template=template)


def _broken(template: str, metadata: Metadata) -> Iterator[Finding]:
    """What keeps the contract from being used at all."""
    contract = metadata.contract
    for error in _offences(contract):
        pointer = "".join(f"/{escaped(str(part))}" for part in error.absolute_path)
        yield _finding(template, metadata, INVALID, pointer, f"Not a JSON Schema: {error.message[:200]}.")
        return  # what follows from the first is noise
    if contract.get("type") != "object":
        yield _finding(
            template, metadata, INVALID, "", 'The data of a template are an object: "type" must say so.'
        )
    for problem in unsupported_keywords(contract):
        yield _finding(
            template, metadata, VOCABULARY, problem.pointer, f"In the contract {problem.expectation}."
        )
    yield from _explosive(template, metadata)


def _lacking(template: str, metadata: Metadata) -> Iterator[Finding]:
    """What a sound contract still does not say."""
    pending = [Field(metadata.contract, metadata.contract)]
    while pending:
        field = pending.pop()
        pending.extend(field.below())
        views = [view for view, _ in field.views]
        if field.members and not _is_closed(views):
            message = f"{_subject(field)} may have members that the contract does not name."
            yield _finding(template, metadata, OPEN, field.pointer, message)
        if not field.path:
            continue
        if not any(view.get("description") for view in views):
            message = f"{_subject(field)} has no description."
            yield _finding(template, metadata, UNDESCRIBED, field.pointer, message)
        examples = [example for view in views for example in view.get("examples", ())]
        speaks_for_itself = field.types and field.types <= _NEEDS_NO_EXAMPLE
        if not examples and not speaks_for_itself and not _is_enumerated(views):
            message = f"{_subject(field)} has no example."
            yield _finding(template, metadata, NO_EXAMPLE, field.pointer, message)
        for example in examples:
            if not field.accepts(example):
                message = f"An example of {_named(field)} breaks the contract."
                yield _finding(template, metadata, BAD_EXAMPLE, field.pointer, message)


def _named(field: Field) -> str:
    return f"field '{field.name}'" if field.path else "the data"


def _subject(field: Field) -> str:
    name = _named(field)
    return name[0].upper() + name[1:]


def _is_closed(views: list[Mapping[str, Any]]) -> bool:
    return any("additionalProperties" in view for view in views)


def _is_enumerated(views: list[Mapping[str, Any]]) -> bool:
    return any("enum" in view or "const" in view for view in views)
