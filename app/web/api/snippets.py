"""What a caller writes to send a mail, by HTTP."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.core.errors import SourceError
from app.core.snippets import node_snippet, python_snippet
from app.web.api.documented import NO_SUCH, UNUSABLE, DraftQuery, FixtureQuery, LenientQuery, Name
from app.web.services import ServicesDep, known_name
from bbws_templates.errors import Location

router = APIRouter(tags=["templates"])


class Snippets(BaseModel):
    """The same call in two languages."""

    python: str = Field(description="With the client of Lambdas: contract check, release, fallback.")
    node: str = Field(description="With the modules of examples/node: the stable keys, nothing checked.")


@router.get("/api/snippets/{name:path}", summary="A caller's snippet", responses={**NO_SUCH, **UNUSABLE})
def write_snippets(
    services: ServicesDep,
    name: Name,
    fixture: FixtureQuery = "",
    draft: DraftQuery = "",
    lenient: LenientQuery = False,
) -> Snippets:
    """A module that sends this mail with these data by SES, to be copied: it runs as it stands."""
    revision = services.revision
    known_name(revision, name)
    data = services.data(revision, name, fixture=fixture, draft=draft, lenient=lenient).members
    source = revision.workspace.source(name)
    if source.metadata is None:
        raise SourceError(
            "A template without metadata has no sender, and nobody can send it.",
            location=Location(source.html.label),
            remedy="Write its metadata beside it.",
        )
    return Snippets(
        python=python_snippet(name, source.metadata, data), node=node_snippet(name, source.metadata, data)
    )
