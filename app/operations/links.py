"""Whether the links of a template answer: asked when a person presses the button, and never of data.

An address comes out of a text that somebody wrote, and the machine that asks may stand in a network that
others do not reach. So only public addresses are asked, on the ports of the web; a name is resolved once,
each address that it has is checked, and the connection goes to the very address that was checked (a second
look-up could find another: DNS rebinding). After each redirect all that begins anew. Nothing is sent but the
request line and a few headers of ours, and nothing is read but the head of the answer.

Links whose address comes from data, even in part, are not asked, nor are those that unsubscribe somebody or
are signed for one reader: to ask would be to press them.
"""

from __future__ import annotations

import asyncio
import errno
import io
import ipaddress
import re
import socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from http.client import HTTPException, parse_headers
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit

from app.core.html.references import references_of

SECONDS: Final = 10.0
"""How long one link may take, redirects included."""
AT_ONCE: Final = 4
MOST: Final = 100
"""Further links of a template are not asked."""

_REDIRECTS: Final = 5
_HEAD: Final = 16 * 1024
_PORTS: Final = {"http": 80, "https": 443}
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_TAG: Final = re.compile(r"\{\{")
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.[01] (\d{3})(?: |\r?\n)")
_ENDS_SOMETHING: Final = re.compile(r"unsubscribe|opt-?out|abmelden", re.IGNORECASE)
_SIGNED: Final = frozenset(
    {"x-amz-signature", "x-goog-signature", "signature", "sig", "token", "access_token", "googleaccessid"}
)
_UNREACHABLE: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})
_NAT64: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))

Permits = Callable[[str, int], bool]
"""Whether an IP address may be connected to on a port. ``is_public`` is the one for everything but tests."""


@dataclass(frozen=True)
class LinkAnswer:
    """What became of one link: ``status`` of HTTP, 0 for none; ``sentence`` says it to people.

    ``asked`` is false where nobody was asked, on purpose. ``ends_at`` is where redirects have led.
    """

    text: str
    address: str
    asked: bool
    answers: bool
    sentence: str
    status: int = 0
    ends_at: str = ""


class _NotAskedError(Exception):
    """Why an address is not asked, or not any further."""


class _NoAnswerError(Exception):
    """Why what was asked counts as no answer."""


@dataclass(frozen=True)
class _Asking:
    """How the links of one template are asked: of whom, for how long, and which certificates count."""

    permits: Permits
    seconds: float
    trust: ssl.SSLContext


def is_public(address: str, port: int) -> bool:
    """Whether an IP address is one of the public Internet, and the port one of the web.

    Source: the special-purpose registries of IANA, as ``ipaddress.is_global`` has them; an IPv6 address that
    holds one of IPv4 (mapped, 6to4, Teredo, NAT64) is what it holds.
    """
    if port not in _PORTS.values():
        return False
    found: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        # Site-local addresses (RFC 3879 has put an end to them) are not in IANA's registry, but in networks.
        if (
            found.is_site_local
            or found.sixtofour
            or found.teredo
            or any(found in network for network in _NAT64)
        ):
            return False  # tunnels, whose ends are elsewhere
        found = found.ipv4_mapped or found
    return found.is_global and not found.is_multicast and not found.is_reserved


def links_of(compiled: str) -> tuple[tuple[str, str], ...]:
    """Text and address of each link in a template's own text; those with data in their address are not."""
    links = [(link.text, link.address.strip()) for link in references_of(compiled).links]
    return tuple(dict.fromkeys(link for link in links if link[1] and not _TAG.search(link[1])))


async def ask(
    links: Iterable[tuple[str, str]], *, permits: Permits = is_public, seconds: float = SECONDS
) -> tuple[LinkAnswer, ...]:
    """Ask each address once, a few at a time; the answers in the order of ``links``."""
    limit = asyncio.Semaphore(AT_ONCE)
    wanted = list(links)
    places = {address: place for place, address in enumerate(dict.fromkeys(each for _, each in wanted))}
    # It reads every certificate of the machine, so once and not in the thread that serves.
    asking = _Asking(permits, seconds, await asyncio.to_thread(ssl.create_default_context))

    async def one(text: str, address: str) -> LinkAnswer:
        if why := _left_alone(text, address):
            return LinkAnswer(text, address, asked=False, answers=False, sentence=why)
        if places[address] >= MOST:
            return LinkAnswer(text, address, asked=False, answers=False, sentence=f"Only {MOST} are asked.")
        async with limit:
            return await _answer(text, address, asking)

    texts: dict[str, str] = {}
    for text, address in wanted:
        # Whatever one of its texts says of a link holds for its address.
        texts[address] = f"{texts.get(address, '')} {text}"
    answers = await asyncio.gather(*(one(texts[address], address) for address in places))
    known = {answer.address: answer for answer in answers}
    return tuple(replace(known[address], text=text) for text, address in wanted)


def _left_alone(text: str, address: str) -> str:
    """Why a link is not asked, "" for no reason."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # it is looked at when it is asked for, and may be none
    except ValueError:
        return "Not asked: it is no address."
    if parts.scheme.lower() not in _PORTS:
        return "Not asked: it does not lead to the web."
    if parts.username is not None or parts.password is not None:
        return "Not asked: it holds a name or a password."
    if _ENDS_SOMETHING.search(f"{text} {address}"):
        return "Not asked: it unsubscribes somebody."
    if any(name.lower() in _SIGNED for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        return "Not asked: it is signed for one reader."
    return ""


async def _answer(text: str, address: str, asking: _Asking) -> LinkAnswer:
    try:
        async with asyncio.timeout(asking.seconds):
            status, ends_at = await _followed(address, asking)
    except _NotAskedError as why:
        return LinkAnswer(text, address, asked=False, answers=False, sentence=str(why))
    except TimeoutError:
        said = f"No answer within {asking.seconds:g} seconds."
    except (_NoAnswerError, OSError, ValueError, HTTPException, asyncio.IncompleteReadError) as error:
        said = _said_of(error)
    else:
        moved = f", at {ends_at}" if ends_at != address else ""
        answers = 200 <= status < 300
        said = f"{'Answers' if answers else 'Answers with an error'}: {status}{moved}."
        return LinkAnswer(text, address, True, answers, said, status, ends_at)
    return LinkAnswer(text, address, asked=True, answers=False, sentence=said)


def _said_of(error: Exception) -> str:
    """What has gone wrong, in a sentence for people."""
    match error:
        case _NoAnswerError():
            return str(error)
        case asyncio.IncompleteReadError() | ConnectionResetError() | BrokenPipeError():
            return "It closes the connection without an answer."
        case ConnectionRefusedError():
            return "It refuses the connection."
        case ssl.SSLCertVerificationError():
            return f"Its certificate is not to be trusted: {error.verify_message}."
        case ssl.SSLError():
            return "It does not speak TLS."
        case OSError():
            known = "It cannot be reached from here"
            return f"{known}." if error.errno in _UNREACHABLE else f"{known}: {error.strerror or error}."
    return "Its answer is not HTTP."


async def _followed(address: str, asking: _Asking) -> tuple[int, str]:
    """The status at the end of all redirects, and where that is."""
    for _ in range(_REDIRECTS + 1):
        parts = urlsplit(address)
        found = await _checked(parts, asking.permits)
        status, location = await _head("HEAD", parts, found, asking)
        if status >= 400:  # many servers answer HEAD with whatever they like
            status, location = await _head("GET", parts, found, asking)
        if status not in _MOVED or not location:
            return status, address
        try:
            address = urljoin(address, location)
        except ValueError:
            raise _NoAnswerError("It leads on to what is no address.") from None
        if why := _left_alone("", address):
            raise _NotAskedError(f"It leads on to {address}. {why}")
    raise _NoAnswerError(f"It leads on more than {_REDIRECTS} times.")


async def _checked(parts: SplitResult, permits: Permits) -> list[str]:
    """The IP addresses of the host; every one must be one that may be connected to."""
    host, port = parts.hostname or "", _port(parts)
    loop = asyncio.get_running_loop()
    try:
        known = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise _NoAnswerError(f"There is no host '{host}'.") from None
    addresses = list(dict.fromkeys(str(each[4][0]) for each in known))
    for each in addresses:
        if not permits(each, port):
            raise _NotAskedError(f"Not asked: {host}:{port} is no public address of the web.")
    return addresses


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme.lower()]


async def _head(method: str, parts: SplitResult, addresses: list[str], asking: _Asking) -> tuple[int, str]:
    """Status and ``Location`` of what the server at one of ``addresses`` answers; nothing else is read."""
    host = (parts.hostname or "").encode("idna").decode("ascii")
    reader, writer = await _connected(parts, host, addresses, asking)
    try:
        writer.write(_request(method, parts, host))
        await writer.drain()
        while True:
            head = await _read_head(reader)
            found = _STATUS_LINE.match(head)
            if not found:
                raise _NoAnswerError("Its answer is not HTTP.")
            if not found[1].startswith(b"1"):  # an interim answer comes before the real one
                break
        headers = parse_headers(io.BytesIO(head.partition(b"\n")[2]))
        return int(found[1]), str(headers.get("Location", ""))
    finally:
        writer.transport.abort()  # what else it says, and how it takes its leave, is not waited for


async def _connected(
    parts: SplitResult, host: str, addresses: list[str], asking: _Asking
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the first of ``addresses`` that takes one, each in its share of the time.

    Many a machine has no way to IPv6, and names that have both kinds of addresses give that one first.
    """
    secure = parts.scheme.lower() == "https"
    failure = OSError("it has no address")
    for place, address in enumerate(addresses, 1):
        share = None if place == len(addresses) else asking.seconds / len(addresses)
        try:
            async with asyncio.timeout(share):
                return await asyncio.open_connection(
                    address,
                    _port(parts),
                    ssl=asking.trust if secure else None,
                    server_hostname=host if secure else None,
                    limit=_HEAD,
                )
        except ssl.SSLCertVerificationError:
            raise
        except OSError as error:
            failure = error
    raise failure


async def _read_head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise _NoAnswerError("The head of its answer is too long.") from None


def _request(method: str, parts: SplitResult, host: str) -> bytes:
    """The request; whatever could end a line in it is written as RFC 3986 has it."""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    safe = "".join(
        character if "!" <= character <= "~" else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in target
    )
    shown = f"[{host}]" if ":" in host else host
    place = shown if _port(parts) == _PORTS[parts.scheme.lower()] else f"{shown}:{_port(parts)}"
    lines = [
        f"{method} {safe} HTTP/1.1",
        f"Host: {place}",
        "User-Agent: bbws-templates (link check)",
        "Accept: */*",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii")
