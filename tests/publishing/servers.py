"""S3 servers of others, each started as a program of its own on a free port of this machine."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest

from tests.waiting import patience

ROOT = Path(__file__).parents[2]
LOCALSTACK = ROOT / ".venv-localstack/bin/python"
CEPH = ROOT / ".tools/ceph"
RCLONE = Path(sys.executable).with_name("rclone")
KEY = "SERVERS"
"""Access key and secret of whoever owns the buckets."""


def free_port() -> int:
    """A port that is free, and not one of those that the system gives to whoever asks until it is used.

    It is this process's own until that ends: what is started on it may take a while to listen there.
    """
    while True:
        port = 20_000 + secrets.randbelow(10_000)  # all workers draw the same from `random`
        claim = socket.socket(socket.AF_UNIX)
        with socket.socket() as listener, suppress(OSError):
            claim.bind(f"\0bbws-templates-port-{port}")  # the name of no file (unix(7))
            listener.bind(("127.0.0.1", port))
            claim.detach()  # by its name no other process is given the port; the system closes it in the end
            return port
        claim.close()


@contextmanager
def started(
    words: list[str], log: Path, *, port: int = 0, environment: dict[str, str] | None = None
) -> Iterator[None]:
    """``words`` as a running program, which listens on ``port`` if there is one; ended afterwards."""
    with (
        log.open("wb") as output,
        subprocess.Popen(words, stdout=output, stderr=output, env=environment) as process,
    ):
        try:
            if port:
                _wait_for(port, process, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(patience(10))
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + patience(60)
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"{process.args!r} does not listen: {log.read_text(errors='replace')[-2000:]}")


@contextmanager
def rclone(folder: Path) -> Iterator[str]:
    """The address of `rclone serve s3`."""
    if not RCLONE.is_file():
        pytest.fail("rclone is not installed: run `make test-servers`.")
    port, files = free_port(), folder / "files"
    files.mkdir()
    words = ["serve", "s3", str(files), "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{KEY}"]
    with started([str(RCLONE), *words, "--config", "", "--quiet"], folder / "log", port=port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def localstack(folder: Path) -> Iterator[str]:
    """The address of LocalStack with S3 alone; it writes below ``folder`` and asks nobody outside."""
    if not LOCALSTACK.is_file():
        pytest.fail("LocalStack is not installed: run `make test-servers`.")
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "FILESYSTEM_ROOT": str(folder / "root"),
        "LOCALSTACK_VOLUME_DIR": str(folder / "volume"),
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "GATEWAY_SERVER": "hypercorn",
        "SERVICES": "s3",
        "STRICT_SERVICE_LOADING": "1",
        "EAGER_SERVICE_LOADING": "1",
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DNS_ADDRESS": "0",
    }
    words = [str(LOCALSTACK), "-m", "localstack.runtime.main"]
    with started(words, folder / "log", port=port, environment=environment):
        yield f"http://127.0.0.1:{port}"


_CEPH_CONF = """[global]
fsid = {fsid}
mon_host = [v2:127.0.0.1:{mon}]
public_network = 127.0.0.0/8
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc
run_dir = {folder}
admin_socket = {folder}/$name.asok
pid_file = {folder}/$name.pid
log_file = {folder}/$name.log
mon_cluster_log_file = /dev/null
mon_data = {folder}/mon
osd_data = {folder}/osd
rgw_data = {folder}/rgw
osd_objectstore = memstore
memstore_device_bytes = 536870912
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_crush_chooseleaf_type = 0
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
mon_data_avail_warn = 0
mon_data_avail_crit = 0
rgw_frontends = beast endpoint=127.0.0.1:{port}
rgw_enable_apis = s3
"""
_CEPH_PLUGINS = """plugin_dir = {libraries}/ceph
erasure_code_dir = {libraries}/ceph/erasure-code
compressor_dir = {libraries}/ceph/compressor
osd_class_dir = {libraries}/rados-classes
"""


@contextmanager
def ceph(folder: Path) -> Iterator[str]:
    """The address of Ceph's object gateway over one monitor and one object daemon, all of it in memory."""
    environment, plugins = _ceph_environment()
    gateway = shutil.which("radosgw", path=environment["PATH"])
    if not gateway:
        pytest.fail("Ceph is missing: run `make test-servers`.")
    fsid, osd, mon, port = str(uuid.uuid4()), str(uuid.uuid4()), free_port(), free_port()
    environment["CEPH_CONF"] = str(folder / "ceph.conf")
    text = _CEPH_CONF.format(fsid=fsid, mon=mon, port=port, folder=folder) + plugins
    Path(environment["CEPH_CONF"]).write_text(text)
    for name in ("mon", "osd", "rgw"):
        (folder / name).mkdir()

    def program(name: str) -> str:
        return shutil.which(name, path=environment["PATH"]) or name

    def once(*words: str) -> None:
        done = subprocess.run([*words], env=environment, capture_output=True, text=True, timeout=patience(60))
        assert done.returncode == 0, done.stderr

    once(program("monmaptool"), "--create", "--fsid", fsid, "--addv", "a", f"[v2:127.0.0.1:{mon}]",
         str(folder / "map"))  # fmt: skip
    once(program("ceph-mon"), "--mkfs", "-i", "a", "--monmap", str(folder / "map"))

    def runs(name: str, *words: str, port: int = 0) -> AbstractContextManager[None]:
        log = folder / f"{name}.out"
        return started([program(name), *words, "-f"], log, port=port, environment=environment)

    with runs("ceph-mon", "-i", "a", port=mon):
        # Debian's tool belongs to Debian's Python, whatever runs the tests.
        once("/usr/bin/python3", program("ceph"), "osd", "new", osd)
        once(program("ceph-osd"), "-i", "0", "--mkfs", "--osd-uuid", osd)
        with runs("ceph-osd", "-i", "0"), runs("radosgw", "-n", "client.rgw", port=port):
            once(program("radosgw-admin"), "user", "create", "--uid=tests", "--display-name=tests",
                 f"--access-key={KEY}", f"--secret-key={KEY}")  # fmt: skip
            yield f"http://127.0.0.1:{port}"


def _ceph_environment() -> tuple[dict[str, str], str]:
    """What Ceph's programs need around them, and further lines of settings when they are only unpacked."""
    environment = dict(os.environ)
    if not CEPH.is_dir():
        return environment, ""
    [libraries] = (CEPH / "usr/lib").glob("*-linux-gnu")
    paths = (libraries, libraries / "ceph", CEPH / "lib" / libraries.name)
    environment["LD_LIBRARY_PATH"] = os.pathsep.join(map(str, paths))
    environment["PYTHONPATH"] = str(CEPH / "usr/lib/python3/dist-packages")
    environment["PATH"] = os.pathsep.join([f"{CEPH}/usr/bin", f"{CEPH}/usr/sbin", environment["PATH"]])
    return environment, _CEPH_PLUGINS.format(libraries=libraries)
