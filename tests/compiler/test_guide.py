"""What docs/compiler.md says of templates that cannot be compiled is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.core.errors import CompileError
from tests.compiler.conftest import Compile

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "compiler.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| [^|]+ \|$", GUIDE, re.MULTILINE)


def test_the_table_was_found() -> None:
    assert len(ROWS) >= 12
    assert len(ROWS) == GUIDE.count("\n| `")


@pytest.mark.parametrize(("refused", "written"), ROWS)
def test_one_is_refused_and_the_other_compiles(compiled: Compile, refused: str, written: str) -> None:
    with pytest.raises(CompileError):
        compiled(refused)
    assert compiled(written).compiled.html
