"""A browser shows the compiled template as it shows the source: the same computed style on every element."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from app.browser.discovery import find_browser
from app.core.compiler.compilation import Compilation, compile_template
from app.core.compiler.loaded import with_stylesheets
from app.core.compiler.partials import PartialResolver
from app.core.loader import load_template_set
from app.core.sources import TemplateSet
from bbws_templates.engine import Template
from bbws_templates.mailing import render_email

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(__file__).with_name("samples")

LOOKS = """
() => [...document.documentElement.querySelectorAll('*')]
    .filter(element => !['HEAD', 'STYLE', 'LINK', 'META', 'TITLE', 'SCRIPT'].includes(element.tagName))
    .map(element => {
        const style = getComputedStyle(element);
        const properties = [...style].map(name => `${name}:${style.getPropertyValue(name)}`);
        return [element.tagName, ...properties].join(';');
    })
"""


@pytest.fixture(scope="module")  # while it lives, no other test can run an event loop of its own
def page() -> Iterator[Page]:
    def refuse(route: Route) -> None:
        route.abort()

    found = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.executable, args=["--no-sandbox"], env={**found.env} or None
        )
        page = browser.new_page()
        page.route("**/*", refuse)
        yield page
        browser.close()


def looks(page: Page, html: str, width: int, dark: bool) -> list[str]:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.set_content(html)
    return [str(look) for look in page.evaluate(LOOKS)]


def source_document(compilation: Compilation, templates: TemplateSet, data: dict[str, object]) -> str:
    """The source rendered with its partials, its stylesheets in place and nothing inlined."""
    source = compilation.source
    partials = PartialResolver(templates, source, html=True).sources()
    engine = Template.parse(source.html.text, partials=partials)
    return with_stylesheets(engine.render(data, strict=False), compilation.stylesheets)


def require_same_looks(page: Page, source: str, compiled: str) -> None:
    for width, dark in ((1000, False), (390, True)):
        before, after = looks(page, source, width, dark), looks(page, compiled, width, dark)
        assert len(before) == len(after) > 0
        for first, second in zip(before, after, strict=True):
            differing = set(first.split(";")) ^ set(second.split(";"))
            assert not differing, f"{first.partition(';')[0]} at {width} px: {sorted(differing)}"


EVERY_DAY = 3
"""Of so many of the twelve, one is looked at in `make test`; each is in `make test-corpus`."""
TWELVE = load_template_set(ROOT / "templates", ROOT / "fixtures")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.heavy("corpus")] if number % EVERY_DAY else [])
        for number, name in enumerate(sorted(TWELVE.templates))
    ],
)
def test_each_of_the_twelve_looks_the_same(page: Page, name: str) -> None:
    source = TWELVE.templates[name]
    compilation = compile_template(source, TWELVE)
    data = dict(source.fixtures["typical"].data)
    require_same_looks(
        page, source_document(compilation, TWELVE, data), render_email(compilation.compiled, data).html
    )


@pytest.mark.parametrize("sample", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_each_sample_looks_the_same(page: Page, sample: Path) -> None:
    templates = load_template_set(sample / "input", ROOT / "fixtures")
    compilation = compile_template(templates.templates["mail"], templates)
    data: dict[str, object] = dict.fromkeys(["brandColour", "linkColour", "colour"], "green")
    data |= dict.fromkeys(["gutter", "width", "m", "phoneSize"], "14")
    data |= {"name": "N", "items": [{"title": "t"}, {"note": "n"}], "steps": ["a"]}
    compiled = render_email(compilation.compiled, data, strict=False).html
    require_same_looks(page, source_document(compilation, templates, data), compiled)
