"""What a command loads before it does anything: its user waits for that at each call."""

from __future__ import annotations

import subprocess
import sys

_COMMANDS = ("check", "plan", "promote", "publish", "rollback", "status", "verify")
_OF_SOURCES = ("pydantic", "app.core.sources")
_HEAVY = ("app.core.workspace", "app.browser.session", "html5lib", "premailer", "numpy", "PIL", "boto3")


def loaded(*modules: str) -> set[str]:
    """The modules that there are in a fresh interpreter once it has imported ``modules``."""
    program = (
        f"import importlib, sys\nfor name in {modules}: importlib.import_module(name)\nprint(*sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    found = set(ended.stdout.split())
    assert found.issuperset(modules)
    return found


def test_commands_on_what_was_built_load_neither_compiler_nor_browser() -> None:
    assert loaded(*(f"app.commands.{name}" for name in _COMMANDS)).isdisjoint(_HEAVY)


def test_no_command_waits_for_what_draws_bars_or_tables_until_it_draws_one() -> None:
    names = [f"app.commands.{name}" for name in _COMMANDS if name != "status"]
    assert loaded("app.cli", *names).isdisjoint({"rich.table", "rich.progress"})


def test_a_check_does_not_wait_for_what_finds_near_misses() -> None:
    assert "difflib" not in loaded("app.cli", "app.commands.check")


def test_no_command_waits_for_the_version_of_the_program() -> None:
    assert loaded(*(f"app.commands.{name}" for name in _COMMANDS)).isdisjoint({"importlib.metadata"})


def test_a_compiler_loads_nothing_for_the_network_nor_for_contracts_that_are_wrong() -> None:
    found = loaded("app.core.workspace")
    assert found.isdisjoint({"urllib3", "jsonschema", "referencing"})
    assert "premailer" in found


def test_what_is_loaded_later_is_there_for_whoever_asks() -> None:
    program = (
        "import sys, app.core.compiler.premailing, requests\n"
        "assert requests.Session and requests.exceptions.Timeout and 'urllib3' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_process_of_a_batch_loads_nothing_that_reads_sources() -> None:
    assert loaded("app.batch.processes").isdisjoint({*_HEAVY, *_OF_SOURCES})
