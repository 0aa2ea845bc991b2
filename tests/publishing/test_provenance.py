"""Who asked for a release and what it was built from: for people, from what the machine knows."""

from __future__ import annotations

import getpass
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from app.publishing.provenance import current_actor, gather_provenance


@pytest.fixture(autouse=True)
def _at_nobodys_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BBWS_ACTOR", "GITHUB_ACTOR", "GITHUB_SHA", "GITHUB_RUN_ID", "GITHUB_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(getpass, "getuser", lambda: "zoe")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with one commit, and its templates in a folder."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text("<p>")
    for words in (
        ("init", "-q"),
        ("add", "."),
        ("-c", "user.name=Zoë", "-c", "user.email=z@example.com", "commit", "-qm", "first"),
    ):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    return tmp_path


def head(checkout: Path) -> str:
    words = ["git", "-C", str(checkout), "rev-parse", "HEAD"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def test_a_release_names_its_commit_and_a_plus_says_that_something_had_changed_since(checkout: Path) -> None:
    templates = checkout / "templates"
    assert gather_provenance(templates).commit == head(checkout)
    (checkout / "elsewhere.txt").write_text("not a template")
    assert gather_provenance(templates).commit == head(checkout)
    (templates / "a.html").write_text("<p>changed")
    assert gather_provenance(templates).commit == f"{head(checkout)}+"


def test_outside_of_a_repository_there_is_no_commit(tmp_path: Path) -> None:
    assert gather_provenance(tmp_path).commit == ""


def test_a_run_of_ci_is_named_by_its_address_and_a_person_by_login_and_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gather_provenance(tmp_path).builder.startswith("zoe@")
    monkeypatch.setenv("GITHUB_RUN_ID", "7")
    monkeypatch.setenv("GITHUB_REPOSITORY", "us/mails")
    assert gather_provenance(tmp_path).builder == "https://github.com/us/mails/actions/runs/7"


def test_who_asks_is_whoever_is_named_first(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout)
    subprocess.run(["git", "config", "user.email", "git@example.com"], check=True)
    assert current_actor() == "git@example.com"
    monkeypatch.setenv("GITHUB_ACTOR", "ci")
    assert current_actor() == "ci"
    monkeypatch.setenv("BBWS_ACTOR", "boss")
    assert current_actor() == "boss"


@pytest.mark.parametrize("error", [KeyError("uid"), OSError("no login")])
def test_where_nobody_has_logged_in_the_actor_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """A container without an entry for its user, and without git."""

    def nobody() -> NoReturn:
        raise error

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(getpass, "getuser", nobody)
    assert current_actor() == "unknown"
    assert gather_provenance(tmp_path).builder.startswith("unknown@")
