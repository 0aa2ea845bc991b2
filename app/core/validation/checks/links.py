"""Links without a target, without a name, or with a name that says nothing.

Source: WCAG 2.2, 2.4.4 (link purpose) and 4.1.2 (name, role, value).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.core.html.blanks import AROUND_URLS
from app.core.validation.nodes import Element
from app.core.validation.page import Page
from app.core.validation.rules import WARNING, Rule, Violation

# What a mail says is there without the link. A set that wants none of it makes it an error ("errors").
EMPTY = Rule("empty-link", WARNING, 'Name the target: href="https://…", or a variable that is never empty.')
ANCHOR = Rule("broken-anchor", WARNING, "Give the target that id, or link to a page.")
NAMELESS = Rule("link-without-text", WARNING, "Write what the link leads to, or give its image an alt text.")
VAGUE = Rule("vague-link-text", WARNING, "Say what the link leads to, such as 'View your invoice'.")
SAME = Rule("same-link-text", WARNING, "Say in each what it leads to: 'View order 12', 'View invoice'.")
RULES = (EMPTY, ANCHOR, NAMELESS, VAGUE, SAME)

_VAGUE = {
    "click", "click here", "click this link", "here", "learn more", "link", "more", "read more", "this",
    "this link",
}  # fmt: skip


def check_links(page: Page) -> Iterator[Violation]:
    """Every link, at its start tag."""
    said: dict[str, dict[str, Element]] = {}
    targets = {element.attributes.get(name) for element in page.elements for name in ("id", "name")}
    for link in page.named("a"):
        href = link.attributes.get("href")
        if href is None:
            if "name" not in link.attributes and "id" not in link.attributes:
                yield EMPTY.at(
                    link.offset,
                    "The link has no target: a tap on it does nothing.",
                    remedy='Name the target: href="https://…", or write a <span> where there is none.',
                )
            continue
        href = href.strip(AROUND_URLS)
        if not href:
            yield EMPTY.at(page.place_of(link, "href"), "The link's target is empty: it leads nowhere.")
        elif href == "#":
            yield EMPTY.at(
                page.place_of(link, "href"),
                "The link's target is '#', a placeholder: a tap on it does nothing.",
                remedy='Name the target: href="https://…".',
            )
        elif href.startswith("#") and href[1:] not in targets:
            yield ANCHOR.at(page.place_of(link, "href"), "Nothing in this mail has the id the link leads to.")
        name = _name(link)
        if name and href and not href.startswith("#"):
            said.setdefault(" ".join(name.casefold().split()), {}).setdefault(href, link)
        if not name:
            yield NAMELESS.at(link.offset, "The link has no text: a screen reader reads out its URL.")
        elif " ".join(name.casefold().strip(" .…›»→>!").split()) in _VAGUE:
            yield VAGUE.at(link.offset, "The link's text does not say what it leads to.")
    yield from _alike(page, said.values())


def _alike(page: Page, said: Iterable[dict[str, Element]]) -> Iterator[Violation]:
    """Links of one text that lead to different places; the rows of one loop have other words around them."""
    for group in said:
        if len(group) < 2 or page.locate is None:
            continue
        first, *others = group.values()
        home = page.locate(first.offset)
        for link in others:
            if page.locate(link.offset) != home:
                yield SAME.at(
                    link.offset, "Another link of this mail has the same text and leads somewhere else."
                )


def _name(link: Element) -> str:
    """What a screen reader calls the link."""
    own = link.attributes.get("aria-label", "") or link.attributes.get("title", "")
    alts = (image.attributes.get("alt", "") for image in link.walk() if image.name == "img")
    return (" ".join((link.text, *alts)) + own).strip()
