r"""Selectors read by cssselect and looked for by lxml, with one thing mended: ``\\``, a backslash in a name.

cssselect 1.6 takes escapes for what they stand for in two passes, so that a backslash which the first one
finds begins an escape for the second: it reads ``.a\\b`` as ``.a`` and a sign of control. Here another
character stands for it until both are over.

Source: CSS Syntax Level 3, section 4.3.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import cssselect
from cssselect.parser import Token, TokenStream, parse_selector_group, tokenize
from lxml.cssselect import CSSSelector, LxmlHTMLTranslator
from lxml.etree import XPathSyntaxError

ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})(?:\r\n|[ \t\r\n\f])?|(.))", re.DOTALL | re.IGNORECASE)
"""An escape of CSS: the number of a character and the blank that ends it, or the character."""

_PRIVATE = range(0x10F000, 0x10FFFE)


def parsed_selectors(css: str) -> list[cssselect.Selector]:
    """The selectors of a list.

    Raises:
        cssselect.SelectorError: cssselect cannot read one of them.
    """
    if "\\" not in css:
        return cssselect.parse(css)
    sign = next((chr(code) for code in _PRIVATE if chr(code) not in css), "")
    if not sign:
        raise cssselect.SelectorError("it holds every character of private use")
    hidden = ESCAPE.sub(lambda match: sign if _is_backslash(match) else match[0], css)
    if sign not in hidden:
        return cssselect.parse(css)
    return list(parse_selector_group(TokenStream(_shown(tokenize(hidden), sign), css)))


def _shown(tokens: Iterable[Any], sign: str) -> Iterator[Token]:
    """The tokens with a backslash for each ``sign``."""
    for token in tokens:
        yield token if token.value is None else Token(token.type, token.value.replace(sign, "\\"), token.pos)


def _is_backslash(escape: re.Match[str]) -> bool:
    return int(escape[1], 16) == ord("\\") if escape[1] else escape[2] == "\\"


class _Translator(LxmlHTMLTranslator):  # type: ignore[misc]  # it has no types
    """lxml's, for selectors as they are read here, and what HTML says of languages, links and fields."""

    def __init__(self) -> None:
        super().__init__(xhtml=True)  # names are in small letters already, those of SVG too

    xpath_any_link_pseudo = LxmlHTMLTranslator.xpath_link_pseudo
    xpath_focus_within_pseudo = LxmlHTMLTranslator.pseudo_never_matches
    xpath_focus_visible_pseudo = LxmlHTMLTranslator.pseudo_never_matches

    def css_to_xpath(self, css: str, prefix: str = "descendant-or-self::") -> str:
        return " | ".join(
            str(self.selector_to_xpath(selector, prefix, translate_pseudo_elements=True))
            for selector in parsed_selectors(css)
        )


_TRANSLATOR = _Translator()


@lru_cache(maxsize=4096)  # those of a large stylesheet are asked in turn, some more than once
def compiled_selector(css: str) -> Any:
    """What finds the elements, of those below and including the one that it is called with.

    Raises:
        cssselect.SelectorError: cssselect cannot read ``css``, or lxml cannot find what it matches.
    """
    try:
        return CSSSelector(css, translator=_TRANSLATOR)
    # "Recursion limit exceeded" for hundreds of choices; a name that holds what no text of XML can.
    except (XPathSyntaxError, ValueError) as error:
        raise cssselect.SelectorError(f"lxml cannot look for what it matches: {error}") from error
