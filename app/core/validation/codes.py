"""The codes of all findings that a template can have, whoever makes them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from app.core.errors import Location, SourceError
from app.core.filenames import written
from app.core.findings import Finding, finding_of
from app.core.settings import SETTINGS_NAME
from app.core.sources import TemplateSet
from app.core.validation import (
    characters,
    contracts,
    envelope,
    injection,
    placeholders,
    rendered,
    translating,
    usage,
)
from app.core.validation.rules import Rule

RULES: tuple[Rule, ...] = tuple(
    rule
    for module in (rendered, envelope, contracts, usage, translating, injection, placeholders, characters)
    for rule in module.RULES
)
"""Every rule of the checks."""

OTHER_CODES: Final = frozenset(
    {
        "compile", "css-syntax", "limit", "markup-in-text", "markup-not-inlined", "missing-stylesheet",
        "no-fixture", "no-metadata", "not-equivalent", "orphan-file", "outlook-rule", "overridden-rule",
        "partial", "remote-stylesheet", "source", "template-syntax", "undefined-variable", "wrong-type",
    }
)  # fmt: skip
"""The codes of findings that compiler, proof and loader make."""


def unknown_codes(templates: TemplateSet) -> Iterator[Finding]:
    """The codes in the settings of a set that no finding has: one misspelt would demand nothing."""
    known = {rule.code for rule in RULES} | OTHER_CODES
    for code in templates.settings.checks.errors:
        if code not in known:
            near = difflib.get_close_matches(code, sorted(known), n=1)
            yield finding_of(
                SourceError(
                    f"checks.errors: no finding has the code '{code}'.",
                    location=Location(written((templates.root / SETTINGS_NAME).as_posix())),
                    remedy=f"Did you mean {near[0]}?" if near else "The codes stand in docs/checks.md.",
                )
            )
