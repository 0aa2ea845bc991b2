"""Which selectors browsers can read, by patterns of the proof's own: a list with another in it is void.

Source: Selectors Level 4, sections 3 to 5, 7.1, 14 and 18; CSS Pseudo-Elements Level 4, section 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from app.core.css.data import PSEUDOS
from app.core.proof.pieces import BLANKS, closings, pieces, split

# What a selector is made of, brackets emptied: a list in which anything else stands is read by no browser.
_LETTER = r"[\w\x80-\U0010ffff-]"
_NAME = rf"(?!-?[0-9])(?!-(?!{_LETTER})){_LETTER}++"
_SELECTOR = re.compile(rf"(?:\s++|[*&>+~|]|[.#]?{_NAME}|::?{_NAME}(?:\(\))?|\[\])++", re.DOTALL)
_PSEUDO = re.compile(rf"(?P<colons>::?)(?P<name>{_LETTER}+)(?P<function>\()?")
_COMBINES_NOTHING = re.compile(r"[>+~]\s*(?:[>+~]|\Z)")
_TYPE_AFTER = re.compile(rf"[\])*]{_LETTER}|(?:{_LETTER}|[\])*])\*")  # an element's name comes first
_NAMESPACE = re.compile(rf"(?<![\w.#:\])-])({_NAME}|\*)?\|(?=\*|{_NAME})")
_BLANK = r"\s*"
_ATTRIBUTE = re.compile(
    rf"{_BLANK}(?:(?P<prefix>{_NAME}|\*)?\|(?!=))?{_NAME}{_BLANK}"
    rf"(?:[~|^$*]?={_BLANK}(?:{_NAME}|\"[^\"]*\"|'[^']*'){_BLANK}(?:[is]{_BLANK})?)?",
    re.IGNORECASE,
)
_COUNT = re.compile(r"even|odd|[+-]?[0-9]*n(?:\s*[+-]\s*[0-9]+)?|[+-]?[0-9]+", re.IGNORECASE)
_OF = re.compile(rf"\sof(?!{_LETTER}|\()", re.IGNORECASE)
_LANGUAGES = re.compile(rf"\s*(?:{_NAME}|\"[^\"]*\"|'[^']*')\s*")
_NAMES = re.compile(rf"\s*{_NAME}(?:\s++{_NAME})*\s*")
_ONE_NAME = re.compile(rf"\s*{_NAME}\s*")
_OF_BROWSER = re.compile(r"-[a-z]+-.", re.IGNORECASE)
_CALLED = re.compile(r":([\w-]+)\($")
_LIKE_ELEMENTS = (
    r"(?:-|(?:part|file-selector-button|details-content|scroll-marker|picker|checkmark)(?![\w-]))"
)
_AFTER_OTHERS = re.compile(r"(?:::?[\w-]+(?:\(\))?)*", re.DOTALL)
_AFTER_BOX = re.compile(r"(?::(?:is|where)\(\)|::marker)*", re.IGNORECASE)
_HOLDING = re.compile(r"slotted\(\)(?:::?[\w-]+)?", re.IGNORECASE)
_ELEMENT = re.compile(r"::|:(?=(?:before|after|first-line|first-letter)(?![\w-]))", re.IGNORECASE)
_OF_ONE_COLON = frozenset({"before", "after", "first-line", "first-letter"})
_OF_PAGES = frozenset({"first", "left", "right"})
_FORGIVING = frozenset({"is", "where"})
_STRICT = frozenset({"not", "has"})
_COUNTS = frozenset({"nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type"})
_COMPOUND = frozenset({"host", "host-context", "slotted", "cue", "cue-region", "-webkit-any"})
_NAMED = frozenset({"dir", "state", "highlight", "picker"})
_OTHERS = frozenset(
    {
        *("part", "lang", "current", "active-view-transition-type", "scroll-button", "view-transition-group"),
        *("view-transition-group-children", "view-transition-image-pair"),
        *("view-transition-new", "view-transition-old"),
    }
)
_WITH_BRACKETS = _FORGIVING | _STRICT | _COUNTS | _COMPOUND | _NAMED | _OTHERS
_WITHOUT_TOO = frozenset({"host", "cue", "cue-region", "current"})


def is_selector(part: list[str], *, within: bool, prefixes: Set[str] = frozenset(), inside: str = "") -> bool:
    """Whether the pieces are a selector that some browser can read.

    One ``within`` another rule may begin with a combinator; ``inside`` names the brackets that it stands in.
    """
    ends = closings(part)
    here, outer = 0, ""
    while here < len(part):
        outer += part[here]
        here = ends.get(here, here + 1)
    outer = outer.strip(BLANKS)
    begins = within or outer[:1] not in {">", "+", "~"}
    return (
        begins
        and "-->" not in outer
        and _SELECTOR.fullmatch(outer) is not None
        and not _COMBINES_NOTHING.search(outer)
        and not _TYPE_AFTER.search(outer)
        and _has_namespaces(outer, prefixes)
        and all(map(_is_known, _PSEUDO.finditer(outer)))
        and _ends_with_its_box(outer, inside)
        and all(
            _may_hold(part[: start + 1], part[start + 1 : end], prefixes, inside)
            for start, end in ends.items()
            if not any(other < start < last for other, last in ends.items())
        )
    )


def _has_namespaces(outer: str, prefixes: Set[str]) -> bool:
    """Whether each ``|`` has a namespace before it that is known, or none, and a name after it."""
    named = [match[1] for match in _NAMESPACE.finditer(outer)]
    return all(name in {None, "*"} or name in prefixes for name in named) and len(named) == outer.count("|")


def _is_known(pseudo: re.Match[str]) -> bool:
    """Whether some client knows a pseudo-class or a pseudo-element of this name, its own included."""
    name = pseudo["name"].lower()
    if _OF_BROWSER.match(name):
        return True
    colons = "::" if name in _OF_ONE_COLON else pseudo["colons"]
    if f"{colons}{name}" not in PSEUDOS or (colons == ":" and name in _OF_PAGES):
        return False
    return name in _WITH_BRACKETS if pseudo["function"] else name not in _WITH_BRACKETS - _WITHOUT_TOO


def _ends_with_its_box(outer: str, inside: str) -> bool:
    """Whether nothing follows a pseudo-element but what may, and none stands in brackets."""
    element = _ELEMENT.search(outer)
    if element is None:
        return True
    named = outer[element.end() :]
    if re.match(_LIKE_ELEMENTS, named, re.IGNORECASE):
        follows = _AFTER_OTHERS.fullmatch(f"::{named}") is not None
    elif _HOLDING.fullmatch(named):
        follows = True
    else:
        rest = re.sub(rf"^{_LETTER}+(?:\(\))?", "", named)
        follows = _AFTER_BOX.fullmatch(rest) is not None
    return follows and not inside


def _may_hold(before: list[str], inner: list[str], prefixes: Set[str], inside: str) -> bool:
    """Whether a bracket, the last of what is ``before``, may hold this.

    The lists of ``:is()`` and ``:where()`` forgive (Selectors Level 4, sections 4.2 and 4.4).
    """
    text = "".join(inner)
    called = _CALLED.search("".join(before))
    if called is None:  # a square one
        attribute = _ATTRIBUTE.fullmatch(text)
        return attribute is not None and attribute["prefix"] in {None, "*", *prefixes}
    name = called[1].lower()
    if name in _FORGIVING:
        return True
    if name in _STRICT or name in _COMPOUND:
        if name == "has" and "has" in inside.split():
            return False
        around = f"{inside} {name}".strip()
        options = list(split(inner, ",")) if name in {*_STRICT, "-webkit-any"} else [inner]
        return all(
            is_selector(option, within=name == "has", prefixes=prefixes, inside=around)
            and (name in _STRICT or not re.search(r"[\s>+~]", "".join(outside(option)).strip()))
            for option in options
        )
    if name in _COUNTS:
        return _counts(name, text, prefixes, f"{inside} {name}".strip())
    if name == "lang":
        return all(_LANGUAGES.fullmatch("".join(option)) is not None for option in split(inner, ","))
    if name in _NAMED:
        return _ONE_NAME.fullmatch(text) is not None
    return _NAMES.fullmatch(text) is not None if name == "part" else bool(text.strip())


def _counts(name: str, text: str, prefixes: Set[str], inside: str) -> bool:
    of = _OF.search(text)
    counted = text[: of.start()] if of else text
    return _COUNT.fullmatch(counted.strip()) is not None and (
        of is None
        or (
            name.endswith("-child")
            and all(
                is_selector(option, within=False, prefixes=prefixes, inside=inside)
                for option in split(pieces(text[of.end() :]), ",")
            )
        )
    )


def outside(part: list[str]) -> Iterator[str]:
    """What stands in no brackets, and what opens them."""
    ends = closings(part)
    here = 0
    while here < len(part):
        yield part[here]
        here = ends.get(here, here) + 1
