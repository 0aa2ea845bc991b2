"""Makes app/core/css/data/ anew from the npm package mdn-data: ``python scripts/css_data.py PACKAGE``.

``PACKAGE`` is the folder that ``npm pack mdn-data`` and ``tar xf`` leave. What is taken: the value syntax of
each property and of what it refers to, the longhands of each shorthand, the names of pseudo-classes and
pseudo-elements.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Where the data are not what the specification says: CSS 2.2 takes ``rect()`` with and without commas, CSS
# Shapes a percentage for the radius of a circle, and a word for each of an ellipse; SVG numbers for lengths.
# No shadow is blurred by less than nothing, and no line of a grid is number 0. What current browsers take of
# CSS Text 4 (shares of a letter's width), Sizing 4, Box Alignment 3 and Images 3 is not in the data yet.
_RADIUS = "[ <radial-extent> | <length-percentage [0,∞]> ]"
# Which words are no names of an author's own is said in prose of each property; so is how long a tag of
# OpenType is.
_LINE = "<custom-ident [not span auto]>"
_TRANSITION = "<time> || <easing-function> || <time> || <transition-behavior-value>"
CORRECTIONS = {
    "circle()": f"circle( {_RADIUS}? [ at <position> ]? )",
    "ellipse()": f"ellipse( [ {_RADIUS}{{2}} ]? [ at <position> ]? )",
    "dasharray": "[ [ <length-percentage [0,∞]> | <number [0,∞]> ]+ ]#",
    "grid-line": f"auto | {_LINE} | [ [ <integer [-∞,-1]> | <integer [1,∞]> ] && {_LINE}? ] "
    f"| [ span && [ <integer [1,∞]> || {_LINE} ] ]",
    "line-names": f"'[' {_LINE}* ']'",
    "feature-tag-value": "<opentype-tag> [ <integer [0,∞]> | on | off ]?",
    "animateable-feature": "scroll-position | contents | <custom-ident [not auto none all will-change]>",
    "single-transition": f"<single-transition-property> || {_TRANSITION}",
    "single-transition-property": "all | <custom-ident [not none]>",
    "shadow": "inset? && [ <length>{2} [ <length [0,∞]> <length>? ]? ] && <color>?",
    "shadow-t": "[ <length>{2} <length [0,∞]>? && <color>? ]",
    "shape": "rect( <top>, <right>, <bottom>, <left> ) | rect( <top> <right> <bottom> <left> )",
}
_SIDES = ("width", "height")
_LOGICAL_SIDES = ("inline-size", "block-size")
_PLACE = "<length-percentage> | <number>"
_RADIUS_OF_SVG = "<length-percentage [0,∞]> | <number [0,∞]>"
PROPERTIES = {
    **dict.fromkeys(("cx", "cy", "x", "y"), _PLACE),
    "baseline-shift": f"{_PLACE} | sub | super | baseline",
    "r": _RADIUS_OF_SVG,
    **dict.fromkeys(("rx", "ry"), f"{_RADIUS_OF_SVG} | auto"),
    "tab-size": "<number [0,∞]> | <length [0,∞]>",
    **dict.fromkeys(("letter-spacing", "word-spacing"), "normal | <length-percentage>"),
    **dict.fromkeys(("grid-column-gap", "grid-row-gap"), "normal | <length-percentage [0,∞]>"),
    "color-scheme": "normal | [ light | dark | <custom-ident [not normal only]> ]+ && only?",
    "container-name": "none | <custom-ident [not none and not or]>+",
    "font-variation-settings": "normal | [ <opentype-tag> <number> ]#",
    "timeline-trigger-name": "[ none | <dashed-ident> ]#",
    # That of a draft, which Chromium reads with any part left out.
    "timeline-trigger": "none | [ <'timeline-trigger-name'>? <'timeline-trigger-source'>? "
    "<'timeline-trigger-activation-range'>? [ '/' <'timeline-trigger-active-range'> ]? ]!#",
    "transition": f"[ none || {_TRANSITION} ] | <single-transition>#",
    "view-transition-class": "none | <custom-ident [not none]>+",
    "view-transition-name": "none | auto | <custom-ident [not auto]> | match-element",
    "-webkit-text-stroke": "<line-width> || <color>",
    "-webkit-text-stroke-width": "<line-width>",
}
# Further keywords of properties, and of types; those that Chromium alone takes are in ``data/unshared.py``.
FURTHER = {
    **dict.fromkeys(
        (f"{bound}{side}" for bound in ("", "min-", "max-") for side in (*_SIDES, *_LOGICAL_SIDES)),
        "stretch",
    ),
    "image-orientation": "none",
    **dict.fromkeys(("overflow", "overflow-x", "overflow-y", "overflow-block", "overflow-inline"), "overlay"),
    "resize": "auto",
    "writing-mode": "lr | rl | tb | lr-tb | rl-tb | tb-rl",
    "display": "math",
    "word-wrap": "anywhere",
    "alignment-baseline": "auto | hanging",
    "dominant-baseline": "text-before-edge | text-after-edge",
    "overflow-anchor": "visible",
    "appearance": "slider-vertical",
    "-webkit-appearance": "auto",
    "timeline-range-name": "scroll",
    "composite-style": "<compositing-operator> | plus-lighter",
    # What is in no data (CSS Text 4, 9.4).
    "autospace": "no-autospace "
    "| [ ideograph-alpha || ideograph-numeric || punctuation ] || [ insert | replace ]",
    "text-autospace": "none | ideograph-other | ideograph-parenthesis | ideograph-space",  # Word's
}
_OF_A_LAYER = "<visual-box> || <visual-box>"
# Parts in which the data lack something: a word of a longer value.
PARTS = {
    "bg-layer": (_OF_A_LAYER, "<visual-box> || [ <visual-box> | text ]"),
    "final-bg-layer": (_OF_A_LAYER, "<visual-box> || [ <visual-box> | text ]"),
    **dict.fromkeys(
        ("counter-increment", "counter-reset", "counter-set"),
        ("<counter-name>", "<custom-ident [not none]>"),
    ),
    "font-variant": ("|| ruby ]", "|| ruby || [ sub | super ] || [ text | emoji | unicode ] ]"),
    "-webkit-mask": ("<repeat-style> ||", "<repeat-style> || <compositing-operator> || <masking-mode> ||"),
}
# Numbers for which the specifications have bounds and the data have none, by the bounds. Others than these
# are clamped, as an opacity of 2, or may be anything, as a margin.
BOUNDS = {
    "[0,∞]": re.findall(
        r"\S+",
        """
        -webkit-text-stroke -webkit-text-stroke-width interest-delay-end interest-delay-start
        border-spacing column-gap flex-grow flex-shrink font-size-adjust grid-column-gap grid-row-gap
        hyphenate-limit-chars line-height line-height-step perspective row-gap shape-margin stroke-miterlimit
        stroke-width text-size-adjust transition-duration
        contain-intrinsic-block-size contain-intrinsic-height contain-intrinsic-inline-size
        contain-intrinsic-size contain-intrinsic-width
        scroll-padding scroll-padding-block scroll-padding-block-end scroll-padding-block-start
        scroll-padding-bottom scroll-padding-inline scroll-padding-inline-end scroll-padding-inline-start
        scroll-padding-left scroll-padding-right scroll-padding-top
        fixed-breadth font-stretch-absolute inflexible-breadth line-width
        single-animation-iteration-count track-breadth track-size
        blur() brightness() contrast() grayscale() invert() opacity() perspective() saturate() sepia()
        """,
    ),
    "[1,∞]": [
        "-webkit-line-clamp",
        "column-count",
        "initial-letter",
        "line-clamp",
        "max-lines",
        "orphans",
        "widows",
    ],
    "[-90deg,90deg]": ["font-style"],
}
_NUMBER = re.compile(
    r"<(?:length|percentage|length-percentage|number|number-percentage|integer|time|angle|flex)(?=>)"
)
FOLDER = Path(__file__).resolve().parents[1] / "app" / "core" / "css" / "data"


def main() -> None:
    """Read the package, write one JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("package", type=Path)
    package = parser.parse_args().package
    read = {name: _json(package / "css" / f"{name}.json") for name in ("properties", "syntaxes", "selectors")}
    longhands = {name: _longhands(item) for name, item in sorted(read["properties"].items())}
    data = {
        "source": f"mdn-data {_json(package / 'package.json')['version']}, CC0-1.0",
        "properties": bounded(
            {name: with_further(name, item["syntax"]) for name, item in sorted(read["properties"].items())}
        )
        | PROPERTIES,
        "longhands": {name: found for name, found in longhands.items() if found},
        "syntaxes": bounded(
            {"autospace": FURTHER["autospace"]}
            | {name: with_further(name, item["syntax"]) for name, item in sorted(read["syntaxes"].items())}
        )
        | CORRECTIONS,
        "pseudos": sorted(name.removesuffix("()") for name in read["selectors"] if name.startswith(":")),
    }
    text = json.dumps(data, ensure_ascii=False, indent=1)
    (FOLDER / "mdn.json").write_text(text + "\n", encoding="utf-8")


def bounded(syntaxes: Mapping[str, str]) -> dict[str, str]:
    """The syntaxes, with bounds where the data have left them out."""
    bounds = {name: each for each, names in BOUNDS.items() for name in names}
    return {
        name: _NUMBER.sub(rf"\g<0> {bounds[name]}", syntax) if name in bounds else syntax
        for name, syntax in syntaxes.items()
    }


def with_further(name: str, syntax: str) -> str:
    """A syntax with what the data lack of it."""
    old, new = PARTS.get(name, ("", ""))
    return " | ".join(filter(None, [syntax.replace(old, new) if old else syntax, FURTHER.get(name, "")]))


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _longhands(item: dict[str, Any]) -> list[str]:
    """The properties that a shorthand sets, as its computed or else its initial value lists them."""
    return next((item[key] for key in ("computed", "initial") if isinstance(item[key], list)), [])


if __name__ == "__main__":
    main()
