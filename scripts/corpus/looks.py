"""A template and its compiled form, side by side in Chromium: computed styles, pixels, three views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, Route, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from app.browser.discovery import find_browser
from app.browser.measuring import RENAMED
from app.core.compiler import naming
from app.core.compiler.compilation import Compilation
from app.core.compiler.data_markup import MARK, NUMBER, AuthoredTemplate
from app.core.compiler.document import Document
from app.core.compiler.flattening import FlatText
from app.core.compiler.loaded import with_stylesheets
from app.core.sources import TemplateSet
from bbws_templates.compiled import RenderedEmail
from bbws_templates.mailing import render_email
from bbws_templates.tokens import tokenize

Scheme = Literal["light", "dark"]

VIEWS: dict[str, tuple[int, Scheme]] = {
    "desktop": (640, "light"),
    "phone": (375, "light"),
    "dark": (640, "dark"),
}
"""Of each view the width, in CSS pixels, and the colour scheme."""

HEIGHT = 900  # CSS pixels
_PIXELS = "pixels"  # and no computed style
_LOOKS_AT_MOST = 3  # at what may be chance
_PATIENCE = 120_000  # milliseconds; on a busy machine a long page takes a while

# Whatever moves is stopped where it rests; for a comparison, two numbers stand for the style of an element.
_LOOKS = """
() => {
    for (const animation of document.getAnimations()) animation.cancel();
    const names = [...getComputedStyle(document.documentElement)].sort(); // one's own come in no order
    return [...document.documentElement.querySelectorAll('*')]
        .filter(element => !element.matches('head, style, link, meta, title, script, base'))
        .map(element => {
            const style = getComputedStyle(element);
            const text = element.tagName + names.map(name => style.getPropertyValue(name)).join('|');
            let high = 0xdeadbeef, low = 0x41c6ce57;
            for (let index = 0; index < text.length; index++) {
                const unit = text.charCodeAt(index);
                high = Math.imul(high ^ unit, 2654435761);
                low = Math.imul(low ^ unit, 1597334677);
            }
            return [high >>> 0, low >>> 0];
        });
}
"""
_STYLE = """
number => {
    const element = [...document.documentElement.querySelectorAll('*')]
        .filter(element => !element.matches('head, style, link, meta, title, script, base'))[number];
    const style = getComputedStyle(element);
    return [element.tagName, ...[...style].map(name => `${name}:${style.getPropertyValue(name)}`)];
}
"""

# What a warning names is taken from its elements, in the one place that nothing of an author's outranks; what
# data bring along is not there.
_LEVEL = """
([everywhere, somewhere, brought]) => {
    const shown = [...document.documentElement.querySelectorAll('*')]
        .filter(element => !element.matches('head, style, link, meta, title, script, base'));
    const level = (elements, names) => {
        for (const element of elements)
            for (const name of names) element.style.setProperty(name, 'initial', 'important');
    };
    level(shown, everywhere);
    for (const [selector, names] of somewhere) {
        try { level(document.querySelectorAll(selector), names); } catch { /* no selector to this browser */ }
    }
    for (const number of brought) shown[number]?.style.setProperty('all', 'initial', 'important');
    for (const number of brought) shown[number]?.style.setProperty('display', 'none', 'important');
}
"""
_BROUGHT = """
([mark, own, whole]) => {
    const path = element => {
        const around = [];
        for (let each = element.parentElement; each; each = each.parentElement) {
            const said = each.getAttribute(own) ?? (each.hasAttribute(mark) ? mark : null);
            if (said !== null) around.unshift(said);
        }
        return [element.getAttribute(own), ...around].join(' ');
    };
    const elements = [...document.documentElement.querySelectorAll('*')];
    if (!whole) return elements.filter(element => element.hasAttribute(own)).map(path);
    const isTorn = element => element.hasAttribute(own) && !whole.includes(path(element));
    return elements
        .filter(element => !element.matches('head, style, link, meta, title, script, base'))
        .flatMap((element, number) => element.closest(`[${mark}]`) || isTorn(element) ? [number] : []);
}
"""


@dataclass(frozen=True)
class Named:
    """What warnings name, and so excuse.

    ``everywhere`` are properties of any element, ``somewhere`` those of the elements that a selector matches;
    ``brought`` are elements that data bring along, by their numbers, with all that they look like.
    """

    everywhere: frozenset[str] = frozenset()
    somewhere: frozenset[tuple[str, tuple[str, ...]]] = frozenset()
    brought: tuple[int, ...] = ()


_NOTHING = Named()


@dataclass(frozen=True)
class Difference:
    """The first thing in which two documents look different, and in which view."""

    view: str
    message: str
    pixels: bool
    """Whether a picture differs, in this view or in another, and not just a computed style."""

    @property
    def is_doubtful(self) -> bool:
        """Whether no style that has a name differs, or did no more when it was asked for by name."""
        return self.message == _PIXELS or self.message.endswith(": ")


@contextmanager
def browser() -> Iterator[Browser]:
    """The browser that the pictures are taken with."""
    found = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.executable, args=["--no-sandbox"], env={**found.env} or None
        )
        yield browser
        browser.close()


@dataclass(frozen=True)
class Pages:
    """Two pages, side by side; they load nothing from anywhere and run no script, as in a mail client."""

    source: Page
    compiled: Page

    @classmethod
    def opened(cls, browser: Browser) -> Pages:
        """Two empty pages."""
        return cls(_page(browser), _page(browser))

    def close(self) -> None:
        """Close both."""
        for page in (self.source, self.compiled):
            page.context.close()


def _page(browser: Browser) -> Page:
    def refuse(route: Route) -> None:
        route.abort()

    page = browser.new_context(java_script_enabled=False).new_page()
    page.set_default_timeout(_PATIENCE)
    page.route("**/*", refuse)
    return page


@contextmanager
def browser_pages() -> Iterator[Pages]:
    """Two pages of a browser that lives as long as they do."""
    with browser() as running:
        yield Pages.opened(running)


def named_in_warnings(compilation: Compilation) -> frozenset[str]:
    """The properties, shorthands among them, that its ``overridden-rule`` warnings name."""
    return frozenset(each.partition(":")[0] for each in compilation.defeated)


def in_other_letters(compilation: Compilation) -> frozenset[tuple[str, tuple[str, ...]]]:
    """The selectors of the rules that its ``name-case`` warnings are about, with what the rules declare."""
    flat = FlatText(compilation.flat, compilation.origins, tokenize(compilation.flat))
    return frozenset(
        (selector.text, tuple(dict.fromkeys(item.name for item in found.rule.declarations)))
        for found in naming.in_other_letters(Document(flat))
        for selector in found.rule.selectors
        if found.name in (selector.classes if found.kind == "class" else selector.ids)
    )


def brought_along(
    pages: Pages, compilation: Compilation, templates: TemplateSet, data: Mapping[str, Any]
) -> tuple[int, ...]:
    """The elements that data bring along, by number, with those in them, and those that they tear."""
    rendered = AuthoredTemplate(compilation.source, templates).render(data)
    whole = None
    for html in (rendered.numbered_without_data(), rendered.numbered()):
        loaded = with_stylesheets(html, compilation.stylesheets, compilation.imports)
        pages.source.set_content(loaded, wait_until="load")
        whole = pages.source.evaluate(_BROUGHT, [MARK, NUMBER, whole])
    return tuple(whole or ())


def is_accounted_for(pages: Pages, source: str, compiled: str, named: Named | frozenset[str]) -> bool:
    """Whether two documents differ in nothing but what is named and what follows from it.

    A height follows from a width, the colour of a border from that of the text; so the properties are not
    held against a list of those that differ: without them, the two have to look the same.
    """
    without = named if isinstance(named, Named) else Named(named)
    return without != _NOTHING and first_difference(pages, source, compiled, without) is None


def first_difference(
    pages: Pages, source: str, compiled: str, without: Named = _NOTHING
) -> Difference | None:
    """Where two documents look different, None where they look the same in every view.

    What both are to be ``without`` has no part in it.

    Where no style differs that has a name, both are loaded anew and looked at up to twice more: on a busy
    machine it takes longer than two pictures until a page is told that there is no image, and what lies under
    ``backdrop-filter`` is not drawn alike each time.
    """
    for _ in range(_LOOKS_AT_MOST):
        found = _difference(pages, source, compiled, without)
        if found is None or not found.is_doubtful:
            break
    return found


def computed_styles(page: Page, html: str) -> list[list[int]]:
    """The computed style of each element in each view, as numbers that are as good as the styles."""
    page.set_content(html, wait_until="load")
    page.evaluate(f"() => {{ {RENAMED} }}")
    found: list[list[int]] = []
    for width, scheme in VIEWS.values():
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme)
        found += page.evaluate(_LOOKS)
    return found


def _difference(pages: Pages, source: str, compiled: str, without: Named) -> Difference | None:
    taken = [sorted(without.everywhere), sorted(without.somewhere), without.brought]
    both = (pages.source, pages.compiled)
    for page, html in zip(both, (source, compiled), strict=True):
        page.set_content(html, wait_until="load")
        page.evaluate(f"() => {{ {RENAMED} }}")
        page.evaluate(_LEVEL, taken)
    first: tuple[str, str] | None = None
    pixels = False
    for view, (width, scheme) in VIEWS.items():
        for page in both:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.emulate_media(color_scheme=scheme)
        before, after = (page.evaluate(_LOOKS) for page in both)
        message = ""
        if len(before) != len(after):
            message = f"{len(after)} elements instead of {len(before)}"
        elif before != after:
            number = next(number for number, each in enumerate(before) if each != after[number])
            here, there = (page.evaluate(_STYLE, number) for page in both)
            message = f"<{here[0].lower()}> {number}: {', '.join(sorted(set(there) ^ set(here))[:4])}"
        # What comes late, as that an image cannot be had, may have come to one of them.
        differs = not any(_same_pixels(*map(take, both)) for take in (picture_of, _settled))
        pixels = pixels or differs
        if first is None and (message or differs):
            first = view, message or _PIXELS
    return Difference(*first, pixels) if first else None


def picture_of(page: Page, tries: int = 3) -> bytes:
    """All of the page; a browser on a busy machine sometimes says that it cannot."""
    try:
        return page.screenshot(full_page=True, animations="disabled")
    except PlaywrightError:
        if tries == 1:
            raise
        return picture_of(page, tries - 1)


def _settled(page: Page, tries: int = 5) -> bytes:
    """The picture of a page on which nothing has changed since the one before."""
    before = picture_of(page)
    for _ in range(tries):
        after = picture_of(page)
        if after == before:
            break
        before = after
    return before


def _same_pixels(first: bytes, second: bytes) -> bool:
    if first == second:
        return True
    left, right = (Image.open(BytesIO(data)).convert("RGB") for data in (first, second))
    return left.size == right.size and ImageChops.difference(left, right).getbbox() is None


def rendered(
    compilation: Compilation, templates: TemplateSet, data: Mapping[str, Any]
) -> tuple[str, RenderedEmail]:
    """The source and the compiled template, rendered with the same data."""
    html, marks = _source(compilation, templates, data)
    for mark in marks:
        html = html.replace(f' {MARK}="{mark}"', "")
    return html, render_email(compilation.compiled, data, strict=False)


def _source(
    compilation: Compilation, templates: TemplateSet, data: Mapping[str, Any]
) -> tuple[str, Iterable[str]]:
    """The source, rendered, with marks on the elements that data bring along, and these marks."""
    source = AuthoredTemplate(compilation.source, templates).render(data)
    return with_stylesheets(source.html, compilation.stylesheets, compilation.imports), source.raw_tags
