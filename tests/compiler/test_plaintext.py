"""The text part reads well, with the same tags in place, and holds no tag that was none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from app.core.compiler.compilation import compile_template
from app.core.loader import load_template_set
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from bbws_templates.engine import Mode, Template
from tests.compiler.conftest import Compile
from tests.compiler.documents import DATA, DOCUMENTS

ROOT = Path(__file__).resolve().parents[2]

CASES = [
    # Links: text and address, or the address alone.
    ('<a href="https://x.example/">Open</a>', "Open: https://x.example/"),
    ('<a href="{{url}}">Open</a>', "Open: {{url}}"),
    ('<a href="{{ url }}">{{url}}</a>', "{{ url }}"),
    ('<a href="{{url}}">{{url}}</a>', "{{url}}"),
    ('<a href="https://www.x.example/">x.example</a>', "https://www.x.example/"),
    ('<a href="https://x.example/?a=1&amp;b=2">Open:</a>', "Open: https://x.example/?a=1&b=2"),
    ('<a href="mailto:a@b.example">a@b.example</a>', "a@b.example"),
    ('<a href="mailto:a@b.example?subject=x">Write to us</a>', "Write to us: a@b.example"),
    ('<a href="tel:+27110">Call</a>', "Call: +27110"),
    ('<a href="https://x.example/a\t\n?b">Open</a>', "Open: https://x.example/a?b"),
    ('<a href="#top">Up</a> <a name="x">here</a> <a href="">there</a>', "Up here there"),
    ('<a href="{{url}}"><img src="x" alt="Logo"></a>', "Logo: {{url}}"),
    ('<a href="{{url}}"><img src="x" alt=""></a>', "{{url}}"),
    # What only a browser's own stylesheet hides is read where the page shows it.
    ("<p>a</p><style style='display: block'>b { top: 0 }</style>", "a\n\nb { top: 0 }"),
    ("<style>* { display: block } .x { top: 0 }</style><p>a</p>", "* { display: block } .x { top: 0 }\n\na"),
    ("<style>#e style { display: block }</style><p id=e><style>b { top: 0 }</style>a</p>", "b { top: 0 }\na"),
    ("<div hidden><style style='display:block'>b { top: 0 }</style></div><script>x</script><p>a</p>", "a"),
    ("<xmp>a <b></xmp>", "a <b>"),
    ("<style>b { top: 0 }</style><p>a</p><plaintext><b>{{c}}</b>", "a\n\n<b>{{c}}</b></body>"),
    ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp>字<rt style='top: 0'>ji</rt></ruby>", "漢(kan)字 ji"),
    ("<p>a<svg><text>b</text><text>c</text></svg>d <q>e</q></p>", 'a b c d "e"'),
    # What a stylesheet writes, data in it too; what data may move is left out.
    ("<style>b::after { content: ' {{unit}}' }</style><p><b>{{sum}}</b></p>", "{{sum}} {{unit}}"),
    (
        "<style>b:first-child::after { content: 'x' }</style><p>{{#s}}<b>a</b>{{/s}}<b>b</b></p>",
        "{{#s}}a{{/s}}b",
    ),
    # A link over nothing but room can be pressed; one without room cannot.
    ('<a href="{{a}}"><b>&nbsp;</b></a><a href="{{b}}"> </a>', "{{a}}"),
    ('<a href="{{a}}"><b hidden>&nbsp;</b></a><a href="{{b}}" style="font-size:0">&nbsp;</a>c', "c"),
    ("<p>a <g class=x>b</g><svg><g>c<text>d</text></g></svg></p>", "a b d"),
    # A caption stands on the side that it, or what is around it, has.
    ("<table style='caption-side: bottom'><caption>b</caption><tr><td>a</table>", "a\n\nb"),
    ("<table style='caption-side: bottom'><caption align=top>a</caption><tr><td>b</table>", "a\n\nb"),
    ("<table><caption align=BOTTOM>b</caption><tr><td>a</table>", "a\n\nb"),
    (
        "<table style='caption-side:bottom'><caption style='caption-side:initial'>a</caption><tr><td>b",
        "a\n\nb",
    ),
    # Of a menu the choice that shows before it is opened; of a list, and where data makes them, every choice.
    ("<select><option disabled>a<option>b</select>", "b"),
    ("<select><optgroup disabled label=x><option>a</optgroup><option>b<option>c</select>", "b"),
    ("<select><option selected>a<option selected disabled>b<option>c</select>", "b"),
    ("<select><option label='b &amp; {{c}}'>a</select>", "b & {{c}}"),
    ("<p>a</p><select><option disabled>b</select><p>c</p>", "a\n\nc"),
    ("<select size=3><option>a<option hidden>b<optgroup label=c><option>d</select>e", "a\nc\nd\ne"),
    ("<select multiple><option>a<option>b</select>", "a\nb"),
    ("<select><option>a</option>{{#o}}<option>{{.}}</option>{{/o}}</select>", "a\n{{#o}}\n{{.}}\n{{/o}}"),
    # Inline text.
    ("<p>a <b>b</b>\n  c&nbsp;d&shy;e &lt;&amp;</p>", "a b c de <&"),
    ("<p>a<br>b<br/>c</p>", "a\nb\nc"),
    ("<p>{{a}} {{{b}}} {{& c }}</p>", "{{a}} {{{b}}} {{& c }}"),
    ("<p>&#123;&#123;a}} &#123;{{b}} {{{c}}}} { {</p>", "{\u2060{a}} {\u2060{{b}} {{{c}}}} { {"),
    # A tag that stands alone on its line takes the line's end along; none may join two lines so.
    ("<div>a</div>{{#l}}<br>b{{/l}}c", "a\n{{#l}}\u2060\nb{{/l}}c"),
    ("<div>a{{#s}}<br>b<br>{{/s}}</div><div>c</div>", "a{{#s}}\nb{{/s}}\nc"),
    ('<a href="javascript:go()">a</a> <a href="JavaScript:x">b</a>', "a b"),
    ("<p>Hi{{#n}} {{n}}{{/n}}{{^n}} you{{/n}},</p>", "Hi{{#n}} {{n}}{{/n}}{{^n}} you{{/n}},"),
    # Blocks.
    ("<h1>One</h1><p>x</p><h2>Two</h2><div>y</div><div>z</div>", "One\n===\n\nx\n\nTwo\n---\n\ny\nz"),
    ("<p>a</p>{{#s}}<p>b</p>{{/s}}<p>c</p>", "a\n\n{{#s}}\nb\n\n{{/s}}\nc"),
    ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n- b\n  1. c"),
    ("<ol>{{#l}}<li>{{.}}</li>{{/l}}</ol>", "{{#l}}\n- {{.}}\n{{/l}}"),
    ("<ul><li>a<br>b</li></ul>", "- a\n  b"),
    ("a<hr>b", "a\n----------------------------------------\nb"),
    ('<p style="margin:0 0 4px">a</p><p style="margin: 0">b</p><p>c</p>', "a\nb\n\nc"),
    # Hidden from every reader; from screen readers or from Outlook only is not.
    ('<p style="display:none">x</p><p hidden>x</p>y', "y"),
    ('<p aria-hidden="true">x</p>y', "x\n\ny"),
    # What fades or flies in has been out of sight before.
    (
        '<p style="opacity:0;animation:in 1s forwards">x</p><p style="opacity:0;animation:none">y</p>z',
        "x\n\nz",
    ),
    ('<p style="transform:scale(0);-webkit-animation-name:in">x</p>y', "x\n\ny"),
    ('<p hidden style="display:block">x</p>', "x"),
    ('<style>.h{display:none}</style><p class="h">x {{a}}</p>y', "y"),
    ('<style>.h{display:none}</style><p class="h" style="display:block">x</p>', "x"),
    ('<div style="mso-hide:all">x</div>y<!-- z --><script>z</script>', "x\ny"),
    (
        '<!--[if mso]><v:roundrect href="https://x.example/"><center>Go</center></v:roundrect><![endif]-->'
        '<a href="https://x.example/" style="display:inline-block;mso-hide:all">Go</a>',
        "Go: https://x.example/",
    ),
    ('<div style="visibility:hidden">x <b style="visibility:visible">y</b></div>z', "y\nz"),
    ('<div style="opacity:0">x <b style="opacity:1">x</b></div><p style="opacity:.5">y</p>', "y"),
    ('<div style="font-size:0">x<b style="font-size:9px">y</b><i style="font-size:2em">x</i></div>', "y"),
    ('<div style="font:0/0 a">x</div><div style="font:700 16px/0 a">y</div>', "y"),
    ('<div style="max-height:0;overflow:hidden">x</div><div style="max-height:0">y</div>', "y"),
    (
        '<div style="max-height:0;overflow:clip hidden">x</div><div style="overflow:hidden visible">y</div>',
        "y",
    ),
    ('<div style="max-height:0;overflow:visible hidden">x</div>y', "y"),
    ('<p style="opacity:0;opacity:{{x}}">x</p>y', "y"),
    ('<span style="max-height:0;overflow:hidden">in a line</span>', "in a line"),
    ('<div style="max-height:0;height:9px;overflow-y:clip">x</div><div style="overflow:hidden">y</div>', "y"),
    ('<div style="width:1px;height:1px;overflow:hidden">x</div><div style="width:0">y</div>', "y"),
    ('<div style="position:absolute;left:-9999px">x</div><div style="left:-9999px">y</div>', "y"),
    ('<div style="position:absolute;inset:0 auto auto -999em">x</div><div style="inset:-999em">y</div>', "y"),
    ('<div style="position:fixed;top:-100vh">x</div><div style="position:fixed;top:-10vh">y</div>', "y"),
    (
        '<div style="block-size:0;overflow:hidden">x</div><p style="max-block-size:0;overflow:clip">x</p>y',
        "y",
    ),
    (
        '<p style="inline-size:0;overflow:hidden;padding-inline:9px">y</p><b style="inset:-999em">z</b>',
        "y\n\nz",
    ),
    ('<div style="scale:0">x</div><div style="translate:-9999px">x</div><div style="scale:.5">y</div>', "y"),
    ('<p style="opacity:calc(0)">x</p><p style="max-height:calc( 0px );overflow:hidden">x</p>y', "y"),
    ('<p style="display:none;all:unset">y</p><p style="all:unset;display:none">x</p>', "y"),
    (
        "<style>:where(.h), p:has(b), .n:not(.o):not(b){display:none}</style>"
        "<p class=h>x<p>x <b>x</b><p class=n>x<p>y",
        "y",
    ),
    # What CSS does not take does not hide, and takes nothing back.
    ('<p style="font-size:-3px">y</p><p style="font-size:0;font-size:-3px">x</p>', "y"),
    ('<p style="opacity:0;opacity:none">x</p><p style="color:transparent;color:foo">x</p>y', "y"),
    ('<p style="transform:scale(0);transform:foo">x</p><p style="color:transparent none">y</p>', "y"),
    ('<div style="overflow:hidden;max-height:0;max-height:-1px">x</div>y', "y"),
    # What a script opens, none does; what scripts draw on shows what it holds.
    ("<div popover>x</div><dialog>x</dialog><dialog open>y</dialog>", "y"),
    ("<style>dialog { display: block }</style><dialog>y</dialog>", "y"),
    ("<p>x <canvas>y</canvas></p>", "x y"),
    # Boxes by two words, or by those around them; and what has nothing to show without its box.
    ('<b style="display:block flow">a</b>b<i style="display:inline flow-root">c</i>', "a\nbc"),
    ('<b style="display:block"><i style="display:inherit">a</i>b</b>', "a\nb"),
    (
        '<b style="display:contents"><p style="display:inherit">a</p><p style="display:inherit">b</p></b>',
        "ab",
    ),
    ('<p style="display:flex"><b style="display:inherit"><i>a</i><i>b</i></b></p>', "a\nb"),
    ('<img alt="x" style="display:contents">y', "y"),
    ("<svg><title>x</title><desc>x</desc><defs><text>x</text></defs><text>y</text></svg>", "y"),
    ("<marquee>a</marquee>b<video>c</video><object>d</object>e", "a b c d e"),
    ('<div style="text-indent:-9999em">x<p style="text-indent:0">y</p></div>', "y"),
    ('<div style="position:absolute;clip:rect(0 0 0 0)">x</div><p style="clip:rect(0,0,0,0)">y</p>', "y"),
    ('<p style="color:transparent">x</p><p style="color:#0000">x</p><p style="color:#000000">y</p>', "y"),
    (
        '<p style="display:none;display:wrong">x</p><p style="display:none!important;display:block">x</p>y',
        "y",
    ),
    ('<style data-embed>.h{display:none}</style><p class="h">x</p>y', "y"),
    ("<style>.b{& .h{display:none}}</style><div class=b><p class=h>x</p>y</div>", "y"),
    ("<style>.b{&:hover .h{display:none}}</style><div class=b><p class=h>x</p>y</div>", "x\n\ny"),
    ('<style>[title="a&b"]{display:none}</style><p title="a&amp;b">x</p><p title="c">y</p>', "y"),
    (
        '<style>.b{[title="a&b"]{display:none}}</style><div class=b><p title="a&b">x</p><p>y</p></div>',
        "y",
    ),
    ("<style>.b{[title=a]{display:none}}</style><div class=b><p title=a>x</p><p title=c>y</p></div>", "y"),
    ("<style>.b,.c{[title=a]{display:none}}</style><div class=c><p title=a>x</p><p title=c>y</p></div>", "y"),
    ("<style>.b:hover{.h{display:none}}</style><div class=b><p class=h>x</p>y</div>", "x\n\ny"),
    ("<style>.b:hover,.c{.h &{display:none}}</style><div class=h><p class=c>x</p>y</div>", "y"),
    ("<style>& .h{display:none}</style><p class=h>x</p>y", "y"),
    ("<style>.b{&.c{[title=a]{display:none}}}</style><div class='b c'><p title=a>x</p><p>y</p></div>", "y"),
    ("<style>svg|p .h{display:none} .a\\+b .h{display:none}</style><p class=h>x</p>y", "x\n\ny"),
    ("<style>@layer a{.h{display:none}}</style><p class=h>x</p>y", "y"),
    (r"<style>.sm\:h, .\31 0{display:none}</style><p class=sm:h>x</p><p class=10>x</p>y", "y"),
    ("<style>@layer a{.h.h{display:none}} .h{display:block}</style><p class=h>x</p>y", "x\n\ny"),
    ("<style>@media screen{.h{display:none}}</style><p class=h>x</p>y", "y"),
    ("<style>@media print{.h{display:none}}</style><p class=h>x</p>y", "x\n\ny"),
    ("<style>@scope (.b){.h{display:none}}</style><p class=h>x</p>y", "x\n\ny"),
    ('<style media="print">.h{display:none}</style><p class="h">y</p>', "y"),
    ('<style>@media (max-width: 9px){.h{display:none}}</style><p class="h">y</p>', "y"),
    ('<style>* {color:red} [title^="a"] {display:none}</style><p title="ab">x</p><p title="b">y</p>', "y"),
    ('<style>[title] {display:none} p.s {display:block}</style><p title="b" class="s">y</p>', "y"),
    ("<style>i:hover{display:none} #outlook i{display:none}</style><i>y</i>", "y"),
    # A section between two comments is a section.
    ("<!-- {{#l}} --><p>{{.}}</p><!-- {{/l}} --><!-- {{x}} -->", "{{#l}}\n{{.}}\n\n{{/l}}"),
    ("<details><summary>y</summary>x</details><details open>z</details>", "y\nz"),
    (
        "<p>Hi</p><div>&#847;&zwnj;&nbsp;&#8199;&shy;&#65279;&#8203;</div><p>\u200cyou\u200c &lrm; now</p>",
        "Hi\n\nyou now",
    ),
    (
        "<p>\U0001f469\u200d\U0001f680 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645</p>",
        "\U0001f469\u200d\U0001f680 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    ),
    # Neighbours.
    ('<b style="display:block">20</b><i style="display:block">Clients</i>', "20\nClients"),
    ('<b style="float:left">20</b><b style="float:right">Clients</b>', "20\nClients"),
    ('<div style="display:flex"><b>20</b><b>Clients</b></div>', "20\nClients"),
    ('<p style="display:inline">a</p><p style="display:inline">b</p>', "ab"),
    ('<b style="padding:0 8px">NEW</b>Shoes<button>Buy</button>', "NEW Shoes Buy"),
    (
        '<a href="{{a}}">A</a><a href="https://x.example/">B</a>{{#s}}<a href="{{u}}">C</a>{{/s}}.',
        "A: {{a}} B: https://x.example/ {{#s}}C: {{u}} {{/s}}.",
    ),
    ('(<a href="{{u}}"> a </a>)<a href="{{u}}">b</a>{{c}}', "( a: {{u}} )b: {{u}} {{c}}"),
    ('<a href="{{u}}"><h2>T</h2><p>x</p></a><a href="{{u}}"><div>y</div></a>', "T\n-\n\nx\n{{u}}\ny: {{u}}"),
    ('a <a href="{{u}}">b<br>c</a> d<a href="{{u}}"></a>', "a b c: {{u}} d"),
    ('<p><a href="{{u}}">站</a>，您</p><p><a href="{{u}}">站</a>。</p>', "站: {{u}} ，您\n\n站: {{u}} 。"),
    ('<map><area href="{{u}}" alt="Shop"><area href="{{v}}"></map>', "Shop: {{u}} {{v}}"),
    # Struck prices.
    ("<p>Now <del>{{a}} </del>{{b}}</p>", "Now ~~{{a}}~~ {{b}}"),
    ('<p style="text-decoration:line-through">a<br><a href="{{u}}">b</a></p>', "~~a~~\n~~b: {{u}} ~~"),
    ('<p><s>a <a href="{{u}}">b</a>\n</s></p>', "~~a b: {{u}} ~~"),
    ('<s><a href="{{u}}">a </a></s>', "~~a: {{u}} ~~"),
    ('<s><a href="{{u}}">a<br></a></s>', "~~a: {{u}} ~~"),
    ('<del style="text-decoration:none">a</del> <s>b <i>c</i></s>', "a ~~b c~~"),
    ('<table><tr style="text-decoration:line-through"><td>a</td></tr></table>', "~~a~~"),
    # No line goes through an inline-block, a float and what is positioned in it (CSS Text Decoration 3, 2.1).
    ('<s>R 50 <span style="display:inline-block">R 40</span></s>', "~~R 50~~ R 40"),
    ('<s><b style="display:inline-block">a</b> b <i>c</i></s>.', "a ~~b c~~."),
    ('<s>a <b style="position:absolute">b</b> c <s style="float:left">d</s></s>', "~~a~~\nb\n~~c~~\n~~d~~"),
    ('<s>a <div style="display:inline-block"><ul><li>b</li></ul><p>c</p></div></s>', "~~a~~\n- b\n\nc"),
    ('<s style="display:inline-flex">a <b style="display:inline-block">b</b></s>', "~~a~~\n~~b~~"),
    (
        '<s><a href="{{u}}">a</a><b style="float:none;display:inline-block">b</b></s>'
        '<s>c <b style="display:inline-block"><a href="{{u}}">d</a></b></s>.',
        "~~a: {{u}} ~~ b~~c~~ d: {{u}}.",
    ),
    # Line ends that count.
    ("<pre>\n a  b\n\n\n c\n</pre><p>d</p>", " a  b\n\n c\n\nd"),
    ('<p style="white-space:pre-line">a  b\n c</p>', "a b\nc"),
    ("<pre>a\n{{#l}}\n  {{.}}\n{{/l}}\nb</pre>", "a\n{{#l}}\n  {{.}}\n{{/l}}\nb"),
    # Numbers.
    (
        '<ol start="3"><li>a</li><li value="9">b</li><li style="display:none">x</li><li>c</li></ol>',
        "3. a\n9. b\n10. c",
    ),
    ("<ol reversed><li>a</li><li>b</li></ol>", "2. a\n1. b"),
    ("<ol reversed start=9 type=I><li>a</li><li>b</li></ol>", "IX. a\nVIII. b"),
    ("<ol type=A start=26><li>a</li><li>b</li></ol>", "Z. a\nAA. b"),
    (
        '<ol style="list-style:lower-roman inside"><li>a</li><li style="list-style-type:disc">b</li></ol>',
        "i. a\n- b",
    ),
    (
        r"""<ul style='list-style-type:"\2713  "'><li>a<li style='list-style:"Say \"x\" \7b{"'>b</ul>""",
        '✓ a\nSay "x" {\u2060{b',
    ),
    ('<ul style="list-style:none"><li>a</li></ul><ul><li style="display:block">b</li></ul>', "a\n\nb"),
    ("<ol><li><ul><li>a</li></ul></li></ol>", "1. - a"),
    ("<ol start=5>{{#l}}<li>{{.}}</li>{{/l}}</ol>", "{{#l}}\n- {{.}}\n{{/l}}"),
    ('<ol start="{{s}}"><li>a</li><li>b</li></ol>', "- a\n- b"),
    ('<ol><li>a</li><li value="{{v}}">b</li></ol>', "- a\n- b"),
    # Tables that arrange.
    ('<table role="presentation"><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', "a\nb\n\nc"),
    ("<table><tr><td><table><tr><td>a</td></tr></table></td></tr></table>", "a"),
    ("<table><tr><td>a</td></tr></table>", "a"),
    # Tables of data.
    (
        "<table><tr><th>Order</th><td>{{o}}</td></tr><tr><th>Long name:</th><td>x</td></tr></table>",
        "Order:      {{o}}\nLong name:  x",
    ),
    (
        "<table><tr><td>A</td><td>1</td></tr>{{#s}}<tr><td>BB</td><td>2<br>3</td></tr>{{/s}}</table>",
        "A:   1\n{{#s}}\nBB:  2\n     3\n{{/s}}",
    ),
    (
        "<table><tr><th>Item</th><th>Qty</th><th>Price ({{c}})</th></tr>"
        "{{#i}}<tr><td>{{n}}</td><td>{{q}}</td><td>{{p}}</td></tr>{{/i}}"
        "<tr><td colspan=2>Total</td><td>{{t}}</td></tr></table>",
        "{{^i}}\nItem | Qty | Price ({{c}})\n{{/i}}\n"
        "{{#i}}\nItem:         {{n}}\nQty:          {{q}}\nPrice ({{c}}):  {{p}}\n\n{{/i}}\n"
        "Total:        {{t}}",
    ),
    (
        "<table><tr><th>Item</th><th>Price</th></tr>{{#i}}<tr><td>{{n}}</td><td>{{p}}</td></tr>{{/i}}"
        "<tr><td>Total</td><td>{{t}}</td></tr></table>",
        "{{^i}}\nItem | Price\n{{/i}}\n{{#i}}\nItem:   {{n}}\nPrice:  {{p}}\n\n{{/i}}\nTotal:  {{t}}",
    ),
    ("<table><tr><th>A</th><th>B</th><th>C</th></tr><tr><td>1</td></tr></table>", "A | B | C\n1"),
    ("<table><tr><th><p>a</p></th><th></th></tr></table>", "a"),
    ("<table><tr><th>a</th><th>b</th></tr></table>", "a\nb"),
    (
        "<table><tr><th>Plan</th><th>Price</th></tr><tr><td>Small</td><td>5</td></tr>"
        "<tr><td>Large</td><td>9</td></tr></table>",
        "Plan | Price\nSmall:  5\nLarge:  9",
    ),
    (
        "<table><tr><th colspan=2>Product</th><th>Price</th></tr>"
        "<tr><td><img src=x alt=Shoe></td><td>{{t}}</td><td>{{p}}</td></tr></table>",
        "Product:  Shoe\n          {{t}}\nPrice:    {{p}}",
    ),
    (
        "<table><tr><th>A</th><th>B</th><th>C</th></tr><tr><td rowspan=2>1</td><td>2</td><td>3</td></tr>"
        "<tr><td>4</td><td>5</td></tr></table>",
        "A:  1\nB:  2\nC:  3\n\nB:  4\nC:  5",
    ),
    (
        "<table><thead><tr><td>A</td><td>B</td></tr></thead><tr><td>{{a}}</td><td>{{b}}</td></tr></table>",
        "A:  {{a}}\nB:  {{b}}",
    ),
    (
        "<table><tr><td>When</td><td>Where</td></tr><tr><td>{{a}}</td><td>{{b}}</td></tr></table>",
        "When | Where\n{{a}} | {{b}}",
    ),
    (
        "<table>{{#t}}<tfoot><tr><td>Sum</td><td>2</td></tr></tfoot>{{/t}}<tr><td>a</td><td>1</td></tr>"
        "<thead><tr><td>A</td><td>2</td></tr></thead></table>",
        "A | 2\na:    1\n{{#t}}\nSum:  2\n{{/t}}",
    ),
    (
        "<table><tr><th colspan=2>Order</th></tr><tr><th>Item</th><th>Price</th></tr>"
        "<tr><td>{{a}}</td><td>{{b}}</td></tr></table>",
        "Order\nItem:   {{a}}\nPrice:  {{b}}",
    ),
    (
        "<table><tr><th colspan=2>Sizes</th><th>Price</th></tr><tr><th>EU</th><th>US</th><th>ZAR</th></tr>"
        "<tr><td>{{a}}</td><td>{{b}}</td><td>{{c}}</td></tr></table>",
        "Sizes EU:   {{a}}\nSizes US:   {{b}}\nPrice ZAR:  {{c}}",
    ),
    (
        "<table>{{#s}}<tr><th>A</th><th>B</th></tr>{{/s}}<tr><td>{{a}}</td><td>{{b}}</td></tr></table>",
        "{{#s}}\nA | B\n{{/s}}\n{{a}} | {{b}}",
    ),
    (
        "<table><tr><td>Item</td><td>Price ({{c}})</td></tr><tr><td>{{a}}</td><td>{{b}}</td></tr></table>",
        "Item | Price ({{c}})\n{{a}} | {{b}}",
    ),
    (
        "<table><tr><td>Subtotal</td><td>ZAR {{a}}</td></tr><tr><td>Tax</td><td>{{b}}</td></tr></table>",
        "Subtotal:  ZAR {{a}}\nTax:       {{b}}",
    ),
    (
        '<table><tr><td><a href="{{u}}">Men</a></td><td>1</td></tr><tr><td>Hats</td><td>2</td></tr></table>',
        "Men: {{u}} | 1\nHats | 2",
    ),
    (
        "<table><tr><th>A</th><th>B</th></tr><tr><td>{{a}}</td><td>{{b}}</td></tr>"
        '<tr><td><a href="https://x.example/">All</a></td><td>3</td></tr></table>',
        "A:  {{a}}\nB:  {{b}}\n\nAll: https://x.example/ | 3",
    ),
    ('<p>a</p>{{#s}}<div style="display:none">x</div>{{/s}} {{#s}}<!-- x -->{{/s}}<p>b</p>', "a\n\nb"),
    (
        "<table><tr><th>A</th><td>{{#l}}<p>{{.}}</p>{{/l}}</td></tr></table>",
        "A:\n{{#l}}\n    {{.}}\n{{/l}}",
    ),
    (
        "<table><tr><td>{{n}}</td><td>{{p}}</td></tr><tr><td>All</td><td>1</td></tr></table>",
        "{{n}}{{#n}}:{{/n}} {{p}}\nAll:  1",
    ),
    (
        "<table><caption>Sums</caption><tr><th>A</th><td>1</td></tr><tr><th></th><td>2</td></tr></table>",
        "Sums\n\nA:  1\n2",
    ),
]


@pytest.mark.parametrize(("html", "expected"), CASES)
def test_html_as_text(compiled: Compile, html: str, expected: str) -> None:
    assert compiled(f"<body>{html}</body>").compiled.text == f"{expected}\n"


def test_a_tag_of_the_text_leads_to_the_authors_line(compiled: Compile) -> None:
    result = compiled("<p>a</p>\n{{> p}}", {"partials/p.html": "\n\n <b>{{name}}</b>"})
    place = result.text_origins.locate(result.compiled.text.index("{{name}}"))
    assert str(place).endswith("partials/p.html:3:5")


@settings(deadline=None)  # time is not what this is about
@given(DOCUMENTS, DATA)
def test_every_text_part_is_tidy_mustache(html: str, data: dict[str, Any]) -> None:
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    text = compile_template(source, TemplateSet(Path("/t"), {}, {}, {}, {})).compiled.text
    assert "\n\n\n" not in text
    assert not text.startswith("\n")
    assert not re.search(r"[ \t]\n", text)
    assert text == "" or (text.endswith("\n") and not text.endswith("\n\n"))
    Template.parse(text).render(data, mode=Mode.TEXT, strict=False)


def test_the_text_of_the_twelve_names_every_value_that_their_html_shows() -> None:
    """Nothing that a reader of the HTML learns is missing from the text."""
    templates = load_template_set(ROOT / "templates", ROOT / "fixtures")
    for name, source in templates.templates.items():
        compiled = compile_template(source, templates).compiled
        for tag in set(re.findall(r"\{\{[\w.]+\}\}", compiled.html.partition("<body")[2])):
            hidden = tag in compiled.preheader and compiled.html.count(tag) <= 1 + compiled.subject.count(tag)
            assert tag in compiled.text or hidden, f"{name}: {tag}"
