"""The settings of the screenshots: what is pictured, and where a difference is allowed, and why.

``settings.toml`` lies beside the baselines, so that a change to it is reviewed with them::

    [widths]
    desktop = 640
    phone = 375

    [[pictures]]                       # any number; together they make the list of snapshots
    templates = ["*"]                  # globs over template names
    fixtures = ["typical"]
    widths = ["desktop", "phone"]
    variants = ["light", "dark"]
    clients = ["chromium", "webkit"]   # what draws them; Chromium alone when left out

    [[tolerances]]
    snapshots = ["receipts/*/long/*"]  # as on the command line
    pixels = 12                        # so many may differ
    colour = 0.05                      # by so much they may differ and not count (0-1, pixelmatch)
    antialiasing = "ignore"            # "count" by default between renderers that draw alike
    reason = "…"                       # required

    [[masks]]
    snapshots = ["invoices/invoice"]
    box = [420, 96, 180, 24]           # x, y, width, height in pixels
    reason = "…"                       # required
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, ValidationError

from app.browser.clients import RENDERERS
from app.browser.errors import SettingsError
from app.browser.frames import Frame
from app.browser.snapshots import CHROMIUM, OF_CLIENTS, Snapshot, Variant
from app.core.settings import SettingsTable
from bbws_templates.errors import Location
from bbws_templates.files import read_file

SETTINGS_NAME = "settings.toml"
Glob = Annotated[str, Field(min_length=1)]
Explanation = Annotated[str, Field(min_length=1, pattern=r"\S")]


class _PicturesTable(SettingsTable):
    model_config = ConfigDict(strict=False)  # arrays of TOML become tuples, its words variants


class PictureSelection(_PicturesTable):
    """Which templates are pictured with which fixtures, widths and variants, and by which clients."""

    templates: tuple[Glob, ...]
    fixtures: tuple[Glob, ...]
    widths: tuple[str, ...]
    variants: tuple[Variant, ...]
    clients: tuple[str, ...] = (CHROMIUM,)


class Tolerance(_PicturesTable):
    """How far some snapshots may differ, and why."""

    snapshots: tuple[Glob, ...]
    pixels: Annotated[int, Field(ge=0)] = 0
    colour: Annotated[float, Field(ge=0, le=1)] = 0.0
    antialiasing: Literal["count", "ignore"] | None = None
    reason: Explanation


class Mask(_PicturesTable):
    """A part of some snapshots that is not compared, and why."""

    snapshots: tuple[Glob, ...]
    box: tuple[
        Annotated[int, Field(ge=0)],
        Annotated[int, Field(ge=0)],
        Annotated[int, Field(gt=0)],
        Annotated[int, Field(gt=0)],
    ]
    reason: Explanation


class Settings(_PicturesTable):
    """All of ``settings.toml``."""

    widths: Mapping[str, Annotated[int, Field(ge=240, le=2000)]] = Field(
        default_factory=lambda: {"desktop": 640, "phone": 375}
    )
    pictures: tuple[PictureSelection, ...] = (
        PictureSelection(
            templates=("*",),
            fixtures=("typical",),
            widths=("desktop", "phone"),
            variants=(Variant.LIGHT, Variant.DARK),
        ),
    )
    tolerances: tuple[Tolerance, ...] = ()
    masks: tuple[Mask, ...] = ()

    def frame(self, snapshot: Snapshot) -> Frame:
        """The view through which ``snapshot`` is drawn."""
        return Frame(self.widths[snapshot.width], snapshot.variant.mode)

    def wanted(self, fixtures: Mapping[str, Iterable[str]]) -> tuple[Snapshot, ...]:
        """Every snapshot that the settings ask for; ``fixtures`` maps each template to its scenarios."""
        found = {
            Snapshot(template, scenario, width, variant, client)
            for entry in self.pictures
            for template, scenarios in fixtures.items()
            if any(fnmatchcase(template, glob) for glob in entry.templates)
            for scenario in scenarios
            if any(fnmatchcase(scenario, glob) for glob in entry.fixtures)
            for width in entry.widths
            for variant in entry.variants
            for client in entry.clients
        }
        return tuple(sorted(found))

    def tolerance(self, snapshot: Snapshot) -> Tolerance | None:
        """The first tolerance that names ``snapshot``."""
        return next((entry for entry in self.tolerances if _names(entry.snapshots, snapshot)), None)

    def masks_of(self, snapshot: Snapshot) -> tuple[Mask, ...]:
        """Every mask that names ``snapshot``."""
        return tuple(entry for entry in self.masks if _names(entry.snapshots, snapshot))

    def idle(self, snapshots: Iterable[Snapshot]) -> tuple[str, ...]:
        """Tolerances and masks that name none of ``snapshots`` any more, in words."""
        known = tuple(snapshots)
        entries: tuple[Tolerance | Mask, ...] = (*self.tolerances, *self.masks)
        return tuple(
            f"{'mask' if isinstance(entry, Mask) else 'tolerance'} for {', '.join(entry.snapshots)} "
            f"({entry.reason})"
            for entry in entries
            if not any(_names(entry.snapshots, snapshot) for snapshot in known)
        )


def load_settings(baselines: Path) -> Settings:
    """The settings beside the baselines; the defaults when there is no such file.

    Raises:
        SettingsError: the file cannot be read, is not TOML, or says something that is not known.
    """
    path = baselines / SETTINGS_NAME
    try:
        content = tomllib.loads(read_file(path).decode("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:  # of bytes, of TOML, of a number's digits
        raise SettingsError(f"cannot be read: {error}", location=Location(str(path))) from error
    try:
        settings = Settings.model_validate(content)
    except ValidationError as error:
        raise SettingsError(_first_problem(error), location=Location(str(path))) from None
    for entry in settings.pictures:
        _refuse_clients(entry, path)
        for width in entry.widths:
            if width not in settings.widths or "-" in width or "/" in width:
                raise SettingsError(
                    f"'{width}' is not one of the widths.",
                    location=Location(str(path)),
                    remedy=f"[widths] knows {', '.join(settings.widths)}; a name has neither '-' nor '/'.",
                )
    return settings


def _refuse_clients(entry: PictureSelection, path: Path) -> None:
    """Let pass what the clients of an entry can draw."""
    for client in entry.clients:
        if client not in RENDERERS:
            raise SettingsError(
                f"'{client}' is not one of the clients.",
                location=Location(str(path)),
                remedy=f"There are {', '.join(RENDERERS)}: see docs/clients.md.",
            )
        odd = [variant for variant in entry.variants if client != CHROMIUM and variant not in OF_CLIENTS]
        if odd:
            raise SettingsError(
                f"{RENDERERS[client].label} has no variant '{odd[0]}'.",
                location=Location(str(path)),
                remedy=f"Clients draw {' and '.join(OF_CLIENTS)}; the others are Chromium's.",
            )


def _names(globs: tuple[str, ...], snapshot: Snapshot) -> bool:
    return any(snapshot.matches(glob) for glob in globs)


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg']}."
