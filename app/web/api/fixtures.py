"""Fixtures written from the preview: what a designer has tried out, kept beside the templates."""

from __future__ import annotations

import threading
from typing import Annotated

from fastapi import APIRouter, Depends

from app.core.fixture_file import text_digest, write_fixture
from app.web.api.documented import BODY, NO_SUCH, TOKEN, UNUSABLE, Answers, Name
from app.web.api.models import FixtureSaved, FixtureText
from app.web.middleware.access import require_token
from app.web.middleware.bodies import body_of, json_body
from app.web.problems import Problem
from app.web.services import ServicesDep

router = APIRouter()

CHANGED: Answers = {409: {"model": Problem, "description": "It has changed since, or is there already."}}

_one_at_a_time = threading.Lock()


@router.put(
    "/api/fixtures/{name:path}",
    tags=["templates"],
    summary="Save a fixture",
    dependencies=[Depends(require_token)],
    responses={**NO_SUCH, **UNUSABLE, **BODY, **TOKEN, **CHANGED},
    openapi_extra=body_of(FixtureText),
)
def save_fixture(
    services: ServicesDep, name: Name, body: Annotated[FixtureText, Depends(json_body(FixtureText))]
) -> FixtureSaved:
    """Write a new fixture, or change one that is still what it was when it was read.

    The data are held to the template's contract. A file that has changed meanwhile is left as it is, and the
    answer is 409; two who save at once are told in turn.
    """
    with _one_at_a_time:
        services.reload_now()
        source = services.revision.workspace.source(name)
        write_fixture(source, services.settings.fixtures, body.scenario, body.text, read_as=body.read_as)
        services.reload_now()
        saved = services.revision.workspace.fixture(name, body.scenario)
    return FixtureSaved(scenario=saved.scenario, file=saved.file.label, digest=text_digest(saved.file.text))
