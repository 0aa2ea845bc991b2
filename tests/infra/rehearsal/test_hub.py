"""The GitHub of a rehearsal gives a job no more than its token has, and vouches for nothing by itself."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.deploy.errors import RefusedError
from infra.pipeline.comment import post_comment
from infra.pipeline.github import GitHub, finished_run
from infra.pipeline.heavy import WORKFLOW, require_heavy_tests
from infra.pipeline.slack import notify
from tests.infra.rehearsal.conftest import NAME, Small
from tests.infra.rehearsal.hub import Hub
from tests.infra.rehearsal.runs import FAILURE, MAIN, SUCCESS, Event, Run

SIGNER = f"{NAME}/.github/workflows/build-release.yml"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(NAME, tmp_path)
    yield made
    made.close()


def test_a_run_is_told_to_a_token_that_may_ask_and_to_no_other(hub: Hub) -> None:
    hub.announce(Run(7, Event("build-release.yml", "push", "c" * 40), conclusion=SUCCESS))
    allowed = GitHub(NAME, "actions=read,contents=read", hub.url)
    assert finished_run(allowed, "7", "build-release.yml").commit == "c" * 40
    with pytest.raises(RefusedError, match="404"):
        finished_run(allowed, "8", "build-release.yml")
    with pytest.raises(RefusedError, match="403"):
        finished_run(GitHub(NAME, "contents=read", hub.url), "7", "build-release.yml")


def test_the_last_run_of_a_workflow_is_the_one_that_counts(hub: Hub, small: Small) -> None:
    commit = small.write()
    asked = GitHub(NAME, "actions=read", hub.url)
    for number, conclusion in ((3, FAILURE), (4, SUCCESS)):
        hub.announce(Run(number, Event(WORKFLOW, "schedule", commit), conclusion=conclusion))
        hub.announce(Run(number + 5, Event("build-release.yml", "push", commit), conclusion=FAILURE))
    assert require_heavy_tests(asked, commit, repository=small.repository).number == "4"
    hub.announce(Run(5, Event(WORKFLOW, "schedule", commit), conclusion=FAILURE))
    with pytest.raises(RefusedError, match="Run 5"):
        require_heavy_tests(asked, commit, repository=small.repository)


def test_a_comment_is_made_once_and_by_a_token_that_may_write(hub: Hub) -> None:
    with pytest.raises(RefusedError, match="403"):
        post_comment(GitHub(NAME, "pull-requests=read", hub.url), "1", "text")
    writer = GitHub(NAME, "pull-requests=write", hub.url)
    body = "<!-- bbws-templates: pull request -->\n"
    assert post_comment(writer, "1", f"{body}one") == "made"
    assert post_comment(writer, "1", f"{body}two") == "updated"
    assert [comment["body"] for comment in hub.comments.values()] == [f"{body}two"]


def test_slack_hears_of_what_is_told_unless_it_is_down(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", f"{hub.url}/slack")
    notify("failure", "A release", "dev")
    hub.slack_is_down = True
    assert "goes on" in notify("failure", "A release", "sit")
    assert len(hub.notices) == 1
    assert hub.refused_notices == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 0),
        ({"repository": "somebody/mails"}, 1),
        ({"ref": "refs/heads/feature", "job_workflow_ref": f"{SIGNER}@refs/heads/feature"}, 1),
        ({"job_workflow_ref": f"{NAME}/.github/workflows/other.yml@{MAIN}"}, 1),
        (None, 1),
    ],
)
def test_only_what_the_right_job_vouched_for_is_attested(
    hub: Hub, tmp_path: Path, change: dict[str, str] | None, status: int
) -> None:
    file = tmp_path / "record.json"
    file.write_text("content", encoding="utf-8")
    if change is not None:
        claims = {"repository": NAME, "job_workflow_ref": f"{SIGNER}@{MAIN}", "ref": MAIN} | change
        hub.attest({"record.json": hashlib.sha256(b"content").hexdigest()}, claims)
    answer = subprocess.run(
        [
            *(hub.programs() / "gh", "attestation", "verify", file, "--repo", NAME),
            *("--signer-workflow", SIGNER, "--source-ref", MAIN),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == status, answer.stderr


def test_an_image_is_attested_by_the_digest_that_it_is_asked_for_by(hub: Hub) -> None:
    claims = {"repository": NAME, "job_workflow_ref": f"{SIGNER}@{MAIN}", "ref": MAIN}
    hub.attest({"ghcr.io/owner/mails": "a" * 64}, claims)
    for digest, status in (("a" * 64, 0), ("b" * 64, 1)):
        answer = subprocess.run(
            [
                *(
                    hub.programs() / "gh",
                    "attestation",
                    "verify",
                    f"oci://ghcr.io/owner/mails@sha256:{digest}",
                ),
                *("--repo", NAME, "--signer-workflow", SIGNER, "--source-ref", MAIN),
            ],
            capture_output=True,
            check=False,
        )
        assert answer.returncode == status


@pytest.mark.parametrize(
    ("words", "password", "status"),
    [
        ("login ghcr.io --username operator --password-stdin", "token", 0),
        ("login ghcr.io --username operator --password-stdin", "", 1),
        ("buildx imagetools create --tag ghcr.io/owner/mails:sit ghcr.io/owner/mails:dev", "", 1),
        ("info", "", 1),
    ],
)
def test_its_registry_takes_a_password_and_gives_tags_to_digests_alone(
    hub: Hub, words: str, password: str, status: int
) -> None:
    image, tag = f"ghcr.io/owner/mails@sha256:{'a' * 64}", "ghcr.io/owner/mails:dev"
    docker = str(hub.programs() / "docker")
    subprocess.run([docker, *f"buildx imagetools create --tag {tag} {image}".split()], check=True)
    answer = subprocess.run(
        [docker, *words.split()], input=password, capture_output=True, text=True, check=False
    )
    assert answer.returncode == status
    assert hub.tags() == {tag: image}
