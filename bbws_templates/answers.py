"""Telling an answer of S3 from one of whatever stands in between: a captive portal, a gateway, a proxy.

They answer 200 with a page to log in, 404 with a page or a line of their own, or lead elsewhere. Taken for
S3's, that is an empty listing, a bucket without versions, a pointer that does not exist; and for the SDK it
may be anything from an unparsable document to a TypeError.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bbws_templates.faults import StrangeAnswerError
from bbws_templates.layout import media_type

_LONGEST: Final = 200
# S3 has none of these of its own accord, and publishers store nothing compressed.
_COMPRESSED: Final = ("gzip", "deflate", "br", "zstd", "compress")
_HTML: Final = ("text/html", "application/xhtml+xml")
_WITHOUT_BODY: Final = (204, 304)
_CONDITION_FAILED: Final = 412
_LISTING: Final = frozenset({"Name", "IsTruncated", "KeyCount", "Contents", "Prefix", "MaxKeys"})
_QUOTE: Final = '"'
_AT_HAND: Final = (None, "", "STANDARD")
"""Storage classes of what can be read at once; of some others a listing tells, and reading is refused."""


class TooLongError(Exception):
    """Internal: an answer that goes on beyond what any of S3 has. The SDK may raise another in its place."""

    def __init__(self, most: int) -> None:
        super().__init__(f"it has more than {most:,} bytes, as nothing that belongs there does")


def strange(where: str, what: str) -> StrangeAnswerError:
    """The error that says that ``where`` was not answered by S3; ``what`` in words."""
    return StrangeAnswerError(
        f"{where}: the answer is not one of S3: {what[:_LONGEST]}.",
        remedy="Something in between may have answered: a page to log in, a gateway, a proxy. Check the "
        "network and AWS_ENDPOINT_URL.",
    )


def answer_of(error: Exception) -> Mapping[str, Any]:
    """The answer as the SDK gives it with ``error``; empty where it has none, or one of the network alone."""
    response = getattr(error, "response", None)
    return response if isinstance(response, dict) else {}


def strangeness(error: Exception, where: str) -> StrangeAnswerError | None:
    """What shows that the answer behind an error of the SDK is none of S3; None when it may be."""
    try:
        require_s3(answer_of(error), where)
    except StrangeAnswerError as found:
        return found.with_traceback(None)
    return None


def require_s3(answer: Mapping[str, Any], where: str, *, key: str = "") -> None:
    """That ``answer``, as the SDK gives it, does not come from something in between.

    ``key`` is that of an object whose content the answer is to hold, and which may be HTML itself.

    Raises:
        StrangeAnswerError: it does.
    """
    metadata = answer.get("ResponseMetadata", {})
    headers, status = metadata.get("HTTPHeaders", {}), metadata.get("HTTPStatusCode", 0)
    if status in _WITHOUT_BODY or (headers.get("content-length") == "0" and status < 300):
        return  # some servers give these a type as well
    kind = str(headers.get("content-type", "")).partition(";")[0].strip().lower()
    if kind in _HTML and not (status == 200 and media_type(key).startswith("text/html")):
        raise strange(where, f"a page of HTML, with the status {status}")
    if _is_nameless(answer, status):
        raise strange(where, f"the status {status} without an error of S3")
    if 300 <= status < 400 and "location" in headers and not _redirects_by_s3(headers, answer):
        raise strange(where, f"it leads elsewhere, with the status {status}")
    length = str(headers.get("content-length", "")).strip()
    if status == 200 and not length.isdecimal() and "transfer-encoding" not in headers:
        # Where a connection ends in the middle of a head, Python's HTTP takes the head for whole.
        raise strange(where, "without a length, so that it may have broken off in its head")
    encoding = str(headers.get("content-encoding", "")).strip().lower()
    if encoding in _COMPRESSED:
        raise strange(where, f"compressed ({encoding}), which nothing stored there is")


def _is_nameless(answer: Mapping[str, Any], status: int) -> bool:
    """Whether ``answer`` refuses a request and does not say why in the way of S3, which names each error.

    Where it does not, the SDK makes a name out of the status, or has "". Nothing here is asked by HEAD, which
    alone has no body to name an error in. That a condition does not hold can be said by the status alone.
    """
    code = answer["Error"].get("Code", "") if "Error" in answer else None
    return 400 <= status < 500 and status != _CONDITION_FAILED and code in ("", str(status))


def etag_of(answer: Mapping[str, Any], where: str) -> str:
    """The ETag in ``answer``; what has none cannot be revalidated, nor replaced under a condition.

    Raises:
        StrangeAnswerError: there is none, or only the beginning of one.
    """
    etag = answer.get("ETag")
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if not isinstance(etag, str) or not etag.strip('"').strip():
        raise strange(where, f"the status {status} without an ETag")
    if etag.removeprefix("W/").startswith('"') != etag.endswith('"'):
        raise strange(where, f"the status {status} with an ETag that breaks off")
    return etag


def weakness(etag: str) -> str:
    """A sentence on an ETag that no condition of a write holds with, as something in between made it weak."""
    if not etag.startswith("W/"):
        return ""
    return f" S3 has no weak ETags, and {etag[:40]} is one: something between here and the server made it so."


def entries(page: Mapping[str, Any], prefix: str, where: str) -> list[tuple[str, int, str]]:
    """Key, size and ETag of each object on a page of a listing of all keys that begin with ``prefix``.

    The ETag is "" where the page gives none, and where it says nothing of whether the object can be read:
    what lies in an archive is listed like everything else.

    Raises:
        StrangeAnswerError: it is no such page, or one that ends before the listing does.
    """
    if not _LISTING & page.keys():
        raise strange(where, "no listing of objects")
    found = []
    for entry in page.get("Contents", ()):
        key, size = entry.get("Key"), entry.get("Size")
        if not isinstance(key, str) or not isinstance(size, int):
            raise strange(where, "a listing of objects without keys or sizes")
        if not key.startswith(prefix):
            raise strange(where, f"a listing of other keys than were asked for ({key[:80]!r})")
        etag = entry.get("ETag") if entry.get("StorageClass") in _AT_HAND else None
        found.append((key, size, f'"{etag.strip(_QUOTE)}"' if isinstance(etag, str) and etag else ""))
    if page.get("IsTruncated") and not page.get("NextContinuationToken"):
        raise strange(where, "a listing that breaks off and does not say where it goes on")
    return found


def _redirects_by_s3(headers: Mapping[str, str], answer: Mapping[str, Any]) -> bool:
    """S3 leads to the region of a bucket, and says so in its own words."""
    code = str(answer.get("Error", {}).get("Code", ""))
    return "x-amz-bucket-region" in headers or code in ("PermanentRedirect", "TemporaryRedirect", "Redirect")
