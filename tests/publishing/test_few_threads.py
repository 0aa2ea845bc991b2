"""Publishing on a machine that lets no further thread begin: done one by one, or one clear error.

The limit is the system's own: threads take more address space for their stacks than the process may have, so
that to start one is refused as it is where a container has too many processes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.release_directory import write_release
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.verification import verify
from bbws_templates.layout import POINTER
from bbws_templates.target import BucketTarget
from tests.publishing.conftest import make_bucket
from tests.publishing.samples import release
from tests.waiting import patience

_STARVED = """
import resource, sys, threading
threading.stack_size(1 << 40)
resource.setrlimit(resource.RLIMIT_AS, (1 << 36, resource.getrlimit(resource.RLIMIT_AS)[1]))
from app.cli import main
main(sys.argv[1:])
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux alone")


def starved(*words: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, no thread of which can be started."""
    return subprocess.run(
        [sys.executable, "-c", _STARVED, *words],
        capture_output=True,
        text=True,
        timeout=patience(120),
        check=False,
        env=os.environ | {"BBWS_ACTOR": "Ann"},
    )


def test_a_directory_is_changed_and_verified_one_by_one(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "target")
    target = str(store.target)
    for text in ("first", "second"):
        write_release(release(text), tmp_path / text)
        assert starved("publish", "--to", target, "--release", str(tmp_path / text), "--yes").returncode == 0
    for words in (
        ["verify", target],
        ["rollback", "--to", target],
        ["prune", target, "--keep", "1", "--yes"],
    ):
        assert starved(*words, *(["--yes"] if words[0] == "rollback" else [])).returncode == 0, words
    assert [*Catalogue(store).releases()] == [release("first").id]
    assert verify(Catalogue(store)).discrepancies == ()


def test_a_bucket_is_left_alone_and_one_line_says_why(aws: str, tmp_path: Path) -> None:
    """Nothing could end a request in time there."""
    bucket = make_bucket()
    write_release(release(), tmp_path / "release")
    answer = starved("publish", "--to", f"s3://{bucket}", "--release", str(tmp_path / "release"), "--yes")
    assert answer.returncode == 4
    assert "no thread can be started" in answer.stderr
    assert "ulimit -u" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert BucketStore.connect(BucketTarget(bucket)).get(POINTER) is None


def test_whatever_else_takes_a_thread_says_so_in_one_line() -> None:
    answer = starved("serve", "--port", "0")
    assert (answer.returncode, answer.stdout) == (4, "")
    assert "lets no further thread begin" in answer.stderr
    assert "Traceback" not in answer.stderr
