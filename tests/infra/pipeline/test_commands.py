"""What a command hands to later steps is what the workflows read; a refused one hands on nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.core.release_directory import write_release
from infra.deploy import components
from infra.deploy.components import BY_PIPELINE, Component
from infra.pipeline.__main__ import main
from tests.infra.pipeline.conftest import REPOSITORY, Checkout
from tests.infra.pipeline.stand_in import StandIn
from tests.infra.pipeline.workflows import OUTPUTS
from tests.publishing.samples import release

Given = Callable[..., Mapping[str, str]]


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Given:
    """Run a command and give what it wrote to GITHUB_OUTPUT."""

    def run(*words: str, status: int = 0) -> Mapping[str, str]:
        file = tmp_path / "output"
        file.write_text("", encoding="utf-8")
        monkeypatch.setenv("GITHUB_OUTPUT", str(file))
        assert main(words) == status
        return dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())

    return run


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Saved plans of dev, where ``make infra-plan`` leaves them."""
    monkeypatch.setattr(components, "WORK", tmp_path / "work")
    for name in BY_PIPELINE:
        component = Component(name, "dev")
        component.work.mkdir(parents=True)
        component.plan.write_bytes(name.encode())
        (component.work / "plan.md").write_text(f"# {name}", encoding="utf-8")
    return tmp_path / "plan"


def test_a_plan_goes_from_the_job_that_plans_to_the_one_that_applies(
    given: Given, planned: Path, checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ("--env", "dev", "--folder", str(planned))
    made = given("record-plan", *folder, "--commit", checkout.main, "--run-number", "7")
    assert set(made) == OUTPUTS["pipeline-record-plan"]
    monkeypatch.setattr(components, "WORK", tmp_path / "elsewhere")
    found = given("check-plan", *folder, "--run-number", "7", "--digest", made["digest"])
    assert set(found) == OUTPUTS["pipeline-check-plan"]
    assert found == {"commit": checkout.main, "digest": made["digest"]}
    assert Component("tenants", "dev").plan.read_bytes() == b"tenants"
    assert given("check-plan", *folder, "--commit", checkout.old, status=3) == {}, "of another commit"
    assert given("check-plan", *folder, "--run-number", "8", status=3) == {}
    (planned / "tenants" / "plan.tfplan").write_bytes(b"other")
    assert given("check-plan", *folder, status=3) == {}


def test_a_plan_of_what_was_not_merged_goes_no_further(
    given: Given, planned: Path, checkout: Checkout
) -> None:
    folder = ("--env", "dev", "--folder", str(planned))
    given("record-plan", *folder, "--commit", checkout.unmerged, "--run-number", "7")
    assert given("check-plan", *folder, status=3) == {}


def test_a_release_goes_from_the_job_that_builds_to_the_one_that_publishes(
    given: Given, tmp_path: Path, checkout: Checkout
) -> None:
    folder = tmp_path / "built"
    built = release()
    write_release(built, folder / "release")
    where = ("--folder", str(folder))
    made = given("record-release", *where, "--commit", checkout.main, "--run-number", "7")
    found = given("check-release", *where, "--run-number", "7", "--digest", made["digest"])
    assert set(found) == OUTPUTS["pipeline-check-release"]
    assert found == {"release": built.id, "commit": checkout.main, "digest": made["digest"]}
    assert given("check-release", *where, "--release", "another", status=3) == {}
    (folder / "record.json").unlink()
    assert given("check-release", *where, status=3) == {}, "nothing says that the pipeline built it"


@pytest.mark.parametrize("end", ["\n", "\r", "\v", "\u2028", "\n\n"])
def test_no_value_brings_an_output_of_its_own(
    given: Given, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """A line of GITHUB_OUTPUT is an output, whoever has written it."""
    monkeypatch.setattr("infra.pipeline.__main__._release_in", lambda folder: f"a{end}digest=b")
    monkeypatch.setattr(
        "infra.pipeline.__main__.make_record", lambda *words, **options: SimpleNamespace(digest="c")
    )
    assert given("record-release", "--folder", "build", "--commit", "c" * 40, status=3) == {}


def test_a_run_hands_on_its_commit(given: Given, stand_in: StandIn, checkout: Checkout) -> None:
    stand_in.answers[f"GET /repos/{REPOSITORY}/actions/runs/41"] = (
        200,
        {
            "path": ".github/workflows/build-release.yml",
            "head_branch": "main",
            "head_sha": checkout.main,
            "event": "push",
            "conclusion": "success",
            "repository": {"full_name": REPOSITORY},
            "head_repository": {"full_name": REPOSITORY},
        },
    )
    found = given("check-run", "--number", "41", "--workflow", "build-release.yml")
    assert set(found) == OUTPUTS["pipeline-check-run"]


def test_what_is_no_plan_is_not_removed_for_one(given: Given, planned: Path, checkout: Checkout) -> None:
    words = ("record-plan", "--env", "dev", "--folder", str(planned), "--commit", checkout.main)
    for _ in range(2):
        assert given(*words, "--run-number", "7"), "an earlier plan is replaced"
    before = {path: path.read_bytes() for path in planned.rglob("*") if path.is_file()}
    (planned / "tenants/notes.txt").write_text("mine", encoding="utf-8")
    assert given(*words, "--run-number", "8", status=3) == {}
    assert (planned / "tenants/notes.txt").read_text(encoding="utf-8") == "mine"
    (planned / "tenants/notes.txt").unlink()
    Component("tenants", "dev").plan.unlink()
    assert given(*words, "--run-number", "8", status=3) == {}, "half a change"
    assert {path: path.read_bytes() for path in planned.rglob("*") if path.is_file()} == before
