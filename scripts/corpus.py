"""Compares, in Chromium, each template of a folder with its compiled form: ``python scripts/corpus.py DIR``.

Each template is rendered with its fixtures, else with made-up data, from its source and from its compiled
form, and shown at three views: a desktop, a phone, the dark. The computed style of every element and every
pixel have to be the same. The shares are printed, and each template that is refused or differs.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Route, sync_playwright

from app.browser.discovery import find_browser
from app.core.compiler.borne import MARK, render_source
from app.core.compiler.compilation import Compilation, compile_template
from app.core.compiler.embedding import with_stylesheets
from app.core.compiler.equivalence import equivalence_findings
from app.core.loader import load_template_set
from app.core.sources import TemplateSet
from app.core.validation import specimen_data
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.mailing import render_email

VIEWS = {"desktop": (640, "light"), "phone": (375, "light"), "dark": (640, "dark")}

_LOOKS = """
() => [...document.documentElement.querySelectorAll('*')]
    .filter(element => !element.matches('head, style, link, meta, title, script, base'))
    .map(element => {
        const style = getComputedStyle(element);
        return [element.tagName, ...[...style].map(name => `${name}:${style.getPropertyValue(name)}`)];
    })
"""


@dataclass(frozen=True)
class Difference:
    """The first thing in which two documents look different, and in which view."""

    view: str
    message: str


@contextmanager
def browser_page() -> Iterator[Page]:
    """A page of the browser that the pictures are taken with; it loads nothing from anywhere."""

    def refuse(route: Route) -> None:
        route.abort()

    found = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.executable, args=["--no-sandbox"], env={**found.env} or None
        )
        page = browser.new_page(java_script_enabled=True)
        page.route("**/*", refuse)
        yield page
        browser.close()


def first_difference(page: Page, source: str, compiled: str) -> Difference | None:
    """Where two documents look different, None where they look the same in every view."""
    for view, (width, scheme) in VIEWS.items():
        before, after = (_shown(page, html, width, scheme) for html in (source, compiled))
        if len(before[0]) != len(after[0]):
            return Difference(view, f"{len(after[0])} elements instead of {len(before[0])}")
        for first, second in zip(before[0], after[0], strict=True):
            if first != second:
                differing = sorted(set(second) ^ set(first))
                return Difference(view, f"<{first[0].lower()}>: {', '.join(differing[:4])}")
        if before[1] != after[1] and not _same_pixels(before[1], after[1]):
            return Difference(view, "pixels")
    return None


def _shown(page: Page, html: str, width: int, scheme: Any) -> tuple[list[list[str]], bytes]:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.set_content(html, wait_until="domcontentloaded")
    return page.evaluate(_LOOKS), page.screenshot(full_page=True)


def _same_pixels(first: bytes, second: bytes) -> bool:
    left, right = (Image.open(BytesIO(data)).convert("RGB") for data in (first, second))
    return left.size == right.size and ImageChops.difference(left, right).getbbox() is None


def rendered(compilation: Compilation, templates: TemplateSet, data: Mapping[str, Any]) -> tuple[str, str]:
    """The source and the compiled template, rendered with the same data."""
    source = render_source(compilation.source, templates, data)
    html = with_stylesheets(source.html, compilation.stylesheets, compilation.imports)
    for mark in source.bringers:
        html = html.replace(f' {MARK}="{mark}"', "")
    return html, render_email(compilation.compiled, data, strict=False).html


def main() -> None:
    """Compare, and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    templates = load_template_set(folder, folder / "fixtures")
    counts: Counter[str] = Counter()
    with browser_page() as page:
        for name, source in templates.templates.items():
            try:
                compilation = compile_template(source, templates)
                sets = [item.data for item in source.fixtures.values()] or [
                    specimen_data(compilation.compiled)
                ]
                verdict, words = "equal in every view", ""
                for data in sets:
                    found = first_difference(page, *rendered(compilation, templates, data))
                    said = [
                        *compilation.findings,
                        *equivalence_findings(compilation, templates, data, fixture=""),
                    ]
                    known = sorted(
                        {item.code for item in said}
                        & {"overridden-rule", "not-equivalent", "markup-not-inlined"}
                    )
                    if found is not None:
                        verdict = f"different, {' and '.join(known)}" if known else "different without a word"
                        words = f"{found.view}: {found.message}"
                    elif "not-equivalent" in known:
                        verdict, words = "equal, and yet not-equivalent", said[-1].message
            except BbwsTemplatesError as error:
                verdict, words = f"refused ({error.code})", str(error)
            except PlaywrightError as error:  # a page of a web site, which goes elsewhere by itself
                verdict, words = "not shown", error.message.partition("\n")[0]
            counts[verdict] += 1
            if words:
                print(f"{name}: {verdict}: {words}")
    for name, broken in templates.broken.items():
        counts["unreadable"] += 1
        print(f"{name}: unreadable: {broken}")
    print()
    for verdict, count in counts.most_common():
        print(f"{count:6} {100 * count / counts.total():5.1f} %  {verdict}")


if __name__ == "__main__":
    main()
