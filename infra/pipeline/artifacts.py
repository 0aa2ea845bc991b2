"""What is deployed beside the templates: wheel, Lambda layer and image, each with its bill of materials."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from infra.deploy.errors import RefusedError

KINDS: Final = {"wheel": "*.whl", "layer": "*-layer.zip", "image": "*-image.json"}
BILL: Final = ".cdx.json"
# What is promoted is a digest in a registry; a tag could be moved to something else meanwhile.
_NAME: Final = re.compile(r"[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


def subjects(folder: Path) -> list[str]:
    """What GitHub must attest of the artefacts in ``folder``: every file, and the image in its registry.

    Raises:
        RefusedError: there is not exactly one of each kind with its bill, or the image was never pushed.
    """
    found = [*(str(file) for file in _files(folder)), f"oci://{image_of(folder)}"]
    record = folder / "record.json"
    return [*([str(record)] if record.is_file() else []), *found]


def image_of(folder: Path) -> str:
    """``NAME@sha256:…`` of the image in its registry.

    Raises:
        RefusedError: the record of the image names no such place.
    """
    file = _one(folder, "image")
    try:
        members: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        name, digest = str(members["name"]), str(members["digest"])
    except (ValueError, TypeError, KeyError) as error:
        raise RefusedError(f"{file} is no record of an image: {type(error).__name__}.") from error
    if not _NAME.fullmatch(name) or name.startswith("localhost/") or not _DIGEST.fullmatch(digest):
        raise RefusedError(f"{file} names no image in a registry, but {name}@{digest}: push it first.")
    return f"{name}@{digest}"


def _files(folder: Path) -> Iterator[Path]:
    for kind in KINDS:
        file = _one(folder, kind)
        bill = file.with_name(file.name + BILL)
        if not bill.is_file():
            raise RefusedError(f"{file} has no bill of materials beside it: run `make sbom`.")
        yield from (file, bill)


def _one(folder: Path, kind: str) -> Path:
    found = sorted(folder.glob(KINDS[kind]))
    if len(found) != 1:
        raise RefusedError(f"{folder} holds {len(found)} files of the kind {kind} ({KINDS[kind]}), not one.")
    return found[0]
