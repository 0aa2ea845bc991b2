"""What runs without the modules that only POSIX systems have."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest

from app.core.writing import put, stage
from bbws_templates import TemplateClient
from bbws_templates.faults import TargetError
from bbws_templates.target import local_path, parse_target

ROOT = Path(__file__).parents[2]
FILES = [file for room in ("app", "bbws_templates") for file in sorted((ROOT / room).rglob("*.py"))]
WITHOUT = """
import importlib, os, pkgutil, sys
import fcntl as real
for name in ("fcntl", "grp", "pwd", "resource", "syslog", "termios"):
    sys.modules[name] = None  # importing it fails from now on, as where there is none
for name in ("fchmod", "fork", "geteuid", "getuid", "register_at_fork"):
    delattr(os, name)
"""
EVERY_MODULE = """
import app, bbws_templates
for package in (app, bbws_templates):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
print(len([name for name in sys.modules if name.startswith(("app.", "bbws_templates."))]))
"""
COMMAND = "import app.cli; app.cli.main()"


ONE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>A mail</title></head>
<body><p>Good day, {{name}}</p></body></html>
"""


def _without_posix(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + code, *arguments],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_is_imported_where_there_is_no_fcntl() -> None:
    assert int(_without_posix(EVERY_MODULE)) > 200


def test_a_mail_is_rendered_where_there_is_no_fcntl() -> None:
    assert "INV-" in _without_posix(COMMAND, "render", "invoices/invoice", "--format", "text")


ON_WINDOWS = """
import types
def locking(descriptor, mode, length):
    assert length == 1
    try:
        real.flock(descriptor, real.LOCK_EX | real.LOCK_NB)
    except BlockingIOError:
        raise PermissionError(13, "Permission denied") from None
sys.modules["msvcrt"] = types.SimpleNamespace(locking=locking, LK_NBLCK=2)
sys.platform = "win32"  # only now: libraries would look for what Windows has
"""


def test_a_release_is_published_to_a_directory_where_locks_are_those_of_windows(tmp_path: Path) -> None:
    """With what it needs imported as on POSIX, the product takes the ways that it has for Windows."""
    (tmp_path / "templates/mails").mkdir(parents=True)
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "templates/mails/one.html").write_text(ONE, encoding="utf-8", newline="\n")
    releases = tmp_path / "releases"
    folders = ["--templates", f"{tmp_path}/templates", "--fixtures", f"{tmp_path}/fixtures"]
    needed = "import app.commands.publish, app.core.building, app.publishing.opening, rich.console"
    code = needed + ON_WINDOWS + COMMAND
    said = _without_posix(code, "publish", "--to", releases.as_uri(), "--yes", *folders)
    assert "is active in" in said
    served = TemplateClient(releases.as_uri()).render("mails/one", {"name": "Ann"})
    assert "Good day, Ann" in served.html


@pytest.mark.parametrize("platform", ["win32", "linux"])
def test_a_file_that_a_reader_has_open_is_replaced_where_that_takes_a_second_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    path = tmp_path / "current.json"
    path.write_bytes(b"old")
    refusals = iter([PermissionError(13, "in use"), PermissionError(13, "in use")])
    replace = Path.replace

    def replace_later(staged: Path, place: Path) -> Path:
        for refusal in refusals:
            raise refusal
        return replace(staged, place)

    monkeypatch.setattr(Path, "replace", replace_later)
    monkeypatch.setattr("app.core.writing.sys.platform", platform)
    staged = stage(path, b"new")
    if platform == "linux":  # where a refusal is one of permissions, and lasts
        with pytest.raises(PermissionError):
            put(staged, path)
        assert path.read_bytes() == b"old"
    else:
        put(staged, path)
        assert path.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("path", "windows", "posix"),
    [
        ("/C:/releases/dev", "C:/releases/dev", "/C:/releases/dev"),
        ("/srv/releases", "/srv/releases", "/srv/releases"),
        ("/c:", "c:", "/c:"),
    ],
)
def test_a_directory_is_named_by_a_url_as_the_system_writes_it(path: str, windows: str, posix: str) -> None:
    assert local_path(path, windows=True) == windows
    assert local_path(path, windows=False) == posix
    if path.startswith("/C"):
        assert PureWindowsPath(windows).as_uri() == "file:///C:/releases/dev"


def test_no_backslash_leads_out_of_a_directory() -> None:
    with pytest.raises(TargetError):
        parse_target("file:///C:/releases/..\\elsewhere")


def test_every_text_is_written_as_utf_8_with_line_feeds() -> None:
    texts = 0
    for file in FILES:
        for call in [*calls(file, "write_text"), *calls(file, "open")]:
            named = {keyword.arg for keyword in call.keywords}
            modes = [each.value for each in call.args[:2] if isinstance(each, ast.Constant)]
            writes_text = ast.unparse(call.func).endswith("write_text") or any(
                isinstance(mode, str) and set(mode) & set("wax+") and "b" not in mode for mode in modes
            )
            if writes_text:
                texts += 1
                assert {"encoding", "newline"} <= named, f"{file}:{call.lineno}"
    assert texts > 3


# Python reads the path to this checkout as ASCII there. The pipeline, whose path is ASCII, always runs this.
@pytest.mark.skipif(not str(ROOT).isascii(), reason="Python itself finds nothing there in the C locale")
def test_the_encoding_of_the_system_decides_nothing(tmp_path: Path) -> None:
    """A mail with letters of several alphabets is the same bytes in the C locale, where text is ASCII."""
    plain = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C", "BBWS_CACHE": os.devnull}
    arguments = ["render", "receipts/order", "--fixture", "international"]
    in_c, in_utf_8 = (
        subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            capture_output=True, check=True, cwd=ROOT, env={**os.environ, **more},
        ).stdout
        for more in (plain, {"PYTHONUTF8": "1"})
    )  # fmt: skip
    assert in_c == in_utf_8
    assert not in_c.isascii()
    assert b"\r" not in in_c


def calls(file: Path, method: str) -> Iterator[ast.Call]:
    """The calls of a function or method of this name."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == method:
                yield node
