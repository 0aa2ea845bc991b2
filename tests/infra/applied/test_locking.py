"""Several applies at once: the lock lets one through and refuses the others, whichever kind of lock.

The root holds no resource of AWS, so that nothing but the lock is tested and it takes a second.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.infra.applied.conftest import Estates
from tests.infra.estate import Estate
from tests.infra.terraform import Finished
from tests.waiting import eventually, patience

ROOT_MODULE = """
terraform {
  backend "s3" {}
}

resource "terraform_data" "slow" {
  input = timestamp()

  # Says that the lock is held, and holds it until the test lets go; ten minutes at most.
  provisioner "local-exec" {
    command = "touch holding; for i in $(seq 6000); do test -e release && exit; sleep 0.1; done"
  }
}
"""

FILE = "-backend-config=use_lockfile=true"
TABLE = "-backend-config=dynamodb_table=terraform-state-lock-dev"
LOCKS = {
    "S3 lock file": (FILE,),
    "DynamoDB table": (TABLE,),
    "both, as the backend files say": (FILE, TABLE),
}


class Applies:
    """A root module of its own with a state under a key of its own."""

    def __init__(self, estate: Estate, folder: Path, key: str, locks: tuple[str, ...]) -> None:
        self.folder = folder
        self._estate = estate
        self._key = f"tests/{key}/terraform.tfstate"
        (folder / "main.tf").write_text(ROOT_MODULE, encoding="utf-8")
        self.run(
            "init",
            "-backend-config=bucket=bbws-terraform-state-dev",
            f"-backend-config=key={self._key}",
            "-backend-config=region=af-south-1",
            *locks,
        ).ok()

    def run(self, *arguments: str) -> Finished:
        """Terraform, to its end."""
        return self._estate.workbench.run(
            *arguments, folder=self.folder, data=self.folder / "data", extra=self._estate.emulator.environment
        )

    @contextmanager
    def begun(self) -> Iterator[subprocess.Popen[bytes]]:
        """An apply that has the lock, and holds it until it is let go or killed; none outlives the test."""
        workbench, log = self._estate.workbench, self.folder / "apply.log"
        with (
            log.open("wb") as output,
            subprocess.Popen(
                [workbench.program, "apply", "-auto-approve"],
                cwd=self.folder,
                env={
                    **workbench.environment,
                    **self._estate.emulator.environment,
                    "TF_DATA_DIR": str(self.folder / "data"),
                },
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            ) as apply,
        ):
            try:
                eventually(
                    lambda: (apply.poll(), log.read_text(encoding="utf-8")),
                    lambda seen: (self.folder / "holding").exists() or seen[0] is not None,
                    seconds=120,
                )
                assert apply.poll() is None, f"It ended before it held the lock:\n{log.read_text('utf-8')}"
                yield apply
            except BaseException:
                apply.kill()
                raise
            finally:
                self.let_go()

    def let_go(self) -> None:
        """Let an apply that holds the lock come to its end, and every later one as well."""
        (self.folder / "release").touch()

    def forget(self) -> None:
        """Leave no state behind: the verifier asks the bucket for what is no state of the environment."""
        self._estate.emulator.client("s3").delete_object(Bucket="bbws-terraform-state-dev", Key=self._key)


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_refuses_the_second_apply(estates: Estates, tmp_path: Path, lock: str) -> None:
    key = "".join(letter if letter.isalnum() else "-" for letter in lock)
    applies = Applies(estates.get("dev"), tmp_path, key, LOCKS[lock])
    with applies.begun() as first:
        with ThreadPoolExecutor(2) as pool:
            refused = [*pool.map(lambda _: applies.run("apply", "-auto-approve"), range(2))]
        applies.let_go()
        assert first.wait(patience(120)) == 0
    for finished in refused:
        assert finished.code == 1
        assert "Error acquiring the state lock" in finished.output
    applies.run("apply", "-auto-approve").ok()  # the lock was given back
    applies.forget()


def test_the_lock_of_a_killed_apply_is_released_by_its_id(dev: Estate, tmp_path: Path) -> None:
    """As the runbook says: one command releases both locks."""
    applies = Applies(dev, tmp_path, "killed", (FILE, TABLE))
    with applies.begun() as apply:
        apply.kill()
    refused = applies.run("apply", "-auto-approve").ok(1)
    held = re.search(r"Lock Info:\s+ID:\s+(\S+)", refused.output)
    assert held
    applies.run("force-unlock", "-force", held[1]).ok()
    applies.run("apply", "-auto-approve").ok()
    applies.forget()
