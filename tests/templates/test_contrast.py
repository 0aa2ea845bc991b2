"""Contrast of every text, computed from the colours that Chromium ends up with (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.own_templates import EDITIONS
from tests.slices import each_of
from tests.templates.conftest import Show

MINIMUM = 4.5


def luminance(colour: Mapping[str, float]) -> float:
    """Relative luminance, 0 for black to 1 for white (WCAG 2.2, definition of "relative luminance")."""

    def linear(channel: float) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour["r"]) + 0.7152 * linear(colour["g"]) + 0.0722 * linear(colour["b"])


def contrast(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """1 for equal colours to 21 for black on white (WCAG 2.2, definition of "contrast ratio")."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def rgb(text: str) -> dict[str, float]:
    return {channel: int(text[index : index + 2], 16) for channel, index in (("r", 1), ("g", 3), ("b", 5))}


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#0066cc", "#ffffff", 5.57),
        ("#28a745", "#ffffff", 3.13),
    ],
)
def test_the_measure_itself(one: str, other: str, ratio: float) -> None:
    assert contrast(rgb(one), rgb(other)) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", each_of(EDITIONS, 2, "pictures"))
def test_every_text_stands_out_from_its_background(show: Show, name: str, scheme: str) -> None:
    texts: list[dict[str, Any]] = show(name, "typical", width=640, scheme=scheme).probe("texts")
    assert len(texts) > 20
    faint = {
        f"{text['text']}: {contrast(text['colour'], text['behind']):.2f}"
        for text in texts
        if contrast(text["colour"], text["behind"]) < MINIMUM
    }
    assert not faint


@pytest.mark.parametrize("name", each_of(EDITIONS, 2, "pictures"))
def test_dark_mode_is_dark(show: Show, name: str) -> None:
    """Not a few dark rules on a white card: every background but those of the brand is dark."""
    for text in show(name, "typical", width=640, scheme="dark").probe("texts"):
        assert luminance(text["behind"]) < 0.2, text["text"]
