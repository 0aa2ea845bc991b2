"""Whatever cells span, a value stands in the text part under the heading that is seen over it."""

from __future__ import annotations

import pytest

from tests.compiler.conftest import Compile

HEAD = "<tr><th>A<th>B<th>C</tr>"
CASES = [
    # A cell that reaches into rows below it takes their columns: to the end of its group, and none beyond.
    (
        "%<tr><td rowspan=3>a<td>b<td rowspan=2>c</tr><tr><td>d</tr><tr><td>e<td>f</tr>",
        "A:  a\nB:  b\nC:  c\n\nB:  d\n\nB:  e\nC:  f",
    ),
    (
        "%<tr><td>a<td rowspan=2>b<td>c</tr><tr><td>d<td>e</tr>",
        "A:  a\nB:  b\nC:  c\n\nA:  d\nC:  e",
    ),
    (
        "%<tbody><tr><td rowspan=0>a<td>b<td>c</tr><tr><td>d<td>e</tr></tbody><tr><td>f<td>g<td>h</tr>",
        "A:  a\nB:  b\nC:  c\n\nB:  d\nC:  e\n\nA:  f\nB:  g\nC:  h",
    ),
    (
        "<thead>%</thead><tbody><tr><td rowspan=9>a<td>b<td>c</tr></tbody><tbody><tr><td>d<td>e<td>f</tr>",
        "A:  a\nB:  b\nC:  c\n\nA:  d\nB:  e\nC:  f",
    ),
    (
        "%<tr><th scope=row rowspan=2>a<td>b<td>c</tr><tr><td>d<td>e</tr>",
        "A:  a\nB:  b\nC:  c\n\nB:  d\nC:  e",
    ),
    # One that stands in a section with the rows that it reaches into.
    (
        "%{{#g}}<tr><td rowspan=2>{{n}}<td>{{a}}<td>{{p}}</tr><tr><td>{{b}}<td>3</tr>{{/g}}",
        "{{^g}}\nA | B | C\n{{/g}}\n{{#g}}\nA:  {{n}}\nB:  {{a}}\nC:  {{p}}\n\nB:  {{b}}\nC:  3\n\n{{/g}}",
    ),
    (
        "%{{#g}}<tr><td rowspan='{{n}}'>{{m}}<td>b<td>c</tr>{{#k}}<tr><td>d<td>e</tr>{{/k}}{{/g}}",
        "{{^g}}\nA | B | C\n{{/g}}\n{{#g}}\nA:  {{m}}\nB:  b\nC:  c\n\n{{#k}}\nB:  d\nC:  e\n"
        "\n{{/k}}\n{{/g}}",
    ),
    (
        "%{{#s}}<tr><td rowspan=2>a<td>b<td>c</tr>{{/s}}{{^s}}<tr><td>d<td>e<td>f</tr>{{/s}}",
        "{{#s}}\nA:  a\nB:  b\nC:  c\n\n{{/s}}\n{{^s}}\nA:  d\nB:  e\nC:  f\n\n{{/s}}",
    ),
    # In two columns.
    ("<tr><th>A<th>B</tr><tr><td rowspan=2>a<td>1</tr><tr><td>2</tr>", "A:  a\nB:  1\n\nB:  2"),
    (
        "<tr><th>A<th>B</tr>{{#g}}<tr><td rowspan=2>{{a}}<td>1</tr><tr><td>2</tr>{{/g}}<tr><td>Sum<td>3</tr>",
        "{{^g}}\nA | B\n{{/g}}\n{{#g}}\nA:    {{a}}\nB:    1\n\nB:    2\n\n{{/g}}\nSum:  3",
    ),
    ("<tr><th>A<th>B</tr><tr><td><td>1</tr><tr><td>{{a}}<td>2</tr>", "B:  1\n\nA:  {{a}}\nB:  2"),
    # A cell over several columns stands under the first of them.
    ("%<tr><td colspan=2>a<td>b</tr><tr><td>c<td colspan=2>d</tr>", "A:  a\nC:  b\n\nA:  c\nB:  d"),
    (
        "%{{#l}}<tr><td colspan=2>{{a}}<td>{{b}}</tr>{{/l}}",
        "A | B | C\n{{#l}}\nA:  {{a}}\nC:  {{b}}\n\n{{/l}}",
    ),
    ("%<tr><td>a<td>b<td>c</tr><tr><td colspan=2><td>d</tr>", "A:  a\nB:  b\nC:  c\n\nC:  d"),
    # Sums are named by themselves, not by a heading.
    (
        "%{{#l}}<tr><td>{{a}}<td>1<td>2</tr>{{/l}}<tr><td colspan=2>Sum<td>3</tr>"
        "{{#s}}<tr><td>Less<td colspan=2>{{d}}</tr>{{/s}}<tfoot><tr><td colspan=2>Delivery<td>free</tfoot>",
        "{{^l}}\nA | B | C\n{{/l}}\n{{#l}}\nA:         {{a}}\nB:         1\nC:         2\n\n{{/l}}\n"
        "Sum:       3\n{{#s}}\nLess:      {{d}}\n{{/s}}\nDelivery:  free",
    ),
    # Headings in two rows, and such as reach into the rows below.
    (
        "<thead><tr><th rowspan=2>A<th colspan=2>B</tr><tr><th>C<th>D</tr></thead><tr><td>a<td>1<td>2</tr>",
        "A:    a\nB C:  1\nB D:  2",
    ),
    (
        "<tr><th colspan=2>A<th rowspan=2>B</tr><tr><th>C<th>D</tr>{{#l}}<tr><td>1<td>2<td>{{a}}</tr>{{/l}}",
        "{{^l}}\nA | B\nC | D\n{{/l}}\n{{#l}}\nA C:  1\nA D:  2\nB:    {{a}}\n\n{{/l}}",
    ),
    (
        "<tr><th rowspan=2>A<th>B<th>C</tr><tr><td>1<td>2</tr><tr><td>a<td>3<td>4</tr>",
        "B:  1\nC:  2\n\nA:  a\nB:  3\nC:  4",
    ),
    (
        "<tr><th rowspan=3>A<th>B<th>C</tr><tr><td>1<td>2</tr><tr><td>3<td>4</tr>",
        "A | B | C\nB:  1\nC:  2\n\nB:  3\nC:  4",
    ),
    # Headings that change further down, and sums that are written as headings.
    (
        "%<tr><td>a<td>b<td>c</tr><tr><td colspan=3>more</tr><tr><th>D<th>E</tr><tr><td>{{d}}<td>e</tr>",
        "A:  a\nB:  b\nC:  c\n\nmore\n\nD:  {{d}}\nE:  e",
    ),
    (
        "%{{#l}}<tr><td>{{a}}<td>1<td>2</tr>{{/l}}<tr><th colspan=2>Sum<th>3</tr>",
        "{{^l}}\nA | B | C\n{{/l}}\n{{#l}}\nA:    {{a}}\nB:    1\nC:    2\n\n{{/l}}\nSum:  3",
    ),
    (
        "<tr><th>A<th>B</tr><tr><td>{{a}}<td>1</tr><tfoot><tr><th>Sum<th>2</tfoot>",
        "A:    {{a}}\nB:    1\n\nSum:  2",
    ),
    ("<tr><th>a<th>b</tr><tr><th>c<th>d</tr><tr><th>e<th>f</tr>", "a | b\nc | d\ne | f"),
    (
        "%{{#l}}<tr><th>D<th>E<th>F</tr><tr><td>a<td>b<td>c</tr>{{/l}}",
        "A | B | C\n\n{{#l}}\nD:  a\nE:  b\nF:  c\n\n{{/l}}",
    ),
    # So are those in a section, of its rows alone; a sum below has none.
    (
        "%{{#i}}<tr><td>{{a}}<td>{{b}}<td>{{c}}</tr>{{/i}}"
        "{{#l}}<tr><th>D<th>E<th>F</tr>{{#k}}<tr><td>{{d}}<td>{{e}}<td>{{f}}</tr>{{/k}}{{/l}}"
        "<tr><td colspan=2>Total<td>{{t}}</tr>",
        "{{^i}}\nA | B | C\n{{/i}}\n{{#i}}\nA:  {{a}}\nB:  {{b}}\nC:  {{c}}\n\n{{/i}}\n"
        "{{#l}}\n{{^k}}\nD | E | F\n{{/k}}\n{{#k}}\nD:  {{d}}\nE:  {{e}}\nF:  {{f}}\n\n{{/k}}\n{{/l}}\n"
        "Total:  {{t}}",
    ),
    (
        "<tr><th colspan=3>T</tr>%{{#l}}<tr><th>D<th>E<th>F</tr><tr><td>a<td>b<td>c</tr>{{/l}}",
        "T\nA | B | C\n\n{{#l}}\nD:  a\nE:  b\nF:  c\n\n{{/l}}",
    ),
    (
        "{{#l}}<tr><th>A<th>B<th>C</tr><tr><td>{{a}}<td>{{b}}<td>{{c}}</tr>{{/l}}"
        "{{^l}}<tr><th>D<th>E<th>F</tr><tr><td>1<td>2<td>3</tr>{{/l}}",
        "{{#l}}\nA:  {{a}}\nB:  {{b}}\nC:  {{c}}\n\n{{/l}}\n{{^l}}\nD:  1\nE:  2\nF:  3\n\n{{/l}}",
    ),
    (
        "%{{#l}}<tr><th>D<th>E<th>F</tr><tr><td>{{d}}<td>{{e}}<td>{{f}}</tr>{{/l}}<tr><td>1<td>2<td>3</tr>",
        "A | B | C\n{{#l}}\nD | E | F\n{{d}} | {{e}} | {{f}}\n{{/l}}\n1 | 2 | 3",
    ),
    # A name with no value is no sum.
    ("<tr><th>A<th>B</tr><tr><td>a<td></tr><tr><td>{{b}}<td>1</tr>", "A:  a\n\nA:  {{b}}\nB:  1"),
    # Names in front of rows, which reach into the rows below.
    ("<tr><th rowspan=2>A<td>1</tr><tr><td>2</tr><tr><th>B<td>3</tr>", "A:  1\n    2\nB:  3"),
    (
        "{{#l}}<tr><th scope=row rowspan=2>A<td>1<td>{{a}}</tr><tr><td>2<td>b</tr>{{/l}}"
        "<tr><th>CD<td>3<td>c</tr>",
        "{{#l}}\nA:   1 | {{a}}\n     2 | b\n{{/l}}\nCD:  3 | c",
    ),
    ("<tr><td rowspan=2>A:<td>b</tr><tr><td>c</tr><tr><td>D:<td>4</tr>", "A:  b\n    c\nD:  4"),
    ("<tr><th>A<td colspan=2>1</tr><tr><th>B<td>2<td>3</tr>", "A:  1\nB:  2 | 3"),
]


@pytest.mark.parametrize(("rows", "expected"), CASES)
def test_a_value_stands_under_its_heading(compiled: Compile, rows: str, expected: str) -> None:
    assert compiled(f"<body><table>{rows.replace('%', HEAD)}</table></body>").compiled.text == f"{expected}\n"
