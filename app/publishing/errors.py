"""Errors of publishing; the base and the tree are in ``bbws_templates.errors``, stores' in ``….faults``.

::

    BbwsTemplatesError
    ├── RefusedError                  asked for, understood, and not done
    │   ├── ConflictError             somebody else changed the target meanwhile
    │   ├── OccupiedError             something lies where the emails of a release belong
    │   └── BreakingChangeError       callers' data would be refused by the new contracts
    ├── UnknownReleaseError           no such release in the target
    └── StoreError
        ├── UnversionedBucketError    a bucket that does not keep old versions
        ├── TooLateError              the time in which something might be done is over
        └── NoThreadError             the machine lets no further thread begin
"""

from __future__ import annotations

from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import StoreError


class RefusedError(BbwsTemplatesError):
    """A request that is understood and must not be carried out."""

    code = "refused"


class ConflictError(RefusedError):
    """Somebody else changed the target between reading and writing; says what was activated."""

    code = "conflict"


class OccupiedError(RefusedError):
    """Where the emails of a release belong lies what is somebody else's, or what none can be written over."""

    code = "occupied"


class BreakingChangeError(RefusedError):
    """Contracts changed so that data which callers send today would be refused."""

    code = "breaking-change"


class UnknownReleaseError(BbwsTemplatesError):
    """A release that the target does not have, or an abbreviation of several."""

    code = "unknown-release"


class TooLateError(StoreError):
    """The time in which something might be begun was over before it was."""

    code = "store-too-late"


class UnversionedBucketError(StoreError):
    """A bucket without versioning: an overwritten stable key could not be had back."""

    code = "store-unversioned"


class NoThreadError(StoreError):
    """A request takes a thread that ends it in time, and the machine has none to spare; nothing was asked."""

    code = "store-no-thread"
