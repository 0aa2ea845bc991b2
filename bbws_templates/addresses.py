r"""What is an address that mail can be sent to: one grammar for contracts, metadata and messages.

It is the ``Mailbox`` of RFC 5321, section 4.1.2: before the @ words joined by dots, or text in quotes; after
it a domain, or an address literal in brackets. Before the @ it is ASCII: Amazon SES, as many servers, does
not speak SMTPUTF8 (RFC 6531). A domain beyond ASCII is taken and sent in its ``xn--`` form (RFC 3490), unless
that form would be another domain than the one that its owner registered: IDNA 2003 turns ``ß`` into ``ss``
and drops joiners, IDNA 2008 (RFC 5891) does not. Nothing before the @ looks like an encoded word: RFC 2047
has none in an address, and yet some read one there, as Python's ``email`` does, and find another address.

Regular expressions are compiled on first use, as in ``contract.formats``.
"""

from __future__ import annotations

import re
from functools import cache

_LONGEST_LOCAL_PART = 64
_LONGEST_DOMAIN = 253
_LONGEST_ADDRESS = 254  # RFC 5321, section 4.5.3.1.3, without the angle brackets
_DOTS = "[.\u3002\uff0e\uff61]"  # RFC 3490, section 3.1
_DEVIATIONS = "[\u00df\u1e9e\u03c2\u200c\u200d]"  # UTS 46, section 1.3, and the capital of ß

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_STRING = rf"{_ATOM}(?:\.{_ATOM})*"
_QUOTED_STRING = r'"(?:[ !#-\[\]-~]|\\[ -~])+"'
_LOCAL_PART = f"{_DOT_STRING}|{_QUOTED_STRING}"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})*"
_IPV4 = r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"


def is_address(text: str) -> bool:
    """Whether ``text`` is one address, without a display name and without blanks around it."""
    return parted(text) is not None


def parted(text: str) -> tuple[str, str] | None:
    """What stands before the @, without quotes, and the domain in ASCII; None for what is no address."""
    local, at, domain = text.rpartition("@")
    if not at or len(local) > _LONGEST_LOCAL_PART or len(domain) > _LONGEST_DOMAIN:
        return None
    if "=?" in local or not _compiled(_LOCAL_PART).fullmatch(local):
        return None
    ascii_domain = _ascii_domain(domain)
    if not ascii_domain or len(local) + 1 + len(ascii_domain) > _LONGEST_ADDRESS:
        return None
    return (re.sub(r"\\(.)", r"\1", local[1:-1]) if local[0] == '"' else local), ascii_domain


def written(local: str, ascii_domain: str) -> str:
    """The address of two parts as ``parted`` gives them, with quotes where they are needed."""
    if not _compiled(_DOT_STRING).fullmatch(local):
        local = '"' + re.sub(r'(["\\])', r"\\\1", local) + '"'
    return f"{local}@{ascii_domain}"


def is_ipv6(text: str) -> bool:
    """RFC 4291, section 2.2, without a zone."""
    if "%" in text:
        return False
    import ipaddress  # Costs milliseconds, and bracketed addresses hardly ever occur.

    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _ascii_domain(domain: str) -> str:
    """A domain or an address literal in ASCII; "" for what is neither."""
    if domain.startswith("[") and domain.endswith("]"):
        literal = domain[1:-1]
        known = is_ipv6(literal[5:]) if literal.startswith("IPv6:") else _compiled(_IPV4).fullmatch(literal)
        return domain if known else ""
    if not domain.isascii():
        labels = len(re.split(_DOTS, domain))
        if re.search(_DEVIATIONS, domain):
            return ""
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
        if domain.count(".") + 1 != labels:
            return ""  # a sign that turned into a dot would make another domain of it
    fits = len(domain) <= _LONGEST_DOMAIN and _compiled(_DOMAIN).fullmatch(domain)
    return domain if fits else ""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
