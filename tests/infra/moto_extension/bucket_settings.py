"""Settings of a bucket that moto drops or answers with fixed text: replication and request metrics.

Both are kept as the XML that came in: request and answer have the same shape. And moto cannot remove a delete
marker for good, as emptying a bucket does: it asks the marker to let go of contents that only versions have.
"""

from typing import Any

from moto.s3.exceptions import ReplicationConfigurationNotFoundError
from moto.s3.models import FakeDeleteMarker
from moto.s3.responses import S3Response

METRICS: dict[tuple[str, str], bytes] = {}
REPLICATION: dict[str, bytes] = {}

_put = S3Response._bucket_response_put
_get = S3Response._bucket_response_get
_delete = S3Response._bucket_response_delete

_NO_METRICS = (
    b"<Error><Code>NoSuchConfiguration</Code>"
    b"<Message>The specified configuration does not exist.</Message></Error>"
)


def bucket_response_put(self: S3Response, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
    if "metrics" in querystring:
        METRICS[bucket_name, querystring["id"][0]] = self.body
        return ""
    answer = _put(self, request, bucket_name, querystring)
    if "replication" in querystring:
        REPLICATION[bucket_name] = self.body
    return answer


def bucket_response_get(self: S3Response, bucket_name: str, querystring: dict[str, Any]) -> Any:
    if "metrics" in querystring:
        found = METRICS.get((bucket_name, querystring.get("id", [""])[0]))
        return (200, {}, found) if found else (404, {}, _NO_METRICS)
    if "replication" in querystring:
        if not self.backend.get_bucket_replication(bucket_name):
            raise ReplicationConfigurationNotFoundError(bucket_name=bucket_name)
        return 200, {}, REPLICATION[bucket_name]
    return _get(self, bucket_name, querystring)


def bucket_response_delete(self: S3Response, bucket_name: str, querystring: dict[str, Any]) -> Any:
    if "metrics" in querystring:
        METRICS.pop((bucket_name, querystring["id"][0]), None)
        return 204, {}, ""
    return _delete(self, bucket_name, querystring)


def dispose(self: FakeDeleteMarker, garbage: bool = False) -> None:
    """Nothing: a marker has no contents."""


def install() -> None:
    setattr(FakeDeleteMarker, "dispose", dispose)  # noqa: B010  (mypy refuses the assignment)
    for name, call in {
        "_bucket_response_put": bucket_response_put,
        "_bucket_response_get": bucket_response_get,
        "_bucket_response_delete": bucket_response_delete,
    }.items():
        setattr(S3Response, name, call)
