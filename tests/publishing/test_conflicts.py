"""Whoever planned against something else than what he finds is told so, whatever lies in between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli import run
from app.core.release import Release
from app.publishing.activation import Reason, stable_files
from app.publishing.catalogue import Catalogue, Standing
from app.publishing.conflicts import require_same_ground
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from app.publishing.errors import ConflictError, UnknownReleaseError
from app.publishing.pruning import prune
from app.publishing.publisher import make_plan, publish
from app.publishing.rollback import ROLLBACK, roll_back
from app.publishing.store import ObjectStore, Tries
from app.publishing.verification import verify
from bbws_templates.client import TemplateClient
from bbws_templates.faults import DamagedReleaseError, StoreError, UnavailableError
from bbws_templates.layout import HISTORY, POINTER, manifest_key
from bbws_templates.pointer import Lease
from bbws_templates.reader import StoredObject
from tests.publishing import cuts
from tests.publishing.counting import CountingStore, Once
from tests.publishing.samples import NAMES, go_back, publish_to, release
from tests.waiting import patience

FIRST, SECOND, MINE, THEIRS = (release(text, names=NAMES[:1]) for text in ("1", "2", "mine", "theirs"))


@pytest.fixture
def store(above: ObjectStore) -> ObjectStore:
    """A directory, and with the cuts a bucket as well."""
    return above


def leave_dead_mark(store: ObjectStore) -> Standing:
    """What a prune leaves that was killed a long time ago."""
    standing = Catalogue(store).standing()
    assert standing
    lease = Lease("0" * 32, "2026-01-05T10:46:00Z", "another machine/1/1")
    pointer = replace(
        standing.pointer, pruning="them@example.com", prunes=standing.pointer.prunes + 1, lease=lease
    )
    etag = store.put(POINTER, pointer.to_bytes(), if_match=standing.etag)
    assert etag
    return Standing(pointer, etag)


def publish_mine(store: ObjectStore) -> Callable[[], object]:
    plan = make_plan(Catalogue(store), MINE)
    return lambda: publish(Catalogue(store), MINE, plan, Reason("publish", "me"))


def go_back_to_first(store: ObjectStore) -> Callable[[], object]:
    standing = Catalogue(store).standing()
    wanted = Catalogue(store).proven(FIRST.id)
    return lambda: roll_back(Catalogue(store), wanted, Reason(ROLLBACK, "me"), expected=standing)


@pytest.mark.parametrize("prepare", [publish_mine, go_back_to_first])
def test_the_mark_of_a_dead_prune_hides_nobody_who_activated_something_meanwhile(
    store: ObjectStore, prepare: Callable[[ObjectStore], Callable[[], object]]
) -> None:
    publish_to(store, FIRST)
    publish_to(store, SECOND)
    leave_dead_mark(store)
    carry_out = prepare(store)
    publish_to(store, THEIRS, reason=Reason("publish", "them@example.com"))
    with pytest.raises(ConflictError, match=r"them@example\.com activated .*Nothing of yours was activated"):
        carry_out()
    standing = Catalogue(store).standing()
    assert standing
    assert standing.pointer.release == THEIRS.id


@pytest.mark.parametrize("prepare", [publish_mine, go_back_to_first])
def test_who_only_lifted_that_mark_meanwhile_is_in_nobodys_way(
    store: ObjectStore, prepare: Callable[[ObjectStore], Callable[[], object]]
) -> None:
    publish_to(store, FIRST)
    publish_to(store, SECOND)
    marked = leave_dead_mark(store)
    carry_out = prepare(store)
    lifted = replace(marked.pointer, pruning="", lease=None, half_pruned=True)
    assert store.put(POINTER, lifted.to_bytes(), if_match=marked.etag)
    carry_out()
    standing = Catalogue(store).standing()
    assert standing
    assert standing.pointer.active.sequence == 3


@pytest.mark.parametrize("prepare", [publish_mine, go_back_to_first])
def test_a_prune_that_counts_for_nothing_is_waited_for_all_the_same(
    store: ObjectStore, prepare: Callable[[ObjectStore], Callable[[], object]]
) -> None:
    """An earlier version marks the pointer, and neither says until when nor counts its prunes."""

    class Marking(CountingStore):
        due = False

        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            if key == POINTER and self.due:
                self.due = False
                standing = Catalogue(self.inner).standing()
                assert standing
                self.inner.put(POINTER, replace(standing.pointer, pruning="them").to_bytes())
            return super().put(key, body, if_match=if_match, if_absent=if_absent)

    publish_to(store, FIRST)
    publish_to(store, SECOND)
    marking = Marking(store)
    carry_out = prepare(marking)
    marking.due = True
    with pytest.raises(ConflictError, match="them is pruning"):
        carry_out()
    standing = Catalogue(store).standing()
    assert standing
    assert standing.pointer.release == SECOND.id


@pytest.mark.parametrize("prepare", [publish_mine, go_back_to_first])
def test_who_was_followed_by_somebody_that_has_gone_back_since_has_to_plan_again(
    store: ObjectStore, prepare: Callable[[ObjectStore], Callable[[], object]]
) -> None:
    """The same release is active as was when it was planned, and it is another activation of it."""
    publish_to(store, FIRST)
    publish_to(store, SECOND)
    carry_out = prepare(store)
    publish_to(store, THEIRS)
    assert go_back(store) == SECOND.id
    before = Catalogue(store).standing()
    with pytest.raises(ConflictError, match=r"meanwhile .*Nothing of yours was activated"):
        carry_out()
    assert Catalogue(store).standing() == before
    assert verify(Catalogue(store)).intact


def test_a_page_of_the_history_that_is_refused_falsely_is_not_referred_to(directory: DirectoryStore) -> None:
    """The server says that it is there (412), and it is not."""

    class Refusing(CountingStore):
        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            if key.startswith(HISTORY):
                return None
            return super().put(key, body, if_match=if_match, if_absent=if_absent)

    cuts.fill_history(directory)
    before = Catalogue(directory).standing()
    with pytest.raises(StoreError, match=r"refuses to write history/.*Nothing of yours was activated"):
        publish_to(Refusing(directory), cuts.LATER)
    assert Catalogue(directory).standing() == before
    publish_to(directory, cuts.LATER)
    assert verify(Catalogue(directory)).discrepancies == ()


def uploaded_late(store: ObjectStore, moment: str) -> ObjectStore:
    """``store`` for a prune, in which somebody uploads ``MINE`` once more before the first such request."""
    plan = make_plan(Catalogue(store), MINE)

    def upload() -> None:
        for path, data in MINE.files.items():
            store.put(Catalogue.keys(MINE.manifest)[path], data, if_absent=True)
        store.put(manifest_key(MINE.id), MINE.manifest_data, if_absent=True)
        with pytest.raises(ConflictError, match="began to prune"):
            publish(Catalogue(store), MINE, plan, Reason("publish", "me"))

    class Late(CountingStore):
        uploaded = Once(upload)

        def delete(self, key: str, *, if_match: str = "", tries: Tries | None = None) -> bool:
            if moment in key:
                self.uploaded()
            return super().delete(key, if_match=if_match, tries=tries)

    return Late(store)


@pytest.mark.parametrize("moment", ["manifest.json", "bundle.json", "objects/"])
def test_what_is_uploaded_beside_a_prune_is_not_left_behind_as_a_release_without_files(
    store: ObjectStore, moment: str
) -> None:
    """Else it would be a release that was active once and cannot be gone back to."""
    for each in (FIRST, MINE, SECOND):
        publish_to(store, each)
    prune(Catalogue(uploaded_late(store, moment)), 1, actor="them")
    found = verify(Catalogue(store))
    assert found.intact, found.discrepancies
    assert {item.fault for item in found.discrepancies} <= {ObjectFault.UNUSED}
    assert Catalogue(store).releases() == [SECOND.id]


def test_who_is_overtaken_by_a_prune_makes_no_release_of_what_is_left(store: ObjectStore) -> None:
    for each in (FIRST, MINE, SECOND):
        publish_to(store, each)
    plan = make_plan(Catalogue(store), MINE)

    class Overtaken(CountingStore):
        """When the first object has been written, somebody prunes it."""

        pruned = Once(lambda: prune(Catalogue(store), 1, actor="them@example.com"))

        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            etag = super().put(key, body, if_match=if_match, if_absent=if_absent)
            if key.startswith("objects/"):
                self.pruned()
            return etag

    with pytest.raises(ConflictError, match=r"pruned .* meanwhile"):
        publish(Catalogue(Overtaken(store)), MINE, plan, Reason("publish", "me"))
    found = verify(Catalogue(store))
    assert found.intact, found.discrepancies
    assert Catalogue(store).releases() == [SECOND.id]


@pytest.mark.parametrize("read", ["manifest.json", "bundle.json"])
def test_who_is_overtaken_by_a_prune_mends_nothing_that_it_has_deleted(store: ObjectStore, read: str) -> None:
    """One of the two was read back before; the other written anew would be a release that cannot be read."""
    for each in (FIRST, MINE, SECOND):
        publish_to(store, each)
    plan = make_plan(Catalogue(store), MINE)
    first, pruned = f"releases/{MINE.id}/{read}", threading.Event()

    class Overtaken(CountingStore):
        """When that is read back, somebody prunes, and only then is the other one read."""

        def get(self, key: str) -> StoredObject | None:
            if MINE.id not in key or pruned.is_set():
                return super().get(key)
            if key != first:
                pruned.wait(patience())
                return super().get(key)
            found = super().get(key)
            prune(Catalogue(store), 1, actor="them@example.com")
            pruned.set()
            return found

    with pytest.raises(ConflictError, match=r"pruned .* meanwhile"):
        publish(Catalogue(Overtaken(store)), MINE, plan, Reason("publish", "me"))
    assert verify(Catalogue(store)).discrepancies == ()
    assert Catalogue(store).releases() == [SECOND.id]


def test_stable_keys_that_a_publish_is_just_writing_have_not_drifted(store: ObjectStore) -> None:
    publish_to(store, FIRST)
    publish_to(store, SECOND)
    key = f"{NAMES[0]}.html"
    standing = Catalogue(store).standing()
    assert standing
    store.put(POINTER, replace(standing.pointer, settled=False).to_bytes(), if_match=standing.etag)
    store.put(key, stable_files(FIRST.bundle)[key])
    found = verify(Catalogue(store))
    assert not found.intact
    assert {(item.fault, item.key) for item in found.discrepancies} == {
        (ObjectFault.UNFINISHED, POINTER),
        (ObjectFault.UNFINISHED, key),
    }


@pytest.mark.parametrize("lost", ["manifest.json", "bundle.json"])
@pytest.mark.parametrize("pair", [(FIRST, SECOND), (SECOND, FIRST)], ids=["one", "other"])
def test_who_asks_for_what_is_served_while_it_is_replaced_and_pruned_is_told_what_came(
    store: ObjectStore, lost: str, pair: tuple[Release, Release]
) -> None:
    before, after = pair
    publish_to(store, before)

    class Replaced(CountingStore):
        def get(self, key: str) -> StoredObject | None:
            if key == f"releases/{before.id}/{lost}":
                publish_to(store, after)
                prune(Catalogue(store), 1, actor="them")
            return super().get(key)

    found = Catalogue(Replaced(store)).active()
    assert found
    assert found[2].release == after.id
    publish_to(store, before)
    assert Catalogue(Replaced(store)).named("active").id == after.id
    store.delete(f"releases/{after.id}/{lost}")
    with pytest.raises(UnknownReleaseError, match="has no release"):
        Catalogue(store).active()


def test_what_a_plan_was_made_against_has_changed_when_there_is_no_pointer_any_more_or_by_now(
    directory: DirectoryStore,
) -> None:
    catalogue = Catalogue(directory)
    directory.root.mkdir()
    require_same_ground(catalogue, None)
    publish_to(directory, FIRST)
    standing = catalogue.standing()
    require_same_ground(catalogue, standing)
    with pytest.raises(ConflictError, match=r"seemed to hold no current\.json .* and holds one now"):
        require_same_ground(catalogue, None)
    directory.delete(POINTER)
    with pytest.raises(ConflictError, match=r"current\.json was there and is not to be found any more"):
        require_same_ground(catalogue, standing)


def test_whoever_is_told_of_another_active_release_each_time_does_not_ask_for_ever(
    directory: DirectoryStore,
) -> None:
    """As by two caches that disagree, none of whose releases is there any more."""
    publish_to(directory, FIRST)
    pointers = [directory.get(POINTER)]
    publish_to(directory, SECOND)
    pointers.append(directory.get(POINTER))
    for gone in (FIRST, SECOND):
        directory.delete(f"releases/{gone.id}/bundle.json")
    asked: list[str] = []

    class Disagreeing(CountingStore):
        def get(self, key: str) -> StoredObject | None:
            if key != POINTER:
                return super().get(key)
            asked.append(key)
            assert len(asked) < 100
            return pointers[len(asked) % 2]

    with pytest.raises(ConflictError, match=r"Others keep changing .*Try again"):
        Catalogue(Disagreeing(directory)).active()


def test_a_file_that_leads_in_circles_is_named(directory: DirectoryStore) -> None:
    publish_to(directory, FIRST)
    (directory.root / "circle").symlink_to(directory.root / "circle")
    found = verify(Catalogue(directory))
    assert found.intact, "it is no file of ours"
    assert [(each.fault, each.key) for each in found.discrepancies] == [(ObjectFault.FOREIGN, "circle")]
    (directory.root / "circle").unlink()
    (directory.root / "current.json").unlink()
    (directory.root / "current.json").symlink_to("current.json")
    (tampered,) = verify(Catalogue(directory)).discrepancies
    assert tampered.key == POINTER
    assert "a link that leads to itself" in tampered.sentence
    with pytest.raises(DamagedReleaseError, match=r"current\.json: this is a link that leads to itself"):
        publish_to(directory, FIRST)


def test_a_directory_that_leads_in_circles_is_named_however_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "circle").symlink_to("circle")
    settings = '[targets.dev]\nurl = "file:circle"\n[targets.copy]\nurl = "file:circle"\nprotected = true\n'
    (tmp_path / "bbws-templates.toml").write_text(settings, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for target in ("dev", (tmp_path / "circle").as_uri()):
        assert run(["status", target]) == 4
        assert "Too many levels of symbolic links" in capsys.readouterr().err
    with pytest.raises(UnavailableError, match="Too many levels of symbolic links"):
        TemplateClient((tmp_path / "circle").as_uri()).names()
