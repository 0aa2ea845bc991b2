"""A renderer is calibrated again when anything that decides its pictures has changed, and else not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from app.browser import calibrating
from app.browser.calibrating import calibrated, renderer_key
from app.browser.discovery import Browser
from app.browser.renderer import Renderer
from app.browser.session import Session

RENDERER = Renderer("1", "sha256:1", "sha256:2", "sha256:3", "sha256:4", name="Some")


class Pretended:
    """A session whose browser has mapped these files."""

    def __init__(self, browser: Browser, *files: Path) -> None:
        self.browser = browser
        self._files = files

    def files(self) -> tuple[Path, ...]:
        return self._files


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    program, folder = tmp_path / "some", tmp_path / "folder"
    program.write_text("program", encoding="utf-8")
    (folder / "defaults").mkdir(parents=True)
    (folder / "defaults/preferences.js").write_text("pref(1)", encoding="utf-8")
    return Browser(program, "1", "a test", {"BUILD": "1"}, name="Some", parts=(folder, tmp_path / "absent"))


@pytest.fixture
def known(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., bool]:
    """Whether a renderer is known, and so not drawn with, when it is asked for."""
    drawn: list[object] = []

    def identify(session: object) -> Renderer:
        drawn.append(session)
        return RENDERER

    monkeypatch.setattr(calibrating, "identify", identify)

    def asked(*files: Path, of: Browser = browser) -> bool:
        drawn.clear()
        session = cast("Session", Pretended(of, *files))
        assert calibrated(session, tmp_path / "record.json") == RENDERER
        return not drawn

    return asked


def later(path: Path) -> None:
    """As another package writes it: of the same size, at another time."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))


def test_what_has_not_changed_is_known(known: Callable[..., bool]) -> None:
    assert [known(), known(), known()] == [False, True, True]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda home: later(home / "some"), id="the program"),
        pytest.param(lambda home: later(home / "folder/defaults/preferences.js"), id="its preferences"),
        pytest.param(lambda home: (home / "folder/user.js").write_text("x"), id="a file more"),
        pytest.param(lambda home: (home / "folder/defaults/preferences.js").unlink(), id="a file less"),
        pytest.param(lambda home: (home / "absent").write_text("x"), id="a file that was not there"),
        pytest.param(lambda home: later(home / "library.so"), id="a library"),
        pytest.param(lambda home: (home / "library.so").unlink(), id="a library that is gone"),
        pytest.param(lambda home: (home / "record.json").write_text("{"), id="a damaged record"),
    ],
)
def test_a_file_that_has_changed_is_seen(
    known: Callable[..., bool], tmp_path: Path, change: Callable[[Path], object]
) -> None:
    library = tmp_path / "library.so"
    library.write_text("code", encoding="utf-8")
    known(library)
    assert known(library)
    change(tmp_path)
    assert not known(library)


@pytest.mark.parametrize("other", [{"version": "2"}, {"env": {"BUILD": "2"}}], ids=["version", "of PHP"])
def test_what_a_program_says_of_itself_is_heeded(
    known: Callable[..., bool], browser: Browser, other: dict[str, str]
) -> None:
    known()
    assert not known(of=replace(browser, **other))  # type: ignore[arg-type]  # as the members are


def test_other_libraries_of_the_environment_are_heeded(
    known: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    known()
    monkeypatch.setenv("LD_LIBRARY_PATH", "/elsewhere")
    assert not known()


def test_what_is_no_file_of_the_machine_is_not_looked_for_again(
    known: Callable[..., bool], tmp_path: Path
) -> None:
    known(Path("/memfd:shared"), tmp_path)
    assert known()


@pytest.mark.parametrize(
    "ours",
    [
        "clients/gecko.py",
        "clients/thunderbird.py",
        "clients/webkit.py",
        "clients/wash.php",
        "clients/sanitizing.py",
        "clients/calibration.html",
        "fonts/fonts.conf",
        "launching.py",
        "tab.py",
        "confinement/place.py",
    ],
)
def test_what_we_tell_a_client_ourselves_is_heeded(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: str
) -> None:
    """Preferences, arguments, settings of a desktop, how it is started: all of it is in our own files."""
    copy = tmp_path / "ours"
    shutil.copytree(calibrating._OURS, copy, ignore=shutil.ignore_patterns("*.ttf", "*.pyc"))
    monkeypatch.setattr(calibrating, "_OURS", copy)
    calibrating._ours.cache_clear()
    before = renderer_key(browser)
    with (copy / ours).open("a", encoding="utf-8") as file:
        file.write("\n")
    calibrating._ours.cache_clear()
    try:
        assert renderer_key(browser) != before
    finally:
        calibrating._ours.cache_clear()


def test_a_chromium_has_mapped_its_own_libraries_and_driver(session: Session) -> None:
    session.draw("<!DOCTYPE html><title>x</title><p>Hello", [])
    names = {path.name for path in session.files()}
    assert session.browser.executable.resolve() in {path.resolve() for path in session.files()}
    assert {"node"} & names
    assert any(name.startswith("libc.so") for name in names)
