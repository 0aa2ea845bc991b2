"""Where `build` writes: an earlier release is replaced, whatever anybody else has there stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core import staged_folder
from app.core.errors import ReleaseError, SurroundingsError
from app.core.release_directory import read_release, write_release
from bbws_templates.faults import DamagedReleaseError
from tests.publishing.samples import release

ROOT = Path(__file__).parents[2]
FIRST, SECOND = release("first"), release("second")


@pytest.fixture(params=[True, False], ids=["exchanged at once", "one after the other"])
def out(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A release, on a system that exchanges two folders at once and on one that does not."""
    if not request.param:
        monkeypatch.setattr(staged_folder, "_are_exchanged", lambda *_: False)
    elif sys.platform != "linux":
        # Only Linux does; there the other half of the cases is all that ever happens.
        pytest.skip("the system exchanges no folders")
    write_release(FIRST, tmp_path / "home/out")
    return tmp_path / "home/out"


def everything(folder: Path) -> dict[str, bytes | str]:
    """All that is below ``folder``: what is in files, where links lead, that there are folders."""
    return {path.relative_to(folder).as_posix(): content_of(path) for path in folder.rglob("*")}


def content_of(path: Path) -> bytes | str:
    if path.is_symlink():
        return str(path.readlink())
    return path.read_bytes() if path.is_file() else ""


def an_app_of_the_web(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"name": "My app", "start_url": "/"}')
    (folder / "thesis.txt").write_text("years of work")
    (folder / ".git").mkdir()
    (folder / ".git/HEAD").write_text("ref: refs/heads/main")


def a_release_with_notes(folder: Path) -> None:
    write_release(FIRST, folder)
    (folder / "NOTES.md").write_text("mine")


def a_release_with_a_hidden_file(folder: Path) -> None:
    write_release(FIRST, folder)
    (folder / "sources/.keep").write_text("mine")


def a_release_that_somebody_edited(folder: Path) -> None:
    write_release(FIRST, folder)
    (folder / "sources/receipts/receipt.html").write_text("years of work")


def a_release_with_a_link_to_a_folder(folder: Path) -> None:
    write_release(FIRST, folder)
    (folder / "others").symlink_to(folder.parent)


def a_manifest_alone(folder: Path) -> None:
    write_release(FIRST, folder)
    (folder / "bundle.json").unlink()


OTHERS = (
    an_app_of_the_web,
    a_release_with_notes,
    a_release_with_a_hidden_file,
    a_release_that_somebody_edited,
    a_release_with_a_link_to_a_folder,
    a_manifest_alone,
)


@pytest.mark.parametrize("others", OTHERS, ids=lambda others: others.__name__)
def test_what_is_not_a_release_and_nothing_else_is_left_as_it_is(
    tmp_path: Path, others: Callable[[Path], None]
) -> None:
    folder = tmp_path / "public"
    folder.mkdir()
    others(folder)
    before = everything(tmp_path)
    with pytest.raises(ReleaseError, match=r"public is neither empty nor a release") as told:
        write_release(SECOND, folder)
    assert told.value.remedy
    assert everything(tmp_path) == before


def test_an_added_link_is_as_much_an_addition_as_a_file(tmp_path: Path) -> None:
    a_release_with_a_link_to_a_folder(tmp_path / "out")
    with pytest.raises(DamagedReleaseError, match="others was added"):
        read_release(tmp_path / "out")


def test_an_empty_folder_and_a_release_are_replaced(out: Path) -> None:
    write_release(SECOND, out)
    assert read_release(out) == SECOND
    empty = out.with_name("empty")
    empty.mkdir()
    write_release(FIRST, empty)
    assert read_release(empty) == FIRST
    assert sorted(path.name for path in out.parent.iterdir()) == ["empty", "out"]


def test_a_link_stays_one_and_what_it_leads_to_is_replaced(out: Path) -> None:
    link, new = out.parent.parent / "link", out.parent.parent / "to come"
    link.symlink_to(out)
    write_release(SECOND, link)
    assert link.is_symlink()
    assert read_release(out) == SECOND
    link.unlink()
    link.symlink_to(new)
    write_release(FIRST, link)
    assert link.is_symlink()
    assert read_release(new) == FIRST


@pytest.mark.parametrize(("inside", "name"), [(".", "."), ("sources/receipts", "../..")])
def test_the_folder_that_somebody_stands_in_is_not_taken_from_under_him(
    out: Path, monkeypatch: pytest.MonkeyPatch, inside: str, name: str
) -> None:
    monkeypatch.chdir(out / inside)
    for path in (out, Path(name)):
        with pytest.raises(ReleaseError, match="runs in"):
            write_release(SECOND, path)
    assert read_release(out) == FIRST


def test_a_mount_point_is_refused_and_not_emptied(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) == out)
    with pytest.raises(ReleaseError, match="a mount point"):
        write_release(SECOND, out)
    assert read_release(out) == FIRST


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ReleaseError, match="is a file, not a folder"):
        write_release(FIRST, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def interruptions(monkeypatch: pytest.MonkeyPatch, action: Callable[[], None]) -> Iterator[int]:
    """Run ``action`` anew for each rename that it makes, interrupted before it and after it."""
    genuine = os.rename
    last = False
    number = 0
    while not last:
        for late in (False, True):
            calls: list[int] = []

            def renamed(
                *paths: Path, late: bool = late, calls: list[int] = calls, number: int = number
            ) -> None:
                calls.append(1)
                due = len(calls) == number + 1
                if due and not late:
                    raise KeyboardInterrupt
                genuine(*paths)
                if due:
                    raise KeyboardInterrupt

            with monkeypatch.context() as patch:
                patch.setattr(os, "rename", renamed)
                try:
                    action()
                except KeyboardInterrupt:
                    yield number
                else:
                    last = True
        number += 1


def test_whenever_it_is_interrupted_there_is_one_whole_release_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where folders are exchanged one after the other: at once there is nothing to come between."""
    monkeypatch.setattr(staged_folder, "_are_exchanged", lambda *_: False)
    out = tmp_path / "out"
    write_release(FIRST, out)
    met = set()
    for number in interruptions(monkeypatch, lambda: write_release(SECOND, out)):
        met.add(number)
        assert read_release(out) in (FIRST, SECOND)
        assert [path.name for path in tmp_path.iterdir()] == ["out"]
        write_release(FIRST, out)
    assert met == {0, 1}


KILLED = """
import os, signal, sys
from pathlib import Path
from app.core import staged_folder
from app.core.release_directory import write_release
from tests.publishing.samples import release

def killed(*paths):
    genuine(*paths)
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "parted":
    staged_folder._are_exchanged = lambda *_: False
    genuine = os.rename
    os.rename = killed
else:
    genuine = staged_folder._are_exchanged
    staged_folder._are_exchanged = killed
write_release(release("second"), Path(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="its processes are not killed, and lock no folder")
@pytest.mark.parametrize("way", ["at once", "parted"])
def test_what_somebody_was_killed_over_the_next_build_mends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if way == "at once" and sys.platform != "linux":
        pytest.skip("the system exchanges no folders")
    out = tmp_path / "out"
    write_release(FIRST, out)
    ended = subprocess.run([sys.executable, "-c", KILLED, str(out), way], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len([*tmp_path.iterdir()]) == 1 + (way == "at once"), "the case that this is about"
    if way == "at once":
        assert read_release(out) == SECOND
    # A build that fails, as for want of room, leaves the release that was there before.
    with monkeypatch.context() as patch:
        patch.setattr("app.core.release_directory.write_new", full)
        with pytest.raises(SurroundingsError):
            write_release(SECOND, out)
    assert read_release(out) == (SECOND if way == "at once" else FIRST)
    write_release(SECOND, out)
    assert read_release(out) == SECOND
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def full(path: Path, content: bytes) -> None:
    raise OSError(28, "No space left on device", str(path))


def test_a_build_that_is_under_way_is_no_leftover(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with staged_folder.staged_folder(out) as new:
        (new / "file").write_text("in the making")
        write_release(FIRST, out)
        assert (new / "file").read_text() == "in the making"
    assert everything(out) == {"file": b"in the making"}
