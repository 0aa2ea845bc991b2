"""What a client does to a mail beside Chromium, by element: layout and styles, never the smoothing of edges.

Elements are found again by tag and words, in their order: a client may take some away, put others around
them, or give them other classes. Where it takes a tag and keeps its words, they are found in what is around
them. Where one is taller, all that follows is lower; that is said of nothing.
"""

from __future__ import annotations

import re
from bisect import bisect, bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.browser.clients.pairing import paired
from app.browser.measuring import PlacedElement

_ASIDE = 8.0
"""So many pixels an element may be moved sideways, or be wider or narrower, before it is said."""
_SHARE = 0.05
"""And by such a share of its width."""
_QUOTED = 40
_WRAPPERS = frozenset({"html", "head", "body", "tbody", "thead", "tfoot", "center"})
_HOLDING = frozenset({"iframe", "frame", "object", "embed"})
"""What has a page or an image of its own in it."""
_WORDLESS = _HOLDING | frozenset(
    {"img", "hr", "input", "button", "select", "textarea", "svg", "video", "audio", "progress", "meter"}
)
"""What a reader sees and misses without a word in it."""
_ACTING = frozenset({"a", "area", "input", "button", "select", "textarea"})
"""What a reader uses: its words alone, in another element, are not it."""
_MOST_READ = 1_000_000_000
"""In characters, together, for words that have lost their element; about a second."""
_PLACE = 1000
"""Takes as long as this many characters: an element that is tried as the one around such words."""
_CLAIMED = "\0"
"""Stands in a text for words that are those of an element already; no text of a page has it."""
_TRANSPARENT = frozenset({"rgba(0, 0, 0, 0)", "transparent"})


class Effect(StrEnum):
    """What becomes of an element, gravest first; the values are the codes of findings."""

    GONE = "client-gone"
    CUT = "client-cut"
    OVERFLOWS = "client-overflow"
    IMAGE = "client-image"
    LAYOUT = "client-layout"
    STYLE = "client-style"
    PICTURE = "client-picture"

    @property
    def is_grave(self) -> bool:
        """Whether a reader loses something, and not only sees it otherwise."""
        return self in {Effect.GONE, Effect.CUT, Effect.OVERFLOWS, Effect.PICTURE}


@dataclass(frozen=True)
class ClientDifference:
    """One element that a client shows otherwise; ``index`` is its place among Chromium's."""

    index: int
    effect: Effect
    message: str


def client_differences(
    ours: Sequence[PlacedElement], theirs: Sequence[PlacedElement], *, width: int
) -> tuple[ClientDifference, ...]:
    """How ``theirs``, what a client has laid out ``width`` pixels wide, differs from Chromium's ``ours``."""
    pairs = paired(*([(each.tag, each.text) for each in side] for side in (ours, theirs)))
    standing = _standing(ours, theirs, pairs)
    found: list[ClientDifference] = []
    for index, element in enumerate(ours):
        if not element.seen or element.tag in _WRAPPERS:
            continue
        around = standing.get(index)
        if around is not None and around.tag != element.tag:
            found.extend(_of_words(index, element, around))
            continue
        other = around or _other(index, theirs, pairs)
        if other is None or not other.seen:
            if is_looked_for(element):
                found.append(ClientDifference(index, Effect.GONE, f"{name_of(element)} is not there"))
            continue
        if element.tag in _HOLDING and element.shown and not other.shown:
            found.append(ClientDifference(index, Effect.GONE, f"{name_of(element)} has nothing in it"))
            continue
        for effect, words in (
            (Effect.CUT, list(_cut(element, other))),
            (Effect.OVERFLOWS, list(_overflow(element, other, width))),
            (Effect.IMAGE, list(_image(element, other))),
            (Effect.LAYOUT, list(_layout(element, other))),
            (Effect.STYLE, list(_style(element, other))),
        ):
            if words:
                found.append(ClientDifference(index, effect, f"{name_of(element)} {', '.join(words)}"))
    return tuple(found)


def _other(index: int, theirs: Sequence[PlacedElement], pairs: Mapping[int, int]) -> PlacedElement | None:
    return theirs[pairs[index]] if index in pairs else None


def _standing(
    ours: Sequence[PlacedElement], theirs: Sequence[PlacedElement], pairs: Mapping[int, int]
) -> dict[int, PlacedElement]:
    """The client's element in which the words of one of ours stand that has no pair.

    A sanitizer that takes a tag leaves its words to the element around it, which has other words then than
    ours and is no pair either. Each word stands for one of ours only, and those with most words choose first.
    Of two mails so large and so unlike that this would take minutes, what has its words anywhere is taken to
    be as it was from where the bound is reached.
    """
    paired = set(pairs.values())
    unclaimed = {
        place: "".join(element.text.split())
        for place, element in enumerate(theirs)
        if place not in paired and element.seen and element.text
    }
    alike: dict[str, list[int]] = {}
    for place in unclaimed:
        alike.setdefault(theirs[place].tag, []).append(place)
    every, whole = list(unclaimed), _CLAIMED.join(unclaimed.values())
    firsts = sorted(pairs)
    lone = [index for index, element in enumerate(ours) if index not in pairs and element.text]
    found: dict[int, PlacedElement] = {}
    known = {word for place in unclaimed for word in theirs[place].text.split()}
    left_to_read = _MOST_READ
    for index in sorted(lone, key=lambda each: (not ours[each].seen, -len(ours[each].text), each)):
        words = ours[index].text.split()
        left_to_read -= (len(words) + 1) * len(whole) + _PLACE * len(every)
        if left_to_read < 0:
            if ours[index].tag not in _ACTING and known.issuperset(words):
                found[index] = ours[index]
            continue
        if any(word not in whole for word in words):
            continue
        following = bisect(firsts, index)
        end = pairs[firsts[following]] if following < len(firsts) else len(theirs)
        # What is around it begins before what follows it; the nearest first, and its like before others.
        for places in (alike.get(ours[index].tag, []), every):
            for place in reversed(places[: bisect_left(places, end)]):
                left = _without(unclaimed[place], words)
                if left is not None:
                    unclaimed[place], found[index] = left, theirs[place]
                    break
            if index in found:
                break
    return found


def _without(text: str, words: Sequence[str]) -> str | None:
    """``text``, which has no spaces, less ``words`` in their order, at once if they are; None without them.

    Where a tag was taken there may be no space between its last word and the next one.
    """
    together = "".join(words)
    wanted = [together] if together in text else words
    left, at = [], 0
    for word in wanted:
        start = text.find(word, at)
        if start < 0:
            return None
        left.append(text[at:start])
        at = start + len(word)
    return _CLAIMED.join([*left, text[at:]])


def _of_words(index: int, ours: PlacedElement, around: PlacedElement) -> Iterator[ClientDifference]:
    """What is said of an element of which only the words are there, in ``around``."""
    if not is_looked_for(ours):
        return
    if ours.tag in _ACTING or (ours.tag == "object" and ours.shown):  # its words are what is in its place
        yield ClientDifference(index, Effect.GONE, f"{name_of(ours)} is there as words only")
    elif words := list(_style(ours, around, ground=_has_ground(ours))):
        yield ClientDifference(index, Effect.STYLE, f"{name_of(ours)} {', '.join(words)}")


def is_looked_for(element: PlacedElement) -> bool:
    """Whether a reader would miss it; not an <object> that shows what was written in its place."""
    shows = element.tag in _WORDLESS and (element.tag != "object" or element.shown)
    return element.seen and bool(element.text or shows) and element.tag not in _WRAPPERS


def name_of(element: PlacedElement) -> str:
    """``<a> "Pay now"``: the element for people, by its tag and first words."""
    words = element.text[:_QUOTED] + ("…" if len(element.text) > _QUOTED else "")
    return f'<{element.tag}> "{words}"' if words else f"<{element.tag}>"


def _cut(ours: PlacedElement, theirs: PlacedElement) -> Iterator[str]:
    if theirs.cut and not ours.cut:
        yield "has more text than it shows"


def _overflow(ours: PlacedElement, theirs: PlacedElement, width: int) -> Iterator[str]:
    end = max(theirs.text_right, theirs.box[0] + theirs.box[2])
    if end > width + 1 and max(ours.text_right, ours.box[0] + ours.box[2]) <= width + 1:
        yield f"ends {end - width:.0f} pixels beyond the edge"


def _image(ours: PlacedElement, theirs: PlacedElement) -> Iterator[str]:
    if not ours.shown:
        return
    if not theirs.shown:
        yield "is not shown"
    elif ours.natural_width != theirs.natural_width:
        yield "shows another image"  # as webmail does in the place of one that it blocks


def _layout(ours: PlacedElement, theirs: PlacedElement) -> Iterator[str]:
    if not (ours.text or ours.tag in _WORDLESS or _has_ground(ours)):
        return  # what is in it is said by itself
    before, after = ours.box[2], theirs.box[2]
    if abs(before - after) > max(_ASIDE, before * _SHARE):
        yield f"is {after:.0f} pixels wide and not {before:.0f}"
    if ours.lines and theirs.lines and ours.lines != theirs.lines:
        yield f"takes {theirs.lines} line{'' if theirs.lines == 1 else 's'} and not {ours.lines}"
    if abs(ours.box[0] - theirs.box[0]) > _ASIDE:
        yield f"begins {abs(theirs.box[0] - ours.box[0]):.0f} pixels further " + (
            "right" if theirs.box[0] > ours.box[0] else "left"
        )


def _style(ours: PlacedElement, theirs: PlacedElement, *, ground: bool = True) -> Iterator[str]:
    had, has = ours.styles, theirs.styles
    if ground and _ground(had) != _ground(has):
        yield f"has the ground {_ground(has)} and not {_ground(had)}"
    if not ours.text or ours.tag in _HOLDING:
        return
    for name, words in (
        ("color", "is written in"),
        ("fontFamily", "is set in"),
        ("fontWeight", "has the weight"),
        ("fontStyle", "is set"),
        ("textDecorationLine", "has the decoration"),
    ):
        before, after = _plain(had.get(name, "")), _plain(has.get(name, ""))
        if before != after:
            yield f"{words} {after} and not {before}"
    if abs(_pixels(had) - _pixels(has)) > 0.5:
        yield f"is {_pixels(has):g} pixels high and not {_pixels(had):g}"


def _has_ground(element: PlacedElement) -> bool:
    return _ground(element.styles) != "none"


def _ground(styles: dict[str, str]) -> str:
    colour = styles.get("backgroundColor", "")
    return "none" if colour in _TRANSPARENT or not colour else _plain(colour)


def _plain(value: str) -> str:
    """A computed value as every engine writes it: colours as hex, names of fonts without quotes."""
    value = value.replace('"', "").replace("'", "")
    if match := re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", value):
        return "#" + "".join(f"{int(part):02x}" for part in match.groups())
    return value


def _pixels(styles: dict[str, str]) -> float:
    match = re.match(r"[\d.]+", styles.get("fontSize", ""))
    return float(match.group()) if match else 0.0
