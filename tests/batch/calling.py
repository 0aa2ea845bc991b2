"""The command, called as a user calls it, and what it leaves behind."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from app.cli import cli

ROOT = Path(__file__).parents[2]
NAME = "invoices/invoice"


def batch(data: Path, out: Path, *options: str, name: str = NAME, target: str = "") -> Result:
    """``render-batch`` from the sources of the repository, or from a target."""
    source = (
        ["--from", target]
        if target
        else ["--templates", str(ROOT / "templates"), "--fixtures", str(ROOT / "fixtures")]
    )
    words = ["render-batch", name, "--data", str(data), "--out", str(out), *options, *source]
    return CliRunner().invoke(cli, words)


def contents(out: Path) -> dict[str, bytes]:
    """Every file of a result, by its name in it, without the date of the batch."""
    files = [out] if out.is_file() else sorted(path for path in out.rglob("*") if path.is_file())
    return {path.name if path == out else str(path.relative_to(out)): path.read_bytes() for path in files}


def damage(data: Path, numbers: dict[int, bytes]) -> None:
    lines = data.read_bytes().split(b"\n")
    for number, content in numbers.items():
        lines[number - 1] = content
    data.write_bytes(b"\n".join(lines))
