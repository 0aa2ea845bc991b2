"""The active pointer, ``current.json``: which release a target serves, since when, by whom and why.

The pointer carries its own recent history, so that an activation and the record of it are one write: neither
can exist without the other, whenever a publisher is killed. Order is by ``sequence``, never by the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bbws_templates.bundle import FORMAT, decode_document
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.faults import DamagedReleaseError
from bbws_templates.layout import check_release_id
from bbws_templates.record import record

PAGE: Final = 32
"""How many activations go into one archived page of the history."""


@record(frozen=True)
class Activation:
    """One change of the active release.

    ``sequence`` counts from 1. ``manifest`` is the digest of the release's manifest. ``action`` is publish,
    promote or rollback; ``at`` the publisher's clock (ISO 8601, UTC), ``actor`` who, ``message`` why.
    """

    sequence: int
    release: str
    manifest: Digest
    action: str
    at: str
    actor: str
    message: str

    def members(self) -> dict[str, Any]:
        """The activation as JSON."""
        return {
            "sequence": self.sequence,
            "release": self.release,
            "manifest": str(self.manifest),
            "action": self.action,
            "at": self.at,
            "actor": self.actor,
            "message": self.message,
        }


@record(frozen=True)
class Pointer:
    """The active release and how it came to be.

    ``history`` holds earlier activations, oldest first; those before it are in the page named ``archive``
    ("" for none). ``settled`` says that the stable keys hold this release: an activation clears it, and the
    publisher sets it when the last of them is written. ``pruning`` names who is deleting old releases at this
    moment, "" for nobody; ``prunes`` counts how often that was begun.
    """

    active: Activation
    history: tuple[Activation, ...] = ()
    archive: str = ""
    settled: bool = False
    pruning: str = ""
    prunes: int = 0

    @property
    def release(self) -> str:
        """The id of the active release."""
        return self.active.release

    @property
    def previous(self) -> str:
        """The id of the release before it, "" for none."""
        return self.history[-1].release if self.history else ""

    def follow(self, activation: Activation) -> Pointer:
        """The pointer after ``activation``, its stable keys not yet written."""
        from dataclasses import replace  # publishers may wait for it, Lambdas need not

        return replace(self, active=activation, history=(*self.history, self.active), settled=False)

    def to_bytes(self) -> bytes:
        """The content of ``current.json``."""
        members = {
            "format": FORMAT,
            **self.active.members(),
            "previous": self.previous,
            "settled": self.settled,
            "pruning": self.pruning,
            "prunes": self.prunes,
            "archive": self.archive,
            "history": [activation.members() for activation in self.history],
        }
        return canonical_json(members)


def parse_pointer(data: bytes) -> Pointer:
    """The pointer in ``data``.

    Raises:
        DamagedReleaseError: it is none, or of a format that this version does not read.
    """
    members = decode_document(data, what="the pointer current.json")
    history, prunes = members.get("history", []), members.get("prunes", 0)
    if not isinstance(history, list) or type(prunes) is not int:
        raise DamagedReleaseError("The pointer current.json has no usable history.")
    return Pointer(
        active=parse_activation(members),
        history=tuple(parse_activation(entry) for entry in history),
        archive=_string(members, "archive"),
        settled=members.get("settled") is True,
        pruning=_string(members, "pruning"),
        prunes=prunes,
    )


def parse_activation(members: Any) -> Activation:
    """One activation from its JSON.

    Raises:
        DamagedReleaseError: a member is missing or of another type.
    """
    if not isinstance(members, dict) or type(members.get("sequence")) is not int:
        raise DamagedReleaseError("An entry of the activation history is damaged.")
    return Activation(
        sequence=members["sequence"],
        release=check_release_id(_string(members, "release")),
        manifest=Digest.parse(_string(members, "manifest")),
        action=_string(members, "action"),
        at=_string(members, "at"),
        actor=_string(members, "actor"),
        message=_string(members, "message"),
    )


def _string(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name, "")
    if not isinstance(value, str):
        raise DamagedReleaseError(f"The pointer current.json has no usable {name}.")
    return value
