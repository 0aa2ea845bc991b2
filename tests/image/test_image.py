"""The container image, built and run: it serves, checks and draws, as nobody, on files that nobody writes."""

from __future__ import annotations

import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.containers import Container, Engine, find_engine
from scripts.image import MAX_BYTES
from tests.own_templates import NAMES
from tests.waiting import eventually, patience

pytestmark = [pytest.mark.heavy("image"), pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[2]
TAG = "localhost/bbws-templates:test"
TOKEN = "told-to-the-test"
GRACE = 10
"""Seconds that docker waits before it kills."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = find_engine()
    engine.build(TAG)
    return engine


@pytest.fixture
def container(engine: Engine) -> Iterator[Container]:
    container = engine.start(TAG, {"BBWS_TOKEN": TOKEN})
    try:
        eventually(lambda: answer(container, "/healthz")[0], lambda status: status == 200, seconds=60)
        yield container
    finally:
        log = container.log()
        container.remove()
        print(log)


def answer(container: Container, path: str) -> tuple[int, bytes]:
    """Status and body; 0 where nothing listens."""
    try:
        with urllib.request.urlopen(container.url + path, timeout=patience(10)) as found:
            return found.status, found.read()
    except OSError:
        return 0, b""


def test_it_serves_the_twelve_and_is_healthy_by_its_own_measure(container: Container) -> None:
    _, body = answer(container, "/healthz")
    assert json.loads(body)["templates"] == len(NAMES)
    status, page = answer(container, "/")
    assert status == 200
    assert b"Payment" in page
    (check,) = re.findall(r"(?m)^    CMD (\[\"python\", .*\])$", (ROOT / "Dockerfile").read_text("utf-8"))
    done = container.execute(*json.loads(check))
    assert done.returncode == 0, done.stderr


def test_it_checks_every_template(container: Container) -> None:
    done = container.execute("bbws-templates", "check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_draws_a_picture(container: Container) -> None:
    done = container.execute(
        "bbws-templates",
        "screenshots",
        "capture",
        "--work",
        "/tmp/pictures",
        "receipts/receipt/typical/phone-light",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = container.execute("find", "/tmp/pictures", "-name", "*.webp", "-size", "+4k")
    assert found.stdout.count(".webp") == 1, found.stdout


def test_nobody_writes_but_to_tmp(container: Container) -> None:
    code = (
        "import os, pathlib\n"
        "assert os.getuid() == os.getgid() == 10001, os.getuid()\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "assert 'CapEff:\\t0000000000000000' in status, status\n"
        "for folder in ('/', '/srv', '/srv/templates', '/venv', '/home/templates', '/etc', '/var/tmp'):\n"
        "    try:\n"
        "        pathlib.Path(folder, 'written').write_text('x')\n"
        "    except OSError:\n"
        "        continue\n"
        "    raise SystemExit(f'{folder} can be written')\n"
        "pathlib.Path('/tmp/written').write_text('x')\n"
    )
    done = container.execute("python", "-c", code)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_that_builds_or_was_kept_to_build_with_is_in_it(container: Container) -> None:
    for tool in ("gcc", "make", "git", "curl", "npm"):
        assert container.execute("sh", "-c", f"command -v {tool}").returncode, tool
    names = ("pip", "hatchling", "editables", "pytest")
    code = f"import importlib.util as u; print([name for name in {names} if u.find_spec(name)])"
    assert container.execute("python", "-c", code).stdout.strip() == "[]"
    kept = container.execute(
        "find", "/var/lib/apt/lists", "/var/cache/apt", "/root", "/src", "/tools", "-type", "f"
    )
    left = [line for line in kept.stdout.splitlines() if not line.startswith("/root/.")]
    assert [line for line in left if not line.endswith("/lock")] == []


def test_it_is_small(engine: Engine) -> None:
    assert engine.size(TAG) <= MAX_BYTES


def test_it_ends_when_it_is_told_to_though_pages_are_open(container: Container) -> None:
    """The event stream of an open page would be waited for."""
    with urllib.request.urlopen(container.url + "/events", timeout=patience(30)) as stream:
        assert stream.readline()
        ended = threading.Event()

        def read_on() -> None:
            stream.read()
            ended.set()

        threading.Thread(target=read_on, daemon=True).start()
        assert container.stop(int(patience(GRACE))) in (0, 143), container.log()
        assert ended.wait(patience(10))
    assert "Traceback" not in container.log()


def test_the_image_can_be_saved_for_a_scanner(engine: Engine, tmp_path: Path) -> None:
    engine.save(TAG, tmp_path / "image.tar")
    assert (tmp_path / "image.tar").stat().st_size > 100_000_000
