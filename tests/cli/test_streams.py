"""Standard input, output and error that are closed or full; and errors of the system that are not theirs."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from app import cli
from app.cli import COMMANDS, run
from app.commands.output import Console
from app.commands.releasing import confirm
from tests.cli.conftest import Outcome

ROOT = Path(__file__).parents[2]


class Failing:
    """A stream on which nothing can be written."""

    def __init__(self, error: OSError) -> None:
        self.error = error
        self.buffer = self
        self.encoding = "utf-8"

    def write(self, _content: object) -> int:
        raise self.error

    def flush(self) -> None:
        raise self.error

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        raise OSError(errno.EBADF, "no descriptor")


def no_room() -> Failing:
    return Failing(OSError(errno.ENOSPC, "No space left on device"))


@pytest.fixture
def doing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Has the command ``list`` do something else."""

    def replace(deed: Callable[[], None]) -> None:
        @click.command(name="list")
        @click.option("--json", "as_json", is_flag=True)
        def command(as_json: bool) -> None:
            deed()

        monkeypatch.setattr(cli._Commands, "get_command", lambda *_: command)

    return replace


def raising(error: BaseException) -> Callable[[], None]:
    def deed() -> None:
        raise error

    return deed


def test_with_nobody_at_a_closed_standard_input_to_ask_the_call_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(click.UsageError, match="nobody to ask: say --yes"):
        confirm("Go on?", yes=False, as_json=False)


def test_an_interrupt_has_its_status_where_standard_error_is_closed(
    doing: Callable[[Callable[[], None]], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    doing(raising(KeyboardInterrupt()))
    monkeypatch.setattr(sys, "stderr", None)
    assert run(["list"]) == 130
    assert capsys.readouterr().out == "", "nothing of standard error comes on standard output"


@pytest.mark.parametrize(
    "words", [["list"], ["nothing-like-that"], ["status", "--nothing"], ["--help"]], ids=" ".join
)
def test_a_full_standard_error_changes_no_status(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(words)
    said = capsys.readouterr().out
    monkeypatch.setattr(sys, "stderr", no_room())
    assert (run(words), capsys.readouterr().out) == (status, said)


def test_a_warning_for_which_there_is_no_room_stops_no_command(
    small: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["render", "one", "--lenient", *small("<p>Hello {{name}}</p>")]
    assert run(words) == 0
    captured = capsys.readouterr()
    assert "warning" in captured.err
    monkeypatch.setattr(sys, "stderr", no_room())
    assert (run(words), capsys.readouterr().out) == (0, captured.out)


def test_output_that_finds_no_room_is_told_as_that(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", no_room())
    assert run(["list", "--json"]) == 4
    assert "Standard output cannot be written: No space left on device." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EMFILE, "Too many open files"), "files. Let this user have more open files"),
        (OSError(errno.EMFILE, "Too many open files", "a.json"), "a.json: The system refuses to go on"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "Cannot allocate memory. End other programs"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), "Broken pipe. Call again."),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "reset by peer. Call again."),
        (InterruptedError(errno.EINTR, "Interrupted system call"), "Interrupted system call. Call again."),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "ulimit -u"),
        (TimeoutError(), "TimeoutError. Call again."),
        (MemoryError(), "There is not enough memory."),
    ],
    ids=repr,
)  # fmt: skip
def test_an_error_of_the_system_says_what_it_is_to_people_and_programs(
    error: BaseException,
    said: str,
    doing: Callable[[Callable[[], None]], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    doing(raising(error))
    assert run(["list", "--json"]) == 4
    captured = capsys.readouterr()
    assert said in captured.err
    assert "tandard output" not in captured.err
    members = json.loads(captured.out)["error"]
    assert members["code"] == "surroundings"
    assert members["message"] in captured.err


# So there is nothing there that could go wrong.
@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody remove the folder of a program")
@pytest.mark.parametrize(
    "words",
    [["list"], ["check"], ["build", "--out", "made"], ["status", "s3://a-bucket"], ["history", "file:made"]],
    ids=" ".join,
)
def test_a_working_folder_that_is_gone_is_named(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if words[0] != "status":
        monkeypatch.setenv("BBWS_TEMPLATES", str(ROOT / "templates"))
        monkeypatch.setenv("BBWS_FIXTURES", str(ROOT / "fixtures"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here").rmdir()
    assert run([*words, "--json"]) == 4
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"]["message"] == "The working folder is not there any more."
    assert "The working folder is not there any more." in captured.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("status",), "Name one target"),
        (("status", "local", "--nothing"), "No such option"),
        (("history", "local", "--limit", "many"), "Invalid value for '--limit'"),
        (("nothing-like-that",), "There is no command 'nothing-like-that'."),
        (("render", "one", "--fixture", "a", "--data", "b"), "No such option '--json'"),
    ],
)
def test_a_wrong_call_is_told_to_programs_as_well(
    words: tuple[str, ...], said: str, call: Callable[..., Outcome]
) -> None:
    done = call(*words, "--json")
    members = json.loads(done.out)["error"]
    assert (done.status, members["code"]) == (2, "usage")
    assert said in members["message"]
    assert members["message"] in done.err
    assert {*members} == {"code", "message", "file", "line", "column", "pointer", "remedy"}


def test_nothing_that_is_opened_takes_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    """What a library or a browser writes to its standard error would stand in a file of ours."""
    code = (
        "import os, sys\n"
        "from app.commands.streams import hold_descriptors\n"
        "os.closerange(0, 3)\n"
        "hold_descriptors()\n"
        f"made = os.open({str(tmp_path / 'made')!r}, os.O_WRONLY | os.O_CREAT)\n"
        "os.write(2, b'a word of a library')\n"
        "os._exit(made)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode > 2
    assert (tmp_path / "made").read_bytes() == b""


def test_no_command_meets_a_closed_stream(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each as far as it comes without anything: none with an error of Python."""
    monkeypatch.chdir(tmp_path)
    for stream in ("stdin", "stdout", "stderr"):
        for name in COMMANDS:
            with monkeypatch.context() as closed:
                closed.setattr(sys, stream, None)
                status = run([name, "--nothing-like-that"])
            assert status == (4 if stream == "stdout" else 2), (stream, name)
    assert not os.listdir(tmp_path)  # noqa: PTH208


@pytest.mark.parametrize("words", [["--help"], ["check", "--help"], ["--version"]], ids=" ".join)
@pytest.mark.parametrize(
    ("error", "status"), [(OSError(errno.ENOSPC, "No space"), 4), (BrokenPipeError(), 141)]
)
def test_help_that_nobody_got_is_not_done(
    words: list[str], error: OSError, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Click tries a stream before it writes, and swallows how that ends."""
    monkeypatch.setattr(sys, "stdout", Failing(error))
    assert run(words) == status


@pytest.mark.parametrize("name", ["COLUMNS", "LINES"])
@pytest.mark.parametrize("size", ["0", "\u00b2", "-5", "wide", "9" * 30])
def test_a_terminal_of_an_odd_size_shows_all_the_same(
    name: str, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, size)
    written = io.StringIO()
    Console(file=written, soft_wrap=True).print("error: what it is")
    assert written.getvalue() == "error: what it is\n"
