"""Small templates of our own making, one for each way in which public mails are built and styled.

A pattern is a stylesheet and a body; ``templates`` puts each into three frames: a document of HTML 5, an
XHTML one as old generators write it, with the rows of a table left bare, and one whose parts data repeat,
choose or leave out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.corpus.looks.newer import NEWER
from tests.corpus.looks.siblings import SIBLINGS, pairs

PATTERNS: dict[str, tuple[str, str]] = {
    # Resets and boilerplates.
    "reset": (
        "body,table,td,a{-webkit-text-size-adjust:100%} table,td{mso-table-lspace:0pt} img{border:0;height:auto} "
        "table{border-collapse:collapse!important} body{margin:0!important;padding:0!important;width:100%!important}",
        "<table class=t><tr><td><img src=x.png width=20 height=20 alt=i></td><td>x</td></tr></table>",
    ),
    "star": ("* { box-sizing: border-box } div > * { margin: 3px }", "<div><p>a</p><p>b</p></div>"),
    "client-hacks": (
        ".ExternalClass{width:100%} #outlook a{padding:0} u + .body .full{width:100%} .a{color:#123}",
        "<div class='a full'>x</div>",
    ),
    "apple-links": ("a[x-apple-data-detectors]{color:inherit!important} a{color:#06c}", "<a href=#>x</a>"),
    "preheader": (
        ".preheader{display:none!important;visibility:hidden;opacity:0;max-height:0}",
        "<span class=preheader>in short</span><p>x</p>",
    ),
    "font-face": (
        "@font-face{font-family:B;src:url(b.woff)} h1{font-family:B,Arial,sans-serif;font-weight:400}",
        "<h1>Head</h1><p>x</p>",
    ),
    "root-scheme": (
        ":root{color-scheme:light dark;supported-color-schemes:light dark} p{color:#222}",
        "<p>x</p>",
    ),
    # Selectors that ask about style attributes: what is inlined is none of the author's.
    "inline-white-in-the-dark": (
        ".card{background-color:#ffffff;color:#333} td{background-color: #ffffff}\n@media (prefers-color-scheme: dark){"
        '[style*="background-color:#ffffff"],[style*="background-color: #ffffff"]{background-color:#1c1c1c!important}'
        "[style*='color:#333']{color:#eee!important}}",
        "<div class=card>a</div><div class=card style='background-color:#ffffff'>b</div>"
        "<table><tr><td class=card>c</td><td style='background-color: #ffffff; color:#333'>d</td></tr></table>",
    ),
    "inline-colour-anyhow": (
        "p{color:red;font:italic 12px Arial} @media (max-width:400px){[style*=red]{margin:9px} [style*=color i]{padding:7px}"
        "[style*='font']{border:1px solid}}",
        "<p>a</p><p style='color:red'>b</p><p style='COLOR:blue;top:0'>c</p>",
    ),
    "inline-at-all": (
        "p{color:red} i{color:green} [style]{padding:3px} p[style^='top']{margin:9px} [style='left:0']{border:1px solid}"
        "[style$=':0']{letter-spacing:1px} [style~=right]{text-align:right}",
        "<p>a <i>b</i></p><p style='top:1px'>c</p><i style=left:0>d</i><p style='float: right'>e</p>",
    ),
    # A stylesheet with a medium of its own: its rules stay, and get the marks that they need.
    "sheet-for-phones": (
        "td{padding:3px;border:1px solid} .cell{color:red}\n</style>\n"
        '<style type="text/css" media="only screen and (max-width: 500px)">\n'
        "td[class*='pad']{padding-left:20px} td.cell{border:none;color:green!important}",
        "<table><tr><td class='cell pad'>a</td><td class=cell>b</td></tr></table>",
    ),
    # Grids.
    "foundation-grid": (
        "th{padding:16px} .row .large-6{width:50%} .row th.last:not([class*=offset]){padding-right:8px} "
        ".collapse>tbody>tr>th.large-6{padding:0} th.columns:first-child{padding-left:2px}",
        "<table class='row collapse'><tbody><tr><th class='large-6 columns first'>a</th>"
        "<th class='large-6 columns last'>b</th></tr></tbody></table>",
    ),
    "implied-tbody": (
        ".facts>tbody>tr>td{padding:20px} .facts>tr>td{padding:1px} tbody{color:#033}",
        "<table class=facts><tr><td>a</td><td>b</td></tr></table>",
    ),
    "mjml-columns": (
        "@media only screen and (min-width:480px){.mj-column-per-50{width:50%!important;max-width:50%}} "
        ".mj-outlook-group-fix{width:100%!important}",
        "<div style='font-size:0px'><div class='mj-column-per-50 mj-outlook-group-fix' "
        "style='display:inline-block;width:100%;font-size:13px'>a</div><div class='mj-column-per-50 "
        "mj-outlook-group-fix' style='display:inline-block;width:100%;font-size:13px'>b</div></div>",
    ),
    "hybrid-columns": (
        ".col{display:inline-block;width:100%;max-width:280px;vertical-align:top} .two{font-size:0;text-align:center} "
        ".col p{font-size:14px}",
        "<div class=two><!--[if mso]><table><tr><td class=col><![endif]--><div class=col><p>a</p></div>"
        "<!--[if mso]></td><td class=col><![endif]--><div class=col><p>b</p></div>"
        "<!--[if mso]></td></tr></table><![endif]--></div>",
    ),
    "stacking": (
        ".c{width:200px} @media(max-width:480px){.c{display:block;width:100%} .r{display:block}}",
        "<table><tr class=r><td class=c>a</td><td class=c>b</td></tr></table>",
    ),
    "ghost-table": (
        ".wrap{max-width:600px;margin:0 auto;padding:24px} td{color:#111}",
        "<!--[if mso]><table width=600><tr><td class=wrap><![endif]--><div class=wrap>x</div>"
        "<!--[if mso]></td></tr></table><![endif]-->",
    ),
    "nth-rows": (
        "tr:nth-child(odd) td{background:#eee} td:first-child{font-weight:bold} td:last-child{text-align:right}",
        "<table><tbody><tr><td>a</td><td>1</td></tr><tr><td>b</td><td>2</td></tr><tr><td>c</td><td>3</td></tr>"
        "</tbody></table>",
    ),
    "siblings": (
        "p+p{margin-top:20px} h2~p{color:#600} h2+p{font-size:18px}",
        "<div><h2>h</h2><p>a</p><p>b</p></div>",
    ),
    "only-child": (
        "li:only-child{list-style:none} li:not(.x){color:#060}",
        "<ul><li>a</li></ul><ul><li>b</li><li class=x>c</li></ul>",
    ),
    "of-type": (
        "p:first-of-type{color:#009} p:last-of-type{color:#900}",
        "<div><b>x</b><p>a</p><p>b</p></div>",
    ),
    "colgroup": (
        "col{width:90px} colgroup>.w{width:200px}",
        "<table><colgroup><col><col class=w></colgroup><tr><td>a</td><td>b</td></tr></table>",
    ),
    # Buttons.
    "bulletproof": (
        ".btn{background:#0b5a2b;border-radius:4px;color:#fff;display:inline-block;line-height:44px;width:200px;"
        "text-align:center;text-decoration:none;mso-hide:all} .btn:hover{background:#117a3b!important}",
        "<div><!--[if mso]><v:roundrect xmlns:v='urn:schemas-microsoft-com:vml' href='https://x.example/' "
        "style='height:44px;width:200px'><center>Go</center></v:roundrect><![endif]-->"
        "<a class=btn href='https://x.example/'>Go</a></div>",
    ),
    "padded-button": (
        ".b td{background:#06c;border-radius:3px;padding:12px 20px} .b a{color:#fff;text-decoration:none} a{color:#06c}",
        "<table class=b><tr><td><a href='https://x.example/'>Go</a></td></tr></table>",
    ),
    "gradient-button": (
        ".b{background:#0b5a2b} .fancy{background:linear-gradient(#0b5a2b,#117a3b)} .b a{color:#fff}",
        "<table><tr><td class='b fancy'><a href='https://x.example/'>Go</a></td></tr></table>",
    ),
    "border-button": (
        ".b{border:2px solid #06c} .b{border-left-width:6px} .alt{border-color:#c00} .b a{padding:8px}",
        "<table><tr><td class='b alt'><a href='https://x.example/'>Go</a></td></tr></table>",
    ),
    "nested-hover": (
        ".b{color:#fff;background:#004080;padding:12px;&:hover{color:#eee}}",
        "<a class=b href=#>x</a>",
    ),
    # Dark mode and phones.
    "dark-important": (
        "p{color:#222} .box{background:#fff} @media(prefers-color-scheme:dark){p{color:#eee!important} .box{background:#111!important}}",
        "<div class=box><p>x</p></div>",
    ),
    "dark-plain": (
        "p{color:#222} body{background:#fff} @media(prefers-color-scheme:dark){p{color:#eee} body{background:#111}}",
        "<p>x</p>",
    ),
    "dark-swap": (
        ".dark{display:none} @media(prefers-color-scheme:dark){.dark{display:block!important} .light{display:none!important}}",
        "<div class=light>l</div><div class=dark>d</div>",
    ),
    "ogsc": (
        "p{color:#222} [data-ogsc] p{color:#eee!important} [data-ogsb] .box{background:#111!important}",
        "<div class=box><p>x</p></div>",
    ),
    "phone-plain": (
        "h1{font-size:30px} @media(max-width:480px){h1{font-size:20px} .hide{display:none}}",
        "<h1>h</h1><p class=hide>x</p>",
    ),
    "phone-order": (
        "td{padding:30px} @media(max-width:480px){td{padding:10px} td.wide{padding:4px}}",
        "<table><tr><td>a</td><td class=wide>b</td></tr></table>",
    ),
    "phone-own-style": (
        "@media(max-width:480px){.f{width:100%!important}} .f{width:300px}",
        "<table class=f style='width:320px'><tr><td>a</td></tr></table>",
    ),
    "phone-weaker": (
        "@media(max-width:480px){p{color:#00f}} p{color:#f00} .a{color:#0f0}",
        "<p>x</p><p class=a>y</p>",
    ),
    # It beats one rule that is inlined and loses to another.
    "phone-between": (
        "td{padding:9px} td.b{padding-bottom:2px} @media(max-width:480px){.a{padding:4px}}",
        "<table><tr><td class=a>x<td class='a b'>y<td class='a b' style='padding-top:1px'>z</table>",
    ),
    # Two for phones, of which the stronger beats what is inlined from the stronger of the others.
    "phone-pair-of-each": (
        "p{margin:9px} .b{margin:20px;color:#c00} p{color:#00c} "
        "@media(max-width:480px){p{margin:2px;color:#0c0} .b{margin:3px;color:#999}}",
        "<p>x</p><p class=b>y</p><p class=b style='margin-top:1px'>z</p>",
    ),
    "phone-without-line": (
        "td{border:1px solid #c00} td+td{border-left:0} @media(max-width:480px){td{border:2px solid #0c0}}",
        "<table><tr><td>x<td>y</table>",
    ),
    "min-width": ("p{color:#00f} @media(min-width:500px){p{color:#f00;margin:9px}}", "<p>x</p>"),
    "print": ("p{color:#00f} @media print{p{color:#000}}", "<p>x</p>"),
    "supports": ("p{float:left} @supports(display:grid){p{float:none}}", "<p>x</p>"),
    "media-element": (
        "p{color:#00f}</style><style media='(max-width:480px)'>p{color:#f00!important}",
        "<p>x</p>",
    ),
    # The cascade.
    "specificity": (
        "#i{color:#f00} .a.b{color:#0f0} p{color:#00f} div p{color:#ff0}",
        "<div><p id=i class='a b'>x</p><p class='a b'>y</p><p>z</p></div>",
    ),
    "attribute-case": (
        "[align=center]{color:#00f} [valign=TOP]{padding:4px}",
        "<table><tr><td align=CENTER valign=top>x</td></tr></table>",
    ),
    "shorthand-order": ("p{margin-top:1px} .a{margin:2px} .b{margin-top:30px}", "<p class='a b'>x</p>"),
    "important-order": (
        ".a{color:#f00!important} #i{color:#00f} p{color:#0f0!important}",
        "<p id=i class=a style='color:#ff0'>x</p>",
    ),
    "important-longhand": (
        ".n{padding:8px!important} @media(max-width:480px){p{padding:4px!important}}",
        "<p class=n style='padding-left:40px!important'>x</p>",
    ),
    "important-lasts": (
        "@media(max-width:480px){p{color:#00f!important}} .a{color:#f00!important}",
        "<p class=a>x</p><p>y</p>",
    ),
    "own-style": (
        "td{color:#b00020;padding:20px}",
        "<table><tr><td style>a</td><td style=''>b</td><td style=color:red>c</td></tr></table>",
    ),
    "refused-value": (
        ".b td{border:2px solid #636b63} a{font-weight:700}",
        "<table class=b><tr><td style='border:1px dashed solid'>x <a href=# style='font-weight:regular'>y</a></td></tr></table>",
    ),
    "refused-in-rule": (
        "p{color:#c00} .a{color:colour;margin:0 0 0 0 0} p{width:80px} .a{width:80}",
        "<p class=a>x</p>",
    ),
    "invalid-list": (".a,p:hoover{color:#c00} .b,p:-moz-x{color:#0c0}", "<p class='a b'>x</p>"),
    "newer-list": (".a,.b:not(p,i){color:#c00} b:is(.x,.y){color:#00c}", "<p class=a>x<b class=y>y</b></p>"),
    "hacks": (
        ".a{*zoom:1;_height:1px;color:#00c;filter:progid:DX.x(a=1)} * html .a{color:#f00}",
        "<p class=a>x</p>",
    ),
    "variables": (":root{--c:#060} p{color:#c00} .a{color:var(--c)}", "<p class=a>x</p><p>y</p>"),
    "modern": (
        ".a{width:90px} .a{width:calc(100% - 40px)} .f{display:block;display:flex;gap:4px}",
        "<div class=a><div class=f><i>x</i><i>y</i></div></div>",
    ),
    "layers": ("@layer x{p{color:#f00}} p{color:#00f}", "<p>x</p>"),
    "two-sheets": ("p{color:#00f}</style><style>p{color:#f00} b{color:#0f0}", "<p>x <b>y</b></p>"),
    # Trees.
    "void": (
        ".ref>b{color:#b00020} .logo>img{display:block}",
        "<p class=ref>R-<wbr><b>26</b></p><picture class=logo><source srcset=d.png media='(prefers-color-scheme:dark)'><img src=l.png width=12 height=4 alt=s></picture>",
    ),
    "closed-paragraph": (
        "p>section{color:#f00} section{color:#00f} p{margin:3px}",
        "<div><p>a<section>b</section></div>",
    ),
    "formatting": ("b{color:#00f} p>b{color:#f00}", "<div><p><b>x</p><p>y</b></p></div>"),
    "style-in-body": ("p:first-child{color:#00f}", "<div><style>b{color:#0c0}</style><p>x</p><b>y</b></div>"),
    "lists": (
        "ul{padding:0 0 0 20px} li{margin:4px 0} ol>li{color:#333}",
        "<ul><li>a<li>b</ul><ol><li>c</ol>",
    ),
    "quotes": (
        'p{font-family:"Segoe UI",\'A B\',Arial} q{quotes:"\'" "\'"}',
        "<p style='font-family:\"X Y\", serif'>x</p><p>y <q>z</q></p>",
    ),
    "entities": ("p{color:#333}", "<p>&copy; &nbsp; &amp; &lt;b&gt; &#8212; é</p>"),
    "links": (
        "a{color:#06c} a:visited{color:#609} .foot a{color:#999;text-decoration:none}",
        "<p><a href=#>x</a></p><p class=foot><a href=#>y</a></p>",
    ),
    "headings": (
        "h1,h2,h3{margin:0 0 8px;font-weight:normal} h1{font-size:28px} h2{font-size:22px}",
        "<h1>a</h1><h2>b</h2><h3>c</h3>",
    ),
    "comments": (
        "/* a */ p{color:#00f/* b */;/* c: d; */margin:0} <!-- b{color:#f00} -->",
        "<!-- x --><p>a<b>b</b></p>",
    ),
    # Elements that a parser makes twice of one tag, with other rules for the second.
    "misnested": (
        "b i{color:red} i b{color:blue} b{font-weight:400} i > u{color:green}",
        "<b>a<i>b</b>c</i><i><u>z</i>y</u>",
    ),
    "first-is-a-style": (
        "p:first-child{color:red} div > :first-child{padding:4px}",
        "<div><style data-embed>i{color:blue}</style><p>x</p></div><div><p>y<i>z</i></p></div>",
    ),
    "own-style-never-ends": (
        ".a{color:red} .b{padding:3px!important}",
        "<p class='a b' style='background:url(x'>x</p><p class='a b' style='font-family:\"x'>y</p>"
        "<p class='a b' style='color:blue/*x'>z</p><p class='a b' style='margin:{9px'>w</p>",
    ),
    "of-another-type": (
        '.a{color:red}</style><style type="text/less">.a{color:blue}</style><style type="TEXT/CSS">.b{margin:9px}',
        "<p class='a b'>x</p>",
    ),
    "names-with-escapes": (
        r".a\:b{color:red} .\31 x{padding:5px} .w-1\/2{width:50%} p{background:#eee} .-\32{color:green}",
        "<p class='a:b'>x</p><p class='1x'>y</p><p class='w-1/2'>z</p><p class='-2'>w</p>",
    ),
    "own-properties": (
        ":root{--c:red} p{--c:blue;color:var(--c)} .a{--c:green} .a{--C:pink}",
        "<p class=a>x</p><p>y</p>",
    ),
    "counted-of-a-list": (
        "p:nth-child(2 of .a){color:red} p{color:blue} p:nth-last-child(1 of .a,#q){padding:5px}",
        "<p class=a>x</p><p>y</p><p class=a>z</p><p class=a>w</p>",
    ),
    **NEWER,
}

# A stylesheet within a section applies only sometimes, and is refused.
_NOT_REPEATED = frozenset({"style-in-body"})

EXCEPTIONS: dict[str, str] = {
    f"part-of-it-is-coloured-{frame}": "a mark would beat one part of what is inlined and ought to lose to another"
    for frame in ("html", "xhtml", "data")
}
"""Patterns that do not look the same in every view, and why that is right; ``overridden-rule`` warns of each."""


_PAGE = (
    "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n<title>T</title>\n<style>\n{css}\n</style>\n"
    "</head>\n<body class=body>\n{body}\n</body>\n</html>\n"
)


@dataclass(frozen=True)
class Pattern:
    """One template with data for it."""

    name: str
    html: str
    data: dict[str, object]


def templates() -> Iterator[Pattern]:
    """Each pattern in each frame, and the siblings in one."""
    for name, css, body in [*((name, *both) for name, both in SIBLINGS.items()), *pairs()]:
        yield Pattern(f"{name}-sibling", _PAGE.format(css=css, body=body), {})
    for name, (css, body) in PATTERNS.items():
        yield Pattern(f"{name}-html", _PAGE.format(css=css, body=body), {})
        yield Pattern(
            f"{name}-xhtml",
            '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
            '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
            f'<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n<title>T</title>\n<style type="text/css">\n{css}\n'
            '</style>\n</head>\n<body class="body">\n<table width="100%" cellpadding="0" cellspacing="0">'
            f'<tr><td align="center">\n{body}\n</td></tr></table>\n</body>\n</html>\n',
            {},
        )
        if name in _NOT_REPEATED:
            continue
        yield Pattern(
            f"{name}-data",
            f"<!DOCTYPE html>\n<html>\n<head>\n<title>{{{{t}}}}</title>\n<style>\n{css}\n</style>\n</head>\n<body class=body>\n"
            f"{{{{#blocks}}}}\n<div>{body}</div>\n{{{{/blocks}}}}\n{{{{^none}}}}<div>{body}{{{{t}}}}</div>{{{{/none}}}}\n"
            f"<!-- {{{{#none}}}} -->{body}<!-- {{{{/none}}}} -->\n</body>\n</html>\n",
            {"t": "a & b", "blocks": [{}, {}], "none": []},
        )
