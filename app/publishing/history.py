"""Who activated what, when and why: in the pointer, and in the pages that have grown out of it.

A page is written before the pointer that refers to it, is named by its content and never changed, so the
whole history can be had long after S3 has dropped the old versions of the pointer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from app.publishing.parallel import in_parallel
from app.publishing.store import ObjectStore, put_for_certain, read_twice
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.documents import PAGE_FORMAT, decode_document
from bbws_templates.faults import DamagedReleaseError, StoreError
from bbws_templates.layout import HISTORY, check_path
from bbws_templates.pointer import PAGE, Activation, Pointer, parse_activation
from bbws_templates.reader import StoredObject

_PAGE_KEY: Final = re.compile(re.escape(HISTORY) + r"\d{8,}-\d{8,}-[0-9a-f]{16}\.json")

_REMEDY: Final = "Restore that page, from an old version of the bucket or from a copy of the target."

_Page = tuple[tuple[Activation, ...], str]
"""What a page holds, and the key of the one before it."""


def activations(store: ObjectStore, pointer: Pointer, *, listed: Iterable[str] = ()) -> Iterator[Activation]:
    """Every activation, newest first.

    Each page names only the one before it, so they are read in turn, as far as somebody wants to know; those
    whose keys are ``listed`` all at the same time.

    Raises:
        DamagedReleaseError: a page is missing or has been changed.
        FormatError: a page is one that this version does not read.
    """
    yield pointer.active
    yield from reversed(pointer.history)
    key = pointer.archive
    # No page refers to a later one: what lies beyond the newest that counts was written for nothing.
    ahead = sorted(each for each in listed if _PAGE_KEY.fullmatch(each) and each <= key)
    pages = dict(zip(ahead, in_parallel(partial(_page_or_error, store), ahead), strict=True))
    while key:
        page = pages.pop(key, None) or _page_or_error(store, key)
        if isinstance(page, DamagedReleaseError):
            raise page
        entries, key = page
        yield from reversed(entries)


def activated_manifest(release: str, entries: Iterable[Activation]) -> Digest | None:
    """The digest of the manifest that a release was activated with, the last time; None if it never was.

    ``entries`` are activations, newest first.
    """
    return next((entry.manifest for entry in entries if entry.release == release), None)


def require_as_activated(release: str, manifest: Digest, entries: Iterable[Activation]) -> None:
    """That a release has the manifest with which it was activated, the last time where it was more than once.

    ``manifest`` is the digest of the one that it has, ``entries`` are activations, newest first. The content
    is the same with any: the id names that, and two builds of it differ in where they come from. So a release
    that never was active may have any manifest; and of one that has another than it was activated with, it
    cannot be told whether somebody changed it, or whether the release was pruned and is there again by a
    publish of another build that activated nothing: one is not to go back to it.

    Raises:
        DamagedReleaseError: it has another one.
    """
    if activated_manifest(release, entries) not in (None, manifest):
        raise DamagedReleaseError(
            f"The manifest of release {release[:12]} is not the one that was activated.",
            remedy="Somebody changed it since, or a publish of another build of the same content activated "
            "nothing. Restore the earlier one, or publish the release again with --repair: then this one "
            "counts.",
        )


def archive(store: ObjectStore, pointer: Pointer) -> Pointer:
    """``pointer``, relieved of its oldest page of history when that has grown to two.

    Raises:
        StoreError: the store refuses the page, so nothing may refer to it.
    """
    if len(pointer.history) < 2 * PAGE:
        return pointer
    oldest, rest = pointer.history[:PAGE], pointer.history[PAGE:]
    members = {
        **PAGE_FORMAT.head(),
        "earlier": pointer.archive,
        "history": [activation.members() for activation in oldest],
    }
    data = canonical_json(members)
    span = f"{oldest[0].sequence:08}-{oldest[-1].sequence:08}"
    key = f"{HISTORY}{span}-{Digest.of(data).hex[:16]}.json"
    if put_for_certain(store, key, data, if_absent=True) is None:
        raise StoreError(
            f"{store.target}: the server refuses to write {key}, as if it were there, and it is not.",
            remedy="Nothing of yours was activated. Try again; check what lies between here and the server.",
        )
    return replace(pointer, history=rest, archive=key, earlier=pointer.previous)


def _page_or_error(store: ObjectStore, key: str) -> _Page | DamagedReleaseError:
    """A page that nothing refers to may be as it likes, so what is wrong with one is told in its turn."""
    try:
        return _read_page(store, key)
    except DamagedReleaseError as error:
        return error


def _read_page(store: ObjectStore, key: str) -> _Page:
    try:
        check_path(key)
    except DamagedReleaseError:
        raise DamagedReleaseError(
            f"The history cannot be trusted: it is to go on at {key[:80]!r}, where no page can be.",
            remedy="Restore what names that page, the one after it or else the pointer.",
        ) from None
    page = read_twice(store, key, partial(_parse_page, key))
    if page is None:
        raise DamagedReleaseError(f"The history breaks off: {key} is missing.", remedy=_REMEDY)
    return page


def _parse_page(key: str, found: StoredObject) -> _Page:
    if Digest.of(found.body).hex[:16] not in key:
        raise DamagedReleaseError(f"The history cannot be trusted: {key} was changed.", remedy=_REMEDY)
    members = decode_document(found.body, PAGE_FORMAT, what=f"the page {key}")
    entries, earlier = members.get("history"), members.get("earlier")
    # A page is older than the one that refers to it, and keys begin with numbers: no history runs in circles.
    if not isinstance(entries, list) or not isinstance(earlier, str) or earlier >= key:
        raise DamagedReleaseError(
            f"The history cannot be trusted: {key} is not a page of it.", remedy=_REMEDY
        )
    return tuple(parse_activation(entry) for entry in entries), earlier
