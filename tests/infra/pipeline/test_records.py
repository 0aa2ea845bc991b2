"""What is applied and published is what was recorded: any change and any stranger in its place is refused."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.deploy.errors import RefusedError, SurroundingsError
from infra.pipeline.records import RECORD, Record, check_record, make_record, require_on_main
from tests.infra.pipeline.conftest import Checkout

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "plan"
    for name in ("templates", "tenants"):
        (made / name).mkdir(parents=True)
        (made / name / "plan.tfplan").write_bytes(name.encode())
        (made / name / "plan.md").write_text(f"# {name}", encoding="utf-8")
    return made


@pytest.fixture
def record(folder: Path) -> Record:
    return make_record("plan", "dev", folder, commit=COMMIT, run="41", now=NOON)


def check(folder: Path, **changes: str) -> Record:
    asked = {"kind": "plan", "subject": "dev", "digest": "", "run": "", **changes}
    kind, subject = asked.pop("kind"), asked.pop("subject")
    return check_record(kind, subject, folder, digest=asked["digest"], run=asked["run"], now=NOON)


def test_what_was_recorded_is_taken(folder: Path, record: Record) -> None:
    assert check(folder, digest=record.digest, run="41") == record
    assert set(record.files) == {
        f"{name}/plan.{end}" for name in ("templates", "tenants") for end in ("tfplan", "md")
    }


@pytest.mark.parametrize("change", ["byte", "added", "removed", "swapped", "renamed"])
def test_any_change_of_the_files_is_refused(folder: Path, record: Record, change: str) -> None:
    one, other = folder / "templates" / "plan.tfplan", folder / "tenants" / "plan.tfplan"
    if change == "byte":
        one.write_bytes(b"tEmplates")
    elif change == "added":
        (folder / "more").write_bytes(b"")
    elif change == "removed":
        one.unlink()
    elif change == "swapped":
        a, b = one.read_bytes(), other.read_bytes()
        one.write_bytes(b)
        other.write_bytes(a)
    else:
        one.rename(folder / "templates" / "plan2.tfplan")
    with pytest.raises(RefusedError, match="is not what its record says"):
        check(folder)


def test_files_and_record_changed_together_are_refused_by_the_digest(folder: Path, record: Record) -> None:
    """Whoever can write the artifact writes a record that fits; the digest came by another way."""
    (folder / "templates" / "plan.tfplan").write_bytes(b"mine")
    forged = make_record("plan", "dev", folder, commit=COMMIT, run="41", now=NOON)
    check(folder)
    assert forged.digest != record.digest
    with pytest.raises(RefusedError, match="not the one that was approved"):
        check(folder, digest=record.digest)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"subject": "prod"}, "holds the plan of dev, not the plan of prod"),
        ({"kind": "release"}, "not the release of dev"),
        ({"run": "42"}, "made by run 41, not by 42"),
    ],
)
def test_a_record_of_something_else_is_refused(
    folder: Path, record: Record, asked: dict[str, str], reason: str
) -> None:
    with pytest.raises(RefusedError, match=reason):
        check(folder, **asked)


@pytest.mark.parametrize(("kind", "days"), [("plan", 30), ("release", 90), ("artifacts", 90)])
def test_what_is_older_than_it_is_kept_is_refused(folder: Path, kind: str, days: int) -> None:
    """As long as the artifact of a run is there, what it holds goes further."""
    make_record(kind, "it", folder, commit=COMMIT, run="41", now=NOON)
    check_record(kind, "it", folder, now=NOON + timedelta(days=days))
    with pytest.raises(RefusedError, match=f"{kind} is older than {days} days"):
        check_record(kind, "it", folder, now=NOON + timedelta(days=days, seconds=1))


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"format": 2}', '{"format": 1}', '{"format": 1, "kind": 3, "x": 1}', "null"],
)
def test_what_is_no_record_is_one_sentence(folder: Path, content: str) -> None:
    (folder / RECORD).write_text(content, encoding="utf-8")
    with pytest.raises(RefusedError, match="record"):
        check(folder)


@pytest.mark.parametrize("member", ["made", "commit", "files"])
def test_a_record_with_a_wrong_member_is_refused(folder: Path, record: Record, member: str) -> None:
    members = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    (folder / RECORD).write_text(json.dumps({**members, member: "nonsense"}), encoding="utf-8")
    with pytest.raises(RefusedError):
        check(folder)


def test_without_a_record_nothing_is_taken(folder: Path) -> None:
    with pytest.raises(RefusedError, match="nothing that the pipeline has made"):
        check(folder)


def test_there_is_no_record_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RefusedError, match="nothing in"):
        make_record("plan", "dev", tmp_path / "empty", commit=COMMIT, run="")


def test_only_what_was_merged_is_on_main(checkout: Checkout) -> None:
    require_on_main(checkout.main)
    require_on_main(checkout.old)
    with pytest.raises(RefusedError, match="is not on main"):
        require_on_main(checkout.unmerged)


@pytest.mark.parametrize("name", ["refs/tags/origin/main", "refs/heads/origin/main", "refs/tags/main"])
def test_what_somebody_named_as_main_is_not_main(checkout: Checkout, name: str) -> None:
    """Whoever may push makes tags and branches of any name; git takes a tag before a branch of the server."""
    subprocess.run(["git", "update-ref", name, checkout.unmerged], check=True)
    with pytest.raises(RefusedError, match="is not on main"):
        require_on_main(checkout.unmerged)


@pytest.mark.parametrize("commit", ["", "main", "HEAD", "0123", "--all", COMMIT.upper()])
def test_what_is_no_commit_is_refused(checkout: Checkout, commit: str) -> None:
    with pytest.raises(RefusedError, match="is no commit"):
        require_on_main(commit)


def test_an_unknown_commit_is_not_on_main(checkout: Checkout) -> None:
    with pytest.raises((RefusedError, SurroundingsError)):
        require_on_main(COMMIT)
