"""The commands about releases as a user meets them: output, exit status, one line for a mistake."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from app.commands.publish import carry_out
from app.commands.releasing import confirm
from app.core.release_directory import read_release
from app.operations.publication import Publication
from app.publishing.activation import Reason
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.opening import open_store
from bbws_templates.target import parse_target
from tests.publishing.samples import CONTRACT, release
from tests.publishing.shell import Shell

ROOT = Path(__file__).parents[2]


def test_a_message_that_all_readers_would_read_again_and_again_is_not_longer_than_said(shell: Shell) -> None:
    """The pointer keeps up to 64 of them."""
    shell.publish("first", "-m", "x" * 2001)
    assert (shell.status, "it has 2,001 characters; 2,000 are the most" in " ".join(shell.err.split())) == (
        2,
        True,
    )
    shell.publish("first", "-m", "x" * 2000)
    assert shell.status == 0


def test_a_publish_shows_the_plan_and_then_does_it(shell: Shell) -> None:
    output = shell.publish("first", "-m", "the beginning")
    assert shell.status == 0
    assert "+ receipts/receipt" in output
    assert "3 added, 0 changed, 0 removed." in output
    assert f"Release {release().id[:12]} is active" in output
    status = shell.json("status", shell.target)
    assert status["release"] == release().id
    assert (status["actor"], status["message"], status["settled"]) == (
        "tester@example.com",
        "the beginning",
        True,
    )


@pytest.mark.parametrize("as_json", [False, True])
def test_who_comes_second_with_the_same_content_is_told_whose_activation_counts(
    shell: Shell, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    shell.publish("first")
    catalogue = Catalogue(open_store(parse_target(shell.target)))
    publication = Publication.planned(catalogue, release("second"), lambda: None)
    shell.publish("second", "-m", "theirs")
    given = {"allow_breaking": False, "repair": False, "unversioned": False}
    carry_out(publication, Reason("publish", "me@example.com", "mine"), **given, yes=True, as_json=as_json)
    output = capsys.readouterr().out
    if as_json:
        assert json.loads(output)["byAnother"]["actor"] == "tester@example.com"
        return
    assert "tester@example.com activated the same content meanwhile (" in output
    assert f"Release {release('second').id[:12]} is active" in output
    assert [entry["message"] for entry in shell.json("history", shell.target)] == ["theirs", ""]


def test_nothing_to_publish_is_said_in_those_words(shell: Shell) -> None:
    shell.publish("first")
    assert "Nothing to publish" in shell.publish("first")
    assert shell.status == 0
    for command in ("plan", "publish"):
        assert "Nothing to publish" in shell(
            command, "--to", shell.target, "--release", shell.release("first")
        )
        assert shell.status == 0
    assert shell.json("plan", "--to", shell.target, "--release", shell.release("first"))["nothing"] is True


def test_a_plan_shows_the_lines_that_differ_and_has_the_exit_codes_of_terraform(shell: Shell) -> None:
    shell.publish("first")
    plan = ("plan", "--to", shell.target, "--release", shell.release("one changed"))
    output = shell(*plan)
    assert shell.status == 0
    assert "~ receipts/receipt" in output
    assert "-first for {{name}}" in output
    assert "+second for {{name}}" in output
    assert "-<!-- first -->" in output
    shell(*plan, "--detailed-exitcode")
    assert shell.status == 2
    shell("plan", "--to", shell.target, "--release", shell.release("first"), "--detailed-exitcode")
    assert shell.status == 0


@pytest.mark.parametrize(
    "words",
    [
        ("--to", "nowhere"),
        ("--to", "TARGET", "--misspelt"),
        ("--to", "TARGET", "--settings", "no such file"),
        ("--to", "TARGET", "--templates", "no such folder"),
        ("--to", "TARGET", "further"),
        ("--release", "no such release", "--to", "TARGET"),
        (),
    ],
)
def test_where_exit_codes_are_terraforms_no_error_passes_for_a_change(
    shell: Shell, words: tuple[str, ...]
) -> None:
    shell("plan", "--detailed-exitcode", *(shell.target if word == "TARGET" else word for word in words))
    assert shell.status == 1
    assert shell.err


def test_a_message_that_speaks_of_them_changes_no_exit_code(shell: Shell) -> None:
    shell("publish", "-m", "--detailed-exitcode", "--misspelt")
    assert shell.status == 2


def test_a_breaking_contract_is_marked_refused_and_allowed_on_demand(shell: Shell) -> None:
    shell.publish("first")
    narrower = {**CONTRACT, "required": ["name", "orderId"]}
    output = shell.publish("second", contract=narrower)
    assert shell.status == 3
    assert "! orderId is new and required" in output
    assert "--allow-breaking" in shell.err
    shell.publish("second", "--allow-breaking", contract=narrower)
    assert shell.status == 0


def test_without_a_person_to_ask_a_publish_wants_to_be_told_yes(shell: Shell) -> None:
    shell("publish", "--to", shell.target, "--release", shell.release("first"))
    assert shell.status == 2
    assert "--yes" in shell.err
    assert not (shell.folder / "target").exists()


def test_promote_and_rollback_and_history(shell: Shell, tmp_path: Path) -> None:
    shell.publish("first")
    shell.publish("second")
    other = (tmp_path / "other").as_uri()
    shell("promote", "--from", shell.target, "--to", other, "--yes")
    assert shell.status == 0
    promoted = shell.json("status", other)
    assert (promoted["release"], promoted["message"]) == (release("second").id, f"from {shell.target}")
    assert "is active" in shell("rollback", "--to", shell.target, "--yes", "-m", "it was wrong")
    history = shell.json("history", shell.target)
    assert [(entry["sequence"], entry["action"], entry["release"]) for entry in history] == [
        (3, "rollback", release("first").id),
        (2, "publish", release("second").id),
        (1, "publish", release("first").id),
    ]
    assert history[0]["message"] == "it was wrong"
    shell("rollback", "--to", shell.target, "--yes")
    assert shell.status == 2
    assert "no earlier release" in shell.err
    shell("promote", "--from", shell.target, "--to", other, release("first").id[:8], "--yes", "-m", "again")
    assert shell.json("status", other)["message"] == "again"


def test_verify_says_what_was_touched(shell: Shell) -> None:
    shell.publish("first")
    assert "is intact" in shell("verify", shell.target)
    assert shell.status == 0
    (shell.folder / "target/receipts/receipt.html").write_text("touched")
    output = shell("verify", "--to", shell.target)
    assert shell.status == 1
    assert "drift" in output
    assert "receipts/receipt.html" in output
    assert shell.json("verify", shell.target)["intact"] is False
    shell.publish("first", "--repair")
    assert shell("verify", shell.target)
    assert shell.status == 0


def test_prune_says_what_goes_and_asks(shell: Shell) -> None:
    for name in ("first", "second", "third"):
        shell.publish(name)
    plan = shell.json("prune", shell.target, "--keep", "2", "--dry-run")
    assert plan["deleted"] == [release("first").id]
    assert plan["done"] is False
    shell("prune", shell.target, "--keep", "2")
    assert shell.status == 2
    done = shell.json("prune", shell.target, "--keep", "2", "--yes")
    assert done["done"] is True
    shell("rollback", "--to", shell.target, release("first").id, "--yes")
    assert shell.status == 2


def test_diff_of_two_releases(shell: Shell) -> None:
    shell.publish("first")
    changed = shell.release("one changed")
    output = shell("diff", "active", changed, "--in", shell.target, "--exit-code")
    assert shell.status == 1
    assert "+second for {{name}}" in output
    assert "No difference." in shell("diff", changed, changed, "--exit-code")
    assert shell.status == 0
    shell("diff", "active", changed)
    assert shell.status == 2


def test_an_edited_release_directory_is_refused(shell: Shell) -> None:
    path = Path(shell.release("first"))
    (path / "bundle.json").write_bytes((path / "bundle.json").read_bytes() + b" ")
    shell("publish", "--to", shell.target, "--release", str(path), "--yes")
    assert shell.status == 3
    assert "bundle.json differs from its digest" in shell.err
    assert not (shell.folder / "target").exists()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["status", "nowhere"], 2),
        (["status"], 2),
        (["history", "s3://UPPER"], 2),
        (["publish", "--to", "local", "--release", "/nonexistent", "--yes"], 3),
        (["rollback", "--to", "file:///nonexistent/store", "--yes"], 2),
        (["promote", "--from", "file:///nonexistent/store", "--to", "local", "--yes"], 2),
        (["prune", "file:///nonexistent/store", "--yes"], 4),
        (["verify", "file:///nonexistent/store", "local"], 2),
    ],
)
def test_a_mistake_is_one_line(shell: Shell, words: list[str], status: int) -> None:
    shell(*words)
    assert shell.status == status
    assert "Traceback" not in shell.err
    assert shell.err.strip()


def test_an_empty_target_is_no_error_to_look_at(shell: Shell) -> None:
    assert "nothing has been published yet" in shell("status", shell.target)
    assert shell.status == 0
    assert shell.json("history", shell.target) == []


def test_an_empty_target_is_not_intact(shell: Shell) -> None:
    assert "nothing is active here" in shell("verify", shell.target)
    assert shell.status == 1


# --- from sources ---------------------------------------------------------------------------------------


@pytest.fixture
def small_set(tmp_path: Path) -> Callable[..., list[str]]:
    """The options that name a copy of two of the repository's templates."""
    for folder in ("templates", "fixtures"):
        shutil.copytree(
            ROOT / folder,
            tmp_path / folder,
            ignore=lambda path, names: (
                []
                if "partials" in Path(path).parts
                else [name for name in names if name.startswith(("notifications", "invoices", "order"))]
            ),
        )

    def options(**_: Any) -> list[str]:
        return ["--templates", str(tmp_path / "templates"), "--fixtures", str(tmp_path / "fixtures")]

    return options


def test_build_checks_and_writes_a_release(shell: Shell, small_set: Callable[..., list[str]]) -> None:
    out = shell.folder / "out"
    first = shell.json("build", "--out", str(out), *small_set())
    assert shell.status == 0
    assert read_release(out).id == first["release"]
    assert first["templates"] == ["receipts/receipt", "receipts/receipt_internal"]
    again = shell.json("build", "--out", str(shell.folder / "again"), *small_set())
    assert again["release"] == first["release"]
    provenance = read_release(out).manifest.provenance
    assert provenance.engine.startswith("bbws-templates ")
    assert provenance.built
    assert provenance.builder


def test_what_fails_the_check_is_not_built_and_not_published(
    shell: Shell, small_set: Callable[..., list[str]]
) -> None:
    path = shell.folder / "templates/receipts/receipt.json"
    path.write_text(path.read_text("utf-8").replace("{{orderId}}", "{{ordrId}}", 1), "utf-8")
    output = shell("build", "--out", str(shell.folder / "out"), *small_set())
    assert shell.status == 1
    assert "ordrId" in output
    assert not (shell.folder / "out").exists()
    shell("publish", "--to", shell.target, "--yes", *small_set())
    assert shell.status == 1
    assert not (shell.folder / "target").exists()


def test_sources_are_compared_with_what_is_active(shell: Shell, small_set: Callable[..., list[str]]) -> None:
    shell("publish", "--to", shell.target, "--yes", *small_set())
    assert shell.status == 0
    metadata = shell.folder / "templates/receipts/receipt.json"
    metadata.write_text(metadata.read_text("utf-8").replace("Payment Received", "Paid"), "utf-8")
    output = shell("diff", "active", "--in", shell.target, *small_set())
    assert "~ receipts/receipt" in output
    assert "+Paid - Order {{#orderNumber}}" in output


def test_the_command_works_against_a_bucket(bucket: BucketStore, shell: Shell) -> None:
    shell.target = str(bucket.target)
    shell.publish("first")
    assert shell.status == 0
    assert "is intact" in shell("verify", shell.target)


def test_a_release_built_on_another_machine_has_the_same_id(
    shell: Shell, small_set: Callable[..., list[str]]
) -> None:
    """Another process, hash seed, time zone, locale, umask, checkout and working folder, other line ends."""
    here = shell.json("build", "--out", str(shell.folder / "here"), *small_set())["release"]
    checkout = shell.folder / "andere Maschine"
    for name in ("templates", "fixtures"):
        shutil.copytree(shell.folder / name, checkout / name)
    for path in checkout.rglob("*.*"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    sets = ["--templates", str(checkout / "templates"), "--fixtures", str(checkout / "fixtures")]
    done = subprocess.run(
        [sys.executable, "-m", "app", "build", "--json", "--out", str(shell.folder / "there"), *sets],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONHASHSEED": "7",
            "TZ": "Pacific/Kiritimati",
            "LC_ALL": "C" if str(ROOT).isascii() else "C.UTF-8",  # else Python itself finds nothing there
            "HOME": "/tmp",
        },
        cwd="/",
        umask=0o077,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["release"] == here
    ours, theirs = read_release(shell.folder / "here"), read_release(shell.folder / "there")
    assert theirs.files == ours.files
    assert theirs.manifest.files == ours.manifest.files


def test_local_is_a_target_that_needs_no_account(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "bbws-templates.toml", shell.folder)
    monkeypatch.chdir(shell.folder)
    shell("publish", "--to", "local", "--release", shell.release("first"), "--yes")
    assert shell.status == 0
    assert DirectoryStore(shell.folder / ".local/releases").get("current.json")


@pytest.mark.parametrize(
    "words",
    [
        ("status", "TARGET"),
        ("history", "TARGET"),
        ("verify", "TARGET"),
        ("prune", "TARGET", "--yes"),
        ("rollback", "--to", "TARGET", "--yes"),
        ("plan", "--to", "TARGET", "--release", "RELEASE"),
        ("publish", "--to", "TARGET", "--release", "RELEASE", "--yes"),
        ("promote", "--from", "TARGET", "--to", "file:///tmp", "--yes"),
    ],
    ids=" ".join,
)
def test_a_target_that_is_a_file_is_one_plain_error(shell: Shell, words: tuple[str, ...]) -> None:
    file = shell.folder / "target"
    file.write_text("notes")
    values = {"TARGET": shell.target}
    if "RELEASE" in words:
        values["RELEASE"] = shell.release("first")
    output = shell(*(values.get(word, word) for word in words))
    assert (shell.status, output) == (4, "")
    assert " ".join(shell.err.split()) == (
        f"error: {file} is a file, not a directory of releases. "
        "Name a directory, or move the file out of the way."
    )
    assert file.read_text() == "notes"


def test_where_json_is_asked_for_nobody_is_asked_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question among the members of a document would leave neither."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    with pytest.raises(click.UsageError, match="nobody to ask"):
        confirm("Go on?", yes=False, as_json=True)
    confirm("Go on?", yes=True, as_json=True)
