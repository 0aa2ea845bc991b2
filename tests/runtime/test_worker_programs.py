"""Programs whose emails are made by processes side by side: what they do, and how they end."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from app.publishing.directory_store import DirectoryStore
from tests.infra.terraform import ROOT
from tests.publishing.samples import publish_to, release
from tests.runtime.test_workers import is_there
from tests.waiting import eventually, patience

IMPORTS = "from tests.runtime.duties import doubled\nfrom bbws_templates.workers import in_turns\n"


def run(program: str, folder: Path, *, ends: int = 0) -> tuple[str, str]:
    """What it writes as a program of its own, which comes to its end, with this status."""
    file = folder / "program.py"
    file.write_text(f"import os, signal, sys\nsys.path.insert(0, {str(ROOT)!r})\n{IMPORTS}{program}", "utf-8")
    done = subprocess.run(
        [sys.executable, file], capture_output=True, text=True, check=False, timeout=patience(60)
    )
    assert done.returncode == ends, done.stderr
    return done.stdout, done.stderr


def test_a_copy_of_the_process_goes_and_the_others_do_not_notice(tmp_path: Path) -> None:
    program = (
        "made = in_turns(doubled, range(200), 2)\n"
        "next(made)\n"
        "child = os.fork()\n"
        "if child == 0: sys.exit(len(list(made)) != 199)\n"
        "print(os.waitpid(child, 0)[1], len(list(made)))\n"
    )
    assert run(program, tmp_path) == ("0 199\n", "")


def test_a_program_ends_though_its_processes_have_stopped(tmp_path: Path) -> None:
    program = (
        "from tests.runtime.duties import where\n"
        "made = in_turns(where, range(200), 2)\n"
        "process = next(made)\n"
        "os.kill(process, signal.SIGSTOP)\n"
        "print(process)\n"
    )
    output, error = run(program, tmp_path)
    assert error == ""
    assert not is_there(int(output))


def test_a_program_needs_no_guard_and_what_its_classes_print_goes_where_errors_go(tmp_path: Path) -> None:
    program = (
        "from tests.runtime.duties import Talkative, called\n"
        "for each in in_turns(called, [Talkative()] * 80, 2): pass\n"
        "print('done')\n"
    )
    output, error = run(program, tmp_path)
    assert output == "done\n"
    # Two of them print at once, and the end of a line is a write of its own.
    assert (error.count("and here"), error.count("here I am")) == (80, 80)
    assert error.replace("and here", "").replace("here I am", "").strip() == ""


def test_what_an_interpreter_prints_before_it_begins_is_not_taken_for_an_answer(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('Xtra words', end='')", "utf-8")
    program = (
        f"os.environ['PYTHONPATH'] = {str(tmp_path)!r}\n"
        "sys.path.append(None)  # of which Python takes no notice either\n"
        "print(len(list(in_turns(doubled, range(200), 2))))\n"
    )
    assert run(program, tmp_path) == ("200\n", "")


def test_a_copy_ends_that_was_made_while_another_thread_waits_for_a_process(tmp_path: Path) -> None:
    pipe = str(tmp_path / "pipe")
    program = (
        "import threading\n"
        "from tests.runtime.duties import Held\n"
        f"os.mkfifo({pipe!r})\n"
        "def work():\n"
        f"    print(len(list(in_turns(Held({pipe!r}), range(200), 2))))\n"
        "thread = threading.Thread(target=work)\n"
        "thread.start()\n"
        "while sys._current_frames()[thread.ident].f_code.co_name != 'take': os.sched_yield()\n"
        "child = os.fork()\n"
        "if child == 0: os._exit(0)\n"
        "print(os.waitpid(child, 0)[1], flush=True)\n"
        f"open({pipe!r}, 'wb').close()\n"
        "thread.join()\n"
    )
    assert run(program, tmp_path) == ("0\n200\n", "")


def test_a_program_that_is_killed_takes_its_processes_with_it(tmp_path: Path) -> None:
    program = (
        "from tests.runtime.duties import where\n"
        "made = in_turns(where, range(200), 2)\n"
        "print(next(made), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    output, _ = run(program, tmp_path, ends=-signal.SIGKILL)
    eventually(lambda: is_there(int(output)), lambda there: not there)


def test_what_only_the_program_can_make_is_made_there_and_each_process_says_so_in_a_line(
    tmp_path: Path,
) -> None:
    program = (
        "class Own:\n"
        "    def __call__(self, value): return os.getpid()\n"
        "print(set(in_turns(Own(), range(200), 2)) == {os.getpid()})\n"
    )
    output, error = run(program, tmp_path)
    assert output == "True\n"
    assert (
        error.splitlines()
        == ["A process cannot read or make all of it (AttributeError); its share is made by this one."] * 2
    )


def test_a_template_may_be_named_by_an_enumeration_of_the_program(
    directory: DirectoryStore, tmp_path: Path
) -> None:
    publish_to(directory, release())
    program = (
        "from enum import Enum\n"
        "from bbws_templates import TemplateClient\n"
        "class Mail(str, Enum): RECEIPT = 'receipts/receipt'\n"
        f"client = TemplateClient({str(directory.target)!r})\n"
        "emails = client.render_many(Mail.RECEIPT, [{'name': 'Ann'}] * 80, processes=2)\n"
        "print({each.template for each in emails})\n"
    )
    assert run(program, tmp_path) == ("{'receipts/receipt'}\n", "")
