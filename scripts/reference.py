"""Write docs/reference.md: settings, exit codes, tasks and programs, as the code has them.

Run by ``make docs``. The help of ``bbws-templates`` itself is docs/commands.md, its HTTP interface
docs/api.md.
"""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from app.cli import COMMANDS, cli
from app.core.settings import SetSettings
from app.operations import sending
from app.outcomes import OUTCOMES
from app.publishing.targets import FLAGS, KEYS
from app.web import editors
from infra.deploy.__main__ import _parser as deploy_parser
from infra.deploy.cost.__main__ import _parser as cost_parser
from infra.deploy.report import _parser as report_parser
from infra.pipeline.__main__ import _parser as pipeline_parser
from infra.restore.__main__ import _parser as restore_parser
from infra.verify.__main__ import _parser as verify_parser

ROOT: Final = Path(__file__).resolve().parents[1]
DOCUMENT: Final = ROOT / "docs" / "reference.md"
MAKEFILES: Final = tuple(ROOT / name for name in ("Makefile", "infra/targets.mk", "infra/pipeline.mk"))

ENVIRONMENT: Final[Mapping[str, tuple[str, str]]] = {
    "TEMPLATE_BUCKET_NAME": ("Lambda", "the bucket of the templates; at a failover, the copy"),
    "ENVIRONMENT": (
        "Lambda",
        "dev, sit or prod: the bucket is `bbws-templates-` with it, where none is named; what metrics are of",
    ),
    "AWS_REGION": ("Lambda, publishing", "the region of the bucket; Lambda sets it to its own"),
    "AWS_LAMBDA_FUNCTION_NAME": ("Lambda", "the service in its metrics; Lambda sets it"),
    "TEMPLATE_FALLBACK": ("Lambda", "a release directory that is served when nothing else can be had"),
    "BBWS_ACTOR": ("publishing", "who it was, for the history"),
    "GITHUB_ACTOR": ("publishing, pipeline", "the same, in a workflow; GitHub sets it and those below"),
    "GITHUB_RUN_ID": ("publishing, pipeline", "the run, for provenance and notices"),
    "GITHUB_SERVER_URL": ("publishing, pipeline", "GitHub's address"),
    "GITHUB_REPOSITORY": ("publishing, pipeline", "OWNER/NAME"),
    "GITHUB_SHA": ("publishing", "the commit, for provenance"),
    "GITHUB_TOKEN": ("pipeline", "asks GitHub about runs, and comments"),
    "GITHUB_API_URL": ("pipeline", "GitHub's interface"),
    "GITHUB_ACTIONS": (
        "the command line",
        "`true` in a workflow: nothing that is printed is a command to the runner",
    ),
    "GITHUB_OUTPUT": ("pipeline", "the file that hands values to later steps"),
    "GITHUB_STEP_SUMMARY": ("pipeline", "the file that is shown on the page of the run"),
    "SLACK_WEBHOOK_URL": ("pipeline", "where notices go; without it nobody is told, and nothing fails"),
    "XDG_CACHE_HOME": ("the command line", "the user's cache folder, where `BBWS_CACHE` names no other"),
    "BBWS_SMTP_PASSWORD": ("send-test", "the password of `user` in `[send_test]` of `bbws-templates.toml`"),
    "BBWS_CHROMIUM": ("screenshots", "the browser to use, before any that is found"),
    "BBWS_DOMPURIFY": ("mail clients", "the script of DOMPurify to use, before the one that is found"),
    "BBWS_GECKO": ("mail clients", "the Firefox to use, before any that is found"),
    "BBWS_ROUNDCUBE": ("mail clients", "the folder of Roundcube to use, before any that is found"),
    "BBWS_THUNDERBIRD": ("mail clients", "the Thunderbird to use, before any that is found"),
    "BBWS_WEBKIT": ("mail clients", "the WebKitWebDriver to use, before any that is found"),
    "PLAYWRIGHT_BROWSERS_PATH": ("screenshots", "where Playwright keeps its browsers"),
    "TERRAFORM": ("infrastructure", "the program, where it is not `terraform` on the path"),
    "INFRA_WORK": ("infrastructure", "where plans and Terraform's data go; `.local/infra`"),
}
"""Variables that are read beside those of options: who reads them, and what they mean."""

TASK_VARIABLES: Final[Mapping[str, str]] = {
    "PYTHON": "the Python that the virtual environment is made with; the first one from 3.11",
    "PYTHON_LOCALSTACK": "the Python 3.13 that LocalStack runs on",
    "HOST": "where `make preview` listens",
    "PORT": "the port of `make preview`",
    "WORKERS": "processes that run tests side by side, and jobs of `make pipeline`",
    "TEST_WORKERS": "processes of `make test` and of its heavy parts; 3 where `WORKERS` is not given",
    "ARGS": "further arguments for pytest",
    "ROUNDS": "rounds of `make test-steady`",
    "LOAD": "busy processes beside them",
    "ROOM": "what `make mutants` mutates",
    "SAMPLE": "how many mutants",
    "SEED": "which of them",
    "DIR": "the folders of templates of `make corpus`, each a set",
    "ENV": "dev, sit or prod",
    "COMPONENT": "one root module, or several between quotation marks, instead of all",
    "CONFIRM": "the typed confirmation",
    "LOCK": "`no`: plan without the lock of the state",
    "JSON": "`yes`: JSON instead of a table",
    "BY": "who approves, of `make approve-pages`",
    "WHY": "the reason, of `make approve-pages`",
    "SARIF": "the file of the findings of `make check`",
    "RELEASE": "a release directory for the layer; a release to roll back to",
    "RUNTIME": "the Lambda runtime whose bytecode the layer takes along",
    "SAVE": "a file that `make image` writes the image into, as an archive",
    "ENGINE": "docker, podman or buildah; the first that answers",
    "IMAGE": "where `make image-push` pushes to, HOST/PATH/NAME:TAG; GitHub's registry",
    "INFRACOST": "Infracost's JSON, as a second voice about cost",
    "REPOSITORY": "OWNER/NAME on GitHub",
    "APPLY": "`yes`: change GitHub, instead of saying what would be changed",
    "AFRESH": "`yes`: begin `make pipeline` anew, whatever was done",
    "WHOLE": "`yes`: have `make pipeline` run the test suites of the workflows whole",
    "UNTIL": "the stage after which `make pipeline` stops",
    "PIPELINE_HOME": "the folder of `make pipeline`; `.local/pipeline`",
}
"""Variables of make that a person sets; what only the workflows set is left out."""

EXITS: Final = (
    (0, "done"),
    (1, "the content is wrong: a finding, data against its contract, a difference, a failed check"),
    (2, "a wrong call or an unknown name"),
    (
        3,
        "refused: a conflict, a breaking change, a damaged release, no confirmation, another account",
    ),
    (4, "the surroundings failed: bucket, credentials, browser, disk, Terraform, AWS, GitHub"),
    (130, "interrupted"),
    (141, "nobody reads the output any more"),
)


@dataclass(frozen=True)
class Program:
    """A program beside ``bbws-templates``: how it is called, and what it understands."""

    name: str
    parser: argparse.ArgumentParser


PROGRAMS: Final = tuple(
    Program(f"python -m infra.{name}", parser())
    for name, parser in (
        ("deploy", deploy_parser), ("deploy.report", report_parser), ("deploy.cost", cost_parser),
        ("verify", verify_parser), ("restore", restore_parser), ("pipeline", pipeline_parser),
    )
)  # fmt: skip


def document() -> str:
    """The whole page."""
    parts = [
        "# Reference",
        _prose(
            "Made by `make docs` from the code; a test holds it to that. The command line has a page of its"
            " own, [Commands](commands.md), and so has the [HTTP interface](api.md)."
        ),
        "## Exit codes",
        _prose(
            "The same for every program here; `make` itself ends with 2 when a task fails, and shows the code"
            " of the program in its last line (`Error 3`)."
        ),
        _table(("code", "means"), ((str(code), meaning) for code, meaning in EXITS)),
        _prose(
            "With `--json` an error is an object of JSON on standard output as well, its member `error`; of a"
            " wrong call its `code` is `usage`."
        ),
        _prose(
            "`plan --detailed-exitcode` answers as Terraform does: 0 no changes, 1 an error, be it a wrong"
            " call, 2 changes."
        ),
        "What ends `bbws-templates`, and how the preview server answers to the same:",
        _table(("error", "exit code", "HTTP"), _outcomes()),
        "## Settings",
        "### Variables of the environment",
        "Beside these, everything that boto3 reads (`AWS_PROFILE`, `AWS_ENDPOINT_URL`, …).",
        _table(("variable", "read by", "means"), _variables()),
        "### bbws-templates.toml",
        _prose(
            "The nearest one in the working folder or above it. `[targets.NAME]` makes a target, of which the"
            " first keys are; what is not known is an error."
        ),
        _table(
            ("key", "means"), ((f"`{key}`", text) for key, text in {**KEYS_MEAN, **TABLE_KEYS_MEAN}.items())
        ),
        "### settings.toml of a templates folder",
        _prose(
            "Beside the templates, and optional: what one set of them wants otherwise. What is not known is"
            " an error, a code that no finding has as well."
        ),
        _table(("key", "means"), ((f"`{key}`", text) for key, text in SET_KEYS_MEAN.items())),
        "### Variables of make",
        _table(("variable", "means"), ((f"`{name}`", text) for name, text in TASK_VARIABLES.items())),
        _prose(
            "Settings of pictures stand in [Screenshots](screenshots.md#baselines-and-settings), values of"
            " the environments in [Infrastructure](infrastructure.md#the-environments)."
        ),
        "## Tasks",
        "`make help` says the same. Those from `pipeline-` on are what the steps of the workflows call.",
        _table(("task", "does"), _tasks()),
        "## Programs",
        "What the tasks call, for whoever needs more than a task offers.",
        *(part for program in PROGRAMS for part in _program(program)),
    ]
    return "\n\n".join(parts) + "\n"


KEYS_MEAN: Final[Mapping[str, str]] = {
    "url": "`s3://bucket/prefix`, or `file:` with a path, maybe relative to the file; `%20` is a blank",
    "region": "of the bucket",
    "profile": "of the AWS settings, so that one process can promote from one account to another",
    "description": "for people",
    "copy_of": "the target that this one is a replica of; as protected as that",
    "protected": "true: takes no release whose pictures nobody has approved",
    "publish_from_preview": "true: a preview started with `--allow-publish` may publish to it "
    "([more](preview.md#environments)); refused for `sit`, `prod`, what overlaps with them, and copies",
    "unconditional": "true: a server that does not know conditional writes; one publisher at a time, please",
}
assert set(KEYS_MEAN) == KEYS | FLAGS, "a key of the settings file has no meaning here"

TABLE_KEYS_MEAN: Final[Mapping[str, str]] = {
    "preview.editor": "what `serve` opens files with, unless `--editor` says it: `vscode`, `idea`, "
    "`sublime`, or a pattern of addresses ([more](preview.md#from-an-element-to-its-line))",
    "send_test.allow": "list: to whom [tests](preview.md#a-test-into-a-mailbox) may go: addresses, or "
    "`*@` and a domain",
    "send_test.ca_file": "who vouches for the server's certificate; relative to the file",
    "send_test.security": "`starttls`, `tls`, or `none` on this machine alone",
    "send_test.server": "the host and port that tests go out by",
    "send_test.user": "who logs in there; the password is `BBWS_SMTP_PASSWORD`",
}
assert set(TABLE_KEYS_MEAN) == {
    f"{table}.{key}"
    for table, keys in ((editors.TABLE, editors.KEYS), (sending.TABLE, sending.KEYS))
    for key in keys
}, "a key of the settings file has no meaning here"

SET_KEYS_MEAN: Final[Mapping[str, str]] = {
    "checks.attributes": "list: attributes that a sender or an editor reads, as `acme-track` or `acme:*`",
    "checks.elements": "list: elements that it reads, in the same way",
    "checks.errors": "list: codes of findings that fail a check, though they are warnings elsewhere"
    " ([the codes](checks.md))",
    "checks.clients": "list: the readers' clients, as `gmail.ios` or `outlook.*`, whose want of a feature is "
    "told; without it Gmail, Outlook from 2016, for Mac and Outlook.com, Apple Mail, Yahoo and ProtonMail. "
    "All are in `app/core/validation/data/caniemail.json`",
    "compiler.strengthen": "false: no `!important` but the author's own"
    " ([when](decisions/0035-marks-of-its-own.md))",
    "compiler.remove_unused": "true: no classes, ids and comments that nothing refers to"
    " ([how](decisions/0037-unused-names.md))",
    "locale": "the set's language, a tag of BCP 47: dates, amounts and numbers are shown as it writes them"
    " ([how](guides/display-values.md))",
    "languages": "list: further languages that each template shall be in; `check` warns of those missing"
    " ([how](templates.md#in-other-languages))",
    "time_zone": "a name of IANA: the zone whose clocks show its readers' times",
}
"""The keys of a set's own settings, and what they mean."""
assert set(SET_KEYS_MEAN) == {
    ".".join(filter(None, (table, key)))
    for table, field in SetSettings.model_fields.items()
    for key in getattr(field.annotation, "model_fields", {"": None})
}, "a key of a set's settings has no meaning here"


def options_with_variables() -> dict[str, str]:
    """Variable to what it means, of every option of the command line that can be set by one."""
    found: dict[str, str] = {}
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        for one in command.commands.values() if isinstance(command, click.Group) else (command,):
            for parameter in one.params if one else ():
                if isinstance(parameter, click.Option) and isinstance(parameter.envvar, str):
                    text = (parameter.help or "").strip().rstrip(".").partition(";")[0]
                    found[parameter.envvar] = f"as `{parameter.opts[-1]}`: {_lower(text)}"
    return found


def _prose(text: str) -> str:
    return textwrap.fill(text, 118, break_long_words=False, break_on_hyphens=False)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _variables() -> Iterator[tuple[str, str, str]]:
    for name, (reader, text) in ENVIRONMENT.items():
        yield f"`{name}`", reader, text
    for name, text in sorted(options_with_variables().items()):
        yield f"`{name}`", "the command line", text


def _outcomes() -> Iterator[tuple[str, str, str]]:
    for kind, outcome in sorted(OUTCOMES.items(), key=lambda entry: (entry[1].exit_code, entry[1].title)):
        yield f"{outcome.title} (`{kind.__name__}`)", str(outcome.exit_code), str(outcome.status)


def tasks() -> Iterator[tuple[str, str]]:
    """Every task of make that is described, with its description."""
    for file in MAKEFILES:
        yield from re.findall(r"(?m)^([a-z][a-z-]*):.*?## (.*)$", file.read_text(encoding="utf-8"))


def _tasks() -> Iterator[tuple[str, str]]:
    yield from ((f"`make {name}`", text) for name, text in tasks())
    yield "`make test-NAME`", "Run the tests that are marked heavy(NAME)"


def _program(program: Program) -> Iterator[str]:
    yield f"### {program.name}"
    verbs = [action for action in program.parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not verbs:
        yield _table(("option", "means"), _options(program.parser))
    for action in verbs:
        texts = {choice.dest: choice.help or "" for choice in action._choices_actions}
        for verb, parser in action.choices.items():
            yield f"`{program.name} {verb}`: {texts[verb]}"
            yield _table(("option", "means"), _options(parser))


def _options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        name = ", ".join(f"`{option}`" for option in action.option_strings) or f"`{action.dest}`"
        takes = "" if action.nargs == 0 else f" {_taken(action)}"
        yield (
            f"{name}{takes}",
            (action.help or "").replace("%%", "%") + (" (required)" if action.required else ""),
        )


def _taken(action: argparse.Action) -> str:
    if action.choices is not None:
        return ", ".join(str(choice) for choice in action.choices)
    metavar: Any = action.metavar or action.dest.upper()
    return str(metavar)


def _table(head: tuple[str, ...], lines: Iterator[tuple[str, ...]]) -> str:
    rule = "|".join("---" for _ in head)
    return "\n".join(
        [f"| {' | '.join(head)} |", f"|{rule}|",
         *("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)]
    )  # fmt: skip


def main() -> None:
    """Write the page anew."""
    DOCUMENT.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
