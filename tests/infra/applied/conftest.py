"""The estate of dev, applied for real, and the plan of production; for the whole, sit is planned too.

They are made once, side by side, in the background: other tests of the same process run meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.infra.emulator import Emulator
from tests.infra.estate import Estate
from tests.infra.terraform import Workbench, make_workbench
from tests.waiting import patience

WHERE = "tests/infra/applied/"
LAST = ("test_destroying.py",)
PROD = pytest.param("prod", marks=pytest.mark.heavy("estate"))
APPLIED = ("dev", PROD)
"""Production has all that dev has and costs twice as much: it is applied by `make test-estate`."""
SIT = pytest.param("sit", marks=pytest.mark.heavy("estate"))
PLANNED = ("dev", SIT, "prod")
"""sit has nothing that neither of the others has; what goes there has passed `make test-estate` before."""


class Estates:
    """dev, being applied, and production, being planned; whoever asks for one waits until it is there.

    Where the estates are made ``whole``, production is applied, and sit is planned.
    """

    def __init__(self, home: Path, *, whole: bool = False) -> None:
        self.home = home
        self._whole = whole
        self._pool = ThreadPoolExecutor(3)
        self._made: list[Emulator] = []
        # Of the tests that run meanwhile some live in strange surroundings.
        self._surroundings = dict(os.environ)
        # Also in the background: on a fresh machine the provider is fetched first.
        workbench = self._pool.submit(make_workbench, home, self._surroundings)
        self._futures: dict[str, Future[Estate]] = {
            name: self._pool.submit(self._make, name, workbench)
            for name in ("prod", "dev", *(("sit",) if whole else ()))
        }

    @property
    def new(self) -> Estate:
        """One that is planned, and of which nothing is there yet."""
        return self.get("sit" if self._whole else "prod")

    def made(self) -> list[Estate]:
        """All that there are."""
        return [self.get(name) for name in self._futures]

    def get(self, name: str) -> Estate:
        """The estate, made."""
        return self._futures[name].result(timeout=patience(900))

    def close(self) -> None:
        """End the emulators; what they held is gone with them, and so does whatever is still being made."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for emulator in self._made:
            emulator.stop()
        self._pool.shutdown()

    def _make(self, name: str, found: Future[Workbench]) -> Estate:
        workbench = found.result()
        folder = self.home / name
        folder.mkdir()
        emulator = Emulator(name, folder, self._surroundings)
        self._made.append(emulator)
        estate = Estate(name, workbench, folder, emulator)
        if name == "dev" or (name == "prod" and self._whole):
            estate.apply(whole=self._whole)
        else:
            estate.plan()
        return estate


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They are destroyed last, and making them may take longer than a test.

    A process that runs other tests as well runs those first, while the estates are being made.
    """
    own = [item for item in items if item.nodeid.startswith(WHERE)]
    for item in own:
        item.add_marker(pytest.mark.timeout(1200))
    # In the order in which they are written: they share an estate, and some leave it planned or applied.
    own.sort(key=lambda item: (item.path.name in LAST, item.path.name, item.location[1] or 0, item.name))
    items[:] = [*(item for item in items if not item.nodeid.startswith(WHERE)), *own]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin at once where one process runs everything; a worker of several begins with its first test."""
    if not session.config.option.collectonly and "PYTEST_XDIST_WORKER" not in os.environ:
        if getattr(session.config.option, "numprocesses", None):
            return
        begin(session)


_ESTATES = pytest.StashKey[Estates]()


def begin(session: pytest.Session) -> None:
    """Begin to make the estates, where tests of this run want them and nobody has begun."""
    config = session.config
    if _ESTATES in config.stash or not any(item.nodeid.startswith(WHERE) for item in session.items):
        return
    with suppress(Exception):  # whoever asks for them tries again, and tells
        home = config._tmp_path_factory.mktemp("estates")  # type: ignore[attr-defined]
        config.stash[_ESTATES] = Estates(home, whole=_wants_whole(session.items))
        config.add_cleanup(config.stash[_ESTATES].close)


def _wants_whole(items: list[pytest.Item]) -> bool:
    """Whether a test was chosen that only a whole estate can answer."""
    return any(item.get_closest_marker("heavy") for item in items)


@pytest.fixture(scope="session")
def estates(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estates]:
    """All that there are."""
    begin(request.session)
    begun = request.config.stash.get(_ESTATES, None) or Estates(
        tmp_path_factory.mktemp("estates"), whole=_wants_whole(request.session.items)
    )
    yield begun
    begun.close()


@pytest.fixture(scope="session")
def dev(estates: Estates) -> Estate:
    """The development environment, applied."""
    return estates.get("dev")


@pytest.fixture(scope="session")
def prod(estates: Estates) -> Estate:
    """Production, applied: for tests that are marked heavy("estate")."""
    made = estates.get("prod")
    assert made.applied, "production is applied for what is marked heavy('estate')"
    return made


@pytest.fixture(params=APPLIED)
def estate(request: pytest.FixtureRequest, estates: Estates) -> Estate:
    """One applied environment after the other."""
    return estates.get(request.param)
