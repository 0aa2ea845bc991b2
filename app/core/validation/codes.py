"""The codes of all findings that a template can have, whoever makes them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from app.core.errors import Location, SourceError
from app.core.filenames import written
from app.core.findings import Finding, finding_of
from app.core.settings import SETTINGS_NAME
from app.core.sources import TemplateSet
from app.core.validation import (
    characters,
    contracts,
    display,
    envelope,
    eyes,
    injection,
    placeholders,
    rendered,
    translating,
    usage,
    written_links,
)
from app.core.validation.data.caniemail import CLIENTS
from app.core.validation.rules import Rule

RULES: tuple[Rule, ...] = tuple(
    rule
    for module in (
        rendered,
        envelope,
        eyes,
        contracts,
        usage,
        written_links,
        translating,
        injection,
        placeholders,
        characters,
        display,
    )
    for rule in module.RULES
)
"""Every rule of the checks."""

OTHER_CODES: Final = frozenset(
    {
        "compile", "content-lint", "css-syntax", "limit", "markup-in-text", "markup-not-inlined",
        "missing-stylesheet", "name-case", "no-fixture", "no-metadata", "not-equivalent", "orphan-file",
        "outlook-rule", "overridden-rule", "partial", "payload-invalid", "remote-stylesheet", "source",
        "template-syntax", "undefined-variable", "waiver-expired", "waiver-unknown", "waiver-unused",
        "wrong-type",
    }
)  # fmt: skip
"""The codes of findings that compiler, proof and loader make."""


KNOWN: Final = frozenset({rule.code for rule in RULES} | OTHER_CODES)
"""Every code that a finding can have."""


def unknown_codes(templates: TemplateSet) -> Iterator[Finding]:
    """The codes and clients in the settings of a set that do not exist: one misspelt would demand nothing."""
    for code in templates.settings.checks.errors:
        if code not in KNOWN:
            near = difflib.get_close_matches(code, sorted(KNOWN), n=1)
            yield _unknown(
                templates,
                f"checks.errors: no finding has the code '{code}'.",
                f"Did you mean {near[0]}?" if near else "The codes stand in docs/checks.md.",
            )
    for pattern in templates.settings.checks.clients:
        if not any(fnmatchcase(client, pattern) for client in CLIENTS):
            near = difflib.get_close_matches(pattern, CLIENTS, n=1)
            yield _unknown(
                templates,
                f"checks.clients: no client is called '{pattern}'.",
                f"Did you mean {near[0]}?" if near else f"Known: {', '.join(CLIENTS)}.",
            )


def _unknown(templates: TemplateSet, message: str, remedy: str) -> Finding:
    place = Location(written((templates.root / SETTINGS_NAME).as_posix()))
    return finding_of(SourceError(message, location=place, remedy=remedy))
