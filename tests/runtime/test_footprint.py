"""What the runtime costs a Lambda, in counts."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from app.core.building import make_unchecked_release
from app.core.release import Provenance
from app.core.workspace import Workspace
from app.publishing.directory_store import DirectoryStore
from bbws_templates import TemplateClient
from tests.own_templates import NAMES
from tests.publishing.samples import publish_to

ROOT = Path(__file__).parents[2]


def modules_after(statement: str) -> set[str]:
    """The top-level packages that ``statement`` makes a fresh interpreter load."""
    code = f"import sys\nbefore = set(sys.modules)\n{statement}\nprint(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_the_client_is_imported_without_boto3_and_without_anything_slow() -> None:
    loaded = modules_after("from bbws_templates import TemplateClient")
    assert not loaded & {"boto3", "botocore", "urllib3", "app", "email", "logging", "jsonschema", "asyncio"}
    # Each costs milliseconds of a cold start and is needed later, rarely or not at all.
    assert not loaded & {
        "dataclasses",
        "inspect",
        "json",
        "datetime",
        "decimal",
        "hashlib",
        "pathlib",
        "http",
        "math",
        "bisect",
        "weakref",
    }


def test_metrics_are_imported_when_they_are_asked_for() -> None:
    loaded = "import sys, bbws_templates.client\nassert 'bbws_templates.metrics' not in sys.modules"
    assert not modules_after(loaded) & {"json", "logging"}
    assert not modules_after("from bbws_templates import Metrics") & {"json", "logging", "boto3", "datetime"}


def test_a_directory_is_read_without_boto3(directory: DirectoryStore) -> None:
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    publish_to(directory, make_unchecked_release(workspace, Provenance()))
    loaded = modules_after(
        f"from bbws_templates import TemplateClient\nTemplateClient({str(directory.target)!r}).names()"
    )
    assert not loaded & {"boto3", "botocore", "app"}


def test_all_templates_are_held_and_parsed_in_ten_megabytes(directory: DirectoryStore) -> None:
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    publish_to(directory, make_unchecked_release(workspace, Provenance()))
    tracemalloc.start()
    try:
        client = TemplateClient(str(directory.target))
        for name in client.names():
            for fixture in workspace.source(name).fixtures.values():
                client.render(name, fixture.data)
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(client.names()) == len(NAMES)
    assert held < 10_000_000
    assert peak < 10_000_000


LONG_TEXT = """
from bbws_templates import Mode, Template
from bbws_templates.headers import checked_headers
from bbws_templates.leniency import permitted
from bbws_templates.mailboxes import parse_addresses

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM"))

def meet(length):
    contract = {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
    assert permitted(contract, {"note": "x" * length})[0] == {"note": "x" * length}
    markup = Template.parse("{{{markup}}}")
    for inside in ("=" * length, "a " * (length // 2)):
        assert markup.render({"markup": f"<a {inside}>x"}, mode=Mode.TEXT) == "x"
    for name in ("a" * length, r"\\a" * (length // 2)):
        assert parse_addresses(f'"{name}" <a@example.com>')
    assert checked_headers({"References": "<a> " * (length // 4)})

meet(10)
before = peak()
meet(500_000)
print((peak() - before) / 500_000)
"""


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(),
    reason="only Linux tells the peak of memory; tests/repository/test_patterns.py holds what makes it",
)
def test_long_text_needs_no_multiple_of_its_memory() -> None:
    """A record for each character, as ``re`` keeps them, is 120 bytes of it: ten megabytes end a Lambda."""
    done = subprocess.run(
        [sys.executable, "-c", LONG_TEXT], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert float(done.stdout) < 40
