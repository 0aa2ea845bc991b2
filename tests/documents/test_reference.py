"""The reference is what the code has: nothing is missing in it, and nothing in it is missing in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from scripts import reference
from tests.documents.markdown import ROOT

GIVEN_TO_CHILDREN = {
    "TF_DATA_DIR", "TF_IN_AUTOMATION", "TF_INPUT", "TF_CLI_ARGS", "CHECKPOINT_DISABLE", "LD_LIBRARY_PATH",
}  # fmt: skip
"""Variables of other programs, which we set for them and do not read for ourselves."""
WORDS_OF_AWS = {"ANOMALY_DETECTION_BAND"}
SET_BY_WORKFLOWS = {"RUN", "COMMIT", "GITHUB_RUN_ID", "GITHUB_SHA"}
OF_MAKE = {"MAKE", "MAKEFLAGS", "MAKEFILE_LIST", "MAKECMDGOALS", "CURDIR"}
IN_THE_ENVIRONMENT_OF_A_TASK = {"CONFIRM", "ENGINE", "IMAGE", "PIPELINE_HOME", "REPOSITORY", "UNTIL"}


def test_the_page_is_as_the_code_has_it() -> None:
    assert reference.DOCUMENT.read_text(encoding="utf-8") == reference.document(), "run: make docs"


def looked_up(file: Path) -> Iterator[str]:
    """Names in capitals by which something is looked up in ``file``, in the environment or elsewhere."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        wanted: list[ast.expr] = []
        match node:
            case ast.Call(func=ast.Attribute(attr="get" | "getenv"), args=[name, *_]):
                wanted = [name]
            case ast.Subscript(slice=name) | ast.Compare(left=name) | ast.keyword(arg="envvar", value=name):
                wanted = [name]
            case ast.Assign(targets=[ast.Name(id="SETTING")], value=name):
                wanted = [name]
        for value in wanted:
            if isinstance(value, ast.Constant) and re.fullmatch(r"[A-Z][A-Z0-9_]{3,}", str(value.value)):
                yield str(value.value)
        if isinstance(node, ast.Constant) and re.fullmatch(r"BBWS_[A-Z_]+", str(node.value)):
            yield str(node.value)  # ours have a name that is nothing else, and may be handed on to who looks


def test_every_variable_that_is_read_is_explained_and_no_other() -> None:
    read = {
        name
        for folder in ("app", "bbws_templates", "infra")
        for file in (ROOT / folder).rglob("*.py")
        for name in looked_up(file)
    }
    environment = {name for name in read if "_" in name or name in {"ENVIRONMENT", "TERRAFORM"}}
    explained = {*reference.ENVIRONMENT, *reference.options_with_variables()}
    assert environment - GIVEN_TO_CHILDREN - WORDS_OF_AWS == explained


def test_every_variable_of_make_is_explained_and_no_other() -> None:
    texts = "\n".join(file.read_text(encoding="utf-8") for file in reference.MAKEFILES)
    used = set(re.findall(r"\$\(([A-Z_]+)\)", texts)) | set(re.findall(r"(?m)^([A-Z_]+) \?=", texts))
    ours = set(re.findall(r"(?m)^([A-Z_]+) *:?= ", texts))  # paths and programs, not for setting
    assert used - ours - SET_BY_WORKFLOWS - OF_MAKE | IN_THE_ENVIRONMENT_OF_A_TASK == set(
        reference.TASK_VARIABLES
    )


def test_every_task_stands_in_it_once() -> None:
    names = [name for name, _ in reference.tasks()]
    assert len(names) == len(set(names))
    assert {"preview", "test", "infra-plan", "pipeline-publish", "docs"} <= set(names)
