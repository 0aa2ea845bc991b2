"""What a deployment installs: little, locked, and the same on Linux and macOS."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys

import pytest

from tests.infra.terraform import INFRA, ROOT

PIN = re.compile(r"(?m)^([\w.-]+)==([^ ;\\]+)")


def pins(lock: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / "requirements" / lock).read_text(encoding="utf-8")))


def test_a_deployment_installs_boto3_what_that_needs_and_what_reads_templates() -> None:
    assert set(pins("deploy.lock")) == {
        *("boto3", "botocore", "chevron", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
    }


@pytest.mark.parametrize("lock", ["app.lock", "dev.lock"])
def test_a_job_runs_what_was_tested(lock: str) -> None:
    assert pins("deploy.lock").items() <= pins(lock).items()


@pytest.mark.parametrize("name", pins("deploy.lock"))
def test_what_a_deployment_installs_is_the_same_everywhere(name: str) -> None:
    """Wheels of Python alone; `make infra-lock-check` asks PyPI for those with machine code."""
    wheel = importlib.metadata.distribution(name).read_text("WHEEL")
    assert wheel is not None
    assert "Root-Is-Purelib: true" in wheel
    assert re.search(r"(?m)^Tag: (py2-none-any\nTag: )?py3-none-any$", wheel)


def test_deploying_imports_nothing_that_a_deployment_does_not_install() -> None:
    modules = sorted(
        f"infra.{part}.{file.stem}"
        for part in ("deploy", "deploy.cost", "verify")
        for file in (INFRA / part.replace(".", "/")).glob("[a-z]*.py")
    )
    program = (
        "import importlib, importlib.metadata, sys\n"
        f"for name in {modules}: importlib.import_module(name)\n"
        "owners = importlib.metadata.packages_distributions()\n"
        "tops = {name.partition('.')[0] for name in sys.modules}\n"
        "print('\\n'.join({owner for top in tops for owner in owners.get(top, [])}))\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    # The project itself, a hook of the virtual environment, and what botocore takes only where it finds it.
    ours = {"bbws-templates", "setuptools", "certifi"}
    used = {name.lower() for name in finished.stdout.split()} - ours
    assert "boto3" in used
    assert used <= set(pins("deploy.lock"))


@pytest.mark.parametrize("verb", ["plan", "apply", "verify", "drift", "cost", "destroy", "bootstrap"])
def test_a_fresh_machine_installs_no_more_than_that(verb: str) -> None:
    finished = subprocess.run(
        ["make", "-n", "VENV=/nowhere/venv", f"infra-{verb}", "ENV=dev"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.findall(r"-r requirements/(\w+)\.lock", finished.stdout) == ["deploy"]


def test_every_component_locks_one_provider_for_every_system() -> None:
    """The digests named zh are those of all packages of the release, from its signed list."""
    texts = {file.read_text(encoding="utf-8") for file in INFRA.glob("components/*/.terraform.lock.hcl")}
    (text,) = texts
    assert len(set(re.findall(r'"zh:([0-9a-f]{64})"', text))) == 15
    assert 'version     = "5.100.0"' in text
    assert len(list(INFRA.glob("components/*/.terraform.lock.hcl"))) == len(
        list(INFRA.glob("components/*/versions.tf"))
    )
