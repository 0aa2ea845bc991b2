"""Rendering by HTTP: one mail, from the files here or from a published release."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from app.core.findings import Finding, finding_of_warning
from app.core.html.opening import opening_of
from app.core.html.references import Reference, references_of
from app.web.api.documented import BODY, NAME_READ, NO_SUCH, RELEASE, UNUSABLE
from app.web.api.models import Counts, FindingModel, MailboxModel, ReferenceModel, RenderRequest, RenderResult
from app.web.live.checks import count
from app.web.live.releases import SOURCE
from app.web.live.renderings import Data
from app.web.live.workspace import Revision
from app.web.middleware.bodies import body_of, read_json
from app.web.services import Services, known_name, services_of
from bbws_templates.compiled import RenderedEmail
from bbws_templates.layout import parted

router = APIRouter()

_LITTLE = 8 * 1024
"""Data of at most so many characters of JSON are rendered between two other requests, if they are held to a
contract: what is not may ask for a warning at each value."""


@router.post(
    "/api/templates/{name:path}/render",
    tags=["templates"],
    summary="Render one mail",
    response_model=RenderResult,
    responses={**NO_SUCH, **UNUSABLE, **BODY, **RELEASE},
    openapi_extra={**body_of(RenderRequest), **NAME_READ},
)
async def render_template(request: Request) -> Response:
    """Render with a fixture or with data of your own, by the engine that production uses. Nothing is stored.

    Data are held to the template's contract unless `lenient`. A template of a release is rendered exactly as
    a Lambda renders it. With a `locale`, the mail is in that language or the next wider one that there is,
    else in the set's own. The answer waits for the mail alone: what takes longer, the checks, the list of
    links and images and the first words, comes only when it is asked for.
    """
    # Read here and not as dependencies: the framework takes as long to hand these over as the mail takes.
    services = services_of(request)
    body = await read_json(request, RenderRequest)
    revision = services.revision
    edition = str(request.path_params["name"])  # names one thing; only a wish may be met by another
    name, locale = parted(edition)
    locale = body.locale or locale
    if body.locale and (body.release == SOURCE or body.data is None):
        edition = revision.workspace.in_language(name, locale)
    if body.data is not None:
        data = Data(body.data, lenient=body.lenient)
    else:
        fixture = revision.workspace.fixture(edition, body.fixture or "")
        data = Data(fixture.data, fixture.scenario, lenient=body.lenient)
    if body.release != SOURCE:
        services.renderings.touch()
        at_hand = services.releases.at_hand(body.target, body.release)
        work = partial(_of_release, services, body, name, data, locale=locale)
    else:
        known_name(revision, edition)
        at_hand = services.renderings.at_hand(revision, edition)
        work = partial(_of_sources, services, revision, body, edition, data)
    # A mail is made in less time than it takes to hand it to a thread; all that may take longer goes there.
    if at_hand and data.size <= _LITTLE and not (body.checks or body.references or body.lenient):
        return work()
    return await run_in_threadpool(work)


def _of_release(
    services: Services, body: RenderRequest, name: str, data: Data, *, locale: str | None
) -> Response:
    found = services.releases.render(body.target, body.release, name, data, locale=locale)
    return _answer(body, found.email, data, found.shown, found.findings, preview="")


def _of_sources(
    services: Services, revision: Revision, body: RenderRequest, edition: str, data: Data
) -> Response:
    query = {"fixture": data.scenario} | ({"lenient": "true"} if body.lenient else {})
    if body.data is not None:
        query = {"draft": services.drafts.keep(edition, data)}
    rendered = services.renderings.rendered(revision, edition, data)
    findings: tuple[Finding, ...]
    if body.checks:
        findings = services.renderings.findings(revision, edition, data)
    else:
        findings = tuple(finding_of_warning(each, edition, data.scenario) for each in rendered.warnings)
    path = f"/preview/{quote(edition)}?{urlencode(query)}"
    version = revision.versions[edition]
    return _answer(body, rendered.email, data, rendered.shown, findings, preview=path, version=version)


def _reference(item: Reference) -> ReferenceModel:
    return ReferenceModel(text=item.text, address=item.address, only_outlook=item.only_outlook)


def _answer(
    body: RenderRequest,
    email: RenderedEmail,
    data: Data,
    shown: Mapping[str, Any],
    findings: tuple[Finding, ...],
    *,
    preview: str,
    version: str = "",
) -> Response:
    """The mail as JSON, written from the model at once; the framework would validate the model again."""
    references = references_of(email.html) if body.references else None
    result = RenderResult.model_construct(
        name=email.template,
        fixture=data.scenario,
        release=email.release,
        version=version,
        locale=email.locale,
        subject=email.subject,
        preheader=email.preheader,
        sender=MailboxModel.model_construct(name=email.sender[0], address=email.sender[1]),
        reply_to=email.reply_to,
        html=email.html,
        text=email.text,
        opening=opening_of(email.html) if body.opening else None,
        html_bytes=len(email.html.encode("utf-8", "replace")),
        shown=dict(shown),
        links=[_reference(item) for item in references.links] if references else None,
        images=[_reference(item) for item in references.images] if references else None,
        findings=[FindingModel.of(finding) for finding in findings],
        counts=Counts.model_validate(count(findings)),
        preview=preview,
    )
    return Response(result.model_dump_json(by_alias=True), media_type="application/json")
