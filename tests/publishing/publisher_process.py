"""A publisher of its own, to be run as a process: publishes release after release until it is told to stop.

Arguments: target, number of releases, name, and "retry" to go on after a conflict. Prints one JSON line with
what became of each.
"""

from __future__ import annotations

import json
import sys

from app.publishing.activation import Reason
from app.publishing.catalogue import Catalogue
from app.publishing.errors import ConflictError
from app.publishing.opening import open_store
from app.publishing.publisher import make_plan, publish
from bbws_templates.target import parse_target
from tests.publishing.samples import release


def main(target: str, count: int, name: str, *, retry: bool) -> None:
    catalogue = Catalogue(open_store(parse_target(target)))
    outcomes: list[str] = []
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(count):
        wanted = release(f"{name} {number}")
        while True:
            try:
                publish(catalogue, wanted, make_plan(catalogue, wanted), Reason("publish", name, str(number)))
            except ConflictError:
                outcomes.append("conflict")
                if retry:
                    continue
            else:
                outcomes.append("published")
            break
    print(json.dumps(outcomes), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], retry="retry" in sys.argv[4:])
