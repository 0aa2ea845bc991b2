"""One answer that is wrong, as something in between gives it: nothing hangs on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.publishing.catalogue import Catalogue
from app.publishing.clock import iso
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import ConflictError
from app.publishing.lease import LEASE
from app.publishing.pruning import plan_prune, prune
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from bbws_templates.faults import DamagedReleaseError, StoreError
from bbws_templates.layout import HISTORY, POINTER, manifest_key
from bbws_templates.pointer import PAGE, Lease
from bbws_templates.reader import StoredObject
from tests.publishing.counting import CountingStore, Lying
from tests.publishing.samples import NAMES, publish_to, release

FIRST, SECOND, MINE = (release(text, names=NAMES[:2]) for text in ("1", "2", "mine"))


class Sham(CountingStore):
    """One write of a key that begins with ``prefix`` is answered well by something in between, and not made.

    It is the one with the number ``number``.
    """

    def __init__(self, inner: ObjectStore, prefix: str, number: int) -> None:
        super().__init__(inner)
        self._prefix, self._left = prefix, number

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        self._left -= key.startswith(self._prefix)
        if key.startswith(self._prefix) and self._left == 0:
            return '"of something in between"'
        return super().put(key, body, if_match=if_match, if_absent=if_absent)


@pytest.mark.parametrize("number", [1, 2], ids=["to activate", "to settle"])
def test_what_was_only_said_to_be_written_is_written_again(store: ObjectStore, number: int) -> None:
    """Else somebody is told that a release is active which never was."""
    done = publish_to(Sham(store, POINTER, number), MINE)
    assert done.standing == Catalogue(store).standing()
    assert (done.standing.pointer.release, done.standing.pointer.settled) == (MINE.id, True)


@pytest.mark.parametrize("part", ["objects/", "bundle.json"])
def test_what_a_store_never_holds_as_it_was_written_is_not_activated(
    directory: DirectoryStore, part: str
) -> None:
    """A bad block, or a gateway that rewrites what passes: also the second try does not help."""
    publish_to(directory, FIRST)
    before = Catalogue(directory).standing()

    class Spoiling(CountingStore):
        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            spoilt = body.replace(b"mine", b"m1ne") if part in key else body
            return super().put(key, spoilt, if_match=if_match, if_absent=if_absent)

    with pytest.raises(DamagedReleaseError, match="is missing or differs from its digest"):
        publish_to(Spoiling(directory), MINE)
    assert Catalogue(directory).standing() == before
    assert publish_to(directory, MINE).standing.pointer.release == MINE.id
    assert verify(Catalogue(directory)).discrepancies == ()


@pytest.mark.parametrize("number", [1, 2], ids=["to begin", "to end"])
def test_a_mark_of_a_prune_that_was_only_said_to_be_written_is_written_again(
    store: ObjectStore, number: int
) -> None:
    for each in (FIRST, SECOND):
        publish_to(store, each)
    prune(Catalogue(Sham(store, POINTER, number)), 1, actor="me")
    assert verify(Catalogue(store)).discrepancies == ()


def test_nothing_refers_to_a_page_of_the_history_that_was_only_said_to_be_written(
    directory: DirectoryStore,
) -> None:
    publish_to(directory, FIRST)
    standing = Catalogue(directory).standing()
    assert standing
    last = replace(standing.pointer.active, sequence=2 * PAGE)
    entries = tuple(replace(last, sequence=number) for number in range(1, last.sequence))
    directory.put(POINTER, replace(standing.pointer, active=last, history=entries).to_bytes())
    with pytest.raises(StoreError, match="history/"):
        publish_to(Sham(directory, HISTORY, 1), SECOND)
    publish_to(directory, SECOND)
    assert verify(Catalogue(directory)).discrepancies == ()


@pytest.mark.parametrize("body", [None, b"something else"], ids=["not found", "something else"])
def test_one_wrong_answer_leaves_no_stable_key_behind(store: ObjectStore, body: bytes | None) -> None:
    """Once its release has gone nobody knows any more whose it was."""
    publish_to(store, FIRST)
    publish_to(store, release("second", names=NAMES[1:2]), allow_breaking=True)
    plan = plan_prune(Catalogue(Lying(store, "receipts/receipt.html", body, 1)), 1)
    assert plan.foreign == ()
    assert "receipts/receipt.html" in plan.keys


def test_the_last_that_a_prune_deleted_before_it_died_is_no_unknown_name(directory: DirectoryStore) -> None:
    for each in (FIRST, SECOND, MINE):
        publish_to(directory, each)
    standing = Catalogue(directory).standing()
    assert standing
    dead = Lease("its", iso(datetime.now(UTC) - LEASE), "")
    directory.put(POINTER, replace(standing.pointer, pruning="the dead one", lease=dead).to_bytes())
    needed = manifest_key(SECOND.id)

    class Dying(CountingStore):
        def get(self, key: str) -> StoredObject | None:
            if key == needed:
                directory.delete(needed)
            return super().get(key)

    with pytest.raises(ConflictError, match=r"changed .* while it was looked at.* Run prune again"):
        plan_prune(Catalogue(Dying(directory)), 2)
    assert needed not in plan_prune(Catalogue(directory), 2).kept
