"""Have Ceph's object gateway for a test: find it, else unpack Debian's packages into ``.tools/ceph``.

Nothing is installed: no daemon is set up, no file outside ``.tools`` is written, and root is not needed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PLACE = Path(__file__).resolve().parents[1] / ".tools/ceph"
PROGRAMS = ("radosgw", "ceph-mon", "ceph-osd", "ceph")
PACKAGES = ("radosgw", "ceph-mon", "ceph-osd")


def main() -> int:
    """Exit status: 0 when Ceph can be run, 4 with one sentence when it cannot be had."""
    if (PLACE / "usr/bin/radosgw").is_file() or all(map(shutil.which, PROGRAMS)):
        return 0
    try:
        _unpack(PLACE)
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        print(
            f"Ceph is missing, and its packages cannot be had: {said[-1] if said else error}. Run the tests "
            f"on Debian or Ubuntu after 'apt-get update', or install {', '.join(PACKAGES)}.",
            file=sys.stderr,
        )
        return 4
    return 0


def _unpack(place: Path) -> None:
    words = ["apt-get", "install", "--simulate", "--no-install-recommends", *PACKAGES]
    lines = _output(words).splitlines()
    lacking = [line.split()[1] for line in lines if line.startswith("Inst ")]
    print(f"Fetching Ceph: {len(lacking)} packages (70 MB), unpacked into .tools/ceph and not installed")
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        _output(["apt-get", "download", *lacking], Path(folder))
        for package in Path(folder).glob("*.deb"):
            _output(["dpkg-deb", "--extract", str(package), f"{folder}/unpacked"])
        Path(folder, "unpacked").replace(place)


def _output(words: list[str], folder: Path | None = None) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, cwd=folder).stdout


if __name__ == "__main__":
    sys.exit(main())
