"""Asking links: whether those of a template's own text answer, when a person presses the button."""

from __future__ import annotations

from typing import Final

import anyio
from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.operations.links import ask, links_of
from app.web.api.documented import NO_SUCH, UNUSABLE, Answers, Name
from app.web.middleware.access import require_token
from app.web.problems import HttpError, Problem
from app.web.services import ServicesDep, known_name

router = APIRouter(tags=["templates"])

_ASKERS: Final = anyio.CapacityLimiter(1)
_REFUSED: Answers = {
    401: {"model": Problem, "description": "The token is missing or wrong."},
    403: {"model": Problem, "description": "From another site, or other machines can reach this server."},
}


class _LinkJson(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class LinkAnswerModel(_LinkJson):
    """What became of one link."""

    text: str = Field(examples=["Support"])
    address: str = Field(examples=["https://kimmyai.io/support"])
    asked: bool = Field(description="False where nobody was asked, on purpose: `sentence` says why.")
    answers: bool = Field(description="Whether the end of all redirects answers with 2xx.")
    sentence: str = Field(examples=["Answers: 200."])
    status: int = Field(description="Of HTTP; 0 for none.", examples=[200])
    ends_at: str = Field(description="Where redirects have led, empty for no answer.")


class LinkAnswers(_LinkJson):
    """The links of a template's own text; those whose address has data in it are not among them."""

    links: list[LinkAnswerModel]


@router.post(
    "/api/templates/{name:path}/ask-links",
    summary="Ask whether its links answer",
    dependencies=[Depends(require_token)],
    responses={**NO_SUCH, **UNUSABLE, **_REFUSED},
)
async def ask_links(services: ServicesDep, name: Name) -> LinkAnswers:
    """HEAD, then GET, to public addresses alone, a few at a time. Not on a server that others can reach."""
    if services.settings.exposed:
        raise HttpError(
            403,
            "asking-off",
            "Other machines can reach this server, so it asks no links: it would ask for them from here.",
            remedy="Start a preview on this machine alone.",
        )
    revision = services.revision
    known_name(revision, name)

    def own() -> tuple[tuple[str, str], ...]:
        return links_of(revision.workspace.compilation(name).compiled.html)

    links = await run_in_threadpool(own)
    async with _ASKERS:
        found = await ask(links, permits=services.permits)
    return LinkAnswers(
        links=[
            LinkAnswerModel(
                text=each.text,
                address=each.address,
                asked=each.asked,
                answers=each.answers,
                sentence=each.sentence,
                status=each.status,
                ends_at=each.ends_at,
            )
            for each in found
        ]
    )
