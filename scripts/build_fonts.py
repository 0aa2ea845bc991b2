"""Assemble the bundled fonts of the screenshots from their packages; run only to renew the set.

Needs a Debian or Ubuntu with ``apt-get`` and ``dpkg-deb``, ``npm``, and ``pip install fonttools brotli``::

    python scripts/build_fonts.py

Whole files are copied as their packages ship them. Made smaller or put together here:

- Gelasio: the Latin and Latin Extended parts of the npm package are joined into one file a style;
- Noto Color Emoji: without skin tones (more than half of its glyphs): a toned emoji is drawn in yellow;
- Noto Sans Symbols 2: arrows, technical signs, enclosed letters, boxes, shapes and dingbats.

A new set changes the font-set digest: every baseline has to be captured and approved anew.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from fontTools import merge, subset  # type: ignore[import-not-found]
from fontTools.ttLib import TTFont  # type: ignore[import-not-found]

TARGET = Path(__file__).resolve().parents[1] / "app" / "browser" / "fonts"
DEBIAN = ("fonts-croscore", "fonts-droid-fallback", "fonts-noto-core", "fonts-noto-color-emoji")
GELASIO = "@fontsource/gelasio@5.3.0"
STYLES = ("Regular", "Bold", "Italic", "BoldItalic")
WHOLE = (
    *(f"{family}-{style}.ttf" for family in ("Arimo", "Tinos", "Cousine") for style in STYLES),
    "DroidSansFallback.ttf",
    *(
        f"NotoSans{script}-{weight}.ttf"
        for script in ("Arabic", "Devanagari", "Thai")
        for weight in ("Regular", "Bold")
    ),
)
SKIN_TONES = frozenset(range(0x1F3FB, 0x1F400))
ZERO_WIDTH_JOINER = 0x200D
SYMBOL_BLOCKS = (
    range(0x2190, 0x2200),
    range(0x2300, 0x2400),
    range(0x2460, 0x27C0),
    range(0x2B00, 0x2C00),
)
# A fixed build time in place of the clock's: the same packages give the same bytes.
EPOCH = 3_800_000_000


def main() -> int:
    """Fetch the packages, write the fonts and print one line a file for the provenance table."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        unpacked = Path(scratch)
        for package in DEBIAN:
            _run(["apt-get", "download", package], unpacked)
        for archive in unpacked.glob("*.deb"):
            _run(["dpkg-deb", "-x", archive.name, "."], unpacked)
        _run(["npm", "install", "--ignore-scripts", "--no-save", "--prefix", ".", GELASIO], unpacked)
        shipped = {path.name: path for path in unpacked.rglob("*.ttf")}
        for name in WHOLE:
            (TARGET / name).write_bytes(shipped[name].read_bytes())
        _keep(shipped["NotoColorEmoji.ttf"], lambda points: points - SKIN_TONES)
        _silence(TARGET / "NotoColorEmoji.ttf", SKIN_TONES)
        _keep(
            shipped["NotoSansSymbols2-Regular.ttf"],
            lambda points: {point for point in points if any(point in block for block in SYMBOL_BLOCKS)},
        )
        _join_gelasio(unpacked / "node_modules" / "@fontsource" / "gelasio" / "files")
    for path in sorted(TARGET.glob("*.ttf")):
        print(f"{path.name}  {path.stat().st_size}  sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}")
    return 0


def _keep(source: Path, choose: Callable[[set[int]], set[int]]) -> None:
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = ["*"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=choose(set(font.getBestCmap())))
    subsetter.subset(font)
    font.save(TARGET / source.name)


def _silence(path: Path, points: frozenset[int]) -> None:
    """Draw nothing, without width, for ``points``, so that the emoji before them is drawn whole."""
    font = TTFont(path, recalcTimestamp=False)
    nothing = font.getBestCmap()[ZERO_WIDTH_JOINER]
    for table in font["cmap"].tables:
        if table.isUnicode() and table.format == 12:
            table.cmap.update(dict.fromkeys(points, nothing))
    font.save(path)


def _join_gelasio(files: Path) -> None:
    for style, weight, slope in zip(
        STYLES, (400, 700, 400, 700), ("normal", "normal", "italic", "italic"), strict=True
    ):
        with tempfile.TemporaryDirectory() as scratch:
            parts = list(_decompressed(files, weight, slope, Path(scratch)))
            font = merge.Merger().merge([str(part) for part in parts])
            _name(font, style)
            font["head"].created = font["head"].modified = EPOCH
            font.recalcTimestamp = False
            font.save(TARGET / f"Gelasio-{style}.ttf")


def _decompressed(files: Path, weight: int, slope: str, scratch: Path) -> Iterable[Path]:
    for part in ("latin", "latin-ext"):
        font = TTFont(files / f"gelasio-{part}-{weight}-{slope}.woff2")
        font.flavor = None
        # Merging lays the parts' glyph names side by side; web parts carry none that are worth keeping.
        path = scratch / f"{part}.ttf"
        font.save(path)
        yield path


def _name(font: TTFont, style: str) -> None:
    """Name the joined file as one family of four styles, which is how fontconfig tells them apart."""
    readable = {"BoldItalic": "Bold Italic"}.get(style, style)
    for record in list(font["name"].names):
        if record.nameID in {1, 2, 3, 4, 6, 16, 17}:
            font["name"].removeNames(nameID=record.nameID)
    for identifier, text in (
        (1, "Gelasio"),
        (2, readable),
        (3, f"Gelasio {readable}, joined from the Latin and Latin Extended web fonts"),
        (4, f"Gelasio {readable}"),
        (6, f"Gelasio-{style}"),
    ):
        font["name"].setName(text, identifier, 3, 1, 0x409)


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
