"""Several publishers at once, in processes of their own; and publishers, rollbacks and prunes in a crowd."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import ConflictError, UnknownReleaseError
from app.publishing.history import activations
from app.publishing.opening import open_store
from app.publishing.pruning import prune
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from bbws_templates.cache import Origin, ReleaseCache
from tests.publishing.samples import NAMES, go_back, publish_to, release
from tests.waiting import patience

ROOT = Path(__file__).parents[2]
PUBLISHERS = 8


def start(target: object, count: int, name: str, *options: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.publishing.publisher_process", str(target), str(count), name, *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def let_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def outcomes_of(process: subprocess.Popen[str]) -> list[str]:
    output, _ = process.communicate(timeout=patience(200))
    assert process.returncode == 0
    found: list[str] = json.loads(output)
    return found


def test_eight_publishers_of_different_releases_each_win_or_are_told_so(store: ObjectStore) -> None:
    publish_to(store, release("before"))
    publishers = [start(store.target, 1, f"publisher {number}") for number in range(PUBLISHERS)]
    for publisher in publishers:
        let_go(publisher)
    outcomes = [outcomes_of(publisher) for publisher in publishers]
    won = sum(outcome == ["published"] for outcome in outcomes)
    assert won >= 1
    assert all(outcome in (["published"], ["conflict"]) for outcome in outcomes)
    catalogue = Catalogue(store)
    standing = catalogue.standing()
    assert standing
    entries = list(activations(store, standing.pointer))
    assert [entry.sequence for entry in entries] == list(range(won + 1, 0, -1)), "one entry for each who won"
    assert verify(catalogue).intact, "stable keys are all of the release that won last"
    for number, outcome in enumerate(outcomes):
        if outcome == ["conflict"]:
            assert release(f"publisher {number} 0").id not in {entry.release for entry in entries}


def test_publishers_who_plan_again_after_a_conflict_all_get_through(directory: DirectoryStore) -> None:
    publishers = [start(directory.target, 3, f"publisher {number}", "retry") for number in range(4)]
    for publisher in publishers:
        let_go(publisher)
    for publisher in publishers:
        assert outcomes_of(publisher).count("published") == 3
    catalogue = Catalogue(directory)
    standing = catalogue.standing()
    assert standing
    entries = list(activations(directory, standing.pointer))
    assert len({entry.release for entry in entries}) == len(entries) == 12
    result = verify(catalogue)
    assert result.discrepancies == ()


class Crowd:
    """Workers that publish, roll back and prune one target at random, each with a connection of its own."""

    def __init__(self, connect: Callable[[], ObjectStore], seed: int, rounds: int) -> None:
        self.connect = connect
        self.seed = seed
        self.rounds = rounds
        self.outcomes: Counter[str] = Counter()
        self.working = True

    def work(self, number: int) -> None:
        chance = random.Random(f"{self.seed} {number}")
        store = self.connect()
        actions = [self.publish_new, self.publish_again, self.go_back]
        if number < 2:  # where everybody does, hardly anything is published any more
            actions += [self.prune, self.prune]
        for round_ in itertools.count():
            if round_ >= self.rounds and (number or self.outcomes["prune"]):
                return
            # Each prune may have found others at it; one has to get through, after all the rest perhaps.
            action = chance.choice(actions) if round_ < self.rounds else self.prune
            try:
                action(store, chance, f"{number} {round_}")
            except (ConflictError, UnknownReleaseError) as error:
                self.outcomes[f"{action.__name__}: {error.code}"] += 1
            else:
                self.outcomes[action.__name__] += 1

    def publish_new(self, store: ObjectStore, chance: random.Random, text: str) -> None:
        publish_to(store, release(text, names=NAMES[:1]))

    def publish_again(self, store: ObjectStore, chance: random.Random, text: str) -> None:
        """A release that others have, roll back to and prune as well."""
        publish_to(store, release(f"shared {chance.randrange(3)}", names=NAMES[:1]))

    def go_back(self, store: ObjectStore, chance: random.Random, text: str) -> None:
        go_back(store)

    def prune(self, store: ObjectStore, chance: random.Random, text: str) -> None:
        prune(Catalogue(store), chance.choice((1, 2)), actor=text)

    def read(self) -> None:
        """A cold reader after another, none of which may ever find a target without its release."""
        while self.working:
            serving = ReleaseCache(self.connect, place="the target", ttl=60, patience=patience(60)).serving()
            assert serving.origin is Origin.ACTIVE, serving.problem


@pytest.mark.parametrize("kind", ["directory", "bucket"])
def test_publishers_rollbacks_and_prunes_at_once_lose_nothing_that_is_active(
    kind: str, thorough: bool, request: pytest.FixtureRequest
) -> None:
    store: ObjectStore = request.getfixturevalue(kind)
    publish_to(store, release("before", names=NAMES[:1]))
    seed = int(os.environ.get("BBWS_SEED", "1"))
    rounds = int(os.environ.get("BBWS_ROUNDS", "50" if thorough else "6"))
    count = int(os.environ.get("BBWS_CROWD", "4"))
    crowd = Crowd(lambda: open_store(store.target), seed, rounds)
    with ThreadPoolExecutor(count + 1) as pool:
        reader = pool.submit(crowd.read)
        workers = [pool.submit(crowd.work, number) for number in range(count)]
        try:
            for worker in workers:
                worker.result()
        finally:
            crowd.working = False
        reader.result()
    assert crowd.outcomes["prune"] >= 1
    catalogue = Catalogue(store)
    standing = catalogue.standing()
    assert standing
    assert not standing.pointer.pruning
    assert catalogue.release(standing.pointer.release).id == standing.pointer.release, crowd.outcomes
    entries = list(activations(store, standing.pointer))
    assert [entry.sequence for entry in entries] == list(range(len(entries), 0, -1))
    final = publish_to(store, release("final", names=NAMES[:1])).standing
    assert final.pointer.active.sequence == len(entries) + 1
    prune(catalogue, 1, actor="me")
    assert verify(catalogue).discrepancies == (), crowd.outcomes
