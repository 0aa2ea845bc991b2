"""Generated templates: HTML with stylesheets and Mustache wherever it is legal, and data for them."""

from __future__ import annotations

from hypothesis import strategies as st

SELECTORS = st.sampled_from(
    [
        "p",
        ".a",
        ".b",
        "p.a",
        "#i",
        "div p",
        "td>.a",
        "TD.b",
        "h1, h2",
        "p, .b",
        "[align=left]",
        "table td",
        "td[align='left'] span",
        "a:hover",
        "a, a:visited",
        "p + p",
        "*",
        ".a:first-child",
        "[data-ogsc] .a",
        "#outlook a",
        ".ExternalClass",
        "a[href^='https:']",
        ".unused",
        "body",
        "div > *",
        ":root",
        "p::before",
        "li:nth-child(2n)",
        "p:not(.a)",
        "div.a.b",
        "svg|p",
        ".c\\:d",
    ]
)
VALUES = st.sampled_from(
    [
        "color:red",
        "color: blue !important",
        "color:GREEN",
        "margin:0",
        "margin-top:5px",
        "margin: 1px 2px",
        "padding:0 !important",
        "padding-left:7px",
        'font-family:"Segoe UI", Arial',
        "font-family:'Courier'",
        'background:url("x.png?a=1&b=2")',
        "color:{{v}}",
        "width:{{{v}}}px",
        "mso-line-height-rule:exactly",
        "border:1px solid",
        "border-top-color:red",
        "/* c */ top:0",
        "display:block;display:flex",
        "background-image:url(data:image/png;base64,AA==)",
        "line-height:1",
        "font:12px/1.5 Arial",
        "*zoom:1",
        "-webkit-text-size-adjust:100%",
        "content:'a;b'",
    ]
)
DECLARATIONS = st.lists(VALUES, min_size=1, max_size=3).map(";".join)
RULES = st.builds(lambda selector, body: f"{selector} {{ {body} }}", SELECTORS, DECLARATIONS)
AT_RULES = st.builds(
    lambda head, rule: f"{head} {{ {rule} }}",
    st.sampled_from(["@media (max-width: 600px)", "@media print", "@supports (display:grid)"]),
    RULES,
) | st.sampled_from(
    ["@font-face { font-family: x; src: url(y) }", "@import url(//x.example/z.css);", "/* remark */"]
)
STYLES = st.builds(
    lambda opening, parts: f"{opening}\n{' '.join(parts)}\n</style>",
    st.sampled_from(
        ["<style>", "<style>", '<style type="text/css">', "<style media='print'>", "<style data-embed>"]
    ),
    st.lists(RULES | RULES | AT_RULES, max_size=6),
)

TEXTS = st.sampled_from(
    [
        "word",
        " ",
        "\n  ",
        "&amp; &nbsp;&copy; &#169;",
        "{{t}}",
        " {{{w}}} ",
        "{{#s}}yes{{/s}}",
        "{{^s}}no {{t}}{{/s}}",
        "<!-- remark {{t}} -->",
        "<!--[if mso]><td style='color:red' class=\"a\">{{t}}<![endif]-->",
        "<!--[if !mso]><!-->",
        "<!--<![endif]-->",
        "{{#l}}{{.}} {{/l}}",
        "é < 5 & 6 > 2",
        "<br>",
        "<br/>",
        "\n{{! x }}\n",
    ]
)
ATTRIBUTES = st.lists(
    st.sampled_from(
        [
            'class="a"',
            "class='b a'",
            "class=a",
            'id="i"',
            "align=left",
            'align="left"',
            "TITLE='{{t}}'",
            'title="{{#s}}x &quot;y&quot;{{/s}}{{^s}}z{{/s}}"',
            "dir='rtl'",
            "hidden",
            'data-x="&lt;"',
            'style="color:black"',
            "style='margin:3px; font-family:\"Segoe UI\";'",
            "style=top:0",
            'style="color:{{v}};font-family:&quot;Segoe UI&quot;"',
            "style=''",
            'STYLE="padding:1px !important"',
            "style=' ; width: 5px ; '",
        ]
    ),
    max_size=3,
    unique_by=lambda attribute: attribute.partition("=")[0].lower(),
)


def _element(name: str, content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda attributes, inner: f"<{' '.join([name, *attributes])}>{inner}</{name}>", ATTRIBUTES, content
    )


def _sectioned(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return content | st.builds(
        lambda mark, blank, inner: f"{{{{{mark}}}}}{blank}{inner}{blank}{{{{/{mark[1:]}}}}}",
        st.sampled_from(["#s", "^s", "#l", "#nested"]),
        st.sampled_from(["", "\n"]),
        content,
    )


def _many(content: st.SearchStrategy[str], most: int = 3) -> st.SearchStrategy[str]:
    return st.lists(_sectioned(content), max_size=most).map("".join)


PHRASES = _many(
    TEXTS | _element("span", TEXTS) | _element("a", TEXTS) | st.just("<img src='{{u}}' class=a />"), most=4
)
CELLS = _many(_element("td", PHRASES) | _element("TH", PHRASES))
TABLES = _element("table", _many(_element("tr", CELLS)))
LISTS = _element("ul", _many(_element("li", PHRASES)))
BLOCKS = _many(
    _element("p", PHRASES)
    | _element("h1", PHRASES)
    | TABLES
    | LISTS
    | _element("div", _many(_element("p", PHRASES) | TEXTS | TABLES))
    | TEXTS,
    most=5,
)
DOCUMENTS = st.builds(
    lambda doctype, title, styles, body, tail: (
        f"{doctype}\n<html lang='en'>\n<head>\n<meta charset=utf-8>\n<title>{title}</title>\n{styles}\n"
        f"</head>\n<body class='a'>\n{body}\n{tail}</body>\n</html>\n"
    ),
    st.sampled_from(
        [
            "<!DOCTYPE html>",
            '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
            '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">',
        ]
    ),
    st.sampled_from(["Title", "{{t}} &amp; {{#s}}x{{/s}}"]),
    st.lists(STYLES, max_size=2).map("\n".join),
    BLOCKS,
    STYLES | st.just(""),
)

HOSTILE = st.sampled_from(
    ["word", "", "<b>&amp;\"'", "{{t}}", "javascript:alert(1)", "-->", "]]>", "é\n\t 好"]
)
DATA = st.fixed_dictionaries(
    {
        "t": HOSTILE,
        "w": st.sampled_from(["plain", "5", "a & b"]),
        "u": st.sampled_from(["https://x.example/?a=1&b=2", ""]),
        "v": st.sampled_from(["red", "12", "", "#fff"]),
        "s": st.booleans(),
        "l": st.lists(HOSTILE, max_size=3),
        "nested": st.lists(st.fixed_dictionaries({"t": HOSTILE, "s": st.booleans()}), max_size=2),
    }
)
