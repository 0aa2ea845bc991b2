"""Several publishers at once, in processes of their own, and one that is killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.history import activations
from app.publishing.pruning import prune
from app.publishing.publisher import make_plan
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from tests.publishing.samples import publish_to, release
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


def test_a_publisher_killed_at_any_moment_leaves_a_whole_release(directory: DirectoryStore) -> None:
    publish_to(directory, release("before"))
    catalogue = Catalogue(directory)
    moments = random.Random(7)
    for round_ in range(8):
        process = start(directory.target, 50, f"victim {round_}")
        let_go(process)
        time.sleep(moments.uniform(0.02, 0.6))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        standing = catalogue.standing()
        assert standing
        assert catalogue.release(standing.pointer.release).id == standing.pointer.release
    wanted = release("after")
    publish_to(directory, wanted)
    assert make_plan(catalogue, wanted).nothing
    result = verify(catalogue)
    assert result.intact, result.discrepancies
    prune(catalogue, 100, actor="me")
    assert verify(catalogue).discrepancies == (), "what the killed ones left is noted, and pruned"
