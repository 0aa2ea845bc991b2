"""A trace leads from each piece of the result back to the template."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bbws_templates import Chunk, Mode, Template, UndefinedVariableError
from bbws_templates.tokens import tokenize

PIECES = [
    "x\n",
    " y ",
    "\r\n",
    "{{a}}",
    "{{{b}}}",
    "{{! c }}\n",
    "\n{{#l}}\n",
    "\n  {{/l}}\n",
    "{{^l}}",
    "{{/l}}",
]
PIECES += ["\n {{>p}}\n", "{{>p}}", "\n\t{{>q}}\r\n", "{{=<% %>=}}", "<%a%>", "<%={{ }}=%>", "<p>&</p>"]
sources = st.lists(st.sampled_from(PIECES), max_size=10).map("".join)
values = st.text("ab\n<'\x00\x07", max_size=4) | st.none() | st.integers()
data_sets = st.fixed_dictionaries(
    {"a": values, "b": values, "l": st.lists(values, max_size=3) | st.booleans()}
)


def well_formed(source: str) -> bool:
    try:
        Template.parse(source)
    except Exception:  # noqa: BLE001 - whatever it is, other tests look at it
        return False
    return True


@given(st.lists(sources.filter(well_formed), min_size=3, max_size=3), data_sets, st.sampled_from(list(Mode)))
def test_pieces_join_to_the_result_and_lie_where_they_say(
    texts: list[str], data: dict[str, Any], mode: Mode
) -> None:
    source, p, q = texts
    partials = {"p": p.replace("{{>", "{{!"), "q": q.replace("{{>q", "{{!q")}
    template = Template.parse(source, name="main", partials=partials)
    chunks = template.trace(data, mode=mode, strict=False)
    assert "".join(chunk.text for chunk in chunks) == template.render(data, mode=mode, strict=False)
    files = {"main": source, **partials}
    for chunk in chunks:
        assert chunk.text
        file = files[chunk.template]
        if chunk.literal:
            assert file[chunk.offset : chunk.offset + len(chunk.text)] == chunk.text
        else:
            starts = {token.start for token in tokenize(file)}
            line_begins = chunk.offset == 0 or file[chunk.offset - 1] == "\n"
            # An indent; in a header also a line of an indented partial, whose line end became a space.
            begins_line = line_begins and (chunk.text.isspace() or mode is Mode.HEADER)
            assert chunk.offset in starts or begins_line


def test_a_trace_by_example() -> None:
    template = Template.parse(
        "Dear {{name}},\n  {{>lines}}\n",
        name="order",
        partials={"lines": "{{#items}}\n- {{.}}\n{{/items}}\n"},
    )
    assert template.trace({"name": "A&B", "items": ["x"]}) == (
        Chunk("Dear ", "order", 0, True),
        Chunk("A&amp;B", "order", 5, False),
        Chunk(",\n", "order", 13, True),
        Chunk("  ", "lines", 11, False),
        Chunk("- ", "lines", 11, True),
        Chunk("x", "lines", 13, False),
        Chunk("\n", "lines", 18, True),
    )


def test_text_that_a_mode_changes_is_not_called_literal() -> None:
    chunks = Template.parse("two\nlines").trace({}, mode=Mode.HEADER)
    assert chunks == (Chunk("two lines", "template", 0, False),)


def test_a_trace_is_as_strict_as_a_rendering() -> None:
    with pytest.raises(UndefinedVariableError):
        Template.parse("{{name}}").trace({})
