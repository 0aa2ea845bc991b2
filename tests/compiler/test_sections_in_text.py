"""What hangs on data in the HTML hangs on the same data in the text part, wherever its section stands."""

from __future__ import annotations

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


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("section", SECTIONS)
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
        seen = Template.parse(text).render(data, mode=Mode.TEXT, strict=False).split()
        assert sorted(seen) == sorted(word for word, shows in words.items() if shows)
