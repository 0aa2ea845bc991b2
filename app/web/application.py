"""The preview server: the application and the process that serves it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.templating import Jinja2Templates
from starlette.middleware import Middleware

from app.web import clients_api, events, pages, previews, rendering_api, review, server_api, templates_api
from app.web.answers import handle_errors
from app.web.broadcast import Broadcast, News
from app.web.checks import Checks
from app.web.description import TITLE, describe, product_version, prose
from app.web.drafts import Drafts
from app.web.excerpts import Excerpts
from app.web.files import RevalidatedFiles, StandInFiles
from app.web.gate import Gate
from app.web.heads import HeadAsGet
from app.web.listening import listen
from app.web.live import LiveWorkspace
from app.web.released import Releases
from app.web.renderings import Renderings
from app.web.services import Services, checked_payload
from app.web.settings import ServerSettings
from app.web.stand_ins import StandIns
from app.web.watching import watch

__all__ = ["ServerSettings", "create_app", "serve"]

_HERE = Path(__file__).parent
_SECONDS_TO_STOP = 3
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
        docs_url=None,  # their pages load scripts from elsewhere; ours is /docs in `pages`
        redoc_url=None,
        lifespan=_lifespan,
        middleware=[Middleware(Gate, settings=settings), Middleware(HeadAsGet)],
    )
    app.state.services = services
    # Rendering before the templates: a template's name may have any depth and would swallow its path.
    for part in (server_api, rendering_api, templates_api, clients_api, review, previews, events, pages):
        app.include_router(part.router)
    app.mount("/static", RevalidatedFiles(directory=_HERE / "static"))
    app.mount(review.FILES_PATH, RevalidatedFiles(directory=review.FILES))
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
    made_up = settings.exposed and settings.token is None
    if made_up:
        settings = dataclasses.replace(settings, token=secrets.token_urlsafe(24))
    app = create_app(settings)
    listener = listen(settings.host, settings.port)
    port = listener.getsockname()[1]
    count = len(app.state.services.snapshot.versions)
    announce(f"Preview of {count} templates at http://{settings.reachable_host}:{port}/ (Ctrl-C stops it)")
    if settings.exposed:
        announce(
            "Other machines can open it by the IP address of this one; by a name only if it is given with "
            "--allowed-host."
        )
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
    broadcast = Broadcast()
    checks = Checks(
        live, renderings, lambda name: broadcast.send(News("checked", checked_payload(services, name)))
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
    )
    return services


def _pages() -> Jinja2Templates:
    pages = Jinja2Templates(_HERE / "pages")
    pages.env.filters["prose"] = prose
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
        await asyncio.to_thread(services.checks.stop)


async def _keep_up(services: Services) -> None:
    """Reload whenever a file was saved, for as long as the server runs."""
    async for _ in watch(services.live.templates.absolute(), services.live.fixtures.absolute()):
        try:
            await services.reload()
        except Exception:  # noqa: BLE001  a defect met in one odd file must not end the reloading of all
            _log.exception("Reading the templates again has failed")
