"""What a rendering is for, and what that does to the values in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeAlias

from bbws_templates import escaping


class Mode(StrEnum):
    """What a rendering is for.

    - ``MUSTACHE``: the specification to the letter: values are HTML-escaped and otherwise as they are.
    - ``HTML``: a document: escaped; only lone surrogates, which have no UTF-8 form, are replaced.
    - ``TEXT``: plain text: not escaped; only what no mail can carry (NUL, lone surrogates) is replaced.
      ``{{{value}}}`` is markup, as it is in the HTML, and prints the words that a reader of it sees.
    - ``HEADER``: a header value: not escaped; every run of control characters, CR and LF among them, in the
      data and in the template itself, becomes one space.
    """

    MUSTACHE = "mustache"
    HTML = "html"
    TEXT = "text"
    HEADER = "header"


Filter: TypeAlias = Callable[[str], str] | None

Filters: TypeAlias = tuple[Filter, Filter, Filter]
"""What happens to ``{{value}}``, to ``{{{value}}}`` and to the template's own text; None for nothing."""

FILTERS: Mapping[Mode, Filters] = {
    Mode.MUSTACHE: (escaping.escape_html, None, None),
    Mode.HTML: (escaping.html_value, escaping.html_characters, None),
    Mode.TEXT: (escaping.text_characters, escaping.markup_as_text, None),
    Mode.HEADER: (escaping.one_line, escaping.one_line, escaping.one_line),
}

PLAIN: Mapping[Mode, Callable[[str], bool]] = {
    Mode.MUSTACHE: escaping.is_free_of_markup,
    Mode.HTML: escaping.is_plain_html,
    Mode.TEXT: escaping.is_plain_text,
    Mode.HEADER: escaping.is_one_line,
}
"""Whether what happens to ``{{value}}`` leaves it as it is: exactly, since amounts hold no-break spaces."""
