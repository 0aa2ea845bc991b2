"""Which renderer drew a picture, and whether pictures of two renderers can be compared at all.

A renderer is a browser build, a set of fonts and a set of flags. Builds are many and most draw mails to the
same pixels, so a build is not judged by its number but by what it draws: a calibration page with everything
that mails use. Two renderers with the same fonts, the same flags and the same calibration pictures are
comparable; anything else is another renderer, and a comparison would blame the mails for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from app.browser.errors import BrowserError
from app.browser.flags import flags_digest
from app.browser.fontset import font_set_digest
from app.browser.frames import ColourMode, Frame
from app.browser.pixels import pixels_digest, read_picture
from app.browser.session import Session
from app.browser.stand_ins import stand_ins_digest

CALIBRATION = Path(__file__).parent / "calibration.html"
CLIENT_CALIBRATION = Path(__file__).parent / "clients" / "calibration.html"
_FRAMES = (Frame(640), Frame(375), Frame(640, ColourMode.FORCED))
_CLIENT_FRAMES = (Frame(640), Frame(375), Frame(640, ColourMode.DARK))
"""A client darkens by its own rules where the reader's system is dark; nothing else can be asked of it."""


@dataclass(frozen=True)
class Renderer:
    """What decides pixels beside the mail itself; all but ``name`` and ``browser`` are digests.

    ``name`` is what people call the program, ``browser`` its build number, ``fonts`` the bundled set with its
    configuration, ``flags`` those that Chromium is started with, ``images`` the stand-in images,
    ``calibration`` what this build makes of the calibration page. What else a client is told before it starts
    shows in its calibration.
    """

    browser: str
    fonts: str
    flags: str
    images: str
    calibration: str
    name: str = "Chromium"

    def differences(self, other: Renderer) -> tuple[str, ...]:
        """Why pictures of the two cannot be compared, in words; () when they can."""
        found = []
        if self.fonts != other.fonts:
            found.append("another set of fonts")
        if self.flags != other.flags:
            found.append("other browser flags")
        if not found and self.calibration != other.calibration:
            found.append(
                f"{self.name} {other.browser} draws the calibration page differently from {self.browser}"
            )
        return tuple(found)

    def draws_like(self, other: Renderer) -> bool:
        """Whether the two make the same picture of the same HTML, whatever the number of their build."""
        return replace(self, browser="") == replace(other, browser="")

    def as_dict(self) -> Mapping[str, str]:
        """The members as a sidecar records them."""
        return asdict(self)


def calibration_pages(name: str) -> tuple[Path, ...]:
    """What the program called ``name`` draws to be known by: of a mail client, also what it lets through."""
    return (CALIBRATION,) if name == Renderer.name else (CALIBRATION, CLIENT_CALIBRATION)


def identify(session: Session) -> Renderer:
    """The renderer behind ``session``, by drawing the calibration page.

    Raises:
        BrowserError: the browser does not start, fails on the page or sends no picture of it.
    """
    name = session.browser.name
    frames = _FRAMES if name == Renderer.name else _CLIENT_FRAMES
    digest = hashlib.sha256()
    for page in calibration_pages(name):
        drawing = session.draw(page.read_text(encoding="utf-8"), frames, name="the calibration page")
        for picture in drawing.pictures:
            try:
                digest.update(pixels_digest(read_picture(picture)).encode())
            except ValueError as error:
                raise BrowserError(
                    f"{name} sends a picture of the calibration page that is damaged: {error}",
                    remedy=session.browser.remedy,
                ) from None
    return Renderer(
        browser=session.browser.version,
        fonts=font_set_digest(),
        flags=flags_digest() if name == Renderer.name else "",
        images=stand_ins_digest(),
        calibration=f"sha256:{digest.hexdigest()}",
        name=name,
    )
