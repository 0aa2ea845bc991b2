"""The names in SVG that are not in small letters, as an HTML parser writes them.

A selector in other letters, ``lineargradient``, matches such an element in Chromium and in no other browser.

Source: the HTML standard, 13.2.6.5, "any other start tag".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_NAMES = (
    "altGlyph altGlyphDef altGlyphItem animateColor animateMotion animateTransform clipPath feBlend "
    "feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap "
    "feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge "
    "feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence "
    "foreignObject glyphRef linearGradient radialGradient textPath"
)
RECASED: Final[Mapping[str, str]] = {name.lower(): name for name in _NAMES.split()}
"""Each by its small letters."""
