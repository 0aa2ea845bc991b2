"""Siblings of what was once found to differ: CSS and markup that browsers read in a way of their own.

Each is one template, in one frame, whose rules of one kind meet others that stay or are inlined.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from tests.corpus.looks.further import COMMON, FURTHER

_RULES = (
    "p{color:#c00%s}",
    ".a{color:#00c%s}",
    "#q{color:#0c0%s}",
    "@media (max-width:480px){p{color:#999%s}}",
    "p:hover,p{color:#090%s}",
)
_MARKS = (("!important", ""), ("", "!important"), ("!important", "!important"))


def pairs() -> Iterator[tuple[str, str, str]]:
    """Every two of some rules, one of them marked or both, on elements with and without styles of their own."""
    body = (
        '<p class=a id=q>x</p><p class=a style="color:#f0f">y</p>'
        '<p style="color:#ff0!important">z</p><p id=r>w</p>'
    )
    for number, (first, second) in enumerate(permutations(_RULES, 2)):
        for kind, (one, other) in enumerate(_MARKS):
            yield f"pair-{number}-{kind}", f"{first % one} {second % other}", body


SIBLINGS: dict[str, tuple[str, str]] = {
    "media-range": (
        "p{color:#c00;padding:9px} @media (width<=480px){p{color:#00c;padding:3px}} @media "
        "(400px<width<800px){.a{margin:7px}} .a{margin:2px}",
        COMMON,
    ),
    "media-not": (
        "p{color:#c00} @media not all and (max-width:480px){p{color:#00c}} @media not print{.a{color:#0c0}} "
        "@media only screen and (max-width:480px), (prefers-color-scheme:dark){.b{color:#fff;background:#000}} "
        ".b{color:#333}",
        COMMON,
    ),
    "media-nested": (
        "p{color:#c00} @media screen{@media (max-width:480px){p{color:#00c}} p{padding:4px}} p{padding:1px}",
        COMMON,
    ),
    "media-empty": (
        "p{color:#c00} @media{p{color:#00c}} @media ,{p{padding:9px}} @media (foo){p{margin:30px}} @media "
        "(max-width:480){p{margin:31px}} p{margin:2px}",
        COMMON,
    ),
    "media-important-pairs": (
        "p{color:#c00!important;margin:1px} .a{color:#0c0} @media "
        "(max-width:480px){p{color:#00c!important;margin:5px!important} .a{color:#999;margin:6px}} "
        "#q{margin:8px}",
        COMMON,
    ),
    "media-or": (
        "p{font-size:20px} @media (min-width:600px) or (prefers-color-scheme:dark){p{font-size:30px}} @media "
        "((max-width:480px) and (color)){p{font-size:12px}}",
        COMMON,
    ),
    "media-level4-boolean": (
        "p{font-size:20px} @media (color){p{font-size:30px}} @media (hover:none){p{font-size:11px}} @media not "
        "(monochrome){.a{font-size:25px}}",
        COMMON,
    ),
    "supports": (
        "p{color:#c00;display:block} @supports (display:grid){p{color:#00c}} @supports not "
        "(display:grid){p{color:#0c0}} @supports (display:grid) and (not (foo:bar)){.a{margin:9px}} "
        ".a{margin:1px}",
        COMMON,
    ),
    "supports-selector": (
        "p{color:#c00} @supports selector(:has(a)){p:has(a){color:#00c}} @supports "
        "font-tech(color-colrv1){p{margin:3px}} @supports (--x:y){.c{padding:8px}} .c{padding:1px}",
        COMMON,
    ),
    "supports-in-media": (
        "p{color:#c00} @media (max-width:480px){@supports (color:red){p{color:#00c}}} @supports "
        "(color:red){@media (min-width:481px){p{color:#0c0}}}",
        COMMON,
    ),
    "is-list": (
        "p{color:#c00} :is(.a,.x) b{color:#00c} :is(p,div).a{margin:9px} p{margin:1px} :is(#q,.zz){padding:4px}"
        " .a.e{padding:6px}",
        COMMON,
    ),
    "where": (
        "p{color:#c00;margin:1px} :where(.a){color:#00c;margin:9px} :where(#q) a{color:#0c0} a{color:#999} "
        ":where(p){padding:5px}",
        COMMON,
    ),
    "where-first": (
        ":where(p){color:#00c;padding:4px} p{padding:1px} *{margin:3px} :where(.a.e){padding:20px!important}",
        COMMON,
    ),
    "is-bad-inside": (
        "p{color:#c00} :is(p,:foo){color:#00c} :is(:foo(),b){color:#0c0} :where(::before,i){color:#999} p, "
        ":foo{margin:30px}",
        COMMON,
    ),
    "is-nested": (
        "p{color:#c00} :is(:is(.a),:not(.b)) > b{color:#00c} :not(:is(.a,.c)){padding:2px} :is(p:not(.a), .e) "
        "a{color:#0c0} a{color:#333}",
        COMMON,
    ),
    "not-list": (
        "p{color:#c00} p:not(.a,.z){color:#00c} p:not(#q):not(.x){margin:9px} p{margin:1px} "
        ":not(p,b,i,a,html,body,head,div){color:#999} b:not(.a b){color:#0c0}",
        COMMON,
    ),
    "not-complex": (
        "p:not(div p){color:#00c} p{color:#c00;margin:1px} p:not(.c > p){margin:8px} .c :not(.a){padding:7px} "
        "p{padding:1px}",
        COMMON,
    ),
    "has": (
        "p{color:#c00} p:has(b){color:#00c} div:has(> #q){padding:6px} .d{padding:1px} p:has(+ p){margin:9px} "
        "p{margin:2px} body:has(i) i{color:#0c0} i{color:#333}",
        COMMON,
    ),
    "has-not": (
        "p{color:#c00} p:not(:has(b)){color:#00c} p:has(:is(a,b)){margin:8px} p{margin:1px}",
        COMMON,
    ),
    "nth-of": (
        "p{color:#c00} p:nth-child(1 of .a){color:#00c} :nth-last-child(1 of p){margin:9px} p{margin:1px} "
        "p:nth-child(even of p){padding:6px} p{padding:1px}",
        COMMON,
    ),
    "nth-forms": (
        "li{color:#c00} li:nth-child(2n+1){color:#00c} li:nth-child( -n + 2 ){margin:7px} "
        "li:nth-last-child(odd){padding:3px} li:nth-of-type(n+3){color:#0c0} li:NTH-CHILD(2){font-size:30px} "
        "li:nth-child(+3n-1){letter-spacing:2px} li:nth-child(0){color:#fff}",
        "<ul><li>x</li><li>x</li><li>x</li><li>x</li><li>x</li><li>x</li></ul>",
    ),
    "first-etc": (
        "td:first-child{color:#c00} td:last-child{color:#0c0} td:only-child{color:#00c} "
        "td:first-of-type{padding:4px} td+td{margin:1px;padding:9px} tr>td~td{letter-spacing:3px} "
        "td{padding:1px}",
        "<table><tr><td>a</td><td>b</td><td>c</td></tr><tr><td>d</td></tr><tr><th>x</th><td>y</td></tr></table>",
    ),
    "empty-root": (
        ":root{color:#c00} p:empty{height:9px;background:#c00} html{color:#00c} :root body{margin:20px} "
        "body{margin:1px} p:only-of-type{margin:8px}",
        "<p></p><div><p> </p></div><div><p><!-- x --></p></div>",
    ),
    "dir-lang": (
        "p{color:#c00} :lang(af) {color:#00c} p:lang(en){margin:9px} :dir(rtl){padding:8px} "
        "[lang|=en]{color:#0c0} p{margin:1px;padding:1px}",
        "<p lang=af>x</p><p lang=en-GB>y</p><p dir=rtl>z</p>",
    ),
    "states": (
        "a{color:#c00} a:link{color:#00c} a:any-link{margin:3px} a:visited{color:#0c0} "
        "a:not(:hover){padding:5px} input:checked+b{color:#c00} b{color:#333} input:disabled{width:40px} "
        "input{width:90px} :enabled{height:30px}",
        '<a href="https://x.example">x</a><a name=y>y</a><input type=checkbox checked><b>z</b><input disabled>'
        "<input>",
    ),
    "attr-i": (
        'p{color:#c00} [class="A" i]{color:#00c} [class="a" s]{margin:9px} p{margin:1px} [TITLE=x]{padding:4px}'
        ' [title="X"i]{padding:7px} [align=LEFT]{color:#0c0} [align="left" s]{letter-spacing:4px}',
        "<p class=a>x</p><p title=x>y</p><p title=X>z</p><p align=left>u</p><p align=LEFT>v</p>",
    ),
    "attr-ops": (
        'p{color:#c00} [class~=a]{color:#00c} [class^=a]{margin:9px} [class$=e]{padding:8px} [class*=" '
        'e"]{letter-spacing:2px} [class|=a]{font-size:30px} [class^=""]{color:#fff} [id]{text-indent:20px} '
        "[class]{border:1px solid} p{margin:1px;padding:1px}",
        '<p class=a>one <b class=b>two</b> <i>three</i></p><div class="c d"><p>four</p><p class="a e" id=q>'
        'five <a href="https://x.example/">six</a></p></div><p class="a-x">z</p><p class="">y</p>',
    ),
    "attr-width": (
        "[width=\"100\"]{color:#c00} td[width='50%']{color:#00c} td[width]{padding:9px} "
        'td{padding:1px;color:#333} table[border="0"] td{letter-spacing:2px} [cellpadding]{margin:8px} '
        "img[width]{border:2px solid}",
        '<table border=0 cellpadding=0><tr><td width=100>a</td><td width="50%">b</td><td>c</td></tr></table>'
        '<img width=20 height=20 alt="">',
    ),
    "attr-quotes": (
        'p{color:#c00} [title="a\\"b"]{color:#00c} [title=\'a"b\']{margin:9px} [title="a\\62 c"]{padding:8px} '
        '[title="x\\\ny"]{color:#0c0} p{margin:1px;padding:1px}',
        "<p title='a\"b'>x</p><p title=abc>y</p><p title=xy>z</p>",
    ),
    "attr-style": (
        'p{color:#c00} [style*="color"]{margin:9px} [style]{padding:8px} p[style^="mar"]{color:#00c} '
        "p:not([style]){letter-spacing:3px} p{margin:1px;padding:2px}",
        '<p>x</p><p style="color:#0c0">y</p><p style="margin-top:2px">z</p>',
    ),
    "attr-ns": (
        "p{color:#c00} [*|title]{color:#00c} [|title]{margin:9px} *|p{padding:7px} p{padding:1px;margin:1px} "
        "|p{color:#0c0}",
        "<p title=x>x</p><p>y</p>",
    ),
    "attr-href": (
        'a{color:#c00} a[href^=https]{color:#00c} a[href$=".example/"]{margin:5px} '
        'a[href="https://x.example/"]{padding:9px} a{padding:1px} a:not([href*=x]){color:#0c0} '
        'a[href*="zz"]{color:#999}',
        '<p class=a>one <b class=b>two</b> <i>three</i></p><div class="c d"><p>four</p><p class="a e" id=q>'
        'five <a href="https://x.example/">six</a></p></div><a href="https://y.example/zz">z</a>',
    ),
    "var": (
        "p{color:var(--c,#c00);margin:var(--m)} :root{--c:#00c;--m:9px} .a{--c:#0c0} p{padding:var(--none,7px)}"
        " .e{padding:var(--none)} .c{--m:2px}",
        COMMON,
    ),
    "var-media": (
        ":root{--c:#c00} @media (max-width:480px){:root{--c:#00c}} @media "
        "(prefers-color-scheme:dark){:root{--c:#0c0}} p{color:var(--c)} .b{color:var(--c,#333);--c:#999}",
        COMMON,
    ),
    "var-invalid": (
        "p{color:#c00} .a{color:var(--x)} .e{--x:;color:var(--x)} b{color:#333} b{color:var(--y,)} "
        "i{margin:1px} i{margin:var(--z, 4px 5px)}",
        COMMON,
    ),
    "var-shorthand": (
        "p{margin:1px;border:1px solid #c00} .a{margin:var(--m,9px);margin-left:30px} @media "
        "(max-width:480px){.a{margin-left:2px}} .e{border:var(--b,3px dotted);border-color:#00c} "
        "p{border-color:#0c0}",
        COMMON,
    ),
    "var-important": (
        "p{--c:#c00!important;color:var(--c)} .a{--c:#00c} #q{--c:#0c0!important} @media "
        "(max-width:480px){p{--c:#999}}",
        COMMON,
    ),
    "var-on-star": (
        "*{--c:#c00} p{color:var(--c)} .a{--c:#00c} .a *{color:var(--c)} b{color:#333}",
        COMMON,
    ),
    "var-case": (
        "p{--C:#c00;--c:#00c;color:var(--C)} .a{color:var(--c)} .e{--C:#0c0}",
        COMMON,
    ),
    "var-braces": (
        "p{--x:{a:b;c:d};color:#c00} .a{--y:[x;y];color:#00c} b{--z:url(;x);color:#0c0}",
        COMMON,
    ),
    "property-at": (
        '@property --g{syntax:"<length>";inherits:false;initial-value:7px} p{padding:var(--g)} .a{--g:20px} '
        "b{padding:var(--g)}",
        COMMON,
    ),
    "calc": (
        "div{width:calc(100% - 40px);padding:calc(2px + 1em)} p{margin:max(3px,1em) min(10%,20px)} "
        ".a{font-size:clamp(12px,5vw,30px)} @media (max-width:480px){div{width:100%}} "
        ".e{width:calc(50px*2);line-height:calc(1 + .5)}",
        COMMON,
    ),
    "calc-bad": (
        "p{margin:9px;margin:calc(1px+2px)} .a{width:200px} .a{width:calc(10px * )} .e{padding:3px} "
        ".e{padding:calc(5)}",
        COMMON,
    ),
    "color-functions": (
        "p{color:#c00;color:rgb(0 0 204)} .a{color:rgb(0 0 204 / 50%);background:hsl(120deg 100% 25% / .2)} "
        ".b{color:hwb(194 0% 0%)} i{color:lab(29% 39 20)} a{color:oklch(60% .15 50)} "
        "div{background:color(display-p3 1 0 0 / .1)} .e{color:rgba(0,0,204,.5)} p{color:#333333cc}",
        COMMON,
    ),
    "color-mix": (
        "p{color:#c00} .a{color:color-mix(in srgb,#00c 50%,white)} b{color:#0c0} b{color:color-mix(in "
        "foo,red,blue)} div{background:color-mix(in oklab,#fff,#ccc)} i{color:rgb(from #0c0 r g b / 50%)}",
        COMMON,
    ),
    "light-dark": (
        ":root{color-scheme:light dark} p{color:light-dark(#c00,#f99)} .a{color:#00c} "
        ".e{color:light-dark(#0c0,#9f9)} body{background:light-dark(#fff,#222)} @media "
        "(prefers-color-scheme:dark){.a{color:#99f}}",
        COMMON,
    ),
    "color-scheme": (
        '</style><meta name="color-scheme" content="light dark"><style>body{color-scheme:dark} '
        "div{color-scheme:light;background:Canvas;color:CanvasText} p{color:#c00} .a{color:LinkText}",
        COMMON,
    ),
    "system-colors": (
        "p{color:WindowText;background:ButtonFace} .a{color:currentColor;border:2px solid} div{color:#00c} "
        ".e{color:CURRENTCOLOR;outline:1px solid currentcolor}",
        COMMON,
    ),
    "gradients": (
        "p{background:#eee} .a{background:linear-gradient(#fcc,#ccf)} "
        ".e{background-image:none,linear-gradient(in oklab,#fcc,#ccf)} "
        "div{background:#cfc;background:conic-gradient(#fcc,#ccf)} .d{background-color:#ffc}",
        COMMON,
    ),
    "image-set": (
        "p{background:#eee;background:image-set(url(x.png) 1x)} "
        ".a{background:#fcc;background:cross-fade(red,blue)} "
        ".c{background:#cfc;background:-webkit-linear-gradient(#fcc,#ccf)}",
        COMMON,
    ),
    "logical-margin": (
        "p{margin:1px 2px 3px 4px;margin-inline:20px} .a{margin-left:40px} "
        ".e{margin-inline-start:50px;margin-block:9px 0} div{padding-inline-end:30px;padding:5px} "
        ".d{padding-inline:9px 8px}",
        COMMON,
    ),
    "logical-border": (
        "p{border:2px solid #c00;border-inline-start:5px solid #00c} .a{border-left:1px solid #0c0} "
        ".e{border-block-end-color:#999;border-bottom:3px solid} "
        "p{border-start-start-radius:9px;border-radius:2px}",
        COMMON,
    ),
    "logical-size": (
        "div{inline-size:300px;width:200px;block-size:90px} "
        ".d{max-inline-size:150px;min-block-size:120px;max-width:250px} "
        "p{inset-inline:3px;position:relative;left:9px} .a{inset:1px 2px}",
        COMMON,
    ),
    "logical-rtl": (
        "p{margin-inline-start:40px;text-align:start;padding-left:3px} "
        ".a{margin-left:5px;padding-inline-start:20px} div{direction:rtl} .c{text-align:end} "
        "p{float:inline-start}",
        COMMON,
    ),
    "logical-media": (
        "p{margin-left:9px;padding-inline:8px} @media "
        "(max-width:480px){p{margin-inline-start:1px;padding-left:2px;margin-block:0}} p{margin-block:20px}",
        COMMON,
    ),
    "layer-order": (
        "@layer b,a; @layer a{p{color:#00c;margin:9px}} @layer b{p{color:#0c0;padding:5px}} @layer "
        "b{.a.e#q{margin:30px}} p{letter-spacing:1px}",
        COMMON,
    ),
    "layer-important": (
        "@layer x{p{color:#00c!important;margin:3px}} p{color:#c00!important;margin:9px} .a{color:#0c0}",
        COMMON,
    ),
    "layer-media": (
        "@layer base{p{color:#00c;padding:9px}} @media (max-width:480px){@layer base{p{padding:2px}} "
        "p{margin:3px}} .a{color:#c00}",
        COMMON,
    ),
    "layer-anonymous": (
        "@layer{p{color:#00c}} @layer{p{color:#0c0;margin:9px}} @layer x.y{.a{margin:4px}} @layer "
        "x{.a{margin:5px}} b{color:#c00}",
        COMMON,
    ),
    "layer-revert": (
        "@layer x{p{color:#00c;margin:9px}} p{color:revert-layer} .a{margin:revert-layer} "
        ".e{margin:2px;all:revert-layer} b{color:#c00}",
        COMMON,
    ),
    "nest-basic": (
        ".c{color:#c00; p{color:#00c} > p{margin:9px} &.d{padding:8px} .x &{color:#fff} & p + p{padding:5px}} "
        "p{margin:1px;padding:1px}",
        COMMON,
    ),
    "nest-media": (
        "p{color:#c00;@media (max-width:480px){color:#00c;margin:3px} &:hover{color:#fff} margin:9px} "
        ".a{@supports (color:red){padding:9px} padding:2px}",
        COMMON,
    ),
    "nest-specific": (
        "#q,.a{& a,& b{color:#00c}} p .b{color:#c00} p a{color:#0c0} .c{&:is(.d) p{letter-spacing:3px}}",
        COMMON,
    ),
    "nest-bad": (
        "p{color:#c00; b:foo{color:#00c} margin:9px; .x{color:#fff} ;; padding:8px; @foo{color:#fff} "
        "letter-spacing:2px} .a{foo;color:#00c;bar:{x}margin:3px;padding:1px}",
        COMMON,
    ),
    "nest-layer": (
        "@layer l{.c{& p{color:#00c} color:#0c0}} .c p{margin:9px} p{color:#c00} .c{@layer m{& p{padding:9px}}}",
        COMMON,
    ),
    "nest-doubled": (
        ".a{&&{color:#00c} & + &{margin:9px} && .b{color:#0c0}} p{color:#c00;margin:1px} .b{color:#333}",
        COMMON,
    ),
    "nest-decl-order": (
        ".a{color:#c00;&{color:#00c} color:#0c0} .e{margin:1px;{margin:9px} margin:2px} p{padding:1px;@media "
        "all{padding:9px}}",
        COMMON,
    ),
    "container": (
        ".c{container-type:inline-size} p{color:#c00} @container (max-width:400px){p{color:#00c;margin:3px}} "
        "@container (min-width:100px){.a{padding:9px}} p{margin:9px;padding:1px}",
        COMMON,
    ),
    "container-named": (
        ".c{container:box/inline-size;color:#333} @container box (width>300px){.a{color:#0c0;font-size:5cqw}} "
        ".a{color:#c00;font-size:20px} @container style(--x:1){p{color:#fff}} .d{--x:1}",
        COMMON,
    ),
    "keywords": (
        "div{color:#c00;font-size:30px} p{color:inherit;font-size:initial} .a{color:initial;font-size:inherit} "
        "b{color:unset;font-weight:revert} i{font-style:unset} .e{display:revert;margin:unset} "
        "a{color:inherit;all:unset}",
        COMMON,
    ),
    **FURTHER,
}
