"""What a run has made goes further only if it was our workflow, on main, and succeeded."""

from __future__ import annotations

from typing import Any

import pytest

from infra.deploy.errors import RefusedError, SurroundingsError
from infra.pipeline.__main__ import main
from infra.pipeline.github import GitHub, finished_run
from tests.infra.pipeline.conftest import REPOSITORY, Checkout
from tests.infra.pipeline.stand_in import StandIn

PLAN = "plan-infrastructure.yml"


def run(**changes: Any) -> dict[str, Any]:
    return {
        "path": f".github/workflows/{PLAN}",
        "head_branch": "main",
        "event": "push",
        "conclusion": "success",
        "status": "completed",
        "head_sha": "0" * 40,
        "repository": {"full_name": REPOSITORY},
        "head_repository": {"full_name": REPOSITORY, "owner": {"login": "owner"}},
        **changes,
    }


def ask(stand_in: StandIn, number: str = "41", **changes: Any) -> Any:
    stand_in.answers[f"GET /repos/{REPOSITORY}/actions/runs/{number}"] = (200, run(**changes))
    return finished_run(GitHub.of_this_run(), number, PLAN)


def test_a_run_of_main_that_succeeded_is_taken(stand_in: StandIn) -> None:
    assert ask(stand_in).commit == "0" * 40
    assert ask(stand_in, path=f".github/workflows/{PLAN}@refs/heads/main").number == "41"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"path": ".github/workflows/mine.yml"}, "is one of .github/workflows/mine.yml"),
        ({"path": None}, "not of plan-infrastructure.yml"),
        ({"head_branch": "feature"}, "is of feature, not of main"),
        ({"event": "pull_request"}, "not of main"),
        ({"head_repository": {"full_name": "stranger/mails"}}, "comes from a fork"),
        ({"conclusion": "failure"}, "is failure"),
        ({"conclusion": "cancelled"}, "is cancelled"),
        ({"conclusion": None, "status": "waiting"}, "is waiting"),
        ({"conclusion": None, "status": "in_progress"}, "is in_progress"),
    ],
)
def test_any_other_run_is_refused(stand_in: StandIn, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        ask(stand_in, **changes)


@pytest.mark.parametrize("number", ["", "0", "-1", "4 1", "41/artifacts", "../../x", "９"])
def test_what_is_no_number_is_not_asked_for(stand_in: StandIn, number: str) -> None:
    with pytest.raises(RefusedError, match="is no number of a run"):
        finished_run(GitHub.of_this_run(), number, PLAN)
    assert stand_in.calls == []


def test_a_run_that_is_not_there_is_refused(stand_in: StandIn) -> None:
    with pytest.raises(RefusedError, match="GitHub answers 404"):
        finished_run(GitHub.of_this_run(), "7", PLAN)


@pytest.mark.parametrize("answer", [(500, {}), (200, b"<html>"), (429, {})])
def test_a_github_that_fails_is_no_verdict(stand_in: StandIn, answer: tuple[int, Any]) -> None:
    stand_in.answers[f"GET /repos/{REPOSITORY}/actions/runs/41"] = answer
    with pytest.raises(SurroundingsError):
        finished_run(GitHub.of_this_run(), "41", PLAN)


def test_a_github_that_is_away_is_status_4(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
    monkeypatch.setenv("GITHUB_TOKEN", "secret-token")
    assert main(["check-run", "--number", "41", "--workflow", PLAN]) == 4
    said = capsys.readouterr().err
    assert "GitHub does not answer" in said
    assert "secret-token" not in said


def test_the_commit_of_the_run_must_be_on_main_too(stand_in: StandIn, checkout: Checkout) -> None:
    for commit, code in ((checkout.old, 0), (checkout.unmerged, 3)):
        stand_in.answers[f"GET /repos/{REPOSITORY}/actions/runs/41"] = (200, run(head_sha=commit))
        assert main(["check-run", "--number", "41", "--workflow", PLAN]) == code


def test_outside_of_a_workflow_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    assert main(["check-run", "--number", "41", "--workflow", PLAN]) == 4
    assert "GITHUB_TOKEN" in capsys.readouterr().err
