"""A sum below a table's rows is told in the text part by its name, and what only looks like one is a row."""

from __future__ import annotations

import pytest

from tests.compiler.conftest import Compile

CASES = [
    (
        "<table><tr><th>Item</th><th>Qty</th><th>Price</th></tr>{{{rows}}}"
        "<tr><td colspan=2>Subtotal:</td><td>{{s}}</td></tr><tr><td colspan=2>Total</td><td>{{t}}</td></tr>"
        "</table>",
        "Item | Qty | Price\n{{{rows}}}\nSubtotal:  {{s}}\nTotal:     {{t}}",
    ),
    (
        "<table><tr><th>Item</th><th>Qty</th><th>Price</th></tr>"
        "<tr><td colspan=2>Paid by:</td><td>card</td></tr><tr><td>a</td><td>1</td><td>2</td></tr></table>",
        "Paid by:  card\n\nItem:     a\nQty:      1\nPrice:    2",
    ),
    # A sum is named by its words behind empty cells, without a figure, and between two lists.
    (
        "<table><tr><th>Item</th><th>Qty</th><th>Price</th></tr>"
        "{{#i}}<tr><td>{{n}}</td><td>{{q}}</td><td>{{p}}</td></tr>{{/i}}"
        "<tr><td>&nbsp;</td><td>VAT 15%</td><td>{{v}}</td></tr>"
        "<tr><td colspan=2>Shipping</td><td>Free</td></tr>"
        "<tr><td></td><td>Total</td><td>{{t}}</td></tr></table>",
        "{{^i}}\nItem | Qty | Price\n{{/i}}\n"
        "{{#i}}\nItem:      {{n}}\nQty:       {{q}}\nPrice:     {{p}}\n\n{{/i}}\n"
        "VAT 15%:   {{v}}\nShipping:  Free\nTotal:     {{t}}",
    ),
    (
        "<table><tr><th>Picture</th><th>Item</th><th>Price</th></tr>"
        "{{#i}}<tr><td><img src=x alt=''></td><td>{{n}}</td><td>{{p}}</td></tr>{{/i}}"
        "<tr><td></td><td>Goods</td><td>{{s}}</td></tr>"
        "<tr><td colspan=2>Total</td><td>{{t}}</td></tr></table>",
        "Picture | Item | Price\n"
        "{{#i}}\nItem:     {{n}}\nPrice:    {{p}}\n\n{{/i}}\nGoods:    {{s}}\nTotal:    {{t}}",
    ),
    (
        "<table><tr><th>Picture</th><th>Item</th><th>Price</th></tr>"
        "<tr><td><img src=x alt=''></td><td>Cup</td><td>5</td></tr>"
        "<tr><td><img src=x alt=''></td><td>Mug</td><td>6</td></tr>"
        "<tr><td colspan=2>Total</td><td>11</td></tr></table>",
        "Picture | Item | Price\nItem:     Cup\nPrice:    5\n\nItem:     Mug\nPrice:    6\n\nTotal:    11",
    ),
    (
        "<table><tr><th>Day</th><th>Hall</th><th>Talk</th></tr><tr><td>1</td><td>North</td><td>a</td></tr>"
        "<tr><td></td><td>South</td><td>2</td></tr></table>",
        "Day:   1\nHall:  North\nTalk:  a\n\nHall:  South\nTalk:  2",
    ),
    (
        "<table><tr><th>Item</th><th>Net</th><th>Gross</th></tr>"
        "<tr><td>a</td><td>ZAR 1</td><td>ZAR 2</td></tr>"
        "<tr><td></td><td>ZAR 1</td><td>ZAR 2</td></tr></table>",
        "Item:   a\nNet:    ZAR 1\nGross:  ZAR 2\n\nNet:    ZAR 1\nGross:  ZAR 2",
    ),
    (
        "<table><tr><th>Item</th><th>Qty</th><th>Price</th></tr>"
        "{{#i}}<tr><td>{{n}}</td><td>{{q}}</td><td>{{p}}</td></tr>{{/i}}"
        "<tr><td colspan=2>Goods</td><td>{{s}}</td></tr>"
        "{{#f}}<tr><td>{{n}}</td><td>{{q}}</td><td>{{p}}</td></tr>{{/f}}</table>",
        "{{^i}}\n{{^f}}\nItem | Qty | Price\n{{/f}}\n{{/i}}\n"
        "{{#i}}\nItem:   {{n}}\nQty:    {{q}}\nPrice:  {{p}}\n\n{{/i}}\nGoods:  {{s}}\n"
        "{{#f}}\nItem:   {{n}}\nQty:    {{q}}\nPrice:  {{p}}\n\n{{/f}}",
    ),
    (
        "<table><tr><th>Item</th><th>Qty</th><th>Price</th></tr>"
        "{{#i}}<tr><td>{{n}}</td><td>{{q}}</td><td>{{p}}</td></tr>{{/i}}"
        "<tr><td>Total</td><td></td><td>{{t}}</td></tr></table>",
        "{{^i}}\nItem | Qty | Price\n{{/i}}\n"
        "{{#i}}\nItem:   {{n}}\nQty:    {{q}}\nPrice:  {{p}}\n\n{{/i}}\nTotal:  {{t}}",
    ),
    (
        "<table><tr><th>Item</th><th>Qty</th><th>Price</th></tr>"
        "<tr><td>Shoe</td><td></td><td>5</td></tr><tr><td>Hat</td><td>2</td><td>3</td></tr></table>",
        "Item:   Shoe\nPrice:  5\n\nItem:   Hat\nQty:    2\nPrice:  3",
    ),
    # So is one between rows whose words are no figures, as those above and below are.
    (
        "<table><tr><th>Item</th><th>Qty</th><th>Price</th></tr>"
        "<tr><td>Shoe</td><td>1</td><td>5</td></tr><tr><td></td><td>Subtotal</td><td>5</td></tr>"
        "<tr><td>Hat</td><td>2</td><td>3</td></tr><tr><td colspan=2>Goods</td><td>8</td></tr>"
        "<tr><td>Bag</td><td>1</td><td>2</td></tr></table>",
        "Item:      Shoe\nQty:       1\nPrice:     5\n\nSubtotal:  5\n\nItem:      Hat\nQty:       2\n"
        "Price:     3\n\nGoods:     8\n\nItem:      Bag\nQty:       1\nPrice:     2",
    ),
    # Where every row is as wide as a sum, one is told by a name that data do not say.
    (
        "<table><tr><th>Item</th><th>Qty</th><th>Price</th></tr>"
        "{{#i}}<tr><td colspan=2>{{n}}</td><td>{{p}}</td></tr>{{/i}}"
        "<tr><td colspan=2>Total</td><td>{{t}}</td></tr></table>",
        "Item | Qty | Price\n{{#i}}\nItem:   {{n}}\nPrice:  {{p}}\n\n{{/i}}\nTotal:  {{t}}",
    ),
    # A link in its name leaves a bar for the colon, which would join its address.
    *(
        (
            "<table><tr><th>Item</th><th>Qty</th><th>Price</th></tr>"
            "{{#i}}<tr><td>{{n}}</td><td>{{q}}</td><td>{{p}}</td></tr>{{/i}}"
            f"<tr>{cells}<td>{{{{t}}}}</td></tr></table>",
            "{{^i}}\nItem | Qty | Price\n{{/i}}\n"
            "{{#i}}\nItem:   {{n}}\nQty:    {{q}}\nPrice:  {{p}}\n\n{{/i}}\nTotal: {{u}} | {{t}}",
        )
        for cells in (
            "<td></td><td><a href='{{u}}'>Total</a></td>",
            "<td colspan=2><a href='{{u}}'>Total</a></td>",
            "<td><a href='{{u}}'>Total</a></td><td></td>",
        )
    ),
]


@pytest.mark.parametrize(("html", "expected"), CASES)
def test_a_sum_is_told_by_its_name(compiled: Compile, html: str, expected: str) -> None:
    assert compiled(f"<body>{html}</body>").compiled.text == f"{expected}\n"
