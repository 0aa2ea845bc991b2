"""What holds for the repository as a whole: its documents tell the truth, its locks name no address."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.cli import COMMANDS, cli
from tests.listing import listed as tracked

ROOT = Path(__file__).parents[2]


def test_the_readme_opens_with_the_two_commands() -> None:
    opening = (ROOT / "README.md").read_text().splitlines()[:40]
    assert any("make preview" in line for line in opening)
    assert any("make test" in line for line in opening)


def test_lock_files_pin_by_digest_and_name_no_download_address() -> None:
    locks = [
        ROOT / "package-lock.json",
        ROOT / "benchmarks/peers/package-lock.json",
        *(ROOT / "requirements").glob("*.lock"),
    ]
    assert len(locks) >= 3
    for lock in locks:
        text = lock.read_text()
        assert '"resolved"' not in text, lock
        assert not re.search(r"(?m)^\s*(?!#)[^#\n]*https?://[^\s\"]*\.(whl|tgz|tar\.gz)", text), lock
        assert "--index-url" not in text, lock
    for lock in (ROOT / "requirements").glob("*.lock"):
        pins = re.findall(r"(?m)^[a-z0-9][\w.\[\]-]*==", lock.read_text())
        assert pins, lock
        assert lock.read_text().count("--hash=sha256:") >= len(pins)


def test_the_lock_holds_everything_that_is_needed_and_nothing_else_is_asked_for() -> None:
    """A resolver that may choose can choose what was published after the lock, and then fail over it."""
    for document in tracked("Makefile", "Dockerfile", "infra/*.mk"):
        for line in document.read_text().splitlines():
            assert ".lock" not in line or "pip install" not in line or "--no-deps --require-hashes" in line, (
                line
            )
    text = (ROOT / "requirements/dev.lock").read_text()
    locked = {canonicalize_name(name): pin for name, pin in re.findall(r"(?m)^([\w.-]+)==([^ ;]+)", text)}
    asked = [(Requirement(line), "the project") for line in _asked_for_by_the_project()]
    seen: set[tuple[str, frozenset[str]]] = set()
    while asked:
        requirement, by = asked.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        assert name in locked, f"{name}, which {by} needs, is not locked"
        assert requirement.specifier.contains(locked[name]), f"{by} needs {requirement}, not {locked[name]}"
        for line in importlib.metadata.requires(name) or ():
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in {"", *extras}):
                asked.append((needed, name))
    assert len({name for name, _ in seen}) > 50


def _asked_for_by_the_project() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = settings["dependency-groups"]
    project = settings["project"]
    return [
        *project["dependencies"],
        *project["optional-dependencies"]["app"],
        *groups["build"],
        *groups["dev"],
    ]


@pytest.mark.parametrize("folder", ["app", "bbws_templates", "infra", "tests"])
def test_what_is_imported_is_asked_for_and_does_not_come_by_luck(folder: str) -> None:
    """A library that only another one brings is gone when that one does without it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = settings["project"]["dependencies"] + settings["project"]["optional-dependencies"]["app"]
    if folder in ("infra", "tests"):
        asked += [line for group in settings["dependency-groups"].values() for line in group]
    declared = {canonicalize_name(Requirement(line).name) for line in asked}
    distributions = importlib.metadata.packages_distributions()
    for name, file in sorted(_imported(folder).items()):
        known = distributions[name]
        # The types of one AWS service are an extra of boto3-stubs.
        assert name.startswith("mypy_boto3_") or declared & set(map(canonicalize_name, known)), (name, file)


def _imported(folder: str) -> dict[str, Path]:
    """The top-level packages of others that the modules of ``folder`` import, with one that does."""
    found: dict[str, Path] = {}
    for file in tracked(f"{folder}/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            found |= {name.partition(".")[0]: file for name in names}
    ours = {"app", "bbws_templates", "benchmarks", "infra", "scripts", "tests"}
    return {name: file for name, file in found.items() if name not in {*sys.stdlib_module_names, *ours}}


def test_the_runtime_needs_nothing_but_chevron() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert [re.split(r"[=<>~ ]", line)[0] for line in project["dependencies"]] == ["chevron"]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_reference_is_the_help_that_the_command_prints(name: str) -> None:
    reference = (ROOT / "docs/commands.md").read_text()
    result = CliRunner().invoke(cli, [name, "--help"], prog_name="bbws-templates", terminal_width=100)
    assert result.exit_code == 0
    assert result.output.strip() in reference, "run: python scripts/command_reference.py"


def test_make_help_describes_every_task() -> None:
    text = "\n".join(path.read_text() for path in [ROOT / "Makefile", *(ROOT / "infra").glob("*.mk")])
    phony = {word for line in re.findall(r"(?m)^\.PHONY: (.*)$", text) for word in line.split()}
    described = set(re.findall(r"(?m)^([a-z][a-z-]*):.*## ", text))
    assert phony
    assert phony <= described


def test_no_module_is_a_house_of_its_own() -> None:
    for module in tracked("app/**/*.py", "app/*.py", "bbws_templates/*.py"):
        assert len(module.read_text().splitlines()) <= 400, module


def test_no_word_is_broken_or_joined_where_a_string_goes_on_in_the_next_line() -> None:
    """``"max- " "content"`` in a table of words is two words, neither of them meant; ``"a" "b"`` is one."""
    broken = re.compile(r"""(?<!\\)\w(?:- +)?(["'])\n\s*[bfr]?["']\w""")
    for module in tracked("app/**/*.py", "app/*.py", "bbws_templates/*.py"):
        found = broken.search(module.read_text())
        assert found is None, (module, found)
