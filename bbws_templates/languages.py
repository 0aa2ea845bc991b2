"""Which of the languages on offer somebody gets who asks for one: the lookup of RFC 4647.

Tags are those of BCP 47 (``af``, ``en-ZA``, ``zh-Hant-TW``). They are compared without regard to case, and
``af_ZA``, as POSIX and Java write it, is taken for ``af-ZA``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

WISH: Final = r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,8}"
"""The form of a tag as somebody may ask for it, who is told where it has none."""

_LONGEST: Final = 100
"""Characters; no registered tag has half as many, and what is asked for may come from a browser's header."""


def widened(tag: str) -> Iterator[str]:
    """``tag``, then the next wider ones: ``zh-Hant-TW``, ``zh-Hant``, ``zh``.

    Source: RFC 4647, section 3.4: a subtag of one letter, such as the ``x`` of ``af-x-old``, goes with the
    one behind it.
    """
    while tag:
        yield tag
        tag = tag.rpartition("-")[0]
        if tag[-2:-1] == "-":
            tag = tag[:-2]


def best_of(wanted: str | None, offered: Iterable[str]) -> str:
    """The tag among ``offered`` for somebody who asks for ``wanted``; "" for none, which means the set's own.

    Nothing is refused: what is no tag finds no language, and the mail goes out in the set's own.
    """
    if not isinstance(wanted, str) or not wanted or len(wanted) > _LONGEST:
        return ""
    known = {tag.lower(): tag for tag in offered}
    for tag in widened(wanted.lower().replace("_", "-")):
        if tag in known:
            return known[tag]
    return ""
