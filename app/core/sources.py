"""The nouns of a template set as it lies on disk: templates, metadata, partials, stylesheets, fixtures."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from app.core.errors import SourceError
from app.core.findings import Finding
from app.core.settings import SetSettings
from app.core.waivers import Waiver
from bbws_templates.layout import parted


class Audience(StrEnum):
    """Whom a mail is for: a customer of the portal, or the people who run it."""

    CUSTOMER = "customer"
    INTERNAL = "internal"


@dataclass(frozen=True)
class SourceFile:
    """One text file: ``path`` on disk, ``label`` as findings name it (relative to the working folder)."""

    path: Path
    label: str
    text: str


@dataclass(frozen=True)
class Mailbox:
    """A name and an address of RFC 5322; the name may be empty."""

    name: str
    address: str


@dataclass(frozen=True)
class Metadata:
    """What ``{name}.json`` says of a template.

    ``subject`` and ``preheader`` are Mustache, rendered as text, never as HTML. ``contract`` is a
    self-contained JSON Schema 2020-12 (references to shared files are already bundled into its ``$defs``).
    ``stoppable`` says that a reader may stop mails of this kind by one click of the mail program.

    ``waivers`` are the warnings that its owners live with.
    ``contract_files`` are the shared ones that its contract refers to. Of a translation, ``file`` has subject
    and preheader alone, and all else is the template's own, from ``contract_file``.
    """

    file: SourceFile
    description: str
    audience: Audience
    sender: Mailbox
    reply_to: Mailbox | None
    subject: str
    preheader: str
    contract: Mapping[str, Any]
    stoppable: bool = True
    contract_file: SourceFile | None = None
    waivers: tuple[Waiver, ...] = ()
    contract_files: tuple[SourceFile, ...] = ()

    @property
    def contract_home(self) -> SourceFile:
        """The file in which the contract stands, with sender and audience."""
        return self.contract_file or self.file


@dataclass(frozen=True)
class Fixture:
    """One named data set of one template: ``fixtures/{category}/{name}/{scenario}.json``.

    ``template`` is ``{name}.{tag}`` for one of a translation alone.
    """

    template: str
    scenario: str
    file: SourceFile
    data: Mapping[str, Any]


@dataclass(frozen=True)
class TemplateSource:
    """One template as its author wrote it; ``metadata`` is None for a bare HTML file.

    ``broken_fixtures`` maps a scenario whose file cannot be read to the reason. ``locale`` is the tag of a
    translation's language, whose ``name`` is ``receipts/receipt.af``; "" for a template itself.
    """

    name: str
    html: SourceFile
    text: SourceFile | None
    metadata: Metadata | None
    fixtures: Mapping[str, Fixture]
    broken_fixtures: Mapping[str, SourceError] = field(default_factory=dict)
    locale: str = ""

    @property
    def template(self) -> str:
        """The template's name without a language, by which a release knows it."""
        return parted(self.name)[0]

    @property
    def category(self) -> str:
        """The folder part of the name: ``receipts`` of ``receipts/receipt``, "" at the top."""
        return self.name.rpartition("/")[0]


@dataclass(frozen=True)
class TemplateSet:
    """Everything under a templates folder and a fixtures folder, read once, never written.

    ``partials`` maps a partial's name (``header``, ``layout/head``) to its HTML file, ``text_partials`` to
    its ``.txt`` file, ``stylesheets`` a path relative to the root (``styles/email.css``) to its file.
    ``broken`` maps a template whose HTML or metadata cannot be read to the reason; ``broken_partials``
    likewise. ``settings`` are those of ``settings.toml``. ``problems`` are remarks about files that belong to
    no template. ``translations`` and ``broken_translations`` are by names such as ``receipts/receipt.af``;
    ``known_waivers`` are those of templates that need not be read for them. ``read`` has the digests of the
    files that have been read for the set by now, by path.
    One broken file never keeps the others from being used.
    """

    root: Path
    templates: Mapping[str, TemplateSource]
    partials: Mapping[str, SourceFile]
    text_partials: Mapping[str, SourceFile]
    stylesheets: Mapping[str, SourceFile]
    broken: Mapping[str, SourceError] = field(default_factory=dict)
    broken_partials: Mapping[str, SourceError] = field(default_factory=dict)
    problems: tuple[Finding, ...] = ()
    settings: SetSettings = field(default_factory=SetSettings)
    translations: Mapping[str, TemplateSource] = field(default_factory=dict)
    broken_translations: Mapping[str, SourceError] = field(default_factory=dict)
    known_waivers: Mapping[str, tuple[Waiver, ...]] = field(default_factory=dict)
    read: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def waivers(self, name: str) -> tuple[Waiver, ...]:
        """The waivers of a template, which are those of its translations as well."""
        base = parted(name)[0]
        if base in self.known_waivers:
            return self.known_waivers[base]
        found = self.templates.get(base)
        return found.metadata.waivers if found and found.metadata else ()

    def __contains__(self, name: str) -> bool:
        """Whether there is a template or translation of that name that can be read."""
        return name in self.templates or name in self.translations

    def locales(self, name: str) -> tuple[str, ...]:
        """The tags of a template's translations, in sorted order, those that cannot be read included."""
        return self._locales.get(name, ())

    @cached_property
    def sources(self) -> Mapping[str, TemplateSource]:
        """Every template and translation that can be read, by name."""
        translations, templates = cast("Any", self.translations), cast("Any", self.templates)
        return ChainMap(translations, templates)  # which reads none of those that are unread

    @cached_property
    def _locales(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for base, tag in map(parted, sorted({*self.translations, *self.broken_translations})):
            found[base] = (*found.get(base, ()), tag)
        return found
