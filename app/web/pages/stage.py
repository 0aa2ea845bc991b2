"""Several mails side by side: fixtures, versions, languages, the files here and what is published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.core.clients import CLIENTS
from app.publishing.catalogue import ACTIVE, PREVIOUS
from app.web.api.pairs import is_internal, title_of
from app.web.live.environments.sightings import Sighting
from app.web.live.subjects import usual_fixture
from app.web.live.workspace import Revision
from app.web.pages.comparisons import LETTERS, TYPED, Wish, comparisons_of, family_of, scenarios_of
from app.web.pages.previews import DRAWN_PATH, PREVIEW_PATH
from app.web.pages.typed import TypedData, typed_of
from app.web.pages.variants import View, view_of
from app.web.pages.workbench import known_targets, page_context
from app.web.services import Services, ServicesDep, known_name
from bbws_templates.layout import parted

router = APIRouter(include_in_schema=False)

_SHORT: Final = 12


@dataclass(frozen=True)
class ListEntry:
    """One entry of a list; ``group`` is the heading that it stands under."""

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True)
class Pane:
    """One frame: what it shows, what else it could, and what of the address could not be had."""

    letter: str
    wish: Wish
    label: str
    address: str
    mails: tuple[ListEntry, ...]
    fixtures: tuple[ListEntry, ...]
    releases: tuple[ListEntry, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Offering:
    """A release that can be chosen: where it is, what it is called there, and its id if that is known."""

    target: str
    name: str
    release: str

    @property
    def value(self) -> str:
        """As an address says it."""
        return f"{self.target}:{self.name}"

    @property
    def label(self) -> str:
        """As a list says it."""
        short = self.release[:_SHORT]
        return short if self.name == self.release else f"{self.name} ({short})" if short else self.name


@router.get("/stage/{name:path}")
def stage(request: Request, services: ServicesDep, name: str) -> HTMLResponse:
    """The frames that the address asks for, else those of the first comparison that there is."""
    revision = services.revision
    known_name(revision, name)
    asked = request.query_params
    view = view_of(asked)
    typed = typed_of(asked, services.drafts, name)
    targets = known_targets(services)
    published = _published(targets)
    by_value = {each.value: each for each in published}
    actives = {each.target: each.value for each in published if each.name == ACTIVE and each.release}
    previous = {each.target: each.value for each in published if each.name == PREVIOUS}
    offered = comparisons_of(revision, name, asked.get("fixture", ""), actives, previous, typed=typed.kept)
    wishes = _wishes(asked) or offered[0].wishes
    panes = [
        _pane(services, revision, name, letter, wish, view, by_value, typed)
        for letter, wish in zip(LETTERS, wishes, strict=False)
    ]
    shown = tuple(pane.wish for pane in panes)
    return services.pages.TemplateResponse(
        request,
        "stage.html",
        {
            **page_context(request, services),
            "name": name,
            "internal": is_internal(parted(name)[0]),
            "view": view,
            "approximations": tuple(CLIENTS.values()),
            "clients": tuple(services.drawings.kinds.values()),
            "typed": typed,
            "panes": panes,
            "comparisons": [
                (each.label, _address(name, each.wishes, view, typed), each.wishes == shown)
                for each in offered
            ],
            "asking": any(each.asking and not each.answered for each in targets),
            "more": _address(name, (*shown, shown[-1]), view, typed) if len(shown) < len(LETTERS) else "",
            "fewer": _address(name, shown[:-1], view, typed) if len(shown) > 1 else "",
        },
    )


def _wishes(asked: Mapping[str, str]) -> tuple[Wish, ...]:
    """What the address asks for, in the order of the letters."""
    named = ("mail", "fixture", "from")
    return tuple(
        Wish(*(asked.get(f"{letter}.{each}", "") for each in named))
        for letter in LETTERS
        if any(f"{letter}.{each}" in asked for each in named)
    )


def _published(targets: Iterable[Sighting]) -> tuple[Offering, ...]:
    """What can be chosen of each target, newest first; of one that nobody has asked, what it calls active."""
    found: list[Offering] = []
    for seen in targets:
        if not seen.active:
            if not seen.answered:
                found.append(Offering(seen.target.name, ACTIVE, ""))
            continue
        pointer = seen.active.standing.pointer
        found.append(Offering(seen.target.name, ACTIVE, pointer.release))
        if pointer.previous:
            found.append(Offering(seen.target.name, PREVIOUS, pointer.previous))
        each = dict.fromkeys((pointer.release, *(past.release for past in reversed(pointer.history))))
        found.extend(Offering(seen.target.name, release, release) for release in each)
    return tuple(found)


def _pane(
    services: Services,
    revision: Revision,
    name: str,
    letter: str,
    wish: Wish,
    view: View,
    published: Mapping[str, Offering],
    given: TypedData,
) -> Pane:
    """One frame as it can be had; what cannot is said, and something near it is shown.

    ``given`` is what somebody has typed for ``name``.
    """
    missing = []
    mail = wish.mail or name
    if mail not in revision.versions:
        missing.append(f"There is no mail '{mail}'.")
        mail = name
    scenarios = scenarios_of(revision, mail)
    fixture = wish.fixture or _usual(revision, mail)
    typed = given.kept and fixture == TYPED and services.drafts.lend(name, given.key, mail)
    if fixture == TYPED and not typed:
        missing.append("What was typed is not here: it is shown with a fixture.")
        fixture = _usual(revision, mail)
    elif not typed and fixture not in scenarios and (scenarios or wish.fixture):
        instead = _usual(revision, mail)
        shown = f"'{instead}'" if instead else "placeholders"
        missing.append(f"{mail} has no fixture '{fixture}': it is shown with {shown}.")
        fixture = instead
    family = list(dict.fromkeys((*family_of(revision, name), mail)))
    from_group = [ListEntry("", "files here")]
    from_group += [ListEntry(each.value, each.label, each.target) for each in published.values()]
    target, _, release = wish.release.rpartition(":")
    if wish.release and wish.release not in published:
        from_group.append(ListEntry(wish.release, release[:_SHORT], target))
    resolved = published[wish.release].release if wish.release in published else ""
    query = {
        **(given.query if typed else {"fixture": fixture}),
        **({"target": target, "release": release} if wish.release else {}),
        **view.query,
        "embed": "1",
        "v": f"{revision.versions[mail]}{resolved}",
    }
    path = DRAWN_PATH if view.is_drawn else PREVIEW_PATH
    where = f"{target} {published[wish.release].label if resolved else release[:_SHORT]}"
    shown = "typed data" if typed else fixture or "placeholders"
    words = (edition_title(mail), shown, where if wish.release else "files here")
    return Pane(
        letter=letter,
        wish=Wish(mail, fixture, wish.release),
        label=" · ".join(words),
        address=f"{path}{quote(mail)}?{urlencode(query, errors='replace')}",
        mails=tuple(ListEntry(each, edition_title(each)) for each in family),
        fixtures=_fixtures(scenarios, typed=given.kept),
        releases=tuple(from_group),
        missing=tuple(missing),
    )


def _fixtures(scenarios: Iterable[str], *, typed: bool) -> tuple[ListEntry, ...]:
    own = (ListEntry(TYPED, "typed data"),) if typed else ()
    others = tuple(ListEntry(each, each) for each in scenarios)
    return (*own, *(others or (ListEntry("", "placeholders"),)))


def edition_title(name: str) -> str:
    """A mail in a few words: ``receipts/order_internal.af`` is "Order, internal, af"."""
    base, locale = parted(name)
    return ", ".join(filter(None, (title_of(base), "internal" if is_internal(base) else "", locale)))


def _usual(revision: Revision, name: str) -> str:
    return usual_fixture(revision, name) if scenarios_of(revision, name) else ""


def _address(name: str, wishes: tuple[Wish, ...], view: View, typed: TypedData) -> str:
    """The address of the stage with these frames, and the typed data of some of them."""
    query = {
        f"{letter}.{key}": value
        for letter, wish in zip(LETTERS, wishes, strict=False)
        for key, value in (("mail", wish.mail), ("fixture", wish.fixture), ("from", wish.release))
    }
    return f"/stage/{quote(name)}?{urlencode(query | typed.query | view.query_of_page, errors='replace')}"
