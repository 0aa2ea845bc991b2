"""Tokens of a Mustache template, each with the exact span of source it came from.

The tag grammar is chevron's: ``parse_tag`` tells what a tag is, ``l_sa_check`` and ``r_sa_check`` whether it
stands alone on its line. They are handed no more than the tag, or the line, in question: chevron copies what
is left of the template at every tag (quadratic), and counts lines in module globals (wrong in threads).
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, NoReturn

from chevron.tokenizer import l_sa_check, parse_tag, r_sa_check

from bbws_templates.errors import Location, TemplateSyntaxError


class TokenKind(StrEnum):
    """What a stretch of a template is."""

    LITERAL = "literal"
    VARIABLE = "variable"
    UNESCAPED = "unescaped variable"
    SECTION = "section"
    INVERTED = "inverted section"
    END = "end of section"
    PARTIAL = "partial"
    COMMENT = "comment"
    DELIMITERS = "delimiters"


class Token(NamedTuple):
    """One tag, or one stretch of text between tags.

    ``key`` is the tag's name; for a literal the text as it is rendered. ``start`` and ``end`` span the tag
    itself (or that text) in the source. ``outer_start`` and ``outer_end`` add the blanks and line end that
    vanish with a tag that stands ``alone`` on its line; the outer spans of all tokens tile the source.
    ``indent`` holds the blanks before a partial that stands alone, which every line of it receives.
    """

    kind: TokenKind
    key: str
    start: int
    end: int
    outer_start: int
    outer_end: int
    indent: str = ""
    alone: bool = False


_KINDS = {
    "variable": TokenKind.VARIABLE,
    "no escape": TokenKind.UNESCAPED,
    "no escape?": TokenKind.UNESCAPED,
    "section": TokenKind.SECTION,
    "inverted section": TokenKind.INVERTED,
    "end": TokenKind.END,
    "partial": TokenKind.PARTIAL,
    "comment": TokenKind.COMMENT,
}
_SIGILS = "#^/>&!={"
_INHERITANCE = (
    "Write a partial for what comes before and one for what comes after, as a pair: "
    "{{> layout/open}}…{{> layout/close}}"
)


def position(source: str, offset: int) -> tuple[int, int]:
    """Line and column of ``offset``, both from 1; lines end at LF, columns count characters."""
    from bisect import bisect_right  # Only errors and warnings have places.

    starts = line_starts(source)
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


# Whoever asks for one place asks for more: the warnings of one rendering, the findings of one check.
@lru_cache(maxsize=16)
def line_starts(source: str) -> list[int]:
    """The offset at which each line of ``source`` begins; lines end at LF."""
    starts, end = [0], source.find("\n")
    while end >= 0:
        starts.append(end + 1)
        end = source.find("\n", end + 1)
    return starts


def tokenize(source: str, *, name: str = "template") -> tuple[Token, ...]:
    """Split a Mustache template into tokens, in time linear in its length.

    ``name`` is the template's name in errors. Literals without text are left out.

    Raises:
        TemplateSyntaxError: a tag that is not closed, is empty, or whose content no Mustache engine agrees
            on; located at the tag.

    Source: https://github.com/mustache/spec (required modules); chevron 0.14 for the grammar of a tag.
    """
    return tuple(_Scanner(source, name).tokens())


class _Scanner:
    """Walks once through one source; holds the delimiters in force."""

    def __init__(self, source: str, name: str) -> None:
        self._source = source
        self._name = name
        self._left = "{{"
        self._right = "}}"

    def tokens(self) -> list[Token]:
        source = self._source
        found: list[Token] = []
        position = 0
        standalone = True
        while (start := source.find(self._left, position)) >= 0:
            literal = source[position:start]
            # A tag may stand alone if only blanks precede it on its line. chevron answers None for "no".
            standalone = bool(l_sa_check("", literal, standalone))
            kind, key, end = self._tag(start)
            outer_start, outer_end = start, end
            if standalone and kind not in {TokenKind.VARIABLE, TokenKind.UNESCAPED}:
                line_end = source.find("\n", end) + 1 or len(source)
                standalone = r_sa_check(source[end:line_end], kind.value, standalone)
                if standalone:
                    outer_start = position + literal.rfind("\n") + 1
                    outer_end = line_end
            else:
                standalone = False
            if outer_start > position:
                found.append(self._literal(position, outer_start))
            indent = source[outer_start:start] if kind is TokenKind.PARTIAL else ""
            found.append(Token(kind, key, start, end, outer_start, outer_end, indent, standalone))
            position = outer_end
        if position < len(source):
            found.append(self._literal(position, len(source)))
        return found

    def _literal(self, start: int, end: int) -> Token:
        return Token(TokenKind.LITERAL, self._source[start:end], start, end, start, end)

    def _tag(self, start: int) -> tuple[TokenKind, str, int]:
        """Kind, name and end of the tag that opens at ``start``."""
        source, left, right = self._source, self._left, self._right
        body = start + len(left)
        close = source.find(right, body)
        if close < 0:
            self._fail(start, f"The tag is not closed: no '{right}' follows.", f"Close it with '{right}'.")
        if source.startswith("=", body):
            return self._delimiters(start, body)
        end = close + len(right)
        if source.startswith("{", body):
            # {{{name}}}: the first closing delimiter is part of, or comes right after, the closing brace.
            brace = source.find("}" + right, body + 1)
            if brace < 0 or close - brace not in {0, 1}:
                opening, closing = f"{left}{{", f"}}{right}"
                self._fail(start, f"'{opening}' is not closed by '{closing}'.", f"Close it with '{closing}'.")
            end = brace + 1 + len(right)
        if close == body:
            self._empty(start)
        (chevron_kind, key), _ = parse_tag(source[body:end], left, right)
        kind = _KINDS[chevron_kind]
        if chevron_kind == "no escape?":
            # chevron knows braces only with the default delimiters; other engines take <%{name}%> as well.
            key = key[:-1].strip()
        if kind is not TokenKind.COMMENT:
            self._check_key(kind, key, start)
        return kind, key, end

    def _delimiters(self, start: int, body: int) -> tuple[TokenKind, str, int]:
        """Read ``{{=<% %>=}}`` and put the new delimiters in force.

        Not chevron's doing: it ends the tag at the first closing delimiter, not at ``=`` and the closing
        delimiter as the specification has it, and accepts any number of new delimiters.
        """
        closing = "=" + self._right
        close = self._source.find(closing, body + 1)
        if close < 0:
            message = f"The delimiter tag is not closed by '{closing}'."
            self._fail(start, message, f"Close it with '{closing}'.")
        key = self._source[body + 1 : close].strip()
        delimiters = key.split()
        if len(delimiters) != 2 or "=" in key:
            self._fail(
                start,
                "A delimiter tag takes two delimiters with a blank between them and no '=' in either.",
                "Write it like {{=<% %>=}}.",
            )
        end = close + len(closing)
        self._left, self._right = delimiters
        return TokenKind.DELIMITERS, key, end

    def _check_key(self, kind: TokenKind, key: str, start: int) -> None:
        if not key:
            self._empty(start)
        if self._left in key:
            self._fail(
                start,
                f"The tag is not closed before the next one opens: '{key.splitlines()[0][:40]}'.",
                f"Close it with '{self._right}'.",
            )
        self._check_optional(kind, key, start)
        if kind is TokenKind.VARIABLE and key[0] in _SIGILS:
            # Some engines read {{ #name }} as a section, chevron as a variable called '#name'.
            self._fail(
                start,
                f"Engines disagree on a blank before '{key[0]}'.",
                f"Write '{self._left}{key}{self._right}'.",
            )

    def _check_optional(self, kind: TokenKind, key: str, start: int) -> None:
        """Refuse what optional modules of the specification mean by a tag; here it would print nothing."""
        sign = ">" if kind is TokenKind.PARTIAL else ""
        written = f"'{self._left}{sign}{' '.join(key.split())[:40]}{self._right}'"
        optional = "an optional part of Mustache that is not supported"
        if kind is TokenKind.VARIABLE and key[0] == "<":
            self._fail(start, f"{written} inherits from a parent: {optional}.", f"{_INHERITANCE}.")
        if kind is TokenKind.VARIABLE and key[0] == "$":
            remedy = f"{_INHERITANCE}; the name of a field cannot begin with '$'."
            self._fail(start, f"{written} is a block of inheritance: {optional}.", remedy)
        if kind is TokenKind.PARTIAL and key[0] == "*":
            remedy = "Choose among partials by sections: {{#paid}}{{> a}}{{/paid}}{{^paid}}{{> b}}{{/paid}}."
            self._fail(start, f"{written} is a dynamic name: {optional}.", remedy)

    def _empty(self, start: int) -> NoReturn:
        self._fail(start, "The tag has no name.", "Name a variable in it, or remove it.")

    def _fail(self, start: int, message: str, remedy: str) -> NoReturn:
        line, column = position(self._source, start)
        raise TemplateSyntaxError(message, location=Location(self._name, line, column), remedy=remedy)
