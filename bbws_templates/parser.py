"""From tokens to a tree: sections matched with their ends, comments and delimiters gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NoReturn

from bbws_templates.errors import LimitError, Location, TemplateSyntaxError
from bbws_templates.limits import DEFAULT_LIMITS
from bbws_templates.nodes import Node, Partial, Section, Text, Variable
from bbws_templates.tokens import Token, TokenKind, position, tokenize

_BLOCKS = frozenset({TokenKind.SECTION, TokenKind.INVERTED})
_HELPERS: Final = {"each": "repeats", "if": "asks", "unless": "asks for the opposite", "with": "goes inside"}


def parse(source: str, name: str = "template") -> tuple[Node, ...]:
    """The tree of a Mustache template.

    Raises:
        TemplateSyntaxError: malformed Mustache; for a section without an end, located at its opening tag.
        LimitError: sections nested deeper than ``DEFAULT_LIMITS.depth``.
    """
    return build(tokenize(source, name=name), source=source, name=name)


def build(tokens: Iterable[Token], *, source: str, name: str, indent: str = "") -> tuple[Node, ...]:
    """The tree of a template that is already in tokens.

    ``indent`` is put before every line, as the specification asks for a partial that stands alone ("this
    whitespace should be prepended to each line of the partial before rendering"): before the lines of the
    source, that is, and not before those that a variable brings along.
    """
    return _Builder(source, name).build(_indented(tokens, indent) if indent else tokens)


def path_of(key: str) -> tuple[str, ...]:
    """The names to look up one after the other; () for the implicit iterator ``.``."""
    return () if key == "." else tuple(key.split("."))


class _Builder:
    def __init__(self, source: str, name: str) -> None:
        self._source = source
        self._name = name

    def build(self, tokens: Iterable[Token]) -> tuple[Node, ...]:
        nodes: list[Node] = []
        opened: list[tuple[Token, list[Node]]] = []
        for token in tokens:
            kind = token.kind
            if kind is TokenKind.LITERAL:
                # A literal of tokenize() is its own source; one that is not is the indent of a line.
                nodes.append(Text(token.key, token.start, indent=token.start == token.end))
            elif kind is TokenKind.VARIABLE or kind is TokenKind.UNESCAPED:
                nodes.append(Variable(token.key, path_of(token.key), kind is TokenKind.VARIABLE, token.start))
            elif kind in _BLOCKS:
                if len(opened) >= DEFAULT_LIMITS.depth:
                    self._too_deep(token)
                opened.append((token, nodes))
                nodes = []
            elif kind is TokenKind.END:
                start, outside = opened.pop() if opened else self._stray(token)
                if start.key != token.key:
                    self._mismatch(start, token)
                inverted = start.kind is TokenKind.INVERTED
                section = Section(start.key, path_of(start.key), inverted, tuple(nodes), start.start)
                nodes = outside
                nodes.append(section)
            elif kind is TokenKind.PARTIAL:
                nodes.append(Partial(token.key, token.indent, token.start))
        if opened:
            self._unclosed(opened[-1][0])
        return tuple(nodes)

    def _too_deep(self, token: Token) -> NoReturn:
        raise LimitError(
            f"Sections are nested more than {DEFAULT_LIMITS.depth} deep.",
            location=self._location(token),
            remedy="Nest fewer sections.",
        )

    def _stray(self, token: Token) -> NoReturn:
        raise TemplateSyntaxError(
            f"'{{{{/{token.key}}}}}' closes a section that was not opened.",
            location=self._location(token),
            remedy=f"Open it with '{{{{#{token.key}}}}}' or remove the tag.",
        )

    def _mismatch(self, start: Token, end: Token) -> NoReturn:
        line, column = position(self._source, end.start)
        raise TemplateSyntaxError(
            f"Section '{start.key}' is closed by '{{{{/{end.key}}}}}' in line {line}, column {column}.",
            location=self._location(start),
            remedy=_without_helper(start, end) or f"Close it with '{{{{/{start.key}}}}}' first.",
        )

    def _unclosed(self, start: Token) -> NoReturn:
        raise TemplateSyntaxError(
            f"Section '{start.key}' is not closed.",
            location=self._location(start),
            remedy=f"Close it with '{{{{/{start.key}}}}}'.",
        )

    def _location(self, token: Token) -> Location:
        return Location(self._name, *position(self._source, token.start))


def _without_helper(start: Token, end: Token) -> str:
    """What Mustache writes for a block helper of Handlebars, ``{{#each x}}…{{/each}}``; else ``""``."""
    helper, _, name = start.key.partition(" ")
    if helper != end.key or helper not in _HELPERS:
        return ""
    name = name.strip()
    sign = "^" if helper == "unless" else "#"
    return f"That is Handlebars: Mustache {_HELPERS[helper]} with '{{{{{sign}{name}}}}}…{{{{/{name}}}}}'."


def _indented(tokens: Iterable[Token], indent: str) -> Iterator[Token]:
    """The same tokens with ``indent`` before every line that is left once tags that stand alone are gone."""
    line_begins = True
    for token in tokens:
        if token.kind is TokenKind.LITERAL:
            start = token.start
            for line in _lines(token.key):
                if line_begins:
                    yield _blanks(indent, start)
                end = start + len(line)
                yield Token(TokenKind.LITERAL, line, start, end, start, end)
                start = end
                line_begins = line.endswith("\n")
        elif token.alone:
            yield token._replace(indent=indent + token.indent) if token.kind is TokenKind.PARTIAL else token
        else:
            if line_begins:
                yield _blanks(indent, token.start)
            yield token
            line_begins = False


def _blanks(indent: str, offset: int) -> Token:
    return Token(TokenKind.LITERAL, indent, offset, offset, offset, offset)


def _lines(text: str) -> Iterator[str]:
    """Lines with their LF; ``str.splitlines`` would also cut at characters that end no line of a template."""
    *whole, rest = text.split("\n")
    for line in whole:
        yield line + "\n"
    if rest:
        yield rest
