"""Sending a test by HTTP: whom and what the caller says, by which server the settings do."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool

from app.operations.sending import send_test, send_test_settings
from app.web.api.documented import BODY, NO_SUCH, UNUSABLE, Answers, Name
from app.web.api.models import SendTestRequest, SentTestModel
from app.web.middleware.access import require_own_token
from app.web.middleware.bodies import body_of, read_json
from app.web.problems import HttpError, Problem
from app.web.services import known_name, services_of

router = APIRouter(tags=["templates"])

_REFUSED: Answers = {
    401: {"model": Problem, "description": "The token is missing or wrong."},
    403: {
        "model": Problem,
        "description": "From another site; no server for tests in the settings, or a recipient that they do "
        "not allow; or this server has no token.",
    },
    503: {"model": Problem, "description": "The mail server does not take it; says why."},
}


@router.post(
    "/api/templates/{name:path}/send-test",
    summary="Send a test to a mailbox of ours",
    responses={**NO_SUCH, **UNUSABLE, **BODY, **_REFUSED},
    openapi_extra=body_of(SendTestRequest),
    dependencies=[Depends(require_own_token)],
)
async def send_a_test(request: Request, name: Name) -> SentTestModel:
    """The mail of a fixture, by the mail server of the settings, to an address that they allow."""
    services = services_of(request)
    body = await read_json(request, SendTestRequest)
    settings = send_test_settings(services.settings.targets)
    if settings is None:
        raise HttpError(
            403,
            "sending-off",
            "The settings name no server for tests.",
            remedy="Write [send_test] into bbws-templates.toml.",
        )
    revision = services.revision
    known_name(revision, name)
    sent = await run_in_threadpool(send_test, revision.workspace, name, body.fixture, body.to, settings)
    return SentTestModel(
        template=sent.template,
        fixture=sent.fixture,
        to=sent.recipient,
        subject=sent.subject,
        message_id=sent.message_id,
    )
