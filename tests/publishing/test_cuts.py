"""Each command that changes a target, cut off at each of its requests: the next one heals it or goes on.

With `make test-cuts` every command is tried after every cut; otherwise they take turns.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.publishing.bucket_store import BucketStore
from app.publishing.directory_store import DirectoryStore
from app.publishing.store import ObjectStore
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import UnreachableError
from bbws_templates.target import BucketTarget
from tests.publishing import cuts
from tests.publishing.conftest import make_bucket, use_server
from tests.publishing.counting import CountingStore
from tests.publishing.cuts import COMMANDS, KEYED, Command
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Rule, at, since
from tests.publishing.samples import publish_to
from tests.publishing.snapshot import Snapshot
from tests.slices import each_of
from tests.waiting import patience

ROOT = Path(__file__).parents[2]


class CutError(UnreachableError):
    """The line is dead from here on."""


class CutStore(CountingStore):
    """Carries out so many requests, and fails at every one after that; the last one in full, if ``late``."""

    def __init__(self, inner: ObjectStore, requests: int, *, late: bool) -> None:
        super().__init__(inner)
        self._left = requests
        self._late = late
        self._lock = threading.Lock()

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name not in ("get", "put", "list", "look", "delete", "require_conditions", "require_versioning"):
            return found

        def request(*arguments: Any, **options: Any) -> Any:
            with self._lock:
                self._left -= 1
                left = self._left
            if left < 0 or (left == 0 and not self._late):
                raise CutError("cut off")
            answer = found(*arguments, **options)
            if left == 0:
                raise CutError("cut off, and nobody knows whether it was done")
            return answer

        return request


@pytest.fixture(params=[*COMMANDS, pytest.param(KEYED, marks=pytest.mark.heavy("cuts"))], ids=str)
def command(request: pytest.FixtureRequest) -> Command:
    found: Command = request.param
    return found


def test_cut_off_at_any_request_to_a_directory(
    directory: DirectoryStore,
    tmp_path: Path,
    command: Command,
    thorough: bool,
) -> None:
    """The request is cut off unheard, or the answer to it, in turns."""
    directory.root.mkdir()
    command.prepare(directory)
    stride = 1 if thorough else 3  # an odd number: unheard and unanswered ones take turns
    held, work = DirectoryStore(tmp_path / "held"), DirectoryStore(tmp_path / "work")
    shown = cuts.Shown()
    for number in itertools.count(1, stride):
        for late in (False, True) if thorough else (bool(number % 2),):
            cuts.copy(directory, held)
            try:
                command.act(CutStore(held, number, late=late))
            except CutError:
                when = f"cut off at request {number}"
                cuts.assert_active_is_whole(held, when)
                contents = cuts.contents_of(held)
                for name, follow in cuts.followers(number // stride, thorough=thorough):
                    if shown.is_new(contents, name):
                        cuts.copy(held, work)
                        cuts.assert_nothing_is_stuck(work, follow, f"{when}, then {name}")
            else:
                assert number >= 10
                return


def test_a_process_that_is_killed_at_any_step_in_its_directory(
    tmp_path: Path, command: Command, thorough: bool
) -> None:
    """Really killed, between one call of the operating system and the next; see the program."""
    words = [sys.executable, "-m", "tests.publishing.killed_process", str(tmp_path), command.name]
    words += ["thorough"] if thorough else []
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kills"] >= (8 if thorough else 2)


# --- a bucket, over HTTP ------------------------------------------------------------------------------------


FAULTS: tuple[tuple[str, Fault], ...] = (
    *(("at", Fault(kind)) for kind in (Kind.DROP, Kind.LOSE_ANSWER, Kind.TRUNCATE, Kind.LATE)),
    *(("at", Fault(Kind.STATUS, status)) for status in (403, 404, 412, 500, 503)),
    *(("since", Fault(kind)) for kind in (Kind.DROP, Kind.LOSE_ANSWER)),
    ("since", Fault(Kind.STATUS, 403)),
)


@pytest.fixture(scope="module")
def proxy(s3_server: str) -> Iterator[FaultProxy]:
    with FaultProxy(s3_server) as proxy:
        yield proxy


class Stage:
    """A bucket as a command finds it, reached directly and through the proxy."""

    def __init__(self, proxy: FaultProxy, address: str, command: Command) -> None:
        self.proxy = proxy
        self.command = command
        with pytest.MonkeyPatch.context() as patch:
            use_server(patch, address)
            self.direct = BucketStore.connect(BucketTarget(make_bucket()))
            patch.setenv("AWS_ENDPOINT_URL", proxy.url)
            self.once = BucketStore.connect(self.direct.target, timeout=patience(), attempts=1)
            self.impatient = BucketStore.connect(self.direct.target, timeout=0.3, attempts=1)
        command.prepare(self.direct)
        self.start = Snapshot(self.direct.target)
        self._shown = cuts.Shown()

    def requests(self) -> int:
        self.attempt(lambda request: None)
        return len(self.proxy.requests)

    def attempt(self, rule: Rule, *, impatient: bool = False) -> None:
        self.start.restore()
        self.proxy.reset(rule)
        self.command.act(self.impatient if impatient else self.once)

    def assert_nothing_is_stuck(self, followers: Iterable[tuple[str, cuts.Act]], when: str) -> None:
        """Whichever of ``followers`` comes after what was done last."""
        self.proxy.reset()
        self.proxy.wait_until_idle()
        held = Snapshot(self.direct.target)
        cuts.assert_active_is_whole(held, when)
        contents = {key: found.body for key, found in held.objects.items()}
        for name, follow in followers:
            if self._shown.is_new(contents, name):
                held.restore()
                cuts.assert_nothing_is_stuck(self.direct, follow, f"{when}, then {name}")


@pytest.mark.parametrize("command", each_of([*COMMANDS, KEYED], 2, "cuts"), ids=str)
def test_any_request_to_a_bucket_may_be_spoilt_in_any_way(
    proxy: FaultProxy, s3_server: str, command: Command, thorough: bool
) -> None:
    spoil(Stage(proxy, s3_server, command), thorough=thorough)


@pytest.mark.heavy("cuts")
@pytest.mark.timeout(3600)
def test_any_request_to_a_server_without_conditions_may_be_spoilt_in_any_way(
    proxy: FaultProxy, s3_server: str
) -> None:
    """There each object is looked at before it is written; nobody else is about."""

    def publish(store: ObjectStore) -> None:
        assert isinstance(store, BucketStore)
        publish_to(BucketStore(store.client, replace(store.target, unconditional=True)), cuts.NEW)

    command = Command("publish without conditions", cuts.prepare_publish, publish)
    spoil(Stage(proxy, s3_server, command), thorough=True)


def spoil(stage: Stage, *, thorough: bool) -> None:
    """Spoil each request of a command in each way, or so many in turns, and go on with every command."""
    first = 5 * (*COMMANDS, stage.command).index(stage.command)
    total = stage.requests()
    # All but the prune have most of their requests in common with the publishes of `test_faults`.
    stride = 1 if thorough else 8 if stage.command.name == "prune" else 10
    for number in range(1, total + 1, stride):
        turn = number // stride + first  # so that each begins with another fault
        for how, fault in FAULTS if thorough else (FAULTS[turn % len(FAULTS)],):
            with suppress(BbwsTemplatesError):  # whatever is raised is one of our errors
                rule = at(number, fault) if how == "at" else since(number, fault)
                stage.attempt(rule, impatient=fault.kind is Kind.LATE)
            followers = cuts.followers(turn, thorough=thorough)
            stage.assert_nothing_is_stuck(followers, f"{fault} {how} request {number}")
