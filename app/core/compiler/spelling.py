"""Rules that ask about style attributes, ``[style*="color:#fff"]``, get the answers of the source.

Authors write them to catch their inline styles in dark mode. What comes from a rule is none of these, so it
is spelled in a way that such a selector does not find: with blanks after the colon, or in capitals, all of
which clients read alike. Where no spelling helps (``[style]``), nothing is inlined into the element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.core.compiler.document import Document
from app.core.css.cascade import Matched, spelled, surrounding, written
from app.core.css.compounds import class_names
from app.core.css.rules import Declaration
from app.core.html.blanks import BLANK
from app.core.html.markup import StartTag
from app.core.html.veil import is_veiled
from bbws_templates.entities import unescape

_ASKS = re.compile(
    rf"\[{BLANK}*style{BLANK}*(?:([~|^$*]?=){BLANK}*"
    r"(?:\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|([^ \t\r\n\f\"'\]]+))"
    rf"{BLANK}*([iIsS]?){BLANK}*)?\]",
    re.IGNORECASE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class Question:
    """What one attribute selector asks of a style attribute; ``operator`` is "" for whether there is one."""

    operator: str
    value: str
    ignores_case: bool

    def answer(self, style: str | None) -> bool:
        """Whether an element with this style attribute matches. Source: Selectors 4, section 6."""
        if style is None or not self.operator:
            return style is not None
        value = self.value
        if self.ignores_case:
            style, value = style.lower(), value.lower()
        if self.operator == "=":
            return style == value
        if self.operator == "~=":
            return bool(value) and value in class_names(style)
        if self.operator == "|=":
            return style == value or style.startswith(f"{value}-")
        if not value:
            return False
        if self.operator == "^=":
            return style.startswith(value)
        return style.endswith(value) if self.operator == "$=" else value in style


class Spelling:
    """How declarations are written into style attributes, given the questions that a document's rules ask."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self._questions = questions

    @classmethod
    def of(cls, document: Document) -> Spelling:
        """The spelling for what the style elements of ``document`` ask."""
        texts = (document.veil.text[style.raw.start : style.raw.end] for style in document.styles)
        found = (
            Question(match[1] or "", _value(match), (match[5] or "").lower() == "i")
            for text in texts
            if "[" in text
            for match in _ASKS.finditer(text)
        )
        return cls(tuple(dict.fromkeys(found)))

    def stays_unheard(self, own: str | None, further: Sequence[Declaration]) -> bool:
        """Whether no question gets another answer where some of ``further`` follow what the author wrote.

        ``own`` is None for an element without a style attribute.
        """
        text = ";".join([own or "", *map(written, further)])
        return not any(
            question.answer(own) != question.answer(text) or "important" in question.value.lower()
            for question in self._questions
        )

    def written(self, item: Declaration, own: str | None) -> str:
        """``item`` as CSS text, for an element whose author wrote the style attribute ``own``."""
        usual = written(item)
        misleading = [
            question for question in self._questions if question.operator == "*=" and not question.answer(own)
        ]
        if not misleading:
            return usual
        return next(
            (css for css in (usual, *_others(item)) if not any(each.answer(css) for each in misleading)),
            usual,
        )

    def divided(
        self, document: Document, rules: Mapping[int, Sequence[Matched]]
    ) -> tuple[dict[int, Sequence[Matched]], set[tuple[int, int]]]:
        """The rules to inline, by the number of their start tag, and those to keep, by ``Rank.order``."""
        tags = document.markup.start_tags
        preserved = {number for number in rules if self.changes(document, tags[number], rules[number])}
        inlined = {number: found for number, found in rules.items() if number not in preserved}
        return inlined, {rule.rank.order for number in preserved for rule in rules[number]}

    def changes(self, document: Document, tag: StartTag, rules: Sequence[Matched]) -> bool:
        """Whether some question gets another answer where these rules are inlined into a tag."""
        if not self._questions:
            return False
        value = document.value(tag, "style")
        own = None if value is None else unescape(value)
        within = (own or "").strip(" \t\r\n\f;")
        before, after = surrounding(rules, within)
        sides = [[self.written(item, own) for item in side] for side in (before, after)]
        style = ";".join(part for part in (*sides[0], within, *sides[1]) if part)
        if not any(sides):
            return False
        return any(question.answer(own) != question.answer(style) for question in self._questions)


def _value(match: re.Match[str]) -> str:
    return _ESCAPED.sub(r"\1", next((part for part in match.groups()[1:4] if part is not None), ""))


def _others(item: Declaration) -> Iterator[str]:
    """Further ways to write ``item``, which mean the same to every client."""
    mark = " !important" if item.important else ""
    is_own = item.name.startswith("--")  # whose case means something (CSS Variables, 2)
    names = (spelled(item.name),) if is_own else (item.name, item.name.capitalize(), item.name.upper())
    is_word = not is_own and not is_veiled(item.value) and not re.search(r"[\"'(\\]", item.value)
    values = (
        (item.value, item.value.upper(), item.value.lower(), _mixed(item.value)) if is_word else (item.value,)
    )
    for value in values:
        for name in names:
            for blanks in (" ", "  ", ""):
                yield f"{name}:{blanks}{value}{mark}"


def _mixed(value: str) -> str:
    """``value`` in small and capital letters by turns."""
    return "".join(letter.upper() if number % 2 else letter.lower() for number, letter in enumerate(value))
