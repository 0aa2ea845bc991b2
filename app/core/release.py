"""A release: the compiled templates of one moment, named by their content.

The id is the SHA-256 of the bundle, so the same sources give the same id on any machine on any day. What
may differ between two builds of the same content (commit, time, builder, engine, the author's source) stands
in the manifest, outside of the id.

As files, in the order of the manifest::

    bundle.json                        the compiled templates: all that a sender needs
    sources/receipts/receipt.html      what the author wrote, partials included; for people and for `plan`

What else another version has put into a release is proven by its digest and carried along.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from app.core.errors import ReleaseError
from app.core.portable_names import unportable_names
from bbws_templates.bundle import Bundle, bundle_bytes, parse_proven_bundle
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.digests import Digest
from bbws_templates.documents import MANIFEST_FORMAT, decode_document
from bbws_templates.faults import DamagedReleaseError
from bbws_templates.layout import (
    BUNDLE,
    check_locale,
    check_name,
    check_path,
    check_release_id,
    edition,
    parted,
)
from bbws_templates.printable import encodable

SOURCES = "sources/"


@dataclass(frozen=True)
class FileEntry:
    """What a manifest says of a file: its digest, and its size in bytes."""

    digest: Digest
    size: int

    @classmethod
    def of(cls, data: bytes) -> FileEntry:
        """The entry that describes ``data``."""
        return cls(Digest.of(data), len(data))

    def describes(self, data: bytes) -> bool:
        """Whether ``data`` is that file, bit for bit."""
        return len(data) == self.size and Digest.of(data) == self.digest


@dataclass(frozen=True)
class Provenance:
    """Where a release came from. ``built`` is ISO 8601 in UTC; a ``commit`` ending in + had local changes."""

    engine: str = ""
    commit: str = ""
    built: str = ""
    builder: str = ""

    def __post_init__(self) -> None:
        """Keep out what no manifest can hold, wherever the environment got it from."""
        for field in fields(self):
            object.__setattr__(self, field.name, encodable(getattr(self, field.name)))


@dataclass(frozen=True)
class Language:
    """How a set writes values for people: its tag and zone, and the rules that travel in a release.

    ``display`` has the rules of each language by tag, ``zone_rules`` are those of the zone; "" and None for a
    set that does not say.
    """

    locale: str = ""
    time_zone: str = ""
    display: Mapping[str, Any] | None = None
    zone_rules: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Manifest:
    """Every file of a release with digest and size, the bundle among them, and the provenance."""

    release: str
    files: Mapping[str, FileEntry]
    provenance: Provenance

    def to_bytes(self) -> bytes:
        """The content of ``manifest.json``, indented for people."""
        members = {
            **MANIFEST_FORMAT.head(),
            "release": self.release,
            "files": {
                path: {"sha256": entry.digest.hex, "size": entry.size} for path, entry in self.files.items()
            },
            "provenance": asdict(self.provenance),
        }
        return (json.dumps(members, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


@dataclass(frozen=True)
class Release:
    """A whole release in memory, proven consistent. ``sources`` maps template names to the author's text."""

    bundle: Bundle
    bundle_data: bytes
    manifest: Manifest
    manifest_data: bytes
    files: Mapping[str, bytes]

    @property
    def id(self) -> str:
        """The release id, 64 hexadecimal digits."""
        return self.bundle.release

    @property
    def sources(self) -> dict[str, str]:
        """What the author wrote, by template; of a translation by a name such as ``receipts/receipt.af``."""
        return {
            name: self.files[source_path(name)].decode("utf-8", "replace")
            for name in editions_of(self.bundle)
            if source_path(name) in self.files
        }


def make_release(
    templates: Iterable[CompiledTemplate],
    sources: Mapping[str, str],
    provenance: Provenance,
    language: Language | None = None,
) -> Release:
    """The release of ``templates``; ``sources`` may hold the author's text of each, and of its translations.

    ``language`` is how the set writes values for people; None leaves them as they are sent.

    Raises:
        DamagedReleaseError: a name that cannot be a key, or text that UTF-8 cannot hold.
        ReleaseError: no template at all, or one whose name some target could not hold.
    """
    compiled = tuple(templates)
    if not compiled:
        raise ReleaseError("There is no template to make a release of.")
    language = language or Language()
    bundle_data = bundle_bytes(
        compiled,
        locale=language.locale,
        time_zone=language.time_zone,
        display=language.display,
        zone_rules=language.zone_rules,
    )
    bundle = parse_proven_bundle(bundle_data, release=Digest.of(bundle_data).hex)
    for problem in unportable_names(editions_of(bundle)):
        raise ReleaseError(problem.message, remedy=problem.remedy)
    files = {source_path(_checked(name)): text.encode("utf-8", "replace") for name, text in sources.items()}
    entries = {path: FileEntry.of(data) for path, data in sorted({**files, BUNDLE: bundle_data}.items())}
    manifest = Manifest(bundle.release, entries, provenance)
    return Release(bundle, bundle_data, manifest, manifest.to_bytes(), files)


def editions_of(bundle: Bundle) -> list[str]:
    """Every template of a release by its name, every translation by one such as ``receipts/receipt.af``."""
    return [
        edition(template.name, locale)
        for template in bundle.templates.values()
        for locale in ("", *(each.locale for each in template.translations))
    ]


def _checked(name: str) -> str:
    """``name``, of a template or a translation, if it can be a key."""
    base, locale = parted(name)
    return edition(check_name(base), check_locale(locale) if locale else "")


def source_path(name: str) -> str:
    """Where a release keeps the author's source of a template."""
    return f"{SOURCES}{name}.html"


def parse_manifest(data: bytes, *, release: str = "") -> Manifest:
    """The manifest in ``data``; of ``release``, when that is given.

    Raises:
        DamagedReleaseError: no manifest, of another release, or a path that would leave the release.
        FormatError: it is one that this version does not read.
    """
    members = decode_document(data, MANIFEST_FORMAT, what=f"the manifest{_of(release)}")
    identity = check_release_id(str(members.get("release", "")))
    if release and identity != release:
        raise DamagedReleaseError(f"The manifest of release {release[:12]} is that of {identity[:12]}.")
    files = members.get("files")
    if not isinstance(files, dict) or BUNDLE not in files:
        raise DamagedReleaseError(f"The manifest of release {identity[:12]} lists no files.")
    entries = {path: _parse_entry(path, files[path]) for path in sorted(files)}
    if entries[BUNDLE].digest.hex != identity:
        raise DamagedReleaseError(f"The manifest of release {identity[:12]} lists another bundle.")
    return Manifest(identity, entries, _parse_provenance(members.get("provenance")))


def assemble(manifest_data: bytes, read: Callable[[str], bytes | None]) -> Release:
    """The release that ``manifest_data`` describes, each file read and proven against its digest.

    ``read`` gets a path of the manifest (``bundle.json`` first) and returns None for a file that is missing.

    Raises:
        DamagedReleaseError: names every file that is missing or differs.
    """
    manifest = parse_manifest(manifest_data)
    contents: dict[str, bytes] = {}
    problems = []
    for path, entry in sorted(manifest.files.items(), key=lambda item: item[0] != BUNDLE):
        data = read(path)
        if data is None:
            problems.append(f"{path} is missing")
        elif not entry.describes(data):
            problems.append(f"{path} differs from its digest")
        else:
            contents[path] = data
    if problems:
        raise damaged(manifest.release, problems)
    bundle_data = contents.pop(BUNDLE)
    bundle = parse_proven_bundle(bundle_data, release=manifest.release)
    return Release(bundle, bundle_data, manifest, manifest_data, contents)


def damaged(release: str, problems: list[str]) -> DamagedReleaseError:
    """The error that says how ``release`` is damaged."""
    shown = "; ".join(problems[:10]) + (f"; and {len(problems) - 10} more" if len(problems) > 10 else "")
    return DamagedReleaseError(
        f"Release {release[:12]} is not intact: {shown}.",
        remedy="Nothing of it was used. Build it again from its sources; a target is mended by "
        "`bbws-templates publish --repair`.",
    )


def _parse_entry(path: str, members: Any) -> FileEntry:
    if path != BUNDLE and ("/" not in check_path(path)):
        raise DamagedReleaseError(f"'{path[:120]}' has no place in a release.")
    if not isinstance(members, dict) or type(members.get("size")) is not int:
        raise DamagedReleaseError(f"The manifest gives no size of '{path[:120]}'.")
    return FileEntry(Digest(str(members.get("sha256", ""))), members["size"])


def _of(release: str) -> str:
    return f" of release {release[:12]}" if release else ""


def _parse_provenance(members: Any) -> Provenance:
    known = members if isinstance(members, dict) else {}
    return Provenance(**{field.name: str(known.get(field.name, "")) for field in fields(Provenance)})
