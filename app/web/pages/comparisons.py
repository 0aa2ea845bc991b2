"""What is worth comparing with a mail: other data, the other version, another language, what is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from app.web.api.pairs import partner_of
from app.web.live.subjects import usual_fixture
from app.web.live.workspace import Revision
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.layout import parted

LETTERS: Final = "abcd"
"""A frame each: as many as can be told apart on one page."""
TYPED: Final = "/typed"
"""In the place of a fixture, the data that somebody has typed in the workbench: no file can be called so."""


@dataclass(frozen=True)
class Wish:
    """What one frame is to show: ``release`` is ``target:release``, "" for the files here."""

    mail: str
    fixture: str
    release: str = ""


@dataclass(frozen=True)
class Lineup:
    """A few frames that belong together, and what their difference is called."""

    label: str
    wishes: tuple[Wish, ...]


def comparisons_of(
    revision: Revision,
    name: str,
    fixture: str,
    actives: Mapping[str, str],
    previous: Mapping[str, str],
    *,
    typed: bool = False,
) -> list[Lineup]:
    """What there is to compare with ``name``, what is asked most first; at least one.

    ``actives`` and ``previous`` are releases by target, as ``target:release``. If somebody has ``typed``
    data, they are those of each frame but of one beside it.
    """
    return list(_comparisons(revision, name, fixture, actives, previous, typed)) or [
        Lineup("This mail alone", (Wish(name, ""),))
    ]


def _comparisons(
    revision: Revision,
    name: str,
    fixture: str,
    actives: Mapping[str, str],
    previous: Mapping[str, str],
    typed: bool,
) -> Iterator[Lineup]:
    scenarios = scenarios_of(revision, name)
    chosen = _nearest(revision, name, fixture)
    if typed:
        yield Lineup("Typed data, and the fixture", (Wish(name, TYPED), Wish(name, chosen)))
        chosen = TYPED
    own = Wish(name, chosen)
    if len(scenarios) > 1 and not typed:
        following = scenarios[(scenarios.index(chosen) + 1) % len(scenarios)]
        yield Lineup("Two fixtures", (own, Wish(name, following)))
    base, locale = parted(name)
    partner = partner_of(base, revision.names)
    if partner:
        partner = revision.workspace.in_language(partner, locale)
        yield Lineup("Customer and internal", (own, Wish(partner, _nearest(revision, partner, chosen))))
    editions = [each for each in revision.workspace.editions([base]) if each != name]
    if editions:
        translated = (Wish(each, _nearest(revision, each, chosen)) for each in editions)
        yield Lineup("Languages", (own, *translated)[: len(LETTERS)])
    for target, release in actives.items():
        yield Lineup(f"Live at {target}, and the files", (Wish(name, chosen, release), own))
        if target in previous:
            before = Wish(name, chosen, previous[target])
            yield Lineup(f"Last two releases at {target}", (before, Wish(name, chosen, release)))


def family_of(revision: Revision, name: str) -> list[str]:
    """The mail in its languages, and the version for the other audience in its own."""
    base = parted(name)[0]
    partner = partner_of(base, revision.names)
    return list(revision.workspace.editions([base, partner] if partner else [base]))


def scenarios_of(revision: Revision, name: str) -> list[str]:
    """The fixtures of a mail, those that cannot be read included; none of one that cannot be read itself."""
    try:
        source = revision.workspace.source(name)
    except BbwsTemplatesError:
        return []
    return sorted({*source.fixtures, *source.broken_fixtures})


def _nearest(revision: Revision, name: str, fixture: str) -> str:
    """The fixture of that name, or the typed data, else the usual one."""
    if fixture == TYPED:
        return TYPED
    scenarios = scenarios_of(revision, name)
    return fixture if fixture in scenarios else usual_fixture(revision, name) if scenarios else ""
