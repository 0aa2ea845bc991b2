"""Where Chromium is: found, not assumed.

The order, first that runs wins:

1. the setting ``BBWS_CHROMIUM`` (a path; a setting that does not work is an error, never passed over);
2. the one Playwright installed for itself (``playwright install``);
3. ``chromium-headless-shell`` on the PATH;
4. ``chromium`` or ``google-chrome`` on the PATH;
5. the headless shell that ``make`` unpacked under ``.tools/chromium/`` (``scripts/install_browser.py``).
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import playwright

from app.browser.chosen import Chosen, choice
from app.browser.errors import BrowserNotFoundError
from app.browser.probing import ask

SETTING = "BBWS_CHROMIUM"
REPOSITORY = Path(__file__).resolve().parents[2]
UNPACKED = Path(".tools", "chromium")

_PATH_NAMES = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
# Distributions put a shell script before the program, which adds flags of that machine to every start.
_WRAPPED = {
    "chromium": "/usr/lib/chromium/chromium",
    "chromium-browser": "/usr/lib/chromium-browser/chromium-browser",
    "google-chrome": "/opt/google/chrome/chrome",
    "google-chrome-stable": "/opt/google/chrome/chrome",
}
_REMEDY = (
    "Install one with `make tools` (no root, no download beyond `npm ci`), "
    "`python -m playwright install chromium-headless-shell` or `sudo apt-get install chromium`, "
    f"or point {SETTING} at an executable."
)

_EXPECTED = (
    "the program of Chromium or Chrome, such as /usr/bin/chromium, whose --version says that it is one"
)


@dataclass(frozen=True)
class Browser:
    """A program of this machine that draws mails: a Chromium, or what ``app.browser.clients`` finds.

    ``version`` is what it says of itself, ``origin`` which rule of the search found it, ``env`` what it
    needs in its environment beyond ours (a headless shell unpacked without root brings its own libraries),
    ``name`` what people call it, ``setting`` the variable that may name another, ``parts`` the files and
    folders beside the executable that it is made of.
    """

    executable: Path
    version: str
    origin: str
    env: Mapping[str, str] = field(default_factory=dict)
    name: str = "Chromium"
    setting: str = SETTING
    parts: tuple[Path, ...] = ()

    @property
    def remedy(self) -> str:
        """What to do when it fails."""
        return (
            f"{self.name} is {self.executable} ({self.version}); "
            f"another one may be named with {self.setting}."
        )


@dataclass(frozen=True)
class _Candidate:
    executable: Path
    origin: str
    env: Mapping[str, str] = field(default_factory=dict)


def find_browser(environ: Mapping[str, str] | None = None) -> Browser:
    """The first Chromium that runs, in the order of this module's description.

    Raises:
        BrowserNotFoundError: none runs; its remedy is the commands that bring one.
    """
    environ = os.environ if environ is None else environ
    if chosen := choice(SETTING, environ, name="Chromium", expected=_EXPECTED):
        return _chosen(chosen)
    failures = []
    for candidate in _candidates(environ):
        version, _ = _version(candidate)
        if version:
            return Browser(candidate.executable, version, candidate.origin, candidate.env)
        failures.append(str(candidate.executable))
    tried = f" ({', '.join(failures)} would not start)" if failures else ""
    raise BrowserNotFoundError(
        f"Screenshots need a Chromium and this machine has none{tried}.", remedy=_REMEDY
    )


def unpacked_folders() -> tuple[Path, ...]:
    """Where ``make`` may have unpacked a headless shell: the repository's folder, then the working one."""
    return tuple(dict.fromkeys((REPOSITORY / UNPACKED, Path.cwd() / UNPACKED)))


def _chosen(chosen: Chosen) -> Browser:
    candidate = _Candidate(chosen.path, f"setting {SETTING}", _libraries_beside(chosen.path))
    version, found = _version(candidate)
    if not version:
        raise chosen.wrong(found)
    return Browser(chosen.path, version, candidate.origin, candidate.env)


def _candidates(environ: Mapping[str, str]) -> Iterator[_Candidate]:
    for executable in _playwright_own(environ):
        yield _Candidate(executable, "installed by Playwright")
    for name in _PATH_NAMES:
        if found := shutil.which(name, path=environ.get("PATH")):
            real = Path(_WRAPPED.get(name, found))
            yield _Candidate(real if os.access(real, os.X_OK) else Path(found), f"{name} on the PATH")
    for folder in unpacked_folders():
        executable = folder / "chromium"
        if os.access(executable, os.X_OK):
            yield _Candidate(executable, "unpacked by make", _libraries_beside(executable))


def _libraries_beside(executable: Path) -> Mapping[str, str]:
    libraries = executable.parent / "lib"
    return {"LD_LIBRARY_PATH": str(libraries)} if (libraries / "libnss3.so").exists() else {}


def _playwright_own(environ: Mapping[str, str]) -> Iterator[Path]:
    patterns = ("*/chrome-headless-shell", "*/headless_shell", "*/chrome", "*/*.app/Contents/MacOS/*")
    for folder in _playwright_own_folders(environ):
        for pattern in patterns:
            with contextlib.suppress(OSError, ValueError):  # a folder that no path can lead to has none
                yield from (path for path in sorted(folder.glob(pattern)) if os.access(path, os.X_OK))


def _playwright_own_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    """Folders of the revisions that this Playwright drives, from its own list and without starting it."""
    listing = Path(playwright.__file__).parent / "driver" / "package" / "browsers.json"
    try:
        entries = json.loads(listing.read_text(encoding="utf-8"))["browsers"]
    except (OSError, ValueError, KeyError):
        return  # another layout of another Playwright version: the other places remain
    revisions = {entry.get("name"): entry.get("revision") for entry in entries}
    for name in ("chromium-headless-shell", "chromium"):
        yield _playwright_cache(environ) / f"{name.replace('-', '_')}-{revisions.get(name)}"


def _playwright_cache(environ: Mapping[str, str]) -> Path:
    # https://playwright.dev/python/docs/browsers#managing-browser-binaries
    chosen = environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    if chosen == "0":
        return Path(playwright.__file__).parent / "driver" / "package" / ".local-browsers"
    if chosen:
        return Path(chosen)
    caches = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    return caches / "ms-playwright"


def _version(candidate: _Candidate) -> tuple[str, str]:
    """The version that the program answers to ``--version``, and what was found where it is no Chromium."""
    word = ask([str(candidate.executable.absolute()), "--version"], candidate.env)
    words = word.text.split()
    is_browser = any("chrom" in each.lower() and "driver" not in each.lower() for each in words[:3])
    version = next((each for each in words if each[:1].isdigit()), "")
    if word.trouble or word.code or not is_browser or not version:
        return "", word.described
    return version, ""
