"""Which tests a run takes: all but the heavy ones, the quick ones alone, or the heavy ones of one name.

Whatever is left out is told at the end of the run, with the command that runs it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings

_DRAWN: Final = "drawn"
_QUICK: Final = "quick"
_SHARES: Final = {_QUICK: 0.1, "product": 0.1, _DRAWN: 1.0}
"""Kind of run to the share of its examples that a property draws: all of them, every week."""
_FEWEST: Final = 10


def drawn(whole: int) -> int:
    """How many examples a property draws in this run, of ``whole`` in `make test-drawn`."""
    return max(_FEWEST, round(whole * _SHARES[settings.get_current_profile_name()]))


# How long an example takes depends on what else the machine does: no test asserts a time. Which ones there
# are depends on the test alone, so no change is red for another's fault; `make test-drawn` draws others.
for _name, _share in _SHARES.items():
    settings.register_profile(
        _name,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        max_examples=round(100 * _share),
        derandomize=_name != _DRAWN,
    )
settings.load_profile("product")

SLOW_FIXTURES: Final = frozenset(
    {
        *("at_work", "failing"),  # mail clients
        *("browser", "browser_page", "page", "session", "unpacked"),  # Chromium
        *("s3_server", "server", "real_server", "hostile_server", "rendered", "specimens"),  # other programs
        *("background", "checkov", "estates", "workbench"),  # Terraform
        *("layer", "types_of_the_twelve", "store"),
    }
)
"""What takes long to make; ``store`` may be a bucket."""

SLOW_FILES: Final = (
    "tests/artifacts/test_artifacts.py",
    "tests/browser/",
    "tests/cli/test_commands.py",
    "tests/cli/test_processes.py",
    "tests/compiler/test_cascade_mutants.py",
    "tests/compiler/test_in_browser.py",
    "tests/compiler/test_other_engines.py",
    "tests/infra/applied/",
    "tests/infra/fast/test_locks.py",
    "tests/infra/rehearsal/",
    "tests/mutation/",
    "tests/publishing/test_commands.py",
    "tests/publishing/test_compatibility.py",
    "tests/publishing/test_concurrency.py",
    "tests/publishing/test_cuts.py",
    "tests/publishing/test_hostile_text.py",
    "tests/repository/test_selection.py",
    "tests/runtime/test_footprint.py",
    "tests/runtime/test_lambda.py",
    "tests/runtime/test_stuck_credentials.py",
    "tests/runtime/test_stuck_target.py",
    "tests/validation/test_second_opinion.py",
    "tests/web/test_live.py",
    "tests/web/test_released.py",
    "tests/web/test_server.py",
    "tests/contract/test_agreement.py",
    "tests/engine/test_against_chevron.py",
    "tests/engine/test_limits.py",
)
"""Tests that start programs of their own, wait for patience to end, or draw many examples."""

_LEFT_OUT: pytest.StashKey[Counter[str]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("selection")
    group.addoption("--quick", action="store_true", help="leave out what takes long")
    group.addoption(
        "--heavy", metavar="NAME", default="", help="run what is marked heavy(NAME), and only that"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "heavy(name): takes minutes, and runs by `make test-NAME` alone; see docs/testing.md"
    )
    config.stash[_LEFT_OUT] = Counter()
    for kind in (_QUICK, _DRAWN):  # before any test is read
        if config.getoption("quick") if kind == _QUICK else config.getoption("heavy") == kind:
            settings.load_profile(kind)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left = {item: why for item in items if (why := _left_out(item, config))}
    wanted = config.getoption("heavy")
    if wanted and len(left) == len(items):
        raise pytest.UsageError(f"No test of those given is marked heavy({wanted!r}); see docs/testing.md.")
    told = config.stash[_LEFT_OUT]
    told.update(why for why in left.values() if why != wanted)
    config.hook.pytest_deselected(items=list(left))
    items[:] = [item for item in items if item not in left]


def _left_out(item: pytest.Item, config: pytest.Config) -> str:
    """The name of what ``item`` belongs to when it is not to run; "" when it is."""
    if any("::" in named and item.nodeid.startswith(named) for named in config.args):
        return ""  # it was asked for by its own name
    marker = item.get_closest_marker("heavy")
    name = str(marker.args[0]) if marker else ""
    if wanted := config.getoption("heavy"):
        drawing = wanted == _DRAWN and not name and item.get_closest_marker("hypothesis")
        return "" if name == wanted or drawing else wanted
    if name:
        return name
    return _QUICK if config.getoption("quick") and _is_slow(item) else ""


def _is_slow(item: pytest.Item) -> bool:
    return item.nodeid.startswith(SLOW_FILES) or not SLOW_FIXTURES.isdisjoint(
        getattr(item, "fixturenames", ())
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells its controller."""
    if hasattr(session.config, "workeroutput"):
        told = session.config.stash[_LEFT_OUT]
        session.config.workeroutput["left_out"] = dict(told)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    left = getattr(node, "workeroutput", {}).get("left_out", {})
    if left:
        node.config.stash[_LEFT_OUT] = Counter(left)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for name, count in sorted(config.stash[_LEFT_OUT].items()):
        command = "make test" if name == _QUICK else f"make test-{name}"
        terminalreporter.line(f"NOT RUN: {count} tests; `{command}` runs them.", yellow=True, bold=True)
