"""Which manifest a release may have: verify, rollback, promotion and prune say the same of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.core.release import Release
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from app.publishing.errors import ConflictError
from app.publishing.pruning import plan_prune, prune
from app.publishing.store import ListedObject, ObjectStore
from app.publishing.verification import verify
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import DamagedReleaseError
from bbws_templates.layout import BUNDLE, POINTER, manifest_key
from bbws_templates.pointer import PAGE
from tests.publishing.counting import CountingStore, Forgetful, Lying
from tests.publishing.newer import edit_object
from tests.publishing.samples import NAMES, go_back, publish_to, release
from tests.publishing.shell import Shell
from tests.publishing.test_lifecycle import KilledStore, activate_often

SMALL = NAMES[:1]
FIRST, SECOND, THIRD = (release(text, names=SMALL) for text in ("1", "2", "3"))
OTHER_BUILD = release("1", names=SMALL, commit="of another build")
KEY = manifest_key(FIRST.id)
ALTERED = FIRST.manifest_data.replace(b'"abc"', b'"bad"')
NOT_THE_ONE = f"manifest of release {FIRST.id[:12]} is not the one that was activated"


def words_of_verify(store: ObjectStore) -> str:
    found = verify(Catalogue(store))
    assert found.intact == (not [each for each in found.discrepancies if each.fault is ObjectFault.TAMPERED])
    return "".join(each.sentence for each in found.discrepancies if each.key == KEY)


def words_of_error(deed: Callable[[], object]) -> str:
    try:
        deed()
    except BbwsTemplatesError as error:
        return str(error)
    return ""


SAID_BY: dict[str, Callable[[ObjectStore], str]] = {
    "verify": words_of_verify,
    "rollback": lambda store: words_of_error(lambda: go_back(store, FIRST.id)),
    "promote": lambda store: words_of_error(lambda: Catalogue(store).proven(FIRST.id)),
    "prune": lambda store: words_of_error(lambda: plan_prune(Catalogue(store), 3)),
}


def in_the_pointer(store: DirectoryStore) -> None:
    publish_to(store, FIRST)
    publish_to(store, SECOND)


def on_a_page(store: DirectoryStore) -> None:
    publish_to(store, FIRST)
    activate_often(store, 2 * PAGE + 2)
    standing = Catalogue(store).standing()
    assert standing
    assert FIRST.id not in {each.release for each in standing.pointer.history}


@pytest.fixture(params=[in_the_pointer, on_a_page], ids=lambda history: history.__name__)
def store(request: pytest.FixtureRequest, directory: DirectoryStore) -> DirectoryStore:
    """Where ``FIRST`` was active before; the history has it in the pointer, or on a page of its own."""
    request.param(directory)
    return directory


@pytest.mark.parametrize("by", SAID_BY)
def test_a_changed_manifest_is_named_by_each_wherever_the_history_has_its_digest(
    store: DirectoryStore, by: str
) -> None:
    store.put(KEY, ALTERED)
    assert NOT_THE_ONE in SAID_BY[by](store)


@pytest.mark.parametrize("by", SAID_BY)
def test_one_that_nobody_changed_is_not(store: DirectoryStore, by: str) -> None:
    assert SAID_BY[by](store) == ""


@pytest.mark.parametrize("by", SAID_BY)
def test_one_wrong_answer_accuses_nobody(directory: DirectoryStore, by: str) -> None:
    in_the_pointer(directory)
    assert SAID_BY[by](Lying(directory, KEY, ALTERED, 1)) == ""


class Beside(CountingStore):
    """A store in which something happens when a publisher is about to activate."""

    def __init__(self, inner: ObjectStore, deed: Callable[[], object]) -> None:
        super().__init__(inner)
        self._deed: Callable[[], object] | None = deed

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        if key == POINTER and self._deed:
            deed, self._deed = self._deed, None
            deed()
        return super().put(key, body, if_match=if_match, if_absent=if_absent)


def cut_off(store: ObjectStore) -> None:
    with pytest.raises(RuntimeError):
        publish_to(KilledStore(store), OTHER_BUILD)
    publish_to(store, THIRD)


def come_second(store: ObjectStore) -> None:
    with pytest.raises(ConflictError, match="Nothing of yours was activated"):
        publish_to(Beside(store, lambda: publish_to(store, THIRD)), OTHER_BUILD)


@pytest.fixture(params=[cut_off, come_second], ids=lambda publisher: publisher.__name__)
def left(request: pytest.FixtureRequest, directory: DirectoryStore) -> DirectoryStore:
    """Where ``FIRST`` was pruned, and a publish of another build of it has activated nothing since."""
    in_the_pointer(directory)
    prune(Catalogue(directory), 1, actor="me")
    request.param(directory)
    return directory


@pytest.mark.parametrize("by", ["rollback", "promote"])
def test_what_another_build_left_that_was_never_activated_is_not_gone_back_to(
    left: DirectoryStore, by: str
) -> None:
    said = SAID_BY[by](left)
    assert NOT_THE_ONE in said
    assert "or a publish of another build of the same content activated nothing" in said
    publish_to(left, OTHER_BUILD)
    publish_to(left, SECOND)
    assert SAID_BY[by](left) == "", "to publish it again makes it count, as is said"


def test_the_target_is_intact_with_it_and_the_next_prune_removes_it(left: DirectoryStore) -> None:
    found = verify(Catalogue(left))
    assert found.intact
    assert [each.key for each in found.discrepancies] == [KEY]
    assert "publish it again" in words_of_verify(left)
    assert "prune" in words_of_verify(left)
    plan = prune(Catalogue(left), 10, actor="me")
    assert (plan.kept, plan.deleted) == ((THIRD.id, SECOND.id), (FIRST.id,))
    assert verify(Catalogue(left)).discrepancies == ()
    assert go_back(left) == SECOND.id


def test_the_command_says_why_it_goes_although_it_is_whole(left: DirectoryStore, shell: Shell) -> None:
    said = " ".join(shell("prune", str(left.target), "--dry-run").split())
    assert f"release {FIRST.id[:12]} (left by a publish of another build than was active" in said
    assert shell.json("prune", str(left.target), "--dry-run")["other_builds"] == [FIRST.id]


def test_it_is_none_of_those_that_are_kept(left: DirectoryStore) -> None:
    publish_to(left, OTHER_BUILD)
    publish_to(left, SECOND)
    left.put(KEY, FIRST.manifest_data)  # by its place in the history it would be the second of two
    assert prune(Catalogue(left), 2, actor="me").kept == (SECOND.id, THIRD.id)


def test_nobody_is_accused_while_another_build_is_published(directory: DirectoryStore) -> None:
    in_the_pointer(directory)
    prune(Catalogue(directory), 1, actor="me")
    seen: list[bool] = []
    publish_to(Beside(directory, lambda: seen.append(verify(Catalogue(directory)).intact)), OTHER_BUILD)
    assert seen == [True]
    assert verify(Catalogue(directory)).discrepancies == ()


@pytest.mark.parametrize("by", SAID_BY)
def test_a_manifest_that_describes_what_is_not_there_is_no_other_builds(
    left: DirectoryStore, by: str
) -> None:
    """No publisher writes it before all that it names is there."""

    def spoil(members: dict[str, Any]) -> None:
        for path, entry in members["files"].items():
            entry["size"] += path != BUNDLE

    edit_object(left, KEY, spoil)
    assert SAID_BY[by](left)
    assert SAID_BY[by](left) == SAID_BY[by](left)
    assert not verify(Catalogue(left)).intact


@pytest.mark.parametrize("by", ["verify", "prune"])
def test_no_prune_explains_another_manifest_of_the_active_release(directory: DirectoryStore, by: str) -> None:
    in_the_pointer(directory)
    prune(Catalogue(directory), 1, actor="me")
    publish_to(directory, FIRST)
    directory.put(KEY, OTHER_BUILD.manifest_data)
    assert NOT_THE_ONE in SAID_BY[by](directory)


@pytest.mark.parametrize("by", SAID_BY)
def test_a_release_that_was_never_active_may_have_any_manifest(directory: DirectoryStore, by: str) -> None:
    publish_to(directory, SECOND)
    with pytest.raises(RuntimeError):
        publish_to(KilledStore(directory), FIRST)
    directory.put(KEY, ALTERED)
    said = SAID_BY[by](directory)
    # One does not go back to what never was active, whatever its manifest.
    assert NOT_THE_ONE not in said if by == "rollback" else said == ""


@pytest.mark.parametrize("by", ["rollback", "promote"])
def test_where_the_history_has_gone_that_would_tell_nothing_old_is_gone_back_to(
    directory: DirectoryStore, by: str
) -> None:
    on_a_page(directory)
    (page,) = directory.list("history/")
    directory.delete(page.key)
    assert "The history breaks off" in SAID_BY[by](directory)
    assert go_back(directory) in {release(text, names=SMALL).id for text in ("one", "two")}


def test_a_manifest_that_was_changed_is_found_also_where_the_history_breaks_off(
    directory: DirectoryStore,
) -> None:
    on_a_page(directory)
    publish_to(directory, FIRST)
    publish_to(directory, SECOND)
    (page,) = directory.list("history/")
    directory.delete(page.key)
    directory.put(KEY, ALTERED)
    assert NOT_THE_ONE in words_of_verify(directory)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("damaged", [FIRST, SECOND], ids=["an old release", "the active release"])
def test_a_listing_that_leaves_a_damaged_release_out_makes_nothing_intact(
    directory: DirectoryStore, damaged: Release, number: int
) -> None:
    in_the_pointer(directory)
    directory.put(manifest_key(damaged.id), b'{"another": 1}')
    found = verify(Catalogue(Forgetful(directory, damaged.id, number)))
    assert (found.intact, found.releases) == (False, 2)
    assert found == verify(Catalogue(directory))


def test_the_active_release_is_read_even_if_no_listing_shows_it(directory: DirectoryStore) -> None:
    in_the_pointer(directory)

    class Blind(Forgetful):
        def list(self, prefix: str) -> Iterator[ListedObject]:
            self._left = 1
            return super().list(prefix)

    assert verify(Catalogue(Blind(directory, SECOND.id, 1))) == verify(Catalogue(directory))
    directory.put(manifest_key(SECOND.id), b'{"another": 1}')
    assert verify(Catalogue(Blind(directory, SECOND.id, 1))) == verify(Catalogue(directory))


def test_to_go_back_to_what_a_changed_manifest_describes_is_refused_before_anything_is_written(
    store: DirectoryStore,
) -> None:
    store.put(KEY, ALTERED)
    before = store.get("current.json")
    with pytest.raises(DamagedReleaseError):
        go_back(store, FIRST.id)
    assert store.get("current.json") == before
