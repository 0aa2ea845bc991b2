"""Wrong ideas of the cascade, each as a change of the compiler's text, and templates that show them.

When a text is no longer found the code has moved on: write the mutant anew where that is decided now.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tests.compiler.mutating import Change
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
    "an element does not count": Mutant(
        ((SELECTORS, "specificity=parsed.specificity()", "specificity=(*parsed.specificity()[:2], 0)"),),
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
    "of a rule, only the last declaration counts": Mutant(
        ((CASCADE, "[item for item in rule if", "[item for item in rule[-1:] if"),)
    ),
    # What matches.
    "attributes match by case": Mutant(((SELECTORS, 'part.flag or "i"', "part.flag"),), ("attribute-case",)),
    "a rule with an attribute is lost": Mutant(
        ((INLINING, "for number in sorted({*asked}.difference(plain)):", "for number in ():"),),
        ("attribute-case",),
    ),
    "only the first selector of a list counts": Mutant(
        ((INLINING, "for selector in rule.inlinable\n", "for selector in rule.inlinable[:1]\n"),)
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
    "a pseudo-class is no reason to stay": Mutant(
        ((SELECTORS, 'return "it names a pseudo-class"', 'return ""'),), ("links",)
    ),
    "rules for implied elements are lost": Mutant(
        ((SPLICING, "rules |= {rule.rank.order for rule in found}", "pass"),), ("implied-tbody",)
    ),
    "each element gets the rules of the next": Mutant(
        (
            (
                COMPILATION,
                "number: matched[each] for number,",
                "max(number - 1, 0): matched[each] for number,",
            ),
        )
    ),
    # What stays.
    "what is for phones is lost": Mutant(
        ((INLINING, "sorted([*sheet.at_rules, *rules]", "sorted(rules"),), ("phone-plain",)
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
    "no rule has to stay": Mutant(
        ((RULES, "self.nesting\n            or not", "False and not"),), ("links",)
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
    return {pattern.name: pattern for pattern in [*templates(), *FURTHER]}


def _pattern(name: str, css: str, body: str, **data: object) -> Pattern:
    return Pattern(
        name, f"<!DOCTYPE html><html><head><style>{css}</style></head><body>{body}</body></html>", data
    )


_NAMED = "<div class=c><p class='a&amp;b'>x</p><p class='d:e'>y</p></div><p class=b>z</p>"
FURTHER = [
    _pattern(
        "two-conditions",
        "p{top:9px} p.b{top:2px} @media(max-width:480px){p{top:4px}} @media print{p.b{top:6px}}",
        "<p class=a>x</p><p class='a b'>y</p>",
    ),
    _pattern(
        "phone-between-and-above",
        "p{top:9px} p.b{top:2px} @media(max-width:480px){.a{top:4px} p.a.b{top:6px}}",
        "<p class=a>x</p><p class='a b'>y</p>",
    ),
    _pattern("unknown-list", ".a,p:hoover{color:#c00}", "<p class=a>x</p>"),
    _pattern("hover-twice", "a:hover{top:1px} a:hover{top:2px}", "<p><a href=#>x</a></p>"),
    _pattern("own-mark", "p{color:#c00!important}", "<p style='color:#00c!important'>x</p>"),
    _pattern("own-plain", "p{color:#c00!important}", "<p style='color:#00c'>x</p>"),
    _pattern("sometimes", "i:nth-child(2){color:#c00}", "<p>{{#a}}<b>y</b>{{/a}}<i>x</i></p>", a=False),
    _pattern("print-sheet", "p{top:0}</style><style media=print>p{color:#000}", "<p>x</p>"),
    _pattern("hover-order", "a{top:0} a:hover{top:1px} p a:hover{top:2px}", "<p><a href=#>x</a></p>"),
    _pattern(
        "two-hovers",
        "p:hover{color:#00c} a:hover,p:active{color:#0cc!important} p{color:#111} p.a{left:0}",
        "<p class=a>x</p>",
    ),
    _pattern("phone-own", "@media(max-width:480px){p{color:#00c}} p{left:0}", "<p style='color:#c00'>x</p>"),
    _pattern(
        "phone-mixed",
        "p{color:#c00} @media(max-width:480px){p{color:#00c}}",
        "<p>x</p><p style='color:#0c0'>y</p>",
    ),
    _pattern(
        "phone-marked",
        "p{color:#c00} .a{color:#0c0} @media(max-width:480px){p{color:#0cc!important} p.a{color:#00c}}",
        "<p class=a>x</p>",
    ),
    _pattern(
        "phone-two",
        "p{color:#c00} @media(max-width:480px){p{color:#00c}} @media(max-width:400px){p{color:#0cc}}",
        "<p>x</p>",
    ),
    _pattern("unescaped", "p{font-family:{{{v}}} }", "<p>x</p>", v='"A B"'),
    _pattern("reference", "p{color:#00c}", "<p style='font-family:&apos;A B&apos;'>x</p>"),
    # Of these templates no other showed a mutant drawn at random.
    _pattern(
        "rows",
        "td+td{color:#c00} td:first-child{left:0} tr:last-child td{top:0} td{color:#333}",
        "<table>{{#rows}}<tr><td>x</td><td>{{.}}</td></tr>{{/rows}}<!-- c --></table>",
        rows=["y", "z"],
    ),
    _pattern(
        "beside-blocks",
        ".a+.b{color:#c00} .a~.b{left:0} .b{color:#333}",
        "<div><p class=a>x</p>{{#s}}<p>y</p>{{/s}}<p class=b>z</p></div>",
        s=[1],
    ),
    _pattern(
        "newer-than-a-class",
        "p:not(.a, b){color:#c00} .x{color:#00c} p:is(b, .x){left:0} .x.x{left:1px} .x{top:1px} "
        "p:nth-child(1 of .x){top:0} "
        "@media(max-width:480px){p:not(b, .a){right:0} .x{right:1px} p{right:2px}}",
        "<p class=x>x</p><p>y</p>",
    ),
    _pattern(
        "shown-sheet",
        "style{display:block;white-space:pre} p{color:#c00}",
        "<style>i{top:0}/* seen */</style><p>x <i>y</i></p>",
    ),
    _pattern("escaped-within", r".c{.a\&b{color:#c00} & .d\:e{left:0}} p{color:#00c;left:1px}", _NAMED),
    _pattern(
        "between-two",
        "p{color:#c00;left:0} p.a.b{color:#00c} @media(max-width:480px){p.a{color:#0c0;left:1px}} "
        "i{left:2px}",
        "<p class='a b'>x</p><p>y</p><p class=a>z</p><b>w</b>",
    ),
]  # fmt: skip


def showing(mutant: Mutant) -> list[Pattern]:
    """The whole corpus, those first that are known to show a mutant."""
    known = set(mutant.patterns)
    return sorted(corpus().values(), key=lambda each: not {each.name, each.name.rpartition("-")[0]} & known)
