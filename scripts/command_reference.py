"""Write docs/commands.md: the help of every command, as it prints it."""

from __future__ import annotations

from pathlib import Path

import click
from click.testing import CliRunner

from app.cli import COMMANDS, cli

DOCUMENT = Path(__file__).parents[1] / "docs" / "commands.md"
OPENING = """# Commands

`bbws-templates` (also `python -m app`). Exit status: 0 done, 1 the content is wrong, 2 wrong call or unknown
name, 3 refused, 4 the surroundings failed (bucket, credentials, browser, disk), 130 interrupted,
141 nobody reads the output any more (`| head`).

This page is made by `python scripts/command_reference.py`; a test holds it to what the commands print.
"""


def main() -> None:
    """Ask every command, and every command of a group, for its help."""
    sections = [OPENING]
    for name in COMMANDS:
        sections.append(_section([name]))
        command = cli.get_command(click.Context(cli), name)
        if isinstance(command, click.Group):
            sections += [_section([name, verb]) for verb in command.list_commands(click.Context(command))]
    DOCUMENT.write_text("\n".join(sections), encoding="utf-8")


def _section(words: list[str]) -> str:
    result = CliRunner().invoke(cli, [*words, "--help"], prog_name="bbws-templates", terminal_width=100)
    level = "#" * (len(words) + 1)
    return f"{level} {' '.join(words)}\n\n```text\n{result.output.strip()}\n```\n"


if __name__ == "__main__":
    main()
