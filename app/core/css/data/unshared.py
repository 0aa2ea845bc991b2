"""Values that a specification or some browser has and that not every browser takes.

Who does not skips the declaration, so that the one before it holds there. Of the values of the data, these
are those that Chromium 147 refuses, which was asked about each and is what most webmail is read with; and
those that it alone takes, or Word alone, which no specification of today has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_BY_PROPERTY = re.split(
    r"([\w-]+):",
    """
    -webkit-appearance: button-bevel caret default-button inner-spin-button listitem
        media-controls-background media-controls-fullscreen-background media-current-time-display
        media-enter-fullscreen-button media-exit-fullscreen-button media-fullscreen-button
        media-mute-button media-overlay-play-button media-play-button media-seek-back-button
        media-seek-forward-button media-slider media-sliderthumb media-time-remaining-display
        media-toggle-closed-captions-button media-volume-slider media-volume-slider-container
        media-volume-sliderthumb menulist-text menulist-textfield progress-bar-value push-button
        searchfield-cancel-button searchfield-decoration searchfield-results-button
        searchfield-results-decoration slider-horizontal sliderthumb-horizontal sliderthumb-vertical
        square-button
    alignment-baseline: auto hanging
    appearance: slider-vertical
    background: text
    background-clip: border-area
    background-position-x: x-end x-start
    background-position-y: y-end y-start
    break-after: all always avoid-region region
    break-before: all always avoid-region region
    break-inside: avoid-region
    counter-reset: <reversed-counter-name>
    display: inline-list-item math ruby-base ruby-base-container ruby-text-container run-in
    dominant-baseline: text-after-edge text-before-edge text-bottom text-top
    flex-wrap: balance
    font-synthesis: position
    font-variant: emoji sub super text unicode
    image-orientation: <angle> flip
    image-rendering: crisp-edges smooth
    mix-blend-mode: plus-darker
    outline-color: auto
    overflow: overlay
    overflow-anchor: visible
    overflow-block: overlay
    overflow-inline: overlay
    overflow-x: overlay
    overflow-y: overlay
    page-break-after: recto verso
    page-break-before: recto verso
    position-anchor: match-parent normal
    position-area: span-x-self-end span-x-self-start span-y-self-end span-y-self-start x-self-end
        x-self-start y-self-end y-self-start
    position-try-fallbacks: span-x-self-end span-x-self-start span-y-self-end span-y-self-start
        x-self-end x-self-start y-self-end y-self-start
    position-visibility: anchors-valid
    resize: auto
    ruby-position: alternate inter-character
    stroke-linejoin: arcs miter-clip
    text-align: match-parent
    text-autospace: auto ideograph-alpha ideograph-numeric ideograph-other ideograph-parenthesis
        ideograph-space insert none punctuation replace
    text-box-edge: cap ex ideographic ideographic-ink
    text-combine-upright: digits
    text-decoration-skip-ink: all
    text-emphasis-position: auto
    text-overflow: <string>
    text-transform: full-size-kana full-width
    vector-effect: fixed-position non-rotation non-scaling-size
    view-transition-name: auto
    white-space: preserve-spaces
    white-space-collapse: preserve-spaces
    word-wrap: anywhere
    writing-mode: lr lr-tb rl rl-tb tb tb-rl
    zoom: reset
    """,
)

UNSHARED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        name: frozenset(values.split())
        for name, values in zip(_BY_PROPERTY[1::2], _BY_PROPERTY[2::2], strict=True)
    }
)
"""By properties: keywords and ``<types>`` of their syntax, which may stand within a longer value."""
