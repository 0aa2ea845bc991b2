"""Searching by HTTP, for the gallery, the list of templates and whoever asks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.web.api.documented import Answers
from app.web.api.pairs import title_of
from app.web.live.searching import Shown, search
from app.web.problems import Problem
from app.web.services import ServicesDep

router = APIRouter(tags=["templates"])

_PARAMETER: Answers = {422: {"model": Problem, "description": "There is no question."}}


class FoundTemplate(BaseModel):
    """One template that fits."""

    name: str = Field(examples=["receipts/receipt"])
    title: str = Field(description="As lists show it.", examples=["Receipt"])
    where: str = Field(description="`exact`, `begins`, `name`, `words`, `body`, `partial` or `fixture`.")
    file: str = Field(description="The file that it was found in, empty for name, subject and description.")


class FoundTemplates(BaseModel):
    """What fits, best first."""

    templates: list[FoundTemplate]


@router.get("/api/search", summary="Search the templates", responses=_PARAMETER)
def search_templates(
    services: ServicesDep,
    q: Annotated[str, Query(description="Words; each must be found somewhere.", examples=["receipt"])],
) -> FoundTemplates:
    """Names that are or begin with the question come first; then subject, body, partials and fixtures."""
    revision = services.revision
    shown = {name: Shown(title_of(name), services.subjects.of(revision, name)) for name in revision.names}
    return FoundTemplates(
        templates=[
            FoundTemplate(
                name=match.name,
                title=title_of(match.name),
                where=match.closeness.name.lower(),
                file=match.file,
            )
            for match in search(revision, shown, q)
        ]
    )
