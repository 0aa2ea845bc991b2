"""Features of HTML and CSS that some of the readers' clients do not have, each with the day of its last test.

The data are ``data.caniemail``. What holds the layout together is a warning where content stands in it
(``data.dependence``); all else makes the mail plainer at most and is a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import tinycss2

from app.core.html.blanks import AROUND_URLS, BLANK, BLANKS
from app.core.validation.checks.visibility import is_hidden
from app.core.validation.css import declarations
from app.core.validation.data.caniemail import SIGNS, Feature, names_of, support_of
from app.core.validation.data.dependence import DEPENDENCES, SPOKEN_OF_ELSEWHERE, Dependence
from app.core.validation.nodes import Element
from app.core.validation.page import Page
from app.core.validation.rules import INFO, WARNING, Rule, Violation

_WITHOUT = "The mail has to be good without it."
UNSUPPORTED = Rule("unsupported-css", WARNING, _WITHOUT)
UNSUPPORTED_HTML = Rule("unsupported-html", WARNING, _WITHOUT)
RULES = (UNSUPPORTED, UNSUPPORTED_HTML)

_NEUTRAL = re.compile(r"(none|normal|auto|static|inherit|unset|revert|visible|0(px)?)", re.IGNORECASE)
_URL_OR_STRING = re.compile(r"""url\([^)]*\)|"[^"]*"|'[^']*'""", re.IGNORECASE)
_FUNCTION = re.compile(r"([\w-]+)\(")
_UNIT = re.compile(r"(?<![\w#-])[-+]?(?:\d*\.)?\d+([a-z]+)\b", re.IGNORECASE)
_WORD = re.compile(r"(?<![\w(-])[a-z][a-z-]*(?![\w(-])", re.IGNORECASE)
_PSEUDO = re.compile(r"::?([a-z-]+)", re.IGNORECASE)
_MEDIA = re.compile(rf"\({BLANK}*(?:-webkit-|any-|min-|max-)*([a-z-]+)", re.IGNORECASE)
_ENDING = re.compile(r"\.([a-z0-9]+)$", re.IGNORECASE)


def check_client_support(page: Page) -> Iterator[Violation]:
    """Where a layout hangs on a feature, a warning each; else a note where the feature stands first."""
    noted: set[str] = set()
    for element in page.elements:
        if not element.is_html:
            continue
        for sign, attribute in _signs_of(element):
            yield from _judge(page, element, sign, attribute, "", -1, noted)
        style = element.attributes.get("style")
        if style:
            for sign, name, value in _signs_of_style(style):
                yield from _judge(page, element, sign, name, value, -1, noted)
    for style_element in page.named("style"):
        for sign, offset in _signs_of_sheet(style_element.text):
            yield from _judge(page, style_element, sign, "", "", style_element.end + offset, noted)


def _judge(
    page: Page, element: Element, sign: str, name: str, value: str, offset: int, noted: set[str]
) -> Iterator[Violation]:
    """A problem if the feature of ``sign`` is missing somewhere, at the attribute or declaration ``name``.

    ``offset`` is its place where that is known, otherwise -1.
    """
    feature = SIGNS[sign]
    dependence = DEPENDENCES.get(feature.slug)
    if dependence is None and feature.slug in noted:
        return
    bears = dependence is not None and _bears(element, dependence, name, value)
    clients = page.settings.clients
    support = support_of(feature, clients)
    lacking, partly = support.not_at_all, support.partly
    if dependence is not None and dependence.apart:
        if not bears:
            return
        lacking, partly = (*lacking, *partly), ()
    if not bears and feature.slug in noted:
        return
    if not bears:
        noted.add(feature.slug)
    if not lacking or feature.slug in SPOKEN_OF_ELSEWHERE:
        return
    said = f"{_shown(feature, name, value)} has no effect in {names_of(lacking, clients)}"
    if partly:
        said += f"; partly in {names_of(partly, clients)}"
    if support.some:
        said += f"; in {names_of(support.some, clients)} only for Google accounts"
    instead = dependence.instead if dependence and bears else _WITHOUT
    rule = UNSUPPORTED if feature.slug.startswith("css-") else UNSUPPORTED_HTML
    yield rule.at(
        offset if offset >= 0 else _place(page, element, name, value),
        f"{said}.",
        severity=WARNING if bears else INFO,
        remedy=f"{instead} ({feature.source})",
    )


def _place(page: Page, element: Element, name: str, value: str) -> int:
    if value:
        return page.place_of_declaration(element, name, value)
    return page.place_of(element, name) if name else element.offset


def _shown(feature: Feature, name: str, value: str) -> str:
    """What the author has written, in short."""
    if feature.slug == "css-margin":
        return "a negative margin"
    if feature.slug == "css-background-image":
        return "a background image in CSS"
    if feature.slug == "css-variables":
        return "a custom property"
    if feature.slug.startswith(("css-display-", "css-flex-")):
        return f"{name}: {value}" if value else feature.title
    return feature.title


def _bears(element: Element, dependence: Dependence, name: str, value: str) -> bool:
    """Whether something that a reader sees hangs on the feature at this element."""
    if element.name == "style":
        return False  # what is left in a <style> after inlining is for clients that can do more
    if dependence.value is not None and not dependence.value.search(value):
        return False
    if dependence.properties and name not in dependence.properties:
        return False
    if dependence.arranges and sum(1 for _ in element.children) + bool(element.own_text.strip()) < 2:
        return False
    around = element.ancestors() if dependence.hides else (element, *element.ancestors())
    if any(is_hidden(each) for each in around):
        return False
    if element.name in {"img", "body", "map"} or element.text.strip():
        return True
    return any(each.name == "img" for each in element.walk())


def _signs_of(element: Element) -> Iterator[tuple[str, str]]:
    """The signs of an element itself, each with the attribute that it stands at, "" for the element."""
    attributes = element.attributes
    candidates = [(f"element:{element.name}", "")]
    candidates += [(f"attribute:{name}", name) for name in attributes]
    if "type" in attributes:
        candidates.append((f"typed:{element.name}={attributes['type'].lower()}", "type"))
    if element.name == "meta":
        candidates.append((f"meta:{attributes.get('name', '').lower()}", "name"))
    href = attributes.get("href", "").strip(AROUND_URLS).lower()
    if element.name == "a" and href:
        inner = href.startswith("#") and href != "#"
        candidates.append(("link:#" if inner else f"link:{href.partition(':')[0]}:", "href"))
    if element.name == "img" and (ending := _ENDING.search(attributes.get("src", "").split("?")[0])):
        candidates.append((f"image:{ending[1].lower()}", "src"))
    return ((sign, attribute) for sign, attribute in candidates if sign in SIGNS)


@lru_cache(maxsize=4096)
def _signs_of_style(style: str) -> tuple[tuple[str, str, str], ...]:
    """The signs of a style attribute, each feature once, with the name and the value of its declaration."""
    found: dict[str, tuple[str, str, str]] = {}
    for name, value in declarations(style).items():
        for sign in _signs_of_declaration(name, value):
            found.setdefault(SIGNS[sign].slug, (sign, name, value))
    return tuple(found.values())


@lru_cache(maxsize=4096)
def _signs_of_declaration(name: str, value: str) -> tuple[str, ...]:
    if name in {"background", "background-image"} and "url(" in value.lower():
        return ("property:background-image",)
    if name.startswith("--") or _NEUTRAL.fullmatch(value):
        return ()
    bare = _URL_OR_STRING.sub(" ", value).lower()
    candidates = [f"property:{name}", f"value:{name}={bare.strip(BLANKS)}"]
    candidates += [f"function:{function}" for function in _FUNCTION.findall(bare)]
    candidates += [f"unit:{unit}" for unit in _UNIT.findall(bare)]
    candidates += [f"keyword:{word}" for word in _WORD.findall(bare)]
    return tuple(dict.fromkeys(sign for sign in candidates if sign in SIGNS))


@lru_cache(maxsize=256)
def _signs_of_sheet(css: str) -> tuple[tuple[str, int], ...]:
    """The signs of a style element, each feature at its first place."""
    starts = [0]
    for line in css.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: dict[str, tuple[str, int]] = {}
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    for sign, node in _signs_of_rules(rules):
        if sign in SIGNS:
            line = min(node.source_line, len(starts)) - 1
            found.setdefault(SIGNS[sign].slug, (sign, starts[line] + node.source_column - 1))
    return tuple(found.values())


def _signs_of_rules(rules: list[tinycss2.ast.Node]) -> Iterator[tuple[str, tinycss2.ast.Node]]:
    for rule in rules:
        if rule.type == "at-rule":
            yield f"at-rule:{rule.lower_at_keyword}", rule
            for feature in _MEDIA.findall(tinycss2.serialize(rule.prelude)):
                yield f"media:{feature.lower()}", rule
            if rule.content is not None and rule.lower_at_keyword in {"media", "supports"}:
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                yield from _signs_of_rules(inner)
        elif rule.type == "qualified-rule":
            yield from _signs_of_rule(rule)


def _signs_of_rule(rule: tinycss2.ast.Node) -> Iterator[tuple[str, tinycss2.ast.Node]]:
    selector = _URL_OR_STRING.sub("", tinycss2.serialize(rule.prelude))
    for pseudo in _PSEUDO.findall(selector):
        yield f"pseudo:{pseudo.lower()}", rule
    for mark in "[>+~*&":
        if mark in selector:
            yield f"selector:{mark}", rule
    for item in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
        if item.type == "declaration":
            value = tinycss2.serialize(item.value).strip(BLANKS)
            for sign in _signs_of_declaration(item.lower_name, value):
                yield sign, item
