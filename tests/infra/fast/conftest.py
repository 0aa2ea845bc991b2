"""Long commands of this tier run side by side from the first test on; each test waits for its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import cast

import pytest

from tests.infra.facts import MODULES
from tests.infra.fast.refusals import Refusal, refusal_test
from tests.infra.terraform import INFRA, ROOT, Finished, Workbench, make_workbench, one_provider, write_root
from tests.waiting import patience

CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"


LONG = tuple(f"tests/infra/fast/{name}.py" for name in ("test_code", "test_refusals"))
"""The tests that wait for commands in the background."""


class Background:
    """Everything in this tier that takes more than a second, by name, two at a time; all ask one provider."""

    def __init__(self, home: Path, items: list[pytest.Item]) -> None:
        self._open = ExitStack()
        self._pool = ThreadPoolExecutor(2)
        self._futures: dict[str, Future[Finished]] = {}
        # A copy of the Terraform, so that ``terraform init`` leaves nothing in the tree.
        sources, data = home / "infra", home / "data"
        for part in ("modules", "components"):
            shutil.copytree(INFRA / part, sources / part)
        data.mkdir()
        # Also in the background: on a fresh machine the provider is fetched first. Of the tests that run
        # meanwhile some live in strange surroundings.
        surroundings = dict(os.environ)
        self._offline = self._pool.submit(
            lambda: self._open.enter_context(one_provider(make_workbench(home, surroundings), data))
        )
        self._start("refusals", run_refusals, sources, data, asked_for(items))
        for module in MODULES:
            self._start(f"module {module}", run_module_tests, sources / "modules" / module, data)
        if any(item.name == "test_every_component_is_valid" for item in items):
            self._start("components", run_validate, sources, data)
        if any(item.name == "test_the_example_is_valid" for item in items):
            self._start("example", run_validate_example, sources, data)

    def _start(self, name: str, work: Callable[..., Finished], *arguments: object) -> None:
        self._futures[name] = self._pool.submit(lambda: work(self._offline.result(), *arguments))

    def finished(self, name: str) -> Finished:
        """What came of it."""
        return self._futures[name].result(timeout=patience(280))

    def close(self) -> None:
        """Drop what has not begun."""
        self._pool.shutdown(cancel_futures=True)
        self._open.close()


_BACKGROUND = pytest.StashKey[Background]()


def begin(session: pytest.Session) -> None:
    """Begin with the long commands, where tests of this run want them and nobody has begun."""
    config = session.config
    if _BACKGROUND in config.stash or not any(item.nodeid.startswith(LONG) for item in session.items):
        return
    with suppress(Exception):  # whoever asks for them tries again, and tells
        home = config._tmp_path_factory.mktemp("background")  # type: ignore[attr-defined]
        config.stash[_BACKGROUND] = Background(home, session.items)
        config.add_cleanup(config.stash[_BACKGROUND].close)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A process that runs other tests as well runs those first, while the commands run."""
    items.sort(key=lambda item: item.nodeid.startswith(LONG))


@pytest.fixture(scope="session")
def background(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Background]:
    """The commands, which have begun."""
    begin(request.session)
    begun = request.config.stash.get(_BACKGROUND, None) or Background(
        tmp_path_factory.mktemp("background"), request.session.items
    )
    yield begun
    begun.close()


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
