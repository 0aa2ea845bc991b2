"""Patterns of newer CSS: rules within rules, layers, scopes, logical properties, ``all``, ``revert-layer``."""

from __future__ import annotations

NEWER: dict[str, tuple[str, str]] = {
    # Rules within rules, and declarations after them.
    "nested-then-more": (
        ".a{color:#c00;@media all{color:#0c0;padding:4px} color:#00c} .a{& b{top:0} padding:2px}",
        "<p class=a>x <b>y</b></p>",
    ),
    "nested-in-a-list": (
        ".a,#q{color:#333;& b{color:#c00} b &{color:#0c0} & + &{margin:9px}} p.a b{color:#00c} p{margin:2px}",
        "<p class=a>x <b>y</b></p><p class=a>z</p><b><i class=a>w</i></b>",
    ),
    "nested-deeply": (
        "div{.a{color:#c00;& > b{color:#0c0;&.c{color:#00c;@media(max-width:480px){color:#0cc}}} margin:3px}} "
        "p.a{margin:4px;color:#123} .a b{color:#456}",
        "<div><p class=a>x <b>y</b> <b class=c>z</b></p></div>",
    ),
    "nested-at-the-end": (
        "p{color:#c00;.b &{color:#0c0} & &{color:#00c} :where(&){margin:5px} margin:6px} b{color:#333;p &{color:#999}}",
        "<div class=b><p>x <b>y</b></p></div>",
    ),
    "nested-name-last": ("p{color:#c00;&b{color:#0c0} b&{color:#0cc} color:#00c}", "<p>x <b>y</b></p>"),
    "nested-with-a-mark": (
        ".a{color:#c00!important;& b{top:0}} #q{color:#00c!important} p{color:#0c0!important}",
        "<p class=a id=q>x</p><p class=a>y <b>z</b></p>",
    ),
    # Names with escapes.
    "names-of-utilities": (
        r"p{color:#c00} .sm\:2col{color:#0c0} .text-\[\#0f172a\]{color:#00c} .\31 0{padding:3px} p{padding:1px} "
        r"#\31 23{color:#0cc} .a\> b,.a\+ > i{color:#999} b,i{color:#123} div{& .w-1\/2{width:50%}} p{width:9px}",
        '<div><p class="sm:2col 10">x</p><p class="text-[#0f172a] w-1/2">y</p><p id=123>z</p>'
        '<p class="a> a+">x <b>y</b> <i>z</i></p></div>',
    ),
    # What stands in a string is no selector.
    "nested-mark-in-a-string": (
        ".c{a[href*=\"?x=1&y=2\"]{color:#c00} i[title='1&=2']{color:#c00} :is(b,&)[title='#q&(']{color:#c00}} "
        "@scope (.c[title=':scope &b']){p[title=':scope']{color:#c00}} "
        "a{color:#00c} i{color:#00c} b{color:#00c} .c p{color:#0c0} u[title='&u']{color:#c00;&{top:0}} .c u{color:#00c}",
        "<div class=c title=':scope &b'><a href='/?x=1&amp;y=2'>v</a> <a href='/?y=2'>w</a> <i title='1&amp;=2'>x</i> "
        "<b title='#q&amp;('>y</b><p title=':scope'>z</p><u title='&amp;u'>u</u></div>",
    ),
    # Layers.
    "layer-is-weak": ("@layer x{p.a.a{color:#c00;margin:4px}} p{color:#00c}", "<p class=a>x</p>"),
    "layer-with-marks": (
        "@layer one,two;@layer two{p{color:#c00!important}} @layer one{p{color:#0c0!important;margin:1px}} "
        "p.a{color:#00c!important} p{margin:2px}",
        "<p class=a>x</p><p>y</p>",
    ),
    "layers-within": (
        "@layer a{@layer b{p{color:#c00;top:1px!important}} p{color:#0c0}} @layer{p{margin:3px}} "
        "@media(max-width:480px){@layer a.b{p{padding:3px}}} p{top:2px!important;padding:1px}",
        "<p>x</p>",
    ),
    "layer-of-marks-and-rules": (
        "@layer x{b{color:#c00!important}} b{color:#0c0} p b{color:#00c!important} "
        "@media(max-width:480px){b{color:#0cc!important}}",
        "<p>x <b>y</b></p>",
    ),
    "takes-back": (
        "p{color:#c00} .a{color:revert-layer;margin:1px} @layer x{p{color:#0c0}} b{color:#00c} i{color:#999}",
        "<p class=a>x <b style='color:#333;color:revert-layer'>y</b> <i>z</i></p><p>w</p>",
    ),
    # Scopes.
    "scope": (
        "@scope (.card) to (.end){p{color:#0c0} :scope{padding:2px} > b{color:#999} &{margin:1px}} p{color:#c00} "
        "b{color:#00c} .card{padding:3px}",
        "<div class=card><p>x</p><b>y</b><div class=end><p>z</p></div></div><p class=card>w</p>",
    ),
    # What stands in it directly is not specific at all.
    "scope-declares": (
        "@scope (.e){color:#c00;top:0} .e{color:#00c} div{top:1px} "
        ".c{@scope (.e){color:#c00;p{left:0} :scope{top:0}} & p{left:1px}} p{left:2px}",
        "<div class=c><div class=e><p>x</p></div></div><div class=e>y</div>",
    ),
    "scope-of-no-use": ("@scope (.card){p{color:#0c0}} p{color:#c00}", "<p class=card>x</p>"),
    # One of these properties is part of the other, by another name.
    "logical": (
        "p{margin:1px 2px;inline-size:90px;border-left:3px solid} @media(max-width:480px){p{margin-inline:9px;"
        "width:60px;border-inline-start:none}} .a{inset-inline:4px;left:5px}",
        "<p>x</p><p class=a>y</p>",
    ),
    "everything": (
        "p{color:#c00;margin:3px} .a{all:unset} @media(max-width:480px){b{all:initial}} b{color:#00c;font-size:20px}",
        "<p class=a>x <b>y</b></p><p>z</p>",
    ),
    "older-names": (
        "p{word-wrap:break-word;-webkit-border-radius:3px} @media(max-width:480px){p{overflow-wrap:normal;border-radius:0}}",
        "<p>x</p>",
    ),
    "part-of-it-is-marked": (
        "p{margin-left:9px!important;margin-top:1px} @media(max-width:480px){p{margin:4px}}",
        "<p>x</p>",
    ),
    "part-of-it-is-coloured": (
        "p{background-color:#fcc!important;background-size:9px} @media(max-width:480px){p{background:#cfc}}",
        "<p>x</p>",
    ),
    # Of a rule that stays for an element without a tag, the mark must not beat what is inlined.
    "marks-of-the-implied": (
        "tbody,.x{color:#c00!important} .x.y{color:#00c!important} a,a:hover{margin:0!important} .z{margin:4px!important}",
        "<table><tr><td class='x y'>x <a href=# class=z>y</a></td></tr></table>",
    ),
    "starting": ("p{opacity:1;transition:opacity 1s} @starting-style{p{opacity:0}}", "<p>x</p>"),
    "registered": (
        "@property --c{syntax:'<color>';inherits:false;initial-value:#c00} p{--c:#00c;color:var(--c)} b{color:var(--c)}",
        "<p>x <b>y</b></p>",
    ),
    # An author's own property may be empty, and its name hold anything.
    "empty-own": (
        r".t{--x: ;--y:;--z\:w:2px;transform:var(--x) var(--y) rotate(3deg);padding:var(--z\:w)} div{--x:1;--z\:w:9px} "
        "@media(max-width:480px){.t{--x:scale(.5)}} b{--c: ;color:var(--c,#c00)} i{--c: !important;color:var(--c,#c00)}",
        '<div class=t>x</div><div class=t style="--y:scale(2)">y <b>z</b> <i style="--c:#00c">w</i></div>',
    ),
}
