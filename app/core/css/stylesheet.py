"""A stylesheet cut into rules that can be inlined and text that stays as its author wrote it.

Everything is a span of the source: what is kept is sliced out, never written anew, so that hacks, spacing and
syntax that no CSS parser here knows survive.

Source: CSS Syntax Level 3, as tinycss2 reads it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import cssselect
import tinycss2

from app.core.css.escapes import ADDRESS_OPENS, without_halves
from app.core.css.hidden_names import hidden_in_declaration, hidden_in_name, hidden_in_names
from app.core.css.measure import left_open, missing_end
from app.core.css.nesting import Around
from app.core.css.offsets import Offsets
from app.core.css.rules import CssIssue, Declaration, Span, StyleRule, Stylesheet
from app.core.css.selectors import Selector
from app.core.css.values import is_known, problem
from app.core.html.blanks import BLANK, BLANKS
from app.core.html.veil import is_veiled

# A comment, or what may hold "/*" and is none: a string, an address.
_COMMENT = re.compile(
    rf"""/\*.*?(?:\*/|\Z)|(["'])(?:\\[0-9a-f]{{1,6}}{BLANK}?|\\.|(?!\1)[^\\\n])*+\1?|{ADDRESS_OPENS}(?:\\.|[^)\\])*\)?""",
    re.DOTALL | re.IGNORECASE,
)
_VML_HOOK = re.compile(rf"{BLANK}*\w+\\:\*(?:{BLANK}*,{BLANK}*\w+\\:\*)*{BLANK}*")
_CONDITIONS = frozenset({"media", "supports", "layer", "container", "scope", "starting-style"})
_STRAY = "This '}' closes nothing; it is skipped together with the rule that follows."
_UNREADABLE = "No browser can read this rule's selector, so none applies the rule"
_BLANK = frozenset({"whitespace", "comment"})
_JOINING = frozenset({"and", "or", "not"})
_NUL = "\0"
_BOUNDS = ";{}"
_BEFORE_NAMESPACES = frozenset({"charset", "import", "layer"})


@lru_cache(maxsize=128)
def parse_stylesheet(text: str) -> Stylesheet:
    """Cut ``text`` into its parts.

    Mustache tags in it must have been replaced, at equal length, by characters that may stand in a CSS name.
    """
    return _Cutter(text).cut()


def comments(text: str) -> list[Span]:
    """Where the comments of a stylesheet are, in order."""
    return [Span(*match.span()) for match in _COMMENT.finditer(text) if match.group().startswith("/*")]


def _unclosed_comments(text: str) -> Iterator[CssIssue]:
    for span in comments(text) if "/*" in text else ():
        if not text.endswith("*/", span.start + 2, span.end):
            yield CssIssue(span.start, "The comment is never closed: all that follows belongs to it.")


def parse_declarations(text: str) -> tuple[Declaration, ...]:
    """The declarations of a style attribute, those that are not CSS left out."""
    return parse_style(text)[0]


@lru_cache(maxsize=4096)
def parse_style(text: str) -> tuple[tuple[Declaration, ...], tuple[CssIssue, ...]]:
    """The declarations of a style attribute, and what clients skip in it, each in order."""
    tokens = tinycss2.parse_component_value_list(without_halves(text))
    problems: list[CssIssue] = []
    declarations = tuple(_declarations(tokens, Offsets(text), len(text), text, problems))
    problems += _unclosed_comments(text)
    told = (found for found in problems if not _is_of_nul(text, found.offset))
    return declarations, tuple(sorted(told, key=lambda found: found.offset))


class _Cutter:
    """Reads one stylesheet, nested at-rules included."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._offsets = Offsets(text)
        self._problems: list[CssIssue] = []
        self._conditional: list[StyleRule] = []
        self._strays: list[int] = []
        self._ends: dict[int, int] = {}
        self._left_open = left_open(text)

    def cut(self) -> Stylesheet:
        tokens = tinycss2.parse_component_value_list(without_halves(self._text))
        self._note_ends(tokens)
        self._strays = [self._offsets.of(token) for token in tokens if _is_stray_brace(token)]
        self._problems += [CssIssue(stray, _STRAY) for stray in self._strays]
        self._problems += _unclosed_comments(self._text)
        nodes = tinycss2.parse_stylesheet(tokens)
        around = Around(prefixes=frozenset(_prefixes(nodes)))
        rules, at_rules = self._parts(nodes, len(self._text), around)
        conditional = sorted(self._conditional, key=lambda rule: rule.span.start)
        told = (found for found in self._problems if not _is_kept_nul(self._text, found.offset, at_rules))
        problems = sorted(told, key=lambda problem: problem.offset)
        imports = frozenset(
            self._offsets.of(node)
            for node in nodes
            if node.type == "at-rule" and node.lower_at_keyword == "import"
        )
        return Stylesheet(tuple(rules), tuple(at_rules), tuple(conditional), tuple(problems), imports)

    def _parts(self, nodes: list[Any], end: int, around: Around) -> tuple[list[StyleRule], list[Span]]:
        """The rules and at-rules of one level, which ends at ``end``."""
        starts = [*map(self._offsets.of, nodes), end]
        rules: list[StyleRule] = []
        at_rules: list[Span] = []
        done = 0
        for node, start, following in zip(nodes, starts, starts[1:], strict=False):
            if node.type == "qualified-rule":
                span = Span(start, self._block_end(node, start, following))
                rules += self._rule(node, span, around)
                done = span.end
            elif node.type == "at-rule":
                at_rules.append(self._at_rule(node, start, following, around))
                done = at_rules[-1].end
            elif node.type == "error" and not any(done <= stray < end for stray in self._strays):
                self._problems.append(CssIssue(start, f"{node.message.rstrip(chr(46))}."))
        return rules, at_rules

    def _at_rule(self, node: Any, start: int, following: int, around: Around) -> Span:
        if not self._text.isascii():
            if found := hidden_in_name(node.at_keyword):
                self._problems.append(CssIssue(start, found, hidden=True))
            self._note_hidden(node.prelude)
        if node.content is None:
            return Span(start, start + len(self._text[start:following].rstrip(BLANKS)))
        span = Span(start, self._block_end(node, start, following))
        if node.lower_at_keyword in _CONDITIONS:
            inner = _under(node, around)
            self._note_missing_blanks(node)
            if inner.scoped:  # declarations of its own are those of its roots
                self._conditional += self._block(node, span, inner.of_roots, inner)
            else:
                end = span.end - 1 if self._is_closed(span) else span.end
                self._conditional += self._parts(tinycss2.parse_rule_list(node.content), end, inner)[0]
        return span

    def _note_hidden(self, tokens: list[Any]) -> bool:
        """Say where a character of a name is one that nobody sees."""
        found = [] if self._text.isascii() else list(hidden_in_names(tokens))
        self._problems += [CssIssue(self._offsets.of(token), each, hidden=True) for token, each in found]
        return bool(found)

    def _note_missing_blanks(self, node: Any) -> None:
        """Say where ``and(`` is a function, so that a query matches nothing (Media Queries 4, 3)."""
        for token in node.prelude if node.lower_at_keyword == "media" else ():
            if token.type == "function" and token.lower_name in _JOINING:
                name = token.lower_name
                self._problems.append(
                    CssIssue(self._offsets.of(token), f"'{name}(' needs a blank: nothing fits this query.")
                )

    def _note_ends(self, tokens: list[Any]) -> None:
        """Where each block ends that something follows, by the list that is its content."""
        pending = [tokens]
        while pending:
            level = pending.pop()
            for token, following in zip(level, [*level[1:], None], strict=False):
                if token.type == "{} block":
                    pending.append(token.content)
                    if following is not None:
                        self._ends[id(token.content)] = self._offsets.of(following)

    def _block_end(self, node: Any, start: int, following: int) -> int:
        """Where the block of the rule ``node``, at ``start``, ends, after its brace; else ``following``."""
        end = self._ends.get(id(node.content))
        if end is not None:
            return end
        if not self._is_closed(Span(start, following)):
            self._problems.append(CssIssue(start, "The rule is not closed by '}'."))
        return following

    def _is_closed(self, span: Span) -> bool:
        """Whether a block that ends with the text ends with its own brace, which no string holds."""
        is_open = any(span.start <= start < span.end for start in self._left_open)
        return not is_open and self._text.endswith("}", span.start, span.end)

    def _rule(self, node: Any, span: Span, around: Around) -> list[StyleRule]:
        """A rule, and what it becomes where rules stand within it."""
        hidden = self._note_hidden(node.prelude)
        try:
            selectors = around.selectors(node.prelude)
        except cssselect.SelectorError as error:
            selectors = ()
            told = hidden or any(map(_is_stray_brace, node.prelude))
            if not (told or _is_for_vml(node.prelude)):
                self._problems.append(CssIssue(span.start, f"{_UNREADABLE} ({error})."))
        return self._block(node, span, selectors, around.within(selectors) if selectors else None)

    def _block(
        self, node: Any, span: Span, selectors: tuple[Selector, ...], around: Around | None
    ) -> list[StyleRule]:
        """The declarations of a block: a rule, and one for each stretch after a rule within it.

        Rules within it are noted if there is an ``around`` for them.
        """
        end = span.end - 1 if self._is_closed(span) else span.end
        stretches: list[tuple[int, list[Declaration]]] = [(span.start, [])]
        nesting = any(token.type == "{} block" for token in node.content)
        broken = False
        for item in _declared(node.content, self._offsets, end, self._text, self._problems):
            if isinstance(item, Declaration):
                if broken:
                    stretches.append((item.offset, []))
                stretches[-1][1].append(item)
            elif around is not None and getattr(item, "content", None) is not None:
                self._within(item, end, around, selectors)
            broken = not isinstance(item, Declaration)
        conditions, scoped = (around.conditions, around.scoped) if around else ((), False)
        return [
            StyleRule(
                span if number == 0 else Span(start, found[-1].end),
                selectors,
                tuple(found),
                nesting,
                number > 0,
                conditions,
                scoped,
            )
            for number, (start, found) in enumerate(stretches)
        ]

    def _within(self, node: Any, end: int, around: Around, selectors: tuple[Selector, ...]) -> None:
        """Note a rule, or an at-rule, that stands within a rule with these selectors."""
        start = self._offsets.of(node)
        span = Span(start, self._block_end(node, start, end))
        if node.type == "qualified-rule":
            self._conditional += self._rule(node, span, around)
        elif node.type == "at-rule" and node.lower_at_keyword in _CONDITIONS:
            inner = _under(node, around)
            self._note_missing_blanks(node)
            own = inner.of_roots if node.lower_at_keyword == "scope" else selectors
            self._conditional += self._block(node, span, own, inner)


def _under(node: Any, around: Around) -> Around:
    """What stands around the rules in an at-rule."""
    if node.lower_at_keyword == "scope":
        return around.in_scope(node.prelude)
    return around.under(
        f"@{node.lower_at_keyword} {tinycss2.serialize(node.prelude).strip(BLANKS)}".strip(BLANKS)
    )


def _prefixes(nodes: list[Any]) -> Iterator[str]:
    """The prefixes of a stylesheet, which are declared before all of its rules (CSS Namespaces, 3)."""
    for node in (node for node in nodes if node.type not in _BLANK):
        if node.type != "at-rule" or node.content is not None:
            return
        if node.lower_at_keyword == "namespace":
            yield from (token.value for token in node.prelude if token.type == "ident")
        elif node.lower_at_keyword not in _BEFORE_NAMESPACES:
            return


def _is_stray_brace(token: Any) -> bool:
    return bool(token.type == "error" and token.kind == "}")


def _is_for_vml(prelude: list[Any]) -> bool:
    r"""Whether a rule is the hook ``v\:*, o\:*``, by which Word draws VML and which no browser is to read.

    Source: Microsoft, "How to Use VML on Web Pages".
    """
    return _VML_HOOK.fullmatch(tinycss2.serialize(prelude)) is not None


def _is_broken(token: Any) -> bool:
    """Whether a token makes a declaration none: a string that ends with its line, a bracket left alone.

    Source: CSS Syntax Level 3, sections 5.4.4 and 8.1.
    """
    if token.type == "error":
        return not token.kind.startswith("eof-")
    inner = getattr(token, "arguments", None) or getattr(token, "content", None)
    return isinstance(inner, list) and any(map(_is_broken, inner))


def _declarations(
    tokens: list[Any], offsets: Offsets, end: int, text: str, problems: list[CssIssue]
) -> Iterator[Declaration]:
    for item in _declared(tokens, offsets, end, text, problems):
        if isinstance(item, Declaration):
            yield item
        else:
            problems.append(CssIssue(offsets.of(item), "A style attribute holds declarations, and no rules."))


def _completed(value: str) -> str:
    """A value with an end for what the end of the text leaves open; blanks before that say nothing."""
    if (len(value) - len(value.rstrip("\\"))) % 2:  # an escape of nothing: in a string that, else U+FFFD
        value = value[:-1] if missing_end(value[:-1])[:1] in {'"', "'"} else f"{value}fffd"
    plain = value.rstrip(" \t\r\n\f")
    said = plain.endswith("\\") or missing_end(plain)[:1] in {'"', "'"}
    return value + missing_end(value) if said else plain + missing_end(plain)


def _is_rule(item: Any) -> bool:
    """Whether what looks like a declaration has a block for a value: a browser reads a rule, and skips that.

    Source: CSS Syntax Level 3, section 5.5.6.
    """
    return not item.name.startswith("--") and any(token.type == "{} block" for token in item.value)


def _stripped(tokens: list[Any]) -> list[Any]:
    """The tokens of a value without blanks and comments at its ends; in a name, a blank may be escaped."""
    said = [number for number, token in enumerate(tokens) if token.type not in _BLANK]
    return tokens[said[0] : said[-1] + 1] if said else []


def _is_of_nul(text: str, offset: int) -> bool:
    """Whether a NUL stands in the declaration or selector at ``offset``.

    In what reaches a mail as it is written, ``validation.characters`` tells of it, as of one anywhere.
    """
    if _NUL not in text:
        return False
    start = max(text.rfind(bound, 0, offset) for bound in _BOUNDS) + 1
    ends = [end for end in (text.find(bound, offset) for bound in _BOUNDS) if end >= 0]
    return _NUL in text[start : min(ends, default=len(text))]


def _is_kept_nul(text: str, offset: int, kept: list[Span]) -> bool:
    return _is_of_nul(text, offset) and any(span.start <= offset < span.end for span in kept)


def _is_brought(tokens: list[Any], starts: list[int], end: int) -> bool:
    """Whether what is no declaration and ends at ``end`` begins with a variable, which may bring the rest."""
    last = bisect_left(starts, end)
    first = last
    while first and tokens[first - 1] != ";" and tokens[first - 1].type != "{} block":
        first -= 1
    begun = next((token for token in tokens[first : last + 1] if token.type not in _BLANK), None)
    return begun is not None and begun.type == "ident" and is_veiled(begun.value[:1])


def _declared(
    tokens: list[Any], offsets: Offsets, end: int, text: str, problems: list[CssIssue]
) -> Iterator[Any]:
    """The declarations of a block, and what else stands in it, tinycss2's, in order."""
    places = {id(token): index for index, token in enumerate(tokens)}
    starts = [*map(offsets.of, tokens), end]
    for item in tinycss2.parse_blocks_contents(tokens, skip_comments=True, skip_whitespace=True):
        if item.type == "error":
            if not _is_brought(tokens, starts, offsets.of(item)):
                problems.append(CssIssue(offsets.of(item), "What ends here is no declaration."))
        elif item.type != "declaration":
            yield item
        elif any(map(_is_broken, item.value)) or _is_rule(item):
            problems.append(
                CssIssue(offsets.of(item), f"A string, an address or a bracket in '{item.name}' is broken.")
            )
        else:
            # Only the author's own properties tell capitals from small letters (CSS Variables, 2).
            name = item.name if item.name.startswith("--") else item.lower_name
            # The source of each token, on one line and without comments, since it moves into an attribute.
            value = "".join(
                " "
                if token.type in _BLANK
                else text[starts[places[id(token)]] : starts[places[id(token)] + 1]]
                for token in _stripped(item.value)
            )
            if item.value and item.value[-1] is tokens[-1] and end == len(text):
                value = _completed(value)
            if value or name.startswith("--"):  # of which an empty value is one (CSS Variables, 2)
                start = offsets.of(item)
                # A name with a variable is known once there are data; of a NUL is told where it ends up.
                is_settled = value and not is_veiled(name) and _NUL not in value
                unseen = None
                if is_settled and not text.isascii():
                    unseen = next(hidden_in_declaration(name, item.value), None)
                found = problem(name, value) if is_settled else ""
                if found:
                    unknown = "" if is_known(name) or unseen else name
                    said = f"{found} {unseen[1]}" if unseen else found
                    problems.append(CssIssue(start, said, unknown))
                elif unseen:
                    problems.append(CssIssue(offsets.of(unseen[0]), unseen[1], hidden=True))
                last = next((token for token in reversed(item.value) if token.type not in _BLANK), None)
                if last is None:
                    first = bisect_left(starts, start)
                    last = next(tokens[at] for at in range(first, len(tokens)) if tokens[at] == ":")
                yield Declaration(name, value, item.important, start, starts[places[id(last)] + 1])
            else:
                problems.append(CssIssue(offsets.of(item), f"'{name}' has no value."))
