"""The addresses in a mail: where its links lead and where its images come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class References:
    """Links and images in document order, each as ``(text, address)``; an image's text is its ``alt``."""

    links: list[tuple[str, str]] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)


def references_of(document: str) -> References:
    """Every link and image of an HTML document; conditional comments are comments here."""
    collector = _Collector()
    collector.feed(document)
    collector.close()
    return collector.found


class _Collector(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = References()
        self._address: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.found.images.append((values.get("alt", ""), values.get("src", "")))
            self._text.append(values.get("alt", ""))
        elif tag in ("a", "area") and "href" in values:
            self._finish()
            self._address, self._text = values["href"], []

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._finish()

    def close(self) -> None:
        super().close()
        self._finish()

    def _finish(self) -> None:
        if self._address is not None:
            self.found.links.append((" ".join("".join(self._text).split()), self._address))
        self._address, self._text = None, []
