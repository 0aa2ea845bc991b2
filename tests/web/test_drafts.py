"""Data that are tried out are kept while there is room, the newest first."""

from __future__ import annotations

import pytest

from app.web.live.drafts import Drafts
from app.web.live.renderings import Data

NAME = "mails/greeting"


def sized(character: str, size: int) -> Data:
    return Data({"note": character * size})


@pytest.fixture
def drafts(monkeypatch: pytest.MonkeyPatch) -> Drafts:
    """With room for four drafts, or for a thousand bytes."""
    monkeypatch.setattr("app.web.live.drafts.MOST_DRAFTS", 4)
    monkeypatch.setattr("app.web.live.drafts.MOST_BYTES", 1000)
    return Drafts()


def test_what_was_kept_is_found_under_its_key_and_its_template_alone(drafts: Drafts) -> None:
    data = sized("a", 10)
    key = drafts.keep(NAME, data)
    assert drafts.find(NAME, key) is data
    assert drafts.find("mails/other", key) is None
    assert drafts.find(NAME, "0" * 32) is None


def test_the_oldest_goes_when_there_are_too_many(drafts: Drafts) -> None:
    keys = [drafts.keep(NAME, sized(character, 10)) for character in "abcd"]
    drafts.keep(NAME, sized("a", 10))  # tried again: the newest by now
    keys.append(drafts.keep(NAME, sized("e", 10)))
    assert [bool(drafts.find(NAME, key)) for key in keys] == [True, False, True, True, True]


def test_a_draft_that_goes_gives_its_bytes_back(drafts: Drafts) -> None:
    large = [drafts.keep(NAME, sized(character, 600)) for character in "abc"]
    small = [drafts.keep(NAME, sized(character, 100)) for character in "de"]
    assert [bool(drafts.find(NAME, key)) for key in large] == [False, False, True]
    assert all(drafts.find(NAME, key) for key in small), "one large and two small ones have room"


def test_the_newest_is_kept_however_large_it_is(drafts: Drafts) -> None:
    first = drafts.keep(NAME, sized("a", 10))
    huge = drafts.keep(NAME, sized("b", 5000))
    assert drafts.find(NAME, first) is None
    assert drafts.find(NAME, huge)
