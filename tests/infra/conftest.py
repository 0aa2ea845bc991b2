"""What every test of the infrastructure needs: a Terraform."""

from __future__ import annotations

import pytest

from tests.infra.terraform import Workbench, make_workbench


@pytest.fixture(scope="session")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """Terraform with the AWS provider. Where there is no Terraform, this fails and says where to get it."""
    return make_workbench(tmp_path_factory.mktemp("terraform"))
