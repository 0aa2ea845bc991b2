"""The examples of the format's description are what this program reads and writes, member for member."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.core.release import parse_manifest
from app.publishing.directory_store import DirectoryStore
from app.publishing.history import activations
from bbws_templates.bundle import bundle_bytes, parse_bundle
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.documents import BUNDLE_FORMAT, MANIFEST_FORMAT, PAGE_FORMAT, POINTER_FORMAT
from bbws_templates.pointer import parse_pointer

PAGE = (Path(__file__).parents[2] / "docs/release-format.md").read_text("utf-8")


def example(name: str) -> Any:
    found = re.search(rf"^```json {name}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert found, name
    return json.loads(found[1])


BUNDLE = canonical_json(example("bundle"))
RELEASE = Digest.of(BUNDLE).hex


def test_the_bundle_has_every_member_and_no_other() -> None:
    read = parse_bundle(BUNDLE, release=RELEASE)
    assert read.further is None
    assert all(template.further is None for template in read.templates.values())
    written = bundle_bytes(
        read.templates.values(),
        locale=read.locale,
        time_zone=read.time_zone,
        display=read.display,
        zone_rules=read.zone_rules,
    )
    assert written == BUNDLE


def test_the_manifest_describes_that_bundle() -> None:
    manifest = example("manifest")
    read = parse_manifest(canonical_json(manifest), release=RELEASE)
    assert json.loads(read.to_bytes()) == manifest
    assert read.files["bundle.json"].describes(BUNDLE)


def test_the_pointer_points_to_them() -> None:
    pointer = example("pointer")
    read = parse_pointer(canonical_json(pointer))
    assert read.release == RELEASE
    assert read.further is None
    manifest = parse_manifest(canonical_json(example("manifest")))
    assert read.active.manifest == Digest.of(manifest.to_bytes())
    for members in (pointer, *pointer["history"]):
        assert members.pop("details") == {}  # the one member that is not written when it is empty
    assert json.loads(read.to_bytes()) == pointer


def test_the_page_is_one_of_a_history(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    data = canonical_json(example("page"))
    key = f"history/00000001-00000001-{Digest.of(data).hex[:16]}.json"
    store.put(key, data)
    pointer = {**example("pointer"), "archive": key, "history": []}
    entries = list(activations(store, parse_pointer(canonical_json(pointer))))
    assert [entry.sequence for entry in entries] == [2, 1]
    assert {**entries[1].members(), "details": {}} == example("pointer")["history"][0]


@pytest.mark.parametrize(
    ("document", "known"),
    [
        ("bundle", BUNDLE_FORMAT),
        ("pointer", POINTER_FORMAT),
        ("history page", PAGE_FORMAT),
        ("manifest", MANIFEST_FORMAT),
    ],
)
def test_the_table_of_formats_is_that_of_the_program(document: str, known: Any) -> None:
    readable = ", ".join(map(str, sorted(known.reads)))
    assert f"| {document} | {known.writes} | {readable} |\n" in PAGE
