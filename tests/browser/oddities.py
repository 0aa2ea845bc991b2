"""Mails that move, and mails whose names hide the page from scripts: of every engine the same is asked."""

from __future__ import annotations

import base64
import io
from html import escape
from urllib.parse import quote

from PIL import Image

HEAD = "<!DOCTYPE html><html><head><meta charset='utf-8'><title>x</title>"
_FRAMES = "from{{background:#ff0000;height:20px}}to{{background:#0000ff;height:{}px}}"


def moving_gif() -> str:
    """The address of an image that is red, then blue, in turn."""
    written = io.BytesIO()
    others = [Image.new("RGB", (40, 40), "blue")]
    Image.new("RGB", (40, 40), "red").save(
        written, "GIF", save_all=True, append_images=others, duration=30, loop=0
    )
    return f"data:image/gif;base64,{base64.b64encode(written.getvalue()).decode()}"


def still_png() -> str:
    """The first picture of it."""
    written = io.BytesIO()
    Image.new("RGBA", (40, 40), "red").save(written, "PNG")
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"


def mail(body: str, style: str = "") -> str:
    """A mail of ``body``, with words around it."""
    return (
        f"{HEAD}<style>body{{margin:0;font:16px Arial}}{style}</style></head>"
        f"<body><p>Before</p>{body}<p>After</p></body></html>"
    )


def _box(style: str) -> str:
    return f'<div style="width:200px;height:30px;background:#00aa00;{style}">x</div>'


ENDLESS = f"@keyframes k{{{_FRAMES.format(60).replace('{{', '{').replace('}}', '}')}}}"
_NARROW = ".c{height:30px;width:500px;background:#00aa00}@media(max-width:400px){.c{width:200px}}"
_DRAWING = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='80' height='40'>"
    "<rect width='40' height='40' fill='#00aa00'>{}</rect></svg>"
)
_SMIL = "<animate attributeName='x' from='0' to='40' dur='70ms' repeatCount='indefinite'/>"


def _page(moving: str, attributes: str = "") -> str:
    """A page in the mail's page, with a box in it that moves by ``moving``."""
    page = f"<style>{ENDLESS}</style>{_box(moving)}"
    return f'<iframe {attributes} srcdoc="{escape(page)}" width="300" height="80"></iframe>'


def _shadow(content: str) -> str:
    """An element that shows ``content`` in place of its own, in a tree that no query of the mail finds."""
    tree = f"<template shadowrootmode='open'><style>{ENDLESS}</style>{content}</template>"
    return f"<div>{tree}</div>"


_STRANGE = "<math><svg></svg></math><svg width='9' height='9'><iframe></iframe><object></object></svg>"
"""Elements that have the name alone: of MathML, and of SVG."""


def _held(element: str, style: str) -> str:
    """An ``element`` with the address of a page that moves."""
    page = quote(f"<style>{ENDLESS}</style>{_box('animation:k 90ms linear infinite alternate')}")
    name = element.split()[0]
    return f'<{element}="data:text/html,{page}" style="{style}" width="300" height="80"></{name}>'


def _address(moving: str) -> str:
    return f"data:image/svg+xml,{_DRAWING.format(moving).replace('#', '%23')}"


def _image_of(moving: str) -> str:
    return f'<img src="{_address(moving)}" alt="x">'


def _within(body: str) -> str:
    return f'<iframe srcdoc="{escape(body)}" width="400" height="200"></iframe>'


_MOVING_PAGE = quote(f"<style>{ENDLESS}</style>{_box('animation:k 90ms linear infinite alternate')}")

MOVING: dict[str, tuple[str, str]] = {
    "an endless animation": (
        mail(_box("animation:k 90ms linear infinite alternate"), ENDLESS),
        mail(_box("")),
    ),
    "an endless animation in other letters": (
        mail(_box("anim\\61tion:k 90ms linear infinite"), ENDLESS),
        mail(_box("")),
    ),
    "an animation that ends and stays": (
        mail(_box("animation:k 60s linear forwards"), ENDLESS),
        mail(_box("background:#0000ff;height:60px")),
    ),
    "an animation that ends and goes": (
        mail(_box("animation:k 60s linear"), ENDLESS),
        mail(_box("")),
    ),
    "what moves in a shadow tree": (
        mail(_shadow(_shadow(_box("animation:k 90ms linear infinite")) + _DRAWING.format(_SMIL))),
        mail(_shadow(_shadow(_box("")) + _DRAWING.format(""))),
    ),
    "a page in a shadow tree": (
        mail(_shadow(_page("animation:k 90ms linear infinite alternate"))),
        mail(_shadow(_page(""))),
    ),
    "a field with a blinking caret in a shadow tree": (
        mail(_shadow(_shadow('<input autofocus value="x" style="outline:0">'))),
        mail(_shadow(_shadow('<input value="x" style="outline:0">'))),
    ),
    "blinking": (
        mail('<p style="animation:b 80ms steps(2) infinite">Now!</p>', "@keyframes b{to{visibility:hidden}}"),
        mail("<p>Now!</p>"),
    ),
    "a change of widths that takes its time": (
        mail('<div class="c">x</div>', f"{_NARROW}.c{{transition:width 60s}}"),
        mail('<div class="c">x</div>', _NARROW),
    ),
    "a moving image": (
        mail(f'<img src="{moving_gif()}" alt="x">{_box(f"background:url({moving_gif()})")}'),
        mail(f'<img src="{still_png()}" alt="x">{_box(f"background:url({still_png()})")}'),
    ),
    "a page in the page": (mail(_page("animation:k 90ms linear infinite alternate")), mail(_page(""))),
    "a page in the page that ends": (
        mail(_page("animation:k 60s linear forwards")),
        mail(_page("background:#0000ff;height:60px")),
    ),
    "a page of another origin in the page": (
        mail(_page("animation:k 90ms linear infinite alternate", "sandbox")),
        mail(_page("", 'style="opacity:0"')),
    ),
    "a page that is an object": (mail(_held("object data", "")), mail(_held("object data", "opacity:0"))),
    "a page that is embedded": (mail(_held("embed src", "")), mail(_held("embed src", "opacity:0"))),
    "a page that is a frame": (
        f"{HEAD}</head><frameset cols='50%,50%'>{_held('frame src', '')}<frame></frameset></html>",
        f"{HEAD}</head><frameset cols='50%,50%'>{_held('frame src', 'opacity:0')}<frame></frameset></html>",
    ),
    "what has the name of a drawing or a page alone": (
        mail(f"{_STRANGE}{_box('animation:k 90ms linear infinite')}{_page(_STRANGE, '')}", ENDLESS),
        mail(f"{_STRANGE}{_box('')}{_page(_STRANGE, '')}"),
    ),
    "a drawing in a page in the page": (
        mail(f'<iframe srcdoc="{escape(_image_of(_SMIL))}"></iframe>'),
        mail(f'<iframe srcdoc="{escape(_image_of(""))}"></iframe>'),
    ),
    "a page in a page in the page": (
        mail(_within(_page("animation:k 90ms linear infinite alternate"))),
        mail(_within(_page(""))),
    ),
    "a drawing in the mail": (mail(_DRAWING.format(_SMIL)), mail(_DRAWING.format(""))),
    "a drawing as an image": (
        mail(f'<img src="data:image/svg+xml,{_DRAWING.format(_SMIL).replace("#", "%23")}" alt="x">'),
        mail(f'<img src="data:image/svg+xml,{_DRAWING.format("").replace("#", "%23")}" alt="x">'),
    ),
    "a drawing in a style sheet": (
        mail(_box(""), f'div{{background:url("{_address(_SMIL)}")!important}}'),
        mail(_box(""), f'div{{background:url("{_address("")}")!important}}'),
    ),
    "a drawing in a style": (
        mail(f"""<p style="background:url(&quot;{_address(_SMIL)}&quot;)">x</p>"""),
        mail(f"""<p style="background:url(&quot;{_address("")}&quot;)">x</p>"""),
    ),
    "a drawing that is an object": (
        mail(f'<object data="{_address(_SMIL)}" width="80" height="40"></object>'),
        mail(f'<object data="{_address("")}" width="80" height="40"></object>'),
    ),
    "a drawing for screens of a density": (
        mail(f'<img srcset="{quote(_address(_SMIL), safe=":/,+")} 1x" alt="x">'),
        mail(f'<img srcset="{quote(_address(""), safe=":/,+")} 1x" alt="x">'),
    ),
    "a field with a blinking caret": (
        mail('<form><input autofocus value="x" style="outline:0"></form>'),
        mail('<form><input value="x" style="outline:0"></form>'),
    ),
}
"""What moves, and the mail that it has to look like: in clients that let it through at all."""

RESTLESS: dict[str, str] = {
    "a marquee": mail('<marquee scrollamount="9" scrolldelay="20">Sale!</marquee>'),
    "words that run and a bar of unknown length in a shadow tree": mail(
        _shadow('<marquee scrollamount="9" scrolldelay="20">Sale!</marquee><progress></progress>')
    ),
    "a bar of unknown length": mail("<progress></progress>"),
    "words that rise": mail('<marquee direction="up" behavior="alternate" height="60">Sale!</marquee>'),
    "a page at an address of its own": mail(f'<iframe src="data:text/html,{_MOVING_PAGE}"></iframe>'),
    "a page that is an object": mail(
        f'<object data="data:text/html,{_MOVING_PAGE}" width="300" height="80">Instead</object>'
    ),
    "an embedded page": mail(f'<embed src="data:text/html,{_MOVING_PAGE}" width="300" height="80">'),
    "pages side by side": (
        f'{HEAD}</head><frameset cols="50%,50%"><frame src="data:text/html,{_MOVING_PAGE}">'
        "<frame src='about:blank'></frameset></html>"
    ),
    "a film in a page in the page": mail(_within("<video autoplay controls src='data:video/mp4;base64,AA'>")),
    "a film without an address": mail("<video width='80' height='40'><source><source srcset='a 1x'></video>"),
    "a film that waits": mail("<video width='80' height='40' src='data:video/mp4;base64,AAAA'></video>"),
    "a film of two sources": mail(
        "<video autoplay controls width='80' height='40' poster='data:image/svg+xml,%3Csvg%3E%3C/svg%3E'>"
        "<source src='data:video/mp4;base64,AAAA'><source src='https://example.com/film.webm'></video>"
    ),
    "a film": mail(
        "<video autoplay loop muted width='80' height='40' src='data:video/mp4;base64,AAAA'></video>"
    ),
}
"""What moves and has no mail to look like: it has to come to rest."""

SEEN: dict[str, tuple[str, str]] = {
    "a marquee": (RESTLESS["a marquee"], mail("<marquee>\N{NO-BREAK SPACE}</marquee>")),
    "words that rise": (
        RESTLESS["words that rise"],
        mail('<marquee direction="up" behavior="alternate" height="60"></marquee>'),
    ),
    "a page in the page": (
        mail(_within("<p>Words</p>")),
        mail(_within("")),
    ),
    "a page in a page in the page": (
        mail(_within(_within("<p>Words</p>"))),
        mail(_within(_within(""))),
    ),
    "a page in the page beside one in a drawing": (
        mail(f"<svg>{_within('x')}</svg>{_within('<p>Words</p>')}"),
        mail(f"<svg>{_within('x')}</svg>{_within('')}"),
    ),
    "a drawing that is an object": (
        MOVING["a drawing that is an object"][0],
        mail('<object data="data:image/svg+xml," width="80" height="40"></object>'),
    ),
}
"""What is brought to rest and is seen all the same, and what it would look like without anything in it."""

ROWS = "".join(f"<tr><td style='padding:8px'>Row {number}</td></tr>" for number in range(40))
_PLAIN = "<table style='width:300px;background:#eeeeee'>{}</table>{}<p>The end</p>"
_HIDDEN = (
    *("documentElement", "body", "scrollingElement", "querySelectorAll", "createRange", "getAnimations"),
    *("readyState", "URL", "defaultView", "adoptedStyleSheets", "fonts", "activeElement", "images"),
)
_OF_FORMS = (
    *("childNodes", "tagName", "nodeType", "getBoundingClientRect", "clientWidth", "scrollWidth"),
    *("naturalWidth", "localName", "parentElement", "querySelectorAll", "getAttribute", "type", "style"),
)
_OF_WINDOWS = (
    *("innerWidth", "scrollX", "getComputedStyle", "requestAnimationFrame", "Document", "Object", "member"),
    *("document", "arguments", "done", "axe"),
)


def _image(attribute: str, name: str) -> str:
    return f'<img {attribute}="{name}" width="10" height="10" alt="x">'


def _named(names: str) -> str:
    """The same with every name another, that hides nothing."""
    return names.replace('name="', 'name="no-').replace('id="', 'id="no-')


_IMAGES = "".join(_image("name", name) for name in _HIDDEN)
_FORM = "".join(f'<input name="{name}" value="x">' for name in _OF_FORMS)
_FORMS = "".join(f'<form name="{name}" style="margin:0">f</form>' for name in _HIDDEN)
_WINDOWS = "".join(_image("id", name) for name in _OF_WINDOWS)
NAMED: dict[str, tuple[str, str]] = {
    what: (
        mail(_PLAIN.format(ROWS, names)),
        mail(_PLAIN.format(ROWS, _named(names))),
    )
    for what, names in {
        "images": _IMAGES,
        "forms": _FORMS,
        "fields": f"<form>{_FORM}</form>",
        "ids": _WINDOWS,
        "all of them": f"<form>{_FORM}</form>{_IMAGES}{_FORMS}{_WINDOWS}",
    }.items()
}
"""Names that hide members of document, form and window from scripts; and the same mail without such names."""
