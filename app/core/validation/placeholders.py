"""Placeholders that Mustache does not fill: braces left over, and the syntax of other engines.

Only the template's own words are looked at. Data may hold ``{{x}}`` as they please, and it stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from app.core.validation.rules import ERROR, WARNING, Problem, Rule
from bbws_templates.tokens import Token, TokenKind

BRACES = Rule("stray-braces", ERROR, "Write {{name}} with two braces on each side.")
FOREIGN = Rule("foreign-placeholder", WARNING, "Write it in Mustache: {{name}}, {{#name}}…{{/name}}.")
RULES = (BRACES, FOREIGN)

_STYLE = re.compile(r"<(style|script)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_BRACES = re.compile(r"\{\{|\}\}|(?<![\w$%#]){\s+{")
_FOREIGN = re.compile(
    r"\{%-?\s*\w|<%[=-]?\s|\*\|[A-Z_:]+\|\*|\[\[\s*[\w.]+\s*\]\]|\$\{\w[\w.]*\}|%recipient\.\w+%|%%[\w.]+%%"
)
_HELPERS = re.compile(r"(if|unless|each|with|else|elseif)(\s|$)|.*\s(as|==|eq)\s|.*[()|\"'=\[]")
_HANDLEBARS = re.compile(r"this$|this[./]|@\w|\.{1,2}/|[{~]|.*~$")
_HANDLEBARS_REMEDY = (
    "Write {{.}} for the item itself and {{name}} for anything else: Mustache looks in the item first, then "
    "around it. What Mustache cannot count or name, put into the data."
)


def stray_placeholders(
    source: str, tokens: Sequence[Token], declared: Container[str] = ()
) -> Iterator[Problem]:
    """Every place where a reader would see a placeholder, or an engine would not do what was meant.

    ``declared`` are the names that the contract has: any of them is a name, whatever it looks like.
    """
    styles = [match.span() for match in _STYLE.finditer(source)]
    for token in tokens:
        if token.kind is TokenKind.LITERAL:
            for pattern, rule, message in (
                (_BRACES, BRACES, "Braces of a placeholder are left over; readers will see them."),
                (_FOREIGN, FOREIGN, "This is a placeholder of another engine; readers will see it."),
            ):
                for match in pattern.finditer(source, token.start, token.end):
                    if not any(start <= match.start() < end for start, end in styles):
                        yield rule.at(match.start(), message)
        elif token.kind in {TokenKind.COMMENT, TokenKind.END} or token.key.partition(".")[0] in declared:
            continue
        elif _HELPERS.match(token.key):
            yield FOREIGN.at(token.start, "Mustache has no helpers: it takes the whole for a name.")
        elif _HANDLEBARS.match(token.key):
            yield FOREIGN.at(
                token.start,
                "This is the syntax of Handlebars: Mustache takes it for a name.",
                remedy=_HANDLEBARS_REMEDY,
            )
