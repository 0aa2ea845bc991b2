"""How a mail is looked at: a width, a colour scheme and a client, as addresses of pages have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.browser.clients import RENDERERS
from app.core.clients import CLIENTS, FORCED_DARK
from app.web.pages.scheme import ColourScheme

WIDTHS: Final[Mapping[int, str]] = {640: "Desktop", 768: "Tablet", 375: "Phone"}
"""The widths of the workbench, in pixels."""
USUAL_WIDTH: Final = 640
NARROWEST: Final = 200
WIDEST: Final = 2000


@dataclass(frozen=True)
class Device:
    """A place to read a mail in, in CSS pixels."""

    label: str
    width: int
    height: int


DEVICES: Final[Mapping[str, tuple[Device, ...]]] = {
    "Phones": (
        Device("iPhone SE", 375, 667),
        Device("iPhone 15", 393, 852),
        Device("iPhone 15 Pro Max", 430, 932),
        Device("Galaxy S24", 360, 780),
        Device("Pixel 7", 412, 915),
    ),
    "Tablets": (
        Device("iPad Mini", 768, 1024),
        Device("iPad Pro 11", 834, 1194),
        Device("Galaxy Tab S4", 712, 1138),
    ),
    "Reading panes, about": (
        Device("Laptop of 1366 × 768", 600, 520),
        Device("Screen of 1920 × 1080", 1000, 800),
        Device("Mail opened by itself", 1280, 900),
    ),
}
"""Phones and tablets as Playwright 1.65 lists their screens (`deviceDescriptorsSource.json`, Apache-2.0).

Of reading panes there is no list: programs leave to them what folders and the list of mails do not take, here
in round figures.
"""


@dataclass(frozen=True)
class View:
    """``width`` in pixels; ``client`` "" for none; what of the address could not be had is ``missing``."""

    width: int = USUAL_WIDTH
    scheme: ColourScheme = ColourScheme.LIGHT
    client: str = ""
    missing: tuple[str, ...] = ()

    @property
    def is_drawn(self) -> bool:
        """Whether a real client draws the mail, as ``/drawn`` has it; else it is a preview."""
        return self.client in RENDERERS

    @property
    def query(self) -> dict[str, str]:
        """What a preview, or a drawing, is asked for."""
        return {
            "scheme": self.scheme.value,
            **({"client": self.client} if self.client else {}),
            **({"width": str(self.width)} if self.is_drawn else {}),
        }

    @property
    def query_of_page(self) -> dict[str, str]:
        """What the address of a page says of it: what is usual is left out."""
        return {
            **({"width": str(self.width)} if self.width != USUAL_WIDTH else {}),
            **({"scheme": self.scheme.value} if self.scheme is not ColourScheme.LIGHT else {}),
            **({"client": self.client} if self.client else {}),
        }

    @property
    def widths(self) -> dict[int, str]:
        """The widths to choose from, its own among them."""
        return {**WIDTHS, **({} if self.width in WIDTHS else {self.width: "Own"})}

    @property
    def label(self) -> str:
        """In a few words, for a heading."""
        scheme = "forced dark" if self.client == FORCED_DARK.key else self.scheme.value
        known = CLIENTS[self.client].label if self.client and self.client != FORCED_DARK.key else ""
        return ", ".join(filter(None, (f"{self.width} px", scheme, known and f"≈ {known}")))


def view_of(asked: Mapping[str, str]) -> View:
    """The view that an address asks for; what it asks for in vain is said."""
    missing = []
    width = width_of(asked.get("width", ""))
    if width is None:
        missing.append(f"'{asked['width']}' is no width from {NARROWEST} to {WIDEST} pixels.")
    scheme = asked.get("scheme") or ColourScheme.LIGHT.value
    if scheme not in set(ColourScheme):
        missing.append(f"There is no colour scheme '{scheme}'.")
        scheme = ColourScheme.LIGHT.value
    client = asked.get("client", "")
    if client and client not in CLIENTS and client not in RENDERERS:
        missing.append(f"There is no client called '{client}'.")
        client = ""
    return View(width or USUAL_WIDTH, ColourScheme(scheme), client, tuple(missing))


def width_of(text: str) -> int | None:
    """A width in pixels, the usual one for ""; None for what is none or out of bounds."""
    if not text:
        return USUAL_WIDTH
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(WIDEST))):
        return None
    return int(text) if NARROWEST <= int(text) <= WIDEST else None
