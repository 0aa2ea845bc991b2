"""The wheel, the layer and the image on their way: what must be attested of them, and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.deploy.errors import RefusedError
from infra.pipeline.__main__ import main
from infra.pipeline.artifacts import image_of, subjects
from tests.infra.terraform import ROOT

IMAGE = {"name": "ghcr.io/kimmyai/templates", "digest": "sha256:" + "a" * 64, "python": {}, "packages": []}
FILES = ("bbws_templates-0.1.0-py3-none-any.whl", "bbws-templates-layer.zip", "bbws-templates-image.json")
COMMIT = "c" * 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).write_text(name, "utf-8")
        (tmp_path / f"{name}.cdx.json").write_text("{}", "utf-8")
    (tmp_path / FILES[2]).write_text(json.dumps(IMAGE), "utf-8")
    return tmp_path


def test_every_file_and_the_image_in_its_registry_must_be_attested(folder: Path) -> None:
    assert main(["record-artifacts", "--folder", str(folder), "--commit", COMMIT, "--run-number", "7"]) == 0
    found = subjects(folder)
    assert found[0] == str(folder / "record.json")
    assert found[-1] == f"oci://{IMAGE['name']}@{IMAGE['digest']}" == f"oci://{image_of(folder)}"
    assert set(found[:-1]) == {str(path) for path in folder.iterdir()}


def without(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def image(**changes: Any) -> Callable[[Path], object]:
    return lambda folder: (folder / FILES[2]).write_text(json.dumps(IMAGE | changes), "utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without(FILES[0]), "holds 0 files of the kind wheel"),
        (without(FILES[1]), "holds 0 files of the kind layer"),
        (without(FILES[2]), "holds 0 files of the kind image"),
        (without(f"{FILES[1]}.cdx.json"), "has no bill of materials"),
        (lambda folder: (folder / "other.whl").write_text(""), "holds 2 files of the kind wheel"),
        (image(name="localhost/bbws-templates:latest"), "names no image in a registry"),
        (image(name="ghcr.io/kimmyai/templates:latest"), "names no image in a registry"),
        (image(name="ghcr.io/x $(reboot)"), "names no image in a registry"),
        (image(digest="latest"), "names no image in a registry"),
        (lambda folder: (folder / FILES[2]).write_text("[]"), "is no record of an image"),
    ],
)
def test_what_is_not_whole_is_neither_recorded_nor_attested(
    folder: Path, spoil: Callable[[Path], object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(folder)
    with pytest.raises(RefusedError, match=said.replace("$", r"\$")):
        subjects(folder)
    assert main(["record-artifacts", "--folder", str(folder), "--commit", COMMIT]) == 3
    assert said in capsys.readouterr().err
    assert not (folder / "record.json").exists()


def attested(folder: Path, tmp_path: Path, unknown: str) -> tuple[int, list[list[str]]]:
    """What the make target does where GitHub attests all but ``unknown``: its status, and what it asked."""
    programs = tmp_path / "programs"
    programs.mkdir()
    asked = programs / "asked"
    gh = f'#!/bin/sh\necho "$@" >> "{asked}"\ncase "$3" in *{unknown}) exit 1;; esac\n'
    (programs / "gh").write_text(gh, "utf-8")
    (programs / "gh").chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    for name in ("Makefile", "infra", "bbws_templates", "requirements", "pyproject.toml", ".venv"):
        (work / name).symlink_to(ROOT / name)
    (work / "dist").mkdir()
    (work / "dist" / "artifacts").symlink_to(folder)
    done = subprocess.run(
        ["make", "--silent", "pipeline-artifacts-attested"],
        cwd=work,
        env=os.environ
        | {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "GITHUB_REPOSITORY": "KimmyAI/t",
            "REGISTRY_TOKEN": "",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, [line.split() for line in asked.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("unknown", ["nothing-at-all", ".whl", "-layer.zip", "a" * 64])
def test_what_github_does_not_attest_goes_no_further(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, unknown: str
) -> None:
    status, asked = attested(folder, tmp_path_factory.mktemp("attested"), unknown)
    assert bool(status) is (unknown != "nothing-at-all")
    for words in asked:
        assert words[:2] == ["attestation", "verify"]
        assert words[3:] == [
            "--repo", "KimmyAI/t", "--signer-workflow",
            "KimmyAI/t/.github/workflows/publish-artifacts.yml", "--source-ref", "refs/heads/main",
        ]  # fmt: skip
    if not status:
        assert [words[2] for words in asked] == [
            each.replace(str(folder), "dist/artifacts") for each in subjects(folder)
        ]
