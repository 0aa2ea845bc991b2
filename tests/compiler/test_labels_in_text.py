"""A label in the text part has its colon where it says something, and none where it does not."""

from __future__ import annotations

import pytest

from tests.compiler.conftest import Compile

CASES = [
    # No colon is left alone where a label is empty, and none follows a sign.
    (
        "<table><tr><td>{{{n}}}</td><td>{{{p}}}</td></tr><tr><td>All</td><td>1</td></tr></table>",
        "{{{n}}}{{#n}}:{{/n}} {{{p}}}\nAll:  1",
    ),
    (
        "<table><tr><td>{{n}} {{{m}}}</td><td>5</td></tr><tr><td>{{k}}</td><td></td></tr></table>",
        "{{n}} {{{m}}}{{#n}}:{{/n}}{{^n}}{{#m}}:{{/m}}{{/n}}  5\n{{k}}{{#k}}:{{/k}}",
    ),
    (
        "<table><tr><td><b>{{#s}}Name{{/s}}</b></td><td>5</td></tr><tr><td>a</td><td>6</td></tr></table>",
        "{{#s}}Name{{/s}}{{#s}}:  {{/s}}5\na:           6",
    ),
    (
        "<table><tr><td>名：</td><td>5</td></tr><tr><td>*</td><td>6</td></tr><tr><td>Who?</td><td>7</td></tr></table>",
        "名：    5\n*     6\nWho?  7",
    ),
    (
        "<table><tr><th>{{a}}</th><th>B</th><th>C</th></tr>{{#r}}<tr><td>{{x}}<td>5<td>6</tr>{{/r}}</table>",
        "{{^r}}\n{{a}} | B | C\n{{/r}}\n{{#r}}\n{{a}}{{#a}}:{{/a}} {{x}}\nB:  5\nC:  6\n\n{{/r}}",
    ),
    # Of two cells of one kind, such as two addresses, neither is the label of the other.
    (
        "<table><tr><td>1 Road Town<td>2 Road</tr><tr><td>Ada<td>Bob</tr></table>",
        "1 Road Town | 2 Road\nAda | Bob",
    ),
    # One such row among names with figures is no address.
    (
        "<table><tr><td>Room 12<td>2 nights</tr><tr><td>Parking<td>2 days</tr>"
        "<tr><td>Total<td>{{t}}</tr></table>",
        "Room 12:  2 nights\nParking:  2 days\nTotal:    {{t}}",
    ),
    (
        "<table><tr><td>1 Road<td>2 Road</tr><tr><td>Cape Town<td>Durban 4001</tr></table>",
        "1 Road | 2 Road\nCape Town | Durban 4001",
    ),
    (
        "<table><tr><th>From<th>To</tr><tr><td>1 Road<td>2 Road</tr><tr><td>Town<td>City</tr></table>",
        "From:  1 Road\nTo:    2 Road\n\nFrom:  Town\nTo:    City",
    ),
    (
        "<table><tr><th>From<th>To</tr><tr><td>Ada<br>Town<td>Bob<br>City</tr></table>",
        "From:  Ada\n       Town\nTo:    Bob\n       City",
    ),
    (
        "<table><tr><td>Order 1234<td>R 100</tr><tr><td>Day 1:<td>14 March</tr></table>",
        "Order 1234:  R 100\nDay 1:       14 March",
    ),
    # A section around a label may be a list's as far as anybody can tell; its colon goes with its values.
    (
        "<table><tr><td><b>{{#s}}{{l}} {{m}}{{/s}}</b></td><td>5</td></tr><tr><td>a</td><td>6</td></tr>"
        "</table>",
        "{{#s}}{{l}} {{m}}{{/s}}{{#s}}{{#l}}:{{/l}}{{^l}}{{#m}}:{{/m}}{{/l}}{{/s}}  5\na:              6",
    ),
]


@pytest.mark.parametrize(("html", "expected"), CASES)
def test_a_colon_follows_what_is_there(compiled: Compile, html: str, expected: str) -> None:
    assert compiled(f"<body>{html}</body>").compiled.text == f"{expected}\n"
