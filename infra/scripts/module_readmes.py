"""Write the READMEs of modules and components from their code; ``--check`` says which are out of date.

The files are formatted by ``terraform fmt`` (a test holds them to it), so a block begins and ends at the
first column and an argument of it stands two columns in. That is all this reader relies on.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

INFRA = Path(__file__).resolve().parents[1]

_BLOCK = re.compile(r'^(?P<kind>\w+) (?P<labels>"[^\n]*") \{\n(?P<body>.*?)^\}$', re.MULTILINE | re.DOTALL)
_ARGUMENT = re.compile(r"^  (?P<name>\w+) *= (?P<value>.*?)(?=^  \w|\Z)", re.MULTILINE | re.DOTALL)
_INTERPOLATION = re.compile(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")


@dataclass(frozen=True)
class Block:
    """A block of Terraform: its kind, its labels, what is between the braces."""

    kind: str
    labels: tuple[str, ...]
    body: str

    def argument(self, name: str) -> str:
        """The value of an argument of the block as written; "" when it has none."""
        for found in _ARGUMENT.finditer(self.body):
            if found["name"] == name:
                lines = re.split(r"\n\n|^  \w+ \{$", found["value"], maxsplit=1, flags=re.MULTILINE)[0]
                return "\n".join(line.removeprefix("  ") for line in lines.rstrip().splitlines())
        return ""

    def text(self, name: str) -> str:
        """The value of an argument that is a string, without its quotes."""
        return self.argument(name).strip('"').replace('\\"', '"')

    def refusals(self) -> Iterator[str]:
        """The sentences of the block's validations, with ``…`` where a value goes."""
        for message in re.findall(r'^    error_message = "(.*)"$', self.body, re.MULTILINE):
            text = message.replace('\\"', '"')
            while "${" in text and (shorter := _INTERPOLATION.sub("…", text)) != text:
                text = shorter
            yield text


def readme(module: Path) -> str:
    """The README of ``module`` as its code has it."""
    blocks = blocks_of(module)
    variables = [block for block in blocks if block.kind == "variable"]
    example = (module / "examples" / "complete" / "main.tf").read_text(encoding="utf-8")
    parts = [
        f"# {module.name}",
        _introduction(module),
        "Written from the code by `make infra-docs`; change the code, not this file.",
        f"## Example\n\n`examples/complete` runs as it is:\n\n```hcl\n{example.strip()}\n```",
        "## Inputs\n\n" + "\n".join(_inputs(variables)),
        "## Refused at the plan\n\n" + "\n".join(_refusals(variables)),
        "## Outputs\n\n" + "\n".join(_outputs(blocks)),
        "## Resources\n\n" + "\n".join(_resources(blocks)),
        "## Needs\n\n" + "\n".join(_needs((module / "versions.tf").read_text(encoding="utf-8"))),
    ]
    return "\n\n".join(parts) + "\n"


def component_readme(component: Path) -> str:
    """The README of the root module ``component`` as its code has it."""
    blocks = blocks_of(component)
    variables = [block for block in blocks if block.kind == "variable"]
    backend = (component / "backends" / "dev.s3.tfbackend").read_text(encoding="utf-8")
    key = re.search(r'^key += "(.*)"$', backend, re.MULTILINE)
    parts = [
        f"# {component.name}",
        _introduction(component),
        "Written from the code by `make infra-docs`; change the code, not this file.",
        f"```bash\nmake infra-plan ENV=dev COMPONENT={component.name}\n```",
        f"Its state is `{key[1] if key else ''}` in the state bucket of the environment. What differs\n"
        "between dev, sit and prod stands in `environments/` and `backends/`.",
        "## Modules\n\n" + "\n".join(_calls(blocks)),
        "## Inputs\n\n" + "\n".join(_inputs(variables)),
        "## Refused at the plan\n\n" + "\n".join(_refusals(variables)),
        "## Outputs\n\n" + "\n".join(_outputs(blocks)),
    ]
    return "\n\n".join(parts) + "\n"


def blocks_of(folder: Path) -> list[Block]:
    """Every labelled block of the Terraform in ``folder``, file by file."""
    return [
        Block(found["kind"], tuple(re.findall(r'"([^"]*)"', found["labels"])), found["body"])
        for source in sorted(folder.glob("*.tf"))
        for found in _BLOCK.finditer(source.read_text(encoding="utf-8"))
    ]


def _calls(blocks: list[Block]) -> Iterator[str]:
    for block in blocks:
        if block.kind == "module":
            source = block.text("source")
            yield f"- `{block.labels[0]}`: [{Path(source).name}]({source}/README.md)"


def _introduction(module: Path) -> str:
    lines = []
    for line in (module / "main.tf").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").removeprefix(" "))
    return "\n".join(lines).strip()


def _inputs(variables: list[Block]) -> Iterator[str]:
    # Types of several lines do not fit a table, so this is a list.
    for variable in sorted(variables, key=lambda block: (bool(block.argument("default")), block.labels[0])):
        default = variable.argument("default")
        state = (
            f"default `{default}`"
            if default and "\n" not in default
            else "optional"
            if default
            else "**required**"
        )
        yield f"- **`{variable.labels[0]}`** ({state}): {variable.text('description')}"
        kind = variable.argument("type")
        if "\n" in kind:
            yield "\n  ```hcl\n" + "\n".join(f"  {line}" for line in kind.splitlines()) + "\n  ```\n"
        else:
            yield f"  Type `{kind}`."


def _refusals(variables: list[Block]) -> Iterator[str]:
    found = [(variable.labels[0], text) for variable in variables for text in variable.refusals()]
    if not found:
        yield "Nothing."
    for name, text in found:
        yield f"- `{name}`: {text}"


def _outputs(blocks: list[Block]) -> Iterator[str]:
    yield "| name | what |\n| --- | --- |"
    for output in (block for block in blocks if block.kind == "output"):
        yield f"| `{output.labels[0]}` | {output.text('description')} |"


def _resources(blocks: list[Block]) -> Iterator[str]:
    names = sorted(".".join(block.labels) for block in blocks if block.kind == "resource")
    if not names:
        yield "None; the module only computes."
    yield from (f"- `{name}`" for name in names)


def _needs(versions: str) -> Iterator[str]:
    terraform = re.search(r'required_version = "(.*)"', versions)
    provider = re.search(r'version += "(~>.*)"', versions)
    aliases = re.search(r"configuration_aliases = \[(.*)\]", versions)
    yield f"- Terraform {terraform[1] if terraform else ''}"
    if provider:
        yield f"- provider hashicorp/aws {provider[1]}"
    if aliases:
        yield f"- the provider configurations {aliases[1]}, passed with `providers`"


def main() -> int:
    """Write the READMEs, or with ``--check`` name those that are out of date and answer 1."""
    wanted = {
        path.parent / "README.md": write(path.parent)
        for folder, write in (("modules", readme), ("components", component_readme))
        for path in sorted((INFRA / folder).glob("*/main.tf"))
    }
    stale = [
        target
        for target, text in wanted.items()
        if not target.is_file() or target.read_text(encoding="utf-8") != text
    ]
    if "--check" not in sys.argv:
        for target in stale:
            target.write_text(wanted[target], encoding="utf-8")
    elif stale:
        print(
            "Out of date, run `make infra-docs`: " + ", ".join(str(path) for path in stale), file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
