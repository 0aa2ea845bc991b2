"""Partials resolved into one Mustache source with the default delimiters, which renders to the same text.

What vanishes with a tag that stands alone on its line depends on the line, and flattening changes lines. So
the result is read again, and a tag that has come to stand alone, or no longer does, is corrected until every
tag swallows exactly what it swallowed in the file it came from.

Source: https://github.com/mustache/spec (partials: "indentation", "standalone"; delimiters).
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from html import escape
from typing import NoReturn

from app.core.compiler.origins import Origins, Tracer
from app.core.compiler.partials import SPELLING, PartialResolver, TracedSource, tokens_of
from app.core.errors import CompileError
from bbws_templates.display import RAW
from bbws_templates.errors import LimitError, Location, PartialError
from bbws_templates.tokens import Token, TokenKind, tokenize

MAX_FLAT_CHARACTERS = 4_000_000
"""Partials that include each other in breadth grow without bound; no email is this long."""
MAX_MUSTACHE = 10_000
"""Mustache tags, those of partials in place included; public templates have some hundred at most."""

_GUARD = "{{! }}"  # a second tag on the line keeps the first from standing alone


@dataclass(frozen=True)
class FlatText:
    """A Mustache source without partials: its tokens, and the author's place of every character."""

    text: str
    origins: Origins
    tokens: tuple[Token, ...]


def flatten(root: TracedSource, resolver: PartialResolver, markup: Set[str] | None = None) -> FlatText:
    """``root`` with its partials in place, comments and delimiter tags gone.

    ``markup`` is for a text: the names whose values are HTML, so that ``{{{name}}}`` prints the words in it.
    An author may write so for any other value as well, to have it as it is; then it becomes ``{{name}}``.

    Raises:
        TemplateSyntaxError: malformed Mustache, in the file that holds it.
        PartialError: a partial that does not exist, leads out of the folder or includes itself.
        CompileError: text with ``{{`` in it, which only other delimiters can express.
        LimitError: the result is beyond ``MAX_FLAT_CHARACTERS``, or has more tags than ``MAX_MUSTACHE``.
    """
    collector = _Flattener(resolver, markup)
    collector.collect(root, "", ())
    return _settled(collector.pieces, root)


@dataclass
class _FlatPiece:
    """Text, or a tag with the blanks that vanish with it, from one place of one source."""

    text: str
    traced: TracedSource
    offset: int
    literal: bool
    is_tag: bool = False
    before: str = ""
    after: str = ""
    guarded: bool = False


@dataclass
class _Flattener:
    """Walks through sources and their partials, in the order of the result."""

    resolver: PartialResolver
    markup: Set[str] | None = None
    pieces: list[_FlatPiece] = field(default_factory=list)
    length: int = 0
    tags: int = 0

    def collect(self, source: TracedSource, indent: str, within: tuple[str, ...]) -> None:
        tokens = tokens_of(source)
        default = True
        line_begins = True
        for token in tokens:
            if token.kind is TokenKind.LITERAL:
                line_begins = self._text(source, token, indent, line_begins)
                continue
            if not token.alone:
                if indent and line_begins:
                    self._add(_FlatPiece(indent, source, token.start, False))
                line_begins = False
            if token.kind is TokenKind.PARTIAL:
                self._partial(source, token, indent, within)
            elif token.kind is TokenKind.DELIMITERS:
                default = token.key.split() == ["{{", "}}"]
            elif _is_raw(token):
                self._raw(source, token)
            elif token.kind is not TokenKind.COMMENT:
                self._tag(source, token, indent, verbatim=default)

    def _text(self, source: TracedSource, token: Token, indent: str, line_begins: bool) -> bool:
        """Add a literal, indented line by line; whether the next thing begins a line."""
        start = token.start
        for line in _lines(token.key) if indent else [token.key]:
            if indent and line_begins:
                self._add(_FlatPiece(indent, source, start, False))
            if "{{" in line:
                _refuse_braces(source.place(start + line.index("{{")))
            text = escape(line) if source.escaped else line
            self._add(_FlatPiece(text, source, start, text == line))
            start += len(line)
            line_begins = line.endswith("\n")
        return line_begins

    def _tag(self, source: TracedSource, token: Token, indent: str, *, verbatim: bool) -> None:
        kind = token.kind
        if kind is TokenKind.UNESCAPED and self._is_text(source, token.key):
            kind, verbatim = TokenKind.VARIABLE, False
        written = source.text[token.start : token.end]
        if not verbatim and ("{" in token.key or "}" in token.key):
            _refuse_braces(source.place(token.start))
        text = written if verbatim else SPELLING[kind] % token.key
        before = indent + source.text[token.outer_start : token.start] if token.alone else ""
        after = source.text[token.end : token.outer_end]
        self._add(_FlatPiece(text, source, token.start, text == written, True, before, after))

    def _raw(self, source: TracedSource, token: Token) -> None:
        """Add a value as it was sent: where nobody prepared display values, the name itself has it."""
        if "{" in token.key or "}" in token.key:
            _refuse_braces(source.place(token.start))
        raw, shown = token.key, token.key.removesuffix(RAW)
        kind = TokenKind.VARIABLE if self._is_text(source, raw) else token.kind
        for each, key in (
            (TokenKind.SECTION, raw), (kind, raw), (TokenKind.END, raw),
            (TokenKind.INVERTED, raw), (kind, shown), (TokenKind.END, raw),
        ):  # fmt: skip
            self._add(_FlatPiece(SPELLING[each] % key, source, token.start, False, True))

    def _is_text(self, source: TracedSource, name: str) -> bool:
        """Whether the value of ``name`` is words, even where it is asked for unescaped."""
        return source.escaped or (self.markup is not None and name not in self.markup)

    def _partial(self, source: TracedSource, token: Token, indent: str, within: tuple[str, ...]) -> None:
        if token.key in within:
            chain = " → ".join([*within[within.index(token.key) :], token.key])
            raise PartialError(
                f"Partials include each other without end: {chain}.",
                location=source.place(token.start),
                remedy="A compiled template has its partials in place, so none can include itself; "
                "write out as many levels as you need.",
            )
        included = self.resolver.resolve(token.key, source.place(token.start))
        self.collect(included, indent + token.indent if token.alone else "", (*within, token.key))

    def _add(self, piece: _FlatPiece) -> None:
        self.length += len(piece.text)
        if self.length > MAX_FLAT_CHARACTERS:
            raise LimitError(
                f"With its partials in place the template is longer than {MAX_FLAT_CHARACTERS:,} characters.",
                location=piece.traced.place(piece.offset),
                remedy="Include fewer partials within partials.",
            )
        self.tags += piece.is_tag
        if self.tags > MAX_MUSTACHE:
            raise LimitError(
                f"The template has more than {MAX_MUSTACHE:,} Mustache tags.",
                location=piece.traced.place(piece.offset),
                remedy="Send fewer of them; a section repeats what it holds for each item of a list.",
            )
        if piece.text:
            if piece.text.startswith("{") and self.pieces and self.pieces[-1].text.endswith("{"):
                _refuse_braces(piece.traced.place(piece.offset))
            self.pieces.append(piece)


def _is_raw(token: Token) -> bool:
    is_variable = token.kind in {TokenKind.VARIABLE, TokenKind.UNESCAPED}
    return is_variable and token.key.endswith(RAW) and token.key.rpartition(".")[2] != RAW


def _settled(pieces: list[_FlatPiece], root: TracedSource) -> FlatText:
    """The pieces put together so that each tag swallows what it swallowed in its own file."""
    tagged = [piece for piece in pieces if piece.is_tag]
    while True:
        text, origins = _joined(pieces, root)
        tokens = tokenize(text)
        tags = [tag for tag in tokens if tag.kind not in {TokenKind.LITERAL, TokenKind.COMMENT}]
        changed = False
        for piece, tag in zip(tagged, tags, strict=True):
            swallowed = (tag.start - tag.outer_start, tag.outer_end - tag.end)
            if swallowed == (len(piece.before), len(piece.after)):
                continue
            if piece.before or piece.after:
                piece.before = piece.after = ""
            else:
                piece.guarded = True
            changed = True
        if not changed:
            return FlatText(text, origins, tokens)


def _joined(pieces: list[_FlatPiece], root: TracedSource) -> tuple[str, Origins]:
    tracer = Tracer(root.origins)
    for piece in pieces:
        origins = piece.traced.origins
        tracer.insert(piece.before, origins, piece.offset)
        if piece.literal:
            source = piece.traced.text
            tracer.copy(source, origins, piece.offset, piece.offset + len(piece.text))
        else:
            tracer.insert(piece.text, origins, piece.offset)
        tracer.insert(_GUARD if piece.guarded else "", origins, piece.offset)
        tracer.insert(piece.after, origins, piece.offset)
    return tracer.build()


def _refuse_braces(place: Location) -> NoReturn:
    raise CompileError(
        "A compiled template has the default delimiters, in which these braces cannot be written as text.",
        location=place,
        remedy="In HTML write '&#123;' for each '{'; elsewhere, change the text.",
    )


def _lines(text: str) -> Iterator[str]:
    """Lines with their LF, the only character that ends a line of a template."""
    *whole, rest = text.split("\n")
    for line in whole:
        yield line + "\n"
    if rest:
        yield rest
