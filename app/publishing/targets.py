"""Targets by name: the settings file ``bbws-templates.toml``.

::

    [targets.dev]
    url = "s3://bbws-templates-dev"
    region = "af-south-1"
    description = "Development"
    publish_from_preview = true    # the preview may publish here, if it is started with --allow-publish

    [targets.prod]
    url = "s3://bbws-templates-prod"
    protected = true    # nothing is published here whose pictures nobody has approved

    [targets.prod-copy]
    url = "s3://bbws-templates-prod-dr-eu-west-1"
    copy_of = "prod"    # what S3 replicates there; as protected as what it is a copy of

    [targets.lab]
    url = "s3://mail"
    unconditional = true    # a server that ignores If-Match: only one publisher at a time, please

A ``file:`` URL may be relative, to the folder of the settings file (on the command line, to the working
folder). Either way it is a URL: ``%20`` is a blank, ``%25`` a percent sign. A name has no ``:``, by which the
command line knows an address. With a ``profile`` of the AWS settings
for each, one process can promote from one account to another.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from app.core.toml import toml_tables
from bbws_templates.directory import real
from bbws_templates.errors import Location
from bbws_templates.faults import TargetError
from bbws_templates.files import read_file
from bbws_templates.target import BucketTarget, DirectoryTarget, Target, parse_target, path_of

SETTINGS: Final = "bbws-templates.toml"
KEYS: Final = {"url", "region", "profile", "description", "copy_of"}
FLAGS: Final = {"protected", "publish_from_preview", "unconditional"}
"""What a target of the file may say of itself: texts, and what is true or false."""

GATED: Final = ("sit", "prod")
"""Environments that people approve before (docs/pipeline.md): no page leads into them."""


@dataclass(frozen=True)
class NamedTarget:
    """One target of the settings file.

    ``copy_of`` names the target that it is a replica of, "" for none. ``publish_from_preview`` lets a preview
    server that was started with ``--allow-publish`` change it.
    """

    name: str
    target: Target
    description: str
    protected: bool = False
    copy_of: str = ""
    publish_from_preview: bool = False


def is_protected(name: str, settings: Path | None = None) -> bool:
    """Whether the settings ask for approved pictures before anything is published to ``name``.

    A place is as protected as any named target that it overlaps with: neither writing out where that is, nor
    a link or another mount that leads there, is a way around.

    Raises:
        TargetError: the settings file cannot be read or understood, or ``name`` is no target.
    """
    place = resolve_target(name, settings)
    return any(
        named.protected and _overlap(named.target, place) for named in named_targets(settings).values()
    )


def resolve_target(name: str, settings: Path | None = None) -> Target:
    """The target that ``name`` stands for: a URL, or a name of the settings file.

    Raises:
        TargetError: it stands for none; lists the names there are.
    """
    if ":" in name:
        return _from_url(name, Path.cwd())
    named = named_targets(settings)
    if name not in named:
        import difflib  # Who has spelled it right need not wait for it.

        nearest = difflib.get_close_matches(name, named, n=1)
        hint = f" Did you mean '{nearest[0]}'?" if nearest else ""
        raise TargetError(
            f"There is no target '{name}'.{hint}",
            remedy=f"Known: {', '.join(named) or 'none'}. Or write s3://bucket/prefix or file:///directory.",
        )
    return named[name].target


def named_targets(settings: Path | None = None) -> dict[str, NamedTarget]:
    """Every target of the settings file; without one, none.

    ``settings`` is the file; by default the nearest ``bbws-templates.toml`` in this folder or above it.

    Raises:
        TargetError: the file cannot be read or understood; says where.
    """
    document = settings_document(settings)
    if document is None:
        return {}
    path, members = document
    tables = members.get("targets", {})
    if not isinstance(tables, dict):
        raise _wrong(path, "'targets' is not a table")
    named = {name: _named(name, table, path) for name, table in tables.items()}
    for target in named.values():
        _refuse_a_way_around_the_gates(target, named, path)
    return {name: _protected_as_its_source(target, named, path) for name, target in named.items()}


def settings_document(settings: Path | None = None) -> tuple[Path, dict[str, Any]] | None:
    """The settings file and what it says; None where there is none.

    Raises:
        TargetError: it cannot be read or understood.
    """
    path = settings or _nearest()
    if path is None:
        return None
    try:
        return path, toml_tables(read_file(path).decode("utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror or error if isinstance(error, OSError) else error
        raise TargetError(f"The settings cannot be read: {reason}.", location=Location(str(path))) from error


def _refuse_a_way_around_the_gates(target: NamedTarget, named: dict[str, NamedTarget], path: Path) -> None:
    """No page may publish to an environment that people approve before, whatever name it goes by."""
    if not target.publish_from_preview:
        return
    if target.copy_of:
        raise _wrong(path, f"'{target.name}' is a copy of '{target.copy_of}': it is not to be published to")
    gated = [each for name, each in named.items() if name in GATED]
    sources = {
        each.name for each in named.values() if any(_overlap(each.target, gate.target) for gate in gated)
    }
    copies = (each.name for each in named.values() if each.copy_of in sources)
    for name in (*GATED, *copies):
        if name == target.name or (name in named and _overlap(target.target, named[name].target)):
            what = f"'publish_from_preview' of the target '{target.name}'"
            raise _wrong(path, f"{what} leads into '{name}', which is approved by people before")


def _overlap(one: Target, other: Target) -> bool:
    """Whether what is written to one of them may be read from the other."""
    if isinstance(one, BucketTarget) and isinstance(other, BucketTarget):
        return one.bucket == other.bucket and (
            one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix)
        )
    if isinstance(one, DirectoryTarget) and isinstance(other, DirectoryTarget):
        here, there = _way_to(one.path), _way_to(other.path)
        return here[0] in there or there[0] in here
    return False


_Place = tuple[int, int, tuple[str, ...]] | Path
"""A folder as the system knows it, by device and number, and the way on from there that is not there yet."""


def _way_to(path: Path) -> list[_Place]:
    """``path`` and every folder around it: the same folder is the same place, by whatever name or mount."""
    path = real(path)
    places: list[_Place] = []
    missing: list[Path] = []
    for folder in (path, *path.parents):
        missing.append(folder)
        with suppress(OSError):  # it is not there yet, or this user may not look
            known = folder.stat()
            if known.st_ino:  # some file systems do not number theirs
                places += [(known.st_dev, known.st_ino, each.relative_to(folder).parts) for each in missing]
                missing = []
    return [*places, *missing]


def _protected_as_its_source(target: NamedTarget, named: dict[str, NamedTarget], path: Path) -> NamedTarget:
    if not target.copy_of:
        return target
    source = named.get(target.copy_of)
    if source is None or source.copy_of:
        raise _wrong(
            path,
            f"'copy_of' of the target '{target.name}' is '{target.copy_of}', not a target that is no copy",
        )
    return replace(target, protected=target.protected or source.protected)


def _named(name: str, table: Any, path: Path) -> NamedTarget:
    if not name or ":" in name:
        raise _wrong(path, f"no target can be called '{name}'", "Give it a name that has no ':'.")
    if not isinstance(table, dict) or not isinstance(table.get("url"), str):
        raise _wrong(path, f"the target '{name}' has no url")
    for key in sorted(table.keys() - KEYS - FLAGS):
        raise _wrong(path, f"the target '{name}' has '{key}'; it may have {', '.join(sorted(KEYS | FLAGS))}")
    for key in sorted(KEYS & table.keys()):
        if not isinstance(table[key], str):
            raise _wrong(path, f"'{key}' of the target '{name}' is not a string")
    for flag in FLAGS & table.keys():
        if not isinstance(table[flag], bool):
            raise _wrong(path, f"'{flag}' of the target '{name}' is true or false")
    try:
        target = _from_url(
            table["url"], path.absolute().parent, table.get("region", ""), table.get("profile", "")
        )
    except TargetError as error:
        raise _wrong(path, f"the target '{name}': {error.message.rstrip('.')}", error.remedy) from error
    if table.get("unconditional"):
        target = without_conditions(target)
    return NamedTarget(
        name,
        target,
        table.get("description", ""),
        table.get("protected", False),
        table.get("copy_of", ""),
        table.get("publish_from_preview", False),
    )


def without_conditions(target: Target) -> Target:
    """``target``, at a server that does not heed the conditions of writes; a directory always does."""
    return replace(target, unconditional=True) if isinstance(target, BucketTarget) else target


def _from_url(url: str, base: Path, region: str = "", profile: str = "") -> Target:
    """The place of ``url``; a relative one of a directory is read as an absolute one is, below ``base``."""
    relative = url.removeprefix("file:")
    if relative != url and not relative.startswith("/") and "\0" not in (path := path_of(relative)):
        url = real(base / path).as_uri()
    return parse_target(url, region=region, profile=profile)


def _nearest() -> Path | None:
    here = Path.cwd()
    candidates = (folder / SETTINGS for folder in (here, *here.parents))
    return next((path for path in candidates if path.is_file()), None)


def _wrong(path: Path, what: str, remedy: str = "") -> TargetError:
    return TargetError(f"The settings cannot be used: {what}.", location=Location(str(path)), remedy=remedy)
