"""Whether something is a selector, in the one place that says so.

A browser that cannot read one selector of a list skips the whole rule, so a wrong answer here is a rule that
is applied in a mail and in no browser, or the other way round. What only some browsers know is a selector;
who cannot read it is for ``selectors`` to say.

Source: Selectors Level 4, sections 3 to 5, 7.1, 14 and 18; CSS Pseudo-Elements Level 4, section 2; where they
leave it open, what Chromium 147 takes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import Any

import cssselect

from app.core.css.data import PSEUDOS
from app.core.html.blanks import BLANKS
from app.core.html.veil import is_veiled

_BLANKS = frozenset({"whitespace", "comment"})
_COMBINATORS = frozenset({">", "+", "~"})
_ONE_COLON_WILL_DO = frozenset({"before", "after", "first-line", "first-letter"})
_OF_PAGES = frozenset({"first", "left", "right"})  # of @page, which has selectors of its own
_FORGIVING = frozenset({"is", "where"})
_COUNTED = frozenset({"nth-child", "nth-last-child"})
_COUNTED_PLAINLY = frozenset({"nth-of-type", "nth-last-of-type"})
_OF_COMPOUNDS = frozenset({"-webkit-any", "host", "host-context", "slotted", "cue", "cue-region"})
_OF_NAMES = frozenset({"dir", "part", "state", "highlight", "picker"})
_MANY_NAMES = "part"
_OTHER_FUNCTIONS = frozenset(
    {
        *("current", "active-view-transition-type", "scroll-button", "view-transition-group"),
        *("view-transition-group-children", "view-transition-image-pair"),
        *("view-transition-new", "view-transition-old"),
    }
)
_FUNCTIONS = frozenset(
    {"not", "has", "lang"}
    | _FORGIVING
    | _COUNTED
    | _COUNTED_PLAINLY
    | _OF_COMPOUNDS
    | _OF_NAMES
    | _OTHER_FUNCTIONS
)
_ALSO_PLAIN = frozenset({"host", "current", "cue", "cue-region"})
# Pseudo-elements that are whole elements to CSS, of which a pseudo-class may be asked.
_LIKE_ELEMENTS = frozenset(
    {"part", "file-selector-button", "details-content", "scroll-marker", "picker", "checkmark"}
)
_HOLDING_OTHERS = frozenset({"part", "slotted", "details-content", "picker"})
_COMPARED = frozenset({"=", "~=", "|=", "^=", "$=", "*="})
# By a pattern: tinycss2's reader of counts raises AttributeError or StopIteration for "2n+" and "+".
_COUNT = re.compile(r"even|odd|[+-]?[0-9]+|[+-]?[0-9]*n(?: *[+-] *[0-9]+)?", re.IGNORECASE)


_OF_BROWSER = re.compile(r"-[a-z]+-.", re.IGNORECASE)


class NoSelectorError(cssselect.SelectorError):
    """The message says in a few words what no browser can read."""


def _is_of_browser(name: str) -> bool:
    """Whether a pseudo-class or pseudo-element is one browser's own, as ``-webkit-any``."""
    return _OF_BROWSER.match(name) is not None


def require_selector(
    tokens: Sequence[Any], prefixes: Set[str] = frozenset(), *, relative: bool = False
) -> None:
    """Refuse what is no selector; ``tokens`` are tinycss2's, ``prefixes`` the namespaces that are declared.

    One that is ``relative`` may begin with a combinator.

    Raises:
        NoSelectorError: no browser can read it.
    """
    _Reader(prefixes).selector(tokens, relative=relative)


class _Reader:
    """Reads selectors of one stylesheet."""

    def __init__(self, prefixes: Set[str], *, within_has: bool = False, inner: bool = False) -> None:
        self._prefixes = prefixes
        self._within_has = within_has
        self._inner = inner

    def selector(self, tokens: Sequence[Any], *, relative: bool = False) -> None:
        """A complex selector, that may begin with a combinator where it is ``relative``."""
        compounds = _parted(_stripped(tokens), relative=relative)
        for number, compound in enumerate(compounds, 1):
            self._compound(compound, last=number == len(compounds))

    def _list(self, tokens: Sequence[Any], *, relative: bool = False) -> None:
        for part in split_list(tokens):
            self.selector(part, relative=relative)

    def _compound(self, tokens: list[Any], *, last: bool) -> None:
        here = self._after_type(tokens)
        element = ""  # the pseudo-element that the rest is about
        while here < len(tokens):
            part = tokens[here]
            following = tokens[here + 1] if here + 1 < len(tokens) else None
            if part == ":":
                doubled = following == ":"
                here += 2 if doubled else 1
                element = self._pseudo(tokens[here] if here < len(tokens) else None, element, doubled=doubled)
                if element and not last:
                    raise NoSelectorError(f"nothing stands within '::{element}'")
            elif element:
                raise NoSelectorError(f"'{_text(part)}' after '::{element}'")
            elif part == ".":
                if following is None or following.type != "ident":
                    raise NoSelectorError(f"'.{_text(following)}' is no class")
                here += 1
            elif part.type == "hash":
                if not part.is_identifier and not is_veiled(part.value):
                    raise NoSelectorError(f"'#{part.value}' is no id: a name does not begin with a digit")
            elif part.type == "[] block":
                self._attribute(part)
            elif part != "&":
                raise NoSelectorError(f"'{_text(part)}' is out of place")
            here += 1

    def _after_type(self, tokens: Sequence[Any]) -> int:
        """Where in a compound its element's name ends."""
        here = 0
        if _is_name(tokens[0]) and len(tokens) > 2 and tokens[1] == "|":
            self._namespace(tokens[0])
            here = 2
        elif tokens[0] == "|":
            here = 1
        elif not _is_name(tokens[0]):
            return 0
        if here == len(tokens) or not _is_name(tokens[here]):
            raise NoSelectorError(f"'{_text(tokens[0])}' is out of place")
        return here + 1

    def _namespace(self, part: Any) -> None:
        if part != "*" and part.value not in self._prefixes:
            raise NoSelectorError(f"no '@namespace' declares '{part.value}'")

    def _attribute(self, block: Any) -> None:
        said = f"[{_text(block.content)}]"
        parts = [part for part in block.content if part.type not in _BLANKS]
        if len(parts) > 2 and parts[1] == "|" and _is_name(parts[0]):
            self._namespace(parts[0])
            del parts[:2]
        elif parts[:1] == ["|"]:
            del parts[0]
        if not parts or parts[0].type != "ident" or len(parts) == 2:
            raise NoSelectorError(f"'{said}' asks for no attribute")
        if len(parts) == 1:
            return
        if parts[1].type != "literal" or parts[1].value not in _COMPARED:
            raise NoSelectorError(f"'{said}' compares with nothing")
        if parts[2].type not in {"ident", "string"} and not is_veiled(said):
            raise NoSelectorError(f"'{said}': a value that is no name needs quotes")
        if parts[3:] and not (
            len(parts) == 4 and parts[3].type == "ident" and parts[3].lower_value in {"i", "s"}
        ):
            raise NoSelectorError(f"'{said}': a value that is no name needs quotes")

    def _pseudo(self, part: Any, element: str, *, doubled: bool) -> str:
        """Read the name after a colon or two; the pseudo-element that what follows is about, or ""."""
        if part is None or part.type not in {"ident", "function"}:
            raise NoSelectorError(f"':{_text(part)}' is no pseudo-class")
        name = part.lower_value if part.type == "ident" else part.lower_name
        own = _is_of_browser(name)
        is_element = doubled or name in _ONE_COLON_WILL_DO
        colons = ":" * (1 + is_element)
        known = f"{colons}{name}" in PSEUDOS and (is_element or name not in _OF_PAGES)
        if not (own or known or is_veiled(name)):
            raise NoSelectorError(f"there is no '{colons}{name}'")
        if part.type == "function":
            if not own and name not in _FUNCTIONS:
                raise NoSelectorError(f"'{colons}{name}' takes nothing in brackets")
            self._arguments(name, part)
        elif name in _FUNCTIONS - _ALSO_PLAIN:
            raise NoSelectorError(f"'{colons}{name}' needs something in brackets")
        if is_element:
            return self._element(name, element)
        if element and not (element.startswith("-") or element in _LIKE_ELEMENTS or name in _FORGIVING):
            raise NoSelectorError(f"':{name}' after '::{element}'")
        return element

    def _element(self, name: str, around: str) -> str:
        if self._inner:
            raise NoSelectorError(f"'::{name}' in brackets")
        holds = around.startswith("-") or around in _HOLDING_OTHERS
        if around and not holds and not (around in {"before", "after"} and name == "marker"):
            raise NoSelectorError(f"'::{name}' after '::{around}'")
        return name

    def _arguments(self, name: str, function: Any) -> None:
        found = _stripped(function.arguments)
        written = f"'{name}({_text(function.arguments)})'"
        if name in _FORGIVING or is_veiled(written):
            return
        if not found:
            raise NoSelectorError(f"{written} holds nothing")
        inner = _Reader(self._prefixes, within_has=self._within_has or name == "has", inner=True)
        if name == "has" and self._within_has:
            raise NoSelectorError("':has()' within another")
        if name in {"not", "has"}:
            inner._list(found, relative=name == "has")
        elif name in _OF_COMPOUNDS:
            for part in split_list(found) if name == "-webkit-any" else [found]:
                inner._one_compound(part)
        elif name in _COUNTED | _COUNTED_PLAINLY:
            inner._count(found, written, plainly=name in _COUNTED_PLAINLY)
        elif name == "lang":
            for part in map(_stripped, split_list(found)):
                if len(part) != 1 or part[0].type not in {"ident", "string"}:
                    raise NoSelectorError(f"{written} names no language")
        elif name in _OF_NAMES:
            names = [part for part in found if part.type not in _BLANKS]
            if any(part.type != "ident" for part in names) or (len(names) > 1 and name != _MANY_NAMES):
                raise NoSelectorError(f"{written} is no name")

    def _one_compound(self, tokens: Sequence[Any]) -> None:
        compounds = _parted(_stripped(tokens), relative=False)
        if len(compounds) > 1:
            raise NoSelectorError(f"'{_text(tokens)}' is more than one element")
        self._compound(compounds[0], last=True)

    def _count(self, tokens: list[Any], written: str, *, plainly: bool) -> None:
        """``2n+1``, or ``2n+1 of .a``."""
        of = [at for at, part in enumerate(tokens) if part.type == "ident" and part.lower_value == "of"]
        counted = tokens[: of[0]] if of else tokens
        text = "".join(" " if part.type in _BLANKS else part.serialize() for part in counted).strip(BLANKS)
        if _COUNT.fullmatch(text) is None or (of and (plainly or counted[-1].type not in _BLANKS)):
            raise NoSelectorError(f"{written} is no count")
        if of:
            self._list(tokens[of[0] + 1 :])


def _parted(tokens: list[Any], *, relative: bool) -> list[list[Any]]:
    """The compounds of a selector, which combinators part."""
    compounds: list[list[Any]] = [[]]
    combined = not relative  # whether a compound has to come next
    for part in tokens:
        if part.type == "whitespace":
            if compounds[-1]:
                compounds.append([])
        elif part.type == "literal" and part.value in _COMBINATORS:
            if combined:
                raise NoSelectorError(f"'{part.value}' combines nothing")
            combined = True
            if compounds[-1]:
                compounds.append([])
        else:
            compounds[-1].append(part)
            combined = False
    if combined or not compounds[-1]:
        raise NoSelectorError("nothing stands where a selector is to")
    return compounds


def split_list(tokens: Sequence[Any]) -> list[list[Any]]:
    """The tokens between the commas of a list."""
    parts: list[list[Any]] = [[]]
    for part in tokens:
        if part == ",":
            parts.append([])
        else:
            parts[-1].append(part)
    return parts


def _stripped(tokens: Sequence[Any]) -> list[Any]:
    """The tokens without comments and without blanks at the ends."""
    found = [part for part in tokens if part.type != "comment"]
    while found and found[0].type == "whitespace":
        del found[0]
    while found and found[-1].type == "whitespace":
        del found[-1]
    return found


def _is_name(part: Any) -> bool:
    return bool(part.type == "ident" or part == "*")


def _text(found: Any) -> str:
    """The source of a part or of some."""
    tokens = found if isinstance(found, list) else [found]
    return "".join(part.serialize() for part in tokens if part is not None)
