"""Contracts refer to definitions that templates share, within the folder and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.core.sources import TemplateSet
from bbws_templates.contract import contract_problems, unsupported_keywords
from tests.core.folders import METADATA, load, write


class TestSharedDefinitions:
    """References to other files become local definitions."""

    def contract(self, folder: Path, reference: str, common: str) -> TemplateSet:
        write(folder / "templates/contracts/common.json", common)
        metadata = {**METADATA, "contract": {"type": "object", "properties": {"name": {"$ref": reference}}}}
        write(folder / "templates/a/one.json", json.dumps(metadata, indent=1))
        return load(folder)

    def test_a_reference_is_bundled_with_what_it_refers_to(self, folder: Path) -> None:
        common = '{"$defs": {"n": {"allOf": [{"$ref": "#/$defs/m"}]}, "m": {"type": "string"}}}'
        found = self.contract(folder, "../contracts/common.json#/$defs/n", common)
        metadata = found.templates["a/one"].metadata
        assert metadata is not None
        contract = metadata.contract
        assert contract["properties"]["name"] == {"$ref": "#/$defs/common.n"}
        assert contract["$defs"]["common.n"] == {"allOf": [{"$ref": "#/$defs/common.m"}]}
        assert contract["$defs"]["common.m"] == {"type": "string"}

    def bundled(self, folder: Path, contract: Any, **files: Any) -> Any:
        for name, content in files.items():
            write(folder / f"templates/{name.replace('__', '/')}.json", json.dumps(content))
        write(folder / "templates/a/one.json", json.dumps({**METADATA, "contract": contract}, indent=1))
        found = load(folder)
        assert "a/one" not in found.broken, found.broken
        metadata = found.templates["a/one"].metadata
        assert metadata is not None
        assert unsupported_keywords(metadata.contract) == ()
        return metadata.contract

    @pytest.mark.parametrize(
        "fragment",
        [
            "/$defs/a%20b",
            "/$defs/x~1y",
            "/$defs/x~1y~0",
            "/$defs/%25",
            "/$defs/all/allOf/0",
            "#",
            "money",
            "/$defs/deep/properties/a~1b",
            "/properties/n",
            "/$defs/list/items",
            "/$defs/é",
            "/$defs/%C3%A9",
        ],
    )
    def test_every_form_of_reference_leads_there_from_another_file_and_at_home(
        self, folder: Path, fragment: str
    ) -> None:
        text = {"type": "string", "maxLength": 3}
        definitions = {
            "a b": text, "x/y": text, "x/y~": text, "%": text, "é": text, "all": {"allOf": [text]},
            "deep": {"properties": {"a/b": text}}, "list": {"items": text}, "m": {**text, "$anchor": "money"},
        }  # fmt: skip
        whole = {"$defs": definitions, "properties": {"n": text}, **text}
        reference = f"#{fragment.removeprefix('#')}"

        away = self.bundled(
            folder, {"properties": {"f": {"$ref": f"../shared/all.json{reference}"}}}, shared__all=whole
        )
        assert [str(p.pointer) for p in contract_problems(away, {"f": "long"})] == ["/f"]
        assert contract_problems(away, {"f": "abc"}) == ()
        if fragment != "#":
            properties = {"n": text, "f": {"$ref": reference}}
            home = self.bundled(folder, {"$defs": definitions, "properties": properties})
            assert [str(p.pointer) for p in contract_problems(home, {"f": "long"})] == ["/f"]

    def test_definitions_of_one_name_from_two_places_stay_apart(self, folder: Path) -> None:
        contract = self.bundled(
            folder,
            {
                "$defs": {"common.n": {"type": "boolean"}},
                "properties": {
                    "a": {"$ref": "../x/common.json#/$defs/n"},
                    "b": {"$ref": "../y/common.json#/$defs/n"},
                    "c": {"$ref": "../y/common.json#/properties/n"},
                    "d": {"$ref": "#/$defs/common.n"},
                    "e": {"$ref": "../y/common.json#/%24defs/n"},
                },
            },
            x__common={"$defs": {"n": {"type": "string"}}},
            y__common={"$defs": {"n": {"type": "integer"}}, "properties": {"n": {"type": "null"}}},
        )

        assert contract_problems(contract, {"a": "x", "b": 1, "c": None, "d": True, "e": 2}) == ()
        wrong = contract_problems(contract, {"a": 1, "b": "x", "c": 1, "d": "x", "e": "x"})
        assert [problem.pointer for problem in wrong] == ["/a", "/b", "/c", "/d", "/e"]
        assert len(contract["$defs"]) == 4

    def test_a_reference_among_data_is_data(self, folder: Path) -> None:
        contract = {
            "properties": {"$ref": {"type": "string"}, "a": {"const": {"$ref": "nowhere.json"}}},
            "examples": [{"$ref": "#/nothing"}],
        }

        assert self.bundled(folder, contract) == contract

    def test_a_circle_of_references_ends(self, folder: Path) -> None:
        common = '{"$defs": {"n": {"properties": {"child": {"$ref": "#/$defs/n"}}}}}'
        found = self.contract(folder, "../contracts/common.json#/$defs/n", common)
        assert "a/one" in found.templates

    @pytest.mark.parametrize(
        ("reference", "words"),
        [
            ("../contracts/common.json#/$defs/nope", "points to nothing"),
            ("../contracts/none.json#/x", "no file"),
            ("../../secret.json#/x", "leaves the templates folder"),
            ("https://example.com/x.json#/x", "network"),
            ("#/$defs/nope", "points to nothing"),
            ("../contracts/common.json#/$defs", "points to nothing"),
            ("../contracts/common.json#nope", "points to nothing"),
            ("#/$defs/a~2b", "points to nothing"),
        ],
    )
    def test_a_reference_to_nowhere_names_its_line(self, folder: Path, reference: str, words: str) -> None:
        found = self.contract(folder, reference, '{"$defs": {}}')
        error = found.broken["a/one"]
        assert words in str(error)
        assert error.location is not None
        assert error.location.line == 14

    @pytest.mark.parametrize(
        "address",
        ["loop.json", "round/x.json", "a\0b.json", f"{'x' * 300}.json", f"{'x/' * 3000}y.json"],
        ids=["link to itself", "folder that is one", "NUL", "long name", "long path"],
    )
    def test_a_file_that_the_system_refuses_breaks_one_template(self, folder: Path, address: str) -> None:
        (folder / "templates/a").mkdir(exist_ok=True)
        (folder / "templates/a/loop.json").symlink_to("loop.json")
        (folder / "templates/a/round").symlink_to("round")
        write(folder / "templates/a/two.html", "<p>Hello</p>")
        found = self.contract(folder, f"{address}#/$defs/n", "{}")
        error = found.broken["a/one"]
        assert "cannot be read: " in str(error)
        assert str(error).isprintable()
        assert error.location is not None
        assert (Path(error.location.file).name, error.location.line) == ("one.json", 14)
        assert "a/two" in found.templates
