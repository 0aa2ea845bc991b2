"""A name that no release can hold is found by the check, before anybody builds."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.building import build_release
from app.core.errors import CheckFailedError, ReleaseError
from app.core.release import Provenance
from app.core.workspace import Workspace
from tests.core.folders import load, metadata, write
from tests.publishing.samples import release


@pytest.mark.parametrize(
    ("name", "words", "remedy"),
    [
        ("receipts/receipt.af", "of which this would be the translation into 'af'", "'_' or '-' for the dot"),
        ("objects/receipt", "the folder 'objects' is where releases are kept", "Rename the folder"),
        ("releases/a/b", "the folder 'releases' is where releases are kept", "Rename the folder"),
        ("history/page", "the folder 'history' is where releases are kept", "Rename the folder"),
    ],
)
def test_a_name_that_cannot_be_published_is_an_error_with_its_place(
    tmp_path: Path, name: str, words: str, remedy: str
) -> None:
    file = tmp_path / "templates" / f"{name}.html"
    file.parent.mkdir(parents=True)
    file.write_text("<p>Hello</p>")
    workspace = Workspace.load(tmp_path / "templates", tmp_path / "fixtures")
    [found] = [finding for finding in workspace.check().findings if words in finding.message]
    assert found.location.file.endswith(f"{name}.html")
    assert remedy in found.remedy
    assert found in workspace.templates.problems  # which the preview shows above its list
    with pytest.raises(CheckFailedError):
        build_release(workspace, Provenance())


LONG = "ü" * 128  # 256 bytes, of which a file system takes 255


@pytest.mark.parametrize(
    ("names", "words", "remedy"),
    [
        (("current.json/hello",), "'current.json', where the active pointer lies", "Rename the folder"),
        (("Current.JSON/hello",), "'Current.JSON', where the active pointer lies", "Rename the folder"),
        (("a", "a.html/b"), "'a.html', where 'a' has a file", "Rename the folder"),
        (("x/a", "x/a.txt/b/c"), "'x/a.txt', where 'x/a' has a file", "Rename the folder"),
        (("a", "A.html/b"), "'A.html', where 'a' has a file", "Rename the folder"),
        (("x/Receipt", "x/receipt"), "'x/Receipt' and 'x/receipt' are one file", "Rename one of them"),
        (("x/é", "x/e\u0301"), "are one file", "Rename one of them"),
        (("x/straße", "x/STRASSE"), "are one file", "Rename one of them"),
        (("Releases/a",), "the folder 'Releases' is where releases are kept", "Rename the folder"),
        (("OBJECTS/a",), "the folder 'OBJECTS' is where releases are kept", "Rename the folder"),
        (("x./a",), "the folder 'x.' ends with a dot or a blank", "Rename the folder"),
        (("x/y /a",), "the folder 'y ' ends with a dot or a blank", "Rename the folder"),
        ((f"x/{LONG[:-2]}",), "more than 255 bytes", "Shorten it"),
        ((f"{LONG}/a",), "more than 255 bytes", "Shorten it"),
    ],
)
def test_a_name_that_some_target_could_not_hold_is_in_no_release(
    names: tuple[str, ...], words: str, remedy: str
) -> None:
    """A bucket would take it, and a directory that the release is promoted to not."""
    with pytest.raises(ReleaseError) as caught:
        release(names=names)
    assert words in caught.value.message
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    "names",
    [
        ("v1.2/receipt", "v1.2/order"),
        ("x/a", "x/a_html/b", "x.html/a"),
        ("Receipts/a", "receipts/b"),
        ("a", "a/b", "A/b.c/d"),
        ("x/é", "x/e", "x/ü y", "x/ a"),
        (f"x/{'a' * 200}",),
        ("drafts/a", "current/json", "bundle.json/a", "manifest.json/b"),
    ],
)
def test_names_that_every_target_can_hold_are_in_a_release(names: tuple[str, ...]) -> None:
    assert set(release(names=names).bundle.templates) == set(names)


def test_a_name_that_some_target_could_not_hold_is_found_by_the_check(tmp_path: Path) -> None:
    for name in (
        "current.json/hello",
        "a/b",
        "a/b.txt/c",
    ):  # a source has no text part of its own, so that can be
        write(tmp_path / f"templates/{name}.html", "<p>Hello</p>")
    workspace = Workspace.load(tmp_path / "templates", tmp_path / "fixtures")
    for words, file in (
        ("where the active pointer lies", "current.json/hello.html"),
        ("where 'a/b' has a file", "a/b.txt/c.html"),
    ):
        [found] = [each for each in workspace.check().findings if words in each.message]
        assert found.location.file.endswith(file)
        assert (found.code, found.severity) == ("source", "error")
        assert found in workspace.templates.problems
    with pytest.raises(CheckFailedError):
        build_release(workspace, Provenance())


def test_a_translation_that_differs_from_another_in_case_alone_is_found_by_the_check(tmp_path: Path) -> None:
    for name in ("x/a", "x/a.en-ZA", "x/a.en-za"):
        write(tmp_path / f"templates/{name}.html", "<p>Hello</p>")
        write(tmp_path / f"templates/{name}.json", metadata())
    found = load(tmp_path).problems
    assert any("'x/a.en-ZA' and 'x/a.en-za' are one file" in each.message for each in found)
