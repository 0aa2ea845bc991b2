"""Several applies at once: the lock lets one through and refuses the others, whichever kind of lock.

The root holds no resource of AWS, so that nothing but the lock is tested and it takes a second.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.infra.applied.conftest import Estates
from tests.infra.terraform import Finished

ROOT_MODULE = """
terraform {
  backend "s3" {}
}

resource "terraform_data" "slow" {
  input = timestamp()

  provisioner "local-exec" {
    command = "touch ${path.module}/holding; sleep 4"
  }
}
"""

LOCKS = {
    "S3 lock file": ("-backend-config=use_lockfile=true",),
    "DynamoDB table": ("-backend-config=dynamodb_table=terraform-state-lock-dev",),
    "both, as the backend files say": (
        "-backend-config=use_lockfile=true",
        "-backend-config=dynamodb_table=terraform-state-lock-dev",
    ),
}


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_refuses_the_second_apply(estates: Estates, tmp_path: Path, lock: str) -> None:
    estate = estates.get("dev")
    (tmp_path / "main.tf").write_text(ROOT_MODULE, encoding="utf-8")
    key = "tests/" + "".join(letter if letter.isalnum() else "-" for letter in lock) + "/terraform.tfstate"
    place = (
        "-backend-config=bucket=bbws-terraform-state-dev",
        f"-backend-config=key={key}",
        "-backend-config=region=af-south-1",
        *LOCKS[lock],
    )

    def terraform(*arguments: str) -> Finished:
        return estate.workbench.run(
            *arguments, folder=tmp_path, data=tmp_path / "data", extra=estate.emulator.environment
        )

    terraform("init", *place).ok()
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(terraform, "apply", "-auto-approve")
        deadline = time.monotonic() + 60
        while not (tmp_path / "holding").exists():
            assert time.monotonic() < deadline, "the first apply did not get as far as its resource"
            time.sleep(0.05)
        others = [pool.submit(terraform, "apply", "-auto-approve") for _ in range(2)]
        refused = [other.result() for other in others]
        won = first.result()
    won.ok()
    for finished in refused:
        assert finished.code == 1
        assert "Error acquiring the state lock" in finished.output
    terraform("apply", "-auto-approve").ok()  # the lock was given back
