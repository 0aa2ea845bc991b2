"""Whose mistake it is that an email cannot be rendered, the data's or the contract's; who waits for whom."""

from __future__ import annotations

import gc
import json
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import ContractFaultError
from app.core.findings import Severity
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from app.core.workspace import Workspace
from bbws_templates.errors import BbwsTemplatesError, ContractError
from tests.waiting import patience


def workspace(folder: Path, contract: dict[str, Any]) -> Workspace:
    (folder / "templates").mkdir()
    (folder / "templates/one.html").write_text("<p>{{name}}</p>")
    metadata = {
        "description": "Sent when.",
        "audience": "customer",
        "sender": {"name": "Us", "address": "us@example.com"},
        "subject": "Hello {{name}}",
        "preheader": "",
        "contract": contract,
    }
    (folder / "templates/one.json").write_text(json.dumps(metadata, indent=1))
    return Workspace.load(folder / "templates", folder / "fixtures")


@pytest.mark.parametrize(
    ("contract", "pointer"),
    [
        ({"type": "objekt"}, "/contract/type"),
        ({"type": "object", "properties": []}, "/contract/properties"),
        ({"type": "object", "properties": {"name": {"type": "text"}}}, "/contract/properties/name/type"),
        ({"type": "object", "properties": {"name": {"pattern": "("}}}, "/contract/properties/name/pattern"),
    ],
    ids=["type", "shape", "type of a field", "pattern"],
)
def test_a_contract_that_cannot_be_used_is_named_at_its_line_and_no_data_are_blamed(
    tmp_path: Path, contract: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(ContractFaultError) as caught:
        workspace(tmp_path, contract).render("one", {"name": "Ann"})
    place = caught.value.location
    assert place is not None
    assert place.file.endswith("one.json")
    assert place.pointer == pointer
    assert place.line > 1
    assert caught.value.remedy


@pytest.mark.parametrize("contract", [{"type": "object"}, {}], ids=["sound", "says too little"])
def test_data_are_blamed_when_the_contract_can_be_used(tmp_path: Path, contract: dict[str, Any]) -> None:
    contract = {**contract, "properties": {"name": {"type": "string"}}}
    with pytest.raises(ContractError) as caught:
        workspace(tmp_path, contract).render("one", {"name": 7})
    assert [problem.pointer for problem in caught.value.problems] == ["/name"]


class SlowPartials(dict[str, SourceFile]):
    """Partials of which one is not to be had before ``released``: a template that takes long to compile."""

    def __init__(self, file: SourceFile) -> None:
        super().__init__(slow=file)
        self.asked, self.released = threading.Event(), threading.Event()

    def __getitem__(self, name: str) -> SourceFile:
        self.asked.set()
        assert self.released.wait(patience(30))
        return super().__getitem__(name)


def test_a_template_that_compiles_slowly_keeps_no_other_waiting() -> None:
    partials = SlowPartials(SourceFile(Path("/t/partials/slow.html"), "slow.html", "slow"))
    sources = {
        name: TemplateSource(name, SourceFile(Path(f"/t/{name}.html"), name, html), None, None, {})
        for name, html in {"slow": "<p>{{> slow}}</p>", "quick": "<p>quick</p>"}.items()
    }
    workspace = Workspace(TemplateSet(Path("/t"), sources, partials, {}, {}))
    with ThreadPoolExecutor() as pool:
        first, second = (pool.submit(workspace.compilation, "slow") for _ in range(2))
        try:
            assert partials.asked.wait(patience(30))
            quick = pool.submit(workspace.compilation, "quick").result(timeout=patience(30))
        finally:
            partials.released.set()
        assert quick.compiled.html == "<p>quick</p>"
        assert first.result() is second.result(), "it is compiled once, whoever asks"


def test_a_render_with_made_up_data_counts_and_one_that_the_contract_forbids_does_not(tmp_path: Path) -> None:
    sound = workspace(tmp_path, {"type": "object", "properties": {"name": {"type": "string"}}})
    assert sound.check().renders == 1

    (tmp_path / "fixtures/one").mkdir(parents=True)
    for name, data in {"right": {"name": "Ann"}, "wrong": {"name": 7}}.items():
        (tmp_path / f"fixtures/one/{name}.json").write_text(json.dumps(data))
    report = Workspace.load(tmp_path / "templates", tmp_path / "fixtures").check()
    assert report.renders == 1
    assert report.failed


def test_a_broken_partial_is_named_once_whether_a_template_uses_it_or_none_does(tmp_path: Path) -> None:
    partials = tmp_path / "templates/partials"
    partials.mkdir(parents=True)
    (partials / "used.html").write_text("<p>\n{{#open}}")
    (partials / "idle.html").write_text("<p>\n{{#open}}")
    (partials / "idle.txt").write_text("{{/stray}}")
    (partials / "binary.html").write_bytes(b"\xff")
    (partials / "sound.html").write_text("<p>{{name}}</p>")
    (tmp_path / "templates/one.html").write_text("{{> used}}")
    (tmp_path / "templates/two.html").write_text("{{name}}")
    found = Workspace.load(tmp_path / "templates", tmp_path / "fixtures")
    told = [each for each in found.check().findings if "partials/" in each.location.file]
    assert sorted((Path(each.location.file).name, each.location.line, each.template) for each in told) == [
        ("binary.html", 1, ""),
        ("idle.html", 2, ""),
        ("idle.txt", 1, ""),
        ("used.html", 2, "one"),
    ]
    assert {each.severity for each in told} == {Severity.ERROR}
    assert not [each for each in found.check(["two"]).findings if "partials/" in each.location.file]


@pytest.mark.parametrize(("names", "found"), [(("x" * 80,), 1), (("x" * 80, "Ann"), 0), (("Ann",), 0)])
def test_a_long_subject_is_a_mistake_where_no_data_leave_it_whole(
    tmp_path: Path, names: tuple[str, ...], found: int
) -> None:
    contract = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    workspace(tmp_path, contract)
    (tmp_path / "fixtures/one").mkdir(parents=True)
    for number, name in enumerate(names):
        (tmp_path / f"fixtures/one/f{number}.json").write_text(json.dumps({"name": name}))
    report = Workspace.load(tmp_path / "templates", tmp_path / "fixtures").check()
    assert sum(finding.code == "subject-long" for finding in report.findings) == found


def test_an_error_that_is_kept_does_not_grow_with_every_request(tmp_path: Path) -> None:
    for name, text in (("unreadable", "\xff"), ("misshapen", "<p>{{#open}}</p>"), ("lost", "{{> broken}}")):
        _write(tmp_path / f"templates/{name}.html", text)
    _write(tmp_path / "templates/partials/broken.html", "\xff")
    _write(tmp_path / "templates/whole.html", "<p>Hello</p>")
    _write(tmp_path / "fixtures/whole/torn.json", "{")
    several = Workspace.load(tmp_path / "templates", tmp_path / "fixtures")
    asked: dict[str, Callable[[], object]] = {
        "source": lambda: several.source("unreadable"),
        "fixture": lambda: several.fixture("whole", "torn"),
        "compilation": lambda: several.compilation("misshapen"),
        "partial": lambda: several.compilation("lost"),
    }
    for which, ask in asked.items():
        lengths = [_frames_of_error(ask) for _ in range(4)]
        assert lengths[1:] == lengths[1:2] * 3, which


@pytest.mark.parametrize(
    ("file", "naming"),
    [
        ("partials/broken.html", "{{> broken}}"),
        ("broken.css", '<link rel="stylesheet" href="/broken.css">'),
    ],
)
def test_what_many_templates_cannot_read_does_not_grow_with_each_of_them(
    tmp_path: Path, file: str, naming: str
) -> None:
    for number in range(4):
        _write(tmp_path / f"templates/t{number}.html", naming)
    _write(tmp_path / "templates" / file, "\xff")
    several = Workspace.load(tmp_path / "templates", tmp_path / "fixtures")
    (kept,) = several.templates.broken_partials.values()
    lengths = []
    for number in range(4):
        several.fingerprint(f"t{number}")  # reads all that the template is made of
        lengths.append(len(list(traceback.walk_tb(kept.__traceback__))))
    assert lengths == lengths[:1] * 4


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="latin-1")


def _frames_of_error(ask: Callable[[], object]) -> int:
    with pytest.raises(BbwsTemplatesError) as caught:
        ask()
    return len(list(traceback.walk_tb(caught.value.__traceback__)))


def test_a_check_leaves_the_search_for_garbage_to_the_process_that_it_is_part_of(tmp_path: Path) -> None:
    frozen, thresholds = gc.get_freeze_count(), gc.get_threshold()
    during = []
    workspace(tmp_path, {}).check(
        progress=lambda _: during.append((gc.get_freeze_count() <= frozen, gc.get_threshold()))
    )

    assert during == [(True, thresholds)]
