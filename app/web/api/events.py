"""Server-sent events: every open page learns of a saved file at once."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.web.services import ServicesDep

router = APIRouter(include_in_schema=False)

_RETRY_MS = 500


@router.get("/events", response_class=EventSourceResponse)
async def events(services: ServicesDep) -> AsyncIterator[ServerSentEvent]:
    """The stream: ``hello`` on connecting, then ``change`` for saved files and ``checked`` for new counts.

    ``hello`` names the run of the server and the generation of the revision, so that a page that was away
    can tell whether it missed something.
    """
    # Listening comes first: what is saved while the hello is on its way must not be lost.
    with services.broadcast.listening() as stream:
        hello = {"run": services.live.run_id, "generation": services.revision.generation}
        yield ServerSentEvent(event="hello", data=hello, retry=_RETRY_MS)
        async for news in stream:
            yield ServerSentEvent(event=news.event, data=news.data)
