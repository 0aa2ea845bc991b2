"""A finished document as css-inline sees it: its parser, its matcher, its cascade.

html5ever, of Mozilla's Servo, builds the tree; Servo's selectors match; css-inline (MIT) orders. What comes
back is a list of events, in document order: start tags with their attributes and the declaration that wins
for each longhand, end tags, text, comments, and the at-rules that hold no rules of style.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeAlias

import css_inline

from app.core.proof.atoms import (
    MOST_LAYERS,
    Atoms,
    Watched,
    conditions,
    order,
    parts,
    sheet_atoms,
    style_atoms,
)
from app.core.proof.events import Event
from app.core.proof.exposed import exposed, with_exposed
from app.core.proof.pieces import BLANKS
from app.core.proof.quirks import is_quirky
from app.core.proof.scriptless import STANDS_FOR_NOSCRIPT, scriptless
from bbws_templates.entities import unescape

_BLANK = r"[ \t\r\n\f]"
_PIECE = re.compile(
    rf"(<!--.*?-->|<!DOCTYPE[^>]*>|</([^ \t\r\n\f>]+){_BLANK}*>"
    r"|<(?:(?P<holder>style|script|xmp|iframe|noembed|noframes|plaintext)(?=[ \t\r\n\f>/])|([^ \t\r\n\f>/]+))"
    rf"((?:{_BLANK}(?:=[^ \t\r\n\f=>]*|[^ \t\r\n\f=>]+)(?:=\"[^\"]*\")?)*){_BLANK}*/?>"
    r"(?(holder)(.*?)(?=</(?P=holder)>|\Z)|)|[^<]+|<)",
    re.DOTALL | re.IGNORECASE,
)
_Piece: TypeAlias = tuple[str, str, str, str, str, str]
"""A piece of a document that html5ever wrote: the whole of it, then its parts, "" in those of other kinds.

They are the name in an end tag; the name of an element of raw text, or of another, in a start tag; its
attributes; raw text behind it, up to the end tag.
"""

# A name may begin with "=", where its author left out the name (HTML, 13.2.5.32).
_ATTRIBUTE = re.compile(rf"{_BLANK}(=[^ \t\r\n\f=>]*|[^ \t\r\n\f=>]+)(?:=\"([^\"]*)\")?")
_ASKS_STYLE = re.compile(rf"(?<=\[)(?={_BLANK}*style{_BLANK}*[\]~|^$*=])", re.IGNORECASE)
_OWN = "written-itself"
_AS_WRITTEN = "as-written-"
"""Before ``style``: the attribute that holds what a template says there, for rules that ask for it."""

_CHOOSES = "default-style"  # what a <meta> says of stylesheets with titles
_BLANKS = re.compile(rf"{_BLANK}+")
_MARK_FIRST = re.compile(r"^([ \t\r\n\f]*)\ufeff+")
_FRAME = frozenset({"html", "head"})
_SCREENS = frozenset({"", "all", "screen"})


MAX_ATOMS = 300_000
"""Longhands of all elements in all conditions; the public mail with the most has 86,000."""


class TooManyConditionsError(Exception):
    """Conditions times elements, or layers, are more than can be looked at in a second or two."""


@dataclass(frozen=True)
class Sight:
    """What css-inline says of one document.

    ``meaning`` explains the words in the events' styles; those of rules are in ``ruled``. ``statements`` are
    the at-rules that hold no rules of style, ``sheets`` the stylesheets as they are.
    """

    events: tuple[Event, ...]
    statements: tuple[str, ...]
    meaning: Mapping[str, tuple[str, str]]
    ruled: frozenset[str]
    sheets: tuple[str, ...] = ()


def look(document: str, *, by_word: bool = False) -> Sight:
    """Look at a finished document; ``by_word`` as Outlook for Windows does, which knows no newer values.

    Raises:
        css_inline.InlineError: css-inline cannot read it.
        TooManyConditionsError: rules would have to be looked at without measure.
    """
    pieces = _pieces(_inline(scriptless(document)))
    # It writes any doctype as that of today, and what it wrote is read again.
    of_old = [piece for piece in pieces if _is_doctype(piece)] if is_quirky(document) else []
    pieces = [piece for piece in pieces if piece not in of_old]
    plain = list(_stylesheets(pieces))
    texts = [(_ASKS_STYLE.sub(_AS_WRITTEN, css), medium) for css, medium in plain]
    asked = any(_AS_WRITTEN in css for css, _ in texts)
    watched: Watched = frozenset().union(*(conditions(css, medium) for css, medium in texts))
    ordered = order(tuple(texts))
    if len(ordered.layers) > MOST_LAYERS:
        raise TooManyConditionsError
    meaning: dict[str, tuple[str, str]] = {}
    ruled: set[str] = set()
    events: list[Event] = []
    written = [raw for _, _, holder, _, _, raw in pieces if holder.lower() == "style"]
    tags = sum([bool(start or holder) for _, _, holder, start, _, _ in pieces])
    atoms = 0
    for number, part in enumerate(parts(watched, tags)):
        sheets = [
            sheet_atoms(css, medium, part, ordered, basic=number == 0, by_word=by_word)
            for css, medium in texts
        ]
        atoms_of = partial(style_atoms, watched=part, basic=number == 0, by_word=by_word)
        rewritten = "".join(_rewritten(pieces, atoms_of, meaning, asked=asked))
        for sheet in sheets:
            meaning |= sheet.meaning
            ruled.update(sheet.meaning)
        styles = "\n".join([*(sheet.text for sheet in sheets), *(sheet.later for sheet in sheets)])
        again = list(_events(_inline(rewritten, extra_css=styles)))
        if sum([event.kind[0] == "<" and event.kind[1] != "/" for event in again]) != tags:
            again = list(_owned(_events(_inline(_marked(rewritten), extra_css=styles))))
        found = [*_events("".join(piece[0] for piece in of_old)), *again]
        atoms += sum([len(event.style) for event in found])
        if atoms > MAX_ATOMS:
            raise TooManyConditionsError
        if number == 0:
            statements = tuple(text for sheet in sheets for text in sheet.statements)
            events = found
        else:
            events = [
                event._replace(style={**event.style, **more.style}) if more.style else event
                for event, more in zip(events, found, strict=True)
            ]
    shown = frozenset(exposed(events, meaning))
    settled = tuple(_settled(with_exposed(events, written, shown) if shown else iter(events)))
    return Sight(settled, statements, meaning, frozenset(ruled), tuple(css for css, _ in plain))


def _is_doctype(piece: _Piece) -> bool:
    return piece[0][: len("<!DOCTYPE")].upper() == "<!DOCTYPE"


def _inline(document: str, extra_css: str | None = None) -> str:
    return css_inline.inline(
        document,
        extra_css=extra_css,
        inline_style_tags=False,
        keep_style_tags=True,
        keep_link_tags=True,
        load_remote_stylesheets=False,
    )


def _pieces(text: str) -> list[_Piece]:
    return _PIECE.findall(text)


def _marked(document: str) -> str:
    """A document with a mark at each start tag: what is read of it without one came of the reading alone.

    A document of old can have a ``<p>`` within a ``<p>``, which nobody can write: there the second ends the
    first, and the end tag of the first makes a third (HTML, 13.2.6.4.7).
    """
    return "".join(
        f"{whole[: len(whole) - len(raw)].removesuffix('>')} {_OWN}>{raw}" if start or holder else whole
        for whole, _, holder, start, _, raw in _pieces(document)
    )


def _owned(events: Iterable[Event]) -> Iterator[Event]:
    """The events of a document that was marked so, without the marks, and no style where there is none."""
    for event in events:
        attributes = tuple(each for each in event.attributes if each != (_OWN, ""))
        is_own = len(attributes) < len(event.attributes)
        yield event._replace(attributes=attributes) if is_own else event._replace(style={})


def _stylesheets(pieces: Iterable[_Piece]) -> Iterator[tuple[str, str]]:
    """The text of each stylesheet, and the medium that it is for, "" for the screen.

    Of those with titles a browser takes one set (CSSOM, 6.8.1), of those in ``<template>`` none. In a drawing
    the text is written as any other.
    """
    found: list[tuple[str, dict[str, str], str]] = []
    depth = drawn = 0
    for _, end, holder, start, written, raw in pieces:
        depth += (start == "template") - (end == "template" and depth > 0)
        drawn += (start == "svg") - (end == "svg" and drawn > 0)
        if not depth and (holder.lower() == "style" or start.lower() == "meta"):
            found.append(
                (
                    holder.lower() or start.lower(),
                    dict(_attributes(written)),
                    _unescaped(raw) if drawn else raw,
                )
            )
    titles = [each.get("title", "") for name, each, _ in found if name == "style"]
    chosen = [
        each.get("content", "") for _, each, _ in found if each.get("http-equiv", "").lower() == _CHOOSES
    ]
    taken = next(filter(None, [*chosen, *titles]), "")
    for name, attributes, raw in found:
        if name == "style":
            if attributes.get("type", "").lower() not in {"", "text/css"}:
                continue
            if attributes.get("title", "") not in {"", taken}:
                continue
            medium = attributes.get("media", "").strip(BLANKS).lower()
            yield raw, "" if medium in _SCREENS else f"@media {medium}"


def _rewritten(
    pieces: Iterable[_Piece],
    atoms_of: Callable[[str], Atoms],
    meaning: dict[str, tuple[str, str]],
    *,
    asked: bool,
) -> Iterator[str]:
    """The document with atoms in its style attributes, and nothing in its style elements.

    Where rules ask about style attributes, what is ``asked`` for stands beside the atoms.
    """
    known: dict[str, str] = {}  # most tags of a mail are written many times
    for whole, _, holder, start, written, raw in pieces:
        tag = whole[: -len(raw)] if raw else whole
        if " style" in written:
            if tag not in known:
                own = _with_atoms(start or holder, written, atoms_of, meaning, asked=asked)
                known[tag] = own or tag
            tag = known[tag]
        yield tag if not raw or holder.lower() == "style" else tag + raw


def _with_atoms(
    name: str,
    written: str,
    atoms_of: Callable[[str], Atoms],
    meaning: dict[str, tuple[str, str]],
    *,
    asked: bool,
) -> str:
    """The start tag of an element with atoms in its style attribute; "" for one that has none."""
    attributes = dict(_attributes(written))
    if "style" not in attributes:
        return ""
    authored = attributes.pop("style")
    own = atoms_of(authored)
    meaning.update(own.meaning)
    if asked:
        attributes[f"{_AS_WRITTEN}style"] = authored
    if own.text:
        attributes["style"] = own.text
    rewritten = "".join(f' {key}="{_escaped(value)}"' for key, value in attributes.items())
    return f"<{name}{rewritten}>"


def _events(text: str) -> Iterator[Event]:
    for whole, end, holder, start, written, raw in _pieces(text):
        if start or holder:
            yield _start(start or holder, written)
            if raw:
                yield Event("text", raw)
        elif end:
            yield _end(end)
        elif whole.startswith("<!--"):
            yield Event("comment", whole[4:-3])
        elif whole.startswith("<!"):
            yield Event("doctype", whole[len("<!DOCTYPE") : -1].strip().lower())
        else:
            yield Event("text", _unescaped(whole))


@lru_cache(maxsize=2048)
def _start(name: str, written: str) -> Event:
    """A start tag, of which the same mail, its source and its other readings have many that are the same."""
    attributes = dict(_attributes(written))
    style = dict(_declared(attributes.pop("style", "")))
    attributes.pop(f"{_AS_WRITTEN}style", None)
    return Event(f"<{_said(name)}>", "", tuple(sorted(attributes.items())), style)


@lru_cache(maxsize=256)
def _end(name: str) -> Event:
    return Event(f"</{_said(name)}>")


def _settled(events: Iterator[Event]) -> Iterator[Event]:
    """Events without style elements, and without what their absence changes.

    A comment before the body stands in the head, or before it, by what else is there; so the frame's own tags
    come first. White space counts as one blank, and between elements of the frame not at all. A byte order
    mark before all text is none of it where it is the first thing of all, as it may become.
    """
    found = [event for event in _shown(list(events)) if event.kind not in {"<style>", "</style>"}]
    yield from (event for event in found if event.kind in {"<html>", "<head>"})
    texts: list[str] = []
    body = said = False
    for event in found:
        if event.kind == "text":
            texts.append(event.text if said else _MARK_FIRST.sub(r"\1", event.text))
            said = said or bool(texts[-1].strip(BLANKS))
            continue
        if event.kind in {"<html>", "<head>", "</html>", "</head>", "</body>"}:
            continue
        words = _BLANKS.sub(" ", "".join(texts))
        texts = []
        if words.strip(" ") or (words and body):
            yield Event("text", words)
        body = body or event.kind == "<body>"
        yield event
    words = _BLANKS.sub(" ", "".join(texts)).strip(" ")
    if words:
        yield Event("text", words)


def _shown(events: list[Event]) -> list[Event]:
    """The events, without the styles of ``<template>`` and of what it holds: no client shows it."""
    if all(event.kind != "<template>" for event in events):
        return events
    depth = 0
    shown = []
    for event in events:
        depth += event.kind == "<template>"
        shown.append(event._replace(style={}) if depth and event.style else event)
        depth -= event.kind == "</template>" and depth > 0
    return shown


def _said(name: str) -> str:
    return "noscript" if name == STANDS_FOR_NOSCRIPT else name


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    for match in _ATTRIBUTE.finditer(text):
        yield match.group(1), _unescaped(match.group(2) or "")


def _unescaped(text: str) -> str:
    return unescape(text) if "&" in text else text


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;")


def _declared(style: str) -> Iterator[tuple[str, str]]:
    """Which word wins for each longhand of each universe: the last marked one, else the last."""
    items = [item.partition(":") for item in style.split(";")]
    for marked in (False, True):
        for name, _, word in items:
            if word and word.endswith("!important") is marked:
                yield name.strip(), word.removesuffix("!important").strip()
