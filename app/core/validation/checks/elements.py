"""Elements that HTML does not have, and those that mail clients remove.

Source: the HTML standard's index of elements; client behaviour per caniemail.com (html-form, html-video,
html-audio, html-svg, html-object, html-base) and the filters of Gmail, Outlook.com and Yahoo, all of which
remove scripts and frames.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from app.core.html.blanks import BLANKS
from app.core.validation.data.caniemail import FEATURES, names_of, support_of
from app.core.validation.data.senders import SENDER_ELEMENTS
from app.core.validation.data.vocabulary import ELEMENTS, EMAIL_ELEMENTS, OBSOLETE_ELEMENTS, XML_PREFIXES
from app.core.validation.invisible import named_invisibles
from app.core.validation.nodes import Element
from app.core.validation.page import Page
from app.core.validation.rules import ERROR, WARNING, Rule, Violation
from bbws_templates.entities import unescape

UNKNOWN = Rule(
    "unknown-element",
    ERROR,
    'Check its spelling. If a sender or an editor reads it, name it under "elements" in settings.toml.',
)
OBSOLETE = Rule("obsolete-element", WARNING)
STRIPPED = Rule("stripped-element", ERROR)
UNRELIABLE = Rule("unreliable-element", WARNING)
RULES = (UNKNOWN, OBSOLETE, STRIPPED, UNRELIABLE)

_LINK = "Link to a page that does it."
_STRIPPED = {
    "applet": _LINK,
    "base": "Write whole URLs: clients resolve relative ones differently or not at all.",
    "button": "Use a link that looks like a button.",
    "canvas": "Use an image.",
    "dialog": _LINK,
    "embed": _LINK,
    "form": _LINK,
    "frame": _LINK,
    "frameset": _LINK,
    "iframe": _LINK,
    "input": _LINK,
    "noscript": "No client runs scripts: write its content without it.",
    "object": _LINK,
    "script": "No client runs scripts: put what it does into the template or behind a link.",
    "select": _LINK,
    "template": "No client runs scripts that could use it.",
    "textarea": _LINK,
}
# Where it does not, the mail is whole without it, or somebody has thought of that: MJML's carousel.
_WORKS_SOMEWHERE = {
    "base", "button", "canvas", "dialog", "form", "input", "noscript", "select", "template", "textarea",
}  # fmt: skip
# What mailboxes read of a script: Gmail's actions and highlights (Email Markup).
_DATA = {"application/ld+json"}
_PLAYERS = {"audio", "video"}


def check_elements(page: Page) -> Iterator[Violation]:
    """Unknown, obsolete, stripped and unreliable elements."""
    for element in page.elements:
        name = element.name
        if not element.is_html:
            if name == "svg" or name == "math":
                yield UNRELIABLE.at(
                    element.offset,
                    f"<{name}> is not shown in {_lacking(page, 'html-svg')}.",
                    remedy="Use an image.",
                )
        elif name in _STRIPPED:
            if not _is_read_before(element):
                yield STRIPPED.at(
                    element.offset,
                    f"<{name}> is removed or disabled by mail clients.",
                    severity=WARNING if name in _WORKS_SOMEWHERE else ERROR,
                    remedy=_STRIPPED[name],
                )
        elif name in _PLAYERS:
            yield _player(page, element)
        elif name in OBSOLETE_ELEMENTS:
            yield OBSOLETE.at(
                element.offset, f"<{name}> is obsolete.", remedy=f"Use {OBSOLETE_ELEMENTS[name]}."
            )
        elif "\ufffd" in name:
            continue  # a NUL, of which ``characters`` speaks
        elif not (name in ELEMENTS or name in EMAIL_ELEMENTS or _of_office(name) or _of_sender(page, name)):
            yield _unknown(element)


def _unknown(element: Element) -> Violation:
    message = f"HTML has no element <{element.name}>."
    if hidden := named_invisibles(unescape(element.name)):
        remedy = f"Its name holds {hidden}, which looks like a blank or like nothing: write a blank instead."
        return UNKNOWN.at(element.offset, message, remedy=remedy)
    near = difflib.get_close_matches(element.name, sorted(ELEMENTS), n=1, cutoff=0.75)
    return UNKNOWN.at(element.offset, message, remedy=f"Did you mean <{near[0]}>?" if near else "")


def _is_read_before(element: Element) -> bool:
    """Whether an element that clients remove has done its work by then, or does no harm."""
    if element.name == "base":
        return "href" not in element.attributes  # where links open, which clients decide
    if element.name == "noscript":  # around Outlook's <xml> settings, which are not part of the page
        return not any(element.children) and not element.own_text.strip()
    return element.name == "script" and element.attributes.get("type", "").strip(BLANKS).lower() in _DATA


def _of_sender(page: Page, name: str) -> bool:
    return name in SENDER_ELEMENTS or page.settings.allows_element(name)


def _of_office(name: str) -> bool:
    prefix, colon, _ = name.partition(":")
    return bool(colon) and prefix in XML_PREFIXES


def _lacking(page: Page, slug: str) -> str:
    """The clients of the set's readers that do not have a feature."""
    clients = page.settings.clients
    return names_of(support_of(FEATURES[slug], clients).not_at_all, clients) or "some clients"


def _player(page: Page, element: Element) -> Violation:
    lacking = _lacking(page, f"html-{element.name}")
    falls_back = any(child.name not in {"source", "track"} for child in element.children)
    if falls_back or element.own_text.strip():
        return UNRELIABLE.at(
            element.offset,
            f"<{element.name}> does not play in {lacking}, which show what stands inside it.",
            remedy="Make sure that what stands inside is good by itself.",
        )
    return STRIPPED.at(
        element.offset,
        f"<{element.name}> does not play in {lacking}, and nothing stands in its place.",
        remedy="Put an image that links to it inside.",
    )
