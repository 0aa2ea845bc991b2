"""Who activated what, when and why: in the pointer, and in the pages that have grown out of it.

A page is written before the pointer that refers to it, is named by its content and never changed, so the
whole history can be had long after S3 has dropped the old versions of the pointer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.publishing.store import ObjectStore
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.documents import PAGE_FORMAT, decode_document
from bbws_templates.faults import DamagedReleaseError, StoreError
from bbws_templates.layout import HISTORY
from bbws_templates.pointer import PAGE, Activation, Pointer, parse_activation


def activations(store: ObjectStore, pointer: Pointer) -> Iterator[Activation]:
    """Every activation, newest first.

    Raises:
        DamagedReleaseError: a page is missing or has been changed.
        FormatError: a page is one that this version does not read.
    """
    yield pointer.active
    yield from reversed(pointer.history)
    key = pointer.archive
    while key:
        entries, key = _read_page(store, key)
        yield from reversed(entries)


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
    if store.put(key, data, if_absent=True) is None:
        raise StoreError(
            f"{store.target}: the server refuses to write {key}, as if it were there, and it is not.",
            remedy="Nothing of yours was activated. Try again; check what lies between here and the server.",
        )
    return replace(pointer, history=rest, archive=key)


def _read_page(store: ObjectStore, key: str) -> tuple[tuple[Activation, ...], str]:
    found = store.get(key)
    if found is None:
        raise DamagedReleaseError(f"The history breaks off: {key} is missing.")
    if Digest.of(found.body).hex[:16] not in key:
        raise DamagedReleaseError(f"The history cannot be trusted: {key} was changed.")
    members = decode_document(found.body, PAGE_FORMAT, what=f"the page {key}")
    entries, earlier = members.get("history"), members.get("earlier")
    # A page is older than the one that refers to it, and keys begin with numbers: no history runs in circles.
    if not isinstance(entries, list) or not isinstance(earlier, str) or earlier >= key:
        raise DamagedReleaseError(f"The history cannot be trusted: {key} is not a page of it.")
    return tuple(parse_activation(entry) for entry in entries), earlier
