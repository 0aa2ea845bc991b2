"""What can be wrong with a release or with the place it is read from.

::

    BbwsTemplatesError
    ├── DamagedReleaseError       bytes that are not what their digest says, or not a release at all
    │   ├── FormatError           a document that another version of this product has written for its like
    │   └── UnfitObjectError      one object that can be none of ours: longer than any, or no file
    ├── UnknownTemplateError      the release has no template of that name; carries the nearest names
    ├── TargetError               a target that cannot be understood
    ├── SettingError              a client set to what it cannot be set to
    ├── MetricsError              metrics of no environment, or under a name that CloudWatch does not take
    └── StoreError                the place a release is read from or written to fails
        ├── MissingBucketError    there is no such bucket, or no such directory
        ├── CredentialsError      none, expired or wrong
        ├── DeniedError           known, but not allowed
        ├── UnreachableError      no answer, or none in time
        │   └── StrangeAnswerError  an answer, but none of S3
        └── UnavailableError      no release can be had from anywhere: not the target, memory or fallback
"""

from __future__ import annotations

from collections.abc import Iterable

from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.json_values import shape
from bbws_templates.printing import plain

_LONGEST_NAME = 200


class DamagedReleaseError(BbwsTemplatesError):
    """A release, or a part of one, that must not be used: its bytes are not what they are said to be."""

    code = "release-damaged"


class FormatError(DamagedReleaseError):
    """A document of a format, or with a requirement, that this version does not know.

    Nothing is damaged: a reader falls back as it does from a release that is, and a writer leaves it alone.
    """

    code = "release-format"


class UnfitObjectError(DamagedReleaseError):
    """What lies at one key can be none of ours: it is longer than anything there, or it is no file.

    The store is well, and says so itself. ``what`` is that alone, without the place. ``etag`` is what a write
    over it demands, "" where none can be done; ``size`` in bytes, 0 where there is none.
    """

    code = "object-unfit"

    def __init__(self, where: str, what: str, *, etag: str = "", size: int = 0) -> None:
        super().__init__(
            f"{where}: {what}.",
            remedy="Restore what belongs there, or move it away; `bbws-templates verify` says what mends it.",
        )
        self.what = what
        self.etag = etag
        self.size = size


class UnknownTemplateError(BbwsTemplatesError):
    """A template that the release does not have; ``nearest`` holds the closest names, best first."""

    code = "unknown-template"

    def __init__(self, name: object, known: Iterable[str], *, release: str) -> None:
        import difflib

        names = tuple(known)
        if not isinstance(name, str):
            self.nearest: tuple[str, ...] = ()
            super().__init__(
                f"Release {release[:12]} has no template whose name is {shape(name)}.",
                remedy=f"A name is text, such as {plain(min(names, default='category/name'))}.",
            )
            return
        name = str.__str__(name)  # of an enumeration, which prints its own
        # Whoever sends may take the name from a message; the search takes the square of its length.
        self.nearest = tuple(difflib.get_close_matches(name[:_LONGEST_NAME], names, n=3, cutoff=0.4))
        close = f"Did you mean {' or '.join(self.nearest)}?" if self.nearest else ""
        super().__init__(
            f"Release {release[:12]} has no template named '{plain(name)}'.",
            remedy=close or f"It has: {plain(', '.join(sorted(names)) or 'none', 1_000)}.",
        )


class TargetError(BbwsTemplatesError):
    """A target that is neither ``s3://bucket/prefix`` nor ``file:///directory`` nor a known name."""

    code = "target"


class SettingError(BbwsTemplatesError, ValueError):
    """A client, or one of its methods, set to what it cannot be set to: of another type, or out of range."""

    code = "setting"


class MetricsError(BbwsTemplatesError):
    """Metrics of no environment, or under a name that CloudWatch does not take."""

    code = "metrics"


class StoreError(BbwsTemplatesError):
    """The place a release is read from or written to fails."""

    code = "store"


class MissingBucketError(StoreError):
    """The bucket or directory does not exist."""

    code = "store-missing"


class CredentialsError(StoreError):
    """No credentials, expired ones or wrong ones."""

    code = "store-credentials"


class DeniedError(StoreError):
    """The credentials are good and the action is not allowed."""

    code = "store-denied"


class UnreachableError(StoreError):
    """The store gives no answer, not in time, or one that breaks off."""

    code = "store-unreachable"


class StrangeAnswerError(UnreachableError):
    """Something answers in place of the store: a page to log in, a gateway, a proxy."""

    code = "store-strange"


class UnavailableError(StoreError):
    """No release can be had: not from the target, not from memory, not from the deployment."""

    code = "release-unavailable"
