"""Another S3 implementation: s3rver, which knows no versions, no checksums and no conditional writes.

It knows one account, whose signatures it verifies; the server of the other tests is another account.
"""

from __future__ import annotations

import itertools
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from app.cli import run
from app.core.release_directory import write_release
from app.publishing.activation import stable_files
from app.publishing.bucket_store import BucketStore
from app.publishing.store import ObjectStore
from bbws_templates import TemplateClient
from bbws_templates.target import BucketTarget
from tests.publishing import servers
from tests.publishing import test_store_contract as contract
from tests.publishing.samples import CONTRACT, release, with_one_changed
from tests.waiting import patience

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "node_modules/s3rver/bin/s3rver.js"
KEYS = {"AWS_ACCESS_KEY_ID": "S3RVER", "AWS_SECRET_ACCESS_KEY": "S3RVER"}
LAX = ("--allow-unversioned", "--allow-unconditional")

Command = Callable[..., Any]


@pytest.fixture(scope="module")
def other_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of s3rver on a free port."""
    if not PROGRAM.is_file():
        pytest.fail("s3rver is not installed: run `make tools`.")
    words = ["--directory", str(tmp_path_factory.mktemp("s3rver")), "--address", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(
        [Path(sys.executable).with_name("node"), PROGRAM, *words, "--silent", "--no-vhost-buckets"],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        line = next(line for line in process.stdout if "listening on" in line)
        yield f"http://{line.split()[-1]}"
        os.killpg(process.pid, signal.SIGTERM)  # `node` may be a script that runs the real one


@pytest.fixture
def other_bucket(other_server: str, aws: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket there; the environment is that of its owner."""
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": other_server, "AWS_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    name = f"bucket-{next(NUMBERS)}"
    boto3.session.Session(region_name="us-east-1").client("s3").create_bucket(Bucket=name)
    return name


NUMBERS = itertools.count(1)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command, which must end with ``status``, and returns what it printed as JSON."""
    monkeypatch.setenv("BBWS_ACTOR", "tester@example.com")

    def call(*words: str, status: int = 0) -> Any:
        found = run([*words, "--json"])
        output = capsys.readouterr()
        assert found == status, output.err
        return json.loads(output.out)

    return call


def written(folder: Path, name: str, **changes: Any) -> str:
    write_release(with_one_changed() if name == "changed" else release(name, **changes), folder / name)
    return str(folder / name)


def test_it_is_refused_until_each_lack_is_accepted(
    other_bucket: str, command: Command, tmp_path: Path
) -> None:
    target = f"s3://{other_bucket}/mail"
    publish = ("publish", "--to", target, "--release", written(tmp_path, "first"), "--yes")
    assert "--allow-unversioned" in command(*publish, status=4)["error"]["remedy"]
    assert "--allow-unconditional" in command(*publish, LAX[0], status=4)["error"]["remedy"]
    assert command("status", target)["release"] == ""
    command(*publish, *LAX)
    assert command("status", target)["release"] == release("first").id
    # Whoever forgets it later is told so before anything is activated, by a rollback as well.
    changed = written(tmp_path, "changed")
    command("publish", "--to", target, "--release", changed, "--yes", LAX[0], status=4)
    command("publish", "--to", target, "--release", changed, "--yes", *LAX)
    command("rollback", "--to", target, "--yes", status=4)
    assert command("status", target)["release"] == with_one_changed().id


def test_the_whole_round(other_bucket: str, command: Command, tmp_path: Path) -> None:
    go_the_whole_round(other_bucket, command, tmp_path, LAX)


def go_the_whole_round(bucket: str, command: Command, tmp_path: Path, lax: tuple[str, ...] = ()) -> None:
    """Each command on a ``bucket``, whose lacks are accepted with the options ``lax``."""
    target = f"s3://{bucket}"
    unconditional = [option for option in lax if option != LAX[0]]
    first, changed = release("first").id, with_one_changed().id
    for name in ("first", "changed"):
        done = command("publish", "--to", target, "--release", written(tmp_path, name), "--yes", *lax)
        assert done["published"] is True
        again = command("publish", "--to", target, "--release", str(tmp_path / name), "--yes", *lax)
        assert again["nothing"] is True
    assert command("status", target)["settled"] is True
    assert command("verify", target)["discrepancies"] == []
    assert (
        TemplateClient(target, patience=patience()).render("receipts/receipt", {"name": "Zoë"}).release
        == changed
    )
    command("rollback", "--to", target, "--yes", *unconditional)
    client = TemplateClient(target, patience=patience())
    assert client.render("receipts/receipt", {"name": "Zoë"}).release == first
    client.refresh()
    assert client.render("receipts/receipt", {"name": "Zoë"}).release == first
    assert [(entry["action"], entry["release"]) for entry in command("history", target)] == [
        ("rollback", first),
        ("publish", changed),
        ("publish", first),
    ]
    broken = written(tmp_path, "broken", contract={**CONTRACT, "required": ["name", "orderId"]})
    command("publish", "--to", target, "--release", broken, "--yes", *lax, status=3)
    pruned = command("prune", target, "--keep", "1", "--yes", *lax)
    assert pruned["deleted"] == [changed]
    assert command("verify", target)["discrepancies"] == []
    stable = BucketStore.connect(BucketTarget(bucket)).get("receipts/receipt.html")
    assert stable
    assert stable.body == stable_files(release("first").bundle)["receipts/receipt.html"]


@pytest.mark.parametrize(
    "rule",
    [
        contract.test_what_was_put_is_read_back_bit_for_bit,
        contract.test_an_object_that_does_not_exist_is_none,
        contract.test_an_empty_object_is_an_object,
        contract.test_if_absent_creates_and_never_overwrites,
        contract.test_if_match_overwrites_that_content_alone,
        contract.test_if_match_creates_nothing,
        contract.test_a_repeated_write_whose_answer_was_lost_is_a_success,
        contract.test_revalidation_of_the_same_content_costs_no_body,
        contract.test_a_listing_is_sorted_and_keeps_to_its_prefix,
        contract.test_a_deleted_object_is_gone_and_deleting_it_twice_is_no_error,
    ],
    ids=lambda rule: rule.__name__,
)
def test_it_keeps_the_contract_of_a_store_but_for_races(
    other_bucket: str, rule: Callable[[ObjectStore], None]
) -> None:
    rule(BucketStore.connect(BucketTarget(other_bucket, unconditional=True)))


# --- two accounts ---------------------------------------------------------------------------------------


@pytest.fixture
def two_accounts(
    bucket: BucketStore, other_bucket: str, other_server: str, s3_server: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:  # fmt: skip
    """Settings with a target in either account, each with a profile; nothing is in the environment."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "aws-config"
    config.write_text(
        f"[profile one]\naws_access_key_id = test\naws_secret_access_key = test\nregion = af-south-1\n"
        f"endpoint_url = {s3_server}\n"
        f"[profile two]\naws_access_key_id = S3RVER\naws_secret_access_key = S3RVER\nregion = us-east-1\n"
        f"endpoint_url = {other_server}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    settings = tmp_path / "bbws-templates.toml"
    settings.write_text(
        f'[targets.sit]\nurl = "{bucket.target}"\nprofile = "one"\n'
        f'[targets.prod]\nurl = "s3://{other_bucket}"\nprofile = "two"\nunconditional = true\n'
    )
    monkeypatch.chdir(tmp_path)
    return settings


def test_one_process_with_a_profile_for_each_account_promotes(
    two_accounts: Path, command: Command, tmp_path: Path
) -> None:
    command("publish", "--to", "sit", "--release", written(tmp_path, "first"), "--yes")
    command("promote", "--from", "sit", "--to", "prod", "--yes", LAX[0])
    sit, prod = command("status", "sit"), command("status", "prod")
    assert prod["release"] == sit["release"] == release("first").id
    assert prod["manifest"] == sit["manifest"]
    assert command("verify", "prod")["discrepancies"] == []


def test_two_processes_with_one_account_each_promote_through_a_directory(
    two_accounts: Path, command: Command, tmp_path: Path
) -> None:
    command("publish", "--to", "sit", "--release", written(tmp_path, "first"), "--yes")
    between = (tmp_path / "hand-over").as_uri()
    config = tmp_path / "aws-config"
    both = config.read_text()
    config.write_text(both[: both.index("[profile two]")])
    command("promote", "--from", "sit", "--to", "prod", "--yes", LAX[0], status=4)
    command("promote", "--from", "sit", "--to", between, "--yes")
    config.write_text(both[both.index("[profile two]") :])
    command("promote", "--from", between, "--to", "prod", "--yes", LAX[0])
    assert command("verify", "prod")["discrepancies"] == []
    history = command("history", "prod")
    assert [entry["action"] for entry in history] == ["promote"]


def test_a_port_that_nobody_listens_on_yet_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is started there takes seconds to listen, while another test looks for a port as well."""
    first = servers.free_port()
    drawn = iter((first - 20_000,))
    draw = secrets.randbelow
    monkeypatch.setattr(secrets, "randbelow", lambda most: next(drawn, draw(most)))
    assert servers.free_port() != first
    assert next(drawn, None) is None
