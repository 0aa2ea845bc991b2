"""What a text says of a link: where it leads, and whether its words say so already."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from app.core.compiler.plaintext.lines import STRUCK, Line, LineKind
from app.core.compiler.plaintext.marks import MARKS
from app.core.compiler.plaintext.sections import PLACE, Nodes, is_silent, told_where, where_any

_ADDRESS = re.compile(r"(?:mailto|tel|sms):([^?]*)", re.IGNORECASE)
_HTTP = re.compile(r"https?:", re.IGNORECASE)
_BLANK = "%20"  # as browsers write it in an address; URL Standard, 1.3
_SCHEME = re.compile(r"(?:https?://)?(?:www\.)?", re.IGNORECASE)
_IGNORED = re.compile(f"[\t\r\n{MARKS}]")  # URL Standard, 4.4
_AROUND = ("opening", PLACE, "closing")
_NOWHERE = ("#", "javascript:")


def target(href: str) -> str:
    """The address to print, "" for a link that leads nowhere outside the mail.

    Programs that make links of addresses end one at the first blank, so that none stands in it.
    """
    href = _IGNORED.sub("", href).strip()
    if _HTTP.match(href):
        return href.replace(" ", _BLANK)
    if href.lower().startswith(_NOWHERE):
        return ""
    address = _ADDRESS.match(href)
    return (address.group(1) if address else href).strip()


def named(text: str, address: str, lift: Callable[[str], str], colon: str = ":") -> str:
    """``text: url``, or the address alone where the words of a link are that, as people write one.

    ``lift`` puts the Mustache of a text in place.
    """
    words = text.removeprefix(STRUCK).removesuffix(STRUCK)
    if words and not says_address(text, address, lift):
        return f"{text.removesuffix(':')}{colon} {address}"
    return address if words == text else f"{STRUCK}{address} {STRUCK}"


def says_address(text: str, address: str, lift: Callable[[str], str]) -> bool:
    """Whether the words of a link are its address, as people write one."""
    words = text.removeprefix(STRUCK).removesuffix(STRUCK)
    return _bare(lift(words)) == _bare(lift(address))


def named_where_shown(
    nodes: Nodes, tags: list[str] | None, text: str, address: str, lift: Callable[[str], str]
) -> str:
    """The same of a link that shows nothing with some data; ``nodes`` are what it shows, where ``tags`` say.

    Then it has no address either, but where Mustache cannot say so: it has for a list, with no item as well.
    """
    if tags is None:
        return f"{text} {address}"
    opening, closing = tags[0], tags[-1]
    if tags == [opening, PLACE, closing] and text.startswith(opening) and text.endswith(closing):
        words = text.removeprefix(opening).removesuffix(closing)
        if opening not in words and closing not in words:
            return f"{opening}{named(words.rstrip(), address, lift)} {closing}"
    before = " " if is_silent(nodes) else ": "
    return text + "".join(f"{before}{address} " if tag == PLACE else tag for tag in tags)


def below(lines: Sequence[Line], address: str, nodes: Nodes | None) -> list[Line]:
    """The lines of a link around blocks, its address on one of its own, where any of ``nodes`` shows."""
    tags = where_any(nodes) if nodes else None
    said = [
        replace(line, ends_in_address=line.kind is LineKind.TEXT)
        for line in told_where(tags or [PLACE], address)
    ]
    if len(said) == len(_AROUND) and said[0] == lines[0] and said[-1] == lines[-1]:
        return [*lines[:-1], *said[1:]]  # all of it stands in that section
    return [*lines, *said]


def _bare(address: str) -> str:
    """Without scheme, ``www.``, blanks and the slash at its end."""
    return _SCHEME.sub("", "".join(address.replace(_BLANK, " ").split()), count=1).rstrip("/").lower()
