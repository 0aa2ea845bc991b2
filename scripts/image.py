"""Build the container image of the preview (``make image``) and push it (``make image-push``).

``dist/artifacts/bbws-templates-image.json`` is the image's own record: its name and digest, its size, and
every package of Python and Debian that was found in it by running it. The registry's digest stands there once
it was pushed; before, that of the image on this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from app.core.writing import overwrite
from scripts.containers import NAME, Engine, EngineError, find_engine

ROOT = Path(__file__).resolve().parents[1]
MAX_BYTES = 700_000_000
TAG = f"localhost/{NAME}:latest"
CONTENTS = ROOT / "dist" / "artifacts" / f"{NAME}-image.json"
# Lower case, as registries want it; a tag, so that what is pushed can be found; no digest yet.
_TARGET = r"[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_LOOK = """
import json, subprocess
from importlib.metadata import distributions
print(json.dumps({
    "python": {each.metadata["Name"].lower().replace("_", "-"): each.version for each in distributions()},
    "debian": open("/etc/debian_version").read().strip(),
    "packages": sorted(
        line.split("\\t") for line in subprocess.run(
            ["dpkg-query", "--show", "--showformat", "${Package}\\t${Version}\\t${Architecture}\\n"],
            capture_output=True, text=True, check=True).stdout.splitlines()),
}))
"""


def main(arguments: list[str] | None = None) -> int:
    """Exit code 4: no engine, or it fails; 1: the image is too large; 2: a wrong call."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tag", default=TAG, help="what it is called on this machine")
    parser.add_argument("--save", type=Path, help="a file to write it into, as an archive of docker's")
    parser.add_argument("--push", metavar="NAME:TAG", help="where to push the image that was built before")
    options = parser.parse_args(arguments)
    if options.push is not None and not re.fullmatch(_TARGET, options.push):
        parser.error(f"'{options.push}' is no place in a registry: write HOST/PATH/{NAME}:TAG in lower case.")
    try:
        engine = find_engine()
        if options.push:
            digest = engine.push(options.tag, options.push)
            repository = options.push.rpartition(":")[0]
            write_contents(engine, options.tag, name=repository, digest=digest)
            print(f"Pushed {repository}@{digest}")
            _output(name=repository, digest=digest)
            return 0
        print(f"Building {options.tag} with {engine.name}", flush=True)
        engine.build(options.tag)
        write_contents(engine, options.tag, name=options.tag, digest=engine.identity(options.tag))
        if options.save:
            options.save.parent.mkdir(parents=True, exist_ok=True)
            engine.save(options.tag, options.save)
        size = engine.size(options.tag)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 4
    print(f"{options.tag}: {size / 1e6:,.0f} MB")
    if size > MAX_BYTES:
        print(f"error: that is more than {MAX_BYTES / 1e6:,.0f} MB.", file=sys.stderr)
        return 1
    return 0


def write_contents(engine: Engine, tag: str, *, name: str, digest: str, file: Path = CONTENTS) -> None:
    """Run the image, and write down what is in it.

    Raises:
        EngineError: it does not run.
    """
    container = engine.start(tag, {"BBWS_TOKEN": "unused"})
    try:
        done = container.execute("python", "-c", _LOOK)
        if done.returncode:
            raise EngineError(f"The image does not run: {done.stderr or container.log()}")
    finally:
        container.remove()
    found: dict[str, Any] = json.loads(done.stdout)
    members = {"name": name, "digest": digest, "bytes": engine.size(tag), **found}
    overwrite(file, (json.dumps(members, indent=1, sort_keys=True) + "\n").encode())


def _output(**values: str) -> None:
    """For later steps of a workflow, where there is one."""
    if file := os.environ.get("GITHUB_OUTPUT"):
        with Path(file).open("a", encoding="utf-8") as output:
            output.writelines(f"{name}={value}\n" for name, value in values.items())


if __name__ == "__main__":
    sys.exit(main())
