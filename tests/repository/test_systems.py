"""What runs without the modules that only POSIX systems have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WITHOUT = """
import importlib, os, pkgutil, sys
for name in ("fcntl", "grp", "pwd", "resource", "syslog", "termios"):
    sys.modules[name] = None  # importing it fails from now on, as where there is none
for name in ("fchmod", "fork", "geteuid", "getuid", "register_at_fork"):
    delattr(os, name)
"""
EVERY_MODULE = """
import app, bbws_templates
for package in (app, bbws_templates):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
print(len([name for name in sys.modules if name.startswith(("app.", "bbws_templates."))]))
"""
COMMAND = "import app.cli; app.cli.main()"


def _without_posix(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + code, *arguments],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_is_imported_where_there_is_no_fcntl() -> None:
    assert int(_without_posix(EVERY_MODULE)) > 200


def test_a_mail_is_rendered_where_there_is_no_fcntl() -> None:
    assert "INV-" in _without_posix(COMMAND, "render", "invoices/invoice", "--format", "text")
