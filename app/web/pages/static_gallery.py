"""The gallery as files: opened from a disk, a pull request's artefact or a drive, without any server.

Each page is whole in itself. Mails stand in sandboxed frames, by ``srcdoc``, so that they have the policy
of the page: no script, no request. Images are those that are bundled, else a grey placeholder. The data are
those of fixtures, which are made up; nobody's data go in.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader

from app.browser.stand_ins import ASSETS, stand_in
from app.core.errors import SourceError, SurroundingsError
from app.core.findings import CheckReport, Finding, finding_of
from app.core.workspace import Workspace
from app.core.writing import all_or_none
from app.web.live.stand_ins import StandIns
from app.web.pages.framing import frame_document
from app.web.pages.scheme import ColourScheme
from bbws_templates.errors import BbwsTemplatesError, Location

POLICY: Final = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
FOLDER: Final = "mails"
_HTML: Final = Path(__file__).parent / "html"


@dataclass(frozen=True)
class Shot:
    """One mail with one fixture, in the light and in the dark; with ``problem`` instead if there is none."""

    fixture: str
    subject: str = ""
    preheader: str = ""
    light: str = ""
    dark: str = ""
    text: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Card:
    """A template, or its translation, with all that its page shows."""

    name: str
    audience: str
    description: str
    shots: tuple[Shot, ...]
    findings: tuple[Finding, ...]

    @property
    def href(self) -> str:
        """Its page, from the first one."""
        return f"{FOLDER}/{quote(self.name)}.html"

    @property
    def home(self) -> str:
        """The first page, from its own."""
        return "../" * (self.name.count("/") + 1) + "index.html"


class _Inlined(StandIns):
    """Images as ``data:`` URLs: a page that stands alone has no folder beside it."""

    def __init__(self) -> None:
        super().__init__((ASSETS,))

    def shown(self, url: str) -> str:
        """The bundled image itself, a placeholder for a remote one, else the address as it is."""
        known = stand_in(url.strip())
        if known is None:
            return super().shown(url)
        return f"data:{known.media_type};base64,{base64.b64encode(known.content).decode()}"


def gallery_pages(workspace: Workspace, report: CheckReport) -> Iterator[tuple[str, bytes]]:
    """Every page by its path, the first one first; the same sources make the same bytes."""
    environment = Environment(loader=FileSystemLoader(_HTML), autoescape=True)
    cards = [_card(workspace, name, report) for name in workspace.editions()]
    yield "index.html", _page(environment, "static_gallery.html", cards=cards, report=report)
    for card in cards:
        yield f"{FOLDER}/{card.name}.html", _page(environment, "static_template.html", card=card)


def write_gallery(pages: Iterator[tuple[str, bytes]], folder: Path) -> int:
    """Write the pages below ``folder``, which must be new or empty, all or none; returns how many there were.

    Raises:
        SourceError: the folder has something in it.
        SurroundingsError: no room or no permission.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SourceError(f"'{folder}' is not empty.", remedy="Name a new folder, or remove it first.")
    count = 0
    try:
        with all_or_none() as write:
            for path, content in pages:
                write(folder / path, content)
                count += 1
    except OSError as error:
        raise SurroundingsError(
            f"The gallery cannot be written: {error.strerror or error}.",
            location=Location(str(error.filename or folder)),
            remedy="Make room or correct the permissions, or name another folder.",
        ) from error
    return count


def _page(environment: Environment, name: str, **context: object) -> bytes:
    return environment.get_template(name).render(policy=POLICY, **context).encode("utf-8", "replace")


def _card(workspace: Workspace, name: str, report: CheckReport) -> Card:
    findings = tuple(finding for finding in report.findings if finding.template == name)
    try:
        source = workspace.source(name)
    except BbwsTemplatesError:
        return Card(name, "", "", (), findings)
    metadata = source.metadata
    return Card(
        name,
        metadata.audience.value if metadata else "",
        metadata.description if metadata else "",
        tuple(_shots(workspace, name, sorted(source.fixtures, key=lambda each: (each != "typical", each)))),
        findings,
    )


def _shots(workspace: Workspace, name: str, fixtures: Sequence[str]) -> Iterator[Shot]:
    inlined = _Inlined()
    for scenario in fixtures:
        try:
            email = workspace.render(name, workspace.fixture(name, scenario).data)
        except BbwsTemplatesError as error:
            yield Shot(scenario, problem=finding_of(error).message)
            continue
        light, dark = (
            frame_document(email.html, scheme=scheme, stand_ins=inlined)
            for scheme in (ColourScheme.LIGHT, ColourScheme.DARK)
        )
        yield Shot(scenario, email.subject, email.preheader, light, dark, email.text)
