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

from app.browser.flags import flags_digest
from app.browser.fontset import font_set_digest
from app.browser.frames import ColourMode, Frame
from app.browser.pixels import pixels_digest, read_picture
from app.browser.session import Session
from app.browser.stand_ins import stand_ins_digest

CALIBRATION = Path(__file__).parent / "calibration.html"
_FRAMES = (Frame(640), Frame(375), Frame(640, ColourMode.FORCED))


@dataclass(frozen=True)
class Renderer:
    """What decides pixels beside the mail itself; all but ``browser`` are digests.

    ``browser`` is the build number, ``fonts`` the bundled set with its configuration, ``flags`` those the
    browser is started with, ``images`` the stand-in images, ``calibration`` what this build makes of the
    calibration page.
    """

    browser: str
    fonts: str
    flags: str
    images: str
    calibration: str

    def differences(self, other: Renderer) -> tuple[str, ...]:
        """Why pictures of the two cannot be compared, in words; () when they can."""
        found = []
        if self.fonts != other.fonts:
            found.append("another set of fonts")
        if self.flags != other.flags:
            found.append("other browser flags")
        if not found and self.calibration != other.calibration:
            found.append(
                f"Chromium {other.browser} draws the calibration page differently from {self.browser}"
            )
        return tuple(found)

    def draws_like(self, other: Renderer) -> bool:
        """Whether the two make the same picture of the same HTML, whatever the number of their build."""
        return replace(self, browser="") == replace(other, browser="")

    def as_dict(self) -> Mapping[str, str]:
        """The members as a sidecar records them."""
        return asdict(self)


def identify(session: Session) -> Renderer:
    """The renderer behind ``session``, by drawing the calibration page.

    Raises:
        BrowserError: the browser does not start, or fails on the page.
    """
    drawing = session.draw(CALIBRATION.read_text(encoding="utf-8"), _FRAMES, name="the calibration page")
    digest = hashlib.sha256()
    for picture in drawing.pictures:
        digest.update(pixels_digest(read_picture(picture)).encode())
    return Renderer(
        browser=session.browser.version,
        fonts=font_set_digest(),
        flags=flags_digest(),
        images=stand_ins_digest(),
        calibration=f"sha256:{digest.hexdigest()}",
    )
