"""The documents of a target, and which formats of each this version writes and reads.

Each document says two things of itself, in members that every format has:

``format``
    its number, which counts for this kind of document alone. It grows only when a reader that does not know
    of the change would go wrong; everything else comes as a further member.
``requires``
    the names of what a reader has to know of besides, so that it may use the document at all; absent when
    there is nothing.

A member that is not known means nothing to its reader, and whoever rewrites the document keeps it.
"""

from __future__ import annotations

from typing import Any, Final

from bbws_templates.faults import DamagedReleaseError, FormatError
from bbws_templates.printing import plain
from bbws_templates.record import record

UPDATE: Final = "Update bbws-templates."


@record(frozen=True)
class DocumentFormat:
    """One kind of document: the number it is written with, those that are read, the requirements known."""

    writes: int
    reads: frozenset[int]
    knows: frozenset[str] = frozenset()

    def head(self, requires: tuple[str, ...] = ()) -> dict[str, Any]:
        """The members that say what a document is."""
        return {"format": self.writes, **({"requires": sorted(requires)} if requires else {})}


_HINTS: Final = (b"\\ud", b"\\uD", b"\xed", b"\x00")
"""One of these is in all bytes out of which a half of a surrogate pair can be read, be they UTF-16 even."""

BUNDLE_FORMAT: Final = DocumentFormat(1, frozenset({1}))
POINTER_FORMAT: Final = DocumentFormat(1, frozenset({1}))
PAGE_FORMAT: Final = DocumentFormat(1, frozenset({1}))
MANIFEST_FORMAT: Final = DocumentFormat(1, frozenset({1}))


def decode_document(data: bytes, known: DocumentFormat, *, what: str) -> dict[str, Any]:
    """The JSON object in ``data``, if it is a document that this version reads.

    Raises:
        DamagedReleaseError: no JSON object, or one that does not say its format.
        FormatError: a format that is not among those read, or a requirement that is not known.
    """
    import json  # like hashlib, not before there is something to read

    members, reason = None, ""
    try:
        members = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        reason = str(error)
    if reason:  # not as its cause: that of bytes which are no UTF-8 is printed with all of them
        raise DamagedReleaseError(f"{_start(what)} is not JSON: {plain(reason)}.")
    if not isinstance(members, dict):
        raise DamagedReleaseError(f"{_start(what)} is not a JSON object.")
    number = members.get("format")
    if type(number) is not int:  # True and 1.0 equal 1 and are no number of a format
        raise DamagedReleaseError(f"{_start(what)} does not say which format it has.")
    if number not in known.reads:
        raise _other_number(number, known, what)
    require_known(members.get("requires", []), known.knows, what=what)
    return members


def require_characters(data: bytes, members: Any, *, what: str) -> None:
    """That all text in ``members``, which were read from ``data``, has a form in UTF-8.

    JSON can write half of a surrogate pair, and no mail, key or header can hold it.

    Raises:
        DamagedReleaseError: there is such a half.
    """
    if not any(hint in data for hint in _HINTS):
        return
    import json

    reason = ""
    try:
        json.dumps(members, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        reason = "holds half of a surrogate pair, which is no character"
    except RecursionError:
        reason = "is nested too deeply"
    if reason:  # not with its cause, as above
        raise DamagedReleaseError(f"{_start(what)} {reason}.")


def require_known(names: Any, known: frozenset[str], *, what: str, use: str = "used") -> None:
    """That a document requires nothing but what is known; ``use`` says what would be done with it otherwise.

    Raises:
        DamagedReleaseError: ``names`` is no list of names.
        FormatError: it has one that is not known.
    """
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DamagedReleaseError(f"{_start(what)} does not say in a usable way what it requires.")
    unknown = [repr(name[:60]) for name in names if name not in known]
    if unknown:
        raise FormatError(
            f"{_start(what)} can be {use} only by a version that knows of {', '.join(unknown[:5])}; "
            "this one does not.",
            remedy=UPDATE,
        )


def _other_number(number: int, known: DocumentFormat, what: str) -> FormatError:
    readable = ", ".join(map(str, sorted(known.reads)))
    older = number < min(known.reads)
    return FormatError(
        f"{_start(what)} has format {str(number)[:20]}; this version reads format {readable}.",
        remedy="Use an earlier version of bbws-templates, or publish the release again." if older else UPDATE,
    )


def _refuse_constant(name: str) -> None:
    """Called for ``NaN`` and the like, which Python reads, and which JSON does not have."""
    raise ValueError(f"it has no {name}")


def _start(what: str) -> str:
    return what[:1].upper() + what[1:]
