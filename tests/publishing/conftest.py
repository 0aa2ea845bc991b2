"""Stores to publish into: a bucket of a real S3 server over HTTP, and a directory."""

from __future__ import annotations

import functools
import gc
import itertools
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import moto.backends
import pytest
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from app.publishing.bucket_store import BucketStore
from app.publishing.directory_store import DirectoryStore
from app.publishing.store import ObjectStore
from bbws_templates.target import BucketTarget
from tests.publishing.counting import CountingStore
from tests.publishing.fault_proxy import FaultProxy
from tests.publishing.shell import Shell

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NUMBERS = itertools.count(1)


_WRITING = threading.Lock()
_answered = DomainDispatcherApplication.__call__


def _one_write_at_a_time(self: Any, environ: dict[str, Any], start_response: Any) -> Any:
    """S3 looks at a condition and writes in one step; moto's threads come between the two."""
    if environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
        return _answered(self, environ, start_response)
    with _WRITING:
        return _answered(self, environ, start_response)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of an S3 server on a free port."""
    with pytest.MonkeyPatch.context() as patch:
        # The server looks through its own installation at each request, and each session of botocore reads
        # the description of S3 anew: together more than half of the time that these tests would take.
        patch.setattr(moto.backends, "list_of_moto_modules", [*moto.backends.list_of_moto_modules()].copy)
        patch.setattr(botocore.session, "create_loader", functools.cache(botocore.session.create_loader))
        patch.setattr(DomainDispatcherApplication, "__call__", _one_write_at_a_time)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each request is nobody's reading
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


def use_server(patch: pytest.MonkeyPatch, address: str) -> None:
    """Give this process the environment of a publisher whose AWS is at ``address``."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION"):
        patch.delenv(name, raising=False)
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "af-south-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }.items():
        patch.setenv(name, value)


@pytest.fixture
def aws(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment of a publisher whose AWS is that server."""
    use_server(monkeypatch, s3_server)
    return s3_server


@functools.cache
def _owner(address: str) -> S3Client:
    """Who makes the buckets at the server that the environment has at ``address``."""
    return BucketStore.connect(BucketTarget("any-other")).client


def make_bucket(*, versioned: bool = True) -> str:
    name = f"bbws-templates-test-{next(_NUMBERS)}"
    client = _owner(os.environ["AWS_ENDPOINT_URL"])
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "af-south-1"})
    if versioned:
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


@pytest.fixture
def bucket(aws: str) -> BucketStore:
    """A versioned bucket of one's own, with a prefix."""
    return BucketStore.connect(BucketTarget(make_bucket(), "mail/"))


@pytest.fixture
def collected() -> Iterator[None]:
    """Where the SDK fails at an answer: the connection is closed here, not amid the test of somebody else."""
    gc.freeze()  # what there is already need not be looked at again
    yield
    gc.collect()


@pytest.fixture
def directory(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "store")


@pytest.fixture(params=["bucket", "directory"])
def store(request: pytest.FixtureRequest) -> ObjectStore:
    """Either kind: what is true of one must be true of the other."""
    found: ObjectStore = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["directory", pytest.param("bucket", marks=pytest.mark.heavy("cuts"))])
def above(request: pytest.FixtureRequest) -> ObjectStore:
    """A directory, and with the cuts a bucket, for what is decided above the port.

    That both kinds keep to the port is held by `test_store_contract`; that each command does on a bucket what
    it must, by the cuts, faults and conditions of every day.
    """
    found: ObjectStore = request.getfixturevalue(request.param)
    return found


@pytest.fixture(
    params=[False, pytest.param(True, marks=(pytest.mark.heavy("cuts"), pytest.mark.timeout(3600)))],
    ids=["in turns", "thorough"],
)
def thorough(request: pytest.FixtureRequest) -> bool:
    """Whether everything is done at every request in every way, which takes `make test-cuts`."""
    return bool(request.param)


@pytest.fixture
def counted(store: ObjectStore) -> CountingStore:
    """Either kind, with every request recorded."""
    return CountingStore(store)


@pytest.fixture
def proxy(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    """What stands between the client and the server of S3, and can spoil what it passes on."""
    with FaultProxy(aws) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        yield proxy


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("BBWS_ACTOR", "tester@example.com")
    monkeypatch.setenv("BBWS_BASELINES", str(tmp_path / "no pictures"))
    return Shell(tmp_path, capsys)
