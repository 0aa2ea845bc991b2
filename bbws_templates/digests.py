"""SHA-256 digests as values of their own, and the one byte form of JSON that they are taken of."""

from __future__ import annotations

import re
from typing import Any, Final

from bbws_templates.faults import DamagedReleaseError
from bbws_templates.record import record

ALGORITHM: Final = "sha256"
_HEX = re.compile(r"[0-9a-f]{64}")


@record(frozen=True, order=True)
class Digest:
    """A SHA-256 digest; prints as ``sha256:…``. ``hex`` is 64 lower-case hexadecimal digits."""

    hex: str

    def __post_init__(self) -> None:
        if not _HEX.fullmatch(self.hex):
            raise DamagedReleaseError(f"{self.hex[:80]!r} is not a SHA-256 digest.")

    @classmethod
    def of(cls, data: bytes) -> Digest:
        """The digest of ``data``."""
        import hashlib  # loads OpenSSL: not before there is something to hash

        return cls(hashlib.sha256(data).hexdigest())

    @classmethod
    def parse(cls, text: str) -> Digest:
        """The digest that prints as ``text``.

        Raises:
            DamagedReleaseError: it is none.
        """
        algorithm, colon, value = text.partition(":")
        if not colon or algorithm != ALGORITHM:
            raise DamagedReleaseError(f"{text[:80]!r} is not a digest such as sha256:2c26….")
        return cls(value)

    @property
    def base64(self) -> str:
        """The form that S3 wants in ``x-amz-checksum-sha256``."""
        import base64

        return base64.b64encode(bytes.fromhex(self.hex)).decode("ascii")

    def __str__(self) -> str:
        return f"{ALGORITHM}:{self.hex}"


def canonical_json(value: Any) -> bytes:
    """The one byte form of ``value``: keys sorted, no white space, UTF-8 as it is.

    Raises:
        DamagedReleaseError: a value that JSON or UTF-8 cannot hold (NaN, a lone surrogate).
    """
    import json

    try:
        return json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode("utf-8")
    except (TypeError, ValueError) as error:
        reason = str(error)
    # Not as its cause: that of text which UTF-8 cannot hold is printed with all of the text.
    raise DamagedReleaseError(f"A value cannot be written as JSON: {reason}.")
