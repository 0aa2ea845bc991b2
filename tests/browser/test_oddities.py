"""What moves comes to one state, and no name in a mail hides the page from who measures and examines it.

Of Chromium; `make test-clients` asks the same of every client.
"""

from __future__ import annotations

import pytest

from app.browser.errors import BrowserCrashedError
from app.browser.frames import ColourMode, Frame
from app.browser.measuring import MEASURE, NothingMeasuredError, PlacedElement, elements_of
from app.browser.session import Session
from app.browser.stills import with_still_images
from tests.browser.oddities import MOVING, NAMED, RESTLESS, mail, moving_gif, still_png

FRAMES = [Frame(640), Frame(375), Frame(640, ColourMode.DARK), Frame(640, ColourMode.FORCED)]


@pytest.mark.parametrize("what", MOVING)
def test_what_moves_is_drawn_and_measured_in_one_state(session: Session, what: str) -> None:
    moving, still = MOVING[what]
    assert session.draw(moving, FRAMES) == session.draw(still, FRAMES)
    assert boxes(session.measure(moving, FRAMES[0])) == boxes(session.measure(still, FRAMES[0]))


@pytest.mark.parametrize("what", RESTLESS)
def test_what_moves_by_itself_comes_to_rest(session: Session, what: str) -> None:
    drawings = [session.draw(RESTLESS[what], FRAMES) for _ in range(3)]
    assert drawings[1:] == drawings[:-1]


@pytest.mark.parametrize("what", NAMED)
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
    with pytest.raises(NothingMeasuredError, match="none of 2 elements"):
        elements_of([], "<html><head><title>x</title></head><body><p>x<b>y</b></body></html>")
    assert elements_of([], "<html><body>Words alone</body></html>") == ()
    monkeypatch.setattr("app.browser.tab.MEASURE", "return [];")
    assert MEASURE
    with pytest.raises(BrowserCrashedError, match="none of 2 elements was found"):
        session.measure("<p>x<b>y</b>", FRAMES[0], name="the mail")


@pytest.mark.parametrize(
    "address",
    [
        still_png(),
        "data:image/gif;base64,R0lGODlhAQABAIAAAABmzP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==",
        "data:image/gif;base64,R0lGOD",
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


def test_a_moving_image_is_found_however_it_is_written() -> None:
    kind, _, content = moving_gif().partition(",")
    folded = f"{kind.upper().replace('BASE64', 'base64')},{content[:40]}\n {content[40:].replace('+', '%2B')}"
    for html in (f"<td background='{folded}'>", f'<p style="background:url({moving_gif()})">'):
        assert "gif" not in with_still_images(html).lower()
