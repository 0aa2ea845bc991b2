"""Small template sets on disk, compiled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.compiler.compilation import Compilation, compile_template
from app.core.loader import load_template_set
from app.core.sources import TemplateSet

Loader = Callable[..., TemplateSet]
Compile = Callable[..., Compilation]


@pytest.fixture
def load(tmp_path: Path) -> Loader:
    """Write files (path -> text) into a templates folder and load it."""

    def load(files: dict[str, str]) -> TemplateSet:
        root = tmp_path / "templates"
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        return load_template_set(root, tmp_path / "fixtures")

    return load


@pytest.fixture
def compiled(load: Loader) -> Compile:
    """Compile ``html`` as the template ``mail``; further files of the set as a mapping."""

    def compiled(html: str, files: dict[str, str] | None = None) -> Compilation:
        templates = load({**(files or {}), "mail.html": html})
        return compile_template(templates.templates["mail"], templates)

    return compiled
