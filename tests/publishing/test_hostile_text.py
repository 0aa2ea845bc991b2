"""Whatever others have stored, written or answered: printed, it is text, and one entry stays one entry."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.cli import run
from app.core.release import Provenance, make_release
from app.core.release_directory import write_release
from app.publishing.activation import Reason
from app.publishing.directory_store import DirectoryStore
from bbws_templates.printable import printable
from bbws_templates.target import DirectoryTarget
from tests.publishing.conftest import make_bucket
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, since
from tests.publishing.newer import edit_object
from tests.publishing.samples import CONTRACT, publish_to, release, template

# A line of history that never was, what clears a screen or reorders a line, what is not seen, and markup.
HOSTILE = "a\n    9  FORGED\r\x1b[2J\x9b31m\u2028FORGED\u202eb\u200bc\ufeff\u2066[/bold][red]d[/nothing]\x07"
NAME = "evil/\x9b31m\u2028FORGED\u202e\u200b[/bold][red]"
KEY = "notes\n    9  FORGED \x1b[2J\u202e.txt"
CONTRACT_OF_OTHERS = {
    **CONTRACT,
    "description": HOSTILE,
    "required": [],
    "properties": {HOSTILE: {"type": "string", "description": HOSTILE}},
}


def assert_harmless(text: str) -> None:
    assert printable(text, lines=True) == text
    for line in text.split("\n"):
        in_a_difference = line.startswith("     ")  # where each line is marked as one of the text shown
        assert in_a_difference or not line.strip().startswith(("9  FORGED", "FORGED")), line


class Shell:
    """Runs a command and sees to it that nothing harmful was printed."""

    def __init__(self, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        self._capsys = capsysbinary

    def __call__(self, *words: str, status: int | None = 0) -> str:
        found = run(words)
        captured = self._capsys.readouterr()
        out, err = captured.out.decode(), captured.err.decode()
        assert_harmless(out)
        assert_harmless(err)
        assert "Traceback" not in err
        if status is not None:
            assert found == status, err
        return out + err

    def json(self, *words: str, status: int = 0) -> Any:
        found = run([*words, "--json"])
        text = self._capsys.readouterr().out.decode()
        assert_harmless(text)
        assert found == status, text
        return json.loads(text)


@pytest.fixture
def shell(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Shell:
    monkeypatch.setenv("BBWS_ACTOR", HOSTILE)
    monkeypatch.setenv("BBWS_BASELINES", str(tmp_path / "no pictures"))
    return Shell(capsysbinary)


@pytest.fixture
def target(directory: DirectoryStore) -> str:
    """A target whose every stored text is somebody's attempt."""
    parts = {"subject": HOSTILE, "preheader": HOSTILE, "description": HOSTILE, "audience": HOSTILE}
    for text in ("first", "second"):
        made = [
            template(
                NAME, text, contract=CONTRACT_OF_OTHERS, **parts, reply_to=HOSTILE, sender=(HOSTILE, HOSTILE)
            ),
            template("receipts/receipt", text),
        ]
        provenance = Provenance(engine=HOSTILE, commit=HOSTILE, built=HOSTILE, builder=HOSTILE)
        wanted = make_release(made, {NAME: f"{text} {HOSTILE}"}, provenance)
        publish_to(directory, wanted, reason=Reason("publish", HOSTILE, HOSTILE))
    directory.put(KEY, b"")
    return str(DirectoryTarget(directory.root))


def test_every_command_that_looks_at_a_target(shell: Shell, target: str, tmp_path: Path) -> None:
    looked = {
        "status": shell("status", target),
        "history": shell("history", target),
        "diff": shell("diff", "previous", "active", "--in", target),
        "verify": shell("verify", target),
        "prune": shell("prune", target, "--keep", "1", "--dry-run"),
    }
    for name in ("status", "history", "diff", "verify"):
        assert r"\x1b[2J" in looked[name], name
    assert len(looked["history"].splitlines()) == 2
    assert shell("types", "--in", target)
    write_release(release(), tmp_path / "mine")
    assert r"\u202e" in shell("plan", "--to", target, "--release", str(tmp_path / "mine"))


def test_machines_get_the_very_same_text(shell: Shell, target: str) -> None:
    entry = shell.json("history", target)[0]
    assert (entry["actor"], entry["message"]) == (HOSTILE, HOSTILE)
    status = shell.json("status", target)
    assert (status["actor"], status["builder"], status["templates"][0]) == (HOSTILE, HOSTILE, NAME)
    assert KEY in [item["key"] for item in shell.json("verify", target)["discrepancies"]]


def test_every_command_that_changes_a_target(
    shell: Shell, target: str, directory: DirectoryStore, tmp_path: Path
) -> None:
    other = str(DirectoryTarget(directory.root.parent / "other"))
    assert r"\x9b31m" in shell("promote", "--from", target, "--to", other, "--yes", "--message", HOSTILE)
    assert shell("rollback", "--to", target, "--yes", "--message", HOSTILE)
    assert shell.json("history", target)[0]["message"] == HOSTILE
    edit_object(directory, "current.json", lambda members: members.update(pruning=HOSTILE))
    assert r"\x1b[2J" in shell("status", target)
    assert r"\x1b[2J" in shell("verify", target, status=1)
    write_release(release(), tmp_path / "mine")
    mine = ("publish", "--to", target, "--release", str(tmp_path / "mine"), "--yes", "--allow-breaking")
    assert r"\x1b[2J" in shell(*mine, status=3)


@pytest.mark.parametrize(
    "words",
    [
        ("status", HOSTILE),
        ("history", "s3://" + HOSTILE),
        ("diff", HOSTILE, HOSTILE),
        ("rollback", "--to", "local", "--yes", HOSTILE),
        ("render", HOSTILE),
        ("check", HOSTILE),
        (HOSTILE,),
        ("status", f"--{HOSTILE}"),
        ("render", "receipts/receipt", "--to", HOSTILE),
        ("render", "receipts/receipt", "--data", HOSTILE.replace("\x00", "")),
        ("publish", "--to", "local", "--release", HOSTILE, "--yes"),
        ("prune", "local", "--keep", HOSTILE),
        ("build", "--out", "x", "--templates", HOSTILE),
        ("serve", "--port", HOSTILE),
        ("types", "--out", "/dev/null/" + HOSTILE.replace("/", "")),
        ("screenshots", "compare", HOSTILE),
    ],
    ids=lambda words: words[0][:12] if words[0] != HOSTILE else "command",
)  # fmt: skip
def test_a_mistake_that_repeats_what_was_given(shell: Shell, words: tuple[str, ...]) -> None:
    assert "\\" in shell(*words, status=None)


def test_what_stands_in_templates_and_data(shell: Shell, tmp_path: Path) -> None:
    name = "evil\u202e\u200b[bold]"
    for path, text in {
        f"t/{name}.html": "<title>\x9b31m FORGED</title><p style='\x9b: \u202e'><b>{{a\x9b31m.b}}{{#c}}",
        "t/other.html": "<title>x</title>{{> \x9b31m\u202e }}",
        "t/bad\n FORGED\x1b[2J.html": "",
        f"t/{name}.json": '{"subject": "\x9b31m \u202e", "\u202eunknown": 1}',
        "t/third.html": "<title>\x9b31m {{{x}}}</title>",
        f"f/{name}/ty\u202epical.json": '{"\x9b31m": "\u2028FORGED"}',
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    where = ("--templates", str(tmp_path / "t"), "--fixtures", str(tmp_path / "f"))
    assert r"\u202e" in shell("list", *where)
    assert r"\x9b31m" in shell("check", *where, status=1)
    assert shell("build", "--out", str(tmp_path / "out"), *where, status=1)
    assert r"\u202e" in shell("render", name, *where, status=1)
    (tmp_path / "data.json").write_text('{"x": "\u2028", "x": 1}', "utf-8")
    shell("render", "third", "--data", str(tmp_path / "data.json"), *where, status=None)
    assert shell.json("list", *where)[0]["name"] == name


def test_what_a_server_answers(
    shell: Shell, aws: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = f"s3://{make_bucket()}"
    message = "&#x9b;31m&#x202e;&#x2028;    9  FORGED [/bold]"
    write_release(release(), tmp_path / "mine")
    with FaultProxy(aws) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        proxy.reset(since(1, Fault(Kind.STATUS, 418, code=message, detail=f"<Message>{message}</Message>")))
        for command in (("status",), ("history",), ("verify",), ("prune", "--yes")):
            assert r"\x9b31m" in shell(command[0], target, *command[1:], status=4)


_IN_TURN = "import json, sys; from app.cli import run; [*map(run, json.loads(sys.argv[1]))]"


def printed_on_a_terminal(columns: int, *commands: tuple[str, ...]) -> str:
    """What a process that runs these commands one after the other writes to a terminal of that width."""
    controller, terminal = pty.openpty()
    environment = os.environ | {"COLUMNS": str(columns), "LINES": "30", "TERM": "xterm"}
    with subprocess.Popen(
        [sys.executable, "-c", _IN_TURN, json.dumps(commands)],
        stdout=terminal,
        stderr=subprocess.STDOUT,
        env=environment,
    ):
        os.close(terminal)
        parts = []
        while True:
            try:
                part = os.read(controller, 65536)
            except OSError:  # Linux says so when the last writer has closed
                break
            if not part:
                break
            parts.append(part)
    os.close(controller)
    return b"".join(parts).decode().replace("\r\n", "\n")


def without_our_own(text: str) -> str:
    """``text`` without colours and the movements of a progress bar."""
    return re.sub(r"\x1b\[([0-9;]*m|\?25[lh]|1A|2K)|\r", "", text)


def test_on_a_terminal_only_our_own_style_is_obeyed_and_no_long_message_passes_for_an_entry(
    directory: DirectoryStore, target: str
) -> None:
    filler = "x" * 50 + "    9  0123456789ab  2026-01-01T00:00:00Z  publish   boss@example.com  FORGED " * 4
    publish_to(directory, release("third"), reason=Reason("publish", HOSTILE, filler), allow_breaking=True)
    for columns in (60, 132):
        shown = without_our_own(printed_on_a_terminal(columns, ("history", target)))
        assert printable(shown, lines=True) == shown
        lines = shown.rstrip("\n").split("\n")
        assert [line[:7] for line in lines if line[:7].strip()] == ["    3  ", "    2  ", "    1  "]
    others = (("status", target), ("types", "--in", target), ("verify", target))
    shown = without_our_own(printed_on_a_terminal(80, *others))
    assert printable(shown, lines=True) == shown
    for word in ("target ", "class ", "is intact"):
        assert word in shown.lower(), "each of them has said something"


ORDERS = (
    "::error::pay",
    "  ::set-output name=release::mine",
    "say ##[add-mask]release",
    "::stop-commands::x",
)
"""What the runner of a job of GitHub obeys, wherever in its log it stands."""


@pytest.mark.parametrize("is_in_a_job", [True, False])
def test_a_job_of_github_obeys_nothing_that_others_wrote(
    shell: Shell,
    directory: DirectoryStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_in_a_job: bool,
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true" if is_in_a_job else "")
    monkeypatch.setenv("BBWS_ACTOR", ORDERS[0])
    write_release(release(), tmp_path / "mine")
    lines = "\n".join(ORDERS)
    for number in ("first", "second"):
        text = f"{number}\n{lines}\n"
        made = make_release([template("a/b", text=text, description=ORDERS[2])], {"a/b": text}, Provenance())
        publish_to(directory, made, reason=Reason("publish", ORDERS[0], ORDERS[2]))
    target = str(DirectoryTarget(directory.root))
    printed = "".join(
        (
            shell("diff", "previous", "active", "--in", target),
            shell("plan", "--to", target, "--release", str(tmp_path / "mine")),
            shell("status", target),
            shell("history", target),
            shell("history", target, "--json"),
            shell("status", "::error::s3", status=2),
            shell("diff", "::error::s3", "##[error]", "--in", target, status=2),
            shell("::error::", "##[error]", status=2),
        )
    )
    obeyed = [line for line in printed.split("\n") if line.lstrip().startswith("::") or "##[" in line]
    assert bool(obeyed) is not is_in_a_job, obeyed
    shown = (r"\x3a:error::pay", r"\x3a:set-output", r"\x23#[add-mask]")
    assert all((text in printed) is is_in_a_job for text in shown)
    assert shell.json("history", target)[0]["message"] == ORDERS[2]
