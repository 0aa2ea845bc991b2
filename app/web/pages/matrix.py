"""Every fixture of a mail in every chosen variant, on one sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import QueryParams

from app.core.clients import CLIENTS, FORCED_DARK
from app.web.api.pairs import is_internal
from app.web.live.subjects import usual_fixture
from app.web.live.workspace import Revision
from app.web.pages.comparisons import TYPED, scenarios_of
from app.web.pages.previews import PREVIEW_PATH, DownloadFormat
from app.web.pages.scheme import ColourScheme
from app.web.pages.typed import TypedData, typed_of
from app.web.pages.variants import WIDTHS, View, width_of
from app.web.pages.workbench import page_context
from app.web.services import ServicesDep, known_name
from bbws_templates.layout import parted

router = APIRouter(include_in_schema=False)

SIZES: Final = {"small": "Small", "medium": "Medium", "large": "Large"}
"""How wide a cell is drawn; the pixels stand in the style sheet."""
_USUAL_WIDTHS: Final = (640, 375)
MOST_WIDTHS: Final = 8
"""Each is a column for every scheme and client, with a cell for every fixture."""


@dataclass(frozen=True)
class VariantSheet:
    """What a sheet has columns for, and what of the address could not be had."""

    widths: tuple[int, ...] = _USUAL_WIDTHS
    schemes: tuple[str, ...] = tuple(ColourScheme)
    clients: tuple[str, ...] = ("",)
    text: bool = True
    size: str = "medium"
    missing: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[View, ...]:
        """A view each; of a client that forces its own colours one a width."""
        return tuple(
            View(width, ColourScheme(scheme), client)
            for client in self.clients
            for width in self.widths
            for scheme in (self.schemes[:1] if client == FORCED_DARK.key else self.schemes)
        )

    @property
    def all_widths(self) -> tuple[int, ...]:
        """Those to choose from, narrow ones last."""
        return tuple(dict.fromkeys((*WIDTHS, *self.widths)))


@dataclass(frozen=True)
class SheetCell:
    """One mail: ``address`` draws it, ``link`` opens it in the workbench. What is 0 wide is plain text.

    ``typed``: its data are none of a fixture.
    """

    address: str
    link: str
    title: str
    width: int
    typed: bool = False


@router.get("/matrix/{name:path}")
def matrix(request: Request, services: ServicesDep, name: str) -> HTMLResponse:
    """The sheet that the address asks for; the first time, desktop and phone in both schemes and the text."""
    revision = services.revision
    known_name(revision, name)
    sheet = _sheet(request.query_params)
    version = revision.versions[name]
    typed = typed_of(request.query_params, services.drafts, name)
    scenarios = [*([TYPED] if typed.kept else []), *_in_order(revision, name)]
    rows = [
        (_title(scenario), [_cell(name, version, _data(scenario, typed), column) for column in sheet.columns])
        for scenario in scenarios
    ]
    if sheet.text:
        for scenario, (_, cells) in zip(scenarios, rows, strict=True):
            cells.append(_text_cell(name, version, _data(scenario, typed)))
    return services.pages.TemplateResponse(
        request,
        "matrix.html",
        {
            **page_context(request, services),
            "name": name,
            "internal": is_internal(parted(name)[0]),
            "version": version,
            "typed": typed,
            "sheet": sheet,
            "headings": [*(view.label for view in sheet.columns), *(["Plain text"] if sheet.text else [])],
            "rows": rows,
            "known_widths": WIDTHS,
            "schemes": {ColourScheme.LIGHT.value: "Light", ColourScheme.DARK.value: "Dark"},
            "clients": {"": "As written", **{each.key: f"≈ {each.label}" for each in CLIENTS.values()}},
            "sizes": SIZES,
        },
    )


def _in_order(revision: Revision, name: str) -> list[str]:
    """The fixtures, that which pages open with first; "" alone for a mail without any."""
    scenarios = scenarios_of(revision, name)
    if not scenarios:
        return [""]
    usual = usual_fixture(revision, name)
    return sorted(scenarios, key=lambda each: each != usual)


def _sheet(asked: QueryParams) -> VariantSheet:
    """What the form says: it sends ``sheet`` along, since a box that is not ticked sends nothing."""
    if "sheet" not in asked:
        return VariantSheet()
    missing = []
    widths = []
    for text in asked.getlist("width"):
        width = width_of(text)
        if width is None:
            missing.append(f"'{text}' is no width that can be drawn.")
        elif width not in widths:
            widths.append(width)
    if len(widths) > MOST_WIDTHS:
        missing.append(f"A sheet has {MOST_WIDTHS} widths at most: {len(widths) - MOST_WIDTHS} are left out.")
    schemes = [each for each in ColourScheme if each.value in asked.getlist("scheme")]
    missing += [
        f"There is no colour scheme '{each}'." for each in _unknown(asked, "scheme", set(ColourScheme))
    ]
    missing += [
        f"There is no approximation of a client called '{each}'."
        for each in _unknown(asked, "client", {"", *CLIENTS})
    ]
    clients = [each for each in ("", *CLIENTS) if each in asked.getlist("client")]
    size = asked.get("size") or "medium"
    if size not in SIZES:
        missing.append(f"There is no size of cells called '{size}'.")
    return VariantSheet(
        widths=tuple(widths[:MOST_WIDTHS]),
        schemes=tuple(schemes),
        clients=tuple(clients),
        text="text" in asked,
        size=size if size in SIZES else "medium",
        missing=tuple(missing),
    )


def _unknown(asked: QueryParams, key: str, known: set[str]) -> list[str]:
    return [each for each in asked.getlist(key) if each not in known]


def _title(scenario: str) -> str:
    return "typed data" if scenario == TYPED else scenario or "placeholders"


def _data(scenario: str, typed: TypedData) -> dict[str, str]:
    """What a preview is asked for with, to have these data."""
    if scenario == TYPED:
        return typed.query
    return {"fixture": scenario} if scenario else {}


def _cell(name: str, version: str, data: dict[str, str], view: View) -> SheetCell:
    drawn = _query({**data, **view.query, "embed": "1", "v": version})
    return SheetCell(
        f"{PREVIEW_PATH}{quote(name)}?{drawn}",
        _workbench(name, data, view.query_of_page),
        f"{_words(data)}, {view.label}",
        view.width,
        "draft" in data,
    )


def _text_cell(name: str, version: str, data: dict[str, str]) -> SheetCell:
    drawn = _query({**data, "format": DownloadFormat.TEXT.value, "v": version})
    opened = _workbench(name, data, {"tab": "text"})
    return SheetCell(
        f"/downloads/{quote(name)}?{drawn}", opened, f"{_words(data)}, plain text", 0, "draft" in data
    )


def _words(data: dict[str, str]) -> str:
    return "typed data" if "draft" in data else data.get("fixture", "placeholders")


def _workbench(name: str, data: dict[str, str], view: dict[str, str]) -> str:
    """The address of the workbench; what was typed the page adds itself, where no server sees it."""
    own = {key: value for key, value in data.items() if key != "draft"}
    return f"/templates/{quote(name)}?{_query(own | view)}"


def _query(members: dict[str, str]) -> str:
    return urlencode(members, errors="replace")
