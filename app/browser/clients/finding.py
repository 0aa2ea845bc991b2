"""Where each mail client is: found, not assumed.

For each, the setting ``BBWS_`` and its key first (what it names has to say that it is that client; if not,
that is an error, never passed over), then the places where its packages put it. The current folder is none of
them: it may be a checkout of somebody else's, whose code nobody has asked to be run.
"""

from __future__ import annotations

import configparser
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from app.browser.chosen import Chosen, choice
from app.browser.discovery import REPOSITORY, Browser, find_browser
from app.browser.errors import BrowserNotFoundError
from app.browser.probing import ask

_INSTALLED = Path("/usr/share/roundcube")
UNPACKED = Path(".tools", "roundcube")
DOMPURIFY = Path("node_modules", "dompurify", "dist", "purify.min.js")
_MASTERMINDS = Path("/usr/share/php/Masterminds")
INSTALL = "make clients"
_BEGINNING = 20_000
"""Bytes in which a program's file says its version."""
# Its browser says its version on a display only; the library needs none.
_WEBKIT_VERSION = (
    "import ctypes, sys; library = ctypes.CDLL(sys.argv[1]); "
    "parts = (getattr(library, f'webkit_get_{part}_version')() for part in ('major', 'minor', 'micro')); "
    "print('.'.join(map(str, parts)))"
)
# Says nothing where an extension is missing, which Roundcube's class does not ask for before it washes.
_PHP_BUILD = (
    "class_exists('DOMDocument') && function_exists('mb_strlen') || exit(1); require $argv[1]; "
    "echo 'PHP ', PHP_VERSION, '/', LIBXML_DOTTED_VERSION, ' ', md5(serialize(ini_get_all())), ' class ', "
    "(int) class_exists('rcube_washtml', false), ' in ', PHP_EXTENSION_DIR;"
)


def find_gecko(environ: Mapping[str, str]) -> Browser:
    """Firefox.

    Raises:
        BrowserNotFoundError: there is none, or the one that is named is none.
    """
    return _mozilla(
        "BBWS_GECKO",
        "Firefox",
        ("firefox-esr", "firefox"),
        environ,
        settings=("/etc/firefox", "/etc/firefox-esr"),
    )


def find_thunderbird(environ: Mapping[str, str]) -> Browser:
    """Thunderbird, as ``find_gecko``."""
    return _mozilla(
        "BBWS_THUNDERBIRD", "Thunderbird", ("thunderbird",), environ, settings=("/etc/thunderbird",)
    )


def find_webkit(environ: Mapping[str, str]) -> Browser:
    """WebKitGTK's driver, and an X server for it.

    Raises:
        BrowserNotFoundError: one of the two is not there.
    """
    setting, name = "BBWS_WEBKIT", "WebKit"
    _linux(name)
    expected = "WebKitGTK's driver beside its libraries, such as /usr/bin/WebKitWebDriver"
    chosen = choice(setting, environ, name="WebKitWebDriver", expected=expected)
    path = chosen.path if chosen else _on_path(("WebKitWebDriver",), environ)
    if path is None:
        raise _missing(name, "this machine has none", setting)
    word = ask([str(path), "--help"], {})
    if word.trouble or "WebKitWebDriver options" not in word.text or "--port" not in word.text:
        raise _unlike(chosen, name, path, word.described, setting)
    small = sorted(path.resolve().parent.parent.glob("lib/*/webkit2gtk-4.*/MiniBrowser"))
    if not small:
        raise _unlike(chosen, name, path, "it has no MiniBrowser beside its library", setting)
    server = shutil.which("Xvfb", path=environ.get("PATH"))
    if not server:
        raise _missing(name, "there is no X server for it (Xvfb)", setting)
    folder = small[-1].parent
    shared = folder.parent / f"lib{folder.name}.so.0"
    word = ask([sys.executable, "-I", "-S", "-c", _WEBKIT_VERSION, str(shared)], {})
    version = _matched(word.text, r"(?m)^([\d.]+)$")
    if word.code or not version:
        raise _unlike(chosen, name, path, f"its library {shared} cannot be loaded", setting)
    origin = f"setting {setting}" if chosen else "on the PATH"
    return Browser(path, version, origin, name=name, setting=setting, parts=(folder, Path(server)))


def find_roundcube(environ: Mapping[str, str]) -> Browser:
    """Roundcube's program folder, the style sheet that its skin is built on, and PHP to run it.

    Raises:
        BrowserNotFoundError: one of the three is not there, or PHP lacks what it needs.
    """
    setting, name = "BBWS_ROUNDCUBE", "Roundcube"
    _linux(name)
    expected = "the folder of Roundcube that has program/ in it, such as /usr/share/roundcube"
    chosen = choice(setting, environ, name=name, expected=expected, folder=True)
    usual = (_INSTALLED, REPOSITORY / UNPACKED / "usr/share/roundcube")
    folder = chosen.path if chosen else next((each for each in usual if each.exists()), None)
    if folder is None:
        raise _missing(name, "this machine has none", setting)
    washer = folder / "program/lib/Roundcube/rcube_washtml.php"
    version = _said_in(folder / "program/include/iniset.php", r"RCMAIL_VERSION', '([\w.+~-]+)'")
    if not washer.is_file() or not version:
        lacking = "version in program/include/iniset.php" if washer.is_file() else washer.relative_to(folder)
        raise _unlike(chosen, name, folder, f"it has no {lacking}", setting)
    styles = _bootstrap(folder)
    if styles is None:
        raise _missing(name, f"the style sheet of Bootstrap that {folder} needs is not there", setting)
    php, build, extensions = _php(environ, washer, setting)
    chromium = find_browser(environ)
    return Browser(
        washer,
        f"{version} in Chromium {chromium.version}",
        f"setting {setting}" if chosen else str(folder),
        {"PHP": str(php), "FOLDER": str(folder), "STYLES": str(styles), "BUILD": build},
        name=name,
        setting=setting,
        parts=(folder / "program", styles, php, extensions, _MASTERMINDS, *_files_of(chromium)),
    )


def _php(environ: Mapping[str, str], washer: Path, setting: str) -> tuple[Path, str, Path]:
    """PHP, with what it says of its version and settings, and the folder of its extensions."""
    php = shutil.which("php", path=environ.get("PATH"))
    if php is None:
        raise _missing("Roundcube", "there is no PHP to run it", setting)
    word = ask([php, "-r", _PHP_BUILD, "--", str(washer)], {}, settled=False)  # it reads its php.ini
    said = re.search(r"PHP (\S+) (\w+) class (\d) in (\S+)", word.text)
    if word.trouble or word.code or not said:
        raise _missing(
            "Roundcube",
            f"{php} does not run, or has no php-xml or no php-mbstring ({word.described})",
            setting,
        )
    version, settings, has_class, extensions = said.groups()
    if has_class == "0":
        raise _missing("Roundcube", f"{washer} has no class rcube_washtml", setting)
    return Path(php), f"{version} {settings}", Path(extensions)


def find_dompurify(environ: Mapping[str, str]) -> Browser:
    """DOMPurify's script, of the locked npm packages.

    Raises:
        BrowserNotFoundError: it is not there.
    """
    setting, name = "BBWS_DOMPURIFY", "DOMPurify"
    expected = "DOMPurify's script, such as node_modules/dompurify/dist/purify.min.js"
    chosen = choice(setting, environ, name=name, expected=expected)
    path = chosen.path if chosen else REPOSITORY / DOMPURIFY
    if not path.exists():
        raise _missing(name, "its npm package is not installed", setting)
    version = _said_in(path, r"\A\s*/\*!\s*(?:@license )?DOMPurify\s+([\d.]+)")
    if not version:
        raise _unlike(chosen, name, path, "it does not begin with DOMPurify's name and version", setting)
    chromium = find_browser(environ)
    origin = f"setting {setting}" if chosen else "of the npm packages"
    said = f"{version} in Chromium {chromium.version}"
    return Browser(path, said, origin, name=name, setting=setting, parts=_files_of(chromium))


def _files_of(browser: Browser) -> tuple[Path, ...]:
    libraries = (Path(each) for name, each in browser.env.items() if name == "LD_LIBRARY_PATH")
    return (browser.executable, *browser.parts, *libraries)


def _mozilla(
    setting: str,
    name: str,
    commands: tuple[str, ...],
    environ: Mapping[str, str],
    *,
    settings: tuple[str, ...],
) -> Browser:
    _linux(name)
    expected = f"{name}'s program, such as /usr/bin/{commands[0]}, whose --version says 'Mozilla {name}'"
    chosen = choice(setting, environ, name=name, expected=expected)
    path = chosen.path if chosen else _on_path(commands, environ)
    if path is None:
        raise _missing(name, "this machine has none", setting)
    home = _home_of(path)
    # What a package has installed is known by the file beside it; what a person has named says so itself.
    version = "" if chosen else _ini_version(home / "application.ini", name)
    if not version:
        word = ask([str(path), "--version"], {})
        version = (
            "" if word.trouble or word.code else _matched(word.text, rf"(?m)^(?:Mozilla )?{name}\s+([\d.]+)")
        )
        if not version:
            raise _unlike(chosen, name, path, word.described, setting)
    origin = f"setting {setting}" if chosen else "on the PATH"
    folders = (home,) if (home / "application.ini").is_file() else ()
    parts = (*folders, *(Path(each) for each in settings))
    return Browser(path, version, origin, name=name, setting=setting, parts=parts)


def _home_of(path: Path) -> Path:
    """The folder of the program that a command of that name starts: a link to it, or a package's script."""
    real = path.resolve()
    beside = Path("/usr/lib", path.name)
    is_script = path.parent == Path("/usr/bin") and (beside / "application.ini").is_file()
    return beside if is_script else real.parent


def _ini_version(path: Path, name: str) -> str:
    """The version in an ``application.ini``, "" where it is that of another program, or none."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        if not path.is_file():
            return ""
        parser.read(path, encoding="utf-8")
        known = parser.get("App", "Name", fallback="") == name
        return parser.get("App", "Version", fallback="") if known else ""
    except (OSError, configparser.Error, UnicodeDecodeError):
        return ""


def _bootstrap(folder: Path) -> Path | None:
    linked = folder / "skins/elastic/deps/bootstrap.min.css"
    unpacked = folder.parent / "nodejs/bootstrap/dist/css/bootstrap.min.css"
    return next((path for path in (linked, unpacked) if path.is_file()), None)


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


def _unlike(chosen: Chosen | None, name: str, path: Path, found: str, setting: str) -> BrowserNotFoundError:
    """What is there is another thing: the fault of the setting that names it, or of the machine."""
    return chosen.wrong(found) if chosen else _missing(name, f"{path} is none: {found}", setting)


def _matched(text: str, pattern: str) -> str:
    match = re.search(pattern, text)
    return match.group(1) if match else ""


def _said_in(path: Path, pattern: str) -> str:
    """What ``pattern`` finds in the beginning of a file, "" where there is no such file."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as opened:
            return _matched(opened.read(_BEGINNING).decode(errors="replace"), pattern)
    except OSError:
        return ""
