"""The JSON API: what there is, what is said of it, and rendering it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Path

from app.core.errors import SourceError
from app.core.findings import Finding
from app.core.sources import Fixture
from app.web.access import require_token
from app.web.bodies import json_body
from app.web.catalogue import counts_of, summary_of
from app.web.checks import count
from app.web.models import (
    CheckOverview,
    CheckResult,
    Compiled,
    Counts,
    FindingModel,
    FixtureModel,
    Health,
    MailboxModel,
    Reference,
    Reloaded,
    RenderRequest,
    RenderResult,
    SourcePart,
    TemplateDetail,
    TemplateList,
    TemplateSources,
    VariableModel,
)
from app.web.parts import Role, parts_of
from app.web.placeholders import placeholders
from app.web.problems import HttpError, Problem, problem_of
from app.web.references import references_of
from app.web.released import SOURCE
from app.web.renderings import Data
from app.web.services import Services, ServicesDep, default_fixture, known_name
from app.web.variables import variables_of
from bbws_templates.compiled import RenderedEmail
from bbws_templates.errors import BbwsTemplatesError

router = APIRouter()

_NO_SUCH: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "No such template or fixture; the nearest names are in `nearest`."}
}
_UNUSABLE: dict[int | str, dict[str, Any]] = {
    422: {"model": Problem, "description": "A file, the template or the data cannot be used; says where."}
}
_BODY: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body is not JSON; says the line and column."},
    403: {"model": Problem, "description": "The request comes from a page of another site."},
    413: {"model": Problem, "description": "The body is too large."},
    415: {"model": Problem, "description": "The body is not declared to be JSON."},
}

_RELEASE: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "The release is not intact and is not used."},
    502: {"model": Problem, "description": "The target of the release fails: says what to do."},
}

Name = Annotated[
    str, Path(description="`category/name`, folders of any depth.", examples=["receipts/receipt"])
]
_RENDER_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RenderRequest"}}},
    }
}


@router.get("/healthz", tags=["server"], summary="Whether the server lives")
def health(services: ServicesDep) -> Health:
    """Always 200 while the server answers; `status` is `degraded` while the folders cannot be read."""
    snapshot = services.snapshot
    return Health(
        status="degraded" if snapshot.problem else "ok",
        templates=len(snapshot.versions),
        generation=snapshot.generation,
        problem=str(snapshot.problem or ""),
    )


@router.get("/api/templates", tags=["templates"], summary="All templates")
def list_templates(services: ServicesDep) -> TemplateList:
    """Every template with its metadata, those that cannot be read included."""
    snapshot = services.snapshot
    return TemplateList(
        generation=snapshot.generation,
        templates=[summary_of(services, snapshot, name) for name in snapshot.versions],
        findings=[FindingModel.of(finding) for finding in snapshot.workspace.templates.problems],
        problem=problem_of(snapshot.problem, services.excerpts) if snapshot.problem else None,
    )


@router.post(
    "/api/templates/{name:path}/render",
    tags=["templates"],
    summary="Render one mail",
    responses={**_NO_SUCH, **_UNUSABLE, **_BODY, **_RELEASE},
    openapi_extra=_RENDER_BODY,
)
def render_template(
    services: ServicesDep, name: Name, body: Annotated[RenderRequest, Depends(json_body(RenderRequest))]
) -> RenderResult:
    """Render with a fixture or with data of your own, by the engine that production uses. Nothing is stored.

    Data are held to the template's contract unless `lenient`. A template of a release is rendered exactly as
    a Lambda renders it; its findings are what a lenient rendering left empty.
    """
    snapshot = services.snapshot
    if body.data is not None:
        data = Data(body.data, lenient=body.lenient)
    else:
        fixture = snapshot.workspace.fixture(name, body.fixture or "")
        data = Data(fixture.data, fixture.scenario, lenient=body.lenient)
    if body.release != SOURCE:
        email, findings = services.releases.render(body.target, body.release, name, data)
        return _rendered(email, data, findings, preview="")
    known_name(snapshot, name)
    if body.data is not None:
        query = {"draft": services.drafts.keep(name, data)}
    else:
        query = {"fixture": data.scenario} | ({"lenient": "true"} if body.lenient else {})
    preview = services.renderings.preview(snapshot, name, data)
    path = f"/preview/{quote(name)}?{urlencode(query)}"
    return _rendered(preview.email, data, preview.findings, preview=path)


def _rendered(
    email: RenderedEmail, data: Data, findings: tuple[Finding, ...], *, preview: str
) -> RenderResult:
    references = references_of(email.html)
    return RenderResult(
        name=email.template,
        fixture=data.scenario,
        release=email.release,
        subject=email.subject,
        preheader=email.preheader,
        sender=MailboxModel(name=email.sender[0], address=email.sender[1]),
        reply_to=email.reply_to,
        html=email.html,
        text=email.text,
        html_bytes=len(email.html.encode("utf-8", "replace")),
        links=[Reference(text=text, address=address) for text, address in references.links],
        images=[Reference(text=text, address=address) for text, address in references.images],
        findings=[FindingModel.of(finding) for finding in findings],
        counts=Counts.model_validate(count(findings)),
        preview=preview,
    )


@router.get(
    "/api/templates/{name:path}",
    tags=["templates"],
    summary="One template",
    responses={**_NO_SUCH, **_UNUSABLE},
)
def get_template(services: ServicesDep, name: Name) -> TemplateDetail:
    """Metadata, contract, fixtures, variables and the compiled form; `problem` says why there is none."""
    snapshot = services.snapshot
    if name not in snapshot.versions and name.endswith("/render"):
        raise HttpError(405, "method-not-allowed", "Rendering is a POST.", headers={"Allow": "POST"})
    source = snapshot.workspace.source(name)
    summary = summary_of(services, snapshot, name)
    metadata = source.metadata
    detail = TemplateDetail(
        **summary.model_dump(),
        preheader=metadata.preheader if metadata else "",
        sender=MailboxModel(name=metadata.sender.name, address=metadata.sender.address) if metadata else None,
        reply_to=metadata.reply_to.address if metadata and metadata.reply_to else "",
        contract=dict(metadata.contract) if metadata else None,
        fixture_sets=_fixtures(services, source.fixtures.values(), source.broken_fixtures),
        default_fixture=default_fixture(snapshot, name),
        placeholders=None,
        variables=[],
        compiled=None,
    )
    try:
        compiled = snapshot.workspace.compilation(name).compiled
    except BbwsTemplatesError as error:
        detail.problem = problem_of(error, services.excerpts)
        return detail
    detail.compiled = Compiled(
        html=compiled.html, text=compiled.text, subject=compiled.subject, preheader=compiled.preheader
    )
    detail.variables = [VariableModel(**asdict(variable)) for variable in variables_of(compiled)]
    detail.placeholders = None if detail.fixture_sets else placeholders(compiled)
    return detail


@router.get(
    "/api/sources/{name:path}", tags=["templates"], summary="The files of one template", responses=_NO_SUCH
)
def get_sources(services: ServicesDep, name: Name) -> TemplateSources:
    """The text of every file that the template is made of; of a broken one, as much as can be read."""
    snapshot = services.snapshot
    known_name(snapshot, name)
    templates = snapshot.workspace.templates
    files = []
    if name in templates.templates:
        source = templates.templates[name]
        files = [
            SourcePart(role=part.role, file=part.file.label, text=part.file.text)
            for part in parts_of(source, templates)
        ]
        broken = list(source.broken_fixtures.values())
    else:
        broken = [templates.broken[name]]
    shown = {part.file for part in files}
    for error in (*broken, *templates.broken_partials.values()):
        label = error.location.file if error.location else ""
        text = services.excerpts.read(label)
        if text is not None and label not in shown:
            files.append(SourcePart(role=_role_of(label), file=label, text=text))
    return TemplateSources(name=name, files=files)


@router.get("/api/checks", tags=["checks"], summary="How many findings each template has")
def list_checks(services: ServicesDep) -> CheckOverview:
    """What is known so far: the checks run behind the pages, anew for every template that changes."""
    snapshot = services.snapshot
    return CheckOverview(templates={name: counts_of(services, snapshot, name) for name in snapshot.versions})


@router.get(
    "/api/checks/{name:path}", tags=["checks"], summary="All findings of one template", responses=_NO_SUCH
)
def check_template(services: ServicesDep, name: Name) -> CheckResult:
    """Every check with every fixture; a template that cannot be compiled is a finding, not an error."""
    snapshot = services.snapshot
    known_name(snapshot, name)
    findings = services.checks.of(snapshot, name)
    return CheckResult(
        name=name,
        counts=Counts.model_validate(count(findings)),
        findings=[FindingModel.of(finding) for finding in findings],
    )


@router.post(
    "/api/reload",
    tags=["server"],
    summary="Read all files again",
    dependencies=[Depends(require_token)],
    responses={
        401: {"model": Problem, "description": "The token is missing or wrong."},
        403: {"model": Problem, "description": "From another site, or no token is set on an exposed server."},
    },
)
async def reload_files(services: ServicesDep) -> Reloaded:
    """For file systems that do not tell when a file is saved; everywhere else it happens by itself."""
    change = await services.reload()
    return Reloaded(changed=change is not None, generation=services.snapshot.generation)


def _fixtures(
    services: Services, fixtures: Iterable[Fixture], broken: Mapping[str, SourceError]
) -> list[FixtureModel]:
    sets = [FixtureModel(scenario=f.scenario, file=f.file.label, data=dict(f.data)) for f in fixtures]
    for scenario, error in broken.items():
        label = error.location.file if error.location else ""
        problem = problem_of(error, services.excerpts)
        sets.append(FixtureModel(scenario=scenario, file=label, data=None, problem=problem))
    return sorted(sets, key=lambda each: each.scenario)


def _role_of(label: str) -> Role:
    suffix = label.rpartition(".")[2].lower()
    by_suffix = {"html": Role.HTML, "txt": Role.TEXT, "css": Role.STYLESHEET}
    return by_suffix.get(suffix, Role.METADATA)
