"""The command line, called within this process, and small sets for it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.cli import run

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., list[str]]:
    """Arguments that point at a template set of one bare file with the given HTML."""

    def make(html: str | bytes, data: str = "{}") -> list[str]:
        (tmp_path / "t").mkdir(exist_ok=True)
        (tmp_path / "t/one.html").write_bytes(html.encode() if isinstance(html, str) else html)
        (tmp_path / "f/one").mkdir(parents=True, exist_ok=True)
        (tmp_path / "f/one/typical.json").write_text(data)
        return ["--templates", str(tmp_path / "t"), "--fixtures", str(tmp_path / "f")]

    return make


class Outcome(SimpleNamespace):
    status: int
    out: str
    err: str


@pytest.fixture
def call(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    def run_it(*words: str, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = run(words)
        captured = capsysbinary.readouterr()
        return Outcome(status=status, out=captured.out.decode(), err=captured.err.decode())

    return run_it
