"""What the documents tell somebody to do with releases does it, and prints what they say that it prints.

Here everything that looks at releases or moves them, in the process of the test; ``make test-docs`` follows
whole documents in a shell (``test_walks.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from app.cli import run
from app.core.release_directory import write_release
from tests.documents.commands import SHELL, Command, commands
from tests.documents.following import matches
from tests.documents.markdown import ROOT, Block, blocks, documents
from tests.documents.remarks import not_run
from tests.publishing.conftest import s3_server as s3_server  # the fixture
from tests.publishing.conftest import use_server
from tests.publishing.samples import release, with_one_changed

MOVES = {"status", "history", "rollback", "verify", "promote", "prune", "diff"}
ASK = {"rollback", "promote", "prune"}


def only_moves_releases(block: Block) -> bool:
    found = list(commands(block.text))
    return bool(found) and all(
        command.program.endswith("bbws-templates")
        and command.arguments[0] in MOVES
        and "--against" not in command.arguments  # nothing is replicated here
        and not command.variables
        for command in found
    )


FOLLOWED = [
    document
    for document in documents("docs/runbooks/*.md", "docs/guides/*.md")
    if any(only_moves_releases(block) for block in blocks(document))
]


BUCKETS = {
    **{name: (f"bbws-templates-{name}", "af-south-1") for name in ("dev", "sit", "prod")},
    "prod-copy": ("bbws-templates-prod-dr-eu-west-1", "eu-west-1"),
}


@pytest.fixture
def older(s3_server: str, document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The id of the older of two releases in each bucket that is spoken of; sit has that one alone."""
    use_server(monkeypatch, s3_server)
    monkeypatch.setenv("BBWS_ACTOR", "lerato@example.com")
    monkeypatch.setenv("BBWS_BASELINES", str(tmp_path / "no pictures"))
    monkeypatch.chdir(ROOT)
    made = {"first": release("first"), "second": with_one_changed()}
    for name, one in made.items():
        write_release(one, tmp_path / name)
    spoken = " ".join(block.text for block in blocks(document) if only_moves_releases(block))
    spoken_of = [target for target in BUCKETS if re.search(rf"(?<![\w-]){target}(?![\w-])", spoken)]
    for target in spoken_of:
        _make(*BUCKETS[target])
        for name in ("first",) if target == "sit" else made:
            words = ["publish", "--to", target, "--release", str(tmp_path / name), "--yes"]
            assert run([*words, "--allow-unapproved"]) == 0
    yield made["first"].id
    for target in spoken_of:
        _remove(*BUCKETS[target])


def _make(bucket: str, region: str) -> None:
    client = boto3.client("s3", region_name=region)
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})  # type: ignore[typeddict-item]
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def _remove(bucket: str, region: str) -> None:
    """With all that is in it: the server is shared with others."""
    found = boto3.resource("s3", region_name=region).Bucket(bucket)
    found.object_versions.delete()
    found.delete()


def words(command: Command, older: str, home: Path) -> list[str]:
    """What is typed: with a release that is there, and yes to whatever is asked."""
    typed = [re.sub(r"^[0-9a-f]{12}$", older[:12], word) for word in command.arguments]
    typed = [word.replace("file:///tmp/hand-over", (home / "hand-over").as_uri()) for word in typed]
    asks = typed[0] in ASK and not {"--yes", "-y", "--dry-run"} & set(typed)
    forced = ["--allow-unapproved"] if typed[0] == "promote" else []
    return [*typed, *(["--yes"] if asks else []), *forced]


@pytest.mark.parametrize("document", FOLLOWED, ids=lambda path: path.stem)
def test_what_moves_releases_does_what_the_document_says(
    document: Path, older: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = ""
    for block in blocks(document):
        if block.language == SHELL:
            printed = ""
            if only_moves_releases(block) and not not_run(block):
                capsys.readouterr()
                for command in commands(block.text):
                    typed = words(command, older, tmp_path)
                    assert run(typed) == 0, f"{block.place}: {typed}\n{capsys.readouterr()}"
                printed = capsys.readouterr().out
        elif block.details == "output" and printed:
            assert matches(printed, block.text), f"{block.place}: it prints\n{printed}"


def test_there_are_documents_to_follow() -> None:
    assert {document.name for document in FOLLOWED} >= {"roll-back.md", "promote.md", "restore-bucket.md"}


@pytest.mark.parametrize(
    ("printed", "expected", "same"),
    [
        ("a b\nc\n", "a …\nc\n", True),
        ("a\nb\nc\n", "…\nc\n", True),
        ("c\n", "…\nc\n…\n", True),
        ("a b\n", "a c\n", False),
        ("a\nb\n", "a\n", False),
        ("a (b)\n", "a (…)\n", True),
        ("", "a\n", False),
    ],
)
def test_what_is_printed_is_compared(printed: str, expected: str, same: bool) -> None:
    assert matches(printed, expected) is same
