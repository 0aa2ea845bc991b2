"""What happens to a value on its way into HTML, into text and into a header.

One rule for each place where an email can be read:

- ``escape_html``: the five characters that can leave text or an attribute value.
- ``html_characters``: lone surrogates become U+FFFD, since they have no UTF-8 form. Everything else is as the
  data has it, control characters included: any other Mustache engine writes them too, an HTML parser has a
  rule for each (13.2.3.5), and dropping them would let ``java<U+0001>script:`` grow together.
- ``text_characters``: NUL becomes U+FFFD as well, since no text part can carry it (RFC 2045, section 2.8).
- ``markup_as_text``: of markup in a text part, ``{{{value}}}``, what a reader of it sees: see ``fragments``.
- ``one_line``: in a header value each run of control characters becomes one space. A line break there would
  start a header of the sender's choosing (RFC 5322, section 2.2); a space keeps words apart, which removal
  would not. It applies to text of the template as well: a subject typed over two lines is still one line.
"""

from __future__ import annotations

import re

_NOT_HTML = re.compile("[\ud800-\udfff]")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
# C0, delete, C1 (with U+0085, next line), and the line and paragraph separators of Unicode.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_REPLACEMENT = "\ufffd"


def escape_html(text: str) -> str:
    """``text`` for HTML text or a quoted attribute value: ``& < > " '`` as references.

    Source: mustache/spec, interpolation ("HTML Escaping"), and OWASP's rule 1 and 2 for the apostrophe.
    """
    # Five passes that mostly find nothing are quicker than str.translate, which visits every character.
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#x27;")
    )


def html_characters(text: str) -> str:
    """``text`` without what has no UTF-8 form; all else is kept."""
    # Printable text, by far most of it, holds no surrogates.
    return text if text.isprintable() else _NOT_HTML.sub(_REPLACEMENT, text)


def html_value(text: str) -> str:
    """``text`` as a value in an HTML document: escaped, and fit for UTF-8."""
    return escape_html(html_characters(text))


def text_characters(text: str) -> str:
    """``text`` without what a mail cannot carry; line breaks, tabs and all else are kept."""
    return text if text.isprintable() else _NOT_TEXT.sub(_REPLACEMENT, text)


def markup_as_text(text: str) -> str:
    """``text``, which is HTML, as plain text; without a tag or a reference in it, it is that already."""
    text = text_characters(text)
    if "<" not in text and "&" not in text:
        return text
    from bbws_templates.fragments import text_of  # Few templates print markup from data.

    return text_of(text)


def has_utf8(text: str) -> bool:
    """Whether ``text`` has a form in UTF-8: no lone surrogate is in it."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def one_line(text: str) -> str:
    """``text`` without control characters of any kind, fit for a header value."""
    return text if text.isprintable() else text_characters(_CONTROLS.sub(" ", text))


def is_free_of_markup(text: str) -> bool:
    """Whether ``escape_html`` leaves ``text`` as it is."""
    return not ("&" in text or "<" in text or ">" in text or '"' in text or "'" in text)


def is_plain_html(text: str) -> bool:
    """Whether ``html_value`` leaves ``text`` as it is."""
    return is_free_of_markup(text) and has_utf8(text)


def is_plain_text(text: str) -> bool:
    """Whether ``text_characters`` leaves ``text`` as it is."""
    return "\x00" not in text and has_utf8(text)


def is_plain_of_markup(text: str) -> bool:
    """Whether ``markup_as_text`` surely leaves ``text`` as it is."""
    return "<" not in text and "&" not in text and is_plain_text(text)


def is_one_line(text: str) -> bool:
    """Whether ``one_line`` leaves ``text`` as it is."""
    return text.isprintable() or (not _CONTROLS.search(text) and has_utf8(text))
