"""Stylesheets that a page shows as text, by what css-inline says of how they are displayed.

A page shows one whose ``display`` some declaration says, if under a condition, and that nothing around it may
hide. Where that is in doubt its words are not compared.

Source: HTML, 15.3.1: these elements are hidden by ``display: none`` of the browser's own stylesheet alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from app.core.proof.atoms import EVERYTHING
from app.core.proof.events import Event

_SHOWS = re.compile(
    r"display: (?:block|inline|inline-block|list-item|flow-root|flex|grid|table|table-cell|contents)"
    r"|all: (?:unset|initial|inherit)"
)
_MAY_HIDE = re.compile(
    r"(?:display: none|(?:visibility|content-visibility|opacity|(?:max-)?(?:width|height)|font(?:-size)?"
    r"|line-height|text-indent|position|left|top|right|bottom|clip(?:-path)?|filter|transform|color|all|mso-hide)\b).*"
)
VOID = frozenset(
    f"<{name}>"
    for name in ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
# What is in them is shown nowhere, only sometimes, or not as it is.
_CLOSED = frozenset(
    f"<{name}>"
    for name in (
        "head",
        "template",
        "noscript",
        "details",
        "dialog",
        "select",
        "object",
        "video",
        "audio",
        "svg",
    )
)


def with_exposed(events: Iterable[Event], sheets: Iterable[str], shown: frozenset[int]) -> Iterator[Event]:
    """The events with the text of the stylesheets that are ``shown``, by their numbers."""
    texts = iter(enumerate(sheets))
    for event in events:
        yield event
        if event.kind == "<style>":
            number, text = next(texts, (-1, ""))
            if number in shown:
                yield Event("text", text)


def exposed(events: Iterable[Event], meaning: Mapping[str, tuple[str, str]]) -> Iterator[int]:
    """The numbers of the style elements that are shown as text."""
    found = list(events)
    if not any(_is_shown_itself(event, meaning) for event in found if event.kind == "<style>"):
        return  # as in nearly every mail, whose other elements need not be asked then
    around: list[tuple[str, bool]] = []
    number = 0
    for event in found:
        if event.kind.startswith("</"):
            while around and around.pop()[0] != f"<{event.kind[2:]}":
                pass
        elif event.kind.startswith("<"):
            said = _said(event, meaning)
            if event.kind == "<style>":
                said = [each for each in said if not _SHOWS.fullmatch(each)]
            hidden = (
                event.kind in _CLOSED
                or "hidden" in dict(event.attributes)
                or any(map(_MAY_HIDE.fullmatch, said))
            )
            if event.kind == "<style>":
                if not hidden and not any(each for _, each in around) and _is_shown_itself(event, meaning):
                    yield number
                number += 1
            if event.kind not in VOID:
                around.append((event.kind, hidden))


def _is_shown_itself(event: Event, meaning: Mapping[str, tuple[str, str]]) -> bool:
    """Whether some declaration says for some reader that the element is displayed, whatever may hide it."""
    displayed = (
        meaning.get(word, ("", ""))[1] for name, word in event.style.items() if name.endswith("-display")
    )
    return any(map(_SHOWS.fullmatch, displayed))


def _said(event: Event, meaning: Mapping[str, tuple[str, str]]) -> list[str]:
    """The declarations that win on the element, for a client that understands all of them."""
    return [
        meaning[word][1]
        for name, word in event.style.items()
        if name.startswith(f"{EVERYTHING}-") and word in meaning
    ]
