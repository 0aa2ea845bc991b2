"""buildah: an image built and run without a daemon, without cgroups and without a registry of images.

buildah builds in a chroot, on a base that debootstrap makes of Debian's packages; both take root, and are
installed. What is built runs in namespaces of its own, made by util-linux, in the network of this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from scripts.containers import NAME, ROOT, Container, EngineError, build_arguments, said
from scripts.debian import PackageError, install

SUITE: Final = "trixie"
"""The release of Debian that the Dockerfile's own base is made of."""
BASE: Final = f"localhost/{NAME}-base:{SUITE}"
_PACKAGES: Final = ("buildah", "debootstrap")
_OF_THIS_MACHINE: Final = ("/etc/ssl/certs", "/etc/pip.conf")
"""How this machine reaches its package index; lent to the build, and not in the image."""


class Buildah:
    """buildah to build, crun to run."""

    name = "buildah"

    def __init__(self) -> None:
        if missing := [name for name in _PACKAGES if not shutil.which(name)]:
            try:
                install(missing)
            except PackageError as error:
                raise EngineError(str(error)) from None
        self._environment = {**os.environ, "BUILDAH_ISOLATION": "chroot"}

    def build(self, tag: str) -> None:
        """Build on a base that is made here, once."""
        if not self._buildah("images", "--quiet", "--filter", f"reference={BASE}"):
            self._make_base()
        lent = [
            word
            for path in _OF_THIS_MACHINE
            if Path(path).exists()
            for word in ("--volume", f"{path}:{path}:ro")
        ]
        command = ["buildah", "bud", "--format", "docker", "--pull-never", "--network", "host", *lent]
        command += ["--build-arg", f"BASE={BASE}", *build_arguments(), "--tag", tag, "."]
        if subprocess.run(command, cwd=ROOT, env=self._environment, check=False).returncode:
            raise EngineError("buildah could not build the image; it has said why above.")

    def size(self, tag: str) -> int:
        """Of every file, one that is linked twice once; not of the blocks that a disk keeps them in."""
        with _Mounted(self, tag) as folder:
            return int(said("du", "--summarize", "--apparent-size", "--block-size=1", str(folder)).split()[0])

    def start(self, tag: str, variables: Mapping[str, str]) -> Container:
        """Start it on a free port."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        return _Isolated(_Mounted(self, tag), self._settings(tag), {**variables, "BBWS_PORT": str(port)})

    def identity(self, tag: str) -> str:
        """As ``buildah images --no-trunc`` shows it."""
        found: dict[str, Any] = json.loads(self._buildah("inspect", "--type", "image", tag))
        return f"sha256:{found['FromImageID']}"

    def save(self, tag: str, file: Path) -> None:
        """As docker would."""
        file.unlink(missing_ok=True)
        self._buildah("push", "--quiet", tag, f"docker-archive:{file}:{tag}")

    def push(self, tag: str, target: str) -> str:
        """A registry on this machine need not speak TLS, as for docker."""
        plain = ["--tls-verify=false"] if target.startswith(("127.0.0.1:", "localhost:")) else []
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as digest:
            self._buildah("push", "--quiet", *plain, "--digestfile", digest.name, tag, f"docker://{target}")
            return digest.read().strip()

    def _settings(self, tag: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._buildah("inspect", "--type", "image", tag))
        settings: dict[str, Any] = found["OCIv1"]["config"]
        return settings

    def _buildah(self, *arguments: str) -> str:
        return said("buildah", *arguments, environment=self._environment)

    def _make_base(self) -> None:
        """Debian with its Python, as small as the images of Debian that others make."""
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch, "root")
            packages = "--include=python3,python3-venv,python-is-python3,ca-certificates"
            said(
                "debootstrap",
                "--variant=minbase",
                packages,
                SUITE,
                str(folder),
                "http://deb.debian.org/debian",
            )
            sources = "".join(
                f"deb http://deb.debian.org/{part} main\n"
                for part in (
                    f"debian {SUITE}",
                    f"debian {SUITE}-updates",
                    f"debian-security {SUITE}-security",
                )
            )
            (folder / "etc/apt/sources.list").write_text(sources, "utf-8")
            for waste in (
                "var/cache/apt",
                "var/lib/apt/lists",
                "usr/share/doc",
                "usr/share/man",
                "usr/share/locale",
            ):
                for path in (folder / waste).iterdir():
                    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            made = self._buildah("from", "scratch")
            self._buildah("copy", "--quiet", made, str(folder), "/")
            self._buildah("commit", "--quiet", "--rm", made, BASE)


class _Mounted:
    """The files of an image, in a working container of buildah's."""

    def __init__(self, engine: Buildah, tag: str) -> None:
        self._buildah = engine._buildah
        self._working = self._buildah("from", "--pull-never", tag)

    def __enter__(self) -> Path:
        return Path(self._buildah("mount", self._working))

    def __exit__(self, *_: object) -> None:
        self._buildah("rm", self._working)


_ENTER: Final = r"""
set -e
root=$1; user=$2; folder=$3; shift 3
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755,nosuid devices "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/random" c 1 8
mknod -m 666 "$root/dev/urandom" c 1 9
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/shm"
mount -t tmpfs -o mode=1777,nosuid,nodev shared "$root/dev/shm"
mount -t tmpfs -o mode=1777,nosuid,nodev scratch "$root/tmp"
mount -o remount,bind,ro "$root"
cd "$root$folder"
exec chroot "$root" /usr/bin/env -C "$folder" setpriv --reuid "$user" --regid "$user" --clear-groups \
    --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""
"""What docker does for --read-only, --tmpfs /tmp, --cap-drop ALL and no-new-privileges; then the program."""


class _Isolated:
    """The image's program as the first process of namespaces of its own, on its files alone."""

    def __init__(self, mounted: _Mounted, settings: Mapping[str, Any], variables: Mapping[str, str]) -> None:
        self._mounted = mounted
        self._bundle = Path(tempfile.mkdtemp(prefix=f"{NAME}-"))
        self.url = f"http://127.0.0.1:{variables['BBWS_PORT']}"
        folder = mounted.__enter__()
        self._user = said("chroot", str(folder), "id", "-u", settings["User"])
        self._folder = settings["WorkingDir"]
        self._environment = dict(line.partition("=")[::2] for line in settings["Env"]) | dict(variables)
        self._log = (self._bundle / "log").open("w+", encoding="utf-8")
        program = [*(settings.get("Entrypoint") or []), *settings["Cmd"]]
        apart = ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]
        self._process = subprocess.Popen(
            [*apart, "sh", "-c", _ENTER, "sh", str(folder), self._user, self._folder, *program],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        while self._process.poll() is None and not self._has_entered(folder):
            time.sleep(0.05)

    def _has_entered(self, folder: Path) -> bool:
        first = self._first()
        return bool(first) and Path(f"/proc/{first}/root").resolve() == folder.resolve()

    def _first(self) -> int:
        """The first process inside, by its number outside; 0 before there is one."""
        number = self._process.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text("ascii").split()
        return int(children[0]) if children else 0

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        """As the same user, in the same namespaces."""
        inside = ["nsenter", "--target", str(self._first()), "--mount", "--pid", "--ipc", "--uts"]
        variables = [f"{name}={value}" for name, value in self._environment.items()]
        held = ["setpriv", "--reuid", self._user, "--regid", self._user, "--clear-groups", "--no-new-privs"]
        held += ["--bounding-set=-all", "--inh-caps=-all"]
        place = ["--root", "--", "env", "-i", "-C", self._folder, *variables]
        return subprocess.run(
            [*inside, *place, *held, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def log(self) -> str:
        """Of the program, and of what failed before it."""
        return (self._bundle / "log").read_text("utf-8", errors="replace")

    def stop(self, grace: int) -> int:
        """Told from outside, as an engine does."""
        os.kill(self._first(), signal.SIGTERM)
        try:
            status = self._process.wait(timeout=grace)
        except subprocess.TimeoutExpired:
            os.kill(self._first(), signal.SIGKILL)
            self._process.wait()
            return 137
        return status if status >= 0 else 128 - status

    def remove(self) -> None:
        """With its first process everything in its namespaces ends."""
        if self._process.poll() is None:
            if first := self._first():
                os.kill(first, signal.SIGKILL)
            self._process.wait()
        self._log.close()
        self._mounted.__exit__()
        shutil.rmtree(self._bundle)
