"""Objects copied by the replication of their bucket, at once, delete markers too.

Source: S3 User Guide, "What does Amazon S3 replicate?" and "Getting replication status information": the
source has the status COMPLETED, the copy REPLICA. There is no delay here, and no failure.
"""

from typing import Any

from moto.s3.models import FakeKey, S3Backend
from moto.s3.responses import S3Response

_response_dict = FakeKey.response_dict
_put_object = S3Backend.put_object
_key_response = S3Response._key_response


def key_response(self: S3Response, request: Any, full_url: str) -> Any:
    """The answer of whatever guards the bucket; what it let be written or deleted is copied then."""
    answer: Any = _key_response(self, request, full_url)
    status: int = answer[0] if type(answer) is tuple else 200
    if request.method in {"PUT", "POST", "DELETE"} and status < 300:
        bucket = self.parse_bucket_name_from_url(request, full_url)
        _copy(self.backend, bucket, self.parse_key_name())
    return answer


def _copy(backend: S3Backend, bucket_name: str, key_name: str) -> None:
    configuration = backend.get_bucket_replication(bucket_name) if bucket_name in backend.buckets else None
    rules = (configuration or {}).get("Rule", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        destination = str(rule["Destination"]["Bucket"]).rpartition(":")[2]
        if rule["Status"] != "Enabled" or destination not in backend.buckets:
            continue
        source, copy = backend.get_object(bucket_name, key_name), backend.get_object(destination, key_name)
        if source is None:
            if copy is not None and rule.get("DeleteMarkerReplication", {}).get("Status") == "Enabled":
                backend.delete_object(destination, key_name)
        elif copy is None or copy.etag != source.etag or copy.metadata != source.metadata:
            made = backend.put_object(destination, key_name, source.value, disable_notification=True)
            made.set_metadata(source.metadata, replace=True)
            setattr(source, "replication_status", "COMPLETED")  # noqa: B010  (moto's class has no such member)
            setattr(made, "replication_status", "REPLICA")  # noqa: B010


def response_dict(self: FakeKey) -> dict[str, Any]:
    headers: dict[str, Any] = _response_dict.fget(self)  # type: ignore[attr-defined]
    status = getattr(self, "replication_status", "")
    return {**headers, "x-amz-replication-status": status} if status else headers


def install() -> None:
    global _key_response
    # Around the guard of ``bucket_access``, which is installed before.
    _key_response = S3Response._key_response
    setattr(S3Response, "_key_response", key_response)  # noqa: B010  (mypy refuses the assignment)
    setattr(FakeKey, "response_dict", property(response_dict))  # noqa: B010
