"""The mail as a real mail client shows it, as a page of its own: drawn here, when it is asked for."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from app.browser.frames import Frame
from app.web.api.documented import NO_SUCH, RELEASE, UNUSABLE, DraftQuery, FixtureQuery, LenientQuery, Name
from app.web.live.drawings import Commission, Drawn
from app.web.live.releases import DEFAULT_TARGET, SOURCE
from app.web.middleware.gate import refuse_elsewhere
from app.web.pages.framing import frame_document
from app.web.pages.previews import (
    DRAWN_PATH,
    LED_ON,
    DrawnScheme,
    Embed,
    ReleaseQuery,
    TargetQuery,
    VersionQuery,
    Width,
    frame_policy,
    led_on,
    mode_of,
    released_html,
)
from app.web.pages.scheme import ColourScheme
from app.web.pages.variants import USUAL_WIDTH
from app.web.problems import Problem
from app.web.services import Services, ServicesDep, known_name

router = APIRouter(tags=["previews"])

_LOOK_AGAIN_SECONDS = 0.2
_GAVE_UP = 499
"""As web servers log what nobody waits for any more; nobody gets it."""

RealClient = Annotated[str, Query(description="The key of a real client: see `/api/clients`.")]


@router.get(
    DRAWN_PATH + "{name:path}",
    summary="The mail as a real client shows it",
    response_class=HTMLResponse,
    responses={
        **NO_SUCH,
        **UNUSABLE,
        **RELEASE,
        **LED_ON,
        403: {"model": Problem, "description": "A page of another site asks for what has to be drawn."},
        503: {"model": Problem, "description": "The client is not here, fails, or is busy; says what to do."},
    },
)
async def drawn(
    request: Request,
    services: ServicesDep,
    name: Name,
    client: RealClient,
    width: Width = USUAL_WIDTH,
    scheme: DrawnScheme = ColourScheme.LIGHT,
    fixture: FixtureQuery = "",
    draft: DraftQuery = "",
    lenient: LenientQuery = False,
    release: ReleaseQuery = SOURCE,
    target: TargetQuery = DEFAULT_TARGET,
    embed: Embed = False,
    version: VersionQuery = "",
) -> Response:
    """A page with the picture, or the page that a sanitizer makes of the mail; no script runs in either.

    Of a release it is the mail that a Lambda would send, with the data of the fixture here. Clients draw one
    mail after another. Who closes the connection before it is their turn is passed over.
    """
    refuse_elsewhere(request.headers)  # each drawing takes a program
    kind = services.drawings.kind(client)
    # What a sanitizer makes of a mail is one page for every width and scheme.
    frame = Frame(USUAL_WIDTH) if kind.sanitizes else Frame(width, mode_of(scheme))

    def rendered() -> str | Response:
        revision = services.revision
        known_name(revision, name)
        if elsewhere := led_on(request, revision, name, release, version):
            return elsewhere
        data = services.data(revision, name, fixture=fixture, draft=draft, lenient=lenient)
        if release != SOURCE:
            return released_html(services, target, release, name, data)
        return services.renderings.rendered(revision, name, data).email.html

    html = await anyio.to_thread.run_sync(rendered)
    if isinstance(html, Response):
        return html
    made = await _while_wanted(request, services.drawings.ask(Commission(client, html, frame, name)))
    if made is None:
        return Response(status_code=_GAVE_UP)
    if kind.sanitizes:
        page = await anyio.to_thread.run_sync(_washed, services, made, scheme)
    else:
        words = f"{name} as {kind.label} {made.version} draws it, {width} pixels wide, {scheme}"
        page = services.pages.get_template("drawn.html").render(drawn=made, words=words)
    content = page.encode("utf-8", "replace")
    return HTMLResponse(content, headers={"Content-Security-Policy": frame_policy(embed)})


def _washed(services: Services, made: Drawn, scheme: ColourScheme) -> str:
    return frame_document(made.html, scheme=scheme, stand_ins=services.stand_ins)


async def _while_wanted(request: Request, future: Future[Drawn]) -> Drawn | None:
    """What becomes of ``future``; None when whoever asked is gone, and then it is not begun any more."""
    waited = asyncio.wrap_future(future)
    try:
        while not (await asyncio.wait({waited}, timeout=_LOOK_AGAIN_SECONDS))[0]:
            if await request.is_disconnected():
                return None
        return waited.result()
    finally:
        waited.cancel()
