"""Killed at any moment, a rehearsal goes on: what it noted is on disk, and what it left running is ended."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from infra.deploy.errors import RefusedError
from infra.design import ENVIRONMENTS, REGION
from tests.infra.rehearsal import __main__ as rehearsal
from tests.infra.rehearsal.checkouts import Checkouts
from tests.infra.rehearsal.estates import Estates
from tests.infra.rehearsal.journal import Journal
from tests.infra.rehearsal.processes import Processes
from tests.infra.rehearsal.repository import Repository
from tests.infra.rehearsal.runs import SUCCESS, Event, Run, Step
from tests.infra.terraform import ROOT
from tests.waiting import eventually, patience


def test_a_journal_that_was_killed_says_what_was_done_and_what_was_begun(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert not journal.begin("one")
    journal.note(commit="c")
    run = Run(journal.number(), Event("one.yml", "push", "c"), {"a": SUCCESS}, [Step("one.yml", "a", "x", 0)])
    journal.keep(run)
    journal.end("one", 1.25)
    journal.begin("two")
    again = Journal(tmp_path)
    assert (again.done, again.notes, again.runs) == ({"one": 1.2}, {"commit": "c"}, {1: run})
    assert again.number() == 2
    assert again.begin("two"), "the second was cut off"
    assert not again.begin("three")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"done": {}}'])
def test_a_journal_that_cannot_be_read_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "state.json").write_text(content, encoding="utf-8")
    with pytest.raises(RefusedError, match="begin anew with AFRESH=yes"):
        Journal(tmp_path)


def test_two_do_not_work_in_one_folder(tmp_path: Path) -> None:
    refused = pytest.raises(RefusedError, match="Another rehearsal goes on")
    with Journal(tmp_path).alone(), refused, Journal(tmp_path).alone():
        pytest.fail("the second began")
    with Journal(tmp_path).alone():
        pass


@pytest.mark.parametrize("running", [True, False])
def test_accounts_that_have_ended_take_the_journey_with_them(tmp_path: Path, running: bool) -> None:
    journal = Journal(tmp_path)
    journal.note(good="c", bootstrapped=["dev"], applied=["dev"])
    journal.end("clone", 1)
    accounts = SimpleNamespace(running=lambda name: running)
    world: Any = SimpleNamespace(estates=SimpleNamespace(accounts=accounts), say=print)
    rehearsal._require_accounts(world, journal, ["clone", "more"])
    again = Journal(tmp_path)
    assert bool(again.done) is bool(again.notes) is running


@pytest.mark.parametrize("halves", ["file", "item", "both"])
def test_a_lock_that_a_kill_left_behind_is_found_and_taken_off_whichever_half_it_is(
    aws: str, tmp_path: Path, halves: str
) -> None:
    """Terraform takes the file first and the item then, and gives them back in the same order."""
    sit = ENVIRONMENTS["sit"]
    table, state, other = (
        sit.lock_table.rpartition("/")[2],
        "one/terraform.tfstate",
        "other/terraform.tfstate",
    )
    s3, dynamodb = boto3.client("s3", REGION), boto3.client("dynamodb", REGION)
    where: Any = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=sit.state_bucket, CreateBucketConfiguration=where)
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
    )
    try:
        digests = [f"{sit.state_bucket}/{key}-md5" for key in (state, other)]
        for item in digests if halves == "file" else [*digests, f"{sit.state_bucket}/{state}"]:
            dynamodb.put_item(TableName=table, Item={"LockID": {"S": item}})
        for key in (state, other) if halves == "item" else (state, other, f"{state}.tflock"):
            s3.put_object(Bucket=sit.state_bucket, Key=key, Body=b"{}")
        estates = Estates(tmp_path, ROOT)
        running: Any = SimpleNamespace(
            running=lambda name: True, client=lambda name, service: boto3.client(service, REGION)
        )
        estates.accounts = running
        assert estates.locked("sit") == [state]
        estates.unlock("sit")
        assert estates.locked("sit") == []
        assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=sit.state_bucket)["Contents"]] == [
            state,
            other,
        ]
        left = [item["LockID"]["S"] for item in dynamodb.scan(TableName=table)["Items"]]
        assert left == [f"{sit.state_bucket}/{other}-md5"], "the digest of a state that nobody was at stays"
    finally:
        dynamodb.delete_table(TableName=table)
        for key in (state, other, f"{state}.tflock"):
            s3.delete_object(Bucket=sit.state_bucket, Key=key)
        s3.delete_bucket(Bucket=sit.state_bucket)


@pytest.mark.parametrize(
    "target",
    [
        "tools",
        ".venv/.app",
        ".venv/.deploy",
        pytest.param("infra-tools", marks=pytest.mark.heavy("estate")),
        pytest.param("sbom", marks=pytest.mark.heavy("image")),
    ],
)
def test_in_a_working_copy_of_a_job_make_finds_every_tool_and_installs_none(
    tmp_path: Path, target: str
) -> None:
    """Without network there is nothing to install it from; and with one, each job would install it anew."""
    repository = Repository(tmp_path / "repository")
    commit = repository.clone(ROOT)
    checkouts = Checkouts(repository.folder, ROOT, tmp_path / "workflows")
    checkouts.check_out(commit, tmp_path / "work", depth=1)
    said = subprocess.run(
        ["make", "--dry-run", target], cwd=tmp_path / "work", capture_output=True, text=True, check=True
    ).stdout
    assert not re.findall(r"pip install.*|npm ci.*", said)


INTERRUPTED = """\
import os, signal, sys, time
from pathlib import Path
from types import SimpleNamespace
from tests.infra.rehearsal import __main__ as rehearsal

home, where = Path(sys.argv[1]), sys.argv[2]

def hit(place):
    if place == where:
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(os.getpid(), number)

class World:
    def __init__(self, *words, **options):
        nothing = SimpleNamespace(interrupt=lambda: None)
        accounts = SimpleNamespace(running=lambda name: hit("accounts") or True, stop=lambda: None)
        self.runner = SimpleNamespace(around=SimpleNamespace(processes=nothing))
        self.estates = SimpleNamespace(processes=nothing, accounts=accounts)
        self.repository = SimpleNamespace(unsaved=lambda source: False)
        self.say = lambda line: print(line, file=sys.stderr)
        self.resume = lambda: hit("resume")
        self.close = lambda: hit("close")

journal = rehearsal.Journal(home)
journal.note(bootstrapped=["dev"])
journal.begin("one")
rehearsal.World = World
stages = {"one": lambda: hit("stage"), "two": lambda: None}
rehearsal.Stages = lambda world: SimpleNamespace(all=lambda: stages)
rehearsal.run_program(lambda: rehearsal.main([]))
"""


@pytest.mark.parametrize("where", ["accounts", "resume", "stage"])
def test_however_it_is_interrupted_it_says_so_and_goes_on_from_there(tmp_path: Path, where: str) -> None:
    """By two signals, as from somebody impatient, while it looks around, tidies up or works."""
    answer = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(tmp_path), where],
        cwd=ROOT, env={**os.environ, "PIPELINE_HOME": str(tmp_path)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert answer.returncode == 130, answer.stderr
    assert "the same command goes on from here" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert (Journal(tmp_path).begun, Journal(tmp_path).done) == ("one", {})


COMMAND = """\
trap 'echo > told; exit 1' INT
echo > begun
while true; do sleep 0.05; done
"""

# With Python's own way with SIGINT: what a shell starts in the background ignores it, and hands that on.
KILLED = """\
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from tests.infra.rehearsal.processes import Processes
folder = Path(sys.argv[1])
with (folder / "log").open("ab") as log:
    Processes(folder / "notes").run(
        ["bash", "-c", sys.argv[2]], folder=folder, environment=dict(os.environ), output=log
    )
"""


@pytest.mark.parametrize("stubborn", [False, True])
def test_what_a_killed_rehearsal_left_running_is_interrupted_and_waited_for(
    tmp_path: Path, stubborn: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = COMMAND.replace("exit 1", "") if stubborn else COMMAND
    killed = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path), command], cwd=ROOT)
    eventually((tmp_path / "begun").is_file, bool)
    (note,) = eventually(lambda: list((tmp_path / "notes").glob("*")), bool)
    eventually(lambda: note.read_text(encoding="utf-8"), bool)
    killed.kill()
    killed.wait(patience())
    os.killpg(int(note.name), 0)  # it goes on
    if stubborn:
        # Its grace is over as soon as it was told, however busy the machine is: of a clock that only once
        # goes on, the deadline may be read after that, and then never comes.
        told, later = tmp_path / "told", itertools.count(1e9, 1e9)
        clock = SimpleNamespace(monotonic=lambda: next(later) if told.is_file() else 0.0, sleep=time.sleep)
        monkeypatch.setattr("tests.infra.rehearsal.processes.time", clock)
    assert Processes(tmp_path / "notes").end_leftovers() == [note.name]
    assert (tmp_path / "told").is_file()
    assert list((tmp_path / "notes").iterdir()) == []
    eventually(lambda: _gone(int(note.name)), bool)


def _gone(group: int) -> bool:
    rows = subprocess.run(
        ["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return not any(int(row.split()[0]) == group and not row.split()[1].startswith("Z") for row in rows)


def test_a_note_of_a_process_that_somebody_else_has_now_is_only_thrown_away(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as other:
        try:
            (tmp_path / str(other.pid)).write_text("Thu Jan  1 00:00:00 1970", encoding="utf-8")
            Processes(tmp_path).end_leftovers()
            assert other.poll() is None
            assert list(tmp_path.iterdir()) == []
        finally:
            os.killpg(other.pid, signal.SIGKILL)


def test_changes_of_the_journey_are_made_once_however_often_they_are_asked_for(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository")
    good = repository.clone(ROOT)
    wrong = repository.merge_wrong_mail()
    assert repository.merge_wrong_mail() == wrong == repository.head
    change = repository.merge_wrong_settings()
    assert repository.merge_wrong_settings() == change == repository.head
    assert len({good, wrong, change}) == 3
    assert repository.propose("feature") != repository.head
    folder = repository.folder
    assert json.loads((folder / "templates/receipts/receipt.json").read_text("utf-8"))
    assert "= 7" in (folder / "infra/components/products/environments/dev.tfvars").read_text("utf-8")
