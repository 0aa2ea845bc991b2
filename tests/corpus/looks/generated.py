"""Small templates from a seed, in which newer CSS meets older: nested rules, layers, scopes, conditions.

Few elements and few properties, so that nearly every rule meets another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.corpus.looks.patterns import Pattern

_SELECTORS = (
    (
        "p .a .b #i .a.b p.a div>p div.a .b+.b p:first-child p:not(.b) :is(.a,#i) :where(.a)p [align=center] "
        "td .c table.c .a.c div *.b :root body .a:hover"
    )
    .replace(".a.c", ".a .c")
    .split()
)
_LISTS = ("p,.b", ".a,#i", "div p,.b", ".c td,p", "#i,.a.b,p", "p,div", ".a .b,.b", ":where(#i),.b")
_NESTED = (
    "&",
    "& b",
    "b",
    "&.b",
    "& .b",
    ".c &",
    "& + &",
    "> b",
    "+ .b",
    "&:hover",
    "& > .b, b",
    "&.a, &#i",
    "p&",
    "div &",
    ":is(&, #j) b",
    "&:not(.b)",
    ":where(&)",
    "& &",
    "&:first-child",
    ".b &, & .a",
)
_DECLARATIONS = (
    *("color: red", "color: green", "color: blue", "color: teal !important", "color: navy !important"),
    *(
        "margin: 1px",
        "margin-left: 2px",
        "margin: 3px 4px !important",
        "margin-inline: 5px",
        "margin-left: 6px",
    ),
    *("margin-inline-start: 7px !important", "padding: 1px 2px", "padding-top: 3px", "padding-block: 4px"),
    *(
        "border: 1px solid red",
        "border-top: 2px dotted",
        "border-color: blue",
        "border-width: 3px !important",
    ),
    *("background: red", "background-color: yellow", "background: none !important", "font: 12px Arial"),
    *("font-size: 14px", "line-height: 2", "font-weight: bold", "width: 50px", "inline-size: 60px"),
    *("all: unset", "all: initial !important", "color: initial", "border: inherit", "margin: unset"),
    *(
        "color: revert-layer",
        "margin: revert",
        "--x: red",
        "--x: blue !important",
        "--x: 4px",
        "--y: var(--x)",
    ),
    *(
        "color: var(--x, green)",
        "margin: var(--x) 2px",
        "border: var(--y, 1px solid green)",
        "padding: var(--z)",
    ),
    *("text-align: center", "letter-spacing: 1px", "top: 1px", "inset: 2px", "inset-inline-start: 3px"),
)
_CONDITIONS = (
    "@media (max-width: 400px)",
    "@media (min-width: 500px)",
    "@media (prefers-color-scheme: dark)",
    "@media all",
    "@supports (display: grid)",
    "@supports not (display: grid)",
    "@container (min-width: 1px)",
    "@media print",
)
_LAYERS = ("@layer one", "@layer two", "@layer one.inner", "@layer")
_SCOPES = ("@scope (.a)", "@scope (div) to (.b)", "@scope (.c)", "@scope (p, #i)")
_SCOPED = ("p", "b", ":scope", "& b", ":scope > b", ".b", "> .b", "td", "&", ":scope .a")
_BODIES = (
    "<div class=a><p class='a b'>a <b>b</b></p><p class=b>c <b class=b>d</b></p></div><p id=i>e <b>f</b></p>",
    "<table class=c align=center><tr><td class='a c'><p>a</p><p class=a style='color:#123456'>b <b>c</b></p>"
    "</td><td id=i class=b>d</td></tr></table><p class=b>e</p>",
    "<div><div class='a b'><p class=a>a</p></div><div id=i class=a>b <b class=b>c</b> "
    "<b class=b>d</b></div></div>"
    "<div class=c><p style='margin: 9px; --x: 8px'>e</p><p class=b "
    "style='border: 1px solid #123456 !important'>f <b>g</b></p></div>",
)


class _Writer:
    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def template(self) -> str:
        sheets = [self._sheet() for _ in range(self._random.choice((1, 1, 2)))]
        style = "".join(f"<style>\n{sheet}\n</style>\n" for sheet in sheets)
        body = self._random.choice(_BODIES)
        if self._random.random() < 0.2:
            body = f"{{{{#some}}}}<p class=a>x <b>y</b></p>{{{{/some}}}}{body}"
        return (
            "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n<title>T</title>\n"
            f"{style}</head>\n<body>\n{body}\n</body>\n</html>\n"
        )

    def _sheet(self) -> str:
        parts = [self._part() for _ in range(self._random.randint(2, 5))]
        if self._random.random() < 0.2:
            parts.insert(0, "@layer two, one;")
        return "\n".join(parts)

    def _part(self) -> str:
        kind = self._random.random()
        if kind < 0.55:
            return self._rule()
        if kind < 0.7:
            return self._block(self._random.choice(_CONDITIONS), self._rule)
        if kind < 0.87:
            inner = self._rule if self._random.random() < 0.8 else self._conditional
            return self._block(self._random.choice(_LAYERS), inner)
        return self._block(self._random.choice(_SCOPES), self._scoped)

    def _conditional(self) -> str:
        return self._block(self._random.choice(_CONDITIONS), self._rule)

    def _block(self, head: str, inner: object) -> str:
        assert callable(inner)
        return f"{head} {{ {' '.join(str(inner()) for _ in range(self._random.randint(1, 2)))} }}"

    def _scoped(self) -> str:
        return f"{self._random.choice(_SCOPED)} {{ {self._declarations(2)} }}"

    def _rule(self) -> str:
        heads = _SELECTORS if self._random.random() < 0.6 else _LISTS
        return f"{self._random.choice(heads)} {{ {self._body(0)} }}"

    def _body(self, depth: int) -> str:
        parts = [self._declarations(3)]
        while depth < 3 and self._random.random() < 0.3:
            head = self._random.choice(_NESTED if self._random.random() < 0.6 else _CONDITIONS)
            parts.append(f"{head} {{ {self._body(depth + 1)} }}")
            if self._random.random() < 0.5:
                parts.append(self._declarations(2))
        return " ".join(parts)

    def _declarations(self, most: int) -> str:
        count = self._random.randint(1, most)
        return " ".join(f"{self._random.choice(_DECLARATIONS)};" for _ in range(count))


def generated(first: int, count: int) -> Iterator[Pattern]:
    """The templates of so many seeds, each with data for it."""
    for seed in range(first, first + count):
        yield Pattern(f"generated-{seed}", _Writer(seed).template(), {"some": [{}] if seed % 2 else []})
