"""Where each element of a mail was written, for who looks at it and wants to change it."""

from __future__ import annotations

from fastapi import APIRouter

from app.core.placing import placed_elements
from app.web.api.documented import NO_SUCH, UNUSABLE, DraftQuery, FixtureQuery, LenientQuery, Name
from app.web.api.models import PlaceModel, Places
from app.web.services import ServicesDep, known_name

router = APIRouter()


@router.get(
    "/api/places/{name:path}",
    tags=["templates"],
    summary="Where each element of a mail was written",
    responses={**NO_SUCH, **UNUSABLE},
)
def get_places(
    services: ServicesDep,
    name: Name,
    fixture: FixtureQuery = "",
    draft: DraftQuery = "",
    lenient: LenientQuery = False,
) -> Places:
    """The elements of the rendered HTML in document order, with file, line and column of their start tags."""
    revision = services.revision
    known_name(revision, name)
    data = services.data(revision, name, fixture=fixture, draft=draft, lenient=lenient)
    rendered = services.renderings.rendered(revision, name, data)
    elements = placed_elements(revision.workspace.compilation(name), rendered)
    files = {file: number for number, file in enumerate(dict.fromkeys(each.place.file for each in elements))}
    return Places(
        name=name,
        files=list(files),
        elements=[
            PlaceModel(
                name=each.name,
                file=files[each.place.file],
                line=each.place.line,
                column=each.place.column,
            )
            for each in elements
        ],
    )
