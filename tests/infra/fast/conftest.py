"""Long commands of this tier run side by side from the first test on; each test waits for its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import cast

import pytest

from tests.infra.facts import MODULES
from tests.infra.fast.refusals import Refusal, refusal_test
from tests.infra.terraform import INFRA, ROOT, Finished, Workbench, one_provider, write_root
from tests.waiting import patience

CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"


class Background:
    """Commands by name, two at a time."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2)
        self._futures: dict[str, Future[Finished]] = {}

    def start(self, name: str, work: object, *arguments: object) -> None:
        """Begin ``work`` unless it has begun."""
        if name not in self._futures:
            self._futures[name] = self._pool.submit(work, *arguments)  # type: ignore[arg-type]

    def finished(self, name: str) -> Finished:
        """What came of it."""
        return self._futures[name].result(timeout=patience(280))

    def close(self) -> None:
        """Drop what has not begun."""
        self._pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the Terraform, so that ``terraform init`` leaves nothing in the tree."""
    copy = tmp_path_factory.mktemp("sources") / "infra"
    for part in ("modules", "components"):
        shutil.copytree(INFRA / part, copy / part)
    return copy


@pytest.fixture(scope="session")
def background(
    request: pytest.FixtureRequest,
    workbench: Workbench,
    sources: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Background]:
    """Everything in this tier that takes more than a second."""
    items = request.session.items
    wanted = asked_for(items)
    data = tmp_path_factory.mktemp("data")
    running = Background()
    with one_provider(workbench, data) as offline:
        running.start("refusals", run_refusals, offline, sources, data, wanted)
        for module in MODULES:
            running.start(f"module {module}", run_module_tests, offline, sources / "modules" / module, data)
        if any(item.name == "test_every_component_is_valid" for item in items):
            running.start("components", run_validate, offline, sources, data)
        if any(item.name == "test_the_example_is_valid" for item in items):
            running.start("example", run_validate_example, offline, sources, data)
        yield running
        running.close()


@pytest.fixture(scope="session")
def checkov() -> Callable[[str], Finished]:
    """``run_checkov``; by its name it is known to take long."""
    return run_checkov


def run_checkov(folder: str) -> Finished:
    """What checkov finds below ``folder``; not installed, it is a failure that says how to get it."""
    if not CHECKOV.exists():
        return Finished(("checkov",), 127, "checkov is not installed: run `make infra-tools`.")
    settings = ("--config-file", "infra/checkov.yaml")
    command = [str(CHECKOV), *settings, "--directory", folder, "--output", "json"]
    finished = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=patience(240)
    )
    return Finished(tuple(command), finished.returncode, finished.stdout or finished.stderr)


def run_module_tests(workbench: Workbench, module: Path, data: Path) -> Finished:
    """The module's own tests, with mocked providers."""
    return workbench.run_offline("test", folder=module, data=data / f"module-{module.name}")


def run_validate(workbench: Workbench, sources: Path, data: Path) -> Finished:
    """Terraform's own opinion of all components, called by one root, and of the values of production."""
    root = sources / "all-components"
    write_root(root, "prod", sources / "components")
    return workbench.run_offline("validate", folder=root, data=data / "components")


def run_validate_example(workbench: Workbench, sources: Path, data: Path) -> Finished:
    """Terraform's opinion of the example, a root that stands by itself."""
    root = sources / "example"
    shutil.copytree(ROOT / "examples" / "queue" / "terraform", root)
    return workbench.run_offline("validate", folder=root, data=data / "example")


def asked_for(items: list[pytest.Item]) -> list[Refusal]:
    """The refusals that a test of this run waits for."""
    functions = [
        item for item in items if isinstance(item, pytest.Function) and "refusal" in item.fixturenames
    ]
    return [cast("Refusal", function.callspec.params["refusal"]) for function in functions]


def run_refusals(workbench: Workbench, sources: Path, data: Path, wanted: list[Refusal]) -> Finished:
    """The ``wanted`` refusals in one command, each in a file of its own; the answers are lines of JSON."""
    consumer = sources / "consumer"
    (consumer / "tests").mkdir(parents=True)
    for refusal in wanted:
        file = consumer / "tests" / f"{refusal.name}.tftest.hcl"
        file.write_text(refusal_test(refusal, sources), encoding="utf-8")
    (consumer / "main.tf").write_text('terraform {\n  required_version = ">= 1.11"\n}\n', encoding="utf-8")
    return workbench.run_offline("test", "-json", folder=consumer, data=data / "refusals")


@pytest.fixture(scope="session")
def python() -> str:
    """The Python that runs the tests."""
    return sys.executable
