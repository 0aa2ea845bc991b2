"""What hangs on data in the HTML hangs on the same data in the text part, wherever its section stands."""

from __future__ import annotations

import re

import pytest

from app.core.errors import CompileError
from bbws_templates.engine import Mode, Template
from tests.compiler.conftest import Compile

SECTIONS = [
    "{{#a}}one{{/a}} two",
    "{{#a}}one{{/a}}{{^a}}none{{/a}} two",
    "{{#a}}{{#b}}one{{/b}} and{{/a}} two",
    "{{#a}}<b>one</b>{{/a}} two",
    "{{#a}}<p>one</p>{{/a}}<p>two</p>",
    "{{#a}}one<p>and</p>{{/a}}two",
    "{{#a}} <!-- x -->one{{/a}}<p>two</p>",
    "two {{#a}}one{{/a}}",
]
# Parts that are read before others, or alone.
PARTS = [
    "<table>{{#a}}<caption>one</caption>{{/a}}<tr><td>two</table>",
    "<table>{{#a}}{{#b}}<caption>one</caption>{{/b}}<caption>and</caption>{{/a}}<tr><td>two</table>",
    "<table>{{#a}}<caption align=bottom>one</caption>{{/a}}<tr><td>two<td>two</tr><tr><td>two<td>two</table>",
    "<table>{{#a}}<caption>one</caption>{{/a}}{{^a}}<caption>none</caption>{{/a}}<tr><td>two</table>",
    "<table>{{#a}}<tfoot><tr><td>one</tfoot>{{/a}}<tr><td>two</table>",
    "<details>{{#a}}<summary>one</summary>{{/a}}x</details>two",
    "<select multiple>{{#a}}<option>one</option>{{/a}}<option>two</select>",
]
FRAMES = [
    "%s",
    "<!DOCTYPE html>%s",
    "<title>x</title>%s",
    "<style>p { top: 0 }</style>\n%s\n",
    "<html><head><title>x</title></head>%s</html>",
    "<html><head><title>x</title></head>\n%s\n</html>",
    "<head></head>%s",
    "<html>%s</html>",
    "<body>%s</body>",
]


@pytest.mark.parametrize(
    ("frame", "section"),
    [(frame, section) for frame in FRAMES for section in SECTIONS]
    + [("<body>%s</body>", part) for part in PARTS],
)
def test_words_of_a_section_are_never_without_it(compiled: Compile, frame: str, section: str) -> None:
    try:
        text = compiled(frame.replace("%s", section)).compiled.text
    except CompileError:
        assert frame == "<html>%s</html>"  # in which nothing says whether the section begins in a head
        return
    for data in ({}, {"a": True}, {"a": True, "b": True}):
        words = {
            "one": "a" in data and ("b" in data or "{{#b}}" not in section),
            "none": "a" not in data and "none" in section,
            "and": "a" in data and "and" in section,
            "two": True,
        }
        seen = Template.parse(text).render(data, mode=Mode.TEXT, strict=False)
        assert set(re.findall(r"\w+", seen)) == {word for word, shows in words.items() if shows}
