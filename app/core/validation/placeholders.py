"""Placeholders that Mustache does not fill: braces left over, and the syntax of other engines.

Only the template's own words are looked at. Data may hold ``{{x}}`` as they please, and it stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from app.core.engines import foreign_tag, placeholders
from app.core.validation.rules import ERROR, WARNING, Rule, Violation
from bbws_templates.tokens import Token, TokenKind

BRACES = Rule("stray-braces", ERROR, "Write {{name}} with two braces on each side.")
FOREIGN = Rule("foreign-placeholder", WARNING, "Write it in Mustache: {{name}}, {{#name}}…{{/name}}.")
RULES = (BRACES, FOREIGN)

_STYLE = re.compile(r"<(style|script)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_BRACES = re.compile(r"\{\{|\}\}|(?<![\w$%#]){\s+{")
# Braces that are meant to be seen: their author took care that no engine reads them.
_MEANT = re.compile(r"&(?:#123|#x7b|lcub|lbrace);[^{}<\n]*$", re.IGNORECASE)
_SIGNS = {TokenKind.SECTION: "#", TokenKind.INVERTED: "^", TokenKind.PARTIAL: ">"}


def stray_placeholders(
    source: str, tokens: Sequence[Token], declared: Container[str] = ()
) -> Iterator[Violation]:
    """Every place where a reader would see a placeholder, or an engine would not do what was meant.

    ``declared`` are the names that the contract has: any of them is a name, whatever it looks like.
    """
    styles = [match.span() for match in _STYLE.finditer(source)]
    for token in tokens:
        if token.kind is TokenKind.LITERAL:
            for violation in _in_text(source, token):
                if not any(start <= violation.offset < end for start, end in styles):
                    yield violation
        elif token.kind in {TokenKind.COMMENT, TokenKind.END} or token.key.partition(".")[0] in declared:
            continue
        elif foreign := foreign_tag(_SIGNS.get(token.kind, "") + token.key):
            yield FOREIGN.at(
                token.start,
                f"This is {foreign.means} in {foreign.engine}; Mustache takes it for a name.",
                remedy=foreign.instead,
            )


def _in_text(source: str, token: Token) -> Iterator[Violation]:
    for match in _BRACES.finditer(source, token.start, token.end):
        if not _MEANT.search(source, max(token.start, match.start() - 100), match.start()):
            yield BRACES.at(match.start(), "Braces of a placeholder are left over; readers will see them.")
    for offset, foreign in placeholders(source, token.start, token.end):
        yield FOREIGN.at(
            offset,
            f"This is {foreign.means} of {foreign.engine}, which Mustache leaves as it is; unless the sender "
            "fills it in, readers will see it.",
            remedy=foreign.instead,
        )
