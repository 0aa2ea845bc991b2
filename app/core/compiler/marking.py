"""Rules that stay in a style element and lose there to what was inlined: marked, or told of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from app.core.compiler.document import Document
from app.core.compiler.masking import MaskedDocument, authored
from app.core.compiler.spelling import Spelling
from app.core.css.cascade import Matched
from app.core.css.contenders import DeclarationPlace
from app.core.css.measure import never_ends
from app.core.css.overrides import Overridden, overridden_rules
from app.core.css.repeating import Given
from app.core.css.rules import Declaration
from app.core.css.strengthening import Strengthened, strengthened
from app.core.findings import Finding, Severity
from app.core.html.tree import ElementNode
from app.core.html.veil import is_veiled
from app.core.proof.names import read
from app.core.proof.rules import said
from bbws_templates.entities import unescape


def losing_rules(
    document: Document, masked: MaskedDocument, matched: Mapping[ElementNode, Sequence[Matched]]
) -> tuple[Overridden, ...]:
    """The rules that stay and no longer win, by the rules ``matched`` for each element."""
    return tuple(overridden_rules(masked.root, document.sheets, matched)) if matched else ()


def marks(
    document: Document,
    masked: MaskedDocument,
    matched: Mapping[ElementNode, Sequence[Matched]],
    losing: Sequence[Overridden],
    spelling: Spelling,
    left: Set[int],
) -> Strengthened:
    """What of ``losing`` rules, of those that beat them and of style attributes gets ``!important``.

    Start tags of the numbers in ``left`` stay as they are.
    """
    if not losing or document.takes_markup:
        return Strengthened()
    fixed = set(masked.again.values()) | left
    numbers = masked.numbers

    def takes(element: ElementNode, items: Sequence[Declaration]) -> bool:
        number = numbers.get(element)
        if number is None or number in fixed:
            return False
        written = document.value(document.markup.start_tags[number], "style")
        text = None if written is None else unescape(written)
        return not never_ends(text or "") and spelling.stays_unheard(
            text, [replace(item, important=True) for item in items]
        )

    return strengthened(
        masked.root,
        document.sheets,
        Given(matched, authored(document, masked), takes),
        losing,
        {number for number, style in enumerate(document.styles) if not style.markable},
    )


def defeated(losing: Iterable[Overridden], marked: frozenset[DeclarationPlace]) -> frozenset[str]:
    """The declarations that lose for want of a mark, as ``proof.atoms`` says them.

    Of one whose value is of data, the property alone.
    """
    return frozenset(
        item.name if is_veiled(item.value) else f"{item.name}: {said(read(item.value))}"
        for rule in losing
        for item in _unmarked(rule, marked)
    )


def findings(
    document: Document, losing: Iterable[Overridden], marked: frozenset[DeclarationPlace], template: str
) -> Iterator[Finding]:
    """A finding for each rule that loses for want of a mark."""
    for rule in losing:
        names = ", ".join(dict.fromkeys(item.name for item in _unmarked(rule, marked)))
        if names:
            yield Finding(
                "overridden-rule",
                Severity.WARNING,
                f"This rule's {names} never takes effect: a style attribute, into which the rules for "
                f"<{rule.tag}> were inlined, outranks it.",
                document.flat.origins.locate(document.styles[rule.sheet].raw.start + rule.rule.span.start),
                "Mark it !important.",
                template,
            )


def _unmarked(found: Overridden, marked: frozenset[DeclarationPlace]) -> list[Declaration]:
    return [
        item
        for item in found.rule.declarations
        if item.name in found.properties and DeclarationPlace(found.sheet, item.offset) not in marked
    ]
