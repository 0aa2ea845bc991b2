"""Take the pictures of the README and the guides from the running preview: docs/images/*.png."""

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
SIZE = {"width": 1400, "height": 900}


def main() -> None:
    """Serve the repository's templates on a free port and photograph each page."""
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


def _save(png: bytes, path: Path) -> None:
    """A palette of 256 colours: a third of the size, and no difference that a reader would see."""
    path.write_bytes(png)
    with Image.open(path) as image:
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
