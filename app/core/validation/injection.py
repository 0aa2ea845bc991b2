"""Variables through which data could do more than be read.

Escaping keeps text and attribute values whole, but a link still runs a ``javascript:`` URL, and a style still
takes any property, however well escaped. There the contract must say what the data may be; whether it does
is tried, not guessed: the contract is asked about values that an attacker would send.

Source: OWASP, Cross Site Scripting Prevention Cheat Sheet, "URL contexts" and "CSS contexts".
"""

from __future__ import annotations

from collections.abc import Iterator

from app.core.html.markup import Context, Region
from app.core.html.veil import Veil
from app.core.validation.fields import Field
from app.core.validation.rules import ERROR, WARNING, Rule, Violation
from bbws_templates.nodes import Variable
from bbws_templates.tokens import TokenKind

UNESCAPED = Rule("unescaped-variable", WARNING, "Write {{name}}; only HTML that we make ourselves may pass.")
URL = Rule("unrestricted-url", ERROR, 'Add "pattern": "^https://" to the field in the contract.')
STYLE = Rule(
    "unrestricted-style",
    ERROR,
    'Say in the contract what it may be: "enum": ["#28a745", "#dc3545"], or "pattern": "^#[0-9a-fA-F]{6}$". '
    "Else write the whole element once for each case, with a section around each.",
)
RULES = (UNESCAPED, URL, STYLE)

_URL_ATTRIBUTES = {"href", "src", "background", "action", "formaction", "poster", "data"}
_HOSTILE_URLS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "javascript://example.com/%0aalert(1)",
    "javascript:alert(1)//https://example.com/",
    "data:text/html,x",
    "vbscript:x",
)
_HOSTILE_STYLES = ("red;background:url(https://a.example/)", "red}*{display:none", "expression(alert(1))")
_IGNORED = "".join(map(chr, range(33)))  # what browsers drop before a URL
_OPPOSITE = {TokenKind.SECTION: TokenKind.INVERTED, TokenKind.INVERTED: TokenKind.SECTION}
_ATTRIBUTES = {Context.ATTRIBUTE_VALUE, Context.UNQUOTED_VALUE}


def begins_url(variable: Variable, region: Region, veil: Veil) -> bool:
    """Whether a variable stands at the beginning of a URL, and so decides on its scheme.

    Blanks before it do not count, nor does a section that may print nothing.
    """
    attribute = region.attribute
    if attribute is None or attribute.name not in _URL_ATTRIBUTES or variable.start < attribute.value_start:
        return False
    return _may_be_blank(veil.text[attribute.value_start : variable.start], veil)


def _may_be_blank(before: str, veil: Veil) -> bool:
    """Whether a piece of the veiled text may print nothing but blanks; sections may begin in it."""
    says = [False]  # of each open section, whether it prints something for certain
    ended: list[set[tuple[str, TokenKind]]] = [set()]
    opened: list[tuple[str, TokenKind]] = []
    here = 0
    for word in veil.words(before):
        tag = veil.tag(word)
        says[-1] = says[-1] or bool(before[here : word.start()].strip(_IGNORED))
        here = word.end()
        if tag.kind in _OPPOSITE:
            says.append(False)
            ended.append(set())
            opened.append((tag.key, tag.kind))
        elif tag.kind is TokenKind.END and opened:
            key, kind = opened.pop()
            ended.pop()
            if says.pop():
                ended[-1].add((key, kind))
                says[-1] = says[-1] or (key, _OPPOSITE[kind]) in ended[-1]  # the one or the other prints
        elif tag.kind in {TokenKind.VARIABLE, TokenKind.UNESCAPED}:
            says[-1] = True  # and is asked itself
    return not any(says) and not before[here:].strip(_IGNORED)


def check_variable(
    variable: Variable, region: Region, veil: Veil, field: Field | None
) -> Iterator[Violation]:
    """What a variable of the HTML lets through, at its tag.

    ``region`` is where the tag stands in the compiled HTML, ``veil``; ``field`` is None when no contract
    declares it.
    """
    in_attribute = region.context in _ATTRIBUTES
    if not variable.escaped:
        where = "in an attribute, where a quote ends it" if in_attribute else "in HTML"
        message = f"'{variable.key}' is not escaped {where}: data can bring markup along."
        yield UNESCAPED.at(variable.start, message, severity=ERROR if in_attribute else WARNING)
    if field is None:
        return
    attribute = region.attribute.name if region.attribute is not None and in_attribute else ""
    if begins_url(variable, region, veil) and any(map(field.accepts, _HOSTILE_URLS)):
        message = f"The contract lets '{variable.key}' be a 'javascript:' URL, and it is used as one."
        yield URL.at(variable.start, message)
    if (attribute == "style" or region.context is Context.STYLE) and any(map(field.accepts, _HOSTILE_STYLES)):
        message = f"The contract lets '{variable.key}' be any text, and it is used in a style."
        yield STYLE.at(variable.start, message)
