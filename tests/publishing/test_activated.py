"""What comes after an activation, whatever it is, says that what was asked for is active."""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Callable

import pytest

from app.publishing.activation import ACTIVE_ALREADY, ACTIVE_WHOLLY, LONGEST_MESSAGE, MAYBE_ACTIVE, Reason
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.opening import open_store
from app.publishing.provenance import LONGEST_NAME, current_actor
from app.publishing.pruning import prune
from app.publishing.store import ObjectStore
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import CredentialsError, DamagedReleaseError, DeniedError, UnreachableError
from bbws_templates.layout import POINTER
from bbws_templates.target import parse_target
from tests.publishing.counting import CountingStore
from tests.publishing.newer import edit_object
from tests.publishing.samples import publish_to, release
from tests.publishing.shell import Shell

NAMES = ("a/one", "b/two")


class Failing(CountingStore):
    """A store that lets nobody write the key ``at`` once somebody has activated something."""

    def __init__(self, inner: ObjectStore, at: str, error: BaseException) -> None:
        super().__init__(inner)
        self._at, self._error = at, error

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        if key == self._at and POINTER in self.written():
            raise self._error
        return super().put(key, body, if_match=if_match, if_absent=if_absent)


@pytest.fixture
def failing(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, BaseException], None]:
    """From when it is called, the commands cannot write this key after an activation."""

    def fail(key: str, error: BaseException) -> None:
        monkeypatch.setattr(
            "app.commands.releasing.open_store", lambda place: Failing(open_store(place), key, error)
        )

    return fail


ERRORS = (
    DeniedError("Access is denied.", remedy="Check the policy."),
    CredentialsError("They have expired."),
    UnreachableError("It did not answer."),
    DamagedReleaseError("It is none."),
)


@pytest.mark.parametrize("key", ["a/one.html", POINTER])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_an_error_says_that_what_was_asked_for_is_active_and_how_it_is_completed(
    shell: Shell, failing: Callable[[str, BaseException], None], error: BbwsTemplatesError, key: str
) -> None:
    for name in ("first", "second"):
        shell.publish(name, names=NAMES)
    failing(key, error)
    said = shell.json("rollback", "--to", shell.target, "--yes")["error"]
    assert (said["code"], said["message"]) == (error.code, error.message)
    assert said["remedy"].startswith(ACTIVE_ALREADY)
    assert "What was activated is active." in shell.err
    assert shell.json("status", shell.target)["release"] == release("first", names=NAMES).id
    shell.publish("third", names=NAMES)
    assert ACTIVE_ALREADY in shell.err
    assert shell.json("status", shell.target)["release"] == release("third", names=NAMES).id


def test_so_does_an_interruption(shell: Shell, failing: Callable[[str, BaseException], None]) -> None:
    for name in ("first", "second"):
        shell.publish(name, names=NAMES)
    failing("a/one.html", KeyboardInterrupt())
    shell("rollback", "--to", shell.target, "--yes")
    assert (shell.status, ACTIVE_ALREADY in shell.err) == (130, True)


@pytest.mark.parametrize("error", [MemoryError(), OSError(28, "No space left on device")], ids=repr)
def test_so_does_what_the_system_refuses(
    shell: Shell, failing: Callable[[str, BaseException], None], error: BaseException
) -> None:
    for name in ("first", "second"):
        shell.publish(name, names=NAMES)
    failing("a/one.html", error)
    assert shell.json("rollback", "--to", shell.target, "--yes")["error"]["remedy"].startswith(ACTIVE_ALREADY)
    assert shell.status == 4


@pytest.mark.parametrize("after", [False, True], ids=["before it arrived", "after"])
def test_who_interrupts_the_write_of_the_pointer_is_told_that_it_may_be_active(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    for name in ("first", "second"):
        shell.publish(name, names=NAMES)

    class Interrupted(CountingStore):
        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            if key == POINTER:
                if after:
                    super().put(key, body, if_match=if_match, if_absent=if_absent)
                raise KeyboardInterrupt
            return super().put(key, body, if_match=if_match, if_absent=if_absent)

    monkeypatch.setattr("app.commands.releasing.open_store", lambda place: Interrupted(open_store(place)))
    shell("rollback", "--to", shell.target, "--yes")
    assert shell.status == 130
    assert shell.err.split("\n")[-3:] == ["interrupted", MAYBE_ACTIVE, ""]


@pytest.mark.parametrize("command", ["publish", "promote", "rollback"])
@pytest.mark.parametrize(("fails", "status"), [(errno.ENOSPC, 4), (errno.EPIPE, 141)], ids=["full", "unread"])
def test_so_does_who_cannot_say_what_has_been_done(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, command: str, fails: int, status: int
) -> None:
    for name in ("first", "second"):
        shell.publish(name, names=NAMES)
    words = {
        "publish": ["publish", "--to", shell.target, "--release", shell.release("third", names=NAMES)],
        "promote": [
            "promote",
            "--from",
            shell.target,
            "--to",
            shell.target,
            release("first", names=NAMES).id,
        ],
        "rollback": ["rollback", "--to", shell.target],
    }

    class Nowhere(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, _content: object) -> int:
            raise OSError(fails, os.strerror(fails))

    with monkeypatch.context() as patched:
        patched.setattr("sys.stdout", io.TextIOWrapper(io.BufferedWriter(Nowhere()), encoding="utf-8"))
        shell(*words[command], "--yes", "--json")
    assert (shell.status, ACTIVE_WHOLLY in shell.err) == (status, True), shell.err
    assert len(shell.err.splitlines()) == 1
    text = "third" if command == "publish" else "first"
    assert shell.json("status", shell.target)["release"] == release(text, names=NAMES).id


def test_and_what_comes_before_it_does_not(
    shell: Shell, failing: Callable[[str, BaseException], None]
) -> None:
    shell.publish("first", names=NAMES)
    shell("rollback", "--to", shell.target, "--yes")
    assert "no earlier release" in shell.err
    assert "active." not in shell.err


# --- what no pointer is to hold --------------------------------------------------------------------------


@pytest.mark.parametrize("member", ["sequence", "prunes"])
def test_a_pointer_that_counts_no_further_is_not_written(directory: DirectoryStore, member: str) -> None:
    last = 2**53 - 1
    publish_to(directory, release("first", names=NAMES))
    edit_object(directory, POINTER, lambda members: members.update({member: last}))
    before = directory.get(POINTER)
    attempts: dict[str, Callable[[], object]] = {
        "sequence": lambda: publish_to(directory, release("second", names=NAMES)),
        "prunes": lambda: prune(Catalogue(directory), 1, actor="me"),
    }
    with pytest.raises(DamagedReleaseError, match=f"'{member}' is at its end"):
        attempts[member]()
    assert directory.get(POINTER) == before


@pytest.mark.parametrize("name", ["x" * 1_000_000, "\x01" * 1_000_000], ids=["long", "controls"])
def test_no_name_makes_a_pointer_long_that_all_readers_read(
    directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("app.publishing.provenance.os.environ", {"BBWS_ACTOR": name})
    assert len(current_actor()) == LONGEST_NAME
    reason = Reason("publish", name, name, claimed=name)
    assert (len(reason.actor), len(reason.message), len(reason.claimed)) == (
        LONGEST_NAME,
        LONGEST_MESSAGE,
        LONGEST_NAME,
    )
    publish_to(directory, release(names=NAMES), reason=reason)
    found = directory.get(POINTER)
    assert found
    assert json.loads(found.body)["actor"].endswith("…")


def test_a_name_that_is_short_enough_stays_as_it_is() -> None:
    assert Reason("publish", "x" * LONGEST_NAME).actor == "x" * LONGEST_NAME


# --- said beforehand ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"pruning": "them@example.com", "prunes": 1}, "them@example.com is pruning"),
        ({"writersRequire": ["holds"]}, "changed only by a version that knows of 'holds'"),
    ],
    ids=["prune", "writers"],
)
def test_a_plan_says_what_would_refuse_it(shell: Shell, members: dict[str, object], why: str) -> None:
    for name in ("first", "second"):
        shell.publish(name)
    store = open_store(parse_target(shell.target))
    edit_object(store, POINTER, lambda pointer: pointer.update(members))
    planned = ("plan", "--to", shell.target, "--release", shell.release("third"), "--detailed-exitcode")
    assert why in shell(*planned)
    assert shell.status == 2
    assert why in shell.json(*planned)["hindrance"]
    shell("publish", "--to", shell.target, "--release", shell.release("third"), "--yes")
    assert (shell.status, why in shell.err) == (3, True)
    assert why in shell("rollback", "--to", shell.target, "--yes")
    assert shell.status == 3


def test_where_nothing_would_a_plan_says_nothing_of_it(shell: Shell) -> None:
    shell.publish("first")
    planned = shell.json("plan", "--to", shell.target, "--release", shell.release("second"))
    assert (planned["hindrance"], planned["note"]) == ("", "")
