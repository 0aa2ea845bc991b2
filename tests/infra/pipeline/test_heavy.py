"""Nothing is promoted unless the last run of the heavy tests for its commit succeeded."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from infra.deploy.errors import RefusedError, SurroundingsError
from infra.pipeline.__main__ import main
from infra.pipeline.github import GitHub
from infra.pipeline.heavy import REACH_DAYS, WORKFLOW, require_heavy_tests
from tests.infra.pipeline.conftest import REPOSITORY
from tests.infra.pipeline.stand_in import StandIn

LIST: Final = f"GET /repos/{REPOSITORY}/actions/workflows/{WORKFLOW}/runs?branch=main&per_page=100"
MERGED: Final = datetime(2026, 3, 20, 12, tzinfo=UTC)
"""When ``released`` was merged; the others a day apart."""


class Line:
    """Three commits of main, a day apart, and one beside them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")
        self.before = self.commit(MERGED - timedelta(days=1))
        self.released = self.commit(MERGED)
        self.after = self.commit(MERGED + timedelta(days=1))
        self.git("checkout", "--quiet", "-b", "feature", self.before)
        self.beside = self.commit(MERGED, "another change")
        self.git("checkout", "--quiet", "main")

    def commit(self, when: datetime, message: str = "change") -> str:
        self.git("commit", "--quiet", "--allow-empty", "-m", message, when=when)
        return self.git("rev-parse", "HEAD")

    def git(self, *words: str, when: datetime = MERGED) -> str:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
        dates = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), when.isoformat())
        answer = subprocess.run(
            ["git", *who, *words],
            cwd=self.folder,
            env={**os.environ, **dates},
            capture_output=True,
            text=True,
            check=True,
        )
        return answer.stdout.strip()


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    return Line(tmp_path_factory.mktemp("line"))


@pytest.fixture(autouse=True)
def _entered(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(line.folder)


def run(number: int, commit: str, conclusion: str | None = "success", **changes: Any) -> dict[str, Any]:
    """A run as GitHub lists it, an hour after ``released`` was merged."""
    return {
        "id": number,
        "head_sha": commit,
        "head_branch": "main",
        "event": "schedule",
        "status": "completed" if conclusion else "in_progress",
        "conclusion": conclusion,
        "created_at": "2026-03-20T13:00:00Z",
        "repository": {"full_name": REPOSITORY},
        "head_repository": {"full_name": REPOSITORY},
        **changes,
    }


def began(days_before: float) -> str:
    return (MERGED - timedelta(days=days_before)).isoformat().replace("+00:00", "Z")


def ask(stand_in: StandIn, line: Line, *runs: dict[str, Any]) -> str:
    stand_in.answers[LIST] = (200, {"total_count": len(runs), "workflow_runs": list(runs)})
    return require_heavy_tests(GitHub.of_this_run(), line.released).number


def test_the_commit_itself_or_one_before_it_was_tested(stand_in: StandIn, line: Line) -> None:
    assert ask(stand_in, line, run(5, line.released)) == "5"
    assert ask(stand_in, line, run(5, line.before)) == "5"


def test_a_run_at_the_commit_itself_counts_for_ever(stand_in: StandIn, line: Line) -> None:
    assert ask(stand_in, line, run(5, line.released, created_at=began(-400))) == "5"


def test_a_run_at_a_commit_before_it_counts_for_a_week_and_a_day(stand_in: StandIn, line: Line) -> None:
    assert ask(stand_in, line, run(5, line.before, created_at=began(REACH_DAYS))) == "5"
    with pytest.raises(RefusedError, match="more than 8 days before") as caught:
        ask(stand_in, line, run(5, line.before, created_at=began(REACH_DAYS + 0.01)))
    assert f"gh workflow run {WORKFLOW} --ref main" in str(caught.value)


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_last_run_decides_whatever_those_before_it_found(
    stand_in: StandIn, line: Line, newest_first: bool
) -> None:
    def both(last: str, former: str) -> list[dict[str, Any]]:
        runs = [run(6, line.released, last), run(5, line.released, former, created_at=began(1))]
        return runs if newest_first else runs[::-1]

    assert ask(stand_in, line, *both("success", "failure")) == "6"
    with pytest.raises(RefusedError, match=r"Run 6 of test-heavy\.yml, the last .* is failure: mend"):
        ask(stand_in, line, *both("failure", "success"))


@pytest.mark.parametrize(
    ("conclusion", "status"),
    [
        ("failure", "completed"),
        ("cancelled", "completed"),
        ("timed_out", "completed"),
        ("skipped", "completed"),
        ("startup_failure", "completed"),
        (None, "in_progress"),
        (None, "queued"),
        ("success", "in_progress"),  # a run that is repeated keeps what it found the first time
        (None, "completed"),
    ],
)
def test_whatever_is_no_success_is_none(
    stand_in: StandIn, line: Line, conclusion: str | None, status: str
) -> None:
    older = run(5, line.released, created_at=began(1))
    with pytest.raises(RefusedError, match="Run 6"):
        ask(stand_in, line, run(6, line.released, conclusion, status=status), older)


@pytest.mark.parametrize(
    "foreign",
    [
        {"head_branch": "feature"},
        {"event": "pull_request"},
        {"head_repository": {"full_name": "stranger/mails"}},
    ],
)
def test_a_run_of_others_is_no_verdict_of_either_kind(
    stand_in: StandIn, line: Line, foreign: dict[str, Any]
) -> None:
    with pytest.raises(RefusedError, match="have not run at"):
        ask(stand_in, line, run(6, line.released, **foreign))
    assert ask(stand_in, line, run(6, line.released, "failure", **foreign), run(5, line.released)) == "5"


def test_a_run_at_another_commit_says_nothing_of_this_one(stand_in: StandIn, line: Line) -> None:
    """What came later may have mended what this one has; what lies beside it was never in it."""
    for other in (line.after, line.beside, "f" * 40):
        with pytest.raises(RefusedError, match=f"have not run at {line.released[:12]}"):
            ask(stand_in, line, run(6, other))
        assert ask(stand_in, line, run(6, other, "failure"), run(5, line.released)) == "5"


def test_no_run_at_all_is_refused_with_what_to_do(stand_in: StandIn, line: Line) -> None:
    with pytest.raises(RefusedError, match="gh workflow run"):
        ask(stand_in, line)


@pytest.mark.parametrize(
    "answer",
    [[], {}, {"workflow_runs": None}, {"workflow_runs": [{}]}, {"workflow_runs": [[]]}, b"<html>"],
)
def test_an_answer_that_is_no_list_of_runs_is_no_verdict(stand_in: StandIn, line: Line, answer: Any) -> None:
    stand_in.answers[LIST] = (200, answer)
    with pytest.raises(SurroundingsError):
        require_heavy_tests(GitHub.of_this_run(), line.released)


def test_half_a_history_is_no_verdict(stand_in: StandIn, line: Line, tmp_path: Path) -> None:
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=1", f"file://{line.folder}", tmp_path / "copy"], check=True
    )
    stand_in.answers[LIST] = (200, {"workflow_runs": [run(5, line.before)]})
    with pytest.raises(SurroundingsError, match="git fetch --unshallow"):
        require_heavy_tests(GitHub.of_this_run(), line.after, repository=tmp_path / "copy")
    with pytest.raises(SurroundingsError, match="git cannot say"):
        require_heavy_tests(GitHub.of_this_run(), "f" * 40)


@pytest.mark.parametrize("commit", ["", "main", "--all", "0" * 39])
def test_what_is_no_commit_is_not_looked_for(stand_in: StandIn, commit: str) -> None:
    with pytest.raises(RefusedError, match="is no commit"):
        require_heavy_tests(GitHub.of_this_run(), commit)
    assert stand_in.calls == []


def test_the_command_asks_for_what_is_promoted_and_not_for_dev(
    stand_in: StandIn, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in.answers[LIST] = (200, {"workflow_runs": [run(5, line.released, "failure")]})
    codes = {
        name: main(["check-heavy", "--env", name, "--commit", line.released])
        for name in ("dev", "sit", "prod")
    }
    assert codes == {"dev": 0, "sit": 3, "prod": 3}
    assert capsys.readouterr().err.count("Run 5 of test-heavy.yml") == 2
    stand_in.answers[LIST] = (200, {"workflow_runs": [run(5, line.before)]})
    assert main(["check-heavy", "--env", "prod", "--commit", line.released]) == 0
    assert f"passed in run 5 of test-heavy.yml, at {line.before}" in capsys.readouterr().out
