"""The map of the house names rooms that are there, and its walk shows what the compiler has in hand."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.document import Document
from app.core.compiler.flattening import flatten
from app.core.compiler.masking import masked_text
from app.core.compiler.partials import PartialResolver, TracedSource
from app.core.html.veil import is_veiled
from app.core.loader import load_template_set
from tests.documents.markdown import ROOT, blocks

PAGE = ROOT / "docs" / "architecture.md"
CHANGES = {
    "a check of the HTML",
    "the wording of a finding",
    "a mail client",
    "a command",
    "a template",
    "a field of a contract",
    "a language or a time zone",
    "a target of releases",
    "a page of the preview",
    "an alarm",
}
ROOMS = ("app/", "bbws_templates/", "docs/", "infra/", "scripts/", "templates/", "tests/")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    assert lines, heading
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def paths(text: str) -> list[str]:
    """What stands between backticks and is a path of the repository."""
    found = re.findall(r"`([\w./-]+)`", text)
    return [each for each in found if each.startswith(ROOMS) or (ROOT / each).is_file()]


def test_every_path_on_the_map_exists() -> None:
    named = paths(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 60
    assert [each for each in named if not (ROOT / each).exists()] == []


def test_every_module_that_a_lambda_imports_has_its_subject() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("| subject |")[2].partition("\n\n")[0]
    named = re.findall(r"`(\w+\.py)`", section)
    assert len(named) == len(set(named))
    there = {file.name for file in (ROOT / "bbws_templates").glob("*.py")}
    assert there - set(named) == {"__init__.py"}
    assert set(named) <= there


@pytest.mark.parametrize("room", ["app/core", "app/core/compiler", "app/browser", "app/publishing"])
def test_the_modules_of_a_large_room_are_there_and_each_has_one_subject(room: str) -> None:
    section = PAGE.read_text(encoding="utf-8").partition(f"| subject | modules of `{room}/` |")[2]
    named = re.findall(r"`(\w+\.py)`", section.partition("\n\n")[0])
    assert len(named) == len(set(named)) > 20
    assert {file.name for file in (ROOT / room).glob("*.py")} - {"__init__.py"} == set(named)


def test_each_of_ten_changes_has_a_room_its_company_and_a_test() -> None:
    table = rows("Where a change begins")
    assert {change for change, *_ in table} == CHANGES
    for change, begin, company, attempt in table:
        assert paths(begin) or change == "the wording of a finding", change
        assert paths(company), change
        assert all(each.startswith(("tests/", "infra/")) for each in paths(attempt)), change
        assert paths(attempt), change


def test_every_check_and_every_client_of_a_room_is_in_its_list() -> None:
    """A new file alone changes nothing, so the map names the list with the room."""
    run = (ROOT / "app/core/validation/rendered.py").read_text(encoding="utf-8")
    for file in sorted((ROOT / "app/core/validation/checks").glob("*.py")):
        for check in re.findall(r"(?m)^def (check_\w+)", file.read_text(encoding="utf-8")):
            assert f"{file.stem}.{check}," in run, check
    clients = (ROOT / "app/core/clients/__init__.py").read_text(encoding="utf-8")
    for file in sorted((ROOT / "app/core/clients").glob("*.py")):
        for client in re.findall(r"(?m)^(\w+) = Client\(", file.read_text(encoding="utf-8")):
            assert f"{file.stem} import {client}" in clients, client


@pytest.mark.parametrize(("words", "meaning", "place"), rows("Words of the house"))
def test_a_word_of_the_house_is_used_where_the_page_says(words: str, meaning: str, place: str) -> None:
    assert meaning
    [module] = paths(place)
    text = module + (ROOT / module).read_text(encoding="utf-8")
    text = text.lower().replace("_", "").replace("-", "")
    for word in words.split(", "):
        assert word.replace(" ", "").replace("-", "") in text, word


def test_the_walk_shows_what_the_compiler_has_in_hand(tmp_path: Path) -> None:
    drawn = {
        block.remark.removeprefix("through: "): block.text.rstrip("\n")
        for block in blocks(PAGE)
        if block.remark.startswith("through: ")
    }
    (tmp_path / "partials").mkdir()
    (tmp_path / "partials/amount.html").write_text(drawn.pop("partial"))
    (tmp_path / "note.html").write_text(drawn.pop("source"))
    templates = load_template_set(tmp_path, tmp_path / "fixtures")
    source = templates.templates["note"]
    flat = flatten(TracedSource.of_file(source.html), PartialResolver(templates, source, html=True))
    document = Document(flat)
    assert drawn == {
        "flat": flat.text,
        "veiled": covered(document.veil.text),
        "masked": covered(masked_text(document)),
        "compiled": compile_template(source, templates).compiled.html,
    }


def covered(veiled: str) -> str:
    """A veiled text with its words drawn."""
    return "".join("▒" if is_veiled(each) or ord(each) >= 0xF0000 else each for each in veiled)


def test_one_word_means_one_thing() -> None:
    """No two classes or types of the product have one name; those of one module alone neither."""
    homes: dict[str, list[str]] = defaultdict(list)
    for room in ("app", "bbws_templates"):
        for file in sorted((ROOT / room).rglob("*.py")):
            for name in names_of_types(ast.parse(file.read_text(encoding="utf-8"))):
                homes[name].append(str(file.relative_to(ROOT)))
    assert len(homes) > 300
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}


def names_of_types(module: ast.Module) -> Iterator[str]:
    """The classes of a module, inner ones too, and the names it gives to types (no ``TypeVar``)."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            yield node.name
    for statement in module.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            name = target.id if isinstance(target, ast.Name) else ""
            is_type = re.fullmatch("[A-Z][A-Za-z]*[a-z][A-Za-z]*", name)
            if is_type and not isinstance(statement.value, ast.Call):
                yield name
