"""Approximations of mail clients: which there are, and what each does to a mail."""

from __future__ import annotations

from fastapi import APIRouter

from app.core.clients import CLIENTS, Client, ClientView, client_named
from app.web.api.documented import NO_SUCH, UNUSABLE, DraftQuery, FixtureQuery, Name
from app.web.api.models import ClientModel, ClientNotes
from app.web.services import ServicesDep, known_name

router = APIRouter()


@router.get("/api/clients", tags=["clients"], summary="The approximations of mail clients")
def list_clients() -> list[ClientModel]:
    """What each models, what it leaves out, and where its rules come from."""
    return [_model(client) for client in CLIENTS.values()]


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
    """In words; `/preview/{name}?client=…` shows it."""
    chosen = client_named(client)
    revision = services.revision
    known_name(revision, name)
    data = services.data(revision, name, fixture=fixture, draft=draft, lenient=lenient)
    seen: ClientView = chosen.view(services.renderings.rendered(revision, name, data).email.html)
    return ClientNotes(**_model(chosen).model_dump(), notes=list(seen.notes))


def _model(client: Client) -> ClientModel:
    """An approximation as JSON."""
    return ClientModel(
        key=client.key,
        label=client.label,
        models=client.models,
        leaves_out=client.leaves_out,
        sources=list(client.sources),
    )
