r"""Lists of addresses as headers have them: parsed by one grammar, or refused.

It is the ``address-list`` of RFC 5322, section 3.4, without what that has for obsolete: mailboxes between
commas, with or without a name, and groups such as ``Team: ann@example.com;``. An address itself is that of
``addresses``. A comment is taken where a name could not be mistaken for it, beside an address or a name.

Python's ``email`` reads more than that, and each version otherwise; whoever sends may read with it. It takes
an unfinished ``<ann@example.com`` for an address, and needs more of its stack for each parenthesis within
another. Versions that read strictly count commas, also those of comments; none of them reads IPv6 literals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from bbws_templates import addresses
from bbws_templates.record import record

_TOKEN: Final = re.compile(
    r'(?P<blank> +)|(?P<quoted>"(?:[^"\\]|\\.)*+")|(?P<literal>\[[^\[\]\\]*\])'
    r'|(?P<text>[^ "(),:;<>@\[\]\\]+)|(?P<sign>[,:;<>@])'
)
_COMMENT_SIGN: Final = re.compile(r"\\.|[()]")
_PLAIN_COMMENT: Final = re.compile(r"[A-Za-z0-9 '-]*")
_ATOM: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")

_Token: TypeAlias = tuple[str, str]
"""Its kind, which of a sign is the sign itself, and its text."""


class _NoListError(Exception):
    """Internal: the text is no list of addresses."""


@record(frozen=True)
class NamedAddress:
    """One address. ``shown`` is the name beside it, "" for none.

    ``name`` is that name as it was written, where it can stand so in any header; else "".
    """

    shown: str
    name: str
    address: str


@record(frozen=True)
class AddressGroup:
    """Mailboxes under a name, perhaps none of them; ``shown`` and ``name`` as for a mailbox."""

    shown: str
    name: str
    members: tuple[NamedAddress, ...]


@record(frozen=True)
class AddressList:
    """What a header of addresses holds; ``is_plain`` says that it can be sent as it was written."""

    entries: tuple[NamedAddress | AddressGroup, ...]
    is_plain: bool


def parse_addresses(text: str) -> AddressList | None:
    """The addresses in ``text``, in time that grows as its length does; None where it is no list of them."""
    reader = _AddressReader()
    try:
        for token in _tokens(text):
            reader.take(token)
        return reader.ended()
    except _NoListError:
        return None


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        if text[at] == "(":
            end = _end_of_comment(text, at)
            yield "comment", text[at + 1 : end - 1]
        else:
            found = _TOKEN.match(text, at)
            if found is None:
                raise _NoListError  # a quotation or literal without end, or what stands in none
            end, kind = found.end(), str(found.lastgroup)
            yield (found[0] if kind == "sign" else kind), found[0]
        at = end


def _end_of_comment(text: str, start: int) -> int:
    depth = 0
    for found in _COMMENT_SIGN.finditer(text, start):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if not depth:
            return found.end()
    raise _NoListError


class _AddressReader:
    """Takes tokens one by one."""

    def __init__(self) -> None:
        self._entries: list[NamedAddress | AddressGroup] = []
        self._members: list[NamedAddress] = []
        self._element: list[_Token] = []
        self._group: tuple[str, str] | None = None
        self._is_plain = True
        self._is_after_comma = False
        self._is_after_group = False

    def take(self, token: _Token) -> None:
        kind, _ = token
        if kind == ",":
            if not self._end_element():
                raise _NoListError
            self._is_after_comma = True
        elif kind == ":":
            self._begin_group()
        elif kind == ";":
            self._end_group()
        else:
            self._element.append(token)

    def ended(self) -> AddressList:
        if self._group is not None:
            raise _NoListError
        self._end_list()
        named = [each for each in self._entries if not isinstance(each, AddressGroup) or each.members]
        # Some readers take a group without members beside others for an address that is missing.
        entries = named or self._entries[:1]
        return AddressList(tuple(entries), self._is_plain and len(entries) == len(self._entries))

    def _end_list(self) -> None:
        if not self._end_element() and self._is_after_comma:
            self._is_plain = False  # readers disagree on a comma at the end
        self._is_after_comma = False

    def _end_element(self) -> bool:
        """Whether there was one."""
        element, self._element = _stripped(self._element, "blank"), []
        is_of_group, self._is_after_group = self._is_after_group, False
        if is_of_group and element:
            raise _NoListError
        if element:
            (self._entries if self._group is None else self._members).append(self._mailbox(element))
        return is_of_group or bool(element)

    def _begin_group(self) -> None:
        if self._group is not None or self._is_after_group:
            raise _NoListError
        self._group, self._element = self._phrase(self._element), []
        self._is_after_comma = False
        if not self._group[0]:
            raise _NoListError

    def _end_group(self) -> None:
        if self._group is None:
            raise _NoListError
        self._end_list()
        self._entries.append(AddressGroup(*self._group, tuple(self._members)))
        self._group, self._members, self._is_after_group = None, [], True

    def _mailbox(self, element: list[_Token]) -> NamedAddress:
        kinds = [kind for kind, _ in element]
        comments = [text for kind, text in element if kind == "comment"]
        if "<" not in kinds:
            if comments and (
                len(comments) > 1 or kinds[-1] != "comment" or not _PLAIN_COMMENT.fullmatch(comments[0])
            ):
                self._is_plain = False
            shown = _unquoted(comments[0]).strip(" ") if comments else ""
            return NamedAddress(shown, "", self._address(_stripped(element, "blank", "comment")))
        self._is_plain = self._is_plain and not comments
        start, end = kinds.index("<"), kinds.index(">") if ">" in kinds else 0
        if _stripped(element[end + 1 :], "blank", "comment") or end < start:
            raise _NoListError
        return NamedAddress(*self._phrase(element[:start]), self._address(element[start + 1 : end]))

    def _address(self, tokens: list[_Token]) -> str:
        inner = _stripped(tokens, "blank")
        bare = "".join(text for _, text in inner)
        parts = addresses.parted(bare)
        if parts is None or any(kind == "comment" for kind, _ in inner):
            raise _NoListError
        address = addresses.written(*parts)
        if address != bare or len(inner) != len(tokens):
            self._is_plain = False
        return address

    def _phrase(self, tokens: list[_Token]) -> tuple[str, str]:
        """A name as it is shown, and as it was written if that is in the words of the standard."""
        words = _stripped([token for token in tokens if token[0] != "comment"], "blank")
        if any(kind not in ("blank", "quoted", "text") for kind, _ in words):
            raise _NoListError
        shown = "".join(_unquoted(text[1:-1]) if kind == "quoted" else text for kind, text in words)
        written = "".join(text for _, text in words)
        is_standard = written.isascii() and all(
            kind != "text" or _ATOM.fullmatch(text) for kind, text in words
        )
        has_comment = any(kind == "comment" for kind, _ in tokens)
        self._is_plain = self._is_plain and is_standard and not has_comment
        return shown, written if is_standard else ""


def _stripped(tokens: list[_Token], *kinds: str) -> list[_Token]:
    """``tokens`` without those of ``kinds`` at either end."""
    start, end = 0, len(tokens)
    while start < end and tokens[start][0] in kinds:
        start += 1
    while start < end and tokens[end - 1][0] in kinds:
        end -= 1
    return tokens[start:end]


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
