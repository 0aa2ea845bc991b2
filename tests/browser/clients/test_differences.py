"""What a client shows otherwise is told by element; what only its smoothing of edges does is not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.browser.clients.differences import Effect, client_differences
from app.browser.differing import offsets
from app.browser.frames import Frame
from app.browser.measuring import PlacedElement
from app.browser.session import Session
from app.cli import run
from tests.browser.conftest import MAIL, Desk
from tests.browser.oddities import still_png

WIDE = Frame(640)
STYLES = {
    "color": "rgb(255, 255, 255)",
    "backgroundColor": "rgb(0, 102, 204)",
    "fontFamily": "Arial, Helvetica, sans-serif",
    "fontSize": "16px",
    "fontWeight": "700",
    "fontStyle": "normal",
    "textDecorationLine": "none",
    "visibility": "visible",
}
TABLE = PlacedElement("table", "", (0, 0, 640, 400), {**STYLES, "backgroundColor": "rgba(0, 0, 0, 0)"})
BUTTON = PlacedElement("a", "Pay R664,01", (32, 206, 157, 48), STYLES, 157, 1)
LOGO = PlacedElement("img", "", (32, 20, 200, 50), STYLES)
OURS = (TABLE, LOGO, BUTTON)


def told(*theirs: PlacedElement, ours: tuple[PlacedElement, ...] = OURS) -> list[tuple[Effect, str]]:
    return [(each.effect, each.message) for each in client_differences(ours, theirs, width=640)]


def styled(**styles: str) -> PlacedElement:
    return replace(BUTTON, styles={**STYLES, **styles})


@pytest.mark.parametrize(
    ("button", "effect", "words"),
    [
        (replace(BUTTON, cut=True), Effect.CUT, "has more text than it shows"),
        (replace(BUTTON, box=(500, 206, 157, 48)), Effect.OVERFLOWS, "ends 17 pixels beyond the edge"),
        (replace(BUTTON, box=(32, 206, 335, 48)), Effect.LAYOUT, "is 335 pixels wide and not 157"),
        (replace(BUTTON, lines=2), Effect.LAYOUT, "takes 2 lines and not 1"),
        (replace(BUTTON, box=(60, 206, 157, 48)), Effect.LAYOUT, "begins 28 pixels further right"),
        (replace(BUTTON, box=(32, 206, 0, 0)), Effect.GONE, "is not there"),
        (styled(visibility="hidden"), Effect.GONE, "is not there"),
        (styled(backgroundColor="transparent"), Effect.STYLE, "has the ground none and not #0066cc"),
        (styled(color="rgb(0, 0, 0)"), Effect.STYLE, "is written in #000000 and not #ffffff"),
        (styled(fontFamily="serif"), Effect.STYLE, "is set in serif and not Arial, Helvetica, sans-serif"),
        (styled(fontSize="13px"), Effect.STYLE, "is 13 pixels high and not 16"),
        (styled(fontWeight="400"), Effect.STYLE, "has the weight 400 and not 700"),
        (styled(textDecorationLine="underline"), Effect.STYLE, "has the decoration underline and not none"),
    ],
)
def test_what_becomes_of_an_element_is_said(button: PlacedElement, effect: Effect, words: str) -> None:
    assert (effect, f'<a> "Pay R664,01" {words}') in told(TABLE, LOGO, button)


def test_an_image_that_a_client_blocks_is_said() -> None:
    assert told(TABLE, replace(LOGO, shown=False), BUTTON) == [(Effect.IMAGE, "<img> is not shown")]


def test_an_image_in_the_place_of_a_blocked_one_is_said() -> None:
    """Roundcube shows a red box of its own, which has come like any image."""
    logo, box = replace(LOGO, natural_width=400), replace(LOGO, natural_width=1)
    assert told(TABLE, box, BUTTON, ours=(TABLE, logo, BUTTON)) == [
        (Effect.IMAGE, "<img> shows another image")
    ]


def test_an_element_that_a_client_takes_away_is_said_and_the_others_are_found_again() -> None:
    around = PlacedElement("div", "", (0, 0, 640, 500), {})
    lower = replace(BUTTON, box=(32, 406, 157, 48))
    assert told(around, TABLE, lower) == [(Effect.GONE, "<img> is not there")]


@pytest.mark.parametrize("tag", ["input", "select", "svg"])
def test_what_a_reader_sees_without_words_in_it_is_missed_too(tag: str) -> None:
    """A form's button, of which webmail leaves nothing."""
    button = PlacedElement(tag, "", (32, 300, 90, 30), STYLES)
    assert told(*OURS, ours=(*OURS, button)) == [(Effect.GONE, f"<{tag}> is not there")]


def worded(tag: str, text: str, **styles: str) -> PlacedElement:
    return PlacedElement(tag, text, (32, 300, 200, 30), {**STYLES, **styles}, 200, 1)


PLAIN = "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ([worded("p", ""), worded("o:p", "Word words", backgroundColor=PLAIN)], [worded("p", "Word words")]),
        ([worded("p", "Hello ."), worded("o:p", "you")], [worded("p", "Hello you.")]),
        ([worded("o:p", "Word"), worded("x-y", "Own")], [worded("body", "WordOwn")]),
        (
            [worded("details", "Det"), worded("summary", "Sum"), worded("p", "After")],
            [worded("div", "Sum Det"), worded("p", "After")],
        ),
        (
            [worded("p", "Hello world"), worded("x-y", "a c"), worded("b", "b")],
            [worded("p", "Hello a b c world")],
        ),
        ([worded("div", ""), worded("b", "x"), worded("o:p", "y")], [worded("div", "y"), worded("b", "x")]),
    ],
)
def test_words_that_a_client_keeps_without_their_tag_are_there(
    ours: list[PlacedElement], theirs: list[PlacedElement]
) -> None:
    """Each mail from Word has <o:p>, which sanitizers take away and leave its words to what is around it."""
    assert told(*theirs, ours=tuple(ours)) == []


def test_a_style_that_went_with_the_tag_is_said() -> None:
    around = worded("p", "Word words", color="rgb(0, 0, 0)")
    assert told(around, ours=(worded("p", ""), worded("o:p", "Word words"))) == [
        (Effect.STYLE, '<o:p> "Word words" is written in #000000 and not #ffffff')
    ]


@pytest.mark.parametrize("tag", ["a", "button"])
def test_what_a_reader_uses_is_not_its_words(tag: str) -> None:
    found = told(worded("p", "Pay now"), ours=(worded("p", ""), worded(tag, "Pay now")))
    assert found == [(Effect.GONE, f'<{tag}> "Pay now" is there as words only')]


@pytest.mark.parametrize(
    "theirs",
    [
        [worded("p", "Please pay")],
        [worded("p", "now Pay")],
        [replace(worded("p", "Pay now"), box=(0, 0, 0, 0))],
        [worded("p", "Please"), worded("div", "Pay now")],
    ],
)
def test_words_stand_for_one_element_in_their_order_and_shown(theirs: list[PlacedElement]) -> None:
    """The last: what stands after the next element that is found again is no place around this one."""
    ours = (worded("x-y", "Pay now"), worded("p", "Please"))
    assert (Effect.GONE, '<x-y> "Pay now" is not there') in told(*theirs, ours=ours)


PNG = still_png()
PAGE = "data:text/html,<p>Words of its own"
HOLDERS = {
    "iframe": '<iframe srcdoc="<p>Words of its own"></iframe>',
    "an iframe with an address": f'<iframe src="{PAGE}"></iframe>',
    "an iframe of another origin": '<iframe sandbox srcdoc="<p>Words of its own"></iframe>',
    "object": f'<object data="{PNG}"></object>',
    "an object that is a page": f'<object data="{PAGE}" width="90" height="90">Instead</object>',
    "embed": f'<embed src="{PNG}">',
}


@pytest.mark.parametrize("what", HOLDERS)
def test_a_page_or_an_image_within_a_mail_that_is_taken_away_is_missed(session: Session, what: str) -> None:
    ours, theirs = (session.measure(f"<body><p>x</p>{each}</body>", WIDE) for each in (HOLDERS[what], ""))
    (found,) = client_differences(ours, theirs, width=640)
    tag = ours[found.index].tag
    assert found.effect is Effect.GONE
    assert found.message.startswith(f"<{tag}>")
    assert tag in HOLDERS[what]


def test_frames_side_by_side_that_are_taken_away_are_missed(session: Session) -> None:
    frames = f"<html><head><title>x</title></head><frameset cols='50%,50%'>{'<frame src=about:blank>' * 2}"
    ours, theirs = (session.measure(each, WIDE) for each in (frames, "<body><div></div></body>"))
    assert [(each.effect, each.message) for each in client_differences(ours, theirs, width=640)] == [
        (Effect.GONE, "<frame> is not there")
    ] * 2


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        (
            f'<object data="{PNG}"><p>Instead</p></object>',
            "<object><p>Instead</p></object>",
            "<object> has nothing in it",
        ),
        (
            f'<object data="{PNG}">Instead</object>',
            "Instead",
            '<object> "Instead" is there as words only',
        ),
        (HOLDERS["iframe"], "<iframe></iframe>", '<iframe> "Words of its own" is not there'),
        (
            HOLDERS["iframe"],
            '<iframe srcdoc="<p>Blocked"></iframe>',
            '<iframe> "Words of its own" is not there',
        ),
    ],
)
def test_a_holder_whose_content_is_not_there_is_named(
    session: Session, ours: str, theirs: str, said: str
) -> None:
    pages = [session.measure(f"<body>{each}</body>", WIDE) for each in (ours, theirs)]
    assert said in [each.message for each in client_differences(*pages, width=640)]


def test_an_object_is_not_missed_where_what_is_in_its_place_is_seen_in_both(session: Session) -> None:
    instead = "<p>Instead</p>"
    for theirs in (f'<object data="https://example.com/x">{instead}</object>', instead):
        pages = [
            session.measure(f"<body>{each}</body>", WIDE)
            for each in (f'<object data="https://example.com/x">{instead}</object>', theirs)
        ]
        assert client_differences(*pages, width=640) == ()


def test_what_comes_of_other_edges_fonts_and_spellings_is_not_said() -> None:
    other = replace(BUTTON, box=(32.4, 240.5, 159.42, 49), text_right=159.1)
    quoted = replace(other, styles={**STYLES, "fontFamily": '"Arial", "Helvetica", sans-serif'})
    assert told(TABLE, LOGO, quoted) == []


def test_what_takes_no_room_in_chromium_is_missed_by_nobody() -> None:
    hidden = PlacedElement("div", "A preheader", (0, 0, 0, 0), {})
    assert told(TABLE, LOGO, BUTTON, ours=(hidden, *OURS)) == []


def test_each_element_has_the_place_of_its_start_tag() -> None:
    """Chromium makes elements that nobody wrote; they have the place of the one that they are in."""
    html = (
        "<html><head><style>p{}</style></head><body><table><tr><td>x</td></tr></table><p>y</p></body></html>"
    )
    tags = ("table", "tbody", "tr", "td", "p")
    elements = [PlacedElement(tag, "", (0, 0, 1, 1), {}) for tag in tags]
    assert [html[at:].partition(">")[0] for at in offsets(html, elements)] == [
        "<table",
        "<table",
        "<tr",
        "<td",
        "<p",
    ]


def test_the_command_names_element_and_line_of_what_a_sanitizer_takes_away(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path, session)
    desk.settings(
        '[[pictures]]\ntemplates = ["*"]\nfixtures = ["*"]\nwidths = ["desktop"]\nvariants = ["light"]\n'
        'clients = ["dompurify"]\n'
    )
    desk.mail(source=MAIL.replace("</table>", '</table><form><input type="submit" value="Pay now"></form>'))
    folders = [f"--{name}={tmp_path / name}" for name in ("baselines", "work", "templates", "fixtures")]
    assert run(["screenshots", "differences", "--client", "dompurify", "--json", *folders]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert found["code"] == "client-gone"
    assert '<input> "Pay now" is not there' in found["message"]
    assert found["line"] == MAIL[: MAIL.index("</table>")].count("\n") + 1


@pytest.mark.heavy("pictures")
def test_words_that_a_sanitizer_leaves_to_the_body_or_behind_a_long_text_are_found(session: Session) -> None:
    html = f"<body><p>{'Long text. ' * 40}<o:p>Word words</o:p></p><o:p>Own words</o:p></body>"
    left = html.replace("<o:p>", "").replace("</o:p>", "")
    ours, theirs = (session.measure(each, Frame(640)) for each in (html, left))
    assert [element.tag for element in ours] == ["p", "o:p", "o:p"]
    assert {each.effect for each in client_differences(ours, theirs, width=640)} <= {Effect.LAYOUT}
