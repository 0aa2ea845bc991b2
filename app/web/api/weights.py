"""The weight of a mail by HTTP: what of it weighs how much, and where that comes from."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.core.compiler.dependencies import Role
from app.core.compiler.tracing import RenderedHtml
from app.core.weight import Weight, weight_of
from app.web.api.documented import NO_SUCH, UNUSABLE, DraftQuery, FixtureQuery, LenientQuery, Name
from app.web.services import ServicesDep, known_name

router = APIRouter(tags=["templates"])

_MARKUP = frozenset({Role.HTML, Role.PARTIAL, Role.STYLESHEET})


class FileSize(BaseModel):
    """One file that the HTML is made of."""

    file: str = Field(examples=["templates/styles/email.css"])
    bytes: int


class MailWeight(BaseModel):
    """A mail weighed, beside what it is made from."""

    sources: list[FileSize] = Field(description="Template, partials and style sheets, as they are written.")
    compiled: int = Field(description="The HTML of the compiled template, in bytes.")
    mail: Weight = Field(description="The HTML with these data.")


@router.get(
    "/api/weights/{name:path}", summary="What of a mail weighs how much", responses={**NO_SUCH, **UNUSABLE}
)
def weigh(
    services: ServicesDep,
    name: Name,
    fixture: FixtureQuery = "",
    draft: DraftQuery = "",
    lenient: LenientQuery = False,
) -> MailWeight:
    """Every byte of the HTML by kind, element, inline style and source line, heaviest first."""
    revision = services.revision
    known_name(revision, name)
    data = services.data(revision, name, fixture=fixture, draft=draft, lenient=lenient)
    rendered = services.renderings.rendered(revision, name, data)
    compilation = revision.workspace.compilation(name)
    origins = RenderedHtml(compilation, rendered.shown, strict=rendered.strict)
    parts = revision.workspace.dependencies(name)
    files = [each.file for each in parts if each.role in _MARKUP and not each.file.label.endswith(".txt")]
    return MailWeight(
        sources=[
            FileSize(file=each.label, bytes=len(each.text.encode("utf-8", "replace"))) for each in files
        ],
        compiled=len(compilation.compiled.html.encode("utf-8", "replace")),
        mail=weight_of(rendered.email.html, origins),
    )
