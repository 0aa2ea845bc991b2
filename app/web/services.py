"""What the routes work with, gathered once per application."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import anyio
from fastapi import Depends, Request
from fastapi.templating import Jinja2Templates

from app.core.errors import UnknownNameError
from app.core.validation import specimen_data
from app.operations.links import Permits
from app.web.live.broadcast import Broadcast, News
from app.web.live.checks import Checks, count
from app.web.live.drafts import Drafts
from app.web.live.drawings import Drawings
from app.web.live.environments.environments import Environments
from app.web.live.excerpts import Excerpts
from app.web.live.releases import Releases
from app.web.live.renderings import Data, Renderings
from app.web.live.snapshots import Snapshots
from app.web.live.stand_ins import StandIns
from app.web.live.subjects import Subjects, usual_fixture
from app.web.live.workspace import LiveWorkspace, Reload, Revision
from app.web.problems import HttpError
from app.web.settings import ServerSettings


@dataclass(frozen=True)
class Services:
    """The live template set and everything that is worked out from it.

    ``permits`` says which addresses a link may lead to for it to be asked.
    """

    settings: ServerSettings
    live: LiveWorkspace
    renderings: Renderings
    checks: Checks
    drafts: Drafts
    releases: Releases
    excerpts: Excerpts
    stand_ins: StandIns
    broadcast: Broadcast
    pages: Jinja2Templates
    environments: Environments
    subjects: Subjects
    snapshots: Snapshots
    permits: Permits
    drawings: Drawings

    @property
    def revision(self) -> Revision:
        """The newest revision; take it once per request."""
        return self.live.current

    async def reload(self, *, every_byte: bool = False, saved: bool = True) -> Reload | None:
        """Read what was saved, or ``every_byte``, and tell every open page when something changed.

        Without ``saved`` nobody is known to have saved anything, and nothing steps aside for it.
        """
        return await anyio.to_thread.run_sync(partial(self.reload_now, every_byte=every_byte, saved=saved))

    def reload_now(self, *, every_byte: bool = False, saved: bool = True) -> Reload | None:
        """As ``reload``, in the thread that calls it."""
        if saved:
            self.renderings.touch()  # somebody waits for the mail: the checks step aside
        change = self.live.reload(every_byte=every_byte)
        if change:
            self.broadcast.send(News("change", change_payload(change)))
            self.checks.look_again()
        return change

    def data(
        self, revision: Revision, name: str, *, fixture: str = "", draft: str = "", lenient: bool = False
    ) -> Data:
        """What to render ``name`` with: a draft, a named fixture, else its first fixture or placeholders.

        It is rendered leniently if so asked, and where nothing else will do.

        Raises:
            UnknownNameError: no such template or fixture.
            BbwsTemplatesError: the fixture cannot be read, or the template does not compile.
            HttpError: the draft is not kept any more.
        """
        if draft:
            kept = self.drafts.find(name, draft)
            if kept is None:
                revision.workspace.source(name)
                raise HttpError(
                    404,
                    "unknown-draft",
                    "These edited data are not kept any more.",
                    remedy="Choose a fixture, or send the data again.",
                )
            return Data(kept.members, kept.scenario, lenient=True) if lenient else kept
        scenario = fixture or usual_fixture(revision, name)
        if scenario:
            return Data(revision.workspace.fixture(name, scenario).data, scenario, lenient=lenient)
        return Data(placeholders(revision, name), lenient=True)


def placeholders(revision: Revision, name: str) -> dict[str, Any]:
    """Data for a template without a fixture: ``{{orderId}}`` as "[orderId]", each section once.

    Raises:
        UnknownNameError, BbwsTemplatesError: as ``Workspace.compilation``.
    """
    return specimen_data(revision.workspace.compilation(name).compiled, shape="[{}]")


def known_name(revision: Revision, name: str) -> str:
    """``name`` if there is such a template, however broken.

    Raises:
        UnknownNameError: there is none.
    """
    if name not in revision.versions:
        raise UnknownNameError("template", name, tuple(revision.versions))
    return name


def checked_payload(services: Services, name: str) -> dict[str, object]:
    """The event that tells how many findings a template has."""
    revision = services.revision
    findings = services.checks.known(revision, name)
    return {"name": name, "counts": count(findings) if findings is not None else None}


def change_payload(change: Reload) -> dict[str, object]:
    """The event that tells what a save has changed."""
    return {
        "generation": change.generation,
        "changed": list(change.changed),
        "added": list(change.added),
        "removed": list(change.removed),
        "problem": change.problem,
    }


def services_of(request: Request) -> Services:
    """The services of the application that handles ``request``."""
    services: Services = request.app.state.services
    return services


def generation_of(request: Request) -> int:
    """The generation of the revision when ``request`` came: its answer is made of that one, or of a later.

    A page says this one. Were it that of a save which it was not drawn with, the page would take the news of
    it for old, and show what was before until the next.
    """
    # Where nothing has been noted, nothing of a revision was read either.
    noted: int = getattr(request.state, "generation", services_of(request).revision.generation)
    return noted


async def _services(request: Request) -> Services:  # a plain function would be run in a thread, each time
    services = services_of(request)
    request.state.generation = services.revision.generation  # before anything of it is read
    return services


ServicesDep = Annotated[Services, Depends(_services)]
