"""Published templates over HTTP: the same releases that Lambdas read, rendered for callers in any language.

A target is named as the settings file names it. An address of a bucket or a directory is not taken from a
request: whoever may call this server may not make it read wherever they like.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.core.errors import UnknownNameError
from app.core.findings import Finding, finding_of_warning
from app.core.whole_numbers import require_short_numbers
from app.publishing.catalogue import Catalogue
from app.publishing.opening import open_store
from app.publishing.targets import named_targets
from app.web.live.renderings import Data
from bbws_templates.bundle import Bundle
from bbws_templates.compiled import RenderedEmail
from bbws_templates.contract import require
from bbws_templates.errors import Location
from bbws_templates.mailing import render_email
from bbws_templates.rendering import RenderWarning

SOURCE: Final = "source"
DEFAULT_TARGET: Final = "local"
_KEPT: Final = 8
_FRESH_SECONDS: Final = 2.0


@dataclass(frozen=True)
class ReleasedMail:
    """A mail of a release, the data with display values that it was made of, and the findings."""

    email: RenderedEmail
    shown: Mapping[str, Any]
    findings: tuple[Finding, ...]


class Releases:
    """Releases of the named targets, the most recent ones kept in memory. Safe to share by threads."""

    def __init__(self, settings: Path | None = None) -> None:
        self._settings = settings
        self._catalogues: dict[str, Catalogue] = {}
        self._bundles: OrderedDict[tuple[str, str], Bundle] = OrderedDict()
        self._resolved: dict[tuple[str, str], tuple[float, str]] = {}
        self._lock = threading.Lock()

    def render(
        self, target: str, release: str, name: str, data: Data, *, locale: str | None = None
    ) -> ReleasedMail:
        """One mail of a release, and what a lenient rendering had to leave empty.

        ``release`` is ``active``, ``previous``, a release id or the beginning of one; ``locale`` the language
        to have it in, as ``TemplateClient.render`` takes it.

        Raises:
            UnknownNameError: the settings name no such target.
            UnknownReleaseError, UnknownTemplateError: it is not there.
            DamagedReleaseError, StoreError: it cannot be read, or must not be used.
            ContractError, RenderError: the data do not fit.
        """
        bundle = self._bundle(target, release)
        template = bundle.in_language(name, locale)
        strict = not data.lenient
        if strict and template.contract is not None:
            require(template.contract, data.members, template=name)
        warnings: list[RenderWarning] = []
        shown = bundle.shown(template, data.members)
        email = render_email(template, shown, strict=strict, warnings=warnings, release=bundle.release)
        require_short_numbers(email.html, lambda _: Location(name))
        findings = tuple(finding_of_warning(warning, name, data.scenario) for warning in warnings)
        return ReleasedMail(email, shown, findings)

    def at_hand(self, target: str, release: str) -> bool:
        """Whether a mail of this release can be rendered now without reading anything first."""
        with self._lock:
            until, found = self._resolved.get((target, release), (0.0, ""))
            return time.monotonic() < until and (target, found) in self._bundles

    def _bundle(self, target: str, release: str) -> Bundle:
        catalogue = self._catalogue(target)
        key = (target, self._identity(catalogue, target, release))
        with self._lock:
            if key in self._bundles:
                self._bundles.move_to_end(key)
                return self._bundles[key]
        bundle = catalogue.bundle(key[1])
        with self._lock:
            self._bundles[key] = bundle
            while len(self._bundles) > _KEPT:
                self._bundles.popitem(last=False)
        return bundle

    def _identity(self, catalogue: Catalogue, target: str, release: str) -> str:
        """The whole id; what ``active`` means is looked up again after a moment."""
        now = time.monotonic()
        with self._lock:
            until, found = self._resolved.get((target, release), (0.0, ""))
        if now < until:
            return found
        found = catalogue.resolve(release)
        with self._lock:
            if len(self._resolved) > 1000:
                self._resolved.clear()
            self._resolved[target, release] = (now + _FRESH_SECONDS, found)
        return found

    def _catalogue(self, target: str) -> Catalogue:
        with self._lock:
            if target not in self._catalogues:
                named = named_targets(self._settings)
                if target not in named:
                    raise UnknownNameError("target", target, tuple(named))
                self._catalogues[target] = Catalogue(open_store(named[target].target))
            return self._catalogues[target]
