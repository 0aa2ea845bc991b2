"""What moves comes to one state, and no name in a mail hides the page from who measures and examines it.

Of Chromium; `make test-clients` asks the same of every client.
"""

from __future__ import annotations

import base64
import html as references
import struct
from urllib.parse import quote, unquote

import pytest

from app.browser.errors import BrowserCrashedError
from app.browser.frames import ColourMode, Frame
from app.browser.measuring import MEASURE, NothingMeasuredError, PlacedElement, elements_of
from app.browser.session import Session
from app.browser.stills import with_still_images
from tests.browser.oddities import MOVING, NAMED, RESTLESS, SEEN, mail, moving_gif, still_png
from tests.slices import each_of

BROKEN_OFF = (
    "R0lGODlhFAAUAIEAAAAAAAAAAAAAAAAAACH5BAAKAAAALAAAAAAUABQAAAgiAAEIHEiwoMGDCBMqXMiwocOHECNKnEixosWLGDNq3GgxIA"
    "Ah+QQBBQABACwAAAAAFAAUAIEJCQkAAAAAAAAAAAAIIgABCBxIsKDBgwgTKlzIsKHDhxAjSpxIsaLFixgzatxoMSAAIfkEAQUAAQAsAAAAAB"
    "QAFACBEhISAAYAAA=="
)


def enlarged(address: str, width: int, height: int) -> str:
    """A GIF that says that it is of another size."""
    kind, _, content = address.partition(",")
    file = bytearray(base64.b64decode(content))
    file[6:10] = struct.pack("<HH", width, height)
    return f"{kind},{base64.b64encode(file).decode()}"


DAMAGED_GIFS = (f"data:image/gif;base64,{BROKEN_OFF}", enlarged(moving_gif(), 4000, 4000))
"""One of which Pillow says IndexError; one that would take 64 MB to show its few bytes."""
FRAMES = [Frame(640), Frame(375, ColourMode.FORCED)]


@pytest.mark.parametrize("what", each_of(MOVING, 3, "pictures"))
def test_what_moves_is_drawn_and_measured_in_one_state(session: Session, what: str) -> None:
    moving, still = MOVING[what]
    assert session.draw(moving, FRAMES) == session.draw(still, FRAMES)
    assert boxes(session.measure(moving, FRAMES[0])) == boxes(session.measure(still, FRAMES[0]))


@pytest.mark.parametrize("what", each_of(RESTLESS, 3, "pictures"))
def test_what_moves_by_itself_comes_to_rest(session: Session, what: str) -> None:
    drawings = [session.draw(RESTLESS[what], FRAMES) for _ in range(3)]
    assert drawings[1:] == drawings[:-1]


@pytest.mark.parametrize("what", each_of(SEEN, 3, "pictures"))
def test_what_is_brought_to_rest_is_seen(session: Session, what: str) -> None:
    full, empty = SEEN[what]
    assert session.draw(full, FRAMES[:2]) != session.draw(empty, FRAMES[:2])


@pytest.mark.parametrize("what", each_of(NAMED, 3, "pictures"))
def test_no_name_in_a_mail_hides_it(session: Session, what: str) -> None:
    named, plain = NAMED[what]
    assert session.draw(named, FRAMES) == session.draw(plain, FRAMES)
    measured = session.measure(named, FRAMES[0])
    assert measured == session.measure(plain, FRAMES[0])
    assert sum(element.text.startswith("Row ") for element in measured) == 40
    assert session.examine(named) == session.examine(plain)


def boxes(elements: tuple[PlacedElement, ...]) -> list[tuple[object, ...]]:
    return [(each.tag, each.box) for each in elements if each.tag not in {"animate", "rect"}]


def test_a_measurement_that_finds_nothing_in_a_mail_with_elements_is_an_error(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was read as a mail in which nothing is gone."""
    mail_of_two = "<html><head><title>x</title></head><body><p>x<b>y</b></body></html>"
    for placed, held in ((2, 1), (0, 0)):
        with pytest.raises(NothingMeasuredError, match="none of 2 elements"):
            elements_of([placed, held, []], mail_of_two)
    assert elements_of([0, 1, []], "<html><body>Words alone</body></html>") == ()
    body = '["body", "x", [0, 0, 9, 9], {}, 9, 1, false, true, 0]'
    monkeypatch.setattr("app.browser.tab.MEASURE", f"return [2, 1, [{body}]];")
    assert MEASURE
    with pytest.raises(BrowserCrashedError, match="none of 2 elements was found"):
        session.measure("<p>x<b>y</b>", FRAMES[0], name="the mail")


@pytest.mark.parametrize(
    "html",
    [
        "<html><body><td>Hi</td></body></html>",
        "<html><head><noscript><style>a{}</style></noscript></head><body>Plain words</body></html>",
        "<html><head><noscript><style>a{}</style></noscript></head><body></body></html>",
        "<html><head><noscript><style>a{}</style></noscript></head></html>",
        "<body><td></td><tr></tr></body>",
        "<head><template><p>Kept for later</p></template></head>",
        "<html><body></body></html>",
        "",
    ],
    ids=[
        "a cell without a table",
        "what is for no scripts",
        "nothing but what is for no scripts",
        "nothing but that, without a body",
        "empty cells without a table",
        "what is shown by scripts alone",
        "nothing",
        "no character",
    ],
)
def test_a_mail_of_which_the_parser_leaves_no_element_is_none_in_which_nothing_was_found(
    session: Session, html: str
) -> None:
    """Beside the body, where it has words of its own."""
    assert {each.tag for each in session.measure(html, FRAMES[0], name="the mail")} <= {"body"}


@pytest.mark.parametrize(
    "address",
    [
        still_png(),
        "data:image/gif;base64,R0lGODlhAQABAIAAAABmzP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==",
        "data:image/gif;base64,R0lGOD",
        *DAMAGED_GIFS,
        "data:image/png;base64,!!!",
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E",
        "data:image/svg+xml;base64,%%%",
        "data:image/svg+xml,%FF<animate>",
        "https://example.com/moving.gif",
    ],
)
def test_an_image_that_does_not_move_or_cannot_be_read_stays_to_the_letter(address: str) -> None:
    html = mail(f'<img src="{address}" alt="x">')
    assert with_still_images(html) == html


def test_of_a_film_there_is_its_poster_and_a_picture_of_several_sources_stays() -> None:
    film = '<video src="a.mp4" autoplay poster="p.png"><source src="b.mp4"><p>No film</p></video>'
    assert with_still_images(film) == '<video  autoplay poster="p.png"><p>No film</p></video>'
    picture = '<video></video><picture><source srcset="a.webp"><img src="b.png" alt="x"></picture>'
    assert with_still_images(picture) == picture


def test_a_film_has_no_sources_left_and_a_picture_has_its_own() -> None:
    """An engine looks for a film by each, whatever it says, and shows that it does."""
    film = "<video poster='p.png'><source><source srcset='a 1x'><p>No film</p></video>"
    assert with_still_images(film) == "<video poster='p.png'><p>No film</p></video>"
    picture = "<video><picture><source srcset='a 1x'><img src='b.png' alt='x'></picture>"
    assert with_still_images(picture) == picture


def test_pages_within_pages_are_gone_into_to_a_bound() -> None:
    """Each within the one before it, as deep as 500 kB go; the test is that it ends."""
    html = "<video src='a'></video>"
    while len(html) < 500_000:
        html = f'<iframe srcdoc="{references.escape(html)}"></iframe>'
    assert with_still_images(html)


def test_a_moving_image_is_found_however_it_is_written() -> None:
    kind, _, content = moving_gif().partition(",")
    folded = f"{kind.upper().replace('BASE64', 'base64')},{content[:40]}\n {content[40:].replace('+', '%2B')}"
    for html in (f"<td background='{folded}'>", f'<p style="background:url({moving_gif()})">'):
        assert "gif" not in with_still_images(html).lower()


_SVG = "<svg xmlns={0}http://www.w3.org/2000/svg{0}><rect/>{1}</svg>"
_MOVE = "<animate attributeName={0}x{0} to={0}9{0} dur={0}1s{0}/>"


def moving_svg(mark: str) -> str:
    return f"data:image/svg+xml,{_SVG.format(mark, _MOVE.format(mark))}"


SINGLE, DOUBLE = moving_svg("'"), moving_svg('"')
ESCAPED, NUMBERED = DOUBLE.replace('"', '\\"'), SINGLE.replace("'", "\\27 ")
ENCODED = quote(DOUBLE, safe=":/,+")
REFERRING = references.escape(f'background:url("{SINGLE}")')
_IN_PAGE = f"""<img src="{ENCODED}" alt='x'>"""
HOLDERS = {
    "a sheet, with the other quotes": f"""<style>p{{background:url("{SINGLE}")}}</style>""",
    "a sheet, the other way round": f"""<style>p{{background:url( '{DOUBLE}' )}}</style>""",
    "a sheet, with escapes": f"""<style>p{{background:url("{ESCAPED}")}}</style>""",
    "a sheet, with numbers": f"""<style>p{{background:url("{NUMBERED}")}}</style>""",
    "a sheet, without quotes": f"<style>p{{background:url({ENCODED})}}</style>",
    "a style": f"<p style='background:url({ENCODED})'>",
    "a style, with references": f'<p style="{REFERRING}">',
    "densities": f'<img alt="x" srcset="a.png 1x,{ENCODED} 2x, {ENCODED}, b.png 3x">',
    "sources": f'<picture><source srcset="{ENCODED}"><img src="a.png" alt="x"></picture>',
    "a page in the page": f'<iframe srcdoc="{references.escape(_IN_PAGE)}"></iframe>',
    "an object": f'<object data="{ENCODED}"></object>',
}


@pytest.mark.parametrize("what", HOLDERS)
def test_a_drawing_that_moves_is_found_wherever_it_is(what: str) -> None:
    still = with_still_images(HOLDERS[what])
    resting = references.unescape(unquote(still))
    assert "animate" not in resting
    assert resting.count("<svg xmlns=") == HOLDERS[what].count("svg+xml")


@pytest.mark.parametrize(
    ("drawing", "rest"),
    [
        ("<g><set/><a/><animateMotion path='>'><mpath/></animateMotion></g>", "<g><a/></g>"),
        ("<SET to='/>'></SET ><set>", "<set>"),
        ("<set><set></set></set><settle/></set>", "<settle/></set>"),
        ("<!-- <set/> --><style>a{}</style><animate/>", "<!-- <set/> --><style>a{}</style>"),
    ],
)
def test_what_animates_is_taken_out_whole_and_nothing_else(drawing: str, rest: str) -> None:
    still = with_still_images(f'<img src="data:image/svg+xml,{quote(f"<svg>{drawing}</svg>")}" alt="x">')
    assert unquote(still.split(",", 1)[1]).startswith(f"<svg>{rest}<style>*{{animation:none")


@pytest.mark.parametrize(
    ("before", "repeated", "after"),
    [
        ('<img src="data:image/svg+xml,<svg>', "<set>", '</svg>">'),
        ('<img src="data:image/svg+xml,<svg>', "<animate ' ", '</svg>">'),
        ("<style>", "url(data:image/svg+xml", "</style>"),
        ("<style>", 'url("data:image/svg+xml', "</style>"),
        ('<img srcset="', "data:image/svg+xml,,,", '">'),
    ],
)
def test_the_work_grows_with_the_mail_and_not_with_its_square(before: str, repeated: str, after: str) -> None:
    """Of 500 kB, which took minutes; the test is that it ends."""
    html = before + repeated * (500_000 // len(repeated)) + after
    assert with_still_images(html)
