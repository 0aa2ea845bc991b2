"""The links and images of a mail are those of all its readers."""

from __future__ import annotations

import pytest

from app.core.html.references import references_of

PAY = "https://a.example/pay"


@pytest.mark.parametrize(
    ("html", "links", "images"),
    [
        (f'<a href="{PAY}">Pay <b>now</b></a>', [("Pay now", PAY, False)], []),
        (
            f'<a href="{PAY}"><img src="a.png" alt="Pay"></a>',
            [("Pay", PAY, False)],
            [("Pay", "a.png", False)],
        ),
        ('<td background="a.png">', [], [("", "a.png", False)]),
        (f'<!--[if mso]>\n<a href="{PAY}">Pay</a><![endif]-->', [("Pay", PAY, True)], []),
        (f'<!--[if mso 12]><a href="{PAY}">Pay</a><![endif]-->', [("Pay", PAY, True)], []),
        (
            f'<!--[if mso]><v:roundrect href="{PAY}"><v:fill src="a.png"/><center>Pay</center></v:roundrect>'
            '<![endif]--><!--[if !mso]><!--><a href="b">b</a><!--<![endif]--><img src="c.png" alt="c">',
            [("Pay", PAY, True), ("b", "b", False)],
            [("", "a.png", True), ("c", "c.png", False)],
        ),
        ('<!--[if IE]><a href="a">a</a><![endif]--><!-- <a href="b">b</a> -->', [], []),
    ],
)
def test_links_and_images(
    html: str, links: list[tuple[str, str, bool]], images: list[tuple[str, str, bool]]
) -> None:
    found = references_of(html)
    assert [(item.text, item.address, item.only_outlook) for item in found.links] == links
    assert [(item.text, item.address, item.only_outlook) for item in found.images] == images


@pytest.mark.parametrize("digits", ["1" * 5_000, "0" * 5_000 + "65"])
def test_a_reference_of_thousands_of_digits_hides_no_link(digits: str) -> None:
    long = f"&#{digits};"
    html = f'{long}<a title="{long}" href="{PAY}">Pay {long}</a><img src="a.png" alt="{long}">'
    found = references_of(html)
    assert [(each.address, html[each.offset :][:2]) for each in found.links] == [(PAY, "<a")]
    assert [(each.address, html[each.offset :][:4]) for each in found.images] == [("a.png", "<img")]
