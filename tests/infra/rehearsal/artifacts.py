"""The wheel, the layer and the image on their way, with something in the place of the image.

An image takes an engine of containers and, for what is installed into it, the network: neither is asked for
here. All that is done with an image is played all the same, on the record that its own commands would write.

    python -m tests.infra.rehearsal.artifacts

writes that record for the working copy it is called in. ``make image-test`` builds, runs and tries an image.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.infra.rehearsal.names import BUILD, PROMOTE_ARTIFACTS, PUBLISH_ARTIFACTS

if TYPE_CHECKING:
    from tests.infra.rehearsal.world import World

REGISTRY: Final = "ghcr.io"
STAND_INS: Final[Mapping[str, str]] = {
    "make image-test": "true",
    "make image SAVE=build/image.tar": "true",
    "make image-push": f"{shlex.quote(sys.executable)} -m tests.infra.rehearsal.artifacts",
}
"""Command of a workflow to what is executed in its place; ``steps.NOT_EXECUTED`` says why."""


def hand_on(world: World) -> None:
    """Build and publish them, refuse what was changed on the way, and let dev have the rest.

    Raises:
        StageFailedError: a run ended otherwise, or dev's tag is not that of the image that was published.
    """
    from tests.infra.rehearsal.estates import StageFailedError
    from tests.infra.rehearsal.refusals import forge, refused
    from tests.infra.rehearsal.runs import Event

    head = world.repository.head
    inputs = {"build_run": world.last(BUILD)}
    run = world.expect(world.run(Event(PUBLISH_ARTIFACTS, "workflow_dispatch", head, inputs=inputs)))
    word = {"environment": "dev", "confirmation": "deploy-dev"}
    layer = forge(world, PUBLISH_ARTIFACTS, "artifacts", "bbws-templates-layer.zip")
    refused(world, "a layer that was changed", PROMOTE_ARTIFACTS, {**word, "publish_run": layer}, "check")
    nobodys = forge(world, PUBLISH_ARTIFACTS, "artifacts", "")
    refused(
        world, "artefacts nobody vouches for", PROMOTE_ARTIFACTS, {**word, "publish_run": nobodys}, "check"
    )
    inputs = {**word, "publish_run": str(run.number)}
    world.expect(world.run(Event(PROMOTE_ARTIFACTS, "workflow_dispatch", head, inputs=inputs)))
    wanted = f"{REGISTRY}/{world.name.lower()}@{_digest(world.journal.notes['good'])}"
    if world.hub.tags().get(f"{REGISTRY}/{world.name.lower()}:dev") != wanted:
        raise StageFailedError(f"The tag dev is of {world.hub.tags()}, not of {wanted}: {world.log(run)}")


def main() -> None:
    """Write the record of an image of this commit, and its name and digest for later steps."""
    commit = os.environ["COMMIT"]
    name = f"{REGISTRY}/{os.environ['GITHUB_REPOSITORY'].lower()}"
    lock = Path("requirements/app.lock").read_text(encoding="utf-8")
    members = {
        "name": name,
        "digest": _digest(commit),
        "bytes": 0,
        "python": {"bbws-templates": version("bbws-templates"), **_installed(lock)},
        "debian": "13.0",
        "packages": [["base-files", "13.8", "amd64"]],
    }
    file = Path("dist/artifacts/bbws-templates-image.json")
    file.write_text(json.dumps(members, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write(f"name={name}\ndigest={members['digest']}\n")


def _digest(commit: str) -> str:
    return f"sha256:{hashlib.sha256(f'no image, of {commit}'.encode()).hexdigest()}"


def _installed(lock: str) -> dict[str, str]:
    """What of the lock is installed here, as it is locked."""
    found = {}
    for name, locked in re.findall(r"(?m)^([\w.-]+)==([^ ;\\]+)", lock):
        try:
            if version(name) == locked:
                found[name] = locked
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    main()
