"""Terraform in the tests: with the provider of a local mirror, without any of the developer's settings."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from infra.deploy.terraform import find_terraform
from tests.waiting import eventually, patience

ROOT: Final = Path(__file__).resolve().parents[2]
INFRA: Final = ROOT / "infra"
PROVIDER: Final = "registry.terraform.io/hashicorp/aws"
VERSION: Final = "5.100.0"
CACHE: Final = ROOT / ".local" / "terraform-plugins"


# Each Terraform brings a provider of half a gigabyte; half of them only wait for the emulator to settle.
_AT_ONCE = threading.BoundedSemaphore(6)


@dataclass(frozen=True)
class Finished:
    """A finished command: what it ended with and said, without colours."""

    command: tuple[str, ...]
    code: int
    output: str

    def ok(self, *accepted: int) -> Finished:
        """Itself, when it ended as expected; otherwise a failure that shows all it said."""
        assert self.code in (accepted or (0,)), (
            f"{' '.join(self.command)} ended with {self.code}:\n{self.output}"
        )
        return self

    @property
    def sentence(self) -> str:
        """What it said, on one line: Terraform breaks lines and draws a bar beside them."""
        return " ".join(self.output.replace("│", " ").split())


@dataclass(frozen=True)
class Workbench:
    """A Terraform and the environment that every command gets.

    ``overrides`` is a CLI configuration that takes the provider as it lies there: without the hashing of
    700 MB that every ``terraform init`` costs, and good for whatever needs no backend. ``provider`` is the
    folder of its program.
    """

    program: str
    environment: Mapping[str, str]
    overrides: Path
    provider: Path

    def run(
        self,
        *arguments: str,
        folder: Path,
        data: Path,
        extra: Mapping[str, str] | None = None,
        timeout: float = 240,
    ) -> Finished:
        """Run Terraform in ``folder`` with its data in ``data``; ``timeout`` in idle seconds."""
        with _AT_ONCE:
            finished = subprocess.run(
                [self.program, *arguments],
                cwd=folder,
                env={**self.environment, "TF_DATA_DIR": str(data), **(extra or {})},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=patience(timeout),
            )
        return Finished((self.program, *arguments), finished.returncode, finished.stdout)

    def run_offline(self, *arguments: str, folder: Path, data: Path) -> Finished:
        """Get the modules and run a command that needs neither backend nor lock file (validate, test)."""
        extra = {"TF_CLI_CONFIG_FILE": str(self.overrides)}
        self.run("get", folder=folder, data=data, extra=extra).ok()
        return self.run(*arguments, folder=folder, data=data, extra=extra)

    def show(
        self, plan: Path, *, folder: Path, data: Path, extra: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """A saved plan as JSON."""
        finished = self.run("show", "-json", str(plan), folder=folder, data=data, extra=extra).ok()
        # Beside the document stands a warning that the provider is given; the document is one line.
        line = next(line for line in finished.output.splitlines() if line.startswith("{"))
        document: dict[str, Any] = json.loads(line)
        return document


def make_workbench(home: Path, surroundings: Mapping[str, str] = os.environ) -> Workbench:
    """A workbench whose settings lie in ``home``; programs are found, and run, with ``surroundings``.

    Raises:
        SurroundingsError: there is no Terraform that fits; the message says where to get one.
    """
    program = find_terraform(surroundings)
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
    environment = {name: surroundings[name] for name in kept if name in surroundings}
    environment |= {
        "TF_CLI_CONFIG_FILE": str(home / "settings.rc"),
        "TF_CLI_ARGS": "-no-color",
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
        # The provider spends most of its time collecting garbage of its own schema.
        "GOGC": "400",
    }
    mirror = find_mirror(surroundings)
    folder = _unpacked(mirror) if mirror else None
    if mirror is None or folder is None:
        with _alone():
            mirror = _fill_cache(program, environment, home, mirror)
        folder = _unpacked(mirror)
    assert folder is not None, f"Terraform installed the AWS provider, but it is not in {mirror}"
    _write_settings(home / "settings.rc", _mirror_block(mirror))
    _write_settings(
        home / "overrides.rc",
        f'  dev_overrides {{\n    "hashicorp/aws" = "{folder}"\n  }}\n{_mirror_block(mirror)}',
    )
    return Workbench(program, environment, home / "overrides.rc", folder)


@contextmanager
def one_provider(workbench: Workbench, home: Path) -> Iterator[Workbench]:
    """A workbench whose commands all ask one provider, which runs until the end.

    Terraform starts a provider several times in each run of a test, and each start costs more than the run.
    A provider that is attached (``-debug``) keeps the settings that were configured last, so this suits what
    configures none: validation, and tests with mocked providers.
    """
    (program,) = workbench.provider.glob("terraform-provider-aws_*")
    said = home / "provider.log"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [program, "-debug"], env=dict(workbench.environment), stdout=log, stderr=subprocess.STDOUT
        )

    def address() -> str:
        text = said.read_text(encoding="utf-8", errors="replace")
        assert process.poll() is None, f"The provider did not start: {text}"
        found = re.search(r"TF_REATTACH_PROVIDERS='(.*)'", text)
        return found[1] if found else ""

    try:
        attached = {"TF_REATTACH_PROVIDERS": eventually(address, bool)}
        yield replace(workbench, environment={**workbench.environment, **attached})
    finally:
        process.terminate()
        process.wait(timeout=patience())


def write_root(folder: Path, environment: str, components: Path = INFRA / "components") -> None:
    """Write a root module that calls every component with its values of ``environment``.

    The lines of a .tfvars file are the arguments of a module call, letter for letter. The backends of the
    components are of no account here; Terraform says so in a warning.
    """
    folder.mkdir()
    calls = []
    for component in sorted(path.parent for path in components.glob("*/main.tf")):
        values = (component / "environments" / f"{environment}.tfvars").read_text(encoding="utf-8")
        # A module that is called by an absolute path may not call others by relative ones.
        source = os.path.relpath(component.resolve(), folder.resolve())
        calls.append(f'module "{component.name}" {{\n  source = "{source}"\n{values}}}\n')
    (folder / "main.tf").write_text("\n".join(calls), encoding="utf-8")


def find_mirror(surroundings: Mapping[str, str] = os.environ) -> Path | None:
    """A folder that holds the AWS provider as a mirror: Terraform's own places, then near the root."""
    return next((place for place in _places(surroundings) if _holds_provider(place)), None)


@contextmanager
def _alone() -> Iterator[None]:
    """The cache is filled by one process at a time, as Terraform itself does not see to that."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fill_cache(program: str, environment: Mapping[str, str], home: Path, packed: Path | None) -> Path:
    """Fetch the provider once, from a packed mirror or the public registry, and keep it: it is 700 MB."""
    filled = CACHE / f".filled-with-{VERSION}"
    if filled.exists():
        return CACHE
    _write_settings(home / "settings.rc", _mirror_block(packed) if packed else "  direct {}\n")
    fetch = home / "fetch"
    fetch.mkdir()
    shutil.copy(INFRA / "components" / "account" / "versions.tf", fetch)
    finished = subprocess.run(
        [program, "init", "-backend=false"],
        cwd=fetch,
        env={**environment, "TF_PLUGIN_CACHE_DIR": str(CACHE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, (
        "The AWS provider is neither in a local mirror nor to be had from the registry. Put a mirror "
        f"(`terraform providers mirror`) into ~/.terraform.d/plugins. Terraform says: {finished.stderr}"
    )
    filled.touch()
    return CACHE


def _write_settings(file: Path, installation: str) -> None:
    text = f"disable_checkpoint = true\nprovider_installation {{\n{installation}}}\n"
    file.write_text(text, encoding="utf-8")


def _mirror_block(mirror: Path) -> str:
    return (
        f'  filesystem_mirror {{\n    path    = "{mirror}"\n'
        '    include = ["registry.terraform.io/hashicorp/*"]\n  }\n'
    )


def _places(surroundings: Mapping[str, str]) -> Iterator[Path]:
    home = Path(surroundings.get("HOME") or Path.home())
    yield home / ".terraform.d" / "plugins"
    shares = surroundings.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":")
    data_home = surroundings.get("XDG_DATA_HOME", str(home / ".local" / "share"))
    yield from (Path(share) / "terraform" / "plugins" for share in (data_home, *shares))
    unlikely = {"proc", "sys", "dev", "run", "tmp", "boot"}
    for top in _folders(Path("/")):
        if top.name not in unlikely:
            yield top
            for below in _folders(top):
                yield below
                yield from _folders(below)


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    except OSError:
        return []


def _holds_provider(place: Path) -> bool:
    try:
        return _unpacked(place) is not None or any((place / PROVIDER).glob(f"*_{VERSION}_*.zip"))
    except OSError:
        return False


def _unpacked(mirror: Path) -> Path | None:
    """The folder of the provider's program for this machine."""
    system = platform.system().lower()
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    folder = mirror / PROVIDER / VERSION / f"{system}_{machine}"
    return folder if any(folder.glob("terraform-provider-aws_*")) else None
