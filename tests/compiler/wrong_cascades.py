"""Wrong ideas of the cascade, each as a change of the compiler's text, and templates that show them.

When a text is no longer found the code has moved on: write the mutant anew where that is decided now.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tests.compiler.mutating import Change
from tests.compiler.showing_templates import SHOWING
from tests.corpus.looks.patterns import Pattern, templates


@dataclass(frozen=True)
class Mutant:
    """One wrong idea of the cascade, and the patterns (tests/corpus/looks) that are tried first."""

    changes: tuple[Change, ...]
    patterns: tuple[str, ...] = ()


CASCADE, SELECTORS, NESTING = "css.cascade", "css.selectors", "css.nesting"
INLINING, SPLICING, COMPILATION = "compiler.inlining", "compiler.splicing", "compiler.compilation"
SPELLING, REVERSION, SHEET, RULES = "compiler.spelling", "compiler.reversion", "css.stylesheet", "css.rules"
RANKED = "key=lambda item: item.rank)"

MUTANTS: dict[str, Mutant] = {
    # What wins.
    "specificity does not count": Mutant(
        ((CASCADE, RANKED, "key=lambda item: item.rank.order)"),), ("specificity",)
    ),
    "the last rule does not win": Mutant(
        ((CASCADE, RANKED, "key=lambda item: (item.rank.specificity, [-n for n in item.rank.order]))"),),
        ("two-sheets",),
    ),
    "an id counts as a class": Mutant(
        (
            (
                SELECTORS,
                "specificity=parsed.specificity()",
                "specificity=(0, sum(parsed.specificity()[:2]), parsed.specificity()[2])",
            ),
        ),
        ("specificity",),
    ),
    "the order of style elements does not count": Mutant(
        ((CASCADE, "rule.scoped, (sheet,", "rule.scoped, (-sheet,"),),
        ("two-sheets",),
    ),
    "the mark of a rule is not seen": Mutant(
        (
            (
                SHEET,
                "Declaration(name, value, item.important,",
                "Declaration(name, value, False,",
            ),
        )
    ),
    "a marked rule loses to the author's own style": Mutant(
        (
            (
                CASCADE,
                "return before, tuple(_twice(after, lasting))",
                "return (*before, *_twice(after, lasting)), ()",
            ),
        ),
        ("important-order",),
    ),
    "a rule beats the author's own style": Mutant(
        (
            (
                CASCADE,
                "return before, tuple(_twice(after, lasting))",
                "return (), (*before, *_twice(after, lasting))",
            ),
        ),
        ("refused-value",),
    ),
    "a marked rule beats the author's own mark": Mutant(
        ((CASCADE, "if own_important:", "if False:"),), ("important-longhand",)
    ),
    "an inlined mark stays": Mutant(
        ((CASCADE, "return replace(item, important=False)", "return item"),), ("important-longhand",)
    ),
    "a mark that has to last is left off": Mutant(
        ((CASCADE, "if item.name in lasting:", "if False:"),), ("important-lasts",)
    ),
    "a mark lasts over stronger rules": Mutant(
        ((INLINING, "if other < own.marked", "if other > own.marked"),),
        ("important-lasts",),
    ),
    "a value for newer clients takes the older one's place": Mutant(
        ((CASCADE, "is_understood(name, other.value)", "True"),),
        ("gradient-button", "modern", "refused-value"),
    ),
    "a longhand takes its shorthand's place": Mutant(
        (
            (
                CASCADE,
                "unjudged = self._unjudged.pop(name, ())",
                "unjudged = sum((v for k, v in self._unjudged.items() if k.startswith(name)), [])",
            ),
        ),
        ("shorthand-order",),
    ),
    "a number has no bounds": Mutant(
        (("css.basic_types", "return term.bounds[0] <= number <= term.bounds[1]", "return True"),),
        ("nearly-values",),
    ),
    "what begins as a value is one": Mutant(
        (("css.values", "return len(tokens) in _Match(tokens).ends(syntax, 0)", "return True"),),
        ("nearly-values",),
    ),
    "a list is as specific as its first selector": Mutant(
        (
            (
                INLINING,
                "[rank(number, rule, selector)]\n        ]",
                "[rank(number, rule, rule.inlinable[0])]\n        ]",
            ),
        ),
        ("list-of-ranks",),
    ),
    "an id in a negation does not count": Mutant(
        ((SELECTORS, "return ids, classes + counts, names", "return 0, classes + counts, names"),),
        ("no-such-id",),
    ),
    # What matches.
    "attributes match by case": Mutant(((SELECTORS, 'part.flag or "i"', "part.flag"),), ("attribute-case",)),
    "a rule with an attribute is lost": Mutant(
        ((INLINING, "for number in sorted({*asked}.difference(plain)):", "for number in ():"),),
        ("attribute-case",),
    ),
    "a list survives a selector that is none": Mutant(
        ((SELECTORS, "require_selector(tokens, prefixes)", "pass"),), ("unknown-list",)
    ),
    "a list survives one browser's own selector": Mutant(
        ((SELECTORS, "if len(listed) > 1 and", "if len(listed) > 9 and"),), ("invalid-list",)
    ),
    ":first-child is any child": Mutant(
        (
            (
                SELECTORS,
                'replace(self, reason="", reach=self.text)',
                'replace(self, reason="", reach=self.text, text=self.text.replace(":first-child", ""))',
            ),
        ),
        ("nth-rows",),
    ),
    "a neighbour in a section is always there": Mutant(
        (("compiler.static_selectors", "if parent is None:", "if True:"),), ("sometimes",)
    ),
    "a neighbour that data bring is none": Mutant(
        (("compiler.moved_neighbours", "if wider else tuple(sheets)", "if False else tuple(sheets)"),),
        ("repeated-neighbours",),
    ),
    "a pseudo-class is no reason to stay": Mutant(
        ((SELECTORS, 'return "it names a pseudo-class"', 'return ""'),), ("links",)
    ),
    "rules for implied elements are lost": Mutant(
        ((SPLICING, "rules |= {rule.rank.order for rule in found}", "pass"),), ("implied-tbody",)
    ),
    # What stays.
    "what is for phones is lost": Mutant(
        ((INLINING, "sorted([*at_rules, *rules]", "sorted(rules"),), ("phone-plain",)
    ),
    "what is for phones is for all": Mutant(
        (
            (
                SHEET,
                "at_rules.append(self._at_rule(node, start, following, around))",
                "at_rules.append(self._at_rule(node, start, following, around)); rules += self._conditional",
            ),
        ),
        ("phone-plain",),
    ),
    "what is for print is inlined": Mutant(
        ((INLINING, "return media not in _EVERYWHERE or", "return"),), ("media-element",)
    ),
    "what stays is turned round": Mutant(
        ((INLINING, "key=lambda span: span.start)", "key=lambda span: -span.start)"),),
        ("hover-twice", "var-media"),
    ),
    "that a kept rule loses is not noticed": Mutant(
        (("css.overrides", "losing |= {", "losing |= set() and {"),), ("phone-plain",)
    ),
    "a kept rule that lost before is marked": Mutant(
        (
            ("css.overrides", "if about.important or about.strongest >= rank:", "if False:"),
            ("css.repeating", "return not candidate.reach.somewhere_else and all(", "return True or all("),
            ("css.strengthening", "styles.repeated(left)", "{}"),
        ),
        ("phone-weaker",),
    ),
    "a mark beats a stronger rule": Mutant(
        (("css.strengthening", "styles.repeated(left)", "{}"),), ("phone-between",)
    ),
    "what is repeated beats a rule that is stronger still": Mutant(
        (("css.repeating", "(each.rank[0] == _RULE and", "(False and"),),
        ("phone-between-and-above",),
    ),
    "what beats a mark under one condition only is left alone": Mutant(
        (
            (
                "css.contenders",
                "contender.place.sheet, contender.rule.conditions",
                "contender.place.sheet, ()",
            ),
        ),
        ("two-conditions",),
    ),
    "a mark beats the author's own style": Mutant(
        (
            ("css.repeating", "return not any(", "return True or not any("),
            ("css.strengthening", "styles.repeated(left)", "{}"),
        ),
        ("phone-mixed",),
    ),
    "a mark beats other marks": Mutant(
        (("css.strengthening", "or marked.beat_by_mark(candidate)", ""),),
        ("phone-marked",),
    ),
    "the stronger of two kept rules gets no mark": Mutant(
        (
            ("css.strengthening", "pending += found\n        chosen.update(found)", "pass"),
            ("css.strengthening", "left = chosen - refused", "left = chosen"),
        ),
        ("links",),
    ),
    # Where it is written.
    "the author's own style comes first": Mutant(
        (
            (
                SPLICING,
                "[*name, quote, *first, authored, *last, quote]",
                "[*name, quote, authored, ';', *first, *last, quote]",
            ),
        ),
        ("important-longhand",),
    ),
    "a quote ends the attribute": Mutant(
        ((SPLICING, """.replace(quote, "&quot;" if quote == '"' else "&#39;")""", ""),), ("quotes",)
    ),
    "a character reference loses its semicolon": Mutant(
        ((SPLICING, "and not _ends_reference(text[start:end])", ""),), ("reference",)
    ),
    "an unescaped variable is moved as it is": Mutant(
        ((SPLICING, "if tag.kind is TokenKind.UNESCAPED else", "if False else"),), ("unescaped",)
    ),
    "what is inlined is found by a rule that asks about style attributes": Mutant(
        (
            (SPELLING, "if not misleading:", "if True:"),
            # Else such elements are left alone, which is dull and right.
            (SPELLING, "if not any(sides):", "if True:"),
        ),
        ("inline-white-in-the-dark",),
    ),
    "what no spelling keeps from being found is inlined": Mutant(
        ((SPELLING, "if not self._questions:", "if True:"),), ("inline-at-all",)
    ),
    "styles for Outlook's elements are lost": Mutant(
        (
            (
                SPLICING,
                "for tag, rules in for_outlook.items()]",
                "for tag, rules in ()]",
            ),
        ),
        ("hybrid-columns",),
    ),
    "declarations count from where their rule begins": Mutant(
        ((SHEET, "Span(start, found[-1].end)", "Span(span.start, found[-1].end)"),), ("nested-then-more",)
    ),
    "a rule in a list is as specific as its weakest parent": Mutant(
        ((NESTING, "most = max((", "most = min(("),), ("nested-in-a-list",)
    ),
    "a layer does not count": Mutant(((CASCADE, "-int(rule.layered)", "0"),), ("layer-is-weak",)),
    "marks do not turn layers round": Mutant(
        ((CASCADE, "if self.layer else self", "if False else self"),), ("layer-with-marks",)
    ),
    "a scope brings nothing nearer": Mutant(((CASCADE, "rule.scoped, (sheet", "False, (sheet"),), ("scope",)),
    "what stands in a scope is not read": Mutant(
        (
            (
                SHEET,
                "if node.lower_at_keyword in _CONDITIONS:\n            inner =",
                "if False:\n            inner =",
            ),
        ),
        ("scope",),
    ),
    "nothing is taken back": Mutant(
        ((REVERSION, "if masked.root is None or _KEYWORD", "if True or _KEYWORD"),), ("takes-back",)
    ),
    "rules that stay beat others by their marks": Mutant(
        ((SPLICING, "book.with_rivals(rules)", "frozenset(rules)"),), ("marks-of-the-implied",)
    ),
    "a rule that stays has no rivals": Mutant(
        ((INLINING, "if rule.must_stay), *sheet", "if False), *sheet"),), ("nested-with-a-mark",)
    ),
    "one mark makes all of a shorthand lose": Mutant(
        (("css.overrides", "in wanted.intersection(longhands(each[1].name))", "in wanted"),),
        ("part-of-it-is-marked",),
    ),
    "marks stand after the rule": Mutant(
        (
            (
                SPLICING,
                "ends[bisect_right(ends, (start, stop)) : bisect_right(ends, (stop, stop))]",
                "ends[:0]",
            ),
        ),
        ("phone-plain",),
    ),
}


@cache
def corpus() -> dict[str, Pattern]:
    return {pattern.name: pattern for pattern in [*templates(), *SHOWING]}


def showing(mutant: Mutant) -> list[Pattern]:
    """The whole corpus, those first that are known to show a mutant."""
    known = set(mutant.patterns)
    return sorted(corpus().values(), key=lambda each: not {each.name, each.name.rpartition("-")[0]} & known)
