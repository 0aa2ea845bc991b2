"""The JSON API about templates: what there is, and what each is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from fastapi import APIRouter, Request

from app.core.compiler.dependencies import Role
from app.core.errors import SourceError
from app.core.fixture_file import text_digest
from app.core.sources import Fixture
from app.web.api.documented import NO_SUCH, UNUSABLE, Name
from app.web.api.models import (
    Compiled,
    FindingModel,
    FixtureModel,
    MailboxModel,
    SourcePart,
    TemplateDetail,
    TemplateList,
    TemplateSources,
    VariableModel,
)
from app.web.api.summaries import summary_of
from app.web.api.variables import variables_of
from app.web.live.subjects import usual_fixture
from app.web.middleware.gate import host_name
from app.web.problems import HttpError, problem_of
from app.web.services import Services, ServicesDep, known_name, placeholders
from bbws_templates.errors import BbwsTemplatesError

router = APIRouter()


@router.get("/api/templates", tags=["templates"], summary="All templates")
def list_templates(services: ServicesDep) -> TemplateList:
    """Every template with its metadata, those that cannot be read included."""
    revision = services.revision
    return TemplateList(
        generation=revision.generation,
        templates=[summary_of(services, revision, name) for name in revision.names],
        findings=[FindingModel.of(finding) for finding in revision.workspace.templates.problems],
        problem=problem_of(revision.problem, services.excerpts) if revision.problem else None,
    )


@router.get(
    "/api/templates/{name:path}",
    tags=["templates"],
    summary="One template",
    responses={**NO_SUCH, **UNUSABLE},
)
def get_template(services: ServicesDep, name: Name) -> TemplateDetail:
    """Metadata, contract, fixtures, variables and the compiled form; `problem` says why there is none."""
    revision = services.revision
    if name not in revision.versions and name.endswith("/render"):
        raise HttpError(405, "method-not-allowed", "Rendering is a POST.", headers={"Allow": "POST"})
    source = revision.workspace.source(name)
    services.checks.opened(name)
    summary = summary_of(services, revision, name)
    metadata = source.metadata
    detail = TemplateDetail(
        **summary.model_dump(),
        preheader=metadata.preheader if metadata else "",
        sender=MailboxModel(name=metadata.sender.name, address=metadata.sender.address) if metadata else None,
        reply_to=metadata.reply_to.address if metadata and metadata.reply_to else "",
        contract=dict(metadata.contract) if metadata else None,
        fixture_sets=_fixtures(services, source.fixtures.values(), source.broken_fixtures),
        default_fixture=usual_fixture(revision, name),
        placeholders=None,
        variables=[],
        compiled=None,
    )
    try:
        compiled = revision.workspace.compilation(name).compiled
    except BbwsTemplatesError as error:
        detail.problem = problem_of(error, services.excerpts)
        return detail
    detail.compiled = Compiled(
        html=compiled.html, text=compiled.text, subject=compiled.subject, preheader=compiled.preheader
    )
    detail.variables = [VariableModel(**asdict(variable)) for variable in variables_of(compiled)]
    detail.placeholders = None if detail.fixture_sets else placeholders(revision, name)
    return detail


@router.get(
    "/api/sources/{name:path}", tags=["templates"], summary="The files of one template", responses=NO_SUCH
)
def get_sources(request: Request, services: ServicesDep, name: Name) -> TemplateSources:
    """The text of every file that the template is made of; of a broken one, as much as can be read."""
    revision = services.revision
    known_name(revision, name)
    templates = revision.workspace.templates
    files = []
    source = templates.templates.get(name) or templates.translations.get(name)
    if source is not None:
        files = [
            SourcePart(role=part.role, file=part.file.label, text=part.file.text)
            for part in revision.workspace.dependencies(name)
        ]
        broken = list(source.broken_fixtures.values())
    else:
        broken = [templates.broken.get(name) or templates.broken_translations[name]]
    shown = {part.file for part in files}
    for error in (*broken, *templates.broken_partials.values()):
        label = error.location.file if error.location else ""
        text = services.excerpts.read(label)
        if text is not None and label not in shown:
            files.append(SourcePart(role=_role_of(label), file=label, text=text))
    if editor := services.settings.editor_for(host_name(request.headers.get("host", ""))):
        for part in files:
            if path := services.excerpts.path_of(part.file):
                part.editor = editor.address(path)
    return TemplateSources(name=name, files=files)


def _fixtures(
    services: Services, fixtures: Iterable[Fixture], broken: Mapping[str, SourceError]
) -> list[FixtureModel]:
    sets = [
        FixtureModel(
            scenario=f.scenario, file=f.file.label, digest=text_digest(f.file.text), data=dict(f.data)
        )
        for f in fixtures
    ]
    for scenario, error in broken.items():
        label = error.location.file if error.location else ""
        problem = problem_of(error, services.excerpts)
        sets.append(FixtureModel(scenario=scenario, file=label, digest="", data=None, problem=problem))
    return sorted(sets, key=lambda each: each.scenario)


def _role_of(label: str) -> Role:
    suffix = label.rpartition(".")[2].lower()
    by_suffix = {"html": Role.HTML, "txt": Role.TEXT, "css": Role.STYLESHEET}
    return by_suffix.get(suffix, Role.METADATA)
