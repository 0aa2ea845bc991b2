"""Which CSS selectors can become style attributes, and how specific they are.

A selector is *inlinable* when what it matches depends on nothing but the names, classes, ids and
presentational attributes of elements and of their ancestors. All others stay in the ``<style>`` element:

- pseudo-classes and pseudo-elements: a style attribute cannot say ``:hover``;
- ``*``: it would repeat itself on every element of a mail;
- ``+``, ``~``, ``:first-child``, ``:not(…)``, ``:is(…)`` and the like, until it is known that no section of
  the document at hand can change what they match (``neighbours``, ``static_selectors``);
- attributes that carry data or that a mail client sets (``href``, ``data-ogsc``, ``x-apple-…``).

Source: Selectors Level 4 for specificity; premailer 3.10 leaves out the same pseudo-classes and ``*``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import cssselect
import tinycss2
from cssselect import parser as nodes

from app.core.css.client_names import is_class_of_clients, is_id_of_clients
from app.core.css.compounds import without_escapes
from app.core.css.data import PSEUDOS_OF_SOME
from app.core.css.neighbours import (
    SIBLING_COMBINATORS,
    counts_siblings,
    is_choice,
    is_plain_negation,
    sites,
    walk,
)
from app.core.css.selector_syntax import require_selector, split_list
from app.core.html.blanks import BLANK, BLANKS
from app.core.html.selecting import compiled_selector, parsed_selectors
from app.core.html.svg_names import RECASED

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

# Attributes whose values a selector compares without regard to case.
# Source: the HTML standard, "Case-sensitivity of selectors".
CASELESS_ATTRIBUTES = frozenset(
    re.findall(
        r"[\w-]+",
        """
        accept accept-charset align alink axis bgcolor charset checked clear codetype color compact declare
        defer dir direction disabled enctype face frame hreflang http-equiv lang language link media method
        multiple nohref noresize noshade nowrap readonly rel rev rules scope scrolling selected shape target
        text type valign valuetype vlink
        """,
    )
)

# A universal selector that nothing but a client or a negation narrows.
_STAR = re.compile(r"\*(?!:(?:first|last|only|nth)-)")

_COLON = ":"
# Every browser takes "::-webkit-…", whether it knows it or not, but not what is asked of that; nobody takes
# what is of others. Not all know the flag of [type=a s], and Chromium no string and no list in :lang().
_OF_SOME_BROWSERS = re.compile(
    rf"::?-(?!webkit-)[a-z]+-|(?<!:):-webkit-|::-webkit-[\w-]+:|[ \t\r\n\f\"']s{BLANK}*\]|:lang\([^)]*[,\"']"
    rf"|(?<!:)(?:{'|'.join(sorted(PSEUDOS_OF_SOME))})(?![\w-])",
    re.IGNORECASE,
)
_MAY_BE_TOO_MUCH = re.compile(r"[\\(]")
_OF_THEIR_LIST = frozenset({"not", "is", "has"})
_COUNT_OF_LIST = frozenset({"nth-child", "nth-last-child"})  # :nth-child(2 of .a)
# Where a selector of newer parts alone was: at the beginning, or after a combinator.
_NOTHING_LEFT = re.compile(rf"(^|[>+~]){BLANK}*(?=[>+~]|$)")
_AS_IT_IS = re.compile(r"-?[^\W\d][\w-]*|--[\w-]*")  # an element's name that needs no escape


@dataclass(frozen=True, slots=True)
class Selector:
    """One selector of a list.

    ``text`` is canonical: element names in lower case, blanks round combinators. ``specificity`` is that of
    Selectors Level 4: (ids; classes, attributes and pseudo-classes; elements). ``reason`` says in a few words
    why it is not ``inlinable``, "" when it is. ``classes``, ``ids`` and ``attributes`` are the names whose
    values it reads. ``reach`` is the selector without what only a client can decide (``:hover``,
    ``[data-ogsc]``): the elements it may come to match; "" when that cannot be said, or when it styles a part
    of an element. One that ``counts`` may be changed by the mere presence of a neighbour. One that
    ``may_be_static`` is inlinable after all where no section moves a neighbour of the elements that ``sites``
    match and no data decide of what it reads. ``alone`` is, for one that is within other rules, a selector
    that needs none of them and matches nothing that ``text`` does not; "" for none.
    """

    text: str
    specificity: tuple[int, int, int]
    reason: str
    classes: frozenset[str]
    ids: frozenset[str]
    attributes: frozenset[str]
    reach: str
    counts: bool = False
    may_be_static: bool = False
    sites: frozenset[str] = frozenset()
    alone: str | None = None

    @property
    def exact(self) -> str:
        """A selector that needs no rules around it and matches nothing that this does not; "" for none."""
        if self.alone is not None:
            return self.alone
        return self.text if self.reach else ""

    def as_static(self) -> Selector:
        """The same selector, known to mean the same whatever the data."""
        return replace(self, reason="", reach=self.text)

    @property
    def inlinable(self) -> bool:
        """Whether it can be applied before the data are known."""
        return not self.reason

    @property
    def for_clients(self) -> bool:
        """Whether it speaks of something that only a mail client puts into a document."""
        return any(map(is_class_of_clients, self.classes)) or any(map(is_id_of_clients, self.ids))


def parse_selectors(prelude: Sequence[Any], prefixes: Set[str] = frozenset()) -> tuple[Selector, ...]:
    """The selectors of a list, in order; ``prelude`` is tinycss2's, ``prefixes`` are declared namespaces.

    One that is newer than cssselect, such as ``:not(a, b)``, is never inlinable.

    Raises:
        cssselect.SelectorError: one of them is not CSS, so that a browser skips the whole rule.
    """
    found: list[Selector] = []
    texts: list[str] = []
    listed = split_list(prelude)
    for tokens in listed:
        require_selector(tokens, prefixes)
    for tokens in listed:
        text = "".join(str(token.serialize()) for token in tokens if token.type != "comment").strip(BLANKS)
        texts.append(text)
        try:
            parsed = parsed_selectors(text)
        except cssselect.SelectorError:
            own = [_negated(tokens, text) or _newer(tokens, text)]
        else:
            own = list(map(_selector, parsed))
            if any(part == "|" for part in tokens):  # cssselect takes "|p", of no namespace, for "p"
                own = list(map(_unread, own))
        holdable = all(map(_is_holdable, own))
        found += own if holdable else [replace(_unread(selector), reach="") for selector in own]
    # A browser that cannot read one of them skips the rule, so each has to see the whole of it.
    if len(listed) > 1 and any(map(_OF_SOME_BROWSERS.search, map(without_escapes, texts))):
        return tuple(_unread(selector) for selector in found)
    return tuple(found)


def _is_holdable(selector: Selector) -> bool:
    """Whether lxml can look for what it reaches.

    An escape may stand for what no text of XML holds, and choices may be more than lxml takes.
    """
    return _MAY_BE_TOO_MUCH.search(selector.reach) is None or is_translatable(selector.reach)


def _unread(selector: Selector) -> Selector:
    reason = selector.reason or "a browser, or this reader, cannot read it with the rest of its list"
    return replace(selector, reason=reason, may_be_static=False)


def _newer(tokens: Sequence[Any], text: str) -> Selector:
    """A selector that cssselect cannot read; what is left without its newer parts tells what it may match."""
    newer = [token for token in tokens if token.type in {"function", "[] block"}]
    names = [
        token
        for token, following in zip(tokens, [*tokens[1:], None], strict=True)
        if token.type not in {"function", "[] block", "comment"}
        and not (token == _COLON and following is not None and following.type == "function")
    ]
    nothing = frozenset[str]()
    selector = Selector(
        text, (0, 0, 0), "it is newer than this reader", nothing, nothing, nothing, "", counts=True
    )
    try:
        left_over = _NOTHING_LEFT.sub(r"\1*", "".join(str(token.serialize()) for token in names))
        (left,) = map(_selector, parsed_selectors(left_over))
    except cssselect.SelectorError:
        return selector
    ids, classes, elements = map(sum, zip(left.specificity, *map(_specificity, newer), strict=True))
    return replace(selector, specificity=(ids, classes, elements), reach=left.reach)


def _negated(tokens: Sequence[Any], text: str) -> Selector | None:
    """``:not(a, b)`` as ``:not(a):not(b)``, which cssselect reads, as specific as written; else None."""
    parts = [_apart(token) if _is_negation(token) else str(token.serialize()) for token in tokens]
    try:
        (parsed,) = parsed_selectors("".join(parts))
    except (cssselect.SelectorError, ValueError):
        return None
    found = _selector(parsed)
    return replace(found, specificity=_newer(tokens, text).specificity)


def _is_negation(token: Any) -> bool:
    return bool(token.type == "function" and token.lower_name == "not")


def _apart(negation: Any) -> str:
    """``not(a):not(b)`` of ``not(a, b)``; the colon stands before it."""
    options = [tinycss2.serialize(option).strip(BLANKS) for option in split_list(negation.arguments)]
    return ":".join(f"not({option})" for option in options)


def _specificity(token: Any) -> tuple[int, int, int]:
    """What a function or an attribute adds: a class, or the most specific of a list (section 17)."""
    if token.type == "function" and token.lower_name == "where":
        return (0, 0, 0)
    if token.type == "function" and token.lower_name in {*_OF_THEIR_LIST, *_COUNT_OF_LIST}:
        counts = token.lower_name in _COUNT_OF_LIST
        of = [number for number, part in enumerate(token.arguments) if counts and _is_of(part)]
        try:
            ids, classes, names = max(
                item.specificity for item in parse_selectors(token.arguments[of[0] + 1 if of else 0 :])
            )
        except cssselect.SelectorError:
            return (0, 1, 0)
        return ids, classes + counts, names
    return (0, 1, 0)


def _is_of(token: Any) -> bool:
    return bool(token.type == "ident" and token.lower_value == "of")


def _selector(parsed: nodes.Selector) -> Selector:
    parts = list(walk(parsed.parsed_tree))
    reasons = ["it names a pseudo-element"] if parsed.pseudo_element else []
    hard = bool(reasons)
    for part in parts:
        recased = False
        if isinstance(part, nodes.Element) and part.element:
            name, part.element = part.element, part.element.lower()
            recased = RECASED.get(part.element, name) != name
        if isinstance(part, nodes.Element) and part.namespace == "*":
            part.namespace = None  # as every selector without one
        elif isinstance(part, nodes.Attrib):
            part.attrib = part.attrib.lower()
            if part.value is not None and part.attrib in CASELESS_ATTRIBUTES:
                part.flag = part.flag or "i"
        reason = "browsers do not agree about the letters of that element" if recased else _reason(part)
        reasons += [reason] if reason else []
        hard = hard or bool(reason and not _may_be_static(part))
    if _STAR.search(_without_attributes(without_escapes(parsed.canonical()))):
        reasons.append("it matches every element")
        hard = True
    reason = next(iter(reasons), "")
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
        counts=any(map(_counts, parts)),
    )
    if not reason:
        return selector
    if not hard and is_translatable(selector.text):
        selector = replace(selector, may_be_static=True, sites=sites(parsed.parsed_tree))
    # lxml knows no namespaces of a document.
    named = any(isinstance(part, nodes.Element) and part.namespace for part in parts)
    parsed.parsed_tree = _relaxed(parsed.parsed_tree)
    return replace(selector, reach="" if parsed.pseudo_element or named else parsed.canonical())


def _reason(part: Any) -> str:
    """Why this part of a selector cannot be applied before the data are known; "" when it can."""
    if isinstance(part, nodes.CombinedSelector):
        return f"'{part.combinator}' looks at neighbours" if part.combinator in SIBLING_COMBINATORS else ""
    if isinstance(part, nodes.Attrib):
        static = part.attrib in STATIC_ATTRIBUTES and not part.namespace and part.flag != "s"
        return "" if static else f"the attribute '{part.attrib}' may change after inlining"
    if isinstance(part, nodes.Element):
        odd = "" if _AS_IT_IS.fullmatch(part.element or "a") else "it names an element with escapes"
        return "it names a namespace" if part.namespace else odd
    if isinstance(part, nodes.Class | nodes.Hash):
        return ""
    return "it names a pseudo-class"


def _relaxed(part: Any) -> Any:
    """A part of a selector without pseudo-classes and without attributes that clients set or data decide."""
    if isinstance(part, nodes.CombinedSelector):
        part.selector, part.subselector = _relaxed(part.selector), _relaxed(part.subselector)
    elif isinstance(part, nodes.Matching | nodes.SpecificityAdjustment):
        part.selector = _relaxed(part.selector)
        part.selector_list = [_relaxed(option) for option in part.selector_list]
        if any(isinstance(option, nodes.Element) and not option.element for option in part.selector_list):
            return part.selector  # one of them may be any element
    elif isinstance(part, nodes.Class | nodes.Hash) or (isinstance(part, nodes.Attrib) and not _reason(part)):
        part.selector = _relaxed(part.selector)
    elif isinstance(part, nodes.Pseudo) and part.ident == "root":
        return nodes.Element(element="html")
    elif not isinstance(part, nodes.Element):
        return _relaxed(part.selector)
    return part


def _without_attributes(canonical: str) -> str:
    """The text up to and between attribute selectors, where a ``*`` is the universal selector."""
    pieces = canonical.split("[")
    return pieces[0] + "".join(piece.partition("]")[2] for piece in pieces[1:])


def _counts(part: Any) -> bool:
    return counts_siblings(part) or getattr(part, "combinator", "") in SIBLING_COMBINATORS


def _may_be_static(part: Any) -> bool:
    """Whether what this part asks can be known of a document before the data are."""
    if isinstance(part, nodes.CombinedSelector):
        return True
    return counts_siblings(part) or is_plain_negation(part) or is_choice(part)


def is_translatable(text: str) -> bool:
    """Whether cssselect can find what this selector matches: not so for ``*:first-of-type``."""
    try:
        compiled_selector(text)
    except cssselect.SelectorError:
        return False
    return True
