"""An active release that cannot be read: what is read of it to be shown keeps nobody from changing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.operations.publication import Publication, plan_members
from app.operations.retreat import Retreat
from app.publishing.activation import Reason, activate
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import OccupiedError
from app.publishing.opening import open_store
from app.publishing.publisher import make_plan, publish
from app.publishing.rollback import ROLLBACK
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from bbws_templates.faults import DamagedReleaseError, DeniedError, StoreError, UnreachableError
from bbws_templates.layout import HISTORY, bundle_key, manifest_key
from bbws_templates.pointer import PAGE
from bbws_templates.reader import StoredObject
from bbws_templates.target import parse_target
from tests.publishing.counting import CountingStore
from tests.publishing.samples import REASON, publish_to, release
from tests.publishing.shell import Shell

NAMES = ("a/one", "b/two")
GOOD, BAD, NEXT = (release(text, names=NAMES) for text in ("good", "bad", "next"))
DENIED = DeniedError("Access to it is denied.", remedy="Check the policy.")
KEY_GONE = StoreError("S3 answers KMS.DisabledException.")
BROKEN = UnreachableError("S3 is busy or broken (InternalError).")


class Unreadable(CountingStore):
    """A store that gives everything but what has ``part`` in its key."""

    def __init__(self, inner: ObjectStore, part: str, error: StoreError) -> None:
        super().__init__(inner)
        self._part, self._error = part, error

    def get(self, key: str) -> StoredObject | None:
        if self._part in key:
            raise type(self._error)(self._error.message, remedy=self._error.remedy)
        return super().get(key)


@pytest.fixture
def target(directory: DirectoryStore) -> DirectoryStore:
    for wanted in (GOOD, BAD):
        publish_to(directory, wanted)
    return directory


def active_in(store: ObjectStore) -> str:
    standing = Catalogue(store).standing()
    assert standing
    return standing.pointer.release


@pytest.mark.parametrize("error", [DENIED, KEY_GONE, BROKEN], ids=["denied", "key", "broken"])
def test_a_rollback_needs_nothing_of_the_release_that_it_leaves(
    target: DirectoryStore, error: StoreError
) -> None:
    retreat = Retreat.planned(Catalogue(Unreadable(target, BAD.id, error)), "")
    assert retreat.changes == ()
    assert retreat.note.startswith("No comparison: ")
    assert error.message in str(retreat.members()["note"])
    retreat.carry_out(Reason(ROLLBACK, "me"))
    assert active_in(target) == GOOD.id
    assert verify(Catalogue(target)).intact


@pytest.mark.parametrize("key", [bundle_key, manifest_key], ids=["bundle", "manifest"])
def test_a_publish_over_what_cannot_be_read_is_for_whoever_accepts_what_it_may_break(
    target: DirectoryStore, key: Callable[[str], str]
) -> None:
    catalogue = Catalogue(Unreadable(target, key(BAD.id), DENIED))
    publication = Publication.planned(catalogue, NEXT, lambda: None)
    assert "No comparison: " in publication.plan.note
    with pytest.raises(DeniedError, match=r"denied.*not known whether callers would break.*--allow-breaking"):
        publication.require_permitted(allow_breaking=False)
    with pytest.raises(DeniedError, match="--allow-breaking"):
        publication.carry_out(REASON)
    assert active_in(target) == BAD.id
    # Whether the emails that are there are its own is not known either, where its bundle cannot be read.
    adopt = key is bundle_key
    if adopt:
        with pytest.raises(OccupiedError, match=r"a/one\.html"):
            publication.require_permitted(allow_breaking=True)
    publication.require_permitted(allow_breaking=True, adopt=adopt)
    publication.carry_out(REASON, allow_breaking=True, adopt=adopt)
    assert active_in(target) == NEXT.id


@pytest.mark.parametrize("passing", [True, False], ids=["passing", "lasting"])
def test_a_file_of_somebody_elses_is_not_overwritten_by_whoever_lets_callers_break(
    target: DirectoryStore, passing: bool
) -> None:
    path = target.root / "new/mail.html"
    path.parent.mkdir()
    path.write_text("mine")
    wanted = release("next", names=(*NAMES, "new/mail"))
    planned = Catalogue(Unreadable(target, bundle_key(BAD.id), BROKEN))
    plan = make_plan(planned, wanted)
    assert "new/mail.html" in plan.occupied
    assert plan_members(plan)["breaking"] is None, "it is not known"
    with pytest.raises(OccupiedError, match=r"new/mail\.html"):
        publish(Catalogue(target) if passing else planned, wanted, plan, REASON, allow_breaking=True)
    assert path.read_text() == "mine"
    assert active_in(target) == BAD.id


def test_sources_are_only_shown_and_callers_are_compared_without_them(target: DirectoryStore) -> None:
    catalogue = Catalogue(Unreadable(target, "objects/", DENIED))
    breaking = release("next", names=NAMES[:1])
    plan = make_plan(catalogue, breaking)
    assert plan.breaking
    assert "sources" in plan.note
    assert "denied" in plan.note
    assert {part.part for part in plan.changes[0].parts} >= {"subject", "text", "html"}


@pytest.fixture
def unread(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """From when it is called, the commands get everything but what has this in its key."""

    def deny(part: str) -> None:
        monkeypatch.setattr(
            "app.commands.releasing.open_store", lambda place: Unreadable(open_store(place), part, DENIED)
        )

    return deny


def test_each_command_says_why_it_compares_nothing_and_goes_on(
    shell: Shell, unread: Callable[[str], None]
) -> None:
    for name in ("good", "bad"):
        shell.publish(name)
    bad = shell.json("status", shell.target)["release"]
    unread(bad)
    to = ("--to", shell.target)
    said = shell("plan", *to, "--release", shell.release("next"), "--pictures")
    assert (shell.status, "No comparison: Access to it is denied." in said) == (0, True)
    said = shell("status", shell.target)
    assert (shell.status, bad in said, "Access to it is denied." in said) == (0, True, True)
    members = shell.json("status", shell.target)
    assert (members["release"], members["error"]["code"]) == (bad, "store-denied")
    shell("publish", *to, "--release", shell.release("next"), "--yes")
    assert (shell.status, "--allow-breaking" in shell.err) == (4, True)
    said = shell("rollback", *to, "--yes")
    assert (shell.status, "No comparison: Access to it is denied." in said) == (0, True)
    assert shell.json("rollback", *to, bad, "--yes")["error"]["code"] == "store-denied", "to it, it is needed"


def test_a_history_is_shown_as_far_as_it_can_be_read(shell: Shell, unread: Callable[[str], None]) -> None:
    shell.publish("good")
    catalogue = Catalogue(open_store(parse_target(shell.target)))
    standing = catalogue.standing()
    assert standing
    active = standing.pointer.active
    for _ in range(2 * PAGE):
        standing = activate(catalogue, standing, active.release, active.manifest, Reason("publish", "me"))
    unread(HISTORY)
    said = shell("history", shell.target)
    assert (shell.status, "denied" in shell.err) == (4, True)
    assert len(said.splitlines()) == PAGE + 1
    shell("history", shell.target, "--limit", "3")
    assert shell.status == 0


def nested(levels: int, keyword: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        below: dict[str, Any] = {"properties": {"x": schema}, "allOf": [schema], "enum": [schema]}
        schema = {keyword: below[keyword]}
    return schema


@pytest.mark.parametrize("keyword", ["properties", "allOf", "enum"])
def test_contracts_of_others_are_compared_however_deep_they_are(
    directory: DirectoryStore, keyword: str
) -> None:
    deep = release("deep", names=NAMES, contract=nested(300, keyword))
    publish_to(directory, GOOD)
    publish_to(directory, deep, allow_breaking=True)
    plan = make_plan(Catalogue(directory), NEXT)
    assert plan.breaking
    Retreat.planned(Catalogue(directory), "").carry_out(Reason(ROLLBACK, "me"))
    assert active_in(directory) == GOOD.id


@pytest.mark.parametrize(
    "contract",
    [{"type": 5}, {"required": 5}, {"properties": []}, {"minLength": "5"}, {"enum": 5}, {"type": [[]]},
     {"properties": 7}],
    ids=str,
)  # fmt: skip
def test_what_is_no_contract_is_not_proven_compatible_and_stops_nobody(
    directory: DirectoryStore, contract: dict[str, Any]
) -> None:
    odd = release("odd", names=NAMES, contract=contract)
    publish_to(directory, GOOD)
    assert make_plan(Catalogue(directory), odd).breaking
    publish_to(directory, odd, allow_breaking=True)
    make_plan(Catalogue(directory), NEXT)
    Retreat.planned(Catalogue(directory), "").carry_out(Reason(ROLLBACK, "me"))
    assert active_in(directory) == GOOD.id


def test_what_is_damaged_is_still_said_to_be(target: DirectoryStore) -> None:
    target.put(bundle_key(BAD.id), b"{}")
    retreat = Retreat.planned(Catalogue(target), "")
    assert "damaged" in retreat.note
    with pytest.raises(DamagedReleaseError):
        Catalogue(target).bundle(BAD.id)
