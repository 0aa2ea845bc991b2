"""Folders of templates, written and loaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.core.loader import load_template_set
from app.core.sources import TemplateSet

METADATA: dict[str, Any] = {
    "description": "Sent when.",
    "audience": "customer",
    "sender": {"name": "Us", "address": "us@example.com"},
    "subject": "Hello {{name}}",
    "preheader": "",
    "contract": {"type": "object", "properties": {"name": {"type": "string"}}},
}


def write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def metadata(**members: Any) -> bytes:
    return json.dumps({**METADATA, **members}).encode()


def load(folder: Path) -> TemplateSet:
    return load_template_set(folder / "templates", folder / "fixtures")
