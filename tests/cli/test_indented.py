"""What ``--json`` prints is what the standard library would indent."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from app.commands.indented import indented

WORDS = st.text() | st.sampled_from(["}\n{", "\n", "},", "{}", '"', "\\", "\u2028", "\ud800"])
SCALARS = WORDS | st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none()
ROWS = st.lists(st.dictionaries(WORDS, SCALARS))
VALUES = st.recursive(
    SCALARS | ROWS,
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(WORDS, inner),
    max_leaves=12,
)


@given(VALUES)
def test_it_is_as_the_standard_library_writes_it(value: object) -> None:
    assert indented(value) == json.dumps(value, indent=2, ensure_ascii=False)
