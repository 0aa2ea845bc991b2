"""A mail made ready for the preview frame: whole without a network, in the scheme asked for, links inert.

Only what the frame needs is changed, at its place; every other character stays as it was rendered. What keeps
scripts and requests out is the Content-Security-Policy of the response, not this module.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from urllib.parse import quote

from app.core.html.edits import Edits
from app.web.live.stand_ins import StandIns
from app.web.pages.scheme import ColourScheme, prefer_in_css, prefer_in_media, prefer_in_meta
from bbws_templates.entities import readable, unescape

# Clicking a link must neither leave the page nor replace the mail: every link asks for a new window, which
# the sandbox then refuses.
_INERT_LINKS = '<base target="_blank">'
_ATTRIBUTE = re.compile(r"""([^\s=>"'/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+))?""")
_CSS_URL = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"'\s]*))\s*\)""", re.IGNORECASE)
# Browsers open connections for these before they ask the policy, which then refuses the load itself.
_DOCUMENTS = frozenset({"iframe", "frame", "object", "embed"})
_DOCUMENTS_FROM = frozenset({"src", "data", "srcdoc"})
_HINTS = frozenset({"dns-prefetch", "preconnect", "prefetch", "preload", "prerender", "modulepreload"})


def frame_document(document: str, *, scheme: ColourScheme | None, stand_ins: StandIns) -> str:
    """``document`` as the preview frame shows it.

    With ``scheme`` None the reader's own preference decides.
    """
    editor = _Editor(document, _Rules(scheme, stand_ins))
    editor.feed(readable(document))
    editor.close()
    return editor.edited()


class _Rules:
    """What becomes of an attribute and of a style sheet."""

    def __init__(self, scheme: ColourScheme | None, stand_ins: StandIns) -> None:
        self._scheme = scheme
        self._stand_ins = stand_ins

    def attribute(self, tag: str, name: str, value: str, others: Mapping[str, str]) -> str:
        """The new value of one attribute; the old one when nothing is to be done."""
        if tag in _DOCUMENTS and name in _DOCUMENTS_FROM:
            return "" if name == "srcdoc" else "about:blank"
        if name in ("src", "background", "poster"):
            return self._stand_ins.shown(value)
        if name == "target":
            return "_blank"
        if name == "srcset":
            return ""  # the frame shows the stand-in of `src`, in one resolution
        if name == "style":
            return self.css(value)
        if name == "rel" and tag == "link" and _HINTS & set(value.lower().split()):
            return "x-removed"
        if self._scheme and name == "media":
            return prefer_in_media(value, self._scheme)
        about = others.get("name", "").lower() if tag == "meta" and name == "content" else ""
        if self._scheme and about in ("color-scheme", "supported-color-schemes"):
            return prefer_in_meta(value, self._scheme)
        return value

    def css(self, css: str) -> str:
        """A style sheet or the value of a ``style`` attribute."""
        if self._scheme:
            css = prefer_in_css(css, self._scheme)
        return _CSS_URL.sub(self._css_url, css)

    def _css_url(self, match: re.Match[str]) -> str:
        url = next((group for group in match.groups() if group is not None), "")
        replaced = self._stand_ins.shown(url)
        return match.group() if replaced == url else f'url("{quote(replaced, safe=":/?&=,;%#+@-._~")}")'


class _Editor(HTMLParser):
    """Collects replacements by offset while the standard library's parser walks the document."""

    def __init__(self, document: str, rules: _Rules) -> None:
        super().__init__(convert_charrefs=False)
        self._document = document
        self._rules = rules
        self._lines = [0, *(match.end() for match in re.finditer("\n", document))]
        self._edits = Edits(document)
        self._style_start: int | None = None
        self._base_at: int | None = None
        self._after_doctype = 0

    def edited(self) -> str:
        """The document with every replacement made."""
        at = self._base_at if self._base_at is not None else self._after_doctype
        self._edits.insert(at, _INERT_LINKS)
        return self._edits.applied()

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_decl(self, decl: str) -> None:
        self._after_doctype = self._offset() + len(decl) + len("<!>")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start, raw = self._offset(), self.get_starttag_text() or ""
        end = start + len(raw)
        if tag == "head" or (tag == "html" and self._base_at is None):
            self._base_at = end
        if tag == "style":
            self._style_start = end
        present = {name: value or "" for name, value in attrs}
        self._edit_tag(raw, start, lambda name, value: self._rules.attribute(tag, name, value, present))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._style_start = None  # `<style/>` holds nothing that the parser would call its content

    def handle_endtag(self, tag: str) -> None:
        if tag == "style" and self._style_start is not None:
            start, end = self._style_start, self._offset()
            css = self._document[start:end]
            self._replace(start, end, self._rules.css(css), css)
            self._style_start = None

    def _edit_tag(self, raw: str, start: int, change: Callable[[str, str], str]) -> None:
        name_length = re.match(r"<[^\s/>]*", raw)
        for match in _ATTRIBUTE.finditer(raw, name_length.end() if name_length else 0):
            quoted = match.group(2)
            if quoted is None:
                continue
            bare = quoted[1:-1] if quoted[0] in "\"'" else quoted
            value = unescape(bare)
            changed = change(match.group(1).lower(), value)
            if changed != value:
                place = start + match.start(2)
                self._edits.replace(place, place + len(quoted), f'"{html.escape(changed)}"')

    def _replace(self, start: int, end: int, text: str, was: str) -> None:
        if text != was:
            self._edits.replace(start, end, text)
