"""Make the Lambda layer: a zip with the runtime under ``python/``, the same bytes on any machine.

boto3 is not in it, AWS Lambda brings its own. With ``--release DIR``, a release that ``build`` wrote goes
along as the copy that serves when no other can be had.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from app.core.release_directory import read_release
from bbws_templates.errors import BbwsTemplatesError

ROOT = Path(__file__).parents[1]
MAX_BYTES = 1_000_000
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can tell
_READABLE = 0o100644 << 16


def main(arguments: list[str] | None = None) -> int:
    """Write the layer and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "bbws-templates-layer.zip")
    parser.add_argument("--release", type=Path, help="a release directory to take along")
    options = parser.parse_args(arguments)
    try:
        deployed = read_release(options.release).bundle_data if options.release else None
    except BbwsTemplatesError as error:
        sys.stderr.write(f"error: {error}\n")
        return 3
    size = write_layer(options.out, deployed)
    sys.stdout.write(f"{options.out}: {size:,} bytes\n")
    return 0


def write_layer(out: Path, deployed: bytes | None = None) -> int:
    """Write the zip and return its size in bytes.

    Entries are sorted, undated and stored uncompressed: compressed, the bytes would depend on the zlib.
    """
    entries = dict(_package())
    entries.update(_chevron())
    if deployed is not None:
        entries["bbws_templates/deployed/bundle.json"] = deployed
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(f"python/{name}", _EPOCH)
            entry.create_system = 3  # Unix, whatever this machine is: the permissions below are its
            entry.external_attr = _READABLE
            archive.writestr(entry, entries[name])
    size = out.stat().st_size
    if size > MAX_BYTES:
        raise SystemExit(f"The layer has {size:,} bytes, which is more than {MAX_BYTES:,}.")
    return size


def _package() -> Iterator[tuple[str, bytes]]:
    package = ROOT / "bbws_templates"
    for path in package.rglob("*"):
        if path.is_file() and (path.suffix == ".py" or path.name == "py.typed"):
            yield f"bbws_templates/{path.relative_to(package).as_posix()}", path.read_bytes()


def _chevron() -> Iterator[tuple[str, bytes]]:
    """The one dependency, with its licence."""
    for file in distribution("chevron").files or ():
        name = file.as_posix()
        wanted = name.endswith((".py", "METADATA")) or "LICENSE" in name.upper()
        if wanted and not name.startswith(".."):
            yield name, Path(str(file.locate())).read_bytes()


if __name__ == "__main__":
    sys.exit(main())
