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


ROWS = st.lists(st.integers(0, 3) | st.integers(4, 40), min_size=1, max_size=40)
"""Rows by their colour: some that stand in a picture many times, as blank ones do, and many that do not."""


def of_rows(colours: list[int], width: int = 6) -> Pixels:
    return np.repeat(np.array(colours, dtype=np.uint8)[:, None, None], width, axis=1).repeat(3, axis=2)


@given(ROWS, ROWS)
def test_rows_that_only_moved_make_no_two_pictures_the_same_and_no_difference_larger(
    before: list[int], after: list[int]
) -> None:
    difference = compare(of_rows(before), of_rows(after), Allowance())
    assert difference.exists is (before != after)
    assert bool(difference.changed) is (before != after)
    high = max(len(before), len(after))
    padded = [rows + [-1] * (high - len(rows)) for rows in (before, after)]
    in_place = sum(one != other for one, other in zip(*padded, strict=True))
    assert difference.marks.any(axis=1).sum() <= in_place
    assert bool(difference.regions_before) is bool(difference.moved)


@given(st.permutations(range(4, 40)), st.integers(0, 30), st.integers(1, 9), st.booleans())
def test_of_rows_put_in_or_taken_out_those_alone_are_told_and_what_moved_is_not(
    rows: list[int], place: int, number: int, put_in: bool
) -> None:
    more = [*rows[:place], *range(100, 100 + number), *rows[place:]]
    before, after = (rows, more) if put_in else (more, rows)
    difference = compare(of_rows(before), of_rows(after), Allowance())
    assert (difference.changed, difference.moved) == (6 * number, len(rows) - place)
    here, there = Box(0, place, 6, number), Box(0, place, 6, 1)
    assert difference.regions == ((here,) if put_in else (there,))
    if not put_in:
        assert difference.regions_before == (Box(0, place, 6, number + 1),)
    masked = Allowance(masks=(Box(0, 0, 6, 60),))
    assert compare(of_rows(before), of_rows(after), masked).changed == 0


def test_what_a_mask_covers_in_either_picture_is_not_told_though_it_moved() -> None:
    before = of_rows(list(range(50, 90)))
    after = of_rows([*range(50, 60), 1, 2, *range(60, 90)])
    mask = Box(2, 20, 2, 5)
    marks = compare(before, after, Allowance(masks=(mask,))).marks
    assert marks[10:12].all()
    assert not marks[12:].any()


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


def test_what_stands_in_rows_that_are_new_can_be_read_in_the_picture_of_the_difference() -> None:
    before = of_rows([255] * 5 + [128] + [255] * 30)
    after = of_rows([255] * 5 + [0, 250] + [128] + [255] * 30)
    picture = read_picture(picture_of(compare(before, after, Allowance()), after))
    assert [tuple(row[0]) for row in picture[5:8]] == [(230, 0, 90), (254, 209, 226), (223, 223, 223)]


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", write_picture(circle(0))[:300]]
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_picture(content)
