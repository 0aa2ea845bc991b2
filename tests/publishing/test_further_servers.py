"""The same journey on rclone's S3 server, which knows neither versions nor conditions of writes."""

from __future__ import annotations

import itertools
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest

from app.publishing.bucket_store import BucketStore
from app.publishing.store import ObjectStore
from bbws_templates.target import BucketTarget
from tests.publishing import test_other_server as journey
from tests.publishing import test_store_contract as contract
from tests.publishing.test_other_server import Command, command

__all__ = ["command"]

pytestmark = pytest.mark.heavy("servers")
PROGRAM = Path(sys.executable).with_name("rclone")
KEY = "RCLONE"
NUMBERS = itertools.count(1)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("rclone does not listen.")


@pytest.fixture(scope="module")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `rclone serve s3` on a free port."""
    if not PROGRAM.is_file():
        pytest.fail("rclone is not installed: run `make test-servers`.")
    port, folder = free_port(), tmp_path_factory.mktemp("rclone")
    words = ["serve", "s3", str(folder), "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{KEY}"]
    with subprocess.Popen([PROGRAM, *words, "--config", "", "--quiet"]) as process:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.fixture
def rclone_bucket(rclone: str, aws: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket there; the environment is that of its owner."""
    names = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": KEY, "AWS_REGION": "us-east-1"}
    for name, value in {**names, "AWS_ENDPOINT_URL": rclone}.items():
        monkeypatch.setenv(name, value)
    bucket = f"bucket-{next(NUMBERS)}"
    boto3.session.Session(region_name="us-east-1").client("s3").create_bucket(Bucket=bucket)
    return bucket


def test_the_whole_round(rclone_bucket: str, command: Command, tmp_path: Path) -> None:
    journey.test_the_whole_round(rclone_bucket, command, tmp_path)


def test_it_is_refused_until_each_lack_is_accepted(
    rclone_bucket: str, command: Command, tmp_path: Path
) -> None:
    journey.test_it_is_refused_until_each_lack_is_accepted(rclone_bucket, command, tmp_path)


@pytest.mark.parametrize(
    "rule",
    [
        contract.test_what_was_put_is_read_back_bit_for_bit,
        contract.test_an_object_that_does_not_exist_is_none,
        contract.test_if_absent_creates_and_never_overwrites,
        contract.test_if_match_overwrites_that_content_alone,
        contract.test_revalidation_of_the_same_content_costs_no_body,
        contract.test_a_listing_is_sorted_and_keeps_to_its_prefix,
    ],
    ids=lambda rule: rule.__name__,
)
def test_it_keeps_the_contract_of_a_store_but_for_races(
    rclone_bucket: str, rule: Callable[[ObjectStore], None]
) -> None:
    rule(BucketStore.connect(BucketTarget(rclone_bucket, unconditional=True)))
