"""Policies as the Terraform plans them: too many rights to be written twice, so they are kept in files.

``infra/rights/ENV.json`` and ``infra/policies/ENV.json`` are written from the plans (``make infra-rights``),
and a test holds them to the plans; whoever reviews a change of rights reads it there. What a policy must say
whatever the Terraform says is asked apart from them, from the design (``policy``, ``roles``, ``topic``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parents[1]
RIGHTS: Final = FOLDER / "rights"
POLICIES: Final = FOLDER / "policies"


def recorded(environment: str, kind: str, name: str) -> list[Mapping[str, Any]]:
    """The statements of a policy on file; none where the file knows no such policy."""
    found: list[Mapping[str, Any]] = _file(POLICIES / f"{environment}.json").get(kind, {}).get(name, [])
    return found


def names(environment: str, kind: str) -> tuple[str, ...]:
    """What has a policy of this kind on file."""
    return tuple(_file(POLICIES / f"{environment}.json").get(kind, {}))


def role_rights(environment: str) -> Mapping[str, Mapping[str, list[Mapping[str, Any]]]]:
    """Role of the pipeline to policy to its statements."""
    return _file(RIGHTS / f"{environment}.json")


@cache
def _file(path: Path) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return members
