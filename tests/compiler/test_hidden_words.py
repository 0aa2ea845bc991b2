"""What is out of sight by a sum, a shape or a place is not in the text part, and what only seems so is."""

from __future__ import annotations

import pytest

from tests.compiler.conftest import Compile

CASES = [
    # What functions come to; a mere number is no length, and what hangs on the screen may be seen.
    (
        '<p style="font-size:min(0px,2vw)">x</p><p style="font-size:clamp(0px, 0px, 9px)">x</p>'
        '<p style="font-size:calc(2 * (3px - 1px) - 4px)">x</p><p style="font-size:calc(0)">y</p>'
        '<p style="font-size:max(0px,9px)">z</p>',
        "y\n\nz",
    ),
    (
        '<p style="opacity:calc(1 - 1)">x</p><p style="color:rgba(0,0,0,min(0,1))">x</p>'
        '<p style="opacity:calc(1 -1)">y</p><p style="margin:calc(1px - 999px) 0">x</p>',
        "y",
    ),
    (
        '<p style="max-height:max(0px,0px);overflow:hidden">x</p>'
        '<p style="max-height:calc(0px + 10%);overflow:hidden">y</p>'
        '<p style="margin-left:calc(1px * -999)">x</p><p style="width:calc(100% / 0);overflow:hidden">z</p>',
        "y\n\nz",
    ),
    # Shapes with nothing in them, one of which is only as high as nothing.
    (
        '<p style="clip-path:inset(0 0 100% 0)">x</p><p style="clip-path:inset(0 60% 0 40% round 9px)">x</p>'
        '<p style="clip-path:polygon(0 0,0  0, 0 0)">x</p><p style="clip-path:circle(0%)">x</p>'
        '<p style="clip-path:inset(40%)">y</p><p style="clip-path:circle(50%)">z</p>',
        "y\n\nz",
    ),
    # Above the page, left of it, beside the window; not where the place is counted from an element around.
    (
        '<p style="position:absolute;top:-500px">x</p>'
        '<p style="position:absolute;left:-400px;width:400px">x</p>'
        '<p style="position:fixed;bottom:100%">x</p><p style="position:fixed;bottom:-500px">x</p>'
        '<div style="position:relative"><p style="position:fixed;top:-100%">x</p>'
        '<p style="position:absolute;top:-500px">y</p></div>'
        '<p style="position:absolute;left:-400px">z</p>',
        "y\n\nz",
    ),
    (
        '<p style="height:0;overflow:hidden;padding:20px 0 0">x</p>'
        '<p style="height:0;overflow:hidden;padding:0 0 20px">y</p>'
        '<p style="text-indent:100%;overflow:hidden;white-space:nowrap">x x</p>'
        '<p style="text-indent:100%;overflow:hidden">z z</p>',
        "y\n\nz z",
    ),
    # Letters of a pixel, which still part the words around them; letters of two can be told.
    (
        '<p style="font-size:1px">x</p><p>y<b style="font-size:1px"> x<i style="font-size:9px">z</i></b></p>',
        "y z",
    ),
    ('<p style="font-size:1.4px">x<b style="font-size:smaller">x</b></p><p style="font-size:2px">y</p>', "y"),
    (
        "<table style='margin-left:-999px'><tr><td>x</table>"
        "<table><tr><td style='margin-left:-999px'>y</table>",
        "y",
    ),
    # A first line far out, but not as in Word, where the margin brings it back.
    (
        '<p style="text-indent:-500px">x</p><p style="text-indent:-500px;margin-left:5in">y</p>'
        '<p style="text-indent:-400px;padding:0 0 0 400px">z</p>',
        "y\n\nz",
    ),
    # Attributes of <font> undo what is inherited, a style undoes them.
    (
        '<p style="font-size:0">x<font size=4>y</font><font size="" color=red>x</font></p>'
        '<p style="color:transparent">x<font color="#000">z</font>'
        '<font color=red style="color:inherit">x</font></p>',
        "y\n\nz",
    ),
    ("<svg><text><![CDATA[y & <z>]]></text></svg><p>x<![CDATA[z]]></p>", "y & <z>\n\nx"),
]


@pytest.mark.parametrize(("html", "expected"), CASES)
def test_the_text_has_what_is_in_sight(compiled: Compile, html: str, expected: str) -> None:
    assert compiled(f"<body>{html}</body>").compiled.text == f"{expected}\n"
