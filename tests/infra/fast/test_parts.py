"""Markdown that is safe to show, and whole in parts where one place does not hold it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.deploy.markdown import COMMENT, code, fenced, parts
from infra.deploy.report import plan_report, write_parts
from tests.infra.plans import change, plan_of

GOES_ON = re.compile(r"\n[-+ ] \(the line goes on\) ")


def joined(pieces: list[str]) -> str:
    """The text again: without the numbers of the parts, without the fences that were closed and opened."""
    text = ""
    for number, piece in enumerate(pieces, 1):
        head, _, body = piece.partition("\n\n")
        assert head == f"*Part {number} of {len(pieces)}*"
        text += body if not text or not body.startswith("```") else "\0" + body
    text = re.sub(r"`{3,}\n\0`{3,}diff\n", "", text).replace("\0", "")
    return GOES_ON.sub("", text)


@given(
    st.lists(
        st.text(
            st.characters(codec="ascii", exclude_characters="`", categories=["L", "N", "P"]), max_size=300
        )
    ),
    st.lists(st.integers(0, 9000), max_size=9),
)
def test_the_parts_of_a_report_are_the_report(lines: list[str], lengths: list[int]) -> None:
    body = [f"+ {line}" for line in lines] + ["- " + "x" * length for length in lengths]
    text = "\n".join(["# A plan", "", *fenced(body), "The end", ""])
    pieces = parts(text, 2000)
    assert all(len(piece.encode()) <= 2000 for piece in pieces)
    assert all(piece.count("\n```") % 2 == 0 for piece in pieces)
    assert (pieces[0] if len(pieces) == 1 else joined(pieces)) == text


def test_a_report_that_fits_is_not_parted(tmp_path: Path) -> None:
    (file,) = write_parts("short\n", tmp_path, COMMENT)
    assert (file.name, file.read_text()) == ("plan-1-of-1.md", "short\n")


def test_a_long_plan_is_parted_for_comments(tmp_path: Path) -> None:
    plan = plan_of(*(change(f"a.b{n}", "create", after={"text": "word " * 900}) for n in range(60)))
    (tmp_path / "plan-9-of-9.md").write_text("of an older plan")
    files = write_parts(plan_report(plan), tmp_path, COMMENT)
    assert len(files) > 4
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert all(file.stat().st_size <= COMMENT for file in files)
    whole = "".join(file.read_text() for file in files)
    assert all(f"a.b{n}`" in whole for n in range(60))


def test_a_part_that_is_too_small_for_anything_is_refused() -> None:
    with pytest.raises(ValueError, match="A part holds at least 2000 bytes"):
        parts("x" * 3000, 100)


@pytest.mark.parametrize("text", ["", "`", "``", " a", "a`", "`` ` ``", "a\\b", 'a"b', "\n", "x\u202ey"])
def test_code_in_a_line_begins_and_ends_where_it_should(text: str) -> None:
    shown = code(text)
    fence = re.match("`+", shown)
    assert fence is not None
    inner = shown[len(fence[0]) : -len(fence[0])]
    assert shown.endswith(fence[0])
    assert fence[0] not in re.findall("`+", inner)
    assert "\n" not in shown
    assert shown.isascii()
