"""The programs of infra end as other tools do, whoever reads them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.deploy.__main__ import main
from infra.programs import EXIT_INTERRUPTED, EXIT_UNREAD, run_program
from tests.waiting import patience

ROOT = Path(__file__).parents[3]
PROGRAMS = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
    for file in (ROOT / "infra").rglob("*.py")
    if 'if __name__ == "__main__"' in file.read_text("utf-8") and "argparse" in file.read_text("utf-8")
)


# Unbuffered, argparse would swallow what becomes of its help.
UNBUFFERED = "PYTHONUNBUFFERED"


def ended(program: str, output: int) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", program, "--help"],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key != UNBUFFERED},
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=patience(),
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_reader_that_has_gone_ends_it_without_a_word(program: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert ended(program, writing) == (EXIT_UNREAD, "")
    finally:
        os.close(writing)


def test_output_that_finds_no_room_is_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        code, said = ended("infra.verify", full.fileno())
    assert code == 4
    assert said == "Standard output: No space left on device. Make room, or look at its permissions.\n"


def test_an_interrupt_is_said_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as left:
        run_program(interrupted)
    assert left.value.code == EXIT_INTERRUPTED
    assert capsys.readouterr().err == "interrupted; what was done so far stays\n"


def test_a_file_that_the_system_refuses_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        run_program(lambda: int((tmp_path / "gone").read_text()))
    assert left.value.code == 4
    assert capsys.readouterr().err.startswith(f"{tmp_path / 'gone'}: No such file or directory.")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("plan", "--env", "dev", "--misspelt"), 2),
        (("plan", "--env", "dev", "--detailed-exitcode", "--misspelt"), 1),
        (("plan", "--detailed-exitcode"), 1),
        (("plan", "--env", "nowhere", "--detailed"), 1),
    ],
)
def test_where_exit_codes_are_terraforms_a_wrong_call_does_not_pass_for_a_change(
    words: tuple[str, ...], status: int
) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == status
