"""The one comment of a pull request, made of files that other jobs wrote, and kept up to date in its place.

The files come from a run over somebody's change and are hostile: they are data, cut to a size, without
control characters, and in fences that they cannot close.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from infra.deploy.errors import RefusedError
from infra.pipeline.github import GitHub

MARK: Final = "<!-- bbws-templates: pull request -->"
"""The first line of our comment, by which it is found again."""
LARGEST: Final = 60_000
"""Characters of a comment; GitHub refuses more than 65,536."""

SECTIONS: Final = {
    "templates.txt": "Templates: what publishing would change",
    "contracts.txt": "Contracts: what callers would notice",
    "pictures.txt": "Pictures: what looks different",
    "infrastructure.md": "Infrastructure: the plan against main's estate, on an emulator",
    "cost.txt": "Cost",
}
"""File of the artifact to the heading of its part; the order is that of the comment."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_ANSI: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,19}")


def make_comment(folder: Path) -> str:
    """The comment, from those of ``SECTIONS`` that are in ``folder``.

    Raises:
        RefusedError: there is none of them, or one is no text.
    """
    parts = [(SECTIONS[name], _text(folder / name)) for name in SECTIONS if (folder / name).is_file()]
    if not parts:
        raise RefusedError(f"There is nothing in {folder} to comment on: look at the jobs before this one.")
    room = (LARGEST - len(MARK) - 200) // len(parts)
    lines = [MARK, ""]
    for heading, text in parts:
        lines += [f"### {heading}", "", *_fenced(text, room), ""]
    return "\n".join(lines)


def post_comment(github: GitHub, pull: str, body: str) -> str:
    """Put ``body`` in the place of our earlier comment, or make the first one; which of the two it was.

    Raises:
        RefusedError, SurroundingsError: as GitHub answers.
    """
    if not _NUMBER.fullmatch(pull):
        raise RefusedError(f"{pull!r} is no number of a pull request.")
    for comment in _comments(github, pull):
        ours = comment.get("user", {}).get("type") == "Bot"
        if ours and str(comment.get("body", "")).startswith(MARK):
            github.call("PATCH", f"issues/comments/{comment['id']}", {"body": body})
            return "updated"
    github.call("POST", f"issues/{pull}/comments", {"body": body})
    return "made"


def pull_request_of(github: GitHub, run: str) -> str:
    """The number of the open pull request whose head the run ``run`` was about; "" when there is none.

    It is asked of GitHub. The artifact of the run would say whatever the change wants it to.
    """
    if not _NUMBER.fullmatch(run):
        raise RefusedError(f"{run!r} is no number of a run.")
    found = github.get(f"actions/runs/{run}")
    commit, branch = found["head_sha"], found["head_branch"]
    owner = found["head_repository"]["owner"]["login"]
    head = quote(f"{owner}:{branch}", safe="")  # a branch may be named as a piece of a query
    pulls = github.get(f"pulls?state=open&head={head}&per_page=100")
    numbers = [str(pull["number"]) for pull in pulls if pull["head"]["sha"] == commit]
    return numbers[0] if numbers else ""


def _comments(github: GitHub, pull: str) -> Iterator[Any]:
    page = 1
    while found := github.get(f"issues/{pull}/comments?per_page=100&page={page}"):
        yield from found
        page += 1


def _text(file: Path) -> str:
    if file.is_symlink() or not file.is_file():
        raise RefusedError(f"{file.name} is no file.")
    with file.open("rb") as opened:
        data = opened.read(4 * LARGEST)  # an artifact of kilobytes may unfold to more than there is memory
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", _ANSI.sub("", data.decode("utf-8", "replace")))


def _fenced(text: str, room: int) -> list[str]:
    """``text`` as a block that it cannot end, folded away; what does not fit is said to be missing."""
    text = re.sub(r"`{9,}", "`" * 8 + "…", text)  # a longer run would make the fence as long
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    note = []
    if len(text) > room - 2 * len(fence) - 120:
        text = text[: max(0, room - 2 * len(fence) - 120)]
        note = ["", "**This part is cut: the whole of it is in the artifacts of the run.**"]
    return ["<details><summary>Show</summary>", "", f"{fence}text", text, fence, *note, "", "</details>"]
