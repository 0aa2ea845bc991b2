"""Rendering by HTTP: one mail, from the files here or from a published release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends

from app.core.findings import Finding
from app.core.html.references import Reference, references_of
from app.web.api.documented import BODY, NO_SUCH, RELEASE, UNUSABLE, Name
from app.web.api.models import Counts, FindingModel, MailboxModel, ReferenceModel, RenderRequest, RenderResult
from app.web.live.checks import count
from app.web.live.releases import SOURCE
from app.web.live.renderings import Data
from app.web.middleware.bodies import body_of, json_body
from app.web.services import ServicesDep, known_name
from bbws_templates.compiled import RenderedEmail
from bbws_templates.layout import parted

router = APIRouter()


@router.post(
    "/api/templates/{name:path}/render",
    tags=["templates"],
    summary="Render one mail",
    responses={**NO_SUCH, **UNUSABLE, **BODY, **RELEASE},
    openapi_extra=body_of(RenderRequest),
)
def render_template(
    services: ServicesDep, name: Name, body: Annotated[RenderRequest, Depends(json_body(RenderRequest))]
) -> RenderResult:
    """Render with a fixture or with data of your own, by the engine that production uses. Nothing is stored.

    Data are held to the template's contract unless `lenient`. A template of a release is rendered exactly as
    a Lambda renders it; its findings are what a lenient rendering left empty. With a `locale`, the mail is in
    that language or the next wider one that there is, else in the set's own.
    """
    revision = services.revision
    edition = name  # an address names one thing; only a wish may be met by another
    name, locale = parted(name)
    locale = body.locale or locale
    if body.locale and (body.release == SOURCE or body.data is None):
        edition = revision.workspace.in_language(name, locale)
    if body.data is not None:
        data = Data(body.data, lenient=body.lenient)
    else:
        fixture = revision.workspace.fixture(edition, body.fixture or "")
        data = Data(fixture.data, fixture.scenario, lenient=body.lenient)
    if body.release != SOURCE:
        found = services.releases.render(body.target, body.release, name, data, locale=locale)
        return _rendered(found.email, data, found.shown, found.findings, preview="")
    known_name(revision, edition)
    if body.data is not None:
        query = {"draft": services.drafts.keep(edition, data)}
    else:
        query = {"fixture": data.scenario} | ({"lenient": "true"} if body.lenient else {})
    rendered = services.renderings.rendered(revision, edition, data)
    findings = services.renderings.findings(revision, edition, data)
    path = f"/preview/{quote(edition)}?{urlencode(query)}"
    return _rendered(rendered.email, data, rendered.shown, findings, preview=path)


def _reference(item: Reference) -> ReferenceModel:
    return ReferenceModel(text=item.text, address=item.address, only_outlook=item.only_outlook)


def _rendered(
    email: RenderedEmail,
    data: Data,
    shown: Mapping[str, Any],
    findings: tuple[Finding, ...],
    *,
    preview: str,
) -> RenderResult:
    references = references_of(email.html)
    return RenderResult(
        name=email.template,
        fixture=data.scenario,
        release=email.release,
        locale=email.locale,
        subject=email.subject,
        preheader=email.preheader,
        sender=MailboxModel(name=email.sender[0], address=email.sender[1]),
        reply_to=email.reply_to,
        html=email.html,
        text=email.text,
        html_bytes=len(email.html.encode("utf-8", "replace")),
        shown=dict(shown),
        links=[_reference(item) for item in references.links],
        images=[_reference(item) for item in references.images],
        findings=[FindingModel.of(finding) for finding in findings],
        counts=Counts.model_validate(count(findings)),
        preview=preview,
    )
