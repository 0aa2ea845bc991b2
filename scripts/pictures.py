"""Make docs/images/*.png: pages of the running preview, and approved pictures of mails side by side."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from app.browser.discovery import find_browser

IMAGES = Path(__file__).parents[1] / "docs" / "images"
PICTURES = {
    "gallery": "/",
    "template": "/templates/receipts/order",
    "dark": "/templates/notifications/order_confirmation_customer?scheme=dark&width=375",
}
BASELINES = Path(__file__).parents[1] / "tests" / "baselines"
SHEETS = {
    "system": (
        "notifications/order_confirmation_customer/typical",
        ("desktop-light", "phone-light", "phone-dark"),
    ),
    "pieces": ("invoices/invoice/typical", ("desktop-light", "desktop-forced-dark", "desktop-outlook")),
}
GAP = 24
SIZE = {"width": 1400, "height": 900}


def main() -> None:
    """Put the sheets together; serve the repository's templates on a free port and photograph each page."""
    for name, (folder, variants) in SHEETS.items():
        _sheet([BASELINES / folder / f"{variant}.webp" for variant in variants]).save(IMAGES / f"{name}.png")
        _save((IMAGES / f"{name}.png").read_bytes(), IMAGES / f"{name}.png")
    server = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = _address(server)
        found = find_browser()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=found.executable, env={**found.env}, args=["--no-sandbox"]
            )
            page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]  # a plain mapping of two integers
            for name, path in PICTURES.items():
                page.goto(address + path)
                page.wait_for_timeout(3_000)  # thumbnails and badges arrive after the page
                _save(page.screenshot(), IMAGES / f"{name}.png")
            browser.close()
    finally:
        server.terminate()
        server.wait()


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    for line in server.stdout:
        if match := re.search(r"http://[^\s/]+", line):
            return match[0]
    raise SystemExit("The preview server did not start.")


def _sheet(pictures: list[Path]) -> Image.Image:
    """Pictures of mails beside each other, their tops on one line."""
    shown = [Image.open(picture).convert("RGB") for picture in pictures]
    width = sum(picture.width for picture in shown) + GAP * (len(shown) + 1)
    sheet = Image.new("RGB", (width, max(picture.height for picture in shown) + 2 * GAP), "#dddddd")
    left = GAP
    for picture in shown:
        sheet.paste(picture, (left, GAP))
        left += picture.width + GAP
    return sheet


def _save(png: bytes, path: Path) -> None:
    """A palette of 256 colours: a third of the size, and no difference that a reader would see."""
    path.write_bytes(png)
    with Image.open(path) as image:
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
