"""Classes, ids and comments that nothing asks for, taken out of a compiled template.

Once rules are inlined, most classes have no rule left to serve, and their bytes count towards the 102 kB at
which Gmail cuts a mail off. A name stays that anything may still refer to: a stylesheet that stays, in a
comment for Outlook as well; a mail client's own; any attribute but those that are known to refer to nothing;
data. Where stylesheets ask for attributes, or data or the web bring what cannot be seen here, all stay.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import Any

import tinycss2

from app.core.compiler.origins import Origins, Tracer
from app.core.css.client_names import is_of_clients
from app.core.css.compounds import class_names
from app.core.css.stylesheet import comments
from app.core.html.blanks import BLANKS
from app.core.html.markup import Attribute, Context, Markup, RawText, StartTag, is_remark
from app.core.html.veil import Veil
from bbws_templates.entities import unescape
from bbws_templates.tokens import TokenKind, tokenize

# Attributes whose value never names an element or a class. All others, of whatever sender, may.
_REFER_TO_NOTHING = frozenset(
    re.findall(
        r"[\w:-]+",
        """
        abbr align alt aria-hidden aria-label background bgcolor border cellpadding cellspacing charset class
        color cols colspan content datetime dir face height hspace http-equiv id itemprop itemscope itemtype
        lang media name nowrap rel role rows rowspan scope size src srcset style summary target title
        valign value vspace width xml:lang xmlns
        """,
    )
)
_ADDRESSES = frozenset({"action", "cite", "href", "xlink:href"})  # only what follows a "#" is a name
_WORD = re.compile(r"[^\s#\"'<>=,;(){}]+")
_NAME = re.compile(r"[\w-]+")
_ASKED = re.compile(r"\[\s*([\w-]+)")
# A comment of CSS that says something, and is no older browser's hack, nor a licence.
_FOR_PEOPLE = re.compile(r"/\*(?!!)(?=[^*]*\w)(?:(?!/\*|\*/|\\).)*\*/", re.DOTALL)
_ENDS = frozenset({"", "{", "}", ";"})
_BLANK = " \t\r\n\f"
# Where a line of blanks may be seen.
_BLANKS_COUNT = re.compile(r"<(?:pre|textarea|listing|xmp)\b|white-space(?!\s*:\s*(?:normal|nowrap))", re.I)
# What senders and editors read in a comment, and what some servers do.
_SIGNS_IN_COMMENTS = re.compile(r"\*\||%%|\{%|<%|\[\[|#\s*(?:include|begin|end)|\bInstance(?:Begin|End)\b")


@dataclass
class _References:
    """What a document may refer to, in lower case.

    ``names`` are of both kinds, and so are ``parts`` of names; where ``every_…`` is set, all of a kind are.
    """

    names: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    every_class: bool = False
    every_id: bool = False

    def keeps(self, attribute: str, name: str) -> bool:
        """Whether a class or an id of this name has to stay."""
        every = self.every_class if attribute == "class" else self.every_id
        lower = name.lower()
        return (
            every or lower in self.names or any(part in lower for part in self.parts) or is_of_clients(name)
        )


def without_unused(template: str, origins: Origins, shown: Set[str]) -> tuple[str, Origins]:
    """``template``, compiled HTML with its Mustache, without unused classes, ids and comments.

    The stylesheets whose text is among ``shown`` are read by people, comments and all.
    """
    veil = Veil(template, tokenize(template))
    markup = Markup(veil.text)
    references = _references(veil, markup)
    edits = [
        edit
        for raw in markup.raw_texts
        if raw.tag.name == "style" and template[raw.start : raw.end] not in shown
        for edit in _css_comments(veil, raw)
    ]
    lines = not _BLANKS_COUNT.search(veil.text)
    edits += _comments(veil, markup, lines=lines)
    for tag in markup.start_tags:
        for name in ("class", "id"):
            edits += _attribute(veil, tag, name, references)
    tracer = Tracer(origins)
    here = 0
    for start, end, text in sorted(edits):
        tracer.copy(template, origins, here, start)
        tracer.insert(text, origins, start)
        here = end
    tracer.copy(template, origins, here, len(template))
    return tracer.build()


def _comments(veil: Veil, markup: Markup, *, lines: bool) -> Iterator[tuple[int, int, str]]:
    """The comments for people that hold no Mustache, each with its line if nothing else is on it."""
    text = veil.text
    for comment in markup.comments:
        written = text[comment.start : comment.end]
        if not is_remark(written) or veil.words(written) or _SIGNS_IN_COMMENTS.search(written):
            continue
        start, end = comment.start, comment.end
        line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
        alone = (
            line_end >= 0
            and not text[line_start:start].strip(BLANKS)
            and not text[end:line_end].strip(BLANKS)
        )
        yield (line_start, line_end + 1, "") if alone and lines else (start, end, "")


def _css_comments(veil: Veil, raw: RawText) -> Iterator[tuple[int, int, str]]:
    """The comments for people in a stylesheet: between rules or declarations, where none is a hack."""
    css = veil.text[raw.start : raw.end]
    here, before = 0, ""
    for span in comments(css):
        before = css[here : span.start].rstrip(BLANKS)[-1:] or before
        here = span.end
        written = css[span.start : span.end]
        if before in _ENDS and _FOR_PEOPLE.fullmatch(written) and not veil.words(written):
            yield raw.start + span.start, raw.start + span.end, ""


def _attribute(
    veil: Veil, tag: StartTag, name: str, references: _References
) -> Iterator[tuple[int, int, str]]:
    """What is to become of the attribute ``name`` of a start tag, if anything."""
    found = [item for item in tag.attributes if item.name == name]
    if len(found) != 1 or veil.words(veil.text[found[0].start : found[0].end]):
        return  # of two, the second would begin to count; what data say is not known
    names = unescape(veil.text[found[0].value_start : found[0].value_end]).strip(_BLANK)
    words = class_names(names) if name == "class" else [names]
    kept = [word for word in words if word and references.keeps(name, word)]
    if words and len(kept) == len(words):
        return
    if kept:
        quote = found[0].quote or '"'
        value = html.escape(" ".join(kept), quote=False).replace(quote, "&#39;" if quote == "'" else "&quot;")
        yield found[0].start, found[0].end, f"{name}={quote}{value}{quote}"
    else:
        yield _with_blanks(veil.text, tag, found[0]), found[0].end, ""


def _with_blanks(text: str, tag: StartTag, attribute: Attribute) -> int:
    """Where an attribute begins, with the blanks before it."""
    start = attribute.start
    while start > tag.name_end and text[start - 1] in _BLANK:
        start -= 1
    return start if text[attribute.end : attribute.end + 1] in {"", ">", "/", *_BLANK} else attribute.start


def _references(veil: Veil, markup: Markup) -> _References:
    found = _References()
    for raw in markup.raw_texts:
        if raw.tag.name == "style":
            _read_stylesheet(markup.text[raw.start : raw.end], found)
        elif raw.tag.name == "script":
            found.names |= _words(markup.text[raw.start : raw.end])
    for comment in markup.comments:
        written = markup.text[comment.start : comment.end]
        if not is_remark(written):  # Outlook reads elements, rules and references in it
            found.names |= _words(re.sub(r"[.\[\]:>+~*]", " ", written)) | _words(written)
            _read_stylesheet(written, found)  # for names with escapes
            asked = {name.lower() for name in _ASKED.findall(written)}
            found.every_class = found.every_class or "class" in asked
            found.every_id = found.every_id or "id" in asked
    for tag in markup.start_tags:
        relation = tag.attribute("rel") if tag.name == "link" else None
        value = markup.text[relation.value_start : relation.value_end].lower() if relation else ""
        if "stylesheet" in value or veil.words(value):
            found.every_class = found.every_id = True  # by rules that are on the web
        for attribute in tag.attributes:
            if attribute.name not in _REFER_TO_NOTHING:
                _read_attribute(
                    veil, markup.text[attribute.value_start : attribute.value_end], attribute, found
                )
    for mustache in veil.tags:
        if mustache.kind is TokenKind.UNESCAPED and markup.region(mustache.start).context is Context.TEXT:
            found.every_class = found.every_id = True  # data bring elements along, and what these refer to
    return found


def _read_attribute(veil: Veil, value: str, attribute: Attribute, found: _References) -> None:
    plain = unescape(value)
    if attribute.name in _ADDRESSES:
        fragment = plain.partition("#")[2]
        found.names |= _words(fragment)
        found.every_id = found.every_id or bool(veil.words(fragment))
    else:
        found.names |= _words(plain)
        found.every_id = found.every_id or (
            bool(veil.words(value)) and not attribute.name.startswith(("on", "data-"))
        )


def _read_stylesheet(css: str, found: _References) -> None:
    """Every name in a stylesheet, wherever it stands; selectors that cannot be read here have names, too."""
    pending = list(tinycss2.parse_component_value_list(css, skip_comments=True))
    while pending:
        token = pending.pop()
        if token.type in {"ident", "hash"}:
            found.names.add(token.value.lower())
        elif token.type == "[] block":
            _read_attribute_selector(token.content, found)
        elif token.type == "at-keyword" and token.lower_value == "import":
            found.every_class = found.every_id = True
        elif token.type == "url":
            found.names |= _words(token.value.partition("#")[2])
        for part in ("content", "arguments"):
            pending += getattr(token, part, None) or []


def _read_attribute_selector(tokens: list[Any], found: _References) -> None:
    """``[class*=col]`` asks for a part of one name, any other form for the value as a whole."""
    said = [token for token in tokens if token.type not in {"whitespace", "comment"}]
    asked = said[0].lower_value if said and said[0].type == "ident" else ""
    text = said[2].value if len(said) > 2 and said[2].type in {"ident", "string"} else ""
    if len(said) > 1 and str(said[1].serialize()) in {"*=", "~="} and _NAME.fullmatch(text):
        found.parts.add(text.lower())
    elif asked == "class":
        found.every_class = True
    elif asked == "id":
        found.every_id = True


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}
