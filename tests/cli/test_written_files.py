"""Files that commands write where somebody says: what is there is replaced whole, or stays as it was."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.browser.errors import BaselineError
from app.browser.writing import write_whole
from app.cli import run
from app.core.writing import all_or_none, overwrite, stage
from tests.cli.conftest import ROOT, Outcome
from tests.waiting import patience

IN_LITTLE_ROOM = """
import resource, sys
from app.cli import run
sys.dont_write_bytecode = True
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(run(sys.argv[2:]))
"""


def in_little_room(room: int, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in a process where no file can have more bytes than ``room``, as on a full disk."""
    return subprocess.run(
        [sys.executable, "-B", "-c", IN_LITTLE_ROOM, str(room), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=patience(60),
    )


# A limit on the size of files is the only full disk that needs no rights; it is one of POSIX.
@pytest.mark.skipif(sys.platform == "win32", reason="its processes have no such limit")
class TestWithoutRoom:
    def test_types_are_as_they_were(self, tmp_path: Path, small: Callable[..., list[str]]) -> None:
        file = tmp_path / "types.py"
        file.write_text("# of last week\n")
        done = in_little_room(100, "types", "--out", str(file), *small("<p>{{name}}</p>"))
        assert done.returncode == 4, done.stderr
        assert str(file) in done.stderr
        assert "Make room" in done.stderr
        assert file.read_text() == "# of last week\n"
        assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]

    @pytest.mark.parametrize("is_there", [True, False])
    def test_of_a_gallery_nothing_is_left(
        self, tmp_path: Path, small: Callable[..., list[str]], is_there: bool
    ) -> None:
        folder = tmp_path / "review"
        if is_there:
            folder.mkdir()
        done = in_little_room(500, "export", "--out", str(folder), *small("<p>Hello</p>"))
        assert done.returncode == 4, done.stderr
        assert str(folder) in done.stderr
        assert folder.exists() is is_there
        assert not is_there or not [*folder.iterdir()]


def test_types_that_are_not_utf_8_are_not_up_to_date(
    tmp_path: Path, small: Callable[..., list[str]], call: Callable[..., Outcome]
) -> None:
    file = tmp_path / "types.py"
    file.write_bytes(b"# caf\xe9\n")
    found = call("types", "--check", "--out", str(file), *small("<p>Hello</p>"))
    assert found.status == 1
    assert "is not up to date" in found.err


def test_types_with_the_line_ends_of_windows_are_up_to_date(
    tmp_path: Path, small: Callable[..., list[str]], call: Callable[..., Outcome]
) -> None:
    """A checkout there may have them."""
    file, folders = tmp_path / "types.py", small("<p>Hello</p>")
    assert call("types", "--out", str(file), *folders).status == 0
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert call("types", "--check", "--out", str(file), *folders).status == 0


@pytest.mark.parametrize("write", [overwrite, write_whole])
class TestWhatStandsThere:
    def test_a_link_stays_and_leads_to_what_is_new(
        self, tmp_path: Path, write: Callable[[Path, bytes], None]
    ) -> None:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "link").symlink_to("elsewhere/file")
        for content in (b"first", b"second"):
            write(tmp_path / "link", content)
            assert (tmp_path / "link").is_symlink()
            assert (tmp_path / "elsewhere/file").read_bytes() == content
        assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["file"]

    # There chmod knows "read only" alone: there is nothing that could be kept.
    @pytest.mark.skipif(sys.platform == "win32", reason="its permissions are others")
    def test_who_may_read_it_is_as_before(self, tmp_path: Path, write: Callable[[Path, bytes], None]) -> None:
        file = tmp_path / "file"
        file.write_bytes(b"first")
        file.chmod(0o640)
        write(file, b"second")
        assert stat.S_IMODE(file.stat().st_mode) == 0o640

    # There a pipe has no place in a folder, so nobody can name one as a file.
    @pytest.mark.skipif(sys.platform == "win32", reason="it has no such pipes")
    def test_a_pipe_or_device_is_written_to_and_stays_one(
        self, tmp_path: Path, write: Callable[[Path, bytes], None]
    ) -> None:
        """As ``/dev/null``, which nobody but root could put a file in the place of."""
        os.mkfifo(tmp_path / "pipe")
        reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        try:
            write(tmp_path / "pipe", b"content")
            assert os.read(reader, 100) == b"content"
        finally:
            os.close(reader)
        assert (tmp_path / "pipe").is_fifo()
        with pytest.raises((OSError, BaselineError), match="No such device"):  # nobody is waited for
            write(tmp_path / "pipe", b"content")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))])
class TestCutOff:
    @pytest.fixture(autouse=True)
    def _cut_off_at_the_disk(self, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
        def cut_off(_: int) -> None:
            raise error

        monkeypatch.setattr(os, "fsync", cut_off)

    def test_nothing_lies_beside_the_file(self, tmp_path: Path, error: BaseException) -> None:
        with pytest.raises(type(error)) as met:
            stage(tmp_path / "file", b"content")
        assert not [*tmp_path.iterdir()]
        if isinstance(met.value, OSError):
            assert str(tmp_path) in str(met.value.filename), "which file it was: the system does not say"


def test_of_several_files_all_are_written_or_none(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/mine").write_text("mine")

    def written(last: str, error: BaseException | None = None) -> None:
        with all_or_none() as write:
            write(tmp_path / "there/new", b"new")
            write(tmp_path / last, b"new")
            if error:
                raise error

    for error in (KeyboardInterrupt(), OSError(errno.ENOSPC, "full")):
        with pytest.raises(type(error)):
            written("further/down/new", error)
    with pytest.raises(FileExistsError):
        written("there/mine")
    assert (tmp_path / "there/mine").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["mine", "there"]


def test_a_template_that_somebody_interrupts_is_not_half_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: Callable[..., list[str]]
) -> None:
    folders = small("<p>Hello</p>")
    before = sorted(tmp_path.rglob("*"))
    genuine, opened = Path.open, []

    def interrupted(self: Path, mode: str = "r", *rest: object, **options: object) -> object:
        if mode.startswith("x"):
            opened.append(self)
            if len(opened) == 3:
                raise KeyboardInterrupt
        return genuine(self, mode, *rest, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", interrupted)
    assert run(["new", "mails/welcome", "--sender", "Ann <ann@example.com>", *folders]) == 130
    assert len(opened) == 3
    assert sorted(tmp_path.rglob("*")) == before
