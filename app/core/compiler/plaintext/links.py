"""What a text says of a link: where it leads, and whether its words say so already."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.core.compiler.plaintext.lines import STRUCK

_ADDRESS = re.compile(r"(?:mailto|tel|sms):([^?]*)", re.IGNORECASE)
_HTTP = re.compile(r"https?:", re.IGNORECASE)
_BLANK = "%20"  # as browsers write it in an address; URL Standard, 1.3
_SCHEME = re.compile(r"(?:https?://)?(?:www\.)?", re.IGNORECASE)
_IGNORED = re.compile("[\t\r\n]")  # URL Standard, 4.4
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


def named(text: str, address: str, lift: Callable[[str], str]) -> str:
    """``text: url``, or the address alone where the words of a link are that, as people write one.

    ``lift`` puts the Mustache of a text in place.
    """
    words = text.removeprefix(STRUCK).removesuffix(STRUCK)
    if words and _bare(lift(words)) != _bare(lift(address)):
        return f"{text.removesuffix(':')}: {address}"
    return address if words == text else f"{STRUCK}{address} {STRUCK}"


def _bare(address: str) -> str:
    """Without scheme, ``www.``, blanks and the slash at its end."""
    return _SCHEME.sub("", "".join(address.replace(_BLANK, " ").split()), count=1).rstrip("/").lower()
