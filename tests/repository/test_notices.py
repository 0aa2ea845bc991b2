"""Whatever of others stands here as a copy is named with its licence, and nothing that is not here."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from tests.listing import listed

ROOT = Path(__file__).parents[2]
NOTICES = (ROOT / "THIRD-PARTY-NOTICES.md").read_text(encoding="utf-8")
NAMED = [row.split("|")[2] for row in NOTICES.splitlines() if row.startswith("| ") and "`" in row]
PLACES = [re.search(r"`([^`]+)`", place).group(1) for place in NAMED]  # type: ignore[union-attr]


def tracked() -> list[str]:
    return [file.relative_to(ROOT).as_posix() for file in listed()]


def is_of_others(file: str) -> bool:
    """A font, a program made small, a table of facts, or what has a licence of its own beside it."""
    path = PurePosixPath(file)
    table = file.startswith("app/") and path.suffix == ".json" and path.parent.name == "data"
    licence = re.match(r"(?i)(licen[cs]e|copying|ofl|notice)", path.name) and path.suffix in ("", ".txt")
    return (
        path.suffix in {".ttf", ".otf", ".woff", ".woff2"} or ".min." in path.name or table or bool(licence)
    )


def test_every_copy_is_named_with_its_licence() -> None:
    copies = [file for file in tracked() if is_of_others(file)]
    assert len(copies) > 20
    # What lies beside a copy that is named, such as its licence, belongs to it.
    near = tuple(place if place.endswith("/") else f"{PurePosixPath(place).parent}/" for place in PLACES)
    data = [file for file in copies if PurePosixPath(file).parent.name == "data"]
    assert [file for file in copies if not file.startswith(near)] == []
    assert [file for file in data if file not in PLACES] == []


def test_every_place_that_is_named_holds_something() -> None:
    files = tracked()
    assert len(PLACES) > 3
    for place in PLACES:
        assert any(file.startswith(place) for file in files), place


def test_every_list_of_fonts_names_each() -> None:
    listed = (ROOT / "app/browser/fonts/README.md").read_text(encoding="utf-8")
    for file in (ROOT / "app/browser/fonts").glob("*.ttf"):
        assert file.stem.partition("-")[0] in listed.replace(" ", ""), file.name
