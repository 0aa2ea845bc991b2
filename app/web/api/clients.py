"""Mail clients and approximations of others: which there are, and what each does to a mail."""

from __future__ import annotations

from fastapi import APIRouter

from app.browser.clients import RENDERERS, RendererKind
from app.browser.errors import BrowserNotFoundError
from app.core.clients import CLIENTS, Client, ClientView, client_named
from app.core.errors import UnknownNameError
from app.web.api.documented import NO_SUCH, UNUSABLE, DraftQuery, FixtureQuery, Name
from app.web.api.models import ClientModel, ClientNotes
from app.web.services import Services, ServicesDep, known_name

router = APIRouter()


@router.get("/api/clients", tags=["clients"], summary="The mail clients, real ones and approximations")
def list_clients(services: ServicesDep) -> list[ClientModel]:
    """What of each is there, what is not, and where the rules of the approximations come from."""
    approximations = [_approximation(client) for client in CLIENTS.values()]
    return [*approximations, *(_real(services, kind) for kind in services.drawings.kinds.values())]


@router.get(
    "/api/clients/{client}/{name:path}",
    tags=["clients"],
    summary="What one client does to one mail",
    responses={**NO_SUCH, **UNUSABLE},
)
def get_client_notes(
    services: ServicesDep,
    client: str,
    name: Name,
    fixture: FixtureQuery = "",
    draft: DraftQuery = "",
    lenient: bool = False,
) -> ClientNotes:
    """In words; `/preview/{name}?client=…` shows an approximation, `/drawn/{name}?client=…` a real one.

    Of a real one nothing is said about the mail: it would have to be drawn.
    """
    revision = services.revision
    known_name(revision, name)
    if client in services.drawings.kinds:
        return ClientNotes(**_real(services, services.drawings.kinds[client]).model_dump(), notes=[])
    if client not in CLIENTS:
        raise UnknownNameError("client", client, (*CLIENTS, *RENDERERS))
    data = services.data(revision, name, fixture=fixture, draft=draft, lenient=lenient)
    seen: ClientView = client_named(client).view(
        services.renderings.rendered(revision, name, data).email.html
    )
    return ClientNotes(**_approximation(CLIENTS[client]).model_dump(), notes=list(seen.notes))


def _approximation(client: Client) -> ClientModel:
    return ClientModel(
        key=client.key,
        label=client.label,
        real=False,
        models=client.models,
        leaves_out=client.leaves_out,
        sources=list(client.sources),
        poorer_than=[RENDERERS[key].label for key in client.real],
    )


def _real(services: Services, kind: RendererKind) -> ClientModel:
    version = remedy = ""
    try:
        version = services.drawings.find(kind.key).version
    except BrowserNotFoundError as error:
        remedy = str(error)
    return ClientModel(
        key=kind.key,
        label=kind.label,
        real=True,
        models=kind.real,
        leaves_out=kind.lacks,
        sources=[],
        version=version,
        remedy=remedy,
    )
