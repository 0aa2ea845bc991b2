"""Templates that show a wrong idea of the cascade that none of the corpus shows."""

from __future__ import annotations

from tests.corpus.looks.patterns import Pattern


def _pattern(name: str, css: str, body: str, **data: object) -> Pattern:
    return Pattern(
        name, f"<!DOCTYPE html><html><head><style>{css}</style></head><body>{body}</body></html>", data
    )


_NAMED = "<div class=c><p class='a&amp;b'>x</p><p class='d:e'>y</p></div><p class=b>z</p>"
SHOWING = [
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
    _pattern(
        "repeated-neighbours",
        "td{border:0} tr+tr td{border-top:1px solid} @media(max-width:480px){td+td{left:1px}}",
        "<table>{{#rows}}<tr><td>x</td></tr>{{/rows}}</table>",
        rows=[1, 2, 3],
    ),
    _pattern(
        "nearly-values",
        "p{padding:9px;border:1px solid #00c} .a{padding:-9px;border:3px dashed solid}",
        "<p class=a>x</p>",
    ),
    _pattern("list-of-ranks", "p,#q{color:#c00} .a{color:#00c}", "<p class=a id=q>x</p><p class=a>y</p>"),
    _pattern("no-such-id", "p:not(#r, b){color:#c00} p.a{color:#00c}", "<p class=a>x</p>"),
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
