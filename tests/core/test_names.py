"""A name that no release can hold is found by the check, before anybody builds."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.building import build_release
from app.core.errors import CheckFailedError
from app.core.release import Provenance
from app.core.workspace import Workspace


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
