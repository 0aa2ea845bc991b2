"""A finding about a value must lead to the line where the value stands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import SourceError
from app.core.jsontext import locate, parse_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=20,
)


def pointers(value: Any, base: str = "") -> list[tuple[str, Any]]:
    found = [(base, value)]
    if isinstance(value, dict):
        for key, member in value.items():
            found += pointers(member, f"{base}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += pointers(item, f"{base}/{index}")
    return found


@given(JSON, st.sampled_from([None, 1, 2]))
def test_the_place_of_every_value_is_where_the_value_begins(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    lines = text.split("\n")
    for pointer, member in pointers(value):
        place = locate(text, "f.json", pointer)
        rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
        assert json.JSONDecoder().raw_decode(rest)[0] == member


def test_a_missing_member_is_placed_at_its_parent() -> None:
    text = '{\n  "a": {\n    "b": 1\n  }\n}'
    assert (locate(text, "f", "/a/c").line, locate(text, "f", "/a/c").column) == (2, 8)
    assert locate(text, "f", "/x/y").line == 1


@pytest.mark.parametrize("index", ["²", "٣", "9" * 5_000, "-1", "01", "1_0", ""])
def test_what_is_no_index_leads_to_the_list_itself(index: str) -> None:
    """A ``$ref`` may say anything there."""
    text = '{"a":\n[10, 11, 12, 13]}'
    assert (locate(text, "f", f"/a/{index}").line, locate(text, "f", f"/a/{index}").column) == (2, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1,}', "1:"),
        ('{"a":\n  NaN}', "f.json:2:3: NaN"),
        ('{"a": [-Infinity]}', "f.json:1:8: -Infinity"),
        ('{"a": 1, "a": 2}', "f.json:1:10: The member 'a' stands twice"),
        ('{"a": {"b": "a: NaN"},\n "c": [{"b": 1},\n{"\\u0062": 1, "b": 2}]}', "f.json:3:15: The member 'b'"),
        ('{"a": "\\ud83d\\ude00",\n"b": "x\\ud83d"}', "f.json:2:6: This text holds half of a surrogate pair"),
        ('{"\\uDC00": 1}', "f.json:1:2: This text holds half"),
        ("[" * 100_000, "f.json"),
        ("", "1:1"),
        ('{"a": "1",\n  "b": -%s}' % ("7" * 5000), "f.json:2:8: A number of 5000 digits"),
        ('{"a": "1",\n  "b": -1e999}', "f.json:2:8: The number -1e999 is larger"),
    ],
)
def test_malformed_json_is_one_clear_error(text: str, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse_json(text, "f.json")
    assert words in str(caught.value)
    assert caught.value.remedy
