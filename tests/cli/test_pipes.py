"""A pipe in place of a file, of ours or one that is named: where nobody writes to it, nobody waits for it."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from app.batch.job import noted_progress
from app.browser.errors import BaselineError, SettingsError
from app.browser.journal import Journal
from app.browser.rejections import read_rejections
from app.browser.results import Comparison
from app.browser.settings import load_settings
from app.browser.store import PictureStore
from app.core.cache import CacheFolder
from app.core.errors import SurroundingsError
from app.operations.sending import SendTestSettings, _connected
from tests.cli.conftest import Outcome


def _last_decision(folder: Path) -> object:
    return Journal(PictureStore(folder / "baselines"), folder).last()


def _undone(folder: Path) -> object:
    return Journal(PictureStore(folder / "baselines"), folder).undo()


READERS: dict[str, tuple[Callable[[Path], object], str, type[Exception]]] = {
    "rejections": (read_rejections, "rejections.json", BaselineError),
    "comparison": (Comparison.load, "results.json", BaselineError),
    "settings": (load_settings, "settings.toml", SettingsError),
    "decision": (_last_decision, "undo/000001/decision.json", BaselineError),
    "lock": (_undone, ".deciding", BaselineError),
    "progress": (lambda folder: noted_progress(folder / "out"), "out.progress", SurroundingsError),
}


@pytest.mark.parametrize("kept", READERS)
def test_it_is_refused_and_named(kept: str, tmp_path: Path) -> None:
    read, name, refusal = READERS[kept]
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(tmp_path / name)
    with pytest.raises(refusal) as refused:
        read(tmp_path)
    assert Path(name).name in str(refused.value) or str(tmp_path) in str(
        getattr(refused.value, "location", "")
    )


def test_what_was_worked_out_before_is_worked_out_anew(tmp_path: Path) -> None:
    kept = CacheFolder(tmp_path / "cache")
    kept.keep("key", "value")
    (document,) = (tmp_path / "cache").iterdir()
    document.unlink()
    os.mkfifo(document)
    assert kept.find("key") is None
    kept.keep("key", "value")
    assert kept.find("key") == "value"


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("status", "local", "--settings", "FILE"), 2),
        (("send-test", "one", "--to", "a@example.com", "--settings", "FILE", "SET"), 2),
        (("render", "one", "--data", "FILE", "SET"), 2),
        (("render-batch", "one", "--data", "FILE", "--out", "made", "SET"), 2),
        (("check", "one", "--data", "FILE", "SET"), 1),
        (("check", "--junit", "FILE", "SET"), 4),
        (("types", "--out", "FILE", "SET"), 4),
        (("build", "--out", "FILE", "SET"), 3),
        (("plan", "--to", "file:nowhere", "--release", "FILE", "SET"), 3),
        (("list", "--templates", "FILE"), 2),
    ],
    ids=lambda words: words if isinstance(words, int) else " ".join(words[:-1]),
)
def test_a_command_refuses_one_that_it_is_given(
    words: tuple[str, ...],
    status: int,
    pipe: Path,
    call: Callable[..., Outcome],
    small: Callable[..., list[str]],
) -> None:
    named = {"FILE": [str(pipe)], "SET": small("<p>Hello"), "made": [str(pipe.with_name("made"))]}
    done = call(*(each for word in words for each in named.get(word, [word])))
    assert done.status == status, done.err
    assert "pipe" in done.err


def test_data_come_through_one_that_somebody_writes_to(
    pipe: Path, call: Callable[..., Outcome], small: Callable[..., list[str]]
) -> None:
    """As a shell's ``<(…)``."""
    folders = small("<p>Hello {{name}}")
    with open(pipe, "r+b", buffering=0) as writer:  # noqa: PTH123
        reader = os.open(pipe, os.O_RDONLY)
        writer.write(b'{"name": "Ann"}')
    done = call("render", "one", "--data", f"/dev/fd/{reader}", *folders)
    os.close(reader)
    assert "Hello Ann" in done.out, done.err


# A file without an end cannot be had in another way; the pipeline, on Linux, always runs this.
@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no device without an end")
@pytest.mark.parametrize(
    "words",
    [
        ("status", "local", "--settings", "/dev/zero"),
        ("render", "one", "--data", "/dev/zero"),
        ("render-batch", "one", "--data", "/dev/zero", "--out", "made"),
    ],
    ids=" ".join,
)
def test_a_file_without_an_end_is_refused(
    words: tuple[str, ...], call: Callable[..., Outcome], small: Callable[..., list[str]]
) -> None:
    done = call(*words, *(small("<p>Hello") if words[0] != "status" else ()))
    assert done.status == 2
    assert "this is a device, not a file" in done.err


def test_the_authority_of_a_mail_server_is_one_as_well(pipe: Path) -> None:
    with pytest.raises(OSError, match="this is a pipe") as refused:
        _connected(SendTestSettings("localhost", 9, "tls", ("a@example.com",), ca_file=pipe))
    assert not isinstance(refused.value, ssl.SSLError)
