"""The mail itself as a page of its own, and as files to take away. No script ever runs in either."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import quote, urlencode

import anyio
import anyio.to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from app.browser.frames import ColourMode, Frame
from app.browser.sheets import SheetFormat, sheet_of
from app.core.clients import FORCED_DARK, client_named
from app.core.messages import sample_message
from app.web.api.documented import (
    NO_SUCH,
    RELEASE,
    UNUSABLE,
    Answers,
    DraftQuery,
    FixtureQuery,
    LenientQuery,
    Name,
)
from app.web.live.releases import DEFAULT_TARGET, SOURCE
from app.web.live.renderings import Data
from app.web.live.workspace import Revision
from app.web.middleware.gate import refuse_elsewhere
from app.web.pages.framing import frame_document
from app.web.pages.scheme import ColourScheme
from app.web.pages.variants import NARROWEST, USUAL_WIDTH, WIDEST
from app.web.problems import HttpError, Problem
from app.web.services import Services, ServicesDep, known_name
from bbws_templates.layout import parted

router = APIRouter(tags=["previews"])

PREVIEW_PATH = "/preview/"
DRAWN_PATH = "/drawn/"
_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
)
BARE_POLICY = _POLICY
# Our own pages read the scroll position and the links of the frame. That needs the same origin; without
# `allow-scripts` beside it, it gives the mail nothing.
EMBEDDED_POLICY = f"{_POLICY} allow-same-origin"


class DownloadFormat(StrEnum):
    """What can be taken away."""

    EML = "eml"
    HTML = "html"
    TEXT = "text"
    PNG = "png"
    PDF = "pdf"


_DRAWN: Final = frozenset({DownloadFormat.PNG, DownloadFormat.PDF})
_DRAWERS: Final = anyio.CapacityLimiter(2)
"""Who draws, or is the next to; drawings that wait must not take the threads of everybody else."""

_MEDIA = {
    DownloadFormat.EML: ("message/rfc822", "eml"),
    DownloadFormat.HTML: ("text/html", "html"),
    DownloadFormat.TEXT: ("text/plain", "txt"),
    DownloadFormat.PNG: ("image/png", "png"),
    DownloadFormat.PDF: ("application/pdf", "pdf"),
}

Wanted = Annotated[
    ColourScheme | None, Query(description="The colour scheme; the browser's own when left out.")
]
Width = Annotated[int, Query(ge=NARROWEST, le=WIDEST, description="Of the window, in CSS pixels.")]
DrawnScheme = Annotated[ColourScheme, Query(description="What the desktop of its reader asks for.")]
Embed = Annotated[bool, Query(description="For a frame in our own pages: its policy lets them scroll it.")]
ClientKey = Annotated[str, Query(description="How a mail client would show it, roughly: see `/api/clients`.")]
ReleaseQuery = Annotated[
    str,
    Query(description="`source` for the files here; or `active`, `previous`, a release id or its beginning."),
]
TargetQuery = Annotated[
    str, Query(description="Where the release was published to, as the settings name it.")
]
VersionQuery = Annotated[
    str, Query(alias="v", description="The version that is expected; of the files here, another leads on.")
]
LED_ON: Answers = {307: {"description": "The version is another by now: to the address that names it."}}


@router.get(
    PREVIEW_PATH + "{name:path}",
    summary="The mail itself as a page",
    response_class=HTMLResponse,
    responses={
        **NO_SUCH,
        **UNUSABLE,
        **RELEASE,
        **LED_ON,
        403: {"model": Problem, "description": "A page of another site asks for a mail of a release."},
    },
)
def preview(
    request: Request,
    services: ServicesDep,
    name: Name,
    fixture: FixtureQuery = "",
    draft: DraftQuery = "",
    scheme: Wanted = None,
    client: ClientKey = "",
    lenient: LenientQuery = False,
    release: ReleaseQuery = SOURCE,
    target: TargetQuery = DEFAULT_TARGET,
    embed: Embed = False,
    version: VersionQuery = "",
) -> Response:
    """The rendered HTML under a policy that lets no script run and no request leave this host.

    Of a release it is the mail that a Lambda would send, with the data of the fixture here.
    """
    if release != SOURCE:
        refuse_elsewhere(request.headers)  # it may lie in a bucket
    revision = services.revision
    known_name(revision, name)
    if elsewhere := led_on(request, revision, name, release, version):
        return elsewhere
    data = services.data(revision, name, fixture=fixture, draft=draft, lenient=lenient)
    if release == SOURCE:
        source = services.renderings.rendered(revision, name, data).email.html
    else:
        source = released_html(services, target, release, name, data)
    if client:
        source = client_named(client).view(source).html
    if client == FORCED_DARK.key:
        scheme = ColourScheme.LIGHT  # what such a client turns over is the light mail
    document = frame_document(source, scheme=scheme, stand_ins=services.stand_ins)
    return HTMLResponse(
        document.encode("utf-8", "replace"), headers={"Content-Security-Policy": frame_policy(embed)}
    )


@router.get(
    "/downloads/{name:path}",
    summary="The mail as a file",
    response_class=Response,
    responses={
        200: {"content": {media: {} for media, _ in _MEDIA.values()}},
        **NO_SUCH,
        **UNUSABLE,
        403: {"model": Problem, "description": "A page of another site asks for what has to be drawn."},
        503: {"model": Problem, "description": "There is no browser to draw it, or it is busy."},
    },
)
async def download(
    request: Request,
    services: ServicesDep,
    name: Name,
    format: DownloadFormat = DownloadFormat.EML,  # noqa: A002  the name in the address
    fixture: FixtureQuery = "",
    draft: DraftQuery = "",
    lenient: LenientQuery = False,
    width: Width = USUAL_WIDTH,
    scheme: DrawnScheme = ColourScheme.LIGHT,
) -> Response:
    """The mail as a file: a whole message, its HTML, its text, or what Chromium draws of it.

    A picture is as wide and in the colours that are asked for; the other formats know neither.
    """
    drawn = format in _DRAWN
    if drawn:
        refuse_elsewhere(request.headers)  # each drawing takes a browser

    def take() -> Response:
        revision = services.revision
        known_name(revision, name)
        data = services.data(revision, name, fixture=fixture, draft=draft, lenient=lenient)
        email = services.renderings.rendered(revision, name, data).email
        if format is DownloadFormat.EML:
            source = revision.workspace.source(name)
            content = sample_message(email, source, data.members).message.as_bytes()
        elif drawn:
            content = sheet_of(
                email.html, SheetFormat(format.value), frame=Frame(width, mode_of(scheme)), name=name
            )
        else:
            content = (email.html if format is DownloadFormat.HTML else email.text).encode("utf-8", "replace")
        media_type, suffix = _MEDIA[format]
        looked_at = _words_of(width, scheme) if format is DownloadFormat.PNG else []
        file_name = "-".join(filter(None, [*name.split("/"), data.scenario or "edited", *looked_at]))
        return Response(
            content,
            media_type=media_type,
            headers={
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file_name, safe='')}.{suffix}",
                "Content-Security-Policy": BARE_POLICY,
            },
        )

    return await anyio.to_thread.run_sync(take, limiter=_DRAWERS if drawn else None)


def _words_of(width: int, scheme: ColourScheme) -> list[str]:
    """What a picture's name says of how it was looked at: nothing of what is usual."""
    own_width = [] if width == USUAL_WIDTH else [str(width)]
    return own_width + ([] if scheme is ColourScheme.LIGHT else [scheme.value])


def released_html(services: Services, target: str, release: str, name: str, data: Data) -> str:
    """The HTML of one mail of a release, in the language that its name says and in no other.

    Raises:
        HttpError: the release does not have it in that language.
        as ``Releases.render``.
    """
    services.renderings.touch()
    base, locale = parted(name)
    email = services.releases.render(target, release, base, data, locale=locale).email
    if locale and email.locale != locale:
        raise HttpError(
            404,
            "unknown-language",
            f"That release has {base} in '{email.locale or 'its own language'}' and not in '{locale}'.",
            remedy="Choose a later release, or the mail in another language.",
        )
    return email.html


def led_on(request: Request, revision: Revision, name: str, release: str, version: str) -> Response | None:
    """To the address of the version that there is, where a page expects another.

    A page takes what comes for the version that it has named. What was saved meanwhile would stay in its
    frame for good once the files are what they were.
    """
    current = revision.versions[name]
    if release != SOURCE or version in ("", current):
        return None
    query = [(key, value) for key, value in request.query_params.multi_items() if key != "v"]
    return Response(status_code=307, headers={"Location": f"?{urlencode([*query, ('v', current)])}"})


def mode_of(scheme: ColourScheme) -> ColourMode:
    """The colours in which a program draws for a reader who prefers ``scheme``."""
    return ColourMode.DARK if scheme is ColourScheme.DARK else ColourMode.LIGHT


def frame_policy(embed: bool) -> str:
    """The Content-Security-Policy of a mail, inside our own pages or alone."""
    return EMBEDDED_POLICY if embed else BARE_POLICY
