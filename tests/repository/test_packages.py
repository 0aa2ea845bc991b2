"""A machine that installs something else at the moment, as a fresh one often does, keeps nothing away."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import debian

BUSY = "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 11 (apt-get)"
APT = """#!/bin/sh
echo "$*" >> "{log}"
case "$1" in {cases} esac
"""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What apt was asked for, a line each."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(debian, "_LOOK_AGAIN_SECONDS", 0.0)
    return tmp_path / "asked"


def apt(asked: Path, **cases: str) -> None:
    """An apt that does by ``cases`` what its first word says."""
    told = " ".join(f"{word}) {deed};;" for word, deed in cases.items())
    program = asked.with_name("apt-get")
    program.write_text(APT.format(log=asked, cases=told), encoding="utf-8")
    program.chmod(0o755)


@pytest.mark.parametrize("word", ["update", "install"])
def test_another_that_installs_is_waited_for(
    asked: Path, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    apt(asked, **{word: f'[ $(grep -c "^{word} " "{asked}") -ge 3 ] || {{ echo "{BUSY}" >&2; exit 100; }}'})
    debian.install(["tidy"])
    words = [line.split()[0] for line in asked.read_text(encoding="utf-8").splitlines()]
    assert words.count(word) == 3
    assert words[-1] == "install"
    assert capsys.readouterr().err.count("Waiting for another program") == 1


def test_it_is_not_waited_for_without_end(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "_PATIENCE_SECONDS", -1.0)
    apt(asked, install=f'echo "{BUSY}" >&2; exit 100')
    with pytest.raises(debian.PackageError, match="is held by process 11"):
        debian.install(["tidy"])


def test_a_package_that_there_is_not_is_told_at_once_with_why(asked: Path) -> None:
    apt(
        asked,
        update='echo "E: no network" >&2; exit 100',
        install='echo "E: Unable to locate package tidy" >&2; exit 100',
    )
    with pytest.raises(debian.PackageError, match=r"(?s)tidy failed \(100\).*no network.*Unable to locate"):
        debian.install(["tidy"])
    assert len(asked.read_text(encoding="utf-8").splitlines()) == 2


def test_lists_that_cannot_be_renewed_do_for_a_package_that_they_have(asked: Path) -> None:
    apt(asked, update="exit 100")
    debian.install(["tidy", "tidy-doc"], sudo=["env"])
    assert asked.read_text(encoding="utf-8").splitlines()[-1].endswith(" tidy tidy-doc")
