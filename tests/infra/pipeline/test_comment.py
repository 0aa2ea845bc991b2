"""One comment a pull request, brought up to date in its place; what it shows is hostile and stays text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.deploy.errors import RefusedError
from infra.pipeline.__main__ import main
from infra.pipeline.comment import LARGEST, MARK, SECTIONS, make_comment, post_comment, pull_request_of
from infra.pipeline.github import GitHub
from tests.infra.pipeline.conftest import REPOSITORY
from tests.infra.pipeline.stand_in import StandIn
from tests.infra.pipeline.test_github import run

COMMENTS = f"/repos/{REPOSITORY}/issues/7/comments?per_page=100&page="


def parts(folder: Path, **texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        file = next(known for known in SECTIONS if known.startswith(name))
        (folder / file).write_text(text, encoding="utf-8", errors="surrogatepass")
    return folder


def test_every_part_has_its_heading_in_order(tmp_path: Path) -> None:
    body = make_comment(
        parts(tmp_path / "c", templates="a", contracts="b", pictures="c", infra="d", cost="e")
    )
    places = [body.index(heading) for heading in SECTIONS.values()]
    assert places == sorted(places)
    assert body.startswith(MARK)


@given(text=st.text(max_size=300))
def test_no_text_leaves_its_block(text: str) -> None:
    """A fence is ended by as many backticks at the beginning of a line: none of the text's own does it."""
    from infra.pipeline.comment import _fenced

    lines = "\n".join(_fenced(text, 2_000)).splitlines()
    (opening, *_), closing = [line for line in lines if re.fullmatch(r"`{3,}(text)?", line)], lines[-3]
    fence = opening.removesuffix("text")
    assert closing == fence
    assert [line for line in lines if re.match(rf"\s*{fence}", line)] == [opening, closing]


@pytest.mark.parametrize("size", [10, LARGEST, 3 * LARGEST])
def test_it_is_never_too_large_for_github_and_says_what_it_leaves_out(tmp_path: Path, size: int) -> None:
    body = make_comment(parts(tmp_path / "c", templates="x" * size, infra="`" * size))
    assert len(body) < 65_536
    assert ("This part is cut" in body) == (size > 10)


def test_what_hides_or_forges_is_made_visible(tmp_path: Path) -> None:
    body = make_comment(parts(tmp_path / "c", templates="\x1b[31mred\u202e txet \x00 \r\u2028"))
    assert "red\N{REPLACEMENT CHARACTER} txet" in body
    assert not set(body) & set("\x1b\x00\r\u202e\u2028")


def test_a_link_to_another_file_is_not_followed(tmp_path: Path) -> None:
    folder = parts(tmp_path / "c")
    (folder / "templates.txt").symlink_to("/etc/hostname")
    with pytest.raises(RefusedError, match="is no file"):
        make_comment(folder)


def test_of_a_file_that_unfolds_without_end_no_more_is_read_than_is_shown(tmp_path: Path) -> None:
    with (tmp_path / "templates.txt").open("wb") as file:
        file.truncate(1 << 40)  # a terabyte of nothing, which takes no room
    assert len(make_comment(tmp_path)) <= LARGEST


def test_without_a_part_there_is_no_comment(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="nothing in"):
        make_comment(parts(tmp_path / "c"))


def comment(number: int, body: str, kind: str = "Bot") -> dict[str, Any]:
    return {"id": number, "body": body, "user": {"type": kind}}


def test_the_first_is_made_and_the_next_takes_its_place(stand_in: StandIn) -> None:
    github = GitHub.of_this_run()
    stand_in.answers[f"GET {COMMENTS}1"] = (200, [comment(1, "hello", "User")])
    stand_in.answers[f"GET {COMMENTS}2"] = (200, [])
    stand_in.answers[f"POST /repos/{REPOSITORY}/issues/7/comments"] = (201, {})
    assert post_comment(github, "7", f"{MARK}\nnew") == "made"
    stand_in.answers[f"GET {COMMENTS}1"] = (200, [comment(n, "x") for n in range(2, 102)])
    stand_in.answers[f"GET {COMMENTS}2"] = (200, [comment(200, f"{MARK}\nold")])
    stand_in.answers[f"PATCH /repos/{REPOSITORY}/issues/comments/200"] = (200, {})
    assert post_comment(github, "7", f"{MARK}\nnewer") == "updated"
    assert stand_in.calls[-1][2] == {"body": f"{MARK}\nnewer"}


def test_a_person_who_copies_the_mark_keeps_their_comment(stand_in: StandIn) -> None:
    stand_in.answers[f"GET {COMMENTS}1"] = (200, [comment(1, f"{MARK}\nmine", "User")])
    stand_in.answers[f"GET {COMMENTS}2"] = (200, [])
    stand_in.answers[f"POST /repos/{REPOSITORY}/issues/7/comments"] = (201, {})
    assert post_comment(GitHub.of_this_run(), "7", f"{MARK}\nnew") == "made"


def test_which_pull_request_it_is_is_asked_of_github(stand_in: StandIn) -> None:
    """Two are open from branches of that name; the one with the very commit is meant."""
    about = run(head_branch="feature", head_sha="a" * 40, head_repository={"owner": {"login": "stranger"}})
    stand_in.answers[f"GET /repos/{REPOSITORY}/actions/runs/41"] = (200, about)
    asked = f"GET /repos/{REPOSITORY}/pulls?state=open&head=stranger%3Afeature&per_page=100"
    pulls = [{"number": 6, "head": {"sha": "b" * 40}}, {"number": 7, "head": {"sha": "a" * 40}}]
    stand_in.answers[asked] = (200, pulls)
    assert pull_request_of(GitHub.of_this_run(), "41") == "7"
    stand_in.answers[asked] = (200, pulls[:1])
    assert pull_request_of(GitHub.of_this_run(), "41") == ""


def test_on_a_laptop_the_comment_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = parts(tmp_path / "c", templates="~ receipts/receipt")
    assert main(["comment", "--folder", str(folder)]) == 0
    assert "~ receipts/receipt" in capsys.readouterr().out
