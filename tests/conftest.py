"""How several workers share the tests out.

What is expensive to make is made once in a process, so the tests that need it belong to one worker. They
are named here by where they lie: marks (``xdist_group``) travel in the ids of tests, which pytest 9 no longer
lets pytest-xdist 3.8 change.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest
import pytest_timeout
from playwright.sync_api import expect

from tests.patient_clients import give_clients_patience
from tests.shell import prefer_the_shell
from tests.surroundings import settle
from tests.waiting import patience
from tests.web import process

settle(os.environ)
os.umask(0o022)  # some tests have another user read what they write
prefer_the_shell()

# What a shell starts in the background ignores an interrupt, and so would all that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_OWN: Final = os.getpid()


def _end_in_order(number: int, frame: FrameType | None) -> None:
    """End as by Ctrl-C, so that every fixture ends the programs that it has started; a fork ends at once."""
    if os.getpid() == _OWN:
        signal.default_int_handler(number, frame)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGTERM, _end_in_order)

pytest_plugins = ["tests.selection"]

ROOT: Final = Path(__file__).parents[1]
ESTATES: Final = "pictures in a browser, while whole environments are applied to emulators"
TERRAFORM: Final = "a browser that lays out our own mails, while long commands of Terraform run"
TOGETHER: Final = {
    "tests/artifacts/test_artifacts.py": "a wheel, and bills of materials",
    "tests/infra/applied/": ESTATES,
    "tests/infra/fast/test_code.py": TERRAFORM,
    "tests/infra/fast/test_refusals.py": TERRAFORM,
    "tests/browser/": ESTATES,
    "tests/web/test_browser.py": "a browser, and a server of our own mails that checks them all",
    "tests/web/test_clients.py": "a browser, and a server of our own mails that checks them all",
    "tests/web/test_fuzz.py": "a browser, and a server of our own mails that checks them all",
    "tests/web/test_hostile.py": "a browser, and a server of our own mails that checks them all",
    "tests/web/test_room.py": "a browser, and a server of our own mails that checks them all",
    "tests/web/test_static_gallery.py": "a browser, and a server of our own mails that checks them all",
    "tests/web/environments/test_pages.py": "a browser, and a server of our own mails that checks them all",
    "tests/web/test_workbench.py": "a browser, and a server of our own mails that checks them all",
    "tests/web/test_accessibility.py": "another such browser, and such a server, of what panels show",
    "tests/web/test_editor.py": "another such browser, and such a server, of what panels show",
    "tests/web/test_fonts.py": "another such browser, and such a server, of what panels show",
    "tests/web/test_form.py": "another such browser, and such a server, of what panels show",
    "tests/web/test_found_browser.py": "a third such browser, and such a server, of other pages",
    "tests/web/test_inboxes.py": "another such browser, and such a server, of what panels show",
    "tests/web/test_inspect_browser.py": "another such browser, and such a server, of what panels show",
    "tests/web/test_kept.py": "a third such browser, and such a server, of other pages",
    "tests/web/test_matrix_browser.py": "a third such browser, and such a server, of other pages",
    "tests/web/test_outages.py": "a third such browser, and such a server, of other pages",
    "tests/web/test_paper.py": "a third such browser, and such a server, of other pages",
    "tests/web/test_palette.py": "another such browser, and such a server, of what panels show",
    "tests/web/test_pictures.py": "another such browser, and such a server, of what panels show",
    "tests/web/test_snippet.py": "another such browser, and such a server, of what panels show",
    "tests/web/test_stage_browser.py": "a third such browser, and such a server, of other pages",
    "tests/web/test_taking.py": "another such browser, and such a server, of what panels show",
    "tests/web/test_weight.py": "another such browser, and such a server, of what panels show",
    "tests/web/test_server.py": "a server of a small set",
    "tests/corpus/looks/": "a browser that reads small mails",
    "tests/corpus/text/": "a browser that reads small mails",
    "tests/compiler/test_other_engines.py": "what other engines make of all mails",
    "tests/compiler/test_in_browser.py": "a browser that compares sources with what was compiled",
    "tests/templates/test_contrast.py": TERRAFORM,
    "tests/templates/test_forced_dark.py": TERRAFORM,
    "tests/templates/test_layout.py": TERRAFORM,
    "tests/documents/test_messages.py": "every text that the programs print",
    "tests/documents/test_walks.py": "an operator who follows one document after the other",
    "tests/documents/test_following.py": "buckets that releases are moved in",
    "tests/documents/test_diagrams.py": "a browser that draws diagrams",
    "tests/validation/test_second_opinion.py": "what other checkers say of all mails",
    "tests/mutation/test_runner.py": "a process that tests mutants",
    "tests/runtime/test_lambda.py": "a layer",
    "tests/repository/test_benchmarks.py": "a machine with nothing else to do, while something is measured",
    "tests/publishing/test_further_servers.py": "a cluster of Ceph, and a LocalStack",
    "tests/image/": "a container image",
    "tests/examples/test_queue.py": "what an emulated SES has sent",
}
"""Beginning of a test's id to what it shares; any other test goes to whoever is free."""

AHEAD: Final = {ESTATES: "tests.infra.applied.conftest", TERRAFORM: "tests.infra.fast.conftest"}
"""What a group makes in the background while its other tests run: the module whose ``begin`` does so."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Read the tests without a search for garbage in between: what is made then stays."""
    gc.disable()
    try:
        _begin_with_a_part(session)
        return (yield)
    finally:
        gc.enable()


def _begin_with_a_part(session: pytest.Session) -> None:
    """A worker that reads every test begins with a part of its own.

    Rewriting the assertions of a test takes longer than reading what another worker has left of it, and all
    would rewrite the same file at once.
    """
    config = session.config
    if hasattr(config, "workerinput") and config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        names = [
            ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for path in sorted((ROOT / "tests").rglob("test_*.py"))
        ]
        begin = len(names) * int(config.workerinput["workerid"].removeprefix("gw"))
        begin //= int(config.workerinput["workercount"])
        for name in names[begin:] + names[:begin]:
            with contextlib.suppress(Exception):  # collecting it will tell
                importlib.import_module(name)


def pytest_collection_finish() -> None:
    """Leave what has been imported out of every later search for garbage, and search less often.

    A test leaves little behind, and that in cycles the least; a tenth of the time went into looking for it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> bool:
    """A test that hangs is ended in the end; that the machine has other things to do is no reason to."""
    timer = settings._replace(timeout=patience(settings.timeout))
    return bool(pytest_timeout.pytest_timeout_set_timer(item, timer))


@pytest.fixture(scope="session", autouse=True)
def _no_power_cut() -> Iterator[None]:
    """Nobody pulls the plug of this machine, and a disk takes longer to write than most tests that write."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _servers_of_one_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What one server of this run has worked out another need not, in whatever worker; checks take long."""
    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "kept", run / "kept-by-servers")
        yield


def pytest_runtest_setup(item: pytest.Item) -> None:
    expect.set_options(timeout=patience() * 1000)
    give_clients_patience()
    ahead = AHEAD.get(group(item.nodeid))
    if ahead:
        importlib.import_module(ahead).begin(item.session)


def group(nodeid: str) -> str:
    """The unit of work that a test belongs to."""
    return next((shared for start, shared in TOGETHER.items() if nodeid.startswith(start)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Shares the tests out by ``group``, the largest first."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Together(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    return Together(config, log)
