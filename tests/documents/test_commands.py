"""Every command that the documents tell somebody to type is taken by its program, and run or marked."""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib

import pytest
import yaml

from tests.compiler.test_other_engines import node
from tests.documents.commands import SHELL, Command, commands, is_incomplete, problem, shell_blocks
from tests.documents.markdown import ROOT, Block, blocks, documents, inline_code
from tests.documents.remarks import REASONS, emulated, is_understood, not_run, unfounded
from tests.documents.walks import WALKS

BLOCKS = shell_blocks()
LANGUAGES = {"bash", "text", "mermaid", "json", "toml", "yaml", "python", "html", "js"}
PROGRAMS = (
    "make ",
    "bbws-templates ",
    ".venv/bin/",
    "aws ",
    "terraform ",
    "git ",
    "gh ",
    "python ",
    "$ ",
    "curl ",
)


def every_block() -> list[Block]:
    return [block for document in documents() for block in blocks(document)]


def test_there_are_commands_to_look_at() -> None:
    assert len(BLOCKS) > 60
    assert sum(len(list(commands(block.text))) for block in BLOCKS) > 120


def test_no_command_hides_in_another_kind_of_block() -> None:
    """Every block says what it is written in, and commands are written in one language."""
    for block in every_block():
        assert not block.indented, f"{block.place}: write ``` and a language around it"
        assert block.language in LANGUAGES, f"{block.place}: {block.language or 'no language'}"
        if block.language == "text" and block.document.name != "commands.md":
            hidden = [line for line in block.text.splitlines() if line.startswith(PROGRAMS)]
            assert not hidden, f"{block.place}: {hidden}"


def test_every_command_is_one_that_its_program_takes() -> None:
    found = {
        f"{block.place}: {why}"
        for block in BLOCKS
        for command in commands(block.text)
        if (why := problem(command))
    }
    assert found == set()


def test_every_command_in_a_sentence_or_table_is_one_that_its_program_takes() -> None:
    looked, found = 0, set()
    for document in documents():
        for line, code in inline_code(document):
            if code.startswith(PROGRAMS) and "…" not in code and " " in code:
                looked += 1
                found |= {
                    f"{document.relative_to(ROOT)}:{line}: {why}"
                    for command in commands(code)
                    if (why := problem(command)) and not is_incomplete(why)
                }
    assert looked > 150
    assert found == set()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("make nothing", "make has no task nothing"),
        ("make infra-plan ENV=test", "there is no ENV test"),
        ("make infra-plan ENV=dev COMPONENT=table", "there is no COMPONENT table"),
        ("make infra-apply ENV=dev CONFIRM=deploy-prod", "there is no CONFIRM deploy-prod"),
        ("make infra-plan STAGE=dev", "make knows no STAGE"),
        ("bbws-templates publsh --to dev", "bbws-templates has no command publsh"),
        ("bbws-templates publish --too dev", "No such option"),
        ("bbws-templates publish", "Missing option '--to'"),
        (".venv/bin/python -m infra.verify --env dev --onyl tables", "unrecognized arguments: --onyl tables"),
        ("python scripts/none.py", "there is no scripts/none.py"),
        ("python -m zipfile -c out.zip examples/none.py", "there is no examples/none.py"),
        ("aws dynamodb restore-table", "aws dynamodb has no restore-table"),
        ("aws dynamodb describe-table --table tenants", "aws dynamodb describe-table has no --table"),
        ("aws dynamodb describe-table --region af-south-1", "aws dynamodb describe-table needs --table-name"),
        ("aws dynamodb wait table-there --table-name t", "aws dynamodb waits for no table-there"),
        ("terraform unlock", "terraform has no unlock"),
        ("terraform -chdir=infra/none init", "there is no infra/none"),
        ("gh run list --workflow none.yml", "there is no workflow none.yml"),
        ("gh workflow run validate-templates.yml", "validate-templates.yml is not begun by a dispatch"),
        ("gh workflow run rollback-templates.yml -f environment=dev", "Missing inputs of rollback-templates"),
        ("gh workflow run test-deployment.yml -f environment=uat", "environment is never uat"),
        ("gh workflow run test-deployment.yml -f env=dev", "test-deployment.yml takes no env"),
        ("frobnicate", "nobody knows frobnicate"),
        ("ls | frobnicate > file", "nobody knows frobnicate"),
        ('key=$(aws kms describe --key-id k); echo "$key"', "aws kms has no describe"),
    ],
)
def test_what_no_program_takes_is_noticed(text: str, why: str) -> None:
    assert any(why in problem(command) for command in commands(text)), list(commands(text))


def test_a_command_is_read_as_a_shell_reads_it() -> None:
    text = """# a remark
A=1 make test \\
  ARGS="-k x"   # the tests
aws s3api x --query 'a | b' > file && ls
json '{
  "a": 1}'
"""
    assert list(commands(text)) == [
        Command("make", ("test", "ARGS=-k x"), {"A": "1"}),
        Command("aws", ("s3api", "x", "--query", "a | b"), {}),
        Command("ls", (), {}),
        Command("json", ('{\n  "a": 1}',), {}),
    ]


def test_the_shell_itself_can_read_every_block() -> None:
    bash = shutil.which("bash")
    assert bash
    whole = "\n".join(f"# {block.place}\n{block.text}" for block in BLOCKS)
    finished = subprocess.run([bash, "-n"], input=whole, capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")


def test_every_block_is_run_by_a_walk_or_says_why_it_is_not() -> None:
    walked = {name for walk in WALKS for name in walk.documents}
    left = {
        block.place
        for block in BLOCKS
        if not not_run(block) and str(block.document.relative_to(ROOT)) not in walked
    }
    assert left == set(), (
        "add the document to a walk (tests/documents/walks.py), or say <!-- not run: REASON -->"
    )


def test_a_reason_holds_for_the_block_that_gives_it() -> None:
    assert {block.place: unfounded(block) for block in BLOCKS if unfounded(block)} == {}
    assert {reason for block in BLOCKS for reason in not_run(block)} == set(REASONS), (
        "a reason that nobody gives"
    )


def test_no_remark_is_misspelt() -> None:
    for block in BLOCKS:
        assert is_understood(block), f"{block.place}: <!-- {block.remark} --> means nothing"


def test_the_emulator_is_known() -> None:
    assert emulated("dynamodb", "scan")
    assert emulated("backup", "describe_region_settings")
    assert not emulated("cloudtrail", "lookup_events")


def test_what_a_command_prints_stands_below_it() -> None:
    for document in documents():
        before: Block | None = None
        for block in blocks(document):
            if block.details == "output":
                assert before is not None, block.place
                assert before.language == SHELL, f"{block.place}: nothing was run before it"
            before = block


def test_every_other_block_is_written_in_its_language() -> None:
    for block in every_block():
        if block.language == "json" and "…" not in block.text:
            json.loads(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "yaml":
            yaml.safe_load(block.text)
        elif block.language == "python":
            compile(block.text, block.place, "exec", dont_inherit=True)
        elif block.language == "js":
            looked = subprocess.run(
                [node(), "--input-type=module", "--check"],
                input=block.text, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert looked.returncode == 0, f"{block.place}: {looked.stderr}"
