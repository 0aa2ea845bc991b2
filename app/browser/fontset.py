"""The fonts that the screenshots see: the bundled ones and no others, on every machine.

Chromium on Linux asks fontconfig for fonts, and fontconfig reads the file that ``FONTCONFIG_FILE`` names. The
private file names one folder and a private cache, so neither the system's fonts nor its settings matter.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

FONTS = Path(__file__).parent / "fonts"
_TEMPLATE = FONTS / "fonts.conf"


def font_files() -> tuple[Path, ...]:
    """The bundled font files, by name."""
    return tuple(sorted(FONTS.glob("*.ttf")))


@functools.cache
def font_set_digest() -> str:
    """``sha256:…`` over every font and the private configuration: another digest, other pixels."""
    digest = hashlib.sha256()
    for path in (*font_files(), _TEMPLATE):
        digest.update(path.name.encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"sha256:{digest.hexdigest()}"


def write_configuration(folder: Path) -> Path:
    """Write the private fontconfig file into ``folder``, its cache beside it; return the file's path."""
    cache = folder / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    text = _TEMPLATE.read_text(encoding="utf-8")
    text = text.replace("{fonts}", escape(str(FONTS))).replace("{cache}", escape(str(cache)))
    path = folder / "fonts.conf"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


@dataclass(frozen=True)
class Twin:
    """A font file that stands for a family that mails name: of the same widths, so that lines break alike."""

    family: str
    file: str
    weight: int
    italic: bool


@functools.cache
def metric_twins() -> tuple[Twin, ...]:
    """What the private configuration puts in the place of Arial and others, file by file."""
    styles = {"Regular": (400, False), "Bold": (700, False), "Italic": (400, True), "BoldItalic": (700, True)}
    found = []
    configuration = ElementTree.parse(_TEMPLATE).getroot()  # noqa: S314  our own file
    for alias in configuration.iterfind("alias[@binding='same']"):
        family, twin = alias.findtext("family", ""), alias.findtext("prefer/family", "")
        for style, (weight, italic) in styles.items():
            if (FONTS / f"{twin}-{style}.ttf").is_file():
                found.append(Twin(family, f"{twin}-{style}.ttf", weight, italic))
    return tuple(found)
