"""Where each mail client is: found, not assumed.

For each, the setting ``BBWS_`` and its key first (a path; one that does not work is an error, never passed
over), then the places where its packages put it. The current folder is none of
them: it may be a checkout of somebody else's, whose code nobody has asked to be run.
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from app.browser.discovery import REPOSITORY, Browser, find_browser
from app.browser.errors import BrowserNotFoundError

_INSTALLED = Path("/usr/share/roundcube")
UNPACKED = Path(".tools", "roundcube")
DOMPURIFY = Path("node_modules", "dompurify", "dist", "purify.min.js")
_VERSION_SECONDS = 15
INSTALL = "make clients"
# Its browser says its version on a display only; the library needs none.
_WEBKIT_VERSION = (
    "import ctypes, sys; library = ctypes.CDLL(sys.argv[1]); "
    "parts = (getattr(library, f'webkit_get_{part}_version')() for part in ('major', 'minor', 'micro')); "
    "print('.'.join(map(str, parts)))"
)


def find_gecko(environ: Mapping[str, str]) -> Browser:
    """Firefox; its version is read from the file beside it, which starts nothing.

    Raises:
        BrowserNotFoundError: there is none, or the one that is named is none.
    """
    chosen = environ.get("BBWS_GECKO", "")
    return _mozilla("BBWS_GECKO", chosen, "Firefox", ("firefox-esr", "firefox"), environ)


def find_thunderbird(environ: Mapping[str, str]) -> Browser:
    """Thunderbird, as ``find_gecko``."""
    chosen = environ.get("BBWS_THUNDERBIRD", "")
    return _mozilla("BBWS_THUNDERBIRD", chosen, "Thunderbird", ("thunderbird",), environ)


def find_webkit(environ: Mapping[str, str]) -> Browser:
    """WebKitGTK's driver, and an X server for it.

    Raises:
        BrowserNotFoundError: one of the two is not there.
    """
    setting, chosen, name = "BBWS_WEBKIT", environ.get("BBWS_WEBKIT", ""), "WebKit"
    _linux(name)
    for path in _places(setting, chosen, environ, (_on_path(("WebKitWebDriver",), environ),)):
        library = sorted(path.resolve().parent.parent.glob("lib/*/webkit2gtk-4.*/MiniBrowser"))
        if not library:
            raise _missing(name, f"{path} has no MiniBrowser beside its library", setting)
        if not shutil.which("Xvfb", path=environ.get("PATH")):
            raise _missing(name, "there is no X server for it (Xvfb)", setting)
        shared = library[-1].parent.parent / f"lib{library[-1].parent.name}.so.0"
        version = _answer([sys.executable, "-I", "-S", "-c", _WEBKIT_VERSION, str(shared)], r"^([\d.]+)$")
        if not version:
            raise _missing(name, f"{shared} cannot be loaded", setting)
        origin = f"setting {setting}" if chosen else "on the PATH"
        return Browser(path, version, origin, name=name, setting=setting)
    raise _missing(name, "this machine has none", setting)


def find_roundcube(environ: Mapping[str, str]) -> Browser:
    """Roundcube's program folder, the style sheet that its skin is built on, and PHP to run it.

    Raises:
        BrowserNotFoundError: one of the three is not there, or PHP lacks what it needs.
    """
    setting, chosen, name = "BBWS_ROUNDCUBE", environ.get("BBWS_ROUNDCUBE", ""), "Roundcube"
    folders = (_INSTALLED, REPOSITORY / UNPACKED / "usr/share/roundcube")
    php = shutil.which("php", path=environ.get("PATH"))
    for folder in _places(setting, chosen, environ, folders):
        washer = folder / "program/lib/Roundcube/rcube_washtml.php"
        if not washer.is_file():
            raise _missing(name, f"{folder} has no program/lib/Roundcube/rcube_washtml.php", setting)
        styles = _bootstrap(folder)
        if styles is None:
            raise _missing(name, f"the style sheet of Bootstrap that {folder} needs is not there", setting)
        if php is None:
            raise _missing(name, "there is no PHP to run it", setting)
        needs = "echo class_exists('DOMDocument') && function_exists('mb_strlen') ? 'has both' : '';"
        if not _answer([php, "-r", needs], "(has both)"):
            raise _missing(name, f"{php} does not run, or has no php-xml or no php-mbstring", setting)
        version = _matched((folder / "program/include/iniset.php"), r"RCMAIL_VERSION', '([^']+)'")
        chromium = find_browser(environ).version
        env = {"PHP": php, "FOLDER": str(folder), "STYLES": str(styles)}
        origin = f"setting {setting}" if chosen else str(folder)
        return Browser(washer, f"{version} in Chromium {chromium}", origin, env, name=name, setting=setting)
    raise _missing(name, "this machine has none", setting)


def find_dompurify(environ: Mapping[str, str]) -> Browser:
    """DOMPurify's script, of the locked npm packages.

    Raises:
        BrowserNotFoundError: it is not there.
    """
    setting, chosen, name = "BBWS_DOMPURIFY", environ.get("BBWS_DOMPURIFY", ""), "DOMPurify"
    for path in _places(setting, chosen, environ, (REPOSITORY / DOMPURIFY,)):
        version = _matched(path, r"DOMPurify\s+([\d.]+)")
        if not version:
            raise _missing(name, f"{path} is no DOMPurify", setting)
        chromium = find_browser(environ).version
        origin = f"setting {setting}" if chosen else "of the npm packages"
        return Browser(path, f"{version} in Chromium {chromium}", origin, name=name, setting=setting)
    raise _missing(name, "its npm package is not installed", setting)


def _mozilla(
    setting: str, chosen: str, name: str, commands: tuple[str, ...], environ: Mapping[str, str]
) -> Browser:
    _linux(name)
    for path in _places(setting, chosen, environ, (_on_path(commands, environ),)):
        home = _home_of(path)
        version = _ini_version(home / "application.ini")
        if not version:
            version = _answer([str(path), "--version"], rf"{name}\s+([\d.]+)")
        if not version:
            raise _missing(name, f"{path} does not start as {name}", setting)
        origin = f"setting {setting}" if chosen else "on the PATH"
        return Browser(path, version, origin, name=name, setting=setting)
    raise _missing(name, "this machine has none", setting)


def _home_of(path: Path) -> Path:
    """The folder of the program that a command of that name starts: a link to it, or a script that does."""
    real = path.resolve()
    beside = Path("/usr/lib", path.name)
    return real.parent if (real.parent / "application.ini").is_file() else beside


def _ini_version(path: Path) -> str:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
        return parser.get("App", "Version", fallback="")
    except (OSError, configparser.Error, UnicodeDecodeError):
        return ""


def _bootstrap(folder: Path) -> Path | None:
    linked = folder / "skins/elastic/deps/bootstrap.min.css"
    unpacked = folder.parent / "nodejs/bootstrap/dist/css/bootstrap.min.css"
    return next((path for path in (linked, unpacked) if path.is_file()), None)


def _places(
    setting: str, chosen: str, environ: Mapping[str, str], usual: Iterable[Path | None]
) -> Iterable[Path]:
    if chosen := chosen.strip():
        path = Path(shutil.which(chosen, path=environ.get("PATH")) or chosen)
        if not path.exists():
            name = setting.removeprefix("BBWS_").capitalize()
            raise BrowserNotFoundError(
                f"{setting} names '{chosen}', which is not there.",
                remedy=f"Correct the setting or remove it to have {name} found.",
            )
        return (path,)
    return (path for path in usual if path is not None and path.exists())


def _on_path(commands: tuple[str, ...], environ: Mapping[str, str]) -> Path | None:
    found = (shutil.which(command, path=environ.get("PATH")) for command in commands)
    return next((Path(path) for path in found if path), None)


def _linux(name: str) -> None:
    if sys.platform != "linux":
        raise BrowserNotFoundError(
            f"{name} is drawn with on Linux only: what keeps it from the network is Linux's own.",
            remedy="Use a Linux machine or container; docs/clients.md says what is needed.",
        )


def _missing(name: str, why: str, setting: str) -> BrowserNotFoundError:
    return BrowserNotFoundError(
        f"{name} cannot be drawn with: {why}.",
        remedy=f"Install it with `{INSTALL}`, or point {setting} at one; docs/clients.md names the packages.",
    )


def _answer(argv: list[str], pattern: str) -> str:
    try:
        answer = subprocess.run(  # noqa: S603 - a program that the user or this search chose
            argv, capture_output=True, text=True, timeout=_VERSION_SECONDS, check=False, env=dict(os.environ)
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    match = re.search(pattern, answer.stdout + answer.stderr)
    return next((group for group in match.groups() if group), "") if match else ""


def _matched(path: Path, pattern: str) -> str:
    try:
        match = re.search(pattern, path.read_text(encoding="utf-8", errors="replace")[:20_000])
    except OSError:
        return ""
    return match.group(1) if match else ""
