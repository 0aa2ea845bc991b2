"""The preview server: the application and the process that serves it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import dataclasses
import logging
import secrets
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.templating import Jinja2Templates
from starlette.middleware import Middleware

from app.core.changes import tells
from app.operations.links import is_public
from app.web.api import (
    clients,
    events,
    fixtures,
    forms,
    links,
    places,
    rendering,
    review,
    searching,
    sending,
    server,
    snapshots,
    snippets,
    templates,
    weights,
)
from app.web.api.environments import operations as operations_api
from app.web.api.environments import targets
from app.web.api.openapi import TITLE, describe, product_version, prose
from app.web.exception_handlers import handle_errors
from app.web.listening import listen
from app.web.live.broadcast import Broadcast, News
from app.web.live.checks import Checks
from app.web.live.drafts import Drafts
from app.web.live.drawings import Drawings
from app.web.live.environments.ahead import SourceReleases
from app.web.live.environments.environments import Environments
from app.web.live.environments.operations import Operations
from app.web.live.environments.plans import Plans
from app.web.live.environments.sightings import Sightings
from app.web.live.excerpts import Excerpts
from app.web.live.releases import Releases
from app.web.live.renderings import Renderings
from app.web.live.snapshots import Snapshots
from app.web.live.stand_ins import StandIns
from app.web.live.subjects import Subjects
from app.web.live.watching import watch
from app.web.live.workspace import LiveWorkspace, Revision
from app.web.middleware.files import RevalidatedFiles, StandInFiles
from app.web.middleware.gate import RequestGate
from app.web.middleware.heads import HeadAsGet
from app.web.pages import drawings, environments, fonts, matrix, previews, stage, taking, workbench
from app.web.services import Services, checked_payload
from app.web.settings import ServerSettings
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.printable import printable

__all__ = ["ServerSettings", "create_app", "serve"]

_PAGES = Path(__file__).parent / "pages"
_SECONDS_TO_STOP = 3
_SECONDS_OF_A_TURN = 0.0005
"""How long a thread that computes, such as that of the checks, keeps the interpreter while a request waits. A
request changes threads about six times, and Python's own turn of 5 ms would be waited for each time."""
_log = logging.getLogger(__name__)


def create_app(settings: ServerSettings) -> FastAPI:
    """The application over the two folders of ``settings``; it watches them while it runs.

    Raises:
        SourceError: the templates folder does not exist.
    """
    services = _services(settings)
    app = FastAPI(
        title=TITLE,
        version=product_version(),
        docs_url=None,  # their pages load scripts from elsewhere; ours is /docs in the workbench
        redoc_url=None,
        lifespan=_lifespan,
        middleware=[Middleware(RequestGate, settings=settings), Middleware(HeadAsGet)],
    )
    app.state.services = services
    # Rendering before the templates: a template's name may have any depth and would swallow its path.
    for part in (
        server,
        rendering,
        searching,
        sending,
        links,
        templates,
        fixtures,
        forms,
        weights,
        snippets,
        places,
        clients,
        review,
        snapshots,
        targets,
        operations_api,
        previews,
        drawings,
        events,
        environments,
        fonts,
        taking,
        matrix,
        stage,
        workbench,
    ):
        app.include_router(part.router)
    app.mount("/static", RevalidatedFiles(directory=_PAGES / "static"))
    app.mount(review.FILES_PATH, RevalidatedFiles(directory=review.FILES))
    app.mount(fonts.FILES_PATH, RevalidatedFiles(directory=fonts.FILES))
    for path, folder in services.stand_ins.mounts:
        app.mount(path, StandInFiles(directory=folder, check_dir=False))
    handle_errors(app)
    describe(app, protected=settings.exposed or settings.token is not None)
    return app


def _say(line: str) -> None:
    print(line, flush=True)  # whoever started the server in a pipe waits for this line


def serve(settings: ServerSettings, *, announce: Callable[[str], None] = _say) -> None:
    """Serve until interrupted. ``announce`` is told the address once it can be opened.

    Raises:
        SourceError: the templates folder does not exist.
        ListenError: the address is taken or not ours.
        KeyboardInterrupt: the user has stopped it.
    """
    made_up = (settings.exposed or settings.allow_publish) and not settings.token
    if made_up:
        settings = dataclasses.replace(settings, token=secrets.token_urlsafe(24))
    app = create_app(settings)
    listener = listen(settings.host, settings.port)
    port = listener.getsockname()[1]
    count = len(app.state.services.revision.names)
    announce(f"Preview of {count} templates at http://{settings.reachable_host}:{port}/ (Ctrl-C stops it)")
    if settings.exposed:
        announce(
            "Other machines can open it by the IP address of this one; by a name only if it is given with "
            "--allowed-host."
        )
    if settings.editor and settings.exposed:
        announce("Files are not opened in an editor from here: other machines can reach this server.")
    if made_up:
        announce(f"Token for requests that change something: {settings.token}")
    config = uvicorn.Config(
        app,
        log_config=None,  # whoever serves says where logs go
        log_level="warning",
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=_SECONDS_TO_STOP,
    )
    sys.setswitchinterval(_SECONDS_OF_A_TURN)
    _Server(config, app.state.services.broadcast).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends the event streams before it waits for open requests, or it would wait for every open page."""

    def __init__(self, config: uvicorn.Config, broadcast: Broadcast) -> None:
        super().__init__(config)
        self._broadcast = broadcast

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._broadcast.close()
        await super().shutdown(sockets)


def _services(settings: ServerSettings) -> Services:
    live = LiveWorkspace(settings.templates, settings.fixtures)
    renderings = Renderings()
    subjects = Subjects()
    broadcast = Broadcast()

    def stand(revision: Revision, name: str) -> None:
        try:
            stands = services.snapshots.standings(revision, (name,))
        except (
            BbwsTemplatesError
        ):  # a mistake in the settings of the pictures: the pages say it when they ask
            return
        if stands:
            broadcast.send(News("pictures", {"name": name}))

    checks = Checks(
        live,
        renderings,
        lambda name: broadcast.send(News("checked", checked_payload(services, name))),
        memory=settings.memory,
        beforehand=subjects.of,
        afterwards=stand,
    )

    def reload() -> None:
        services.reload_now(every_byte=True)  # for a plan or a release, nothing is taken for unchanged

    operations = Operations(lambda operation: broadcast.send(News("operation", operation.news())))
    drawing = threading.Lock()
    estate = Environments(
        settings=settings,
        live=live,
        sightings=Sightings(settings.targets, lambda name: broadcast.send(News("target", {"name": name}))),
        sources=SourceReleases(live, renderings, lambda: broadcast.send(News("sources", {}))),
        operations=operations,
        plans=Plans(),
        reload=reload,
        drawing=drawing,
    )
    services = Services(
        settings=settings,
        live=live,
        renderings=renderings,
        checks=checks,
        drafts=Drafts(),
        releases=Releases(settings.targets),
        excerpts=Excerpts((settings.templates, settings.fixtures)),
        stand_ins=StandIns(settings.stand_ins),
        broadcast=broadcast,
        pages=_pages(),
        environments=estate,
        subjects=subjects,
        permits=is_public,
        snapshots=Snapshots(settings.screenshots, live, operations, drawing, reload),
        drawings=Drawings(),
    )
    return services


def moment(at: str) -> str:
    """A time as the targets write it (ISO 8601, UTC) for people; another text is what it is."""
    is_one = len(at) >= 20 and at[10] == "T" and at.endswith("Z")
    return printable(f"{at[:10]} {at[11:16]} UTC" if is_one else at)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _pages() -> Jinja2Templates:
    pages = Jinja2Templates(_PAGES / "html")
    pages.env.filters |= {"prose": prose, "printable": printable, "moment": moment, "base64": _base64}
    pages.env.tests["tells"] = tells
    return pages


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    services.broadcast.open()
    services.checks.start()
    watching = asyncio.create_task(_keep_up(services))
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        services.broadcast.close()
        await asyncio.to_thread(services.drawings.close)
        await asyncio.to_thread(services.checks.stop)
        await asyncio.to_thread(services.environments.operations.wait, _SECONDS_TO_STOP)
        services.environments.plans.close()


async def _keep_up(services: Services) -> None:
    """Reload whenever a file was saved, for as long as the server runs."""
    async for told in watch(services.live.templates.absolute(), services.live.fixtures.absolute()):
        try:
            await services.reload(saved=told)
        except Exception:  # noqa: BLE001  a defect met in one odd file must not end the reloading of all
            _log.exception("Reading the templates again has failed")
