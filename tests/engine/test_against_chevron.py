"""``render`` returns what chevron.render returns, but for ``'`` and for chevron's departures from the rules.

The generated templates keep clear of each departure; ``test_departures_from_chevron`` shows every one of
them, with the rule that it breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import chevron
from hypothesis import given, settings
from hypothesis import strategies as st

from bbws_templates import render
from tests.selection import drawn

# --- data ---------------------------------------------------------------------------------------------------

NAMES = ("a", "b", "c", "some name")
# Only at the root: chevron searches outer contexts for the rest of a dotted name.
DOTTED_HEADS = ("p", "q")
INDEXED = "r"  # always a list: chevron stops with a TypeError at an index into a number or null
FLAGS = ("yes", "no")  # only at the root, and the only booleans: chevron loses {{.}} in a section over True

texts = st.text(alphabet="ab <>&\"'{}#/é😀\n\t\\\x00\x01\x7f\ufffe", max_size=6)
scalars = st.one_of(
    texts,
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-1000, max_value=1000),
    st.none(),
)


def structures(keys: Sequence[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.dictionaries(st.sampled_from(keys), inner, max_size=4),
            st.lists(inner.filter(bool), max_size=4),  # chevron prints nothing for an item that is false
        ),
        max_leaves=10,
    )


values = structures(NAMES)
members = structures("xyz")
data_sets = st.builds(
    lambda plain, heads, items: {**plain, **heads, INDEXED: items, "yes": True, "no": False},
    st.dictionaries(st.sampled_from(NAMES), values),
    st.fixed_dictionaries({}, optional=dict.fromkeys(DOTTED_HEADS, members)),
    st.lists(members.filter(bool), max_size=2),
)

# --- templates ----------------------------------------------------------------------------------------------

literals = st.lists(
    st.sampled_from(
        ["x", "y z", " ", "  ", "\n", "\r\n", "\n\n", "<td>", "'", '"', "&amp;", "é", "😀", "\tz", "}"]
    ),
    max_size=4,
).map("".join)
blanks = st.sampled_from(["", " ", "  "])
ends = st.sampled_from(["\n", "\r\n"])


class Place(NamedTuple):
    """Where in a template something is generated."""

    left: str = "{{"
    right: str = "}}"
    enclosing: tuple[str, ...] = ()
    dot: bool = True  # whether {{.}} is a matter on which chevron is right
    partials: tuple[str, ...] = ()


@st.composite
def names(draw: st.DrawFn, place: Place) -> str:
    kinds = ["plain", "dotted", "index", "flag", *(["dot"] if place.dot else [])]
    match draw(st.sampled_from(kinds)):
        case "plain":
            return draw(st.sampled_from((*NAMES, "nowhere")))
        case "dotted":
            steps = draw(st.lists(st.sampled_from("xyz"), min_size=1, max_size=3))
            return ".".join([draw(st.sampled_from(DOTTED_HEADS)), *steps])
        case "index":
            return f"{INDEXED}.{draw(st.sampled_from(['0', '1', '0.x', '1.y']))}"
        case "flag":
            return draw(st.sampled_from(FLAGS))
        case _:
            return "."


@st.composite
def variables(draw: st.DrawFn, place: Place) -> str:
    name = draw(blanks) + draw(names(place)) + draw(blanks)
    if draw(st.booleans()):
        return f"{place.left}{name}{place.right}"
    if place.left == "{{" and draw(st.booleans()):
        return "{{{" + name + "}}}"
    return f"{place.left}&{name}{place.right}"


@st.composite
def comments(draw: st.DrawFn, place: Place) -> str:
    words = draw(st.sampled_from(["", " note", "a\nb ", " # ^ > = & "]))
    return draw(_on_its_line_or_not(f"{place.left}!{words}{place.right}"))


@st.composite
def _on_its_line_or_not(draw: st.DrawFn, tag: str) -> str:
    if draw(st.booleans()):
        return f"\n{draw(blanks)}{tag}{draw(blanks)}{draw(ends)}"
    return tag


@st.composite
def sections(draw: st.DrawFn, place: Place, depth: int) -> str:
    inverted = draw(st.booleans())
    name = draw(names(place._replace(dot=place.dot and not inverted)))
    if inverted and name in place.enclosing:
        # chevron takes the end of an inverted section for that of the list around it.
        inverted = False
    dot = place.dot if name == "." else not inverted and name not in FLAGS
    inner = place._replace(enclosing=(*place.enclosing, name), dot=dot)
    opening = f"{place.left}{'^' if inverted else '#'}{draw(blanks)}{name}{draw(blanks)}{place.right}"
    return (
        draw(_on_its_line_or_not(opening))
        + draw(bodies(inner, depth - 1))
        + draw(_on_its_line_or_not(f"{place.left}/{draw(blanks)}{name}{place.right}"))
    )


@st.composite
def other_delimiters(draw: st.DrawFn, place: Place, depth: int) -> str:
    left, right = draw(st.sampled_from([("<%", "%>"), ("|", "|"), ("[[", "]]")]))
    there = draw(_on_its_line_or_not(f"{place.left}={left}{draw(blanks)} {right}={place.right}"))
    back = draw(_on_its_line_or_not(f"{left}={place.left} {place.right}={right}"))
    return there + draw(bodies(place._replace(left=left, right=right), depth - 1)) + back


@st.composite
def inclusions(draw: st.DrawFn, place: Place) -> str:
    name = draw(st.sampled_from(place.partials))
    tag = f"{place.left}>{draw(blanks)}{name}{draw(blanks)}{place.right}"
    if draw(st.booleans()):
        return f"x{tag}"  # chevron indents a partial that has only blanks before it, even inside a line
    indent = draw(blanks) if name == "lines" else ""
    return f"\n{indent}{tag}{draw(blanks)}{draw(ends)}"


@st.composite
def bodies(draw: st.DrawFn, place: Place, depth: int) -> str:
    kinds: list[Callable[[], st.SearchStrategy[str]]] = [
        lambda: literals.filter(lambda text: place.left not in text and place.right not in text),
        lambda: variables(place),
        lambda: comments(place),
    ]
    if depth > 0:
        kinds.append(lambda: sections(place, depth))
        if place.left == "{{":
            kinds.append(lambda: other_delimiters(place, depth))
    if place.partials:
        kinds.append(lambda: inclusions(place))
    return "".join(draw(draw(st.sampled_from(kinds))()) for _ in range(draw(st.integers(0, 5))))


@st.composite
def lines(draw: st.DrawFn, place: Place, depth: int) -> str:
    """Whole lines that begin with text, and sections whose tags stand alone on theirs."""
    text = st.sampled_from(["", " ", "'", "é"])
    parts = [f"x{draw(variables(place))}{draw(text)}{draw(ends)}"]
    for _ in range(draw(st.integers(0, 2)) if depth else 0):
        name = draw(names(place))
        inner = place._replace(enclosing=(*place.enclosing, name), dot=name not in FLAGS and place.dot)
        parts.append(f"{{{{#{name}}}}}\n{draw(lines(inner, depth - 1))}  {{{{/{name}}}}}\n")
    return "".join(parts)


def templates(place: Place, depth: int) -> st.SearchStrategy[str]:
    # chevron leaves blanks at the very end, although the tag before them stands alone.
    return bodies(place, depth).map(lambda body: body + "." if body.endswith(" ") else body)


# The blanks before a partial that stands alone: chevron leaves them where the first line vanishes or the
# partial is missing, puts them after line ends and not before lines, and strips blanks from the end of a last
# line. Indented partials are whole lines, therefore.
partial_sets = st.fixed_dictionaries(
    {"any": templates(Place(dot=False), 2), "lines": lines(Place(dot=False), 2)}
)


@settings(max_examples=drawn(600), deadline=None)
@given(
    template=templates(Place(partials=("any", "lines", "absent")), 3),
    data=data_sets,
    partials=partial_sets,
)
def test_equals_chevron_but_for_the_apostrophe(
    template: str, data: dict[str, Any], partials: dict[str, str]
) -> None:
    theirs = chevron.render(template, data, partials_path=None, partials_dict=partials)
    assert render(template, data, partials).replace("&#x27;", "'") == theirs.replace("&#x27;", "'")
