"""Elements of a template that markup in data tears: it closes what it did not open, or leaves it open.

A parser then makes two of an author's element, or puts it elsewhere, and other rules reach it than those that
were inlined when the data were not known. What is written in its style attribute goes along.

Source: HTML, 13.2.6.4.7 (the adoption agency), 13.2.4.3 (the list of active formatting elements).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from app.core.compiler.data_markup import MARK, NUMBER, RenderedSource
from app.core.html.markup import UnclosedMarkupError
from app.core.proof.events import Event
from app.core.proof.exposed import VOID

_Path = tuple[str, ...]


def torn_events(rendered: RenderedSource, seen: Callable[[str], Sequence[Event]]) -> frozenset[int]:
    """Which events of a rendered source are start tags of elements that are torn, by their places.

    ``seen`` gives the events of a document.
    """
    try:
        whole = _paths(seen(rendered.numbered_without_data()))
        found = list(_paths_of(seen(rendered.numbered())))
    except UnclosedMarkupError:
        return frozenset()
    return frozenset(place for place, number, path in found if path not in whole.get(number, ()))


def _paths(events: Sequence[Event]) -> dict[str, set[_Path]]:
    paths: dict[str, set[_Path]] = {}
    for _, number, path in _paths_of(events):
        paths.setdefault(number, set()).add(path)
    return paths


def _paths_of(events: Sequence[Event]) -> Iterator[tuple[int, str, _Path]]:
    """The place of each start tag of the template's own, its number, and what stands around it."""
    around: list[tuple[str, str]] = []
    for place, event in enumerate(events):
        if event.kind.startswith("</"):
            while around and around.pop()[0] != f"<{event.kind[2:]}":
                pass
        elif event.kind.startswith("<"):
            attributes = dict(event.attributes)
            number = attributes.get(NUMBER, "")
            if number:
                yield place, number, tuple(each for _, each in around if each)
            if event.kind not in VOID:
                around.append((event.kind, number or (MARK if MARK in attributes else "")))
