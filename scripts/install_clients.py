"""Install the mail clients that pictures can be drawn with; run by ``make clients``.

Takes what is there; else, as root on Debian or Ubuntu, installs the distribution's packages. Of Roundcube two
packages are unpacked into ``.tools/roundcube/`` instead: installed, they want a web server and a database.
DOMPurify comes with the locked npm packages (``make tools``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from app.browser.clients import RENDERERS
from app.browser.clients.finding import UNPACKED
from app.browser.discovery import REPOSITORY
from app.browser.errors import BrowserNotFoundError
from scripts.debian import PackageError, install

# Debian's names; Ubuntu's firefox and thunderbird are snaps, which have no place here.
PACKAGES = {
    "webkit": ("webkit2gtk-driver", "xvfb"),
    "gecko": ("firefox-esr",),
    "thunderbird": ("thunderbird",),
    "roundcube": ("php-cli", "php-xml", "php-mbstring", "php-masterminds-html5"),
}
UNPACKED_PACKAGES = ("roundcube-core", "libjs-bootstrap4")


def main() -> int:
    """Find or install each; say which. Exit code 4 when one cannot be had, with the reason."""
    missing = [key for key in RENDERERS if _reason(key)]
    if any(key in PACKAGES for key in missing):
        _install(missing)
    failed = 0
    for key, kind in RENDERERS.items():
        reason = _reason(key)
        if reason:
            failed += 1
            print(reason, file=sys.stderr)
        else:
            found = kind.find()
            print(f"{kind.label} {found.version}: {found.executable} ({found.origin})")
    return 4 if failed else 0


def _reason(key: str) -> str:
    """Why a client cannot be drawn with; "" when it can."""
    try:
        RENDERERS[key].find()
    except BrowserNotFoundError as error:
        return str(error)
    return ""


def _install(missing: list[str]) -> None:
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        print("Installing takes root and apt-get: as it is, only what is there is found.", file=sys.stderr)
        return
    for key in missing:
        # One after another: a package that a distribution lacks keeps none of the others away.
        packages = PACKAGES.get(key, ())
        if packages:
            print(f"Installing {', '.join(packages)}")
            try:
                install(packages)
            except PackageError as error:
                print(error, file=sys.stderr)
    if "roundcube" in missing:
        _unpack(apt, REPOSITORY / UNPACKED)


def _unpack(apt: str, target: Path) -> None:
    """Roundcube's program and the style sheets of its skin beside ``target``, then there, whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        fetched = Path(scratch, "packages")
        folder = Path(scratch, "roundcube")
        fetched.mkdir()
        fetched.chmod(0o777)  # apt fetches as a user of its own
        Path(scratch).chmod(0o755)
        subprocess.run([apt, "download", "-qq", *UNPACKED_PACKAGES], check=False, cwd=fetched)
        for package in sorted(fetched.glob("*.deb")):
            subprocess.run(["dpkg-deb", "--extract", str(package), str(folder)], check=True)
        if folder.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            folder.rename(target)


if __name__ == "__main__":
    sys.exit(main())
