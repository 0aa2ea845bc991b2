"""The addresses in a mail: where its links lead and where its images come from, for every client."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html.parser import HTMLParser

from app.core.html.outlook_view import outlook_views
from bbws_templates.entities import readable
from bbws_templates.tokens import line_starts

_SHAPE = "v:"


@dataclass(frozen=True)
class Reference:
    """One address, at an offset of the mail; an image's text is its ``alt``.

    One that is ``only_outlook`` stands in a comment that no other client reads.
    """

    offset: int
    text: str
    address: str
    only_outlook: bool = False


@dataclass(frozen=True)
class References:
    """Links and images, each in document order."""

    links: tuple[Reference, ...]
    images: tuple[Reference, ...]


def references_of(document: str) -> References:
    """Every link and image of an HTML document, those in Outlook's comments included."""
    found = _collected(document)
    for view in outlook_views(document):
        for known, more in zip(found, _collected(view.vml), strict=True):
            hidden = [replace(item, only_outlook=True) for item in more if view.is_only(item.offset)]
            known += [item for item in hidden if item not in known]
    links, images = (tuple(sorted(items, key=lambda item: item.offset)) for items in found)
    return References(links, images)


def _collected(document: str) -> tuple[list[Reference], list[Reference]]:
    collector = _ReferenceCollector(document)
    collector.feed(readable(document))
    collector.close()
    return collector.links, collector.images


class _ReferenceCollector(HTMLParser):
    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[Reference] = []
        self.images: list[Reference] = []
        self._lines = line_starts(document)
        self._open: tuple[int, str, str] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        shape = tag.startswith(_SHAPE)
        if tag == "img" or (shape and "src" in values):
            self._image(values.get("alt", ""), values.get("src", ""))
            self._text.append(values.get("alt", ""))
        elif "background" in values:
            self._image("", values["background"])
        if (tag in ("a", "area") or shape) and "href" in values:
            self._finish()
            self._open, self._text = (self._offset(), tag, values["href"]), []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag.startswith(_SHAPE):
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" or (self._open is not None and tag == self._open[1]):
            self._finish()

    def close(self) -> None:
        super().close()
        self._finish()

    def _image(self, text: str, address: str) -> None:
        self.images.append(Reference(self._offset(), text, address))

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _finish(self) -> None:
        if self._open is not None:
            offset, _, address = self._open
            self.links.append(Reference(offset, " ".join("".join(self._text).split()), address))
        self._open, self._text = None, []
