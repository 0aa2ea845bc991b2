"""The help of the command line."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from app.cli import COMMANDS, cli, run


@pytest.mark.parametrize("name", COMMANDS)
def test_the_overview_says_of_each_command_what_the_command_says_of_itself(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert (command.help or "").split("\n")[0] == COMMANDS[name]


def test_the_overview_lists_every_command() -> None:
    result = CliRunner().invoke(cli, ["--help"])
    assert result.exit_code == 0
    assert all(name in result.output for name in COMMANDS)


def every(group: click.Group, *above: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from every(command, *above, name)
        else:
            yield " ".join((*above, name)), command


@pytest.mark.parametrize(("name", "command"), [pytest.param(*each, id=each[0]) for each in every(cli)])
def test_every_command_takes_what_its_options_give(name: str, command: click.Command) -> None:
    """What a shared option makes of its values is handed on by a name that no checker of types sees."""
    given = {each.name for each in command.params if each.expose_value}
    if {"baselines", "work"} <= given:
        given = given - {"baselines", "work"} | {"folders"}  # as `screenshot_folder_options` says
    assert command.callback is not None
    taken = inspect.signature(command.callback).parameters
    of_click = {"context", "sharing"}  # what `pass_context` and `pass_obj` hand on
    assert given == {key for key, each in taken.items() if each.kind is not each.VAR_KEYWORD} - of_click


def test_a_mistyped_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rendr"]) == 2
    assert "Did you mean 'render'?" in capsys.readouterr().err


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("bbws-templates, version ")
