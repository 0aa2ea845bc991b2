"""Which CSS selectors can become style attributes, and how specific they are.

A selector is *inlinable* when what it matches depends on nothing but the names, classes, ids and
presentational attributes of elements and of their ancestors. All others stay in the ``<style>`` element:

- pseudo-classes and pseudo-elements: a style attribute cannot say ``:hover``;
- ``*``: it would repeat itself on every element of a mail;
- ``+``, ``~``, ``:first-child`` and the like: what they match changes when a section repeats or removes a
  neighbour, so no attribute written before the data are known can be right;
- attributes that carry data or that a mail client sets (``href``, ``data-ogsc``, ``x-apple-…``).

Source: Selectors Level 4 for specificity; premailer 3.10 leaves out the same pseudo-classes and ``*``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cssselect
from cssselect import parser as nodes

# Attributes that lay out or name an element; authors write them as constants.
STATIC_ATTRIBUTES = frozenset(
    {
        "align",
        "bgcolor",
        "border",
        "cellpadding",
        "cellspacing",
        "class",
        "height",
        "id",
        "role",
        "type",
        "valign",
        "width",
    }
)

# Names that mail clients, not authors, put into a document. A rule for one of them matches nothing while
# compiling and must not be dropped for it.
_CLIENT_IDS = frozenset({"outlook", "messageviewbody", "messagewebviewdiv", "mailcontentcontainer"})
_CLIENT_CLASSES = frozenset(
    {
        "a6s",
        "abn",
        "applelinks",
        "applelinksblack",
        "applelinkswhite",
        "edo",
        "externalclass",
        "g-img",
        "gmail-fix",
        "ii",
        "im",
        "moz-text-html",
        "readmsgbody",
        "unstyle-auto-detected-links",
        "x-gmail-data-detectors",
        "yshortcuts",
    }
)
_CLIENT_PREFIXES = ("aolmail", "apple", "ecx", "gmail", "mso", "ox-", "rps_", "yahoo", "yiv")


# What stands for syntax that cssselect knows only the older forms of.
_PASSED = {"[] block": "[x]", "&": "*"}


@dataclass(frozen=True, slots=True)
class Selector:
    """One selector of a list.

    ``text`` is canonical: element names in lower case, blanks round combinators. ``specificity`` is that of
    Selectors Level 4: (ids; classes, attributes and pseudo-classes; elements). ``reason`` says in a few words
    why it is not ``inlinable``, "" when it is. ``classes``, ``ids`` and ``attributes`` are the names whose
    values it reads. ``reach`` is the selector without what only a client can decide (``:hover``,
    ``[data-ogsc]``): the elements it may come to match; "" when that cannot be said, or when it styles a part
    of an element.
    """

    text: str
    specificity: tuple[int, int, int]
    reason: str
    classes: frozenset[str]
    ids: frozenset[str]
    attributes: frozenset[str]
    reach: str

    @property
    def inlinable(self) -> bool:
        """Whether it can be applied before the data are known."""
        return not self.reason

    @property
    def for_clients(self) -> bool:
        """Whether it speaks of something that only a mail client puts into a document."""
        names = {name.lower() for name in self.classes}
        return (
            not names.isdisjoint(_CLIENT_CLASSES)
            or not _CLIENT_IDS.isdisjoint(name.lower() for name in self.ids)
            or any(name.startswith(_CLIENT_PREFIXES) for name in names)
        )


def parse_selectors(text: str) -> tuple[Selector, ...]:
    """The selectors of a list, in order.

    Raises:
        cssselect.SelectorError: not CSS, or CSS newer than cssselect; such a rule can only be kept as it is.
    """
    return tuple(_selector(parsed) for parsed in cssselect.parse(text))


def is_readable(prelude: Sequence[Any]) -> bool:
    """Whether a browser should be able to read a selector that cssselect cannot; ``prelude`` is tinycss2's.

    The argument of a function (``:not(a, b)``), an attribute selector and ``&`` are newer than cssselect more
    often than they are wrong, so they pass as they are.
    """
    plain = (
        _PASSED.get(token.type) or _PASSED.get(str(token.serialize())) or _name(token) for token in prelude
    )
    try:
        cssselect.parse("".join(plain))
    except cssselect.SelectorError:
        return False
    return True


def _name(token: Any) -> str:
    """A token as it is written, a function without its argument."""
    return str(token.name if token.type == "function" else token.serialize())


def _selector(parsed: nodes.Selector) -> Selector:
    parts = list(_walk(parsed.parsed_tree))
    reason = "it names a pseudo-element" if parsed.pseudo_element else ""
    for part in parts:
        if isinstance(part, nodes.Element) and part.element:
            part.element = part.element.lower()
        reason = reason or _reason(part)
    if not reason and "*" in _without_attributes(parsed):
        reason = "it matches every element"
    selector = Selector(
        text=parsed.canonical(),
        specificity=parsed.specificity(),
        reason=reason,
        classes=frozenset(part.class_name for part in parts if isinstance(part, nodes.Class)),
        ids=frozenset(part.id for part in parts if isinstance(part, nodes.Hash)),
        attributes=frozenset(
            part.attrib.lower()
            for part in parts
            if isinstance(part, nodes.Attrib) and part.operator != "exists"
        ),
        reach=parsed.canonical(),
    )
    if not reason:
        return selector
    # cssselect writes names with escapes back without them, and lxml knows no namespaces of a document.
    odd = any(isinstance(part, nodes.Element | nodes.Class | nodes.Hash) and _reason(part) for part in parts)
    parsed.parsed_tree = _relaxed(parsed.parsed_tree)
    return replace(selector, reach="" if parsed.pseudo_element or odd else parsed.canonical())


def _reason(part: Any) -> str:
    """Why this part of a selector cannot be applied before the data are known; "" when it can."""
    if isinstance(part, nodes.CombinedSelector):
        return f"'{part.combinator}' looks at neighbours" if part.combinator in {"+", "~"} else ""
    if isinstance(part, nodes.Attrib):
        static = part.attrib.lower() in STATIC_ATTRIBUTES and not part.namespace
        plain = part.value is None or not _escaped(str(part.value.value))
        return "" if static and plain else f"the attribute '{part.attrib}' may change after inlining"
    if isinstance(part, nodes.Element):
        return "it names a namespace" if part.namespace else _escaped(part.element or "a")
    if isinstance(part, nodes.Class):
        return _escaped(part.class_name)
    if isinstance(part, nodes.Hash):
        return _escaped(part.id)
    return "it names a pseudo-class"


def _escaped(name: str) -> str:
    return "" if name.replace("-", "").replace("_", "").isalnum() else "it is written with escapes"


def _relaxed(part: Any) -> Any:
    """A part of a selector without pseudo-classes and without attributes that clients set or data decide."""
    if isinstance(part, nodes.CombinedSelector):
        part.selector, part.subselector = _relaxed(part.selector), _relaxed(part.subselector)
    elif isinstance(part, nodes.Class | nodes.Hash) or (isinstance(part, nodes.Attrib) and not _reason(part)):
        part.selector = _relaxed(part.selector)
    elif isinstance(part, nodes.Pseudo) and part.ident == "root":
        return nodes.Element(element="html")
    elif not isinstance(part, nodes.Element):
        return _relaxed(part.selector)
    return part


def _without_attributes(parsed: nodes.Selector) -> str:
    """The canonical text up to and between attribute selectors, where a ``*`` is the universal selector."""
    pieces = parsed.canonical().split("[")
    return pieces[0] + "".join(piece.partition("]")[2] for piece in pieces[1:])


def _walk(part: Any) -> Iterator[Any]:
    """Every node of a parsed selector."""
    yield part
    for name in ("selector", "subselector"):
        inner = getattr(part, name, None)
        if inner is not None:
            yield from _walk(inner)
