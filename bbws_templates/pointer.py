"""The active pointer, ``current.json``: which release a target serves, since when, by whom and why.

The pointer carries its own recent history, so that an activation and the record of it are one write: neither
can exist without the other, whenever a publisher is killed. Order is by ``sequence``, never by the clock.

It is the one document that is rewritten, and perhaps by an older version than wrote it last: members that
this version does not know are facts of the target and stay as they are, in an entry of the history as well.
What a later version wants to say of one activation stands in its ``details``, which go with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from bbws_templates.digests import Digest, canonical_json
from bbws_templates.documents import POINTER_FORMAT, decode_document, require_known
from bbws_templates.faults import DamagedReleaseError
from bbws_templates.layout import POINTER, check_release_id
from bbws_templates.record import record

PAGE: Final = 32
"""How many activations go into one archived page of the history."""

WRITERS_REQUIRE: Final = "writersRequire"
"""The member of a pointer that names what whoever changes its target has to know of; readers need not."""

WRITERS_KNOW: Final[frozenset[str]] = frozenset()
"""What this version knows of what a pointer may require of those who change its target."""

_UNCOUNTABLE: Final = 2**53
"""More than that JSON does not carry everywhere (RFC 8259, section 6)."""

_EDITED: Final = f"Restore an earlier version of {POINTER}, from before somebody else edited it."

_ACTIVATION: Final = frozenset(
    {"sequence", "release", "manifest", "action", "at", "actor", "message", "details"}
)
_LEASE: Final = frozenset({"token", "until", "process"})
_MEMBERS: Final = _ACTIVATION | {
    *("format", "previous", "settled", "archive", "history"),
    *("pruning", "prunes", "lease", "halfPruned"),
}


@record(frozen=True)
class Activation:
    """One change of the active release.

    ``sequence`` counts from 1. ``manifest`` is the digest of the release's manifest. ``action`` is publish,
    promote or rollback; ``at`` the publisher's clock (ISO 8601, UTC), ``actor`` who, ``message`` why.
    ``details`` and ``further`` are what other versions say of it, None for nothing.
    """

    sequence: int
    release: str
    manifest: Digest
    action: str
    at: str
    actor: str
    message: str
    details: Mapping[str, Any] | None = None
    further: Mapping[str, Any] | None = None

    def members(self) -> dict[str, Any]:
        """The activation as JSON."""
        return {
            **(self.further or {}),
            **({"details": self.details} if self.details else {}),
            "sequence": self.sequence,
            "release": self.release,
            "manifest": str(self.manifest),
            "action": self.action,
            "at": self.at,
            "actor": self.actor,
            "message": self.message,
        }


@record(frozen=True)
class Lease:
    """The right of one prune to delete, which ends with ``until`` (ISO 8601, UTC) unless it is renewed.

    ``token`` is that prune's alone. ``process`` tells those on the same machine whether it is still running.
    """

    token: str
    until: str
    process: str
    further: Mapping[str, Any] | None = None

    def members(self) -> dict[str, Any]:
        """The lease as JSON."""
        return {**(self.further or {}), "token": self.token, "until": self.until, "process": self.process}


@record(frozen=True)
class Pointer:
    """The active release and how it came to be.

    ``history`` holds earlier activations, oldest first; those before it are in the page named ``archive``
    ("" for none). ``settled`` says that the stable keys hold this release: an activation clears it, and the
    publisher sets it when the last of them is written. ``pruning`` names who is deleting old releases at this
    moment, "" for nobody, and ``lease`` says for how long; ``prunes`` counts how often that was begun.
    ``half_pruned`` says that a prune was cut off and that none has ended since. ``earlier`` is the release
    before the active one where no entry of ``history`` names it any more. ``further`` holds members that this
    version does not know.
    """

    active: Activation
    history: tuple[Activation, ...] = ()
    archive: str = ""
    settled: bool = False
    pruning: str = ""
    prunes: int = 0
    lease: Lease | None = None
    half_pruned: bool = False
    further: Mapping[str, Any] | None = None
    earlier: str = ""

    @property
    def release(self) -> str:
        """The id of the active release."""
        return self.active.release

    @property
    def previous(self) -> str:
        """The id of the release before it, "" for none: whoever cannot have the active one turns to it.

        That is another one, also where the active one was activated again, as by a repair.
        """
        return _before(self.release, (entry.release for entry in self.history), self.earlier)

    def follow(self, activation: Activation) -> Pointer:
        """The pointer after ``activation``, its stable keys not yet written."""
        from dataclasses import replace  # publishers may wait for it, Lambdas need not

        return replace(self, active=activation, history=(*self.history, self.active), settled=False)

    def require_writable(self) -> None:
        """That this version knows all that whoever changes the target has to heed.

        Raises:
            FormatError: it does not.
        """
        names = (self.further or {}).get(WRITERS_REQUIRE, [])
        require_known(names, WRITERS_KNOW, what="the target", use="changed")

    def to_bytes(self) -> bytes:
        """The content of ``current.json``.

        Raises:
            FormatError: as ``require_writable``.
            DamagedReleaseError: it holds what cannot be written, or counts further than can be read.
        """
        self.require_writable()
        for name, count in (("sequence", self.active.sequence), ("prunes", self.prunes)):
            if not _counts(count):
                raise DamagedReleaseError(
                    f"The pointer {POINTER} cannot be written: '{name}' is at its end, and nobody reads a "
                    "higher number.",
                    remedy=_EDITED,
                )
        members = {
            **(self.further or {}),
            **POINTER_FORMAT.head(),
            **self.active.members(),
            "previous": self.previous,
            "settled": self.settled,
            "pruning": self.pruning,
            "prunes": self.prunes,
            "lease": self.lease.members() if self.lease else None,
            "halfPruned": self.half_pruned,
            "archive": self.archive,
            "history": [activation.members() for activation in self.history],
        }
        try:
            return canonical_json(members)
        except DamagedReleaseError as error:
            raise DamagedReleaseError(
                f"The pointer {POINTER} cannot be written with all that it holds: {error.message}",
                remedy=_EDITED,
            ) from None


@record(frozen=True)
class Direction:
    """Where a pointer leads those who only read: to ``release``, and to ``previous``, "" for none."""

    release: str
    previous: str = ""


def parse_direction(data: bytes) -> Direction:
    """Where the pointer in ``data`` leads, whatever else in it is damaged: no mail is made of that.

    Raises:
        DamagedReleaseError: it does not say which release is active.
        FormatError: it is one that this version does not read.
    """
    return _direction(_decoded(data))


def _direction(members: Mapping[str, Any]) -> Direction:
    release, history = check_release_id(_string(members, "release")), members.get("history")
    entries = history if isinstance(history, list) else []
    named = [_release_id(entry.get("release")) for entry in entries if isinstance(entry, dict)]
    return Direction(release, _before(release, named, _release_id(members.get("previous"))))


def _decoded(data: bytes) -> dict[str, Any]:
    return decode_document(data, POINTER_FORMAT, what="the pointer current.json")


def parse_pointer(data: bytes) -> Pointer:
    """The whole pointer in ``data``, for those who change it or vouch for it.

    Raises:
        DamagedReleaseError: it is none, or a part of it is damaged.
        FormatError: it is one that this version does not read.
    """
    members = _decoded(data)
    history, prunes = members.get("history", []), members.get("prunes", 0)
    if not isinstance(history, list) or not _counts(prunes):
        raise DamagedReleaseError("The pointer current.json has no usable history.")
    return Pointer(
        active=parse_activation({name: value for name, value in members.items() if name in _ACTIVATION}),
        history=tuple(parse_activation(entry) for entry in history),
        archive=_string(members, "archive"),
        settled=members.get("settled") is True,
        pruning=_string(members, "pruning"),
        prunes=prunes,
        lease=_lease(members.get("lease")),
        half_pruned=members.get("halfPruned") is True,
        further=_further(members, _MEMBERS),
        earlier=_release_id(members.get("previous")),
    )


def parse_activation(members: Any) -> Activation:
    """One activation from its JSON.

    Raises:
        DamagedReleaseError: a member is missing or of another type.
    """
    if not isinstance(members, dict) or not _counts(members.get("sequence")):
        raise DamagedReleaseError("An entry of the activation history is damaged.")
    return Activation(
        sequence=members["sequence"],
        release=check_release_id(_string(members, "release")),
        manifest=Digest.parse(_string(members, "manifest")),
        action=_string(members, "action"),
        at=_string(members, "at"),
        actor=_string(members, "actor"),
        message=_string(members, "message"),
        details=_details(members),
        further=_further(members, _ACTIVATION),
    )


def _release_id(value: Any) -> str:
    """``value`` if it is the id of a release, else "": who reads one does without the release before."""
    try:
        return check_release_id(value) if isinstance(value, str) else ""
    except DamagedReleaseError:
        return ""


def _before(release: str, history: Iterable[str], earlier: str) -> str:
    """The newest of ``history``, oldest first, that is another one than ``release``; else ``earlier``."""
    others = (named for named in reversed([*history]) if named and named != release)
    return next(others, earlier if earlier != release else "")


def _counts(value: Any) -> bool:
    """Whether it is a number to go on from: Python reads some that it cannot write when they are one more."""
    return type(value) is int and 0 <= value < _UNCOUNTABLE


def _details(members: Mapping[str, Any]) -> Mapping[str, Any] | None:
    details = members.get("details", {})
    if not isinstance(details, dict):
        raise DamagedReleaseError("An entry of the activation history has no usable details.")
    return details or None


def _further(members: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any] | None:
    return {name: value for name, value in members.items() if name not in known} or None


def _lease(value: Any) -> Lease | None:
    """A lease as it was written; of one that is damaged nobody can say whose it is, or until when."""
    members = value if isinstance(value, dict) else {}
    token, until, process = (members.get(name) for name in ("token", "until", "process"))
    if not (isinstance(token, str) and isinstance(until, str) and isinstance(process, str)):
        return None
    return Lease(token, until, process, _further(members, _LEASE))


def _string(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name, "")
    if not isinstance(value, str):
        raise DamagedReleaseError(f"The pointer current.json has no usable {name}.")
    return value
