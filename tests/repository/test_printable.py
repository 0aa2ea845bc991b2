"""The filter that every text of others goes through before it is printed."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bbws_templates.printable import json_printable, printable
from tests.selection import drawn

ROOT = Path(__file__).parents[2]
# Signs of Arabic, Kaithi and others that enclose what follows them, and Egyptian joiners: they are seen.
SEEN = "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f"


def test_nothing_that_is_obeyed_or_not_seen_is_left() -> None:
    seen = re.compile(f"[{SEEN}]")
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        category = unicodedata.category(character)
        if category in ("Cc", "Cs", "Zl", "Zp") or (category == "Cf" and not seen.match(character)):
            assert printable(character).isascii(), hex(code)
        elif category[0] in "LNPSM" and code not in range(0x17B4, 0x17B6) and code < 0xE0000:
            hidden = (0x034F, 0x115F, 0x1160, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0)
            assert (printable(character) == character) != (code in hidden), hex(code)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\r\n", r"two\nlines\r\n"),
        ("\x1b[2J\x9b2J\x07", r"\x1b[2J\x9b2J\x07"),
        ("a\u202eb\u2066c\u200fd", r"a\u202eb\u2066c\u200fd"),
        ("a\u2028b\u2029c\x85d", r"a\u2028b\u2029c\x85d"),
        ("a\u200bb\ufeffc\u2060d\u00ade", r"a\u200bb\ufeffc\u2060d\xade"),
        ("\U000e0041", r"\U000e0041"),
        ("b\udcffc\ud800", r"b\xffc\ud800"),
        ("Zoë ❤\ufe0f 日本語 [bold] é\u0301", "Zoë ❤\ufe0f 日本語 [bold] é\u0301"),
    ],
)
def test_what_it_makes_of_it(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_of_a_text_of_several_lines_the_lines_stay() -> None:
    assert printable("a\r\n\tb\rc\x1b\n", lines=True) == "a\n\tb\\rc\\x1b\n"


@settings(max_examples=drawn(40))
@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_keeps_its_values(value: object) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    assert json.loads(json_printable(text)) == value
    assert printable(json_printable(text), lines=True) == json_printable(text)


def test_no_command_prints_by_any_other_way() -> None:
    """One mechanism: the console of ``app.commands.output``, where markup is text."""
    for path in sorted((ROOT / "app/commands").glob("*.py")):
        if path.name != "output.py":
            source = path.read_text("utf-8")
            found = re.findall(
                r"\bprint\(|sys\.stdout\.write|sys\.stderr\.write|click\.s?echo|rich\.(?:print|markup|console)"
                r"|rich\.table import (?!Column\n).*|\[/(?:bold|red|green|yellow|dim)?\]",
                re.sub(r"\b(out|err|console)\.print\(", "", source),
            )
            assert found == [], path.name
