"""The commands of the documents: what stands in each block, and whether its program would take it."""

from __future__ import annotations

import argparse
import contextlib
import functools
import io
import itertools
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import botocore.exceptions
import botocore.session
import click
import yaml
from botocore import xform_name

from app.cli import COMMANDS, cli
from infra.deploy.components import BY_ADMINISTRATOR, BY_PIPELINE
from infra.design import ENVIRONMENTS
from infra.pipeline import confirmation
from scripts.reference import PROGRAMS, TASK_VARIABLES, tasks
from tests.documents.markdown import ROOT, Block, blocks, documents

SHELL: Final = "bash"
_OPERATORS: Final = {"|", "||", "&&", ";", "&"}
_INNER: Final = re.compile(r"\$\((.*?)\)")
_ASSIGNMENT: Final = re.compile(r"(\w+)=(.*)", re.DOTALL)


@dataclass(frozen=True)
class Command:
    """One command: the program, its arguments, and the variables that are set for it alone."""

    program: str
    arguments: tuple[str, ...]
    variables: Mapping[str, str]


def shell_blocks() -> list[Block]:
    """Every block of commands in the documents that people follow."""
    return [block for document in documents() for block in blocks(document) if block.language == SHELL]


def lines(text: str) -> Iterator[str]:
    """The logical lines of a block: continued ones and quoted texts over several lines are one."""
    waiting = ""
    for line in text.splitlines():
        waiting += line
        if waiting.endswith("\\"):
            waiting = waiting[:-1]
            continue
        try:
            shlex.split(waiting, comments=True)
        except ValueError:  # a quotation goes on in the next line
            waiting += "\n"
            continue
        if waiting.strip() and not waiting.strip().startswith("#"):
            yield waiting
        waiting = ""
    if waiting.strip():
        yield waiting


def commands(text: str) -> Iterator[Command]:
    """Every command of a block, those within ``$(…)`` included."""
    for line in lines(text):
        for inner in _INNER.findall(line):
            yield from commands(inner)
        lexer = shlex.shlex(_INNER.sub("VALUE", line), posix=True, punctuation_chars="|&;<>")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word in _OPERATORS:
                if command := _command(words):
                    yield command
                words = []
            else:
                words.append(word)


def _command(words: list[str]) -> Command | None:
    variables: dict[str, str] = {}
    while words and (found := _ASSIGNMENT.fullmatch(words[0])):
        variables[found[1]] = found[2]
        words = words[1:]
    kept = []
    skip = False
    for word in words:
        if word in {">", ">>", "<"}:
            skip = True
        elif skip:
            skip = False
        else:
            kept.append(word)
    return Command(kept[0], tuple(kept[1:]), variables) if kept else None


def problem(command: Command) -> str:
    """Why the program would not take ``command``; "" when it would."""
    name = re.sub(r"^\.venv(-[a-z]+)?/bin/", "", command.program)
    check = _CHECKS.get(name)
    if check is None:
        return f"nobody knows {command.program}"
    return check(command.arguments)


def is_incomplete(why: str) -> bool:
    """Whether all that is wrong is that something is missing: a sentence may name a command without it."""
    return why.startswith("Missing ") or " needs --" in why or "are required" in why


def _bbws(arguments: tuple[str, ...]) -> str:
    if not arguments or arguments[0] not in COMMANDS:
        return f"bbws-templates has no command {' '.join(arguments[:1])}"
    # A command keeps the options for help that it was first asked with, for whoever asks later.
    program = click.Context(cli, **cli.context_settings)
    command = cli.get_command(program, arguments[0])
    rest = list(arguments[1:])
    if isinstance(command, click.Group):
        if not rest or rest[0] not in command.commands:
            return f"bbws-templates {arguments[0]} has no command {' '.join(rest[:1])}"
        command, rest = command.commands[rest[0]], rest[1:]
    assert command is not None
    try:
        # Types and required options are held to as well; a folder need not be there.
        command.make_context(arguments[0], [_stand_in(word) for word in rest], parent=program)
    except click.exceptions.Exit:
        return ""
    except click.ClickException as error:
        return error.format_message()
    return ""


def _stand_in(word: str) -> str:
    """``word``, with a name that the reader puts in as one that is."""
    return {"ENV": "dev", "DIR": "."}.get(word, word)


def _python(arguments: tuple[str, ...]) -> str:
    if arguments[:1] == ("-m",) and len(arguments) > 1:
        module, rest = arguments[1], [_stand_in(word) for word in arguments[2:]]
        if module in {"pytest", "app"}:
            paths = [word for word in rest if "/" in word]
            return "".join(
                f"there is no {path}" for path in paths if not (ROOT / path.partition("::")[0]).exists()
            )
        if module == "zipfile":
            lost = [path for path in rest[2:] if not (ROOT / path).exists()]
            return f"there is no {lost[0]}" if lost else "" if rest[:1] == ["-c"] else "zipfile makes nothing"
        place = ROOT / module.replace(".", "/")
        there = place.with_suffix(".py").exists() or (place / "__main__.py").exists()
        if there and (not rest or module == "scripts.mutants"):
            return ""  # whose parser needs what lives apart
        parser = {f"python -m {module}": None, **{p.name: p.parser for p in PROGRAMS}}[f"python -m {module}"]
        return _parsed(parser, rest) if parser else f"there is no program {module}"
    if arguments[:1] == ("-c",):
        compile(arguments[1], "-c", "exec", dont_inherit=True)
        return ""
    return "" if arguments and (ROOT / arguments[0]).is_file() else f"there is no {' '.join(arguments[:1])}"


def _parsed(parser: argparse.ArgumentParser, arguments: list[str]) -> str:
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            parser.parse_args([word for word in arguments if word != "…"])
    except SystemExit as ended:
        return said.getvalue().strip().splitlines()[-1] if ended.code else ""
    return ""


def _make(arguments: tuple[str, ...]) -> str:
    known = {name for name, _ in tasks()}
    for word in arguments:
        if found := _ASSIGNMENT.fullmatch(word):
            if found[1] not in TASK_VARIABLES:
                return f"make knows no {found[1]}"
            if found[1] in _VALUES and not set(found[2].split()) <= _VALUES[found[1]]:
                return f"there is no {found[1]} {found[2]}"
        elif word not in known and not word.startswith("test-"):
            return f"make has no task {word}"
    return ""


_VALUES: Final[Mapping[str, set[str]]] = {
    "ENV": set(ENVIRONMENTS),
    "COMPONENT": {*BY_ADMINISTRATOR, *BY_PIPELINE},
    "CONFIRM": {*(confirmation.word("deploy", name) for name in ENVIRONMENTS), "destroy-dev"},
}


@functools.cache
def _service(name: str) -> Any:
    session = botocore.session.get_session()
    real = {"s3api": "s3"}.get(name, name)
    return session.get_service_model(real), _waiters(session, real)


def _waiters(session: Any, name: str) -> frozenset[str]:
    try:
        described = session.get_waiter_model(name)
    except botocore.exceptions.UnknownServiceError:
        return frozenset()
    return frozenset(xform_name(waiter, "-") for waiter in described.waiter_names)


def _aws(arguments: tuple[str, ...]) -> str:
    """By the description of the service that the AWS CLI itself is made of."""
    service, verb, *rest = arguments
    if service == "s3":
        return "" if verb in {"ls", "cp"} else f"aws s3 {verb} is not known here"
    model, waiters = _service(service)
    if verb == "wait":
        if rest[0] not in waiters:
            return f"aws {service} waits for no {rest[0]}"
        return ""
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    if verb not in operations:
        return f"aws {service} has no {verb}"
    shape = model.operation_model(operations[verb]).input_shape
    members = {xform_name(name, "-") for name in (shape.members if shape else ())}
    needed = {xform_name(name, "-") for name in (shape.required_members if shape else ())}
    given = {word.removeprefix("--").partition("=")[0] for word in rest if word.startswith("--")}
    bare = {name.removeprefix("no-") for name in given} - {"region", "query", "output", "profile"}
    if unknown := bare - members:
        return f"aws {service} {verb} has no --{', --'.join(sorted(unknown))}"
    if service == "s3api" and verb == "get-object":
        needed -= {"outfile"}
    return f"aws {service} {verb} needs --{', --'.join(sorted(needed - bare))}" if needed - bare else ""


def _terraform(arguments: tuple[str, ...]) -> str:
    verbs = [word for word in arguments if not word.startswith("-")]
    known = {
        *("init", "plan", "show", "state", "import", "force-unlock", "fmt", "validate", "output"),
        *("version", "test", "apply", "destroy"),
    }
    folders = [word.partition("=")[2] for word in arguments if word.startswith("-chdir=")]
    if lost := [folder for folder in folders if not (ROOT / folder).is_dir()]:
        return f"there is no {lost[0]}"
    return "" if verbs and verbs[0] in known else f"terraform has no {' '.join(verbs[:1])}"


def _gh(arguments: tuple[str, ...]) -> str:
    """A dispatch names a workflow that is there, its inputs and no others, and all that it must be given."""
    workflow = next((word for word in arguments if re.fullmatch(r"[\w-]+\.yml", word)), "")
    if not workflow:
        return ""
    file = ROOT / ".github" / "workflows" / workflow
    if not file.is_file():
        return f"there is no workflow {workflow}"
    if arguments[:2] != ("workflow", "run"):
        return ""
    begun_by = yaml.safe_load(file.read_text(encoding="utf-8"))[True]  # YAML 1.1 takes "on" for true
    if "workflow_dispatch" not in begun_by:
        return f"{workflow} is not begun by a dispatch"
    declared = (begun_by["workflow_dispatch"] or {}).get("inputs", {})
    pairs = [word.partition("=") for mark, word in itertools.pairwise(arguments) if mark == "-f"]
    given = {name: value for name, _, value in pairs}
    if wrong := [name for name in given if name not in declared]:
        return f"{workflow} takes no {', '.join(wrong)}"
    missing = [name for name, entry in declared.items() if entry.get("required") and name not in given]
    if missing:
        return f"Missing inputs of {workflow}: {', '.join(missing)}"
    for name, value in given.items():
        if value not in declared[name].get("options", [value]):
            return f"{workflow}: {name} is never {value}"
    return ""


def _any(arguments: tuple[str, ...]) -> str:
    return ""


_CHECKS: Final[Mapping[str, Callable[[tuple[str, ...]], str]]] = {
    "bbws-templates": _bbws,
    "python": _python,
    "make": _make,
    "aws": _aws,
    "terraform": _terraform,
    "gh": _gh,
    **dict.fromkeys(
        (
            "git",
            "docker",
            "dask",
            "curl",
            "ls",
            "cd",
            "less",
            "export",
            "unset",
            "source",
            "sha256sum",
            "pre-commit",
            "cp",
            "tr",
        ),
        _any,
    ),
}
