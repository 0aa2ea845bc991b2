"""The pages of the history: which of them are read, how they are written, and what is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from app.publishing.history import activations, archive
from app.publishing.verification import verify
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.faults import DamagedReleaseError
from bbws_templates.layout import POINTER
from bbws_templates.pointer import PAGE, Pointer
from tests.publishing.counting import CountingStore, Lying
from tests.publishing.samples import publish_to, release


def filled(directory: DirectoryStore) -> Pointer:
    """A pointer behind which two pages lie."""
    publish_to(directory, release("first", names=("a/one",)))
    standing = Catalogue(directory).standing()
    assert standing
    last = replace(standing.pointer.active, sequence=3 * PAGE + 1)
    entries = tuple(replace(last, sequence=number) for number in range(1, last.sequence))
    pointer = replace(standing.pointer, active=last)
    for first in (0, PAGE):
        pointer = archive(directory, replace(pointer, history=entries[first : first + 2 * PAGE]))
    return pointer


def test_ahead_of_their_turn_only_pages_are_read_that_may_have_one(directory: DirectoryStore) -> None:
    pointer, counted = filled(directory), CountingStore(directory)
    pages = [item.key for item in directory.list("history/")]
    for key in ("history/notes.json", f"history/{10**7}-{10**7}-{'0' * 16}.json"):
        directory.put(key, b"of somebody")
    whole = [*activations(counted, pointer)]
    assert [entry.sequence for entry in whole] == list(range(3 * PAGE + 1, 0, -1))
    listed = [item.key for item in directory.list("")]
    assert [*activations(counted, pointer, listed=listed)] == whole
    assert sorted(counted.requests) == sorted(("get", key) for key in pages * 2)


def test_a_page_is_created_and_never_overwritten(directory: DirectoryStore) -> None:
    """Who may publish may overwrite nothing of the history."""

    class Creating(CountingStore):
        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            assert if_absent
            return super().put(key, body, if_match=if_match, if_absent=if_absent)

    pointer = filled(directory)
    grown = tuple(replace(pointer.active, sequence=number) for number in range(2 * PAGE))
    archived = archive(Creating(directory), replace(pointer, history=grown))
    assert archived.archive != pointer.archive
    assert archive(Creating(directory), replace(pointer, history=grown)) == archived, "a second try finds it"


@pytest.mark.parametrize("spoilt", [{"history": {}}, {"earlier": 5}, {"earlier": "history/9"}], ids=str)
def test_what_is_no_page_of_a_history_is_not_followed(
    directory: DirectoryStore, spoilt: dict[str, Any]
) -> None:
    pointer = filled(directory)
    data = canonical_json({"format": 1, "earlier": "", "history": [], **spoilt})
    key = f"history/00000001-{PAGE:08}-{Digest.of(data).hex[:16]}.json"
    directory.put(key, data)
    pointer = replace(pointer, archive=key)
    for listed in ((), (key,)):
        with pytest.raises(DamagedReleaseError, match="is not a page of it"):
            list(activations(directory, pointer, listed=listed))
    directory.put(POINTER, pointer.to_bytes())
    found = {(each.fault, each.key) for each in verify(Catalogue(directory)).discrepancies}
    assert (ObjectFault.TAMPERED, "history/") in found


@pytest.mark.parametrize("body", [None, b"something else"], ids=["not found", "something else"])
def test_one_wrong_answer_breaks_no_history_off(directory: DirectoryStore, body: bytes | None) -> None:
    pointer = filled(directory)
    assert [*activations(Lying(directory, pointer.archive, body, 1), pointer)] == [
        *activations(directory, pointer)
    ]
    with pytest.raises(DamagedReleaseError, match="The history"):
        [*activations(Lying(directory, pointer.archive, body, 2), pointer)]
