"""Draw the diagrams of docs/diagrams.md that stand in the code already: from the Terraform and the workflows.

Run by ``make docs``. A diagram is the Mermaid block below a remark ``<!-- drawn: NAME -->``; the rest of the
document is written by hand. Nothing of Terraform is run: its files are read as text, as ``terraform fmt``
lays them out.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from infra.deploy.components import COMPONENTS, setting, settings
from infra.design import ENVIRONMENTS
from infra.pipeline.confirmation import word
from infra.pipeline.environments import GATES
from infra.schemas.keys import PARTITION_KEYS
from infra.scripts.module_readmes import blocks_of
from tests.infra.pipeline.workflows import FOLDER, Job, evaluate, jobs, load

ROOT: Final = Path(__file__).resolve().parents[1]
DOCUMENT: Final = ROOT / "docs" / "diagrams.md"
MODULES: Final = ROOT / "infra" / "modules"
DRAWN: Final = re.compile(r"(<!-- drawn: ([a-z]+) -->\n\n```mermaid\n)(.*?)(```\n)", re.DOTALL)
_PAIR = re.compile(r'(\w+) *= *"([^"]*)"')
_NAMED_TYPES: Final = {"S": "string", "N": "number", "B": "binary"}
_AFTERWARDS: Final = ("${{ always() }}", "${{ failure() }}")
"""When a job runs that only tells somebody how it went."""


def tables() -> str:
    """The tables with their keys and indexes, from the root modules that make them."""
    lines = ["erDiagram"]
    for component in sorted(COMPONENTS.glob("*/main.tf")):
        for block in blocks_of(component.parent):
            if block.kind == "module" and block.text("source").endswith("/dynamodb_table"):
                lines += _table(block.text("name"), block.argument("attributes"), block.argument("indexes"))
    return _text(lines)


def bucket() -> str:
    """The bucket of each environment with its logs, its copy, and who reads and writes it."""
    lines = ["flowchart LR"]
    for name in ENVIRONMENTS:
        values = COMPONENTS / "templates" / "environments" / f"{name}.tfvars"
        lines += [
            f"  subgraph {name}[{name}, account {setting(values, 'account_id')}]",
            *_bucket(name, values),
        ]
        lines.append("  end")
    return _text(lines)


def pipeline() -> str:
    """From a push to production: what each workflow waits for, and which approvals come before it."""
    lines = ["flowchart TD", "  push([push to main])"]
    made: dict[str, str] = {}
    for file in sorted(FOLDER.glob("*.yml")):
        if load(file)["on"].get("push", {}) == {"branches": ["main"]}:
            lines += _from_push(file)
            made[file.name] = f"{_id(file.stem)}_{_id(_working(file)[-1].name)}"
    for name in ENVIRONMENTS:
        lines += _environment(name, made)
    names = list(ENVIRONMENTS)
    lines += [f"  {before}_test -->|passed| {after}_word" for before, after in itertools.pairwise(names)]
    return _text(lines)


def approvals(workflow: Path, environment: str) -> list[str]:
    """The GitHub environments that a dispatch of ``workflow`` passes, in a row, before anything changes."""
    found: list[str] = []
    for job in jobs(workflow):
        called = job.members.get("uses", "")
        if called.endswith("/approve-deployment.yml"):
            for inner in jobs(FOLDER / "approve-deployment.yml"):
                condition = re.fullmatch(r"inputs\.environment == '(\w+)'", str(inner.members.get("if", "")))
                if inner.environment and condition and condition[1] == environment:
                    found.append(inner.environment)
        elif job.environment and evaluate(job.environment, environment) in GATES:
            found.append(evaluate(job.environment, environment))
    return found


def changes(environment: str) -> Iterator[Path]:
    """The workflows that bring something new into ``environment`` and test it there."""
    for file in sorted(FOLDER.glob("*.yml")):
        texts = file.read_text(encoding="utf-8")
        is_tested = any(job.name == "test" for job in jobs(file))
        if is_tested and "ACTION: deploy" in texts and environment in next(iter(jobs(file))).estates():
            yield file


DIAGRAMS: Final[Mapping[str, Callable[[], str]]] = {"tables": tables, "bucket": bucket, "pipeline": pipeline}


def document(text: str) -> str:
    """``text`` with every drawn diagram as it is now.

    Raises:
        KeyError: a diagram that nobody draws is asked for.
    """
    return DRAWN.sub(lambda match: match[1] + DIAGRAMS[match[2]]() + match[4], text)


def main() -> None:
    """Write the document anew."""
    DOCUMENT.write_text(document(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


def _table(name: str, attributes: str, indexes: str) -> Iterator[str]:
    types = dict(_PAIR.findall(attributes))
    module = {block.labels[0]: block for block in blocks_of(MODULES / "dynamodb_table")
              if block.kind == "variable"}  # fmt: skip
    keys = [dict(re.findall(r'(name|type) = optional\(string, "(\w+)"\)', module[key].argument("type")))
            for key in ("partition_key", "sort_key")]  # fmt: skip
    prefix, attribute = PARTITION_KEYS[name]
    yield f"  {name} {{"
    # The star says that it is a key; PK as the name of an attribute would be read as that word of Mermaid's.
    for key, meaning in zip(keys, (f"{prefix}{attribute}", "METADATA"), strict=True):
        yield f'    {_NAMED_TYPES[key["type"]]} *{key["name"]} "{meaning}"'
    yield from (f"    {_NAMED_TYPES[kind]} {attribute}" for attribute, kind in types.items())
    yield "  }"
    for line in indexes.splitlines():
        index = dict(_PAIR.findall(line))
        if index:
            entity = f"{name}_{index['name']}"
            yield f'  {entity}["{index["name"]}"] {{'
            for role in ("partition_key", "sort_key"):
                if role in index:
                    yield f'    {_NAMED_TYPES[types[index[role]]]} *{index[role]} "{role.replace("_", " ")}"'
            yield "  }"
            yield f'  {name} ||--o{{ {entity} : "is found by"'


def _bucket(name: str, values: Path) -> Iterator[str]:
    text = values.read_text(encoding="utf-8")
    parts = {key: dict(_PAIR.findall(body)) for key, body in re.findall(r"(?ms)^(\w+) = \{\n(.*?)^\}", text)}
    days = dict(re.findall(r"^  (\w+) *= (\d+)$", text, re.MULTILINE))
    yield (f'    {name}_bucket[("{setting(values, "bucket_name")}<br>{setting(values, "region")}<br>'
           f'old versions {days["noncurrent_versions"]} days")]')  # fmt: skip
    yield f'    {name}_logs[("{parts["log_bucket"]["name"]}<br>{parts["log_bucket"]["prefix"]}")]'
    readers = [f"{name}_reader{number}" for number, _ in enumerate(settings(values, "reader_role_names"))]
    for reader, role in zip(readers, settings(values, "reader_role_names"), strict=True):
        yield f'    {reader}["{role}"] -->|read| {name}_bucket'
    yield f'    {name}_deployer["{setting(values, "deployer_role_name")}"] -->|publish| {name}_bucket'
    yield f'    {name}_pruner["{setting(values, "pruner_role_name")}"] -->|delete| {name}_bucket'
    yield f"    {name}_bucket -.->|access logs| {name}_logs"
    if "replica" in parts:
        rule = {block.labels[-1]: block for block in blocks_of(MODULES / "replication")}
        markers = re.search(r'delete_marker_replication \{\s*status = "Enabled"', rule["this"].body)
        minutes = rule["replication_time_minutes"].argument("default")
        how = f"{'with' if markers else 'without'} delete markers, within {minutes} minutes"
        replica = parts["replica"]
        yield f'    {name}_copy[("{replica["bucket_name"]}<br>{setting(values, "replica_region")}")]'
        yield f'    {name}_copylogs[("{replica["log_bucket_name"]}")]'
        yield f'    {name}_bucket ==>|"{replica["role_name"]}<br>{how}"| {name}_copy'
        yield f"    {name}_copy -.->|access logs| {name}_copylogs"
        yield f"    {' & '.join(readers)} -.->|at a failover| {name}_copy"


def _working(file: Path) -> list[Job]:
    """The jobs of a workflow in their order, without those that only tell somebody."""
    return [job for job in jobs(file) if job.members.get("if") not in _AFTERWARDS]


def _from_push(file: Path) -> Iterator[str]:
    for job in _working(file):
        called = Path(job.members.get("uses", "")).stem
        gate = job.environment in GATES
        label = (
            f"{job.environment}<br>{GATES[job.environment]}"
            if gate
            else called or f"{file.stem}<br>{job.name}"
        )
        node = f"{_id(file.stem)}_{_id(job.name)}"
        yield f'  {node}{{{{"{label}"}}}}' if gate else f'  {node}["{label}"]'
        before = [f"{_id(file.stem)}_{_id(name)}" for name in job.needs] or ["push"]
        yield from (f"  {earlier} --> {node}" for earlier in before)


def _environment(name: str, made: Mapping[str, str]) -> Iterator[str]:
    files = list(changes(name))
    chains = {tuple(approvals(file, name)) for file in files}
    (chain,) = chains  # each change of an environment passes the same people
    yield f"  subgraph {name}_environment[{name}]"
    yield f'    {name}_word>"dispatch: type {word("deploy", name)}"]'
    before = f"{name}_word"
    for gate in chain:
        node = f"{name}_{_id(gate)}"
        yield f'    {node}{{{{"{gate}<br>{GATES[gate]}"}}}}'
        yield f"    {before} --> {node}"
        before = node
    for file in files:
        node = f"{name}_{_id(file.stem)}"
        yield f'    {node}["{file.stem}"]'
        yield f"    {before} --> {node} --> {name}_test"
    yield f'    {name}_test["{_test_of(files)}"]'
    yield "  end"
    for file in files:
        for source in sorted(set(re.findall(r"WORKFLOW: (\S+)", file.read_text(encoding="utf-8")))):
            artifact = "plan" if source.startswith("plan") else "release"
            yield f"  {made[source]} -.->|{artifact}| {name}_{_id(file.stem)}"


def _test_of(files: list[Path]) -> str:
    (test,) = {Path(job.members["uses"]).stem for file in files for job in jobs(file) if job.name == "test"}
    return test


def _id(name: str) -> str:
    return name.replace("-", "_")


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
