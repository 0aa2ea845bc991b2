"""Addresses that stand in a template itself: those that lead nowhere real, and those that follow readers.

Only what the author wrote is looked at, never what data bring: a fixture may well be at example.com.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from app.core.html.blanks import AROUND_URLS
from app.core.html.markup import Markup
from app.core.html.veil import Veil
from app.core.validation.data.addresses import (
    OF_A_CAMPAIGN,
    OF_ONE_READER,
    RESERVED_ENDINGS,
    RESERVED_NAMES,
    STAND_IN_HOSTS,
)
from app.core.validation.rules import INFO, WARNING, Rule, Violation

PLACEHOLDER = Rule("placeholder-address", WARNING, "Write the address that is meant, or a variable for it.")
TRACKING = Rule("tracking-parameter", WARNING, "Write the address without it.")
PIXEL = Rule("tracking-pixel", WARNING, "Remove it; for room between things use padding.")
RULES = (PLACEHOLDER, TRACKING, PIXEL)

_ADDRESSES = frozenset({"href", "src", "background"})
_TINY = frozenset({"0", "1", "0px", "1px"})


def check_written_links(markup: Markup, veil: Veil) -> Iterator[Violation]:
    """Every address of a tag, as far as no variable has a part in what is said of it."""
    for tag in markup.start_tags:
        values: dict[str, str] = {}
        for attribute in tag.attributes:
            value = veil.text[attribute.value_start : attribute.value_end].strip(AROUND_URLS)
            values[attribute.name] = value
            if attribute.name not in _ADDRESSES or tag.name in {"link", "html"}:
                continue
            what = "image" if attribute.name != "href" else "link"
            written = next((value[: word.start()] for word in veil.words(value)), value)
            host = _host(written, whole=written == value)
            if host and _is_nobodys(host):
                yield PLACEHOLDER.at(
                    attribute.start, f"This {what} leads to '{host}', which is a placeholder."
                )
            yield from _tracking(attribute.start, value, what)
        if tag.name == "img" and values.get("src") and _is_tiny(values):
            yield PIXEL.at(
                tag.start,
                "The image has one pixel: clients that guard privacy load it for nobody, or for everybody.",
            )


def _is_tiny(values: dict[str, str]) -> bool:
    return values.get("width", "") in _TINY and values.get("height", "") in _TINY


def _host(written: str, *, whole: bool) -> str:
    """The host of an address whose text is ``written`` so far; "" while a variable may still change it."""
    try:
        parts = urlsplit(written)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https", ""} or not host:
        return ""
    # What ends a host may be the last that is written: "https://example.com#" before a variable.
    is_complete = whole or parts.path.startswith("/") or "?" in written or "#" in written
    return host if is_complete else ""


def _is_nobodys(host: str) -> bool:
    if host == "localhost" or host in STAND_IN_HOSTS or host.endswith(RESERVED_ENDINGS):
        return True
    if any(host == name or host.endswith(f".{name}") for name in RESERVED_NAMES):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def _tracking(offset: int, value: str, what: str) -> Iterator[Violation]:
    query = value.replace("&amp;", "&").partition("?")[2].partition("#")[0]
    names = [name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)]
    if follows := next((name for name in names if name in OF_ONE_READER), ""):
        yield TRACKING.at(
            offset,
            f"The address of this {what} has '{follows}', which belongs to the one reader it was made for.",
        )
    elif campaign := next((name for name in names if name.startswith(OF_A_CAMPAIGN)), ""):
        yield TRACKING.at(
            offset,
            f"The address of this {what} has '{campaign}': some clients and browsers take it off.",
            severity=INFO,
            remedy="Count nothing that matters by it.",
        )
