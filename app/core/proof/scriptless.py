"""A document as a client without scripts reads it, written so that html5ever reads it so as well.

css-inline parses as a browser that runs scripts: what stands in ``<noscript>`` is text to it. No mail client
runs any, so it is markup. In the body the element gets a name that means nothing to a parser; in the head,
where it may hold only what a head holds, its tags are left out.

Source: the HTML standard, 13.2.6.4.4 to 13.2.6.4.7, "noscript", with the scripting flag disabled.
"""

from __future__ import annotations

import re

STANDS_FOR_NOSCRIPT = "bbws-noscript"

_PIECE = re.compile(
    r"<!--.*?-->|<(?P<raw>style|script|title|textarea|xmp|iframe|noembed|noframes)\b.*?</(?P=raw)\s*>"
    r"""|<(?P<end>/?)(?P<name>[a-z][^\s/>]*)(?P<rest>(?:[^"'>]|"[^"]*"|'[^']*')*+)>""",
    re.DOTALL | re.IGNORECASE,
)
_SELECTOR = re.compile(r"(?<![\w.#:\\-])noscript(?![\w\\-])", re.IGNORECASE)
_OF_HEAD = frozenset({"html", "head", "meta", "link", "base", "noscript", "template"})


def scriptless(document: str) -> str:
    """``document`` without any ``<noscript>``."""
    if "<noscript" not in document.lower():
        return document
    in_head = True

    def rewritten(match: re.Match[str]) -> str:
        nonlocal in_head
        name = (match["name"] or "").lower()
        if name != "noscript":
            in_head = in_head and (not name or (name in _OF_HEAD and (match["end"], name) != ("/", "head")))
            return match.group()
        return "" if in_head else f"<{match['end']}{STANDS_FOR_NOSCRIPT}{match['rest']}>"

    return _PIECE.sub(rewritten, document)


def scriptless_selector(selector: str) -> str:
    """A selector for a document so written."""
    return _SELECTOR.sub(STANDS_FOR_NOSCRIPT, selector) if "noscript" in selector.lower() else selector
