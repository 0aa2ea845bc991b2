"""The Terraform as text: formatted, valid, complete, and free of what does not belong there."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable

import pytest

from infra.deploy.components import setting
from tests.infra.facts import COMPONENTS, ENVIRONMENTS, MODULES, STATE_KEY
from tests.infra.fast.conftest import Background
from tests.infra.terraform import INFRA, ROOT, Finished, Workbench
from tests.slices import each_of

EXAMPLE = ROOT / "examples" / "queue" / "terraform"
SOURCES = sorted(
    path
    for suffix in ("*.tf", "*.tfvars", "*.tfbackend")
    for folder in (INFRA, EXAMPLE)
    for path in folder.rglob(suffix)
)


def test_everything_is_formatted(workbench: Workbench) -> None:
    places = (str(INFRA), str(EXAMPLE))
    finished = workbench.run("fmt", "-check", "-recursive", "-diff", *places, folder=INFRA, data=INFRA)
    assert finished.code == 0, f"run `make infra-fmt`:\n{finished.output}"


@pytest.mark.heavy("estate")  # in each run, whoever plans production validates the same root first
def test_every_component_is_valid(background: Background) -> None:
    background.finished("components").ok()


def test_the_example_is_valid(background: Background) -> None:
    background.finished("example").ok()


@pytest.mark.parametrize("module", each_of(MODULES, 3, "estate"))
def test_every_module_passes_its_own_tests(background: Background, module: str) -> None:
    """Validation, logic, and the example, with mocked providers."""
    finished = background.finished(f"module {module}").ok()
    assert re.search(r"Success! [1-9]\d* passed, 0 failed", finished.output)
    assert 'run "example"... pass' in finished.output


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_its_files(module: str) -> None:
    folder = INFRA / "modules" / module
    for name in (
        "main.tf",
        "variables.tf",
        "outputs.tf",
        "versions.tf",
        "README.md",
        "examples/complete/main.tf",
    ):
        assert (folder / name).is_file(), name


def test_the_facts_name_every_module_and_component() -> None:
    assert {path.parent.name for path in (INFRA / "modules").glob("*/main.tf")} == set(MODULES)
    assert {path.parent.name for path in (INFRA / "components").glob("*/main.tf")} == set(COMPONENTS)


def test_every_variable_and_output_is_described_and_typed() -> None:
    for path in SOURCES:
        for kind, name, body in re.findall(
            r'^(variable|output) "(\w+)" \{\n(.*?)^\}',
            path.read_text(encoding="utf-8"),
            re.MULTILINE | re.DOTALL,
        ):
            where = f"{kind} {name} in {path.relative_to(ROOT)}"
            assert re.search(r'^  description += ".{10,}"$', body, re.MULTILINE), (
                f"{where} has no description"
            )
            if kind == "variable":
                assert re.search(r"^  type +=", body, re.MULTILINE), f"{where} has no type"
                assert not re.search(r"= any$|\(any\)", body, re.MULTILINE), f"{where} takes anything"


def test_null_is_refused_where_it_means_nothing() -> None:
    """Terraform itself then says which variable is null; a module would fail somewhere inside."""
    for path in sorted(INFRA.glob("*/*/variables.tf")):
        for name, body in re.findall(
            r'^variable "(\w+)" \{\n(.*?)^\}', path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        ):
            said = re.search(r'^  description += ".*\bnull\b.*"$', body, re.MULTILINE)
            refused = re.search(r"^  nullable += false$", body, re.MULTILINE)
            assert bool(said) != bool(refused), f"{name} in {path.relative_to(ROOT)}"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["infra-plan"], "Say which environment: make infra-plan ENV=dev, ENV=sit or ENV=prod"),
        (["infra-verify", "ENV=staging"], 'There is no environment "staging": make infra-verify ENV=dev'),
        (["infra-apply", "ENV=dev sit"], 'There is no environment "dev sit"'),
        (["infra-plan", "ENV=dev", "LOCK=off"], 'LOCK is "off": write LOCK=no'),
    ],
)
def test_a_wrong_task_is_refused_before_anything_is_installed(arguments: list[str], says: str) -> None:
    # These tests may themselves be run by make, which hands its settings down.
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"ENV", "LOCK", "MFLAGS"} and "MAKE" not in name
    }
    finished = subprocess.run(
        ["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 2
    assert says in finished.stderr
    assert finished.stdout == ""


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("component", COMPONENTS)
def test_every_component_keeps_a_state_of_its_own(component: str, environment: str) -> None:
    backend = INFRA / "components" / component / "backends" / f"{environment}.s3.tfbackend"
    assert setting(backend, "bucket") == f"bbws-terraform-state-{environment}"
    assert setting(backend, "dynamodb_table") == f"terraform-state-lock-{environment}"
    assert setting(backend, "use_lockfile") == "true"
    assert setting(backend, "encrypt") == "true"
    assert setting(backend, "region") == "af-south-1"
    if component in STATE_KEY:
        assert setting(backend, "key") == STATE_KEY[component]


def test_no_two_components_share_a_state() -> None:
    keys = [
        setting(INFRA / "components" / component / "backends" / "prod.s3.tfbackend", "key")
        for component in COMPONENTS
    ]
    assert len(set(keys)) == len(COMPONENTS)


def test_what_differs_between_environments_stands_in_their_files_only() -> None:
    """Account numbers and names that end with an environment belong into environments/ and backends/."""
    for path in (INFRA / "components").glob("*/*.tf"):
        code = re.sub(r"#.*|error_message = .*", "", path.read_text(encoding="utf-8"))
        assert not re.search(r'"\d{12}"|[\w-]+-(dev|sit|prod)"', code), path
    for path in (INFRA / "modules").glob("*/*.tf"):
        code = re.sub(r"#.*|error_message = .*", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"\b\d{12}\b", code), path


def test_no_customer_and_no_partition_is_written_into_a_module() -> None:
    """Somebody else's names begin otherwise, and in China and GovCloud an ARN does too."""
    for path in sorted((INFRA / "modules").glob("*/*.tf")):
        code = re.sub(r"#.*|error_message += .*", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"bbws-|arn:aws[:-]|BBWS", code), path
    for path in sorted((INFRA / "components").glob("*/*.tf")):
        code = re.sub(r"#.*|error_message += .*", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"arn:aws[:-]", code), path


def test_the_terraform_knows_nothing_of_an_emulator_and_holds_no_credentials() -> None:
    forbidden = re.compile(
        r"localhost|127\.0\.0\.1|moto|localstack|endpoints|skip_credentials|skip_requesting|s3_use_path_style"
        r"|access_key|secret_key|AKIA[0-9A-Z]{16}",
        re.IGNORECASE,
    )
    for path in SOURCES:
        found = forbidden.findall(path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(ROOT)}: {found}"


def test_every_component_is_locked_to_the_same_provider() -> None:
    roots = [EXAMPLE, *(INFRA / "components" / component for component in COMPONENTS)]
    locks = {(root / ".terraform.lock.hcl").read_text() for root in roots}
    assert len(locks) == 1
    assert 'version     = "5.100.0"' in locks.pop()


def test_the_readmes_of_modules_and_components_are_written_from_the_code(python: str) -> None:
    finished = subprocess.run(
        [python, "infra/scripts/module_readmes.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


@pytest.mark.heavy("estate")  # each pull request looks at all of it as well, by make infra-scan
@pytest.mark.parametrize(
    ("folder", "passed"),
    [
        ("infra", 100),
        ("examples", 20),
    ],
)
def test_checkov_finds_nothing_that_is_not_waived_with_a_reason(
    checkov: Callable[[str], Finished], folder: str, passed: int
) -> None:
    finished = checkov(folder)
    assert finished.code == 0, finished.output[-4000:]
    report = json.loads(finished.output)
    assert report["summary"]["failed"] == 0
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["passed"] > passed
    waived = report["results"]["skipped_checks"]
    assert waived
    for check in waived:
        reason = check["check_result"]["suppress_comment"]
        assert len(reason) > 30, f"{check['check_id']} on {check['resource']} is waived without a reason"
