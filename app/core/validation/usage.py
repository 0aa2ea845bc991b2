"""A template against its contract: does each use what the other declares, and safely?

The compiled parts are walked with Mustache's rules of scope. What one part uses counts for the whole email: a
field that only the subject prints is used.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.core.compiler.compilation import Compilation
from app.core.findings import Finding, Findings
from app.core.html.markup import Markup
from app.core.html.readings import Readings
from app.core.html.veil import Veil
from app.core.jsontext import locate
from app.core.settings import SetSettings
from app.core.sources import SourceFile, TemplateSource
from app.core.validation.characters import (
    byte_order_marks,
    forbidden_characters,
    hidden_in_attributes,
    hidden_in_names,
)
from app.core.validation.checks.identifiers import written_ids
from app.core.validation.contracts import UNUSABLE, contract_findings, fixture_findings
from app.core.validation.display import check_shown, currency_field, display_findings
from app.core.validation.fields import Field
from app.core.validation.injection import check_variable
from app.core.validation.placeholders import stray_placeholders
from app.core.validation.rules import ERROR, WARNING, Rule, Violation
from app.core.validation.scopes import Meaning, Scopes
from app.core.validation.written_links import check_written_links
from bbws_templates.display import RAW
from bbws_templates.display.plan import declared, members_of
from bbws_templates.errors import Location
from bbws_templates.nodes import Node, Section, Variable
from bbws_templates.parser import parse
from bbws_templates.tokens import position, tokenize

__all__ = ["RULES", "fixture_findings", "usage_findings"]

UNDECLARED = Rule("undeclared-variable", ERROR, "Declare it in the contract, or correct its name.")
UNUSED = Rule("unused-field", ERROR, "Use it in the template, or remove it from the contract.")
UNGUARDED = Rule("optional-unguarded", ERROR)
NUMBER = Rule(
    "number-in-text",
    ERROR,
    'Declare it as text ("type": "string", "examples": ["299.90"]), or as an integer.',
)
NOT_TEXT = Rule("not-text", ERROR)
RULES = (UNDECLARED, UNUSED, UNGUARDED, NUMBER, NOT_TEXT)


def usage_findings(
    source: TemplateSource, compilation: Compilation, settings: SetSettings | None = None
) -> tuple[Finding, ...]:
    """What is wrong between a template and its contract, and with the contract in itself.

    ``settings`` are those of the set.

    For a template without a contract: what its variables let through, and placeholders that nobody fills. Of
    a translation, whose contract is the template's, it is not said again what is wrong with that in itself.
    """
    findings = Findings()
    unsound = contract_findings(source)
    if not source.locale:
        if not any(finding.code in UNUSABLE for finding in unsound):
            unsound += tuple(display_findings(source, settings or SetSettings()))
        for finding in unsound:
            findings.add(finding)
    contract = compilation.compiled.contract
    usable = not any(
        finding.code.startswith("contract-") and finding.severity is ERROR for finding in unsound
    )
    walk = _UsageWalk(Field(contract, contract) if contract is not None and usable else None)
    for part in _parts(source, compilation):
        for violation in part.violations(walk):
            findings.add(
                violation.rule.finding(
                    part.place(violation.offset),
                    violation.message,
                    severity=violation.severity,
                    remedy=violation.remedy,
                    template=source.name,
                )
            )
    for finding in _unused(source, walk):
        findings.add(finding)
    return findings.sorted()


@dataclass(frozen=True)
class _Part:
    """One Mustache part of an email; ``place`` leads an offset in it to the author's file.

    ``derived`` is a text part made from the HTML: what it uses counts, what is wrong with it is said there.
    """

    mustache: str
    place: Callable[[int], Location]
    is_html: bool = False
    derived: bool = False

    def violations(self, walk: _UsageWalk) -> Iterator[Violation]:
        found = list(walk.visit(parse(self.mustache)))
        if self.derived:
            return
        tokens = tokenize(self.mustache)
        hidden = list(hidden_in_names(tokens))
        misnamed = {each.offset for each in hidden}
        yield from hidden
        yield from (each for each in found if each.rule is not UNDECLARED or each.offset not in misnamed)
        yield from stray_placeholders(self.mustache, tokens, walk.data.members if walk.data else ())
        yield from forbidden_characters(self.mustache, tokens, is_html=self.is_html)
        if self.is_html:
            veil = Veil(self.mustache, tokens)
            markup = Markup(veil.text)
            readings = Readings(markup)
            yield from hidden_in_attributes(readings)
            yield from byte_order_marks(markup)
            yield from written_ids(markup)
            yield from check_written_links(markup, veil)
            for use in walk.variables:
                region = readings.region(use.variable.start)
                yield from check_variable(use.variable, region, veil, use.field)
                yield from check_shown(use.variable, use.field, region, is_raw=use.is_raw)
        else:
            for use in walk.variables:
                yield from check_shown(use.variable, use.field, None, is_raw=use.is_raw)


def _parts(source: TemplateSource, compilation: Compilation) -> Iterator[_Part]:
    compiled = compilation.compiled
    yield _Part(compiled.html, compilation.origins.locate, is_html=True)
    if source.text is None:
        yield _Part(compiled.text, lambda _: Location(source.html.label), derived=True)
    else:
        yield _Part(compiled.text, _in_text(source.text, compiled.text))
    if source.metadata is not None:
        file = source.metadata.file
        for name, mustache in (("subject", compiled.subject), ("preheader", compiled.preheader)):
            yield _Part(mustache, _at(locate(file.text, file.label, f"/{name}")))


def _at(place: Location) -> Callable[[int], Location]:
    """One place for every offset: a member of a JSON file is one line."""
    return lambda _: place


def _in_text(file: SourceFile, mustache: str) -> Callable[[int], Location]:
    """Places in a text part that its author wrote: exact unless partials were put in."""
    if mustache == file.text:
        return lambda offset: Location(file.label, *position(file.text, offset))

    def nearest(offset: int) -> Location:
        found = file.text.find(mustache[offset:].partition("}}")[0])
        return Location(file.label, *position(file.text, found)) if found >= 0 else Location(file.label)

    return nearest


@dataclass(frozen=True)
class _Use:
    """A variable, the field that it prints, None for one that is not declared, and whether as it was sent."""

    variable: Variable
    field: Field | None
    is_raw: bool


class _UsageWalk:
    """Walks over the parts of one email; remembers which fields were used."""

    def __init__(self, data: Field | None) -> None:
        self.data = data
        self.used: set[tuple[str, ...]] = set()
        self.variables: list[_Use] = []

    def visit(self, nodes: Iterable[Node]) -> Iterator[Violation]:
        """The violations of one part; afterwards ``variables`` are its variables and what they mean."""
        self.variables = []
        return self._nodes(nodes, Scopes((self.data,)) if self.data is not None else None)

    def _nodes(
        self, nodes: Iterable[Node], scopes: Scopes | None, sent: frozenset[str] = frozenset()
    ) -> Iterator[Violation]:
        """``sent`` are names that stand here for a value as it was sent: in ``{{^name:raw}}``."""
        for node in nodes:
            if isinstance(node, Variable):
                meaning = self._meaning(node, scopes)
                is_raw = node.key in sent or node.key.endswith(RAW)
                self.variables.append(_Use(node, meaning.field if meaning else None, is_raw))
                if scopes is not None:
                    yield from self._variable(node, meaning, scopes)
            elif isinstance(node, Section):
                meaning = self._meaning(node, scopes)
                inner = scopes
                if scopes is not None and meaning is None:
                    yield _undeclared(node, scopes)
                elif scopes is not None and meaning is not None and not node.inverted:
                    inner = scopes.inside(meaning)
                raw = node.key.removesuffix(RAW) if node.inverted and node.key.endswith(RAW) else None
                yield from self._nodes(node.children, inner, sent | {raw} if raw else sent)

    def _meaning(self, node: Variable | Section, scopes: Scopes | None) -> Meaning | None:
        """What a name means; of ``name:raw``, what the name does, if it has a display value."""
        if scopes is None:
            return None
        meaning = scopes.meaning(node.path)
        if meaning is None and node.key.endswith(RAW):
            meaning = scopes.meaning((*node.path[:-1], node.path[-1].removesuffix(RAW)))
            if meaning is not None and _display(meaning.field) is None:
                return None
        if meaning is not None:
            self.used.update(field.path for field in (*meaning.trail, *meaning.further))
            for field in (meaning.field, *meaning.further):
                self._use_currency(field, scopes)
        return meaning

    def _use_currency(self, field: Field, scopes: Scopes) -> None:
        """What shows an amount uses the field that holds its currency."""
        display = _display(field)
        name = members_of(display).get("currencyField") if display is not None else None
        if isinstance(name, str) and (holder := currency_field(tuple(reversed(scopes.stack)), name)):
            self.used.add(holder.path)

    def _variable(self, node: Variable, meaning: Meaning | None, scopes: Scopes) -> Iterator[Violation]:
        if meaning is None:
            yield _undeclared(node, scopes)
            return
        types = meaning.field.types
        if "number" in types:
            message = f"'{node.key}' is printed, but declared as a number: 299.90 would print 299.9."
            yield NUMBER.at(node.start, message)
        elif types & {"boolean", "array", "object"}:
            noun = " or ".join(sorted(types & {"boolean", "array", "object"}))
            remedy = f"Write {{{{#{node.key}}}}}…{{{{/{node.key}}}}}, or name one of its members."
            yield NOT_TEXT.at(
                node.start, f"'{node.key}' is declared as {noun} and has no text.", remedy=remedy
            )
        if not meaning.is_present:
            # Where one field decides about another, the contract may say more than can be seen here.
            certain = all(scope.is_certain for scope in scopes.stack)
            yield UNGUARDED.at(
                node.start,
                f"'{node.key}' is optional, but printed as if it were always there.",
                severity=ERROR if certain else WARNING,
                remedy=f"Write {{{{#{node.key}}}}}…{{{{/{node.key}}}}} around what appears only with it, "
                "or make it required.",
            )


def _display(field: Field) -> Any:
    return declared(field.contract, field.schema)


def _undeclared(node: Variable | Section, scopes: Scopes) -> Violation:
    known = scopes.names()
    nearest = difflib.get_close_matches(node.key, known, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
    return UNDECLARED.at(node.start, f"The contract declares no '{node.key}' here.{hint}")


def _unused(source: TemplateSource, walk: _UsageWalk) -> Iterator[Finding]:
    """The declared fields that no part uses; of an object that nothing uses, only the object itself."""
    if source.metadata is None or walk.data is None:
        return
    file = source.metadata.contract_home
    pending = list(walk.data.below())
    while pending:
        field = pending.pop()
        if field.path in walk.used:
            pending.extend(field.below())
        else:
            if source.locale:
                yield UNUSED.finding(
                    Location(source.html.label),
                    f"No part of the translation uses '{field.name}', which the contract has.",
                    remedy=f"Use it here as {source.template}.html does.",
                    template=source.name,
                )
                continue
            yield UNUSED.finding(
                locate(file.text, file.label, f"/contract{field.pointer}"),
                f"No part of the template uses '{field.name}'.",
                template=source.name,
            )
