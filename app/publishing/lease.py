"""The right to delete, which one prune has at a time, and what becomes of it when that prune dies.

A prune writes a lease into the pointer, by compare-and-swap: a token of its own, who it is, and the moment up
to which it may go on. It renews the lease while it works and reads it again before each batch of deletions.
While it lasts no other prune begins, and nobody activates a release, a file of which might just be deleted.

A lease is free when its time is over, when its process has ended (known on the same machine only), or when
somebody who knows better takes it over. Its time is told by the clock of the store, where that has one: the
end is written by the latest that this may be, and is over by the earliest (``ClockOffset``). Its holder
counts by its own how much is left, and stops ``SKEW`` before others see the end: that much may the clocks of
two machines differ, as far as a store has not told of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from app.publishing.catalogue import Catalogue, Standing
from app.publishing.clock import Clock, ClockOffset, SteadyClock, iso, parse_iso, utc_now
from app.publishing.conflicts import (
    NOTHING_ACTIVATED,
    conflict_with,
    pointer_gone,
    refused_falsely,
    same_ground,
)
from app.publishing.errors import ConflictError
from app.publishing.processes import has_ended, this_process
from app.publishing.store import Tries, put_for_certain
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import DamagedReleaseError, StoreError
from bbws_templates.layout import POINTER
from bbws_templates.pointer import Lease, Pointer

LEASE: Final = timedelta(minutes=15)
"""How long a prune is taken to be alive after it was last heard of."""

SKEW: Final = timedelta(minutes=5)
"""How much two clocks may differ: of machines that share a directory, or after what a server has told."""

_MARGIN: Final = timedelta(minutes=3)
"""What is left of a lease when the last deletion begins: longer than all the tries of a request take."""

_ROUNDS: Final = 24
_REFUSALS: Final = 3

_held: set[str] = set()
"""The tokens of those prunes that are under way in this very process."""


def is_free(pointer: Pointer, now: datetime) -> bool:
    """Whether nobody is deleting any more: no mark, or one whose time is over or whose process has ended."""
    if not pointer.pruning:
        return True
    lease = pointer.lease
    if lease is None:
        return False  # the mark of an earlier version, which gave no time
    until = parse_iso(lease.until)
    if until and now >= until:
        return True
    if lease.process and lease.process == this_process():
        return lease.token not in _held
    return has_ended(lease.process)


def refuse_while_pruning(catalogue: Catalogue, standing: Standing | None, clock: Clock = utc_now) -> None:
    """That nobody is deleting releases, one of which might be about to be activated.

    Raises:
        ConflictError: somebody is; says who, and until when at the latest.
    """
    if standing and not is_free(standing.pointer, clock() + catalogue.store.ahead.least):
        lease = standing.pointer.lease
        until = f", until {lease.until} unless it takes longer" if lease else ""
        raise ConflictError(
            f"{standing.pointer.pruning} is pruning {catalogue.store.target}{until}.",
            remedy="Wait for it to end. If it is known to have died, "
            "`bbws-templates prune --take-over` goes on where it stopped.",
        )


def hindrance(catalogue: Catalogue, standing: Standing | None) -> str:
    """Why nothing can be activated just now, whatever it is; "" if it can.

    That is a prune under way, or a target that asks more of those who change it than this version knows.
    """
    try:
        if standing:
            standing.pointer.require_writable()
        refuse_while_pruning(catalogue, standing)
    except (ConflictError, DamagedReleaseError) as error:
        return str(error)
    return ""


def lift_dead_mark(
    catalogue: Catalogue, standing: Standing | None, clock: Clock = utc_now
) -> Standing | None:
    """``standing``, without the mark of a prune that died: what it left undone is left to the next one.

    Raises:
        ConflictError: a prune is under way, or somebody has activated another release since.
    """
    if standing is None or not standing.pointer.pruning:
        return standing

    def lift(current: Standing) -> Pointer:
        refuse_while_pruning(catalogue, current, clock)
        if not same_ground(current.pointer, standing.pointer):
            raise conflict_with(catalogue, current, standing)
        half = current.pointer.half_pruned or bool(current.pointer.pruning)
        return replace(current.pointer, pruning="", lease=None, half_pruned=half)

    return move_pointer(catalogue, standing, lift)


def move_pointer(catalogue: Catalogue, standing: Standing, change: Callable[[Standing], Pointer]) -> Standing:
    """Replace the pointer by what ``change`` makes of it, and if it has moved, of what it has become.

    Raises:
        ConflictError: it has gone, or others keep moving it; or whatever ``change`` raises.
        StoreError: the store refuses it for no reason.
    """
    refusals = 0
    for _ in range(_ROUNDS):
        pointer = change(standing)
        etag = put_for_certain(catalogue.store, POINTER, pointer.to_bytes(), if_match=standing.etag)
        if etag is not None:
            return Standing(pointer, etag)
        current = catalogue.standing()
        if current is None:
            raise pointer_gone(catalogue)
        refusals = refusals + 1 if current.etag == standing.etag else 0
        if refusals == _REFUSALS:
            raise refused_falsely(catalogue, POINTER, standing.etag, done=NOTHING_ACTIVATED)
        standing = current
    raise ConflictError(f"Others keep changing {catalogue.store.target}.", remedy="Try again.")


def _is_held_by(token: str, standing: Standing) -> bool:
    """Whether the lease in the pointer is that of ``token``."""
    return standing.pointer.lease is not None and standing.pointer.lease.token == token


def _withdraw(catalogue: Catalogue, token: str) -> None:
    """Lift the mark of a prune that has not begun, if it was written although nobody has heard so.

    Raises:
        BbwsTemplatesError: that cannot be known, or somebody else's has taken its place.
    """

    def lift(current: Standing) -> Pointer:
        if not _is_held_by(token, current):
            raise ConflictError(
                f"The mark in {catalogue.store.target} is not, or no more, that of this prune."
            )
        return replace(current.pointer, pruning="", lease=None)

    standing = catalogue.standing()
    if standing and _is_held_by(token, standing):
        move_pointer(catalogue, standing, lift)


class PruneLease:
    """The lease of one prune, held."""

    def __init__(
        self, catalogue: Catalogue, standing: Standing, until: datetime, clock: Clock, ahead: ClockOffset
    ) -> None:
        self._catalogue = catalogue
        self._standing = standing
        self._until = until
        self._clock = clock
        # As it was then: should this machine be set right meanwhile, ``SteadyClock`` does not take part.
        self._ahead = ahead
        self.tries = Tries(self.has_time)
        """Those of what is deleted under this lease; when it is given up, no further one begins."""
        self.left_until = ""
        """When it has ended and was not given back: the moment up to which others take it to be alive."""

    @classmethod
    @contextmanager
    def taken(
        cls, catalogue: Catalogue, actor: str, *, take_over: bool = False, clock: Clock | None = None
    ) -> Iterator[PruneLease]:
        """Take the lease, and give it back at the end, also if the work fails.

        With ``take_over``, also one whose holder seems to be alive. While a deletion may yet be carried out,
        it is left as by one that was killed.

        Raises:
            StoreError: nothing has ever been published.
            ConflictError: somebody else is pruning, or has taken the lease over.
        """
        clock = clock or SteadyClock()
        standing = catalogue.standing()
        if standing is None:
            raise StoreError(f"Nothing has been published to {catalogue.store.target} yet.")
        token = secrets.token_hex(16)
        _held.add(token)
        try:
            try:
                lease = cls._take(catalogue, standing, token, actor, take_over=take_over, clock=clock)
            except BaseException:
                with suppress(BbwsTemplatesError):
                    _withdraw(catalogue, token)
                raise
            try:
                yield lease
            except BaseException:
                if lease.tries.end():
                    with suppress(BbwsTemplatesError):
                        lease._give_back(ended=False)
                raise
            if lease.tries.end():
                lease._give_back(ended=True)
            else:
                lease._leave()
        finally:
            _held.discard(token)

    @classmethod
    def _take(
        cls,
        catalogue: Catalogue,
        standing: Standing,
        token: str,
        actor: str,
        *,
        take_over: bool,
        clock: Clock,
    ) -> PruneLease:
        ahead = catalogue.store.ahead
        began = clock()
        until = began + LEASE

        def mark(current: Standing) -> Pointer:
            if _is_held_by(token, current):
                return current.pointer  # our own write: its answer was lost, and somebody settled it since
            if not take_over:
                refuse_while_pruning(catalogue, current, clock)
            return replace(
                current.pointer,
                pruning=f"{actor} (since {iso(began + ahead.least)})",
                prunes=current.pointer.prunes + 1,
                lease=Lease(token, iso(until + ahead.most), this_process()),
                half_pruned=current.pointer.half_pruned or bool(current.pointer.pruning),
            )

        return cls(catalogue, move_pointer(catalogue, standing, mark), until, clock, ahead)

    @property
    def release(self) -> str:
        """The id of the active release; nobody activates another while the lease is held."""
        return self._standing.pointer.release

    def has_time(self) -> bool:
        """Whether there is time to begin a deletion; by this machine's own clock, which set the lease."""
        return self._clock() < self._until - SKEW - _MARGIN

    def check(self) -> None:
        """Read the lease again, and renew it when a quarter of its time is over: half of what it may use.

        Raises:
            ConflictError: somebody has taken it over; nothing more may be deleted.
        """
        current = self._catalogue.standing()
        if current is None:
            raise pointer_gone(self._catalogue)
        self._require_ours(current)
        self._standing = current
        until = self._clock() + LEASE
        if until - self._until > LEASE / 4 or not self.has_time():
            self._standing = move_pointer(self._catalogue, current, lambda now: self._renewed(now, until))
            self._until = until

    def _renewed(self, current: Standing, until: datetime) -> Pointer:
        lease = self._require_ours(current)
        return replace(current.pointer, lease=replace(lease, until=iso(until + self._ahead.most)))

    def _require_ours(self, current: Standing) -> Lease:
        lease, ours = current.pointer.lease, self._standing.pointer.lease
        if (
            lease is None
            or ours is None
            or lease.token != ours.token
            or current.pointer.release != self.release
        ):
            by = current.pointer.pruning or "Somebody who took this one for dead"
            raise ConflictError(
                f"{by} has taken over the pruning of {self._catalogue.store.target}.",
                remedy="Nothing more was deleted. If a release was activated since, look at it with "
                "`bbws-templates verify`. Prune again when that one has ended.",
            )
        return lease

    def _leave(self) -> None:
        """Have it end by itself: until then, nobody relies on what may yet be deleted."""
        current = self._catalogue.standing()
        if current is None:
            raise pointer_gone(self._catalogue)
        self.left_until = self._require_ours(current).until

    def _give_back(self, *, ended: bool) -> None:
        def lift(current: Standing) -> Pointer:
            now, ours = current.pointer, self._standing.pointer
            if ended and now.prunes == ours.prunes and not (now.pruning or now.half_pruned):
                return (
                    now  # our own write: its answer was lost; another's hand would have left it half pruned
                )
            self._require_ours(current)
            return replace(now, pruning="", lease=None, half_pruned=not ended)

        move_pointer(self._catalogue, self._standing, lift)
