"""``render-batch`` on the machines of a Dask cluster: its files, its options, its exit status.

    python examples/cluster/render.py tcp://scheduler:8786 invoices/invoice --data in.jsonl --out out.mbox

This process reads the data and writes the result, in order; the workers render. A worker that is ended costs
what it had in work, which another one does again; nothing of it had been written. Every machine needs the
same version of this package.
"""

from __future__ import annotations

import logging
import pickle
import sys
import uuid
from collections.abc import Iterable
from concurrent.futures import CancelledError
from functools import partial
from typing import Any, Final, NoReturn

from distributed import Client, KilledWorker
from distributed.comm import CommClosedError

from app.batch.chunks import BatchLine, Task
from app.batch.processes import Worked, in_order, work_on
from app.cli import run
from app.core.errors import SurroundingsError
from app.outcomes import EXIT_SURROUNDINGS, EXIT_USAGE

AHEAD: Final = 3  # chunks under way for each thread of the cluster: one in work, two that wait


def chunks_on(cluster: Any, task: Task, lines: Iterable[BatchLine], workers: int) -> Worked:
    """What comes of ``lines``, in order; how many ``workers`` there are is the cluster's affair.

    Raises:
        SurroundingsError: the same chunk has ended several workers, or the scheduler is gone.
    """
    del workers
    packed, batch = pickle.dumps(task), uuid.uuid4().hex

    def submit(group: list[BatchLine]) -> Any:
        # Bytes, for Dask looks into lists for what else it might have to fetch.
        key = f"render-{batch}-{group[-1].number}"
        return cluster.submit(work_on, packed, pickle.dumps(group), key=key, pure=False)

    threads = sum(cluster.nthreads().values())
    try:
        yield from in_order(lines, submit, AHEAD * max(threads, 1))
    except KilledWorker as error:
        raise SurroundingsError(
            "Several workers were ended by the same lines.",
            remedy="Look whether memory was short; go on with --resume.",
        ) from error
    except (CancelledError, CommClosedError) as error:
        raise SurroundingsError(
            "The scheduler of the cluster was lost.", remedy="Begin another, and go on with --resume."
        ) from error


def main() -> None:
    """The first argument is the scheduler: its address, or the file that it wrote."""
    if len(sys.argv) < 2:
        _leave(
            EXIT_USAGE, "Name the scheduler first: tcp://HOST:PORT, or the file that it wrote (FILE.json)."
        )
    scheduler, *rest = sys.argv[1:]
    # Of a scheduler that is lost Dask's client writes a traceback; what it means is said by us, in a line.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    where = {"scheduler_file": scheduler} if scheduler.endswith(".json") else {"address": scheduler}
    try:
        client = Client(**where)
    except (OSError, ValueError) as error:
        _leave(EXIT_SURROUNDINGS, f"There is no scheduler at {scheduler}: {error}")
    with client:
        sys.exit(run(["render-batch", *rest], obj=partial(chunks_on, client)))


def _leave(status: int, why: str) -> NoReturn:
    sys.stderr.write(f"error: {why}\n")
    sys.exit(status)


if __name__ == "__main__":
    main()
