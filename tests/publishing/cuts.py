"""What is cut off in the tests: each command that changes a target, and each that may come after it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from app.core.release import Release
from app.publishing.activation import Reason, activate, settle
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import UnknownReleaseError
from app.publishing.pruning import prune
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from bbws_templates.digests import Digest
from bbws_templates.pointer import PAGE
from tests.publishing.counting import Keyed
from tests.publishing.samples import go_back, publish_to, release

NAMES = ("a/one", "b/two")
OLDEST, OLD, NEW = (
    release("oldest", names=NAMES),
    release("old", names=NAMES[:1]),
    release("new", names=NAMES[:1]),
)
LATER = release("later", names=NAMES[:1])

Act = Callable[[ObjectStore], object]


def publish_all(store: ObjectStore, *releases: Release) -> None:
    for each in releases:
        publish_to(store, each, allow_breaking=True)


def fill_history(store: ObjectStore) -> None:
    """So many activations that the next one moves a page of them out of the pointer."""
    publish_all(store, OLD, NEW)
    catalogue = Catalogue(store)
    standing = catalogue.standing()
    while standing and len(standing.pointer.history) < 2 * PAGE - 1:
        wanted = OLD if standing.pointer.release == NEW.id else NEW
        manifest = Digest.of(wanted.manifest_data)
        standing = activate(catalogue, standing, wanted.id, manifest, Reason("publish", "me"))
    settle(catalogue)


def prepare_publish(store: ObjectStore) -> None:
    publish_all(store, OLD)


def prepare_rollback(store: ObjectStore) -> None:
    publish_all(store, OLD, NEW)


def prepare_prune(store: ObjectStore) -> None:
    publish_all(store, OLDEST, OLD, NEW)


def prepare_promote(store: ObjectStore) -> None:
    publish_all(store, OLD, NEW)
    go_back(store)


def prepare_repair(store: ObjectStore) -> None:
    publish_all(store, OLD)
    store.put(f"{NAMES[0]}.html", b"drifted")


def promote(store: ObjectStore) -> None:
    """From the target to itself, so that the reading of the source is cut off as well."""
    publish_to(store, Catalogue(store).proven(NEW.id), reason=Reason("promote", "me"))


@dataclass(frozen=True)
class Command:
    """A command that is cut off; ``prepare`` makes the target that it finds."""

    name: str
    prepare: Act
    act: Act

    def __str__(self) -> str:
        return self.name


COMMANDS = (
    Command("first publish", lambda store: None, lambda store: publish_to(store, NEW)),
    Command("publish", prepare_publish, lambda store: publish_to(store, NEW)),
    Command("rollback", prepare_rollback, go_back),
    Command(
        "prune",
        prepare_prune,
        lambda store: prune(Catalogue(store), 1, actor="the one cut off"),
    ),
    Command("promote", prepare_promote, promote),
    Command("publish with a full history", fill_history, lambda store: publish_to(store, LATER)),
    Command("repair", prepare_repair, lambda store: publish_to(store, OLD, repair=True)),
)

KEYED = Command(
    "publish where ETags say nothing", prepare_publish, lambda store: publish_to(Keyed(store), NEW)
)
"""Then all is read that a listing vouches for elsewhere."""


def roll_back_if_there_is_another(store: ObjectStore) -> None:
    with suppress(UnknownReleaseError):
        go_back(store)


FOLLOWERS: tuple[tuple[str, Act], ...] = (
    ("prune to one", lambda store: prune(Catalogue(store), 1, actor="me") if is_published(store) else None),
    ("publish", lambda store: publish_to(store, LATER)),
    ("publish what was pruned", lambda store: publish_to(store, OLDEST, allow_breaking=True)),
    ("rollback", roll_back_if_there_is_another),
    ("prune to ten", lambda store: prune(Catalogue(store), 10, actor="me") if is_published(store) else None),
    ("repair", lambda store: publish_to(store, NEW, repair=True, allow_breaking=True)),
)


def is_published(store: ObjectStore) -> bool:
    return Catalogue(store).standing() is not None


def followers(turn: int, *, thorough: bool) -> tuple[tuple[str, Act], ...]:
    """The commands to try after the cut number ``turn``: all if ``thorough``, else they take turns."""
    return FOLLOWERS if thorough else (FOLLOWERS[turn % len(FOLLOWERS)],)


def assert_active_is_whole(store: ObjectStore, when: str) -> None:
    """What readers are sent to is there, bit for bit."""
    catalogue = Catalogue(store)
    standing = catalogue.standing()
    if standing:
        assert catalogue.release(standing.pointer.release).id, when


def assert_nothing_is_stuck(store: ObjectStore, follow: Act, when: str) -> None:
    """``follow`` heals the target or goes on; and after a publish and a prune nothing is left of it all."""
    verify(Catalogue(store))
    follow(store)
    assert_active_is_whole(store, when)
    final = release("final", names=NAMES)
    publish_to(store, final, allow_breaking=True)
    prune(Catalogue(store), 1, actor="me")
    left = verify(Catalogue(store)).discrepancies
    assert left == (), when
    assert Catalogue(store).releases() == [final.id], when


class Shown:
    """What was shown of one state need not be shown of it again: most cuts leave one of a few behind."""

    def __init__(self) -> None:
        self._states: set[tuple[object, ...]] = set()

    def is_new(self, contents: dict[str, bytes], *further: object) -> bool:
        """Whether this state of a target, and what else belongs to it, is met for the first time."""
        state = (state_of(contents), *further)
        is_new = state not in self._states
        self._states.add(state)
        return is_new


def contents_of(store: DirectoryStore) -> dict[str, bytes]:
    """What lies in a directory, by key."""
    return {item.key: (store.root / item.key).read_bytes() for item in store.list("")}


def copy(source: DirectoryStore, target: DirectoryStore) -> None:
    """Make ``target`` what ``source`` is, files of its own included."""
    shutil.rmtree(target.root, ignore_errors=True)
    shutil.copytree(source.root, target.root)


def state_of(contents: dict[str, bytes]) -> frozenset[tuple[str, bytes]]:
    """A target without what differs from run to run: times, and the token of a lease."""
    pointer = json.loads(contents.get("current.json", b"{}"))
    pruning = bool(pointer.get("pruning"))
    entries = [{**entry, "at": ""} for entry in pointer.get("history", [])]
    pointer |= {"at": "", "lease": None, "pruning": pruning, "history": entries}
    return frozenset((contents | {"current.json": json.dumps(pointer).encode()}).items())
