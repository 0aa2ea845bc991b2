"""JSON Lines: one JSON object a line, as ``render --format json`` has it, with the line of its data.

An email is mostly text of its template, and to look for what JSON escapes in it takes half as long as to
render it. So HTML and text are rendered by functions that hold the template's text spelled for JSON already,
and spell values alone. Where those are unsure, the email is rendered as anywhere else and spelled as a whole.

Few values hold a sign that HTML or JSON escapes, and of those most are addresses with a ``&``, members of
the data themselves: one look at a line spares a look at each value, and these are escaped ahead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from json.encoder import encode_basestring
from typing import Any, Final

from bbws_templates.compiled import CompiledTemplate, RenderedEmail
from bbws_templates.display import Display
from bbws_templates.escaping import escape_html, is_free_of_markup
from bbws_templates.functions import Function, Notation
from bbws_templates.mailing import MODES, Part, parsed_part, render_email
from bbws_templates.nodes import Node, Partial, Section, Variable
from bbws_templates.references import subschemas

_RARE: Final = bytes(set(range(0x20)) - {ord("\n")})  # what JSON escapes, and hardly any text has


class JsonLines:
    """Writes the emails of one template as lines; ``release`` is where it came from, "" for sources."""

    def __init__(self, template: CompiledTemplate, release: str, display: Display | None = None) -> None:
        self._template = template
        self._release = release
        self._careful = self._spelled(JSON)
        is_plain = display is None or not any(map(_signs_in, _texts_of(display, template)))
        self._trusting = self._spelled(JSON._replace(is_trusting=True)) if is_plain else self._careful
        parts = (parsed_part(template, part).nodes for part in (Part.HTML, Part.TEXT))
        self._prints_markup = not is_plain or any(map(_prints_markup, parts))
        self._subject = parsed_part(template, Part.SUBJECT)
        self._preheader = parsed_part(template, Part.PREHEADER)
        before = {"template": template.name, "release": release, "locale": template.locale}
        self._before = json.dumps(before, ensure_ascii=False).encode()[1:-1]
        sender = {"name": template.sender[0], "address": template.sender[1]}
        after = {"sender": sender, "replyTo": template.reply_to}
        self._after = json.dumps(after, ensure_ascii=False).encode()[1:-1]

    def _spelled(self, spelling: Notation) -> list[Function[bytes] | None]:
        return [
            parsed_part(self._template, part).spelled_out(MODES[part], spelling)
            for part in (Part.HTML, Part.TEXT)
        ]

    def written(self, data: Any, sent: Mapping[str, Any], line: int, content: bytes) -> bytes:
        """The email that ``data`` make: a line with its end.

        ``data`` are those that were ``sent``, with display values; these stand in ``content``, as JSON.

        Raises:
            RenderError: as ``render_email``.
        """
        (in_html, in_text), escaped = self._trusting, data
        signs = _signs_in(content)
        if signs and not self._prints_markup and signs == _signs_of_members(sent):
            escaped = {name: _escaped(value) for name, value in data.items()}
        elif signs:
            in_html, in_text = self._careful
        html = in_html(escaped) if in_html else None
        text = in_text(data) if in_text and html is not None else None
        if html is None or text is None:
            return self._of(render_email(self._template, data, release=self._release), line)
        subject = self._subject.render(data, mode=MODES[Part.SUBJECT]).strip()
        preheader = self._preheader.render(data, mode=MODES[Part.PREHEADER]).strip()
        return self._line(line, subject, preheader, html, text)

    def _of(self, email: RenderedEmail, line: int) -> bytes:
        html, text = json_text(email.html)[1:-1], json_text(email.text)[1:-1]
        return self._line(line, email.subject, email.preheader, html, text)

    def _line(self, line: int, subject: str, preheader: str, html: bytes, text: bytes) -> bytes:
        """A line, of what stands within the quotes of HTML and text; these are copied no more than once."""
        start = b'{"line": %d, %s, "subject": %s, "preheader": %s, %s, "html": "' % (
            line, self._before, json_text(subject), json_text(preheader), self._after,
        )  # fmt: skip
        return b"".join((start, html, b'", "text": "', text, b'"}\n'))


def json_text(text: str) -> bytes:
    """``text`` as ``json.dumps`` writes it without escaping what is not ASCII, in half the time.

    Source: RFC 8259, section 7.
    """
    content = text.encode()
    if len(content.translate(None, _RARE)) != len(content):
        return json.dumps(text, ensure_ascii=False).encode()
    return b'"%s"' % content.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")


def _signs_in(content: bytes) -> int:
    """How many signs of HTML are in a line of JSON; -1 where one is that JSON escapes, or no mail can carry.

    A quote, a control character and half a surrogate pair can stand in a line only behind a backslash.
    """
    return -1 if b"\\" in content else sum(map(content.count, (b"&", b"<", b">", b"'")))


def _signs_of_members(sent: Mapping[str, Any]) -> int:
    """How many of these signs are in texts that are members themselves, and in nothing deeper."""
    text = "".join([value for value in sent.values() if type(value) is str])
    return sum(map(text.count, ("&", "<", ">", "'")))


def _escaped(value: Any) -> Any:
    return value if type(value) is not str or is_free_of_markup(value) else escape_html(value)


def _prints_markup(nodes: Iterable[Node]) -> bool:
    """Whether anything is printed as the markup that it is, or by a partial."""
    return any(
        _prints_markup(node.children)
        if isinstance(node, Section)
        else isinstance(node, Partial) or (isinstance(node, Variable) and not node.escaped)
        for node in nodes
    )


def _texts_of(display: Display, template: CompiledTemplate) -> Iterator[bytes]:
    """All text that display values can bring, as it stands in JSON."""
    yield json.dumps(display.given, ensure_ascii=False).encode()
    contract = template.contract
    for _, schema in subschemas(contract) if contract is not None else ():
        yield json.dumps(schema.get("x-display"), ensure_ascii=False).encode()


def _within_quotes(text: str) -> str:
    return encode_basestring(text)[1:-1]


def _is_the_same_within_quotes(text: str) -> bool:
    return len(encode_basestring(text)) == len(text) + 2


JSON: Final = Notation(_within_quotes, _is_the_same_within_quotes)

__all__ = ["JSON", "JsonLines", "json_text"]
