"""Which links a text part names, and how it writes their addresses."""

from __future__ import annotations

from typing import Any

import pytest

from bbws_templates.engine import Mode, Template
from tests.compiler.conftest import Compile

CASES = [
    # Mail programs end a link at the first blank; browsers write "%20" for it, and so does the text.
    ('<a href=" https://x.example/a b?c=d\te f\n">x</a>', "x: https://x.example/a%20b?c=de%20f"),
    ('<a href="HTTPS://x.example/{{a}} {{b}}">x</a>', "x: HTTPS://x.example/{{a}}%20{{b}}"),
    ('<a href="https://x.example/a b">x.example/a b</a>', "https://x.example/a%20b"),
    (
        '<a href="tel:+27 11 123">x</a><a href="{{#a}}{{b}} c{{/a}}">y</a>',
        "x: +27 11 123 y: {{#a}}{{b}} c{{/a}}",
    ),
    # What is listed may as well be a link, a picture or a heading.
    (
        '<a style="display:list-item" href="{{u}}">a</a><img style="display:list-item" alt="b">'
        '<h2 style="display:list-item">c</h2>',
        "- a: {{u}}\n- b\n\n- c",
    ),
    # A link whose words nobody can read is there to be clicked all the same, if it takes room.
    (
        '<a href="{{u}}" style="color:transparent">a</a><a href="{{v}}"><b style="font-size:0">b</b></a>',
        "{{u}}",
    ),
    ('<a href="{{u}}" style="display:block;text-indent:-9999px">a</a>', "{{u}}"),
    ('<p style="text-indent:-9999px"><a href="{{u}}">a</a></p>b', "b"),
    ('<a href="{{u}}">&zwnj;<i hidden>a</i></a><a href="{{v}}"><b style="visibility:hidden">b</b></a>c', "c"),
    # So is one around boxes without words: pictures in the background, films.
    ('<a href="{{u}}"><b style="display:block;height:40px"></b></a>', "{{u}}"),
    ('<a href="{{u}}"><b style="background:url(x.png);padding:0 20px"></b></a>', "{{u}}"),
    ('<a href="{{u}}"><div style="height:40px;display:none"></div></a>a', "a"),
    ('<a href="{{u}}"><table background="x.png"><tr><td height="50"></table></a>', "{{u}}"),
    (
        '<a href="{{u}}"><video poster="x.png"></video></a><a href="{{v}}"><button></button></a>',
        "{{u}} {{v}}",
    ),
    ('<a href="{{u}}"><b> <object width="75" height="70" data="cid:x"></object> </b></a>', "{{u}}"),
    ("<a href='{{u}}'><progress>a</progress></a><a href='{{v}}'><meter>b</meter></a>", "{{u}} {{v}}"),
    ("<a href='{{u}}'><audio controls></audio></a><a href='{{v}}'><audio></audio></a>", "{{u}}"),
    ("<a href='{{u}}'><iframe src=x></iframe></a><a href='{{v}}'><embed src=x></a>", "{{u}} {{v}}"),
    ("<a href='{{u}}'><fieldset></fieldset></a><a href='{{v}}'><details></details></a>", "{{u}}\n{{v}}"),
    ("<a href='{{u}}'><ul><li></ul></a><a href='{{v}}'><ul type=none><li></ul></a>", "{{u}}"),
    ("<a href='{{u}}'><svg width=0 height=0></svg><video width=0 controls></video></a>a", "a"),
    ("<a href='{{u}}' style='visibility:hidden'><svg></svg><hr></a>a", "a"),
    (
        "<a href='{{u}}'><img src=x width=300 height=1></a><a href='{{v}}'><img src=x width=1 height=1></a>",
        "{{u}}",
    ),
    ("<a href='{{u}}'><b class=i></b></a><style>.i:before{content:'';padding:4px}</style>", "{{u}}"),
    # A link around blocks begins within a line, if its words do.
    ("{{a}}<a href='{{u}}'>b<img src=x style='display:block'></a>", "{{a}}b: {{u}}"),
    ("a<a href='{{u}}'>b<p>c</p></a>d", "ab\n\nc\n{{u}}\nd"),
    ("a<a href='{{u}}'><div>c</div></a><a href='{{v}}'>b<div>c</div></a>", "a\nc: {{u}}\nb\nc\n{{v}}"),
    # Lines without words are there; a break that ends none is not.
    ("<a href='{{u}}'><div><br></div></a><a href='{{v}}'><br></a>", "{{u}}"),
    ("<a href='{{u}}'><pre> </pre></a><div><a href='{{v}}'><br></a></div>", "{{u}}"),
    # Cells have room between them, and within, where nothing says that they have not.
    ("<a href='{{u}}'><table><tr><td></table></a>", "{{u}}"),
    ("<a href='{{u}}'><table cellspacing=0><tr><td></table></a>", "{{u}}"),
    ("<a href='{{u}}'><table cellpadding=0><tr><td></table></a>", "{{u}}"),
    ("<a href='{{u}}'><table cellpadding=0 cellspacing=0 border=1><tr><td></table></a>", "{{u}}"),
    ("<a href='{{u}}'><table cellpadding=0 cellspacing=0><tr><td></table></a>a", "a"),
    ("<a href='{{u}}'><table cellspacing=0><tr><td style='padding:0'></table></a>a", "a"),
    (
        "<style>table{border-collapse:collapse}td{padding:0}</style>"
        "<a href='{{u}}'><table><tr><td></table></a>a",
        "a",
    ),
    ("<a href='{{u}}'><table style='border-spacing:0' cellpadding=0><tr><td></table></a>a", "a"),
    ("<a href='{{u}}'><table></table><table><tr></tr></table></a>a", "a"),
    # So have borders, where they have a style.
    ("<a href='{{u}}'><div style='border:1px solid'></div></a>", "{{u}}"),
    ("<a href='{{u}}'><b style='border-style:none solid;border-width:thin medium'></b></a>", "{{u}}"),
    ("<a href='{{u}}'><div style='border-width:4px;border-top:0'></div></a>a", "a"),
    ("<a href='{{u}}'>{{#s}}<table><tr><td></table>{{/s}}</a>", "{{#s}}\n{{u}}\n{{/s}}"),
    # With words that hang on data goes the address.
    ('<a href="{{u}}">{{#s}}a{{/s}}</a>b', "{{#s}}a: {{u}} {{/s}}b"),
    ('<a href="{{u}}"> {{#s}}<img src=x alt="">{{/s}} </a>', "{{#s}}{{u}} {{/s}}"),
    ('<a href="{{u}}">{{#s}}<h2>a</h2><p>b</p>{{/s}}</a>', "{{#s}}\na\n-\n\nb\n\n{{u}}\n{{/s}}"),
    ('<a href="{{u}}">{{#s}}a{{/s}}{{^s}}b{{/s}}</a>', "{{#s}}a{{/s}}{{^s}}b{{/s}}: {{u}}"),
    ('<p style="font-size:0"><a href="{{u}}">{{#s}}a{{/s}}</a></p>{{#s}}<b hidden>b</b>{{/s}}c', "c"),
    ('<a href="{{u}}">&nbsp;{{#s}}a{{/s}}</a>', "{{#s}}a{{/s}}: {{u}}"),
    # An address with a line through it is said once, too.
    (
        '<a href="{{u}}" style="text-decoration:line-through">{{u}}</a>'
        '<a href="{{v}}" style="text-decoration:line-through">b</a>',
        "~~{{u}} ~~ ~~b~~: {{v}}",
    ),
    # Neither width nor height mean anything within a line; an empty block is no higher than its padding.
    ('<a href="{{u}}" style="width:50%;height:40px;background:red"></a>a', "a"),
    ('<a href="{{u}}" style="display:block;width:90px;background:red"></a>a', "a"),
    ('<a href="{{u}}" style="display:inline-block;height:90px"></a>a', "a"),
    ('<a href="{{u}}" style="display:inline-block;height:9px;min-width:9px"></a>a', "{{u}} a"),
    ('<a href="{{u}}" style="display:block;height:0"></a>a', "a"),
    # A box takes its size from what it holds, and from what is around it: from lines, and widths of others.
    ('<a href="{{u}}" style="display:block"><b style="display:inline-block;height:9px"></b></a>', "{{u}}"),
    ('<a href="{{u}}"><b style="display:inline-block;width:9px"></b></a>', "{{u}}"),
    ('<a href="{{u}}"><b style="margin:0 9px"></b></a><a href="{{v}}" style="margin:0 9px"></a>a', "{{u}} a"),
    ('<a href="{{u}}" style="float:left"><br></a>a', "a"),
    ('<a href="{{u}}"><div style="display:inline-block"><br></div></a>a', "a"),
    ('<a href="{{u}}"><b style="float:left"><div style="height:9px"></div></b></a>a', "a"),
    ('<div style="float:left"><a href="{{u}}" style="display:block;height:9px"></a>a</div>', "{{u}}\na"),
    ('<div style="float:left"><a href="{{u}}" style="display:block;height:9px"></a></div>a', "a"),
    ('<a href="{{u}}" style="display:block"><b style="float:left;height:9px"></b></a>a', "a"),
    ('<a href="{{u}}" style="display:flow-root"><b style="float:left;height:9px"></b></a>', "{{u}}"),
    ('<table><tr><td><a href="{{u}}" style="display:block;height:9px"></a></table>a', "a"),
    ('<table><tr><td width=9><a href="{{u}}" style="display:block;height:9px"></a></table>', "{{u}}"),
    ('<a href="{{u}}" style="display:block;max-width:0"><br></a>a', "a"),
    ('<a href="{{u}}" style="display:block;width:9px;aspect-ratio:2 / 1"></a>', "{{u}}"),
    ('<a href="{{u}}" style="display:inline-block;height:9px;aspect-ratio:2"></a>', "{{u}}"),
    ('<a href="{{u}}" style="display:inline-block;aspect-ratio:2"></a>a', "a"),
    (
        '<div style="position:relative">a<a href="{{u}}" style="position:absolute;inset:0"></a></div>',
        "a\n{{u}}",
    ),
    ('<div style="position:relative"><a href="{{u}}" style="position:absolute;inset:0"></a></div>a', "a"),
    ('<div style="height:9px"><a href="{{u}}" style="display:block;height:100%"></a></div>', "{{u}}"),
    # A share of a share is one of a height, and of what padding leaves there is none.
    *(
        (around.format('<a href="{{u}}" style="display:block;width:100%;height:100%"></a>'), expected)
        for around, expected in [
            ('<table><tr><td height=9 width=9><div style="height:100%">{}</div></table>', "{{u}}"),
            ('<table style="height:9px;width:9px"><tr><td style="height:100%">{}</table>', "{{u}}"),
            (
                '<p style="position:relative;padding:9px"><i style="position:absolute;inset:0">{}</i></p>',
                "{{u}}",
            ),
            ('<div style="aspect-ratio:2">{}</div>', "{{u}}"),
            ('<div style="padding:9px">{}</div>a', "a"),
            ("<table><tr height=80><td>{}</td><td>a</td></tr></table>", "a"),
        ]
    ),
    ('<a href="{{u}}"><iframe width=0 height=0></iframe></a>', "{{u}}"),
    ('<a href="{{u}}"><iframe width=0 height=0 frameborder=0></iframe></a>a', "a"),
    # Without letters, no line has a height, but where one is said; nor is a dot a picture.
    ('<p style="font-size:0"><a href="{{u}}"><b style="padding:0 9px"></b></a></p>a', "a"),
    ('<p style="font-size:0"><a href="{{u}}" style="display:block"><br></a></p>a', "a"),
    ('<p style="font-size:0;line-height:9px"><a href="{{u}}" style="display:block"><br></a></p>', "{{u}}"),
    ('<div style="line-height:0"><a href="{{u}}" style="display:block"><br></a></div>a', "a"),
    ('<a href="{{u}}" style="display:block"><img src=x width=1 height=1></a>a', "a"),
    ('<a href="{{u}}" style="display:block"><img style="width:1px;height:1px" alt="b"></a>a', "a"),
    ('<a href="{{u}}" style="float:left"><p style="padding:9px 0"><img src=x width=1 height=1></a>a', "a"),
    ('<a href="{{u}}">{{#s}}<b style="display:inline-block;width:9px"></b>{{/s}}</a>', "{{#s}}{{u}} {{/s}}"),
]


@pytest.mark.parametrize(("html", "expected"), CASES)
def test_the_text_names_the_links_that_a_reader_finds(compiled: Compile, html: str, expected: str) -> None:
    assert compiled(f"<body>{html}</body>").compiled.text == f"{expected}\n"


DECLARED = """{"required": ["name", "id"], "properties": {
"title": {"type": "string"}, "name": {"type": ["string", "null"]}, "id": {"type": "string", "minLength": 1},
"count": {"type": "integer"}, "word": {"enum": ["a", "b"], "type": "string"}, "o": {"type": "object",
"properties": {"id": {"type": "string", "minLength": 1}}, "required": ["id"]}}}"""
METADATA = f"""{{"description": "A mail.", "audience": "customer", "subject": "Hello", "preheader": "Hello",
"sender": {{"name": "Shop", "address": "shop@shop.example"}}, "contract": {DECLARED}}}"""
A = "<a href=https://x.example/>"
EMPTY = [
    # Where nothing shows of a link, it has no address: so it is of a text that a contract lets be empty.
    (f"{A}{{{{title}}}}</a> b", [{"title": "T"}, {"title": ""}, {}], ["T: https://x.example/  b", "b", "b"]),
    (f"{A}<b>{{{{name}}}}</b></a>", [{"name": "T"}, {"name": None}], ["T: https://x.example/", ""]),
    (
        f"{A}{{{{title}}}} {{{{name}}}}</a>",
        [{"title": "T", "name": "N"}, {"name": "N"}, {"title": "T"}, {}],
        ["T N: https://x.example/", "N: https://x.example/", "T : https://x.example/", ""],
    ),
    (f"{A}<p>{{{{title}}}}</p><p>{{{{name}}}}</p></a>", [{"name": "N"}, {}], ["N\nhttps://x.example/", ""]),
    (
        f"{A}{{{{#name}}}}{{{{title}}}}{{{{/name}}}}</a>",
        [{"name": "N"}, {"name": "N", "title": "T"}],
        ["", "T: https://x.example/"],
    ),
    ("<h1>{{title}}</h1>", [{"title": "T"}, {}], ["T\n" + "=" * 24, ""]),
    ("<a href='{{title}}'>{{title}}</a>", [{"title": "T"}, {}], ["T", ""]),
    ("<a href='mailto:{{title}}'>{{title}}</a><i>b</i>", [{"title": "T"}, {}], ["T b", "b"]),
    # A picture is there all the same; a number, and what no contract knows, may be 0, which shows.
    (
        f"{A}<img src=x alt='{{{{title}}}}'></a>",
        [{"title": "T"}, {}],
        ["T: https://x.example/", "https://x.example/"],
    ),
    (
        f"{A}{{{{count}}}}</a>",
        [{"count": 0}, {"count": 2}, {}],
        ["0 https://x.example/", "2: https://x.example/", "https://x.example/"],
    ),
    (
        f"{A}{{{{other}}}}</a>",
        [{"other": 0}, {"other": "x"}, {}],
        ["0 https://x.example/", "x: https://x.example/", "https://x.example/"],
    ),
]


def test_a_label_that_is_an_empty_text_takes_its_colon_along(compiled: Compile) -> None:
    row = "<tr><td>{{title}}</td><td>5</td></tr><tr><td>{{count}}</td><td>6</td></tr>"
    mail = compiled(f"<body><table>{row}</table></body>", {"mail.json": METADATA}).compiled
    assert mail.text == "{{title}}{{#title}}: {{/title}}5\n{{count}}{{#count}}:{{/count}} 6\n"  # 0 is printed


@pytest.mark.parametrize(("html", "every", "expected"), EMPTY)
def test_a_link_without_words_has_no_address_and_no_colon(
    compiled: Compile, html: str, every: list[dict[str, Any]], expected: list[str]
) -> None:
    text = Template.parse(compiled(f"<body>{html}</body>", {"mail.json": METADATA}).compiled.text)
    assert [text.render(data, mode=Mode.TEXT, strict=False).strip() for data in every] == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("{{id}}", "{{id}}: {{u}}"),
        ("{{title}}", "{{title}}{{#title}}: {{u}} {{/title}}"),
        ("{{title}} {{ title }}", "{{title}} {{ title }}{{#title}}: {{u}} {{/title}}"),
        ("No {{title}}", "No {{title}}: {{u}}"),
        ("{{word}}", "{{word}}{{#word}}: {{u}} {{/word}}"),
        ("{{o.id}}", "{{o.id}}{{#o.id}}: {{u}} {{/o.id}}"),
        ("{{other}}", "{{other}}{{#other}}:{{/other}} {{u}}"),
        ("{{{title}}}", "{{{title}}}{{#title}}:{{/title}} {{u}}"),
        ("{{{id}}} {{{other}}}", "{{{id}}} {{{other}}}: {{u}}"),
        (
            "{{a}}{{{b}}}",
            "{{a}}{{{b}}}{{#a}}:{{/a}}{{^a}}{{#b}}:{{/b}}{{/a}} {{u}}",
        ),
    ],
)
def test_a_label_that_is_never_empty_has_its_colon(compiled: Compile, label: str, expected: str) -> None:
    mail = compiled(f"<body><a href='{{{{u}}}}'>{label}</a></body>", {"mail.json": METADATA}).compiled
    assert mail.text == f"{expected}\n"
