"""What a snapshot is: one template with one fixture, at one width, in one variant, drawn by one client."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from app.browser.frames import ColourMode
from app.core.errors import UnknownNameError

CHROMIUM = "chromium"
"""The key of the renderer that every picture is drawn with unless another is asked for."""


class Variant(StrEnum):
    """How a mail client shows the mail.

    ``LIGHT`` and ``DARK`` are the mail as its author wrote it for either scheme. ``FORCED_DARK`` is a client
    that inverts a light mail by itself. The others are approximations of clients (``app.core.clients``).
    """

    LIGHT = "light"
    DARK = "dark"
    FORCED_DARK = "forced-dark"
    IMAGES_OFF = "images-off"
    GMAIL = "gmail"
    OUTLOOK = "outlook"

    @property
    def mode(self) -> ColourMode:
        """The colours in which the browser draws this variant."""
        return {Variant.DARK: ColourMode.DARK, Variant.FORCED_DARK: ColourMode.FORCED}.get(
            self, ColourMode.LIGHT
        )


OF_CLIENTS = (Variant.LIGHT, Variant.DARK)
"""The variants that another renderer than Chromium draws: what a reader's own system asks for."""


@dataclass(frozen=True, order=True)
class Snapshot:
    """The name of one picture; ``width`` is the name of a width in the settings, not its pixels.

    ``client`` is the key of the renderer that draws it (``app.browser.clients``).
    """

    template: str
    fixture: str
    width: str
    variant: Variant
    client: str = CHROMIUM

    @property
    def id(self) -> str:
        """``receipts/receipt/typical/phone-dark``: its name on the command line and the path of its files.

        That of another renderer than Chromium has its key at the end: ``…/phone-dark@webkit``.
        """
        name = f"{self.template}/{self.fixture}/{self.width}-{self.variant}"
        return name if self.client == CHROMIUM else f"{name}@{self.client}"

    @classmethod
    def from_id(cls, text: str) -> Snapshot:
        """The inverse of ``id``.

        Raises:
            ValueError: ``text`` is no such name.
        """
        template, fixture, picture = text.rsplit("/", 2)
        picture, at, client = picture.partition("@")
        width, separator, variant = picture.partition("-")
        if not (template and fixture and width and separator) or (at and client in {"", CHROMIUM}):
            raise ValueError(f"'{text}' is not the name of a snapshot")
        return cls(template, fixture, width, Variant(variant), client or CHROMIUM)

    def matches(self, pattern: str) -> bool:
        """Whether ``pattern`` means this snapshot: its name, a beginning of it up to a ``/``, or a glob.

        A glob that names no client means the pictures of Chromium: ``*/phone-dark`` and ``*/phone-dark@*``.
        """
        return fnmatchcase(self.id, pattern) or f"{self.id}/".startswith(f"{pattern.rstrip('/')}/")


def select(snapshots: Iterable[Snapshot], patterns: Sequence[str]) -> tuple[Snapshot, ...]:
    """Those of ``snapshots`` that any of ``patterns`` means, in order; all of them without patterns.

    Raises:
        UnknownNameError: a pattern that means none of them.
    """
    known = sorted(snapshots)
    if not patterns:
        return tuple(known)
    for pattern in patterns:
        if not any(snapshot.matches(pattern) for snapshot in known):
            raise UnknownNameError("snapshot", pattern, _names(known))
    return tuple(snapshot for snapshot in known if any(snapshot.matches(pattern) for pattern in patterns))


def _names(snapshots: Iterable[Snapshot]) -> tuple[str, ...]:
    """The snapshots and every beginning that means some of them, the shortest first."""
    parts = [snapshot.id.split("/") for snapshot in snapshots]
    names = {"/".join(each[:end]) for each in parts for end in range(1, len(each) + 1)}
    return tuple(sorted(names, key=lambda name: (name.count("/"), name)))
