"""A bundle that is mostly as another one: what is written the same in both is not read once more.

Of 1,200 templates one has changed, and to parse the 39 MB of the release before took a quarter of a plan.
Canonical JSON has its members in order and no white space, so two bundles are the same up to where they
differ, and from there on. What lies in these stretches is left out: the rest is a bundle by itself.

No text can pass for the beginning of a member, as a quotation mark in text stands behind a backslash
(RFC 8259, section 7). A member of another object can, as of a contract: where the name of a template at which
it would be cut begins more than one member, all of it is read, as everywhere else.
"""

from __future__ import annotations

import re
from dataclasses import replace

from app.core.release import Release
from bbws_templates.bundle import Bundle, parse_bundle, parse_proven_bundle
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.faults import DamagedReleaseError

_BEGINNING = re.compile(rb',"([^"\\]+)":\{')
_NEAR = 1024 * 1024  # bytes; a template is longer than that in no mail that can be sent
_FEWEST = 12
"""Fewer templates are read as quickly."""


def bundle_beside(data: bytes, known: Release, *, release: str) -> Bundle:
    """As ``parse_bundle``; templates that are written as in ``known`` are the very ones of it.

    Raises:
        DamagedReleaseError, FormatError: as ``parse_bundle``.
    """
    parted = _parted(data, known) if Digest.of(data).hex == release else None
    if parted:
        rest, same = parted
        try:
            found = parse_proven_bundle(rest, release=release)
        except DamagedReleaseError:
            pass  # Whatever it is, it is said of the whole.
        else:
            if found.templates.keys().isdisjoint(same):
                templates = {**found.templates, **{name: known.bundle.templates[name] for name in same}}
                return replace(found, templates=dict(sorted(templates.items())))
    return parse_bundle(data, release=release)


def _parted(data: bytes, known: Release) -> tuple[bytes, list[str]] | None:
    """``data`` without what is the same in ``known``, and the names of that; None for no such part."""
    names, ours = sorted(known.bundle.templates), known.bundle_data
    if len(names) < _FEWEST:
        return None
    # The first template and the last stay, with all that stands before and behind the templates.
    first, last = data.find(_beginning(names[1])), data.rfind(_beginning(names[-1]))
    ends, begins = _common_start(data, ours), len(data) - _common_end(data, ours)
    before = _beginnings(data, max(first, ends - _NEAR), ends, names[1:])
    behind = _beginnings(data, begins, min(last, begins + _NEAR), names[1:])
    low, low_name = before[-1] if before else (first, names[1])
    high, high_name = behind[0] if behind else (last, names[-1])
    if not 0 <= first <= low <= high <= last:
        return None
    # What is cut is the same in ours, which has each template once: so is the one at hand.
    if any(ours.count(_beginning(name)) > 1 for name in {names[1], low_name, high_name, names[-1]}):
        return None
    same = [name for name in names[1:-1] if name < low_name or name >= high_name]
    return data[:first] + data[low:high] + data[last:], same


def _beginning(name: str) -> bytes:
    return b"," + canonical_json(name) + b":{"


def _beginnings(data: bytes, start: int, end: int, names: list[str]) -> list[tuple[int, str]]:
    """Where templates of ``names`` begin, from ``start`` and whole before ``end``, and which."""
    known = {name.encode(): name for name in names}
    found = _BEGINNING.finditer(data, max(start, 0), max(end, 0))
    return [(each.start(), known[each[1]]) for each in found if each[1] in known]


def _common_start(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one.startswith(other[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(one: bytes, other: bytes) -> int:
    """How many bytes both end with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one.endswith(other[len(other) - middle : len(other) - low], 0, len(one) - low):
            low = middle
        else:
            high = middle - 1
    return low
