"""A batch on a Dask cluster of two workers, of which one is killed half-way."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.waiting import eventually, patience

ROOT: Final = Path(__file__).parents[2]
PROGRAMS: Final = ROOT / ".venv-cluster" / "bin"
LINES: Final = 4_000
BROKEN: Final = 1_234
HALF: Final = LINES // 2

pytestmark = [pytest.mark.heavy("batch"), pytest.mark.timeout(600)]


@pytest.fixture
def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "warning"}


@dataclass(frozen=True)
class Scheduler:
    """A running scheduler, and the file in which it says where it is."""

    process: subprocess.Popen[bytes]
    file: Path


@pytest.fixture
def scheduler(tmp_path: Path, environment: dict[str, str]) -> Iterator[Scheduler]:
    file = tmp_path / "scheduler.json"
    options = ("--scheduler-file", str(file), "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    process = subprocess.Popen([PROGRAMS / "dask", "scheduler", *options], env=environment)

    def is_there() -> bool:
        assert process.poll() is None, f"the scheduler ended with {process.returncode}"
        return file.exists()

    try:
        eventually(is_there, bool, seconds=60)
        yield Scheduler(process, file)
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that may have ended."""
    process.terminate()
    try:
        process.wait(timeout=patience(60))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture
def workers(
    scheduler: Scheduler, tmp_path: Path, environment: dict[str, str]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two workers, each one process that nobody begins anew."""
    options = ("--scheduler-file", str(scheduler.file), "--nthreads", "1", "--no-nanny", "--no-dashboard")
    processes = [
        subprocess.Popen(
            [PROGRAMS / "dask", "worker", *options, "--local-directory", str(tmp_path / f"worker-{number}")],
            env=environment,
        )
        for number in range(2)
    ]
    client = f"distributed.Client(scheduler_file={str(scheduler.file)!r})"
    count = f"import distributed; print(len({client}.nthreads()))"

    def known() -> bool:
        assert [process.poll() for process in processes] == [None, None], "a worker ended"
        answer = subprocess.run(
            [PROGRAMS / "python", "-c", count], env=environment, capture_output=True, text=True, check=True
        )
        return answer.stdout.strip() == "2"

    try:
        eventually(known, bool, seconds=60)
        yield processes
    finally:
        for process in processes:
            end(process)


def test_a_worker_that_is_killed_half_way_costs_and_doubles_no_email(
    scheduler: Scheduler,
    workers: list[subprocess.Popen[bytes]],
    tmp_path: Path,
    environment: dict[str, str],
) -> None:
    typical = json.loads((ROOT / "fixtures/invoices/invoice/typical.json").read_text("utf-8"))
    lines = [json.dumps({**typical, "tenantName": f"Customer {number}"}) for number in range(1, LINES + 1)]
    lines[BROKEN - 1] = json.dumps({"tenantName": "Secret Name"})
    data, out = tmp_path / "data.jsonl", tmp_path / "out.jsonl"
    data.write_text("\n".join(lines) + "\n", "utf-8")
    arguments = ("invoices/invoice", "--data", str(data), "--json", "--out")
    batch = subprocess.Popen(
        [PROGRAMS / "python", ROOT / "examples/cluster/render.py", scheduler.file, *arguments, out],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip

    try:
        eventually(lambda: begun(batch, out), lambda count: count > 0, seconds=120)
        workers[0].kill()
        assert workers[0].wait() == -9
        assert begun(batch, out) < HALF
        said, _ = batch.communicate(timeout=patience(240))
    finally:
        batch.kill()
        batch.wait()

    assert batch.returncode == 1  # for the one line
    assert {"lines": LINES, "emails": LINES - 1, "faults": 1}.items() <= json.loads(said).items()
    (fault,) = [json.loads(line) for line in Path(f"{out}.faults.jsonl").read_text("utf-8").splitlines()]
    assert fault["line"] == BROKEN
    assert "Secret Name" not in json.dumps(fault)
    made = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [each["line"] for each in made] == [n for n in range(1, LINES + 1) if n != BROKEN]
    for each in made:
        assert f"Customer {each['line']}\n" in each["text"] or f"Customer {each['line']}," in each["text"]
    here = tmp_path / "here.jsonl"
    subprocess.run(
        [PROGRAMS / "python", "-m", "app", "render-batch", *arguments, here],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert out.read_bytes() == here.read_bytes()


def test_a_scheduler_that_is_lost_half_way_is_told_and_the_batch_goes_on_with_resume(
    scheduler: Scheduler,
    workers: list[subprocess.Popen[bytes]],
    tmp_path: Path,
    environment: dict[str, str],
) -> None:
    typical = json.loads((ROOT / "fixtures/invoices/invoice/typical.json").read_text("utf-8"))
    data, out = tmp_path / "data.jsonl", tmp_path / "out.jsonl"
    data.write_text(f"{json.dumps(typical)}\n" * LINES, "utf-8")
    arguments = ("invoices/invoice", "--data", str(data), "--out", str(out))
    batch = subprocess.Popen(
        [PROGRAMS / "python", ROOT / "examples/cluster/render.py", scheduler.file, *arguments],
        cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        eventually(lambda: begun(batch, out), lambda count: count > 0, seconds=120)
        scheduler.process.kill()
        _, said = batch.communicate(timeout=patience(120))
    finally:
        batch.kill()
        batch.wait()

    assert (batch.returncode, "Traceback" in said) == (4, False), said
    assert "error: The scheduler of the cluster was lost" in said
    assert "--resume goes on" in said
    subprocess.run(
        [PROGRAMS / "python", "-m", "app", "render-batch", *arguments, "--resume"],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    made = [json.loads(line)["line"] for line in out.read_text("utf-8").splitlines()]
    assert made == list(range(1, LINES + 1))


def begun(batch: subprocess.Popen[str], out: Path) -> int:
    """How many emails there are of a batch that has not ended."""
    assert batch.poll() is None, "the batch ended before anything could be killed"
    return out.read_bytes().count(b"\n") if out.exists() else 0


@pytest.mark.parametrize(
    ("where", "name", "status", "said"),
    [
        ("running", "invoices/invoic", 2, "error: There is no template named 'invoices/invoic'"),
        ("nowhere", "invoices/invoice", 4, "error: There is no scheduler at tcp://127.0.0.1:1"),
    ],
)
def test_what_cannot_begin_ends_in_a_line_and_the_status_of_render_batch(
    scheduler: Scheduler,
    tmp_path: Path,
    environment: dict[str, str],
    where: str,
    name: str,
    status: int,
    said: str,
) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text("{}\n", "utf-8")
    address = str(scheduler.file) if where == "running" else "tcp://127.0.0.1:1"
    ended = subprocess.run(
        [PROGRAMS / "python", ROOT / "examples/cluster/render.py", address, name,
         "--data", data, "--out", tmp_path / "out.jsonl"],
        cwd=ROOT, env={**environment, "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, "Traceback" in ended.stderr) == (status, False), ended.stderr
    assert said in ended.stderr
