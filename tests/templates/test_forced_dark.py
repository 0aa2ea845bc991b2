"""The mails when a client darkens them by itself, by the pixels of Chromium's own override."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, Route

from app.browser.measuring import RENAMED
from app.core.validation.darkness import forced_ground, forced_text
from app.core.workspace import Workspace
from tests.templates.conftest import PROBES, ROOT
from tests.templates.test_contrast import MINIMUM, contrast

LOGO = ROOT / "app" / "browser" / "assets" / "static.kimmyai.io" / "logos" / "kimmyai-logo-email.png"
LARGE = 3.0
"""The least contrast of graphics and large text (WCAG 2.2, 1.4.3 and 1.4.11)."""
SCALE = 3  # letters of so many pixels have some that are of their colour alone


@pytest.fixture(scope="module")
def dark_page(browser_page: Page) -> Iterator[Page]:
    """A page that the browser darkens whatever its author says, with the real logo."""

    def answer(route: Route) -> None:
        if route.request.url.endswith(LOGO.name):
            route.fulfill(body=LOGO.read_bytes(), content_type="image/png")
        else:
            route.abort()

    browser = browser_page.context.browser
    assert browser is not None
    page = browser.new_page(device_scale_factor=SCALE, viewport={"width": 640, "height": 900})
    page.route("**/*", answer)
    yield page
    page.close()


def darken(page: Page) -> None:
    """Some builds forget the override on the way to a new page, or beyond the edge of the window."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("Emulation.setAutoDarkModeOverride", {"enabled": True})
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": 640, "height": height + 1})
    page.set_viewport_size({"width": 640, "height": height})


def shown(page: Page, workspace: Workspace, name: str) -> Image.Image:
    page.set_viewport_size({"width": 640, "height": 900})
    page.set_content(workspace.render(name, workspace.fixture(name, "typical").data).html, wait_until="load")
    page.evaluate(f"() => {{ {RENAMED} }}")
    darken(page)
    page.evaluate(PROBES)
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def rgb(pixel: tuple[int, int, int]) -> dict[str, float]:
    return dict(zip("rgb", pixel, strict=True))


def colours(picture: Image.Image, box: tuple[float, float, float, float]) -> Counter[tuple[int, int, int]]:
    left, top, right, bottom = (round(side * SCALE) for side in box)
    # Room is made for as many colours as are allowed for, and no part has more than it has pixels.
    found = picture.crop((left, top, right, bottom)).getcolors((right - left) * (bottom - top)) or []
    return Counter(
        {(pixel[0], pixel[1], pixel[2]): count for count, pixel in found if isinstance(pixel, tuple)}
    )


@pytest.mark.parametrize(
    "name",
    [
        "receipts/receipt",
        pytest.param("notifications/order_confirmation_customer", marks=pytest.mark.heavy("pictures")),
        pytest.param("invoices/invoice_internal", marks=pytest.mark.heavy("pictures")),
    ],
)
def test_text_and_logo_stand_out_in_a_mail_that_its_client_darkens(
    dark_page: Page, workspace: Workspace, name: str
) -> None:
    picture = shown(dark_page, workspace, name)
    ground = colours(picture, (4, 4, 14, 14)).most_common(1)[0][0]
    assert contrast(rgb(ground), rgb((255, 255, 255))) > 10, "the page is not dark: nothing is shown by this"

    faint = {}
    boxes = dark_page.evaluate("probes.inkBoxes()")
    assert len(boxes) > 20
    for text, *box in boxes:
        seen = colours(picture, tuple(box))
        behind = rgb(seen.most_common(1)[0][0])
        # A piece of text has thousands of colours, and of most the first few say it.
        if all(contrast(behind, rgb(pixel)) < MINIMUM for pixel in seen):
            faint[text] = round(max(contrast(behind, rgb(pixel)) for pixel in seen), 2)
    assert not faint


@pytest.mark.parametrize("forced", [False, True])
def test_the_logo_stands_out_from_its_band_and_the_band_stays(
    dark_page: Page, browser_page: Page, workspace: Workspace, forced: bool
) -> None:
    page = dark_page if forced else browser_page
    if not forced:
        page.emulate_media(color_scheme="dark")
    name = "receipts/receipt"
    page.set_content(workspace.render(name, workspace.fixture(name, "typical").data).html, wait_until="load")
    if forced:
        darken(page)
    band = page.locator(".band").screenshot()
    picture = Image.open(BytesIO(band)).convert("RGB")
    ground = picture.getpixel((3, 3))
    assert ground == (0xB3, 0xD1, 0xF0)
    assert isinstance(ground, tuple)
    logo = {pixel for _, pixel in Image.open(LOGO).convert("RGBA").getcolors(1 << 16) or []}
    for ink in ((0x00, 0x40, 0x80), (0x00, 0x66, 0xCC)):
        assert (*ink, 255) in logo
        assert contrast(rgb(ink), rgb(ground)) >= LARGE


PAIRS = [
    ("#333333", "#ffffff"), ("#004080", "#b3d1f0"), ("#ffffff", "#0066cc"), ("#666666", "#f4f4f4"),
    ("#dc3545", "#ffffff"), ("#000000", "#cfcfcf"), ("#ffffff", "#333333"), ("#28a745", "#ffc107"),
]  # fmt: skip
"""Text and ground, on both sides of each threshold."""


def test_the_check_foresees_the_colours_of_a_mail_that_is_darkened(dark_page: Page) -> None:
    blocks = "".join(
        f'<div style="background-color:{ground};color:{text};font:bold 60px monospace">\u25a0\u25a0</div>'
        for text, ground in PAIRS
    )
    dark_page.set_content(f'<body style="margin:0">{blocks}</body>')
    darken(dark_page)
    picture = Image.open(BytesIO(dark_page.screenshot())).convert("RGB")
    height = dark_page.evaluate("document.querySelector('div').offsetHeight")

    for number, (text, ground) in enumerate(PAIRS):
        found = colours(picture, (0, number * height + 2, 640, (number + 1) * height - 2)).most_common()
        for wanted in (forced_ground(rgb_of(ground)), forced_text(rgb_of(text))):
            near = [pixel for pixel, count in found if count > 100 and distance(pixel, wanted) <= 8]
            assert near, (text, ground, wanted, found[:4])


def rgb_of(colour: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(colour[1:])
    return red / 255, green / 255, blue / 255


def distance(pixel: tuple[int, int, int], wanted: tuple[float, float, float]) -> float:
    return max(abs(one - 255 * other) for one, other in zip(pixel, wanted, strict=True))
