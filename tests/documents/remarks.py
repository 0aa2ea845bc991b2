"""Why a block of commands is not run by the tests: a closed list, and what must be true of a block to say so.

A block that is not to be run has ``<!-- not run: REASON -->`` above it, or several reasons with commas
between them, one for each kind of command that is in its way.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from botocore import xform_name

from tests.documents.commands import Command, commands
from tests.documents.markdown import ROOT, Block

_MARK: Final = "not run:"
_STATUS: Final = re.compile(r"exit status: (\d+)")


@dataclass(frozen=True)
class Reason:
    """Why, in words, and whether a command is one that it holds for."""

    why: str
    holds: Callable[[Command], bool]


def not_run(block: Block) -> tuple[str, ...]:
    """The reasons that stand above a block; empty for one that is run."""
    if not block.remark.startswith(_MARK):
        return ()
    return tuple(word.strip() for word in block.remark.removeprefix(_MARK).split(","))


def exit_status(block: Block) -> int:
    """How the last command of a block ends: 0 unless ``<!-- exit status: N -->`` stands above it."""
    found = _STATUS.fullmatch(block.remark)
    return int(found[1]) if found else 0


def is_understood(block: Block) -> bool:
    """Whether what stands above a block is a remark of this kind, or nothing at all."""
    return not block.remark or bool(not_run(block)) or bool(_STATUS.fullmatch(block.remark))


def unfounded(block: Block) -> list[str]:
    """The reasons above a block that hold for none of its commands, or that nobody knows."""
    found = list(commands(block.text))
    return [
        name
        for name in not_run(block)
        if name not in REASONS or not any(REASONS[name].holds(command) for command in found)
    ]


def _tests(command: Command) -> bool:
    words = command.arguments
    if command.program == "make":
        return bool(words) and (
            words[0].startswith(("test", "infra-test")) or words[0] in {"ci", "mutants", "bench"}
        )
    return command.program.endswith("python") and (words[:2] in {("-m", "pytest"), ("-m", "scripts.mutants")})


def _serves(command: Command) -> bool:
    name = command.program.rpartition("/")[2]
    return (name, command.arguments[:1]) in {("make", ("preview",)), ("bbws-templates", ("serve",))}


def _asks_a_cluster(command: Command) -> bool:
    return command.program == "dask" or "examples/cluster/render.py" in command.arguments


def _asks_github(command: Command) -> bool:
    return command.program == "gh"


def _unknown_to_the_emulator(command: Command) -> bool:
    if command.program != "aws" or command.arguments[0] in {"s3", "s3api"}:
        return False
    service, verb = command.arguments[:2]
    return not emulated(service, verb.replace("-", "_"))


@functools.cache
def emulated(service: str, operation: str) -> bool:
    """Whether the emulator of the tests, its extension included, answers an operation (in snake case)."""
    module = importlib.import_module(f"moto.{service}.responses")
    kinds = [
        kind for _, kind in inspect.getmembers(module, inspect.isclass) if kind.__module__ == module.__name__
    ]
    extension = "\n".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "tests/infra/moto_extension").glob("*.py")
    )
    return any(hasattr(kind, operation) for kind in kinds) or f"def {xform_name(operation)}(" in extension


def _stands_for_others(command: Command) -> bool:
    return any("…" in word for word in (command.program, *command.arguments))


def _moves_state(command: Command) -> bool:
    return command.program == "terraform" and bool({"import", "state"} & set(command.arguments))


def _stops_the_region(command: Command) -> bool:
    verbs = ("update-table", "import-table", "export-table-to-point-in-time")
    return command.program == "aws" and command.arguments[0] == "dynamodb" and command.arguments[1] in verbs


def _settles(command: Command) -> bool:
    return command.program == "aws" and command.arguments[:2] == ("ce", "get-cost-and-usage")


def _of_a_lambda(command: Command) -> bool:
    return command.program == "aws" and command.arguments[0] in {"logs", "lambda", "sqs"}


def _takes_an_engine(command: Command) -> bool:
    return command.program == "docker" or (
        command.program == "make" and command.arguments[:1] in {("image",), ("image-test",), ("image-push",)}
    )


def _takes_clients(command: Command) -> bool:
    return command.arguments[:1] == ("clients",) or "--client" in command.arguments


REASONS: Final[Mapping[str, Reason]] = {
    "suite": Reason("it runs tests, which run by themselves", _tests),
    "stays": Reason("it serves until somebody ends it; tests/web starts the same server", _serves),
    "github": Reason("only GitHub has what it asks for", _asks_github),
    "account": Reason("the emulator has no such call; only AWS answers it", _unknown_to_the_emulator),
    "bill": Reason("the emulator has no bill to show", _settles),
    "lambda": Reason("the Lambdas belong to the services that send; none runs in the tests", _of_a_lambda),
    "image": Reason("it takes an engine of containers; `make image-test` does the same", _takes_an_engine),
    "clients": Reason("it takes mail clients; `make test-clients` draws with all of them", _takes_clients),
    "cluster": Reason("it takes several machines; `make test-batch` does the same on one", _asks_a_cluster),
    "example": Reason("it holds … where a reader puts something in", _stands_for_others),
    "state": Reason(
        "it moves resources between states, which have nothing to be moved in the tests", _moves_state
    ),
    "region": Reason(
        "the emulator keeps no table of a region that is gone, and exports none", _stops_the_region
    ),
}
"""The only reasons there are."""
