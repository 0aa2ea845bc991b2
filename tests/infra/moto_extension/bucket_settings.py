"""Settings of a bucket that moto drops or answers with fixed text: replication, metrics and their like.

They are kept as the XML that came in: request and answer have the same shape. And moto cannot remove a delete
marker for good, as emptying a bucket does: it asks the marker to let go of contents that only versions have.
"""

import re
from typing import Any

from moto.s3.exceptions import ReplicationConfigurationNotFoundError
from moto.s3.models import FakeDeleteMarker
from moto.s3.responses import S3Response

NAMED: dict[tuple[str, str], dict[str, bytes]] = {}
"""Bucket and kind to what it has of that kind, each under an id of its own."""
PAYERS: dict[str, bytes] = {}
REPLICATION: dict[str, bytes] = {}
METADATA: set[str] = set()
"""Buckets whose metadata are written into tables."""
ABAC: dict[str, bytes] = {}
"""Bucket to whether tags decide on access to it."""

_post = S3Response._bucket_response_post
_put = S3Response._bucket_response_put
_get = S3Response._bucket_response_get
_delete = S3Response._bucket_response_delete

_LISTS = {
    "metrics": "ListMetricsConfigurationsResult",
    "inventory": "ListInventoryConfigurationsResult",
    "analytics": "ListBucketAnalyticsConfigurationResult",
    "intelligent-tiering": "ListBucketIntelligentTieringConfigurationsOutput",
}
"""Query parameter to the element that a list of its kind stands in (Amazon S3 API Reference)."""

_NONE_SUCH = (
    b"<Error><Code>NoSuchConfiguration</Code>"
    b"<Message>The specified configuration does not exist.</Message></Error>"
)


_NO_METADATA = (
    b"<Error><Code>MetadataConfigurationNotFound</Code>"
    b"<Message>The metadata configuration does not exist.</Message></Error>"
)
_METADATA = (
    b"<GetBucketMetadataConfigurationResult><MetadataConfigurationResult><DestinationResult>"
    b"<TableBucketType>aws</TableBucketType></DestinationResult></MetadataConfigurationResult>"
    b"</GetBucketMetadataConfigurationResult>"
)


def bucket_response_post(self: S3Response, request: Any, bucket_name: str) -> Any:
    """Metadata tables are made by POST, which moto takes for the upload of a form."""
    if "metadataConfiguration" in self._get_querystring(request, request.url):
        METADATA.add(bucket_name)
        return 200, {}, b""
    return _post(self, request, bucket_name)


def bucket_response_put(self: S3Response, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
    kind = _kind(querystring)
    if kind:
        NAMED.setdefault((bucket_name, kind), {})[querystring["id"][0]] = self.body
        return ""
    if "abac" in querystring:
        ABAC[bucket_name] = self.body
        return ""
    if "requestPayment" in querystring:
        PAYERS[bucket_name] = self.body
        return ""
    answer = _put(self, request, bucket_name, querystring)
    if "replication" in querystring:
        REPLICATION[bucket_name] = self.body
    return answer


def bucket_response_get(self: S3Response, bucket_name: str, querystring: dict[str, Any]) -> Any:
    kind = _kind(querystring)
    if kind:
        kept = NAMED.get((bucket_name, kind), {})
        if "id" not in querystring:
            return 200, {}, _list(kind, kept)
        found = kept.get(querystring["id"][0])
        return (200, {}, found) if found else (404, {}, _NONE_SUCH)
    if "metadataConfiguration" in querystring:
        return (200, {}, _METADATA) if bucket_name in METADATA else (404, {}, _NO_METADATA)
    if "abac" in querystring:
        return 200, {}, ABAC.get(bucket_name, b"<AbacStatus><Status>Disabled</Status></AbacStatus>")
    if "requestPayment" in querystring and bucket_name in PAYERS:
        return 200, {}, PAYERS[bucket_name]
    if "replication" in querystring:
        if not self.backend.get_bucket_replication(bucket_name):
            raise ReplicationConfigurationNotFoundError(bucket_name=bucket_name)
        return 200, {}, REPLICATION[bucket_name]
    return _get(self, bucket_name, querystring)


def bucket_response_delete(self: S3Response, bucket_name: str, querystring: dict[str, Any]) -> Any:
    kind = _kind(querystring)
    if kind:
        NAMED.get((bucket_name, kind), {}).pop(querystring["id"][0], None)
        return 204, {}, ""
    if "metadataConfiguration" in querystring:
        METADATA.discard(bucket_name)
        return 204, {}, ""
    return _delete(self, bucket_name, querystring)


def _kind(querystring: dict[str, Any]) -> str:
    return next((kind for kind in _LISTS if kind in querystring), "")


def _list(kind: str, kept: dict[str, bytes]) -> bytes:
    entries = b"".join(re.sub(rb"<\?xml.*?\?>", b"", body).strip() for _, body in sorted(kept.items()))
    name = _LISTS[kind].encode()
    return b"<%s><IsTruncated>false</IsTruncated>%s</%s>" % (name, entries, name)


def dispose(self: FakeDeleteMarker, garbage: bool = False) -> None:
    """Nothing: a marker has no contents."""


def install() -> None:
    setattr(FakeDeleteMarker, "dispose", dispose)  # noqa: B010  (mypy refuses the assignment)
    for name, call in {
        "_bucket_response_post": bucket_response_post,
        "_bucket_response_put": bucket_response_put,
        "_bucket_response_get": bucket_response_get,
        "_bucket_response_delete": bucket_response_delete,
    }.items():
        setattr(S3Response, name, call)
