"""Many requests of several commands spoilt by chance: `test_cuts` spoils one at a time, of one command.

BBWS_SEED chooses other storms, BBWS_ROUNDS how many there are.
"""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

from app.core.release import Release
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.history import activations
from app.publishing.pruning import prune
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from bbws_templates.errors import BbwsTemplatesError
from tests.publishing import cuts
from tests.publishing.counting import Keyed
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Request
from tests.publishing.samples import go_back, publish_to, release

NAMES = ("a/one", "b/two")
SHARED = release("shared", names=NAMES)

WEATHER = (
    *map(Fault, (Kind.DROP, Kind.LOSE_ANSWER, Kind.TRUNCATE, Kind.SHORTEN, Kind.TWICE, Kind.TWICE)),
    *(Fault(Kind.DELAY, seconds=0.03) for _ in range(4)),  # those behind it are heard first
    *(Fault(Kind.STATUS, status) for status in (403, 404, 412, 500, 503)),
    Fault(Kind.STATUS, 409, code="ConditionalRequestConflict"),
    Fault(Kind.STRIPPED, headers=(("ETag", '"0123456789abcdef0123456789abcdef"'),)),
    Fault(Kind.STRIPPED, headers=(("ETag", ""),)),
    Fault(Kind.CUT_HEAD, length=25),
)


class Storm:
    """Two who change a target at the same time, over a line that spoils each so manieth request."""

    def __init__(self, store: BucketStore, seed: str) -> None:
        self._seed = seed
        self._chance = random.Random(seed)
        self._store: ObjectStore = self._chance.choice((store, Keyed(store)))
        self._share = self._chance.choice((0.02, 0.1, 0.3))
        self._lock = threading.Lock()
        self.published: list[Release] = []
        self.refused: list[Release] = []
        self.outcomes: Counter[str] = Counter()

    def rule(self, request: Request) -> Fault | None:
        with self._lock:
            return self._chance.choice(WEATHER) if self._chance.random() < self._share else None

    def work(self, number: int) -> None:
        chance = random.Random(f"{self._seed} {number}")
        for round_ in range(5):
            act = chance.choice((self.publish, self.publish, self.go_back, self.prune, self.repair))
            try:
                act(f"{number} {round_}", chance)
            except BbwsTemplatesError as error:  # whatever is raised is one of our errors
                self.outcomes[f"{act.__name__}: {error.code}"] += 1
            else:
                self.outcomes[act.__name__] += 1

    def publish(self, text: str, chance: random.Random) -> None:
        wanted = chance.choice((release(text, names=NAMES), SHARED))
        try:
            publish_to(self._store, wanted, allow_breaking=True)
        except BbwsTemplatesError as error:
            if "Nothing of yours was activated" in str(error) and wanted.id != SHARED.id:
                self.refused.append(wanted)
            raise
        self.published.append(wanted)

    def repair(self, text: str, chance: random.Random) -> None:
        publish_to(self._store, SHARED, allow_breaking=True, repair=True)

    def go_back(self, text: str, chance: random.Random) -> None:
        go_back(self._store)

    def prune(self, text: str, chance: random.Random) -> None:
        prune(Catalogue(self._store), chance.choice((1, 2)), actor=text)


def calm(bucket: BucketStore, storm: Storm) -> None:
    """When it is over: what was said to be published was active once; the target is whole; all goes on.

    And of what nothing was said to be activated nothing was.
    """
    cuts.assert_active_is_whole(bucket, str(storm.outcomes))
    catalogue = Catalogue(bucket)
    standing = catalogue.standing()
    assert standing
    entries = [*activations(bucket, standing.pointer)]
    assert [entry.sequence for entry in entries] == list(range(len(entries), 0, -1))
    activated = {entry.release for entry in entries}
    assert {each.id for each in storm.published} <= activated
    assert activated.isdisjoint(each.id for each in storm.refused)
    verify(catalogue)
    with suppress(BbwsTemplatesError):
        go_back(bucket)
    publish_to(bucket, release("calm", names=NAMES), allow_breaking=True)
    prune(catalogue, 2, actor="me")
    assert verify(catalogue).discrepancies == (), storm.outcomes


def test_when_the_storm_is_over_nothing_is_lost_and_nothing_is_stuck(
    bucket: BucketStore, proxy: FaultProxy, thorough: bool
) -> None:
    seed = os.environ.get("BBWS_SEED", "1")
    for number in range(int(os.environ.get("BBWS_ROUNDS", "100" if thorough else "1"))):
        target = replace(bucket.target, prefix=f"{seed}-{number}/")
        direct = BucketStore(bucket.client, target)
        publish_to(direct, release("before", names=NAMES))
        storm = Storm(BucketStore.connect(target, timeout=5.0, attempts=2), f"{seed} {number}")
        proxy.reset(storm.rule)
        with ThreadPoolExecutor(2) as pool:
            for worker in [pool.submit(storm.work, worker) for worker in range(2)]:
                worker.result()
        proxy.wait_until_idle()
        proxy.reset()
        calm(direct, storm)
