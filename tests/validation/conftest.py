"""A template set of one template, written to disk as its author would."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.workspace import Workspace
from tests.validation.pages import HEAD, document

TEXT = {"type": "string", "description": "Words.", "examples": ["words"]}

Author = Callable[..., Workspace]


def contract(**properties: Any) -> dict[str, Any]:
    """A contract in which each of ``properties`` is required."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": sorted(properties),
        "properties": properties,
    }


@pytest.fixture
def author(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Author:
    """Write ``mail/welcome`` with a body and a contract, and load it."""
    monkeypatch.chdir(tmp_path)

    def write(
        body: str,
        contract: dict[str, Any] | None = None,
        *,
        head: str = HEAD,
        text: str | None = None,
        fixtures: dict[str, Any] | None = None,
        partials: dict[str, str] | None = None,
        **metadata: Any,
    ) -> Workspace:
        folder = tmp_path / "templates" / "mail"
        folder.mkdir(parents=True)
        (folder / "welcome.html").write_text(document(body, head=head).replace("<body>", "<body>\n"))
        if text is not None:
            (folder / "welcome.txt").write_text(text)
        for name, source in (partials or {}).items():
            path = tmp_path / "templates" / "partials" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(source)
        if contract is not None:
            whole = {
                "description": "A welcome.",
                "audience": "customer",
                "sender": {"name": "Shop", "address": "shop@example.com"},
                "subject": "Welcome to the shop",
                "preheader": "This is what comes next.",
                "contract": contract,
            }
            (folder / "welcome.json").write_text(json.dumps(whole | metadata, indent=1))
        for scenario, data in (fixtures or {}).items():
            path = tmp_path / "fixtures" / "mail" / "welcome" / f"{scenario}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(data, indent=1))
        return Workspace.load(tmp_path / "templates", tmp_path / "fixtures")

    return write
