"""Comparing two pictures: exact unless told otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from app.browser.difference import Allowance, Box, compare, picture_of, regions
from app.browser.pixels import Pixels, pixels_digest, read_picture, write_picture

SIZES = st.integers(1, 60)


@st.composite
def pictures(draw: st.DrawFn) -> Pixels:
    height, width = draw(SIZES), draw(SIZES)
    seed = draw(st.integers(0, 2**32 - 1))
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@given(pictures())
def test_a_picture_does_not_differ_from_itself(picture: Pixels) -> None:
    assert not compare(picture, picture.copy(), Allowance()).exists


@given(pictures(), st.data())
def test_one_step_of_one_channel_of_one_pixel_is_found_where_it_is(
    picture: Pixels, data: st.DataObject
) -> None:
    y = data.draw(st.integers(0, picture.shape[0] - 1))
    x = data.draw(st.integers(0, picture.shape[1] - 1))
    channel = data.draw(st.integers(0, 2))
    other = picture.copy()
    other[y, x, channel] ^= 1
    difference = compare(picture, other, Allowance())
    assert (difference.changed, difference.regions) == (1, (Box(x, y, 1, 1),))
    assert pixels_digest(picture) != pixels_digest(other)
    assert not compare(picture, other, Allowance(pixels=1)).exists
    assert not compare(picture, other, Allowance(masks=(Box(x, y, 1, 1),))).exists


@given(pictures(), st.integers(1, 20), st.booleans())
def test_another_size_is_a_difference_whatever_is_allowed(picture: Pixels, more: int, below: bool) -> None:
    padding = ((0, more), (0, 0), (0, 0)) if below else ((0, 0), (0, more), (0, 0))
    taller = np.pad(picture, padding, constant_values=255)
    difference = compare(picture, taller, Allowance(pixels=10**9, colour=1, smoothing=True))
    assert difference.exists
    assert difference.resized
    assert difference.changed == more * (picture.shape[1] if below else picture.shape[0])


@given(st.sets(st.tuples(st.integers(0, 199), st.integers(0, 149)), min_size=1, max_size=120))
def test_regions_cover_every_changed_pixel_and_touch_one_at_each_edge(points: set[tuple[int, int]]) -> None:
    marks = np.zeros((200, 150), dtype=np.bool_)
    for row, column in points:
        marks[row, column] = True
    boxes = regions(marks)
    covered = np.zeros_like(marks)
    for box in boxes:
        part = marks[box.rows, box.columns]
        assert part[0].any()
        assert part[-1].any()
        assert part[:, 0].any()
        assert part[:, -1].any()
        covered[box.rows, box.columns] = True
    assert not (marks & ~covered).any()
    assert len(boxes) <= 60


@given(pictures())
def test_pictures_survive_being_written(picture: Pixels) -> None:
    assert (read_picture(write_picture(picture)) == picture).all()


def circle(left: float) -> Pixels:
    image = Image.new("L", (400, 400), 255)
    ImageDraw.Draw(image).ellipse((40 + left, 40, 360 + left, 360), fill=0)
    return np.asarray(image.resize((100, 100), Image.Resampling.LANCZOS).convert("RGB"))


def test_smoothing_of_an_edge_may_pass_but_a_stray_pixel_on_it_may_not() -> None:
    before, after = circle(0), circle(1)
    strict = compare(before, after, Allowance())
    lenient = compare(before, after, Allowance(colour=0.1, smoothing=True))
    assert lenient.changed < strict.changed / 2
    assert lenient.changed + lenient.tolerated == strict.changed
    stray = before.copy()
    edge = tuple(np.argwhere((before[..., 0] > 60) & (before[..., 0] < 200))[0])
    stray[edge] = (255, 0, 0)
    assert compare(before, stray, Allowance(colour=0.1, smoothing=True)).changed == 1


def test_the_picture_of_a_difference_shows_it_in_red_on_a_pale_mail() -> None:
    before = np.full((40, 30, 3), 200, dtype=np.uint8)
    after = before.copy()
    after[10, 5] = 0
    picture = read_picture(picture_of(compare(before, after, Allowance()), after))
    assert tuple(picture[10, 5]) == (230, 0, 90)
    assert picture[0, 0].min() > 230


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", write_picture(circle(0))[:300]]
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_picture(content)
