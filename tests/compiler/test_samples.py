"""Sample templates with what they compile to, to be read by people.

After an intended change: ``RECORD=1 pytest tests/compiler/test_samples.py``, then look at the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.loader import load_template_set

SAMPLES = sorted(path for path in Path(__file__).with_name("samples").iterdir() if path.is_dir())

MARKUP = "<é & \n>"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_sample_compiles_to_what_was_read_and_approved(sample: Path, tmp_path: Path) -> None:
    templates = load_template_set(sample / "input", tmp_path)
    result = compile_template(templates.templates["mail"], templates)
    made = {"expected.html": result.compiled.html, "expected.txt": result.compiled.text}
    if os.environ.get("RECORD"):
        for name, text in made.items():
            (sample / name).write_text(text, encoding="utf-8")
    for name, text in made.items():
        assert text == (sample / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
@pytest.mark.parametrize("value", [None, "", "5", "a b", MARKUP])
@pytest.mark.parametrize("items", [None, [], ["x", "y"], [{"title": "t", "price": "1"}, {"note": "n"}]])
def test_a_sample_is_equivalent_whatever_its_data(
    sample: Path, tmp_path: Path, value: object, items: object
) -> None:
    """``value`` stands for every variable, ``items`` for every section over a list."""
    templates = load_template_set(sample / "input", tmp_path)
    result = compile_template(templates.templates["mail"], templates)
    names = [
        "name",
        "secure",
        "t",
        "urgent",
        "gift",
        "code",
        "title",
        "company",
        "number",
        "note",
        "raw",
        "a",
    ]
    styles = ["brandColour", "colour", "linkColour", "gutter", "m", "width", "phoneSize"]
    plain = value if value != MARKUP else "red"
    data = dict.fromkeys(names, value) | dict.fromkeys(styles, plain)
    data |= dict.fromkeys(["items", "steps", "entries"], items)
    assert not equivalence_findings(result, templates, data, fixture="")
