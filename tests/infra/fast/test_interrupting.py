"""Somebody presses Ctrl-C: Terraform ends what it is at, and whoever called it waits for that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.infra.terraform import ROOT
from tests.waiting import eventually, patience

TERRAFORM = """\
#!/bin/bash
# As Terraform does: told to end, it works on until its state is saved.
trap 'told=yes' INT
echo > begun
while [ -z "$told" ]; do sleep 0.05; done
sleep 1
echo > saved
exit 1
"""

CALLER = """\
import sys
from pathlib import Path
from infra.deploy.errors import DeployError
from infra.deploy.terraform import Terraform
folder = Path(sys.argv[1])
try:
    Terraform(str(folder / "terraform"), folder, folder / "data").run("apply")
except DeployError as error:
    print((folder / "saved").is_file(), error)
    sys.exit(error.exit_code)
"""


def test_an_interrupted_apply_is_waited_for(tmp_path: Path) -> None:
    program = tmp_path / "terraform"
    program.write_text(TERRAFORM, encoding="utf-8")
    program.chmod(0o755)
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    eventually((tmp_path / "begun").is_file, bool)
    os.killpg(caller.pid, signal.SIGINT)
    said, _ = caller.communicate(timeout=patience())
    assert said.startswith("True terraform apply was interrupted in ")
    assert caller.returncode == 1
