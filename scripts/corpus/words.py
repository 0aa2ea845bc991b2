"""A text part held against what a browser says a reader sees: the same words, in order, with addresses.

Words are compared without punctuation, since the text adds some: bullets, bars, the colon of a label, marks.
The text may hold two things besides: the numbers of list items, and headings of columns, which are labels.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from app.browser.measuring import RENAMED
from app.core.compiler.plaintext.lines import STRUCK

SEEN = Path(__file__).with_name("seen.js").read_text(encoding="utf-8")
WIDTH, LEAST_HEIGHT, MOST_HEIGHT = 800, 4000, 60_000  # pixels; a word that lies outside is off the screen

_INVISIBLE = re.compile("[\u00ad\u034f\u200b-\u200f\u2060-\u2064\ufeff]")
_WORD = re.compile(r"\ue000\d+\ue001|[^\W_]+")
_ADDRESS = re.compile(r"(?:mailto|tel|sms):([^?]*)", re.IGNORECASE)
_BARE = re.compile(r"^(?:https?://)?(?:www\.)?|/+$", re.IGNORECASE)
_MARKS = re.compile(r"^[ ]*(?:- |[A-Za-z0-9]{1,6}\. )+", re.MULTILINE)  # of lists in lists, too
_MARK = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True)
class Difference:
    """What a text part lacks and what it has too much, in words; addresses as they are written."""

    seen: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    addresses: int
    lost_addresses: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra or self.lost_addresses)


def pieces_seen(page: Page, html: str) -> list[dict[str, Any]]:
    """What a reader of ``html`` sees in a wide window, high enough for all of it; as ``seen.js`` says."""
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": WIDTH, "height": LEAST_HEIGHT})
    page.set_content(html, wait_until="load")
    page.evaluate(f"() => {{ {RENAMED} }}")
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    if height > LEAST_HEIGHT:
        page.set_viewport_size({"width": WIDTH, "height": min(height, MOST_HEIGHT)})
    pieces: list[dict[str, Any]] = page.evaluate(SEEN)
    return pieces


def difference(pieces: Sequence[dict[str, Any]], text: str) -> Difference:
    """Compare the pieces that ``seen.js`` returns with a rendered text part."""
    links = [_printed(piece["url"]) for piece in pieces if "url" in piece]
    addresses = sorted(set(links), key=len, reverse=True)
    seen = _words(_told(pieces), addresses)
    marks = Counter(mark for marks in _MARKS.findall(text) for mark in _MARK.findall(marks))
    found = _words(text, addresses)
    headings = set(_words(_told([piece for piece in pieces if piece.get("heading")]), addresses))
    lost_headings = headings - set(found)
    told = [word for word in seen if word not in headings]
    written = [word for word in found if word not in headings]
    missing, extra = _unmatched(told, written)
    allowed = Counter(
        {mark: min(number, sum("mark" in piece for piece in pieces)) for mark, number in marks.items()}
    )
    extra = list((Counter(extra) - allowed).elements())
    readable = {f"\ue000{number}\ue001": address for number, address in enumerate(addresses)}
    lost = Counter(_words(" ".join(links), addresses)) - Counter(found)
    return Difference(
        tuple(seen),
        tuple(readable.get(word, word) for word in [*missing, *sorted(lost_headings)]),
        tuple(readable.get(word, word) for word in extra),
        len(links),
        tuple(readable.get(word, word) for word in lost.elements()),
    )


def _printed(href: str) -> str:
    """An address as a text prints it: of a mail address or a telephone number, that alone."""
    href = re.sub("[\t\r\n]", "", href)  # as browsers do
    if re.match(r"https?:", href, re.IGNORECASE):
        return href.replace(" ", "%20")
    match = _ADDRESS.match(href)
    return " ".join((match.group(1) if match else href).split())


def _told(pieces: Sequence[dict[str, Any]]) -> str:
    """What the reader sees as one text; a link whose words are its address says it once."""
    told: list[str] = []
    starts: list[int] = []
    for piece in pieces:
        starts.append(len(told))
        if "url" in piece:
            address = _printed(piece["url"])
            words = told[starts[piece["from"]] :] if piece["from"] < len(starts) else []
            if _bare("".join(words)) == _bare(address):
                del told[len(told) - len(words) :]
            told += [" ", address, " "]
        elif "mark" not in piece:
            told += ["" if piece.get("glued") else " ", piece.get("word", piece.get("alt", ""))]
    return "".join(told)


def _bare(address: str) -> str:
    seen = _INVISIBLE.sub("", address.replace("%20", " "))
    return _BARE.sub("", "".join(seen.split())).lower()


def _words(text: str, addresses: Sequence[str]) -> list[str]:
    """Words without punctuation; an address that ends where its text does is one of them."""
    text = _INVISIBLE.sub("", text).replace(STRUCK, "")
    for number, address in enumerate(addresses):
        if address:
            pattern = re.escape(_INVISIBLE.sub("", address)) + r"(?=[\s.,;:!?)\]}»”’\"'…~|]|$)"
            text = re.sub(pattern, f" \ue000{number}\ue001 ", text)
    return _WORD.findall(text)


def _unmatched(told: Sequence[str], written: Sequence[str]) -> tuple[list[str], list[str]]:
    missing: list[str] = []
    extra: list[str] = []
    for kind, first, last, start, end in SequenceMatcher(None, told, written, autojunk=False).get_opcodes():
        if kind != "equal":
            missing += told[first:last]
            extra += written[start:end]
    return missing, extra
