"""Write the software bill of materials (CycloneDX, JSON) beside each artefact: ``make sbom``.

The wheel's holds what it needs, as it is locked; the layer's what is in it; the image's the packages of
Python and Debian that were found in the image when it was built. Each begins with the artefact itself and its
SHA-256. The same artefact and lock give the same bytes.

Runs in an environment of its own, with what ``requirements/sbom.lock`` holds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from app.core.writing import overwrite

ROOT: Final = Path(__file__).resolve().parents[1]
LOCK: Final = ROOT / "requirements" / "app.lock"
_BUILD_ONLY: Final = frozenset({"editables", "hatchling", "pathspec", "pluggy", "trove-classifiers"})
_OF_THE_LAYER: Final = frozenset({"chevron"})


class SbomError(Exception):
    """An artefact of which no bill can be written."""


def main(arguments: list[str] | None = None) -> int:
    """Write ``FILE.cdx.json`` beside each artefact; exit code 2 for something that is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "artefacts", nargs="+", type=Path, help="a wheel, a layer, or the contents of an image"
    )
    options = parser.parse_args(arguments)
    try:
        for artefact in options.artefacts:
            print(write_sbom(artefact))
    except (SbomError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def write_sbom(artefact: Path) -> Path:
    """Write the bill of ``artefact`` and return where.

    Raises:
        SbomError: it is neither wheel nor layer nor the contents of an image, or nothing locked is in it.
    """
    name = artefact.name
    artefact.stat()
    if name.endswith(".whl"):
        bill = _bill({line for line in _locked() if line not in _BUILD_ONLY}, kind="library")
    elif name.endswith("-layer.zip"):
        bill = _bill(_OF_THE_LAYER, kind="library")
    elif name.endswith("-image.json"):
        bill = _of_image(json.loads(artefact.read_text("utf-8")))
    else:
        raise SbomError(f"{artefact} is no artefact of ours: a .whl, a -layer.zip or an -image.json.")
    component = bill["metadata"]["component"]
    component.setdefault(
        "purl", f"pkg:generic/{component['name']}@{component['version']}?file_name={quote(name)}"
    )
    if "hashes" not in component:
        digest = hashlib.sha256(artefact.read_bytes()).hexdigest()
        component["hashes"] = [{"alg": "SHA-256", "content": digest}]
    _complete(bill)
    text = json.dumps(bill, indent=1, sort_keys=True) + "\n"
    _require_valid(text, artefact)
    target = artefact.with_name(f"{name}.cdx.json")
    overwrite(target, text.encode())
    return target


def _require_valid(text: str, artefact: Path) -> None:
    # Takes seconds to import, which a wrong call need not wait for.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    if problem := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise SbomError(f"The bill of {artefact} would not be CycloneDX: {str(problem)[:500]}")


def _bill(names: Collection[str], *, kind: str, versions: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What CycloneDX's own tool makes of the lock of ``names``; of ``versions`` alone if they are given."""
    chosen = "".join(
        text
        for name, locked in _locked().items()
        if name in names
        for version, text in locked
        if versions is None or versions[name] == version
    )
    if not chosen:
        raise SbomError("Nothing that is locked is in the artefact.")
    tool = [sys.executable, "-m", "cyclonedx_py", "requirements", "-", "--output-format", "JSON"]
    tool += ["--output-reproducible", "--no-validate", "--pyproject", str(ROOT / "pyproject.toml")]
    done = subprocess.run(tool, input=chosen, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SbomError(f"cyclonedx-py failed: {done.stderr[-500:]}")
    bill: dict[str, Any] = json.loads(done.stdout)
    bill["metadata"]["component"]["type"] = kind
    for component in bill["components"]:
        # The numbers of lines and the page of the index say nothing of the artefact.
        component["bom-ref"] = component["purl"]
        component.pop("description", None)
    return bill


def _locked() -> dict[str, list[tuple[str, str]]]:
    """Name to version and text of each of its entries in the lock: some have one for each Python."""
    found: dict[str, list[tuple[str, str]]] = {}
    for entry in re.findall(r"(?m)^\S.*(?:\n +--hash=.*)+", LOCK.read_text("utf-8")):
        name, version = re.match(r"([\w.-]+)==([^ ;\\]+)", entry).groups()  # type: ignore[union-attr]
        found.setdefault(name, []).append((version, entry + "\n"))
    return found


def _of_image(contents: Mapping[str, Any]) -> dict[str, Any]:
    """The bill of an image by what ``scripts/image.py`` found in it."""
    python: dict[str, str] = contents["python"]
    own = python.pop("bbws-templates", "")
    locked = {name: {version for version, _ in entries} for name, entries in _locked().items()}
    unlocked = sorted(name for name, version in python.items() if version not in locked.get(name, ()))
    if unlocked or not own:
        raise SbomError(f"The image holds what is not locked: {', '.join(unlocked) or 'no bbws-templates'}.")
    bill = _bill(python, kind="container", versions=python)
    bill["components"] += list(_debian(contents))
    component = bill["metadata"]["component"]
    component["version"] = own
    component["hashes"] = [{"alg": "SHA-256", "content": contents["digest"].removeprefix("sha256:")}]
    component["purl"] = f"pkg:oci/bbws-templates@{quote(contents['digest'])}"
    return bill


def _debian(contents: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    release = contents["debian"]
    yield {"type": "operating-system", "name": "debian", "version": release, "bom-ref": f"debian-{release}"}
    for name, version, architecture in contents["packages"]:
        # https://github.com/package-url/purl-spec/blob/main/types-doc/deb-definition.md
        purl = f"pkg:deb/debian/{name}@{quote(version)}?arch={architecture}&distro=debian-{release}"
        yield {"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": purl}


def _complete(bill: dict[str, Any]) -> None:
    """The artefact depends on all of it; what of it depends on what, the lock does not say."""
    root = bill["metadata"]["component"]["bom-ref"]
    bill["components"].sort(key=lambda component: str(component["bom-ref"]))
    references = [component["bom-ref"] for component in bill["components"]]
    bill["dependencies"] = [{"ref": root, "dependsOn": references}, *({"ref": each} for each in references)]


if __name__ == "__main__":
    sys.exit(main())
