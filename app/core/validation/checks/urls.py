"""URLs that lead nowhere from a mail, can be read on the way, or run something.

A mail has no address of its own, so that a relative URL means nothing in it. Plain http is readable by anyone
between, and images over it are blocked or warned of by webmail served over https (mixed content).

Source: RFC 3986, 4.2 and 5.1; W3C Mixed Content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.engines import is_placeholder_address
from app.core.html.blanks import AROUND_URLS, BLANK, words_between
from app.core.validation.css import written_declarations
from app.core.validation.nodes import Element
from app.core.validation.page import Page
from app.core.validation.rules import ERROR, WARNING, Rule, Violation

RELATIVE = Rule(
    "relative-url", ERROR, "Write the whole URL, beginning with https://; a variable has to bring it."
)
INSECURE = Rule("insecure-url", WARNING, "Use https.")
UNSAFE = Rule(
    "unsafe-url", ERROR, "Use an https URL; if it comes from data, let the contract ask for ^https://."
)
SCHEME = Rule("unusual-url-scheme", WARNING, "Use https, mailto or tel.")
MALFORMED = Rule("malformed-url", ERROR, "Write it as https://host/path, blanks as %20.")
RULES = (RELATIVE, INSECURE, UNSAFE, SCHEME, MALFORMED)

_LINKS = {
    ("a", "href"),
    ("area", "href"),
    ("form", "action"),
    ("button", "formaction"),
    ("input", "formaction"),
}
_RESOURCES = {
    ("img", "src"),
    ("table", "background"),
    ("td", "background"),
    ("th", "background"),
    ("body", "background"),
    ("link", "href"),
    ("source", "src"),
    ("video", "src"),
    ("video", "poster"),
    ("audio", "src"),
    ("input", "src"),
    ("iframe", "src"),
    ("embed", "src"),
    ("object", "data"),
}
# Of the kinds of <link> those that load something (HTML, 4.6.7); Word writes others, for itself.
_LOADING = frozenset({"stylesheet", "icon", "apple-touch-icon", "manifest", "preload", "prefetch"})
_OF_VML = frozenset({"src", "href", "althref", "o:href"})
_VML = "v:"
_IMAGES = frozenset({"img", "v:image", "v:imagedata", "v:fill"})
_UNSAFE = {"javascript", "vbscript", "data", "file", "blob"}
_GOOD_LINKS = {"https", "mailto", "tel", "sms"}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BROWSERS_DROP = str.maketrans("", "", "\t\n\r")
_CSS_URL = re.compile(rf"""url\({BLANK}*["']?([^"')]*)""", re.IGNORECASE)


def check_urls(page: Page) -> Iterator[Violation]:
    """Every URL in an attribute, an inline style or a style element."""
    for element in page.elements:
        for name, value in element.attributes.items():
            key = (element.name, name)
            is_link = key in _LINKS or (element.name.startswith(_VML) and name == "href")
            if element.name == "link" and _LOADING.isdisjoint(
                words_between(element.attributes.get("rel", "").lower())
            ):
                continue
            if is_link or key in _RESOURCES or (element.name.startswith(_VML) and name in _OF_VML):
                urls = iter((value,))
            elif name == "srcset":
                urls = _candidates(value)
            elif name == "style" and "url(" in value.lower():
                yield from _in_style(page, element, value)
                continue
            else:
                continue
            for rule, message in dict.fromkeys(filter(None, (_judge(url, element, is_link) for url in urls))):
                yield rule.at(page.place_of(element, name), message)
    yield from _in_style_elements(page)


def _in_style(page: Page, element: Element, style: str) -> Iterator[Violation]:
    """Every URL of an inline style, at its declaration: what replaces one does so in some clients alone."""
    for name, value, _ in written_declarations(style):
        for match in _CSS_URL.finditer(value):
            violation = _judge(match[1], element, False)
            if violation is not None:
                yield violation[0].at(page.place_of_declaration(element, name, value), violation[1])


def _in_style_elements(page: Page) -> Iterator[Violation]:
    for style in page.named("style"):
        for match in _CSS_URL.finditer(page.html, style.end, style.end + len(style.text)):
            violation = _judge(match[1], style, False)
            if violation is not None:
                yield violation[0].at(match.start(), violation[1])


def _judge(url: str, element: Element, is_link: bool) -> tuple[Rule, str] | None:
    """The rule that the URL breaks and the sentence that says so; the URL itself may be personal data."""
    what = "link" if is_link else "image" if element.name in _IMAGES else "resource"
    # Browsers ignore blanks around a URL and line breaks in it (URL standard, 4.4), also in "java\nscript:".
    url = url.translate(_BROWSERS_DROP).strip(AROUND_URLS)
    if not url or url.startswith("#") or is_placeholder_address(url):
        return None  # an empty or an inner link is the link check's matter, that of another engine its own
    match = _SCHEME.match(url)
    if match is None:
        kind = "protocol-relative: a mail has no protocol to go by" if url.startswith("//") else "relative"
        return RELATIVE, f"The URL of this {what} is {kind}."
    scheme = match[1].lower()
    if scheme in _UNSAFE:
        return UNSAFE, f"The URL of this {what} begins with '{scheme}:', which clients refuse as dangerous."
    if scheme == "http":
        return INSECURE, f"The URL of this {what} is not encrypted (http)."
    if scheme == "https" and not re.match(r"https://[^\s/?#]+[^\s]*$", url, re.IGNORECASE):
        return MALFORMED, f"The URL of this {what} has no host, or blanks in it."
    if scheme not in (_GOOD_LINKS if is_link else {"https", "cid"}):
        return SCHEME, f"Not every client follows the scheme of this {what}, '{scheme}:'."
    return None


def _candidates(srcset: str) -> Iterator[str]:
    return (words[0] for candidate in srcset.split(",") if (words := words_between(candidate)))
