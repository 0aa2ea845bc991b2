"""Make the Lambda layer: a zip with the runtime under ``python/``, the same bytes on any machine.

boto3 is not in it, AWS Lambda brings its own. With ``--release DIR``, a release that ``build`` wrote goes
along as the copy that serves when no other can be had. With ``--runtime python3.12``, the bytecode for that
runtime goes along: a Lambda cannot write its own below /opt and would compile the sources at each cold
start. Other runtimes pass over it.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import marshal
import sys
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import distribution
from pathlib import Path

from app.core.release_directory import read_release
from app.core.writing import overwrite
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.printable import printable

ROOT = Path(__file__).parents[1]
# AWS Lambda Developer Guide, "Lambda quotas": a zip that is uploaded by itself, and not from S3.
MAX_BYTES = 50_000_000
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can tell
_READABLE = 0o100644 << 16
_HERE = f"python{sys.version_info.major}.{sys.version_info.minor}"
# PEP 552: found by the hash of its source, which is never looked at again; a layer is not edited in place.
_UNCHECKED_HASH = (0b01).to_bytes(4, "little")
# The last format without references between objects: whether those are made depends on what else the process
# has loaded, and the bytes of the layer would with it.
_MARSHAL_FORMAT = 2
# Python 3.14 has slices in its bytecode, which that format cannot hold.
RUNTIMES = ("python3.11", "python3.12", "python3.13")


def main(arguments: list[str] | None = None) -> int:
    """Write the layer and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "artifacts" / "bbws-templates-layer.zip")
    parser.add_argument("--release", type=Path, help="a release directory to take along")
    parser.add_argument(
        "--runtime",
        choices=RUNTIMES,
        help=f"the Lambda runtime to take bytecode along for; here {_HERE} only",
    )
    options = parser.parse_args(arguments)
    if options.runtime not in {None, _HERE}:
        parser.error(
            f"bytecode for {options.runtime} can only be made by that Python, and this is {_HERE}. "
            "Run it with that one, or leave the runtime out: without bytecode the layer works on all of them."
        )
    try:
        deployed = read_release(options.release).bundle_data if options.release else None
    except BbwsTemplatesError as error:
        sys.stderr.write(f"error: {printable(str(error))}\n")
        return 3
    size = write_layer(options.out, deployed, bytecode=bool(options.runtime))
    sys.stdout.write(f"{options.out}: {size:,} bytes\n")
    return 0


def write_layer(out: Path, deployed: bytes | None = None, *, bytecode: bool = False) -> int:
    """Write the zip and return its size in bytes; ``bytecode`` is that of the Python which runs this.

    Entries are sorted, undated and stored uncompressed: compressed, the bytes would depend on the zlib.
    """
    entries = dict(_package())
    entries.update(_chevron())
    if bytecode:
        entries.update(_compiled(entries))
    if deployed is not None:
        entries["bbws_templates/deployed/bundle.json"] = deployed
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(f"python/{name}", _EPOCH)
            entry.create_system = 3  # Unix, whatever this machine is: the permissions below are its
            entry.external_attr = _READABLE
            archive.writestr(entry, entries[name])
    size = len(content.getbuffer())
    if size > MAX_BYTES:
        raise SystemExit(
            f"error: The layer would have {size:,} bytes, and Lambda takes {MAX_BYTES:,}. Take a smaller "
            "release along, or none: it is the last resort alone."
        )
    overwrite(out, content.getvalue())
    return size


def _package() -> Iterator[tuple[str, bytes]]:
    package = ROOT / "bbws_templates"
    for path in package.rglob("*"):
        if path.is_file() and (path.suffix == ".py" or path.name == "py.typed"):
            yield f"bbws_templates/{path.relative_to(package).as_posix()}", path.read_bytes()


def _compiled(entries: Mapping[str, bytes]) -> dict[str, bytes]:
    """The bytecode of each module, under the name at which Python looks for it.

    Source: PEP 552 for the header, PEP 3147 for the name.
    """
    compiled = {}
    for name, source in entries.items():
        if name.endswith(".py"):
            code = compile(source, f"/opt/python/{name}", "exec", dont_inherit=True, optimize=0)
            header = importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH + importlib.util.source_hash(source)
            place = importlib.util.cache_from_source(name, optimization="")
            compiled[place] = header + marshal.dumps(code, _MARSHAL_FORMAT)
    return compiled


def _chevron() -> Iterator[tuple[str, bytes]]:
    """The one dependency, with its licence."""
    for file in distribution("chevron").files or ():
        name = file.as_posix()
        wanted = name.endswith((".py", "METADATA")) or "LICENSE" in name.upper()
        if wanted and not name.startswith(".."):
            yield name, Path(str(file.locate())).read_bytes()


if __name__ == "__main__":
    sys.exit(main())
