"""Wheel, layer and their bills of materials: the same bytes on any machine, and what is in them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scripts.lambda_layer import write_layer

ROOT = Path(__file__).parents[2]


def build_wheel(source: Path, out: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(out)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = out.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


def test_a_wheel_of_another_checkout_has_the_same_digest(wheel: Path, tmp_path: Path) -> None:
    """Checked out at another time, by somebody with another umask, compiled in the meantime."""
    source = tmp_path / "source"
    for name in ("app", "bbws_templates"):
        shutil.copytree(ROOT / name, source / name)
    for name in ("pyproject.toml", "README.md", ".gitignore"):
        shutil.copy(ROOT / name, source / name)
    for path in source.rglob("*"):
        os.utime(path, (1e9, 1e9))
        path.chmod(0o700 if path.is_dir() else 0o600)
    other = build_wheel(source, tmp_path / "out")
    assert other.name == wheel.name
    assert hashlib.sha256(other.read_bytes()).digest() == hashlib.sha256(wheel.read_bytes()).digest()


def test_the_wheel_holds_the_product_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {"bbws_templates/metrics.py", "app/cli.py", "bbws_templates/py.typed"} <= set(names)
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {
        "app",
        "bbws_templates",
    }
    assert not [name for name in names if name.endswith(".pyc") or "test" in name.partition("/")[0]]


CONTENTS = {
    "name": "ghcr.io/kimmyai/bbws-templates",
    "digest": "sha256:" + "a" * 64,
    "bytes": 1,
    "python": {"bbws-templates": "0.1.0", "chevron": "0.14.0"},
    "debian": "13.2",
    "packages": [["libc6", "2.41-12+deb13u5", "amd64"], ["zlib1g", "1:1.3.dfsg+really1.3.1-1+b1", "amd64"]],
}


@pytest.fixture(scope="module")
def tools() -> Path:
    """The environment of ``make sbom``, made once."""
    done = subprocess.run(
        ["make", "--silent", ".venv-sbom/.installed"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return ROOT / ".venv-sbom" / "bin" / "python"


def write_bills(tools: Path, *artefacts: Path) -> subprocess.CompletedProcess[str]:
    command = [str(tools), "scripts/sbom.py", *map(str, artefacts)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


Bills = dict[str, tuple[Path, dict[str, Any]]]


@pytest.fixture(scope="module")
def bills(tools: Path, wheel: Path) -> Bills:
    """Each artefact with its bill; that of the wheel, which names most, is the same when written again."""
    layer, image = (wheel.with_name(f"bbws-templates-{kind}") for kind in ("layer.zip", "image.json"))
    write_layer(layer)
    image.write_text(json.dumps(CONTENTS), "utf-8")

    def written(*artefacts: Path) -> list[bytes]:
        done = write_bills(tools, *artefacts)
        assert done.returncode == 0, done.stderr
        return [Path(line).read_bytes() for line in done.stdout.splitlines()]

    bills = written(wheel, layer, image)
    assert written(wheel) == bills[:1]
    found = zip(("wheel", "layer", "image"), (wheel, layer, image), bills, strict=True)
    return {kind: (artefact, json.loads(bill)) for kind, artefact, bill in found}


def purls(bill: dict[str, Any]) -> set[str]:
    return {component.get("purl", component["name"]) for component in bill["components"]}


def locked() -> set[str]:
    text = (ROOT / "requirements/app.lock").read_text("utf-8")
    return {f"pkg:pypi/{name}@{version}" for name, version in re.findall(r"(?m)^([\w.-]+)==([^ ;\\]+)", text)}


@pytest.mark.heavy("image")
def test_a_bill_begins_with_the_artefact_itself(bills: Bills) -> None:
    for kind, (artefact, bill) in bills.items():
        assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
        component = bill["metadata"]["component"]
        digest = hashlib.sha256(artefact.read_bytes()).hexdigest() if kind != "image" else "a" * 64
        assert component["hashes"] == [{"alg": "SHA-256", "content": digest}]
        assert (component["name"], component["version"]) == ("bbws-templates", "0.1.0")
        (root,) = [each for each in bill["dependencies"] if each["ref"] == component["bom-ref"]]
        assert root["dependsOn"] == [each["bom-ref"] for each in bill["components"]]


@pytest.mark.heavy("image")
def test_the_bill_of_the_wheel_names_what_is_locked_for_it(bills: Bills) -> None:
    bill = bills["wheel"][1]
    named = purls(bill)
    assert named < locked()
    assert {each.partition("@")[0].rpartition("/")[2] for each in locked() - named} == {
        "editables", "hatchling", "pathspec", "pluggy", "trove-classifiers",
    }  # fmt: skip
    for component in bill["components"]:
        (source,) = component["externalReferences"]
        assert source["hashes"]
        assert all(each["alg"] == "SHA-256" for each in source["hashes"]), component


@pytest.mark.heavy("image")
def test_the_bill_of_the_layer_names_what_is_in_it(bills: Bills) -> None:
    layer, bill = bills["layer"]
    with zipfile.ZipFile(layer) as archive:
        packages = {name.split("/")[1].partition("-")[0] for name in archive.namelist()}
    assert packages == {"bbws_templates", *(each["name"] for each in bill["components"])}


@pytest.mark.heavy("image")
def test_the_bill_of_an_image_names_the_packages_of_python_and_debian(bills: Bills) -> None:
    bill = bills["image"][1]
    assert bill["metadata"]["component"]["type"] == "container"
    assert purls(bill) == {
        "pkg:pypi/chevron@0.14.0",
        "debian",
        "pkg:deb/debian/libc6@2.41-12%2Bdeb13u5?arch=amd64&distro=debian-13.2",
        "pkg:deb/debian/zlib1g@1%3A1.3.dfsg%2Breally1.3.1-1%2Bb1?arch=amd64&distro=debian-13.2",
    }


@pytest.mark.heavy("image")
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("other.zip", "", "is no artefact of ours"),
        (
            "x-image.json",
            {**CONTENTS, "python": {"bbws-templates": "0.1.0", "evil": "1"}},
            "not locked: evil",
        ),
        ("x-image.json", {**CONTENTS, "python": {"chevron": "0.14.0"}}, "no bbws-templates"),
        (
            "x-image.json",
            {**CONTENTS, "python": {"bbws-templates": "0.1.0", "chevron": "0.13"}},
            "not locked",
        ),
        ("missing-layer.zip", None, "No such file"),
    ],
)
def test_what_no_bill_can_be_written_of_is_refused(
    tools: Path, tmp_path: Path, name: str, content: Any, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(json.dumps(content), "utf-8")
    done = write_bills(tools, tmp_path / name)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.cdx.json"))
