"""A document as a client without scripts reads it, written so that html5ever reads it so as well.

css-inline parses as a browser that runs scripts: what stands in ``<noscript>`` is text to it. No mail client
runs any, so it is markup. In the body the element gets a name that means nothing to a parser; in the head,
where it may hold only what a head holds, its tags are left out.

HTML in MathML's ``<annotation-xml>`` is closed out of it by html5ever alone, so that element gets the name of
another one of MathML in which HTML may stand.

Source: the HTML standard, 13.2.6.4.4 to 13.2.6.4.7, "noscript", with the scripting flag disabled; 13.2.6,
"HTML integration point".
"""

from __future__ import annotations

import re

STANDS_FOR_NOSCRIPT = "bbws-noscript"
_STANDS_FOR_ANNOTATION = "ms"
_NOSCRIPT, _ANNOTATION = "noscript", "annotation-xml"

_BLANK = r"[ \t\r\n\f]"
_PIECE = re.compile(
    r"<!--.*?-->"
    rf"|<(?P<raw>style|script|title|textarea|xmp|iframe|noembed|noframes)\b.*?</(?P=raw){_BLANK}*>"
    r"""|<(?P<end>/?)(?P<name>[a-z][^ \t\r\n\f/>]*)(?P<rest>(?:[^"'>]|"[^"]*"|'[^']*')*+)>"""
    r"|<(?:[!?]|/(?![a-z]))[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_SELECTOR = re.compile(rf"(?<![\w.#:\\-])({_NOSCRIPT}|{_ANNOTATION})(?![\w\\-])", re.IGNORECASE)
_OF_HTML = re.compile(
    rf"""{_BLANK}encoding{_BLANK}*={_BLANK}*["']?(?:text/html|application/xhtml\+xml)(?=["' \t\r\n\f/]|\Z)""",
    re.IGNORECASE,
)
_OF_HEAD = frozenset({"html", "head", "meta", "link", "base", _NOSCRIPT, "template"})
_ENDS_HEAD = frozenset({"head", "body", "html", "br"})
_BLANKS = " \t\r\n\f"


def scriptless(document: str) -> str:
    """``document`` without any ``<noscript>``, and without ``<annotation-xml>`` where that holds HTML."""
    said = document.lower()
    return (
        _Rewriter(document).document() if f"<{_NOSCRIPT}" in said or f"<{_ANNOTATION}" in said else document
    )


class _Rewriter:
    """Goes through a document once."""

    def __init__(self, document: str) -> None:
        self._document = document
        self._in_head = True
        self._templates = 0
        self._annotations: list[bool] = []  # of each that is open, whether it holds HTML

    def document(self) -> str:
        """The document, written anew."""
        written: list[str] = []
        here = 0
        for match in _PIECE.finditer(self._document):
            text = self._document[here : match.start()]
            if text.strip(_BLANKS if here else f"{_BLANKS}\ufeff") and not self._templates:
                self._in_head = False  # a head holds no words
            written += [text, self._piece(match)]
            here = match.end()
        return "".join([*written, self._document[here:]])

    def _piece(self, match: re.Match[str]) -> str:
        name, ends = (match["name"] or "").lower(), bool(match["end"])
        if name == _ANNOTATION:
            return self._annotation(match, ends=ends)
        if name == _NOSCRIPT:
            return "" if self._in_head else f"<{match['end']}{STANDS_FOR_NOSCRIPT}{match['rest']}>"
        if name == "template":
            self._templates = max(0, self._templates + (-1 if ends else 1))
        elif not self._templates:
            stays = name not in _ENDS_HEAD if ends else not name or name in _OF_HEAD
            self._in_head = self._in_head and stays
        return match.group()

    def _annotation(self, match: re.Match[str], *, ends: bool) -> str:
        if ends:
            holds_html = bool(self._annotations) and self._annotations.pop()
        else:
            self._in_head = False
            holds_html = _OF_HTML.search(match["rest"]) is not None
            if not match["rest"].endswith("/"):
                self._annotations.append(holds_html)
        name = _STANDS_FOR_ANNOTATION if holds_html else match["name"]
        return f"<{match['end']}{name}{match['rest']}>"


def scriptless_selector(selector: str) -> str:
    """A selector for a document so written."""
    said = selector.lower()
    return _SELECTOR.sub(_name, selector) if _NOSCRIPT in said or _ANNOTATION in said else selector


def _name(match: re.Match[str]) -> str:
    return STANDS_FOR_NOSCRIPT if match[1].lower() == _NOSCRIPT else _STANDS_FOR_ANNOTATION
