"""The browser flags that decide pixels."""

from __future__ import annotations

import hashlib

# Everything that could make pixels depend on the machine, switched off: the graphics card, the screen's
# density and colours, hinting and subpixel text, the processor's own instruction sets, hasty drawing.
# Not among them: --run-all-compositor-stages-before-draw, with which one in a few hundred never comes.
# The digest of this tuple is part of a renderer's identity: a change makes every baseline stale, on purpose.
FLAGS = (
    "--disable-gpu",
    "--force-device-scale-factor=1",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--disable-lcd-text",
    "--disable-skia-runtime-opts",
    "--disable-partial-raster",
    "--disable-checker-imaging",
    "--disable-threaded-animation",
    "--disable-image-animation-resync",
    "--hide-scrollbars",
    "--lang=en-US",
)


def flags_digest() -> str:
    """``sha256:…`` of the flags, in their order."""
    return f"sha256:{hashlib.sha256(chr(10).join(FLAGS).encode()).hexdigest()}"
