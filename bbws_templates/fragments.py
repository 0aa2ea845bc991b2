"""What a reader sees of a fragment of HTML, as plain text: how ``{{{markup}}}`` stands in a text part.

The counterpart, for data, of what the compiler does for templates: words in their order, blocks on lines of
their own, ``text: url`` for a link, the alternative text of an image, ``- `` before an item, ``~~`` around
what is struck out; nothing of comments, styles, scripts and what the fragment itself hides. One pass over its
tags, in time that grows with its length; no tree is built, since what an email's data bring along is short.
"""

from __future__ import annotations

import re
from typing import Final

from bbws_templates.entities import unescape

# Possessive, as are quotations in ``mailboxes``: otherwise ``re`` keeps a record of each piece, 100 bytes and
# more. No piece fails behind its first sign: Python 3.11.0 to 3.11.4 would go on from there.
_TOKEN: Final = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<[!?][^>]*(?:>|\Z)|</(?![a-zA-Z])[^>]*(?:>|\Z)"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*)"
    r"(?P<rest>(?:[^>=]++|=\s*+\"[^\"]*+(?:\"|\Z)|=\s*+'[^']*+(?:'|\Z)|=)*+)(?P<close>>|\Z)",
    re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(r"([^\s/=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"']\S*)))?")
_HIDING: Final = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?"
    r"|font-size\s*:\s*0(?:[a-z]+|%)?)\s*(?:!\s*important\s*)?(?:;|$)",
    re.IGNORECASE,
)
_FLAT: Final = re.compile(
    r"(?:^|;)\s*max-height\s*:\s*0(?:[a-z]+|%)?\s*(?:!\s*important\s*)?(?:;|$)", re.IGNORECASE
)
_CUT: Final = re.compile(r"(?:^|;)\s*overflow\s*:\s*hidden\b", re.IGNORECASE)
_REFERENCE: Final = re.compile(
    r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*(?:;|(?![a-zA-Z0-9=])))"
)
_NUMBERED: Final = re.compile(r"&#([0-9]+);?")
_BLANKS: Final = re.compile("[ \t\r\n\f\u00a0]+")
_FILLERS: Final = re.compile("[\u00ad\u034f\u180e\u200b\u2060-\u2064\ufeff]")
_ADDRESS: Final = re.compile(r"(?:mailto|tel|sms):([^?]*)", re.IGNORECASE)
_HTTP: Final = re.compile(r"https?:", re.IGNORECASE)
_BLANK: Final = "%20"  # as browsers write it in an address, at which programs would end a link
_IGNORED: Final = re.compile("[\t\r\n]")  # in addresses; URL Standard, 4.4
_HOST: Final = re.compile(r"(?:https?://)?(?:www\.)?(.*)", re.IGNORECASE | re.DOTALL)

_VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_UNREAD: Final = frozenset(("script", "style", "title", "iframe", "noembed", "noframes"))
"""Elements with text in which no tag counts, and which nobody sees."""
_LISTS: Final = frozenset(("ol", "ul"))
_GAPS: Final = frozenset(
    ("blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "p", "pre", "table", *_LISTS)
)
_BOXES: Final = (
    "address",
    "article",
    "aside",
    "center",
    "div",
    "footer",
    "form",
    "header",
    "main",
    "nav",
    "section",
)
_LINES: Final = frozenset(
    (
        *_BOXES,
        "caption",
        "dd",
        "details",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "li",
        "option",
        "summary",
        "td",
        "th",
        "tr",
    )
)
_READ: Final = frozenset(
    ("alt", "aria-hidden", "height", "hidden", "href", "role", "start", "style", "width")
)
_STRUCK: Final = frozenset(("s", "strike", "del"))
_STRIKE: Final = "~~"
_MOST_INDENTED: Final = 8  # lists in each other


def text_of(fragment: str) -> str:
    """The text of ``fragment``; where it begins or ends with a block, it begins or ends with a new line."""
    if "<" not in fragment:
        is_address = not _BLANKS.search(fragment) and (":" in fragment or "/" in fragment)
        return _attribute(fragment) if is_address else _spaced(unescape(fragment))
    return _Reading(fragment).text


def _attribute(value: str) -> str:
    """Without references, by the rule for attributes: ``&copy=1`` in an address is none (HTML, 13.2.5.73)."""
    return _REFERENCE.sub(lambda found: unescape(found[0]), value)


def _spaced(text: str) -> str:
    return _BLANKS.sub(" ", _FILLERS.sub("", text))


class _Reading:
    """One pass over a fragment; ``text`` is the result."""

    def __init__(self, fragment: str) -> None:
        self._pieces: list[str] = []  # in pairs: what separates, and words
        self._between = ""  # what separates the next word from the last one
        self._lists: list[int | None] = []  # the number of the last item, None for bullets
        self._mark = ""
        self._kept = 0  # elements in which blanks and lines count
        self._struck = 0
        self._opening = ""  # in front of the first word that is struck out
        self._is_struck_in_link = False
        self._link: tuple[str, int, int] | None = None  # address, first piece, images before it
        self._images = 0
        self._is_address = False  # what was said last
        here = 0
        while found := _TOKEN.search(fragment, here):
            self._say(unescape(fragment[here : found.start()]))
            here = found.end()
            name = (found["name"] or "").lower()
            if not name or not found["close"]:
                continue
            if found["end"]:
                self._end(name)
                continue
            attributes = _attributes(found["rest"])
            if name in _UNREAD:
                here = _end_of_unread(fragment, here, name)
            elif not _is_hidden(name, attributes):
                self._start(name, attributes)
            elif name not in _VOID:
                here = _end_of_element(fragment, here, name)
        self._say(unescape(fragment[here:]))
        self._end("a")
        if self._struck:
            self._end_struck()
        self.text = "".join(self._pieces) + self._between[:1]

    def _say(self, text: str) -> None:
        text = _FILLERS.sub("", text)
        if self._kept:
            text = text.replace("\u00a0", " ")
        else:
            text = _BLANKS.sub(" ", text)
            if text[:1] == " ":
                self._separate(" ")
                text = text[1:]
        if not text:
            return
        self._pieces.append(
            (self._between if self._pieces else self._between[:1]) + self._mark + self._opening
        )
        self._between = self._mark = self._opening = ""
        self._is_address = False
        if text[-1] == " " and not self._kept:
            text = text[:-1]
            self._between = " "
        self._pieces.append(text)

    def _separate(self, between: str) -> None:
        """At least so much before the next word: a blank, a line end, an empty line."""
        if len(between) > len(self._between) or self._between == " ":
            self._between = between

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._edge(name, is_nested=bool(self._lists))
        if name == "br":
            self._between = (self._between.strip(" ") + "\n")[:2]
        elif name == "pre":
            self._kept += 1
        elif name in _LISTS:
            start = attributes.get("start", "")
            first = int(start) if re.fullmatch(r"-?[0-9]{1,6}", start) else 1
            self._lists.append(first - 1 if name == "ol" else None)
        elif name == "li":
            self._item()
        elif name == "img":
            self._image(attributes)
        elif name in _STRUCK:
            if not self._struck:
                self._opening = _STRIKE
                self._is_struck_in_link = self._link is not None
            self._struck += 1
        elif name == "a":
            self._end("a")
            self._link = attributes.get("href", ""), len(self._pieces), self._images
            self._is_struck_in_link = False

    def _end(self, name: str) -> None:
        self._edge(name, is_nested=len(self._lists) > 1)
        if name in _LISTS:
            del self._lists[-1:]
        elif name == "pre":
            self._kept = max(0, self._kept - 1)
        elif name == "li":
            self._mark = ""
        elif name in _STRUCK and self._struck:
            self._struck -= 1
            if not self._struck:
                self._end_struck()
        elif name == "a" and self._link is not None:
            is_parted = self._struck > 0 and self._is_struck_in_link
            if is_parted:  # as in a tree, where what begins in a link ends in it, and begins again behind it
                self._end_struck()
            self._end_link(*self._link)
            self._link = None
            if is_parted:
                self._opening = _STRIKE

    def _edge(self, name: str, *, is_nested: bool) -> None:
        if name in _GAPS:
            self._separate("\n" if is_nested and name in _LISTS else "\n\n")
        elif name in _LINES:
            self._separate("\n")

    def _item(self) -> None:
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number = number + 1
        indent = "  " * (min(len(self._lists), _MOST_INDENTED) - 1)
        self._mark = indent + ("- " if number is None else f"{number}. ")

    def _image(self, attributes: dict[str, str]) -> None:
        if any(attributes.get(side, "").strip() in {"0", "1"} for side in ("width", "height")):
            return
        self._images += 1
        is_silent = (
            attributes.get("role") in {"presentation", "none"} or attributes.get("aria-hidden") == "true"
        )
        self._separate(" ")
        self._say("" if is_silent else attributes.get("alt", ""))
        self._separate(" ")

    def _end_struck(self) -> None:
        if not self._opening:
            self._pieces[-1] += f" {_STRIKE}" if self._is_address else _STRIKE
        self._opening = ""

    def _end_link(self, href: str, first: int, images: int) -> None:
        href = _IGNORED.sub("", href).strip()
        words = "".join(self._pieces[first + 1 :])
        if not href or href.lower().startswith(("#", "javascript:")) or not (words or self._images > images):
            return
        address = _ADDRESS.match(href)
        printed = address[1].strip() if address else href
        if _HTTP.match(href):
            printed = href.replace(" ", _BLANK)
        if not words:
            self._say(printed)
        elif _bare(words) == _bare(printed):
            blank = words[: len(words) - len(words.lstrip())]
            self._pieces[first + 1 :] = [blank + printed]  # which clients make a link of
        else:
            self._pieces[-1] += f"{'' if words.endswith(':') else ':'} {printed}"
        self._is_address = True
        self._separate(" ")  # nothing that follows may join the address


def _bare(text: str) -> str:
    found = _HOST.match("".join(text.replace(_BLANK, " ").split()))
    return found[1].rstrip("/").lower() if found else ""


def _attributes(rest: str) -> dict[str, str]:
    """Those attributes of a start tag that are read; of two with one name the first counts."""
    found: dict[str, str] = {}
    for each in _ATTRIBUTE.finditer(rest):
        name = each[1].lower()
        if name in _READ:
            found.setdefault(name, _attribute(each[2] or each[3] or each[4] or ""))
    return found


def _is_hidden(name: str, attributes: dict[str, str]) -> bool:
    if name in {"head", "template"} or "hidden" in attributes:
        return True
    style = attributes.get("style", "")
    return bool(_HIDING.search(style) or (_FLAT.search(style) and _CUT.search(style)))


def _end_of_unread(fragment: str, start: int, name: str) -> int:
    """Where the text of an element ends in which tags are text: before its end tag."""
    found = re.compile(rf"</{name}(?=[\s/>]|\Z)", re.IGNORECASE).search(fragment, start)
    return found.start() if found else len(fragment)


def _end_of_element(fragment: str, start: int, name: str) -> int:
    """Where an element ends whose start tag ends at ``start``."""
    depth = 1
    for found in _TOKEN.finditer(fragment, start):
        if (found["name"] or "").lower() == name:
            depth += -1 if found["end"] else 1
            if depth == 0:
                return found.end()
    return len(fragment)
