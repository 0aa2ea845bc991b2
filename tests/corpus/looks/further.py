"""More siblings: keywords, shorthands, faulty CSS, trees that parsers repair, names, Outlook, rules that stay."""

from __future__ import annotations

from typing import Final

COMMON: Final = (
    '<p class=a>one <b class=b>two</b> <i>three</i></p><div class="c d"><p>four</p>'
    '<p class="a e" id=q>five <a href="https://x.example/">six</a></p></div>'
)

FURTHER: dict[str, tuple[str, str]] = {
    "all": (
        "p{color:#c00;margin:9px} .a{all:initial} .e{all:revert;color:#00c} b{all:inherit} @media "
        "(max-width:480px){i{all:unset}} i{color:#0c0;font-size:30px}",
        COMMON,
    ),
    "all-important": (
        "p{color:#c00;margin:9px!important} .a{all:unset!important} #q{color:#00c!important;margin:2px} "
        "b{color:#0c0!important} b{all:inherit}",
        COMMON,
    ),
    "keywords-media": (
        "p{margin:9px;color:#c00;display:block;width:200px} @media "
        "(max-width:480px){p{margin:revert;width:auto} .a{color:unset;display:inline} "
        ".e{margin:initial!important}}",
        COMMON,
    ),
    "revert": (
        "p{color:#c00;margin:9px;display:inline} .a{margin:revert;display:revert;color:revert} "
        "b{font-weight:normal} .b{font-weight:revert}",
        COMMON,
    ),
    "pair-margin": (
        "p{margin:9px!important} .a{margin-left:3px} #q{margin-top:1px!important} @media "
        "(max-width:480px){p{margin-left:2px} .a{margin:4px!important}}",
        COMMON,
    ),
    "pair-list": (
        "ul{list-style:square inside} .l{list-style-type:circle!important} #m{list-style:none} "
        "li{list-style:lower-alpha} @media (max-width:480px){ul{list-style-position:outside!important}}",
        "<ul><li>a</ul><ul class=l><li>b</ul><ul id=m class=l><li>c</ul>",
    ),
    "pair-text": (
        "a{text-decoration:none} .x{text-decoration-line:underline!important} a{text-decoration:overline wavy "
        "#c00} @media (max-width:480px){a{text-decoration-color:#00c}} .y{text-decoration-line:none}",
        "<a href=# class=x>x</a> <a href=# class=y>y</a> <a href=#>z</a>",
    ),
    "pair-mask": (
        "p{-webkit-mask:none;mask-image:none;-webkit-text-size-adjust:none;text-size-adjust:100%} "
        ".a{-webkit-text-fill-color:#00c;color:#c00;-webkit-text-stroke:1px #0c0} @media "
        "(max-width:480px){.a{-webkit-text-fill-color:inherit;-webkit-text-stroke-width:0}}",
        COMMON,
    ),
    "vertical": (
        "div{writing-mode:vertical-rl;height:200px} p{margin-inline-start:20px;margin-left:5px} "
        ".a{margin-top:9px} .e{inline-size:90px;height:50px}",
        COMMON,
    ),
    "fallback-two": (
        "p{color:#c00} .a{color:#00c;color:foo(1)} .e{width:200px;width:fit-content} "
        "div{display:table;display:grdi} b{color:#0c0} b{color:#gg0} i{margin:5px;margin:5px 6px 7px 8px 9px}",
        COMMON,
    ),
    "fallback-vendor": (
        "p{display:block;display:-webkit-box;display:-moz-box} "
        ".a{width:100px;width:-moz-calc(50%);width:-webkit-calc(40%)} "
        ".e{background:#eee;background:-moz-linear-gradient(red,blue)} "
        "div{position:relative;position:-webkit-sticky}",
        COMMON,
    ),
    "invalid-units": (
        "p{margin:10;padding:5 px;font-size:20p;line-height:-1} .a{width:100 "
        "px;letter-spacing:2px;letter-spacing:2} .e{color:c00;color:#c0;background:eee} body{margin:0 auto 5px "
        "2px 1px}",
        COMMON,
    ),
    "hacks": (
        "p{color:#c00;*color:#00c;_color:#0c0;color:#999\\9;margin:9px!ie;padding:3px!important!} "
        ".a{margin:1px;;;padding:2px;} b{color:#00c;c\\olor:#0c0} i{colo\\72:#0c0}",
        COMMON,
    ),
    "comments": (
        "p/**/{color/**/:/**/#c00/**/;/**/margin/* ; } */:9px} /* } */ .a/* x */b{color:#00c} .a /**/ "
        "b{color:#0c0} .c/**/.d{padding:9px} .c/**/ p{margin:3px} p{padding:3px/**/4px} b{c/**/olor:#fff}",
        COMMON,
    ),
    "cdo": (
        "<!-- p{color:#c00} --> .a{color:#00c} <!-- .b{color:#0c0} --> i{color:#999}",
        COMMON,
    ),
    "cdo-mid": (
        "p{color:#c00} <!-- .a{color:#00c} .b{<!-- color:#0c0 -->;margin:3px} --> @media "
        "(max-width:480px){<!-- p{color:#999} --> b{color:#123}}",
        COMMON,
    ),
    "charset": (
        '@charset "utf-8";p{color:#c00} @import url("https://x.example/x.css"); @namespace svg '
        "url(http://www.w3.org/2000/svg); .a{color:#00c}",
        COMMON,
    ),
    "charset-mid": (
        'p{color:#c00} @charset "utf-8"; .a{color:#00c} @import "x.css" screen; b{color:#0c0} '
        "@font-face{font-family:x;src:url(x)} i{font-family:x,serif;color:#333}",
        COMMON,
    ),
    "unclosed": (
        "p{color:#c00} .a{color:#00c; @media (max-width:480px){p{color:#0c0",
        COMMON,
    ),
    "stray": (
        "p{color:#c00}} .a{color:#00c} .b{color:#0c0}; i{color:#999} ) a{color:#123} ] #q{margin:9px}",
        COMMON,
    ),
    "bad-string": (
        'p{color:#c00;font-family:"x;margin:9px} .a{color:#00c}\n.b{color:#0c0} i{content:"\n;color:#999} '
        "a{color:#123}",
        COMMON,
    ),
    "bad-url": (
        'p{color:#c00;background:url(x y);margin:9px} .a{background:url(a"b);color:#00c} .b{color:#0c0}',
        COMMON,
    ),
    "duplicates": (
        "p{color:#c00;color:#00c;color:#c00} p{color:#0c0} p{color:#c00} .a,.a{margin:9px} "
        ".a{margin:1px;margin:2px} p,p.a,p{padding:3px}",
        COMMON,
    ),
    "dup-attr": (
        "p{color:#c00} .a{margin:9px} .z{padding:9px}",
        '<p class=a class=z>x</p><p style="color:#00c" style="color:#0c0">y</p><p id=q ID=r>z</p>',
    ),
    "unicode-range": (
        "@font-face{font-family:z;unicode-range:U+26;src:local(x)} u+a{color:#c00} u+b{color:#00c} p{color:#0c0}",
        '<p class=a>one <b class=b>two</b> <i>three</i></p><div class="c d"><p>four</p><p class="a e" id=q>'
        'five <a href="https://x.example/">six</a></p></div><u>u</u><a>x</a><u>v</u><b>y</b>',
    ),
    "escapes": (
        "\\70{color:#c00} .\\61{margin:9px} .b\\{color:#fff} p{co\\6cor:#00c;margin-left:\\31 0px} \\64iv "
        "p{padding:9px} #\\71{padding:4px} .e{color:r\\65 d}",
        COMMON,
    ),
    "case": (
        "P{COLOR:#C00} .A{color:#fff} P.a B{COLOR:#00C;Margin:9PX} DIV>P{PADDING:3Px} @MEDIA "
        "(MAX-WIDTH:480PX){P{COLOR:#0c0 !IMPORTANT}} I{color:RED!Important}",
        COMMON,
    ),
    "important-spaces": (
        "p{color:#c00! important} .a{color:#00c !  /**/ important;margin:1px!IMPORTANT} "
        "#q{color:#0c0;margin:9px} b{color:#00c!importan} i{color:#c00 ! important }",
        COMMON,
    ),
    "scope-to": (
        "@scope (.c) to (.e){p{color:#00c} a{color:#0c0} :scope{margin:9px}} p{color:#c00} a{color:#333} "
        ".c{margin:1px}",
        COMMON,
    ),
    "scope-implicit": (
        "p{color:#c00}",
        "<div><style>@scope{p{color:#00c} :scope{padding:9px}}</style><p>x</p></div><p>y</p>",
    ),
    "starting-style": (
        "p{opacity:.9;transition:opacity 0s} @starting-style{p{opacity:0}} .a{opacity:1}",
        COMMON,
    ),
    "view-transition": (
        '@view-transition{navigation:auto} @counter-style x{system:cyclic;symbols:"*"} ul{list-style:x} '
        "li::marker{color:#c00} p{color:#0c0} @font-palette-values --x{font-family:y} @page{margin:1cm} "
        ".a{color:#00c}",
        '<p class=a>one <b class=b>two</b> <i>three</i></p><div class="c d"><p>four</p><p class="a e" id=q>'
        'five <a href="https://x.example/">six</a></p></div><ul><li>x</ul>',
    ),
    "pseudo-element": (
        'p{color:#c00} p::before{content:"x";color:#00c} p:after{content:"y"} p::first-line{color:#0c0} '
        ".a::first-letter{font-size:40px} p::selection{color:#fff} .a::before{content:none}",
        COMMON,
    ),
    "pseudo-list": (
        "p, p::before{color:#c00} p, p:unknown{margin:40px} p, p::-moz-foo{padding:40px} p, "
        "p::-webkit-foo{letter-spacing:3px} b, b:hover{color:#00c}",
        COMMON,
    ),
    "tree-p-block": (
        "p{color:#c00} p div{color:#00c} p+div{margin:9px} div+p{padding:9px} p:empty{height:20px;background:#ccc}",
        "<p>a<div>b</div></p><p>c<table><tr><td>d</table>",
    ),
    "tree-table": (
        "table>tr>td{color:#c00} tbody>tr>td{color:#00c} table td{margin:1px;padding:3px} tr:first-child "
        "td{padding:9px} table>tbody{background:#eee} tfoot td{color:#0c0}",
        "<table><tr><td>a</td></tr><tfoot><tr><td>f</tfoot><tr><td>b</table><table><thead><tr><th>h</thead><td>"
        "c</table>",
    ),
    "tree-foster": (
        "table b{color:#c00} b{color:#00c} div>b{margin:9px} td b{color:#0c0} div+table{margin:20px}",
        "<div><table><b>x</b><tr><b>y</b><td><b>z</b></td></tr>text</table></div>",
    ),
    "tree-format": (
        "b i{color:#c00} i{color:#00c} p b{margin:3px} i b{letter-spacing:4px} a a{color:#0c0} p>i{padding:9px}",
        "<p><b>a<i>b</b>c</i></p><b><p>d</b>e</p><a href=#>f<a href=#>g</a></a><i><div>x</i>y</div>",
    ),
    "tree-nested-form": (
        "form form{color:#c00} form p{color:#00c} button p{color:#0c0} select option{color:#999} h1 "
        "h2{color:#c00} h1,h2{font-size:20px} nobr nobr{color:#c00} nobr{color:#00c}",
        "<form>a<form><p>b</p></form></form><button>c<button><p>d</p></button><h1>e<h2>f</h2></h1><nobr>g<nobr>"
        "h</nobr></nobr><select><option>i<option>j</select>",
    ),
    "tree-li": (
        "li li{color:#c00} ul>li{color:#00c} li>ul>li{margin:9px} dd dt{color:#c00} dd+dt{padding:9px} dl>"
        "dd{color:#0c0}",
        "<ul><li>a<ul><li>b<li>c</ul><li>d</ul><dl><dt>e<dd>f<dt>g<dd>h</dl>",
    ),
    "tree-svg": (
        "svg{width:40px;height:20px} svg a{color:#c00} circle{fill:#00c} foreignObject p{color:#0c0} "
        "p{color:#333} path[d]{stroke:#c00} svg *{opacity:.9} math mi{color:#00c}",
        '<svg viewBox="0 0 40 20"><circle cx=9 cy=9 r=8 /><path d="M0 0L9 9"/><foreignObject width=40 '
        "height=20><p>x</p></foreignObject><p>out</p></svg><math><mi>x</mi></math>",
    ),
    "tree-void": (
        "br+b{color:#c00} wbr+b{color:#00c} img+b{color:#0c0} hr~p{margin:9px} source+img{border:2px solid "
        "#c00} p>b:first-child{padding:3px} input+b{letter-spacing:3px} b{color:#333}",
        '<p><br/><b>a</b><wbr><b>b</b><img alt=""><b>c</b><input><b>d</b></p><hr><p><b>e</b></p><picture>'
        '<source srcset="x"><img alt=x></picture>',
    ),
    "tree-text-level": (
        "ruby rt{color:#c00} rt{font-size:9px} marquee{color:#00c} center p{color:#0c0} font b{color:#c00} "
        "big{font-size:30px} center{margin:9px} tt{color:#999}",
        "<ruby>a<rt>b<rt>c</ruby><center><p>d</p></center><font color=red><b>e</b>f</font><big>g</big><tt>h</tt>",
    ),
    "tree-noscript": (
        "noscript p{color:#c00} p{color:#00c} noscript+p{margin:9px} template p{color:#0c0} "
        "iframe+b{color:#c00} details summary{color:#0c0} details p{margin:20px}",
        "<noscript><p>a</p></noscript><p>b</p><template><p>c</p></template><details open><summary>d</summary>"
        "<p>e</p></details>",
    ),
    "tree-frameset": (
        "p{color:#c00}",
        "<p>x<p>y<p class=a>z</i></b><p>u</div></span><b>v</p>w</b>",
    ),
    "tree-caption": (
        "caption{color:#c00} colgroup+tbody td{color:#00c} col{background:#eee} caption+tr td{color:#fff} "
        "th+td{margin:1px;padding:9px} table caption b{color:#0c0}",
        "<table><caption>a <b>b</b></caption><col><tr><th>c<td>d</tr></table>",
    ),
    "presentational": (
        "td{color:#c00} td[bgcolor]{padding:9px} table{width:300px} img{width:30px;height:30px} "
        "font{color:#00c} h1{font-size:20px} @media (max-width:480px){table{width:100%} td{width:50%}}",
        '<table width=500 bgcolor="#eeeeee" align=center border=1 cellspacing=3><tr height=50 valign=top><td '
        'bgcolor="#ccffcc" width=100 align=right nowrap>a<td>b</table><img width=50 height=40 alt=""><font '
        'color="#0c0" size=5>c</font><h1 align=center>d</h1><hr width=50% color=red>',
    ),
    "style-many-sheets": (
        '</style><style media="(max-width:480px)">p{color:#00c;margin:2px}</style><style media="print">'
        'p{color:#fff}</style><style type="text/x">p{color:#fff}</style><style media="screen">.a{padding:9px} '
        'p{padding:1px}</style><style media="all and (min-width:600px)">.a{letter-spacing:4px}</style><style>'
        "p{color:#c00;margin:9px}",
        COMMON,
    ),
    "style-body": (
        "p{color:#c00}",
        "<style>p{color:#00c} .a{margin:9px}</style><p class=a>one <b class=b>two</b> <i>three</i></p><div "
        'class="c d"><p>four</p><p class="a e" id=q>five <a href="https://x.example/">six</a></p></div><div>'
        "<style>div p{padding:9px}</style></div><style>@media (max-width:480px){p{margin:2px}} p{margin:5px}"
        "</style>",
    ),
    "style-disabled": (
        '</style><style title="x">p{color:#00c}</style><style title="y">p{color:#0c0}</style><style title="">'
        "p{margin:9px}</style><style>p{color:#c00}",
        COMMON,
    ),
    "style-type": (
        '</style><style type="">p{margin:9px}</style><style type="TEXT/CSS">p{padding:8px}</style><style '
        'type="text/css; charset=utf-8">p{letter-spacing:9px}</style><style type=" text/css ">'
        "p{text-indent:30px}</style><style>p{color:#c00}",
        COMMON,
    ),
    "svg-style": (
        "p{color:#c00}",
        "<svg width=20 height=20><style>p{color:#00c} circle{fill:#0c0}</style><circle r=9 cx=9 cy=9 /></svg>"
        "<p>x</p>",
    ),
    "own-order": (
        "p{color:#c00;margin:9px} .a{margin:2px!important} @media "
        "(max-width:480px){p{margin:1px!important;color:#00c!important}}",
        '<p class=a style="margin:20px;color:#0c0">x</p><p style="margin:30px!important">y</p><p '
        'style=";;color:#999;;">z</p><p style="color:#123;/* x */">u</p><p style="">v</p><p style>w</p><p '
        "style=color:#456>t</p>",
    ),
    "own-broken": (
        "p{color:#c00;margin:9px;padding:4px!important}",
        '<p style="color:#00c;margin">x</p><p style="color:#00c;font-family:\'x">y</p><p '
        'style="background:url(x;color:#0c0">z</p><p style="color:#00c}margin:30px">u</p><p style="{color:#00c}'
        '">v</p><p style="color:#00c;!important">w</p><p style="color:#00c /* ">t</p>',
    ),
    "own-var": (
        "p{color:var(--c);margin:9px} @media (max-width:480px){p{color:#999}}",
        '<p style="--c:#00c">x</p><p style="--c:#0c0;margin:var(--m,3px)">y</p><p style="margin:calc(1px + '
        '2px)">z</p>',
    ),
    "own-quotes": (
        'p{font-family:"A B",\'C D\',serif;content:"\\"";quotes:"\\201c" "\\201d"} q{quotes:"<" ">"} '
        ".a{font-family:'it\"s'}",
        "<p style='color:#00c'>x</p><p class=a style=\"color:#0c0\">y</p><p style=color:red>z <q>u</q></p>",
    ),
    "own-keyword": (
        "p{color:#c00;margin:9px} .a{color:#00c}",
        '<p class=a style="color:inherit;margin:initial">x</p><p class=a style="color:revert-layer">y</p><p '
        'style="all:unset">z</p><p class=a style="margin:unset!important">u</p>',
    ),
    "unicode-names": (
        ".é{color:#c00} .日本{color:#00c} #ñ{margin:9px} .😀{padding:9px} p.é b{color:#0c0} .x·y{letter-spacing:3px}",
        '<p class="é">a <b>b</b></p><p class="日本 😀">c</p><p id="ñ" class="x·y">d</p>',
    ),
    "tailwind": (
        ".sm\\:w-full{width:100%} .w-1\\/2{width:50%;background:#eee} .\\32xl{font-size:30px} "
        ".p-1\\.5{padding:6px} .hover\\:x:hover{color:#fff} .text-\\[\\#00c\\]{color:#00c} "
        ".\\!m-0{margin:0!important} .-mt-2{margin-top:-8px} .space-y-2>*+*{margin-top:20px} "
        ".mt-\\[calc\\(1px\\+2px\\)\\]{margin-top:3px} @media (max-width:480px){.sm\\:w-full{width:90%} "
        ".sm\\:p-1\\.5{padding:1px}} .dark\\:x{color:#333} @media "
        "(prefers-color-scheme:dark){.dark\\:x{color:#ccc}}",
        '<div class="sm:w-full space-y-2"><p class="w-1/2 p-1.5 sm:p-1.5">a</p><p class="2xl text-[#00c] '
        'sm:w-full">b</p><p class="!m-0 -mt-2 dark:x">c</p><p class="mt-[calc(1px+2px)] w-1/2">d</p></div>',
    ),
    "odd-names": (
        ".a\\\\b{color:#c00} .a\\.b{color:#00c} .a\\ b{color:#0c0} .\\31{margin:9px} #a\\:b > i{color:#c00} "
        ".-{padding:9px} .-a{color:#999} .--{letter-spacing:4px} ._{text-indent:9px} .a\\,b,.a\\>b{margin:20px}",
        '<p class="a\\b">x</p><p class="a.b">y</p><p class="a b">z</p><p class=1>u</p><p id="a:b"><i>v</i></p>'
        '<p class="-">w</p><p class="-a --">t</p><p class="_">s</p><p class="a,b">r</p><p class="a>b">q</p>',
    ),
    "id-dup": (
        "#x{color:#c00} #x+#x{margin:9px} #x b{color:#00c} #X{padding:9px}",
        '<p id=x>a</p><p id=x>b <b>c</b></p><p id=" x">d</p><p id="x ">e</p>',
    ),
    "custom-elements": (
        "x-a{display:block;color:#c00} o\\:p{color:#00c} x-a>p{margin:9px} my-el.a b{color:#0c0}",
        "<x-a>a<p>b</p></x-a><o:p>c</o:p><my-el class=a><b>d</b></my-el>",
    ),
    "ol-ghost": (
        ".ghost td{padding:9px} td{color:#c00} .x>p{margin:9px} p{margin:1px}",
        "<!--[if mso]><table class=ghost><tr><td class=x><![endif]--><p>a</p><!--[if mso]></td></tr></table>"
        "<![endif]--><!--[if !mso]><!--><p class=x>b</p><!--<![endif]--><!--[if gte mso 9]><p>c</p><![endif]-->",
    ),
    "ol-style": (
        "</style><!--[if mso]><style>p{color:#fff}</style><![endif]--><!--[if !mso]><!--><style>p{margin:9px} "
        "@media (max-width:480px){p{margin:2px}}</style><!--<![endif]--><!--[if !mso]> --><style>"
        ".a{padding:9px}</style><!-- <![endif]--><style>p{color:#c00}",
        COMMON,
    ),
    "ol-revealed": (
        "p{color:#c00;margin:9px}",
        "<![if !mso]><p>a</p><![endif]><!--[if !mso]>--><p class=a>b</p><!--<![endif]--><!--[if IE]><p>c</p>"
        "<![endif]--><!--[if !mso]><!-- --><p>d</p><!--<![endif]-->",
    ),
    "ol-first": (
        "td:first-child{color:#c00} td+td{margin:1px;padding:9px} div>:first-child{letter-spacing:3px} "
        "td{padding:2px}",
        "<div><!--[if mso]><p>x</p><![endif]--><p>a</p></div><table><tr><!--[if mso]><td>g</td><![endif]--><td>"
        "b</td><!--[if mso]></td><td><![endif]--><td>c</td></tr></table>",
    ),
    "kept-phone": (
        ".col{width:50%;float:left;padding:9px} .x{width:70%} @media "
        "(max-width:480px){.col{width:100%;float:none;padding:2px 3px}}",
        '<div class=col>a</div><div class="col x" style="padding-left:40px">b</div><div class=col '
        'style="width:30%">c</div>',
    ),
    "kept-star": (
        "*{margin:3px;color:#00c} p{color:#c00} .a *{color:#0c0} b{color:#999} .c>*{padding:9px} p{padding:1px}"
        " *|*{letter-spacing:1px} *:not(b){text-indent:2px}",
        COMMON,
    ),
    "kept-star-important": (
        "*{margin:3px!important} p{margin:9px} .a{margin:8px!important} body *{color:#c00!important} p b{color:#00c}",
        COMMON,
    ),
    "kept-clients": (
        "#outlook a{padding:0} .ExternalClass{width:100%} .ExternalClass p{color:#fff} u + .body p{color:#00c} "
        "[data-ogsc] p{color:#0c0} .moz-text-html p{margin:20px} p{color:#c00;margin:9px} [owa] p{color:#fff} "
        'div[style*="margin: 16px 0"]{margin:0!important} #MessageViewBody p{color:#fff} .gmail-x{color:#fff} '
        "span.MsoHyperlink{color:#fff}",
        '<u></u><div class=body><p>x</p></div><div style="margin: 16px 0">y</div>',
    ),
    "kept-hover": (
        "a{color:#c00;background:#eee} a:hover{color:#fff!important;background:#000} a.x{color:#00c} "
        "a:focus,a.y{background:#ccc} a:active{padding:9px}",
        "<a href=#>x</a><a href=# class=x>y</a><a href=# class=y>z</a>",
    ),
    "kept-checked": (
        "#c:checked~p{color:#00c;margin:9px} p{color:#c00;margin:1px} input:not(:checked)+b{color:#0c0} "
        "b{color:#333} input[type=checkbox]{width:30px}",
        "<input id=c type=checkbox checked><p>a</p><input type=checkbox><b>b</b>",
    ),
}
