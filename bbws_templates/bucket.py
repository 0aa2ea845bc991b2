"""Reading objects from S3, and turning what its SDK raises into errors that say what to do.

boto3 is imported when the first client is made, never by importing this package.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from bbws_templates.answers import TooLongError, answer_of, etag_of, require_s3, strange, strangeness
from bbws_templates.faults import (
    CredentialsError,
    DeniedError,
    MissingBucketError,
    StoreError,
    UnfitObjectError,
    UnreachableError,
)
from bbws_templates.layout import longest, too_long
from bbws_templates.printing import plain
from bbws_templates.reader import UNCHANGED, StoredObject, Unchanged
from bbws_templates.target import BucketTarget

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from bbws_templates.connections import Connections

_LOADERS: dict[tuple[str, ...], Any] = {}
"""What the SDK has read of its own descriptions of S3, by where: most of the time that a client takes.

In an outage, a process that has no release yet makes a new one for each question that is given up.
"""
_LONGEST_LINE: Final = 300
_LONGEST_CODE: Final = 60
_PIECE: Final = 1 << 20
_NOT_FOUND: Final = {"NoSuchKey", "404", "NotFound"}
_NO_SUCH_KEY: Final = "NoSuchKey"
_NOT_MODIFIED: Final = {"304", "NotModified"}
_CONDITION_FAILED: Final = {"412", "PreconditionFailed"}
_UNCHANGED: Final = {304, 412}
_ABSENT: Final = 404
_EXPIRED: Final = {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"}
_INVALID: Final = {
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidToken",
    "UnrecognizedClientException",
}
_DENIED: Final = {"AccessDenied", "403", "Forbidden", "AllAccessDisabled", "KMS.DisabledException"}
_REGION: Final = {
    "PermanentRedirect",
    "301",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
}
_BUSY: Final = {
    "SlowDown",
    "503",
    "ServiceUnavailable",
    "InternalError",
    "500",
    "RequestTimeout",
    "Throttling",
}


def connect(
    target: BucketTarget,
    *,
    timeout: float,
    attempts: int = 2,
    connections: int = 4,
    late_credentials: bool = False,
) -> S3Client:
    """An S3 client that waits ``timeout`` seconds at most and tries ``attempts`` times.

    With ``late_credentials``, to make it contacts nothing: they are looked for with the first request.

    Raises:
        StoreError: boto3 is not installed.
        CredentialsError: a profile or setting of AWS that cannot be used.
    """
    try:
        import boto3
        from botocore.config import Config
        from botocore.session import get_session
    except ImportError as error:
        raise StoreError(
            f"Reading {target} needs boto3.", remedy="Install bbws-templates[s3]; AWS Lambda brings it along."
        ) from error
    config = Config(
        connect_timeout=min(timeout, 5.0),
        read_timeout=timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        # Releases are verified by digests of their own. Asked for its checksum, some servers (rclone's) send
        # one along with a 304, which has no body, and botocore answers that with a TypeError.
        response_checksum_validation="when_required",
        max_pool_connections=connections,
    )
    # boto3 itself reads AWS_DEFAULT_REGION alone; Lambda and an operator's failover set AWS_REGION.
    region = target.region or os.environ.get("AWS_REGION") or None
    try:
        # A session of its own: the default one is not safe to share by threads.
        core = get_session()
        session = boto3.session.Session(profile_name=target.profile or None, botocore_session=core)
        loader = core.get_component("data_loader")
        core.register_component("data_loader", _LOADERS.setdefault(tuple(loader.search_paths), loader))
        if late_credentials:
            from bbws_templates.credentials import defer

            defer(core)
        client = session.client("s3", region_name=region, config=config)
        client.meta.events.register_first("needs-retry.s3.HeadBucket", _be_led_elsewhere_once)
    except Exception as error:  # noqa: BLE001  it is translated, or comes back up
        fault = translate(error, target, "")
    else:
        return client
    raise fault


def _be_led_elsewhere_once(response: Any, operation: Any, **_: Any) -> None:
    """End the SDK's search for the region of a bucket with the first answer that leads elsewhere.

    Where all answers do, as before a page to log in, it would ask for the region of the region's answer, and
    so on until Python's stack is at its end. Where S3 knows the region, it says so in that first answer.
    """
    if response is not None and 300 <= response[0].status_code < 400:
        from botocore.exceptions import ClientError

        raise ClientError(response[1], operation.name)


class BucketReader:
    """Objects of one bucket, under one prefix."""

    def __init__(
        self, client: S3Client, target: BucketTarget, *, connections: Connections | None = None
    ) -> None:
        self.client = client
        self.target = target
        self._connections = connections

    def cut(self) -> None:
        """Break off what is under way; whoever is reading, or reads after this, gets an error."""
        if self._connections:
            self._connections.cut()
        self.client.close()

    def get(self, key: str) -> StoredObject | None:
        """As ``ObjectReader.get``."""
        found = self._get(key)
        if found is UNCHANGED:  # to take it for "there is none" would be wrong in every way
            raise UnreachableError(
                f"{self.target}/{key}: the server said that it is unchanged, and was not asked that (304).",
                remedy="Try again; check what lies between here and the server.",
            )
        return found

    def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
        """As ``ObjectReader.revalidate``; a 304 costs no body."""
        return self._get(key, IfNoneMatch=etag)

    def _get(self, key: str, **conditions: Any) -> StoredObject | Unchanged | None:
        where = f"{self.target}/{key}"
        try:
            answer = self.client.get_object(
                Bucket=self.target.bucket, Key=self.target.prefix + key, **conditions
            )
            try:
                require_s3(answer, where, key=key)  # first: what is none of S3's may have no end
                _require_fit(answer, where, key)
                body = _whole(answer, longest(key))
            finally:
                answer["Body"].close()
        except (StoreError, UnfitObjectError):
            raise
        except Exception as error:  # noqa: BLE001  as above
            fault: StoreError | None = strangeness(error, where)
            code = "" if fault else error_code(error)
            status = _status(error)  # or an error could call itself an answer
            # 412 is what RFC 9110 keeps for other methods; a server that sends it means the same.
            is_met = code in _NOT_MODIFIED or (conditions and code in _CONDITION_FAILED)
            if is_met and status in _UNCHANGED:
                return UNCHANGED
            # No other name will do: "404" is what the SDK calls whatever a wrong address answers.
            if code == _NO_SUCH_KEY and status == _ABSENT:
                return None
            fault = fault or translate(error, self.target, key)
        else:
            return StoredObject(body, etag_of(answer, where))
        # Not with what botocore raised as its cause: that may hold all that a gateway answered.
        raise fault


def _require_fit(answer: Any, where: str, key: str) -> None:
    """That the object in ``answer`` has no more bytes than one of ours at ``key``, by what S3 says of it.

    Raises:
        UnfitObjectError: it has.
        StrangeAnswerError: it has, by an answer without an ETag, which is none of S3.
    """
    announced = str(answer["ResponseMetadata"]["HTTPHeaders"].get("content-length", "")).strip()
    if announced.isdecimal() and (size := int(announced)) > longest(key):
        raise UnfitObjectError(where, too_long(key, size), etag=etag_of(answer, where), size=size)


def _whole(answer: Any, most: int) -> bytes:
    """The body of ``answer``; of one that goes on beyond ``most`` bytes no more is held than that.

    Raises:
        TooLongError: it does.
    """
    pieces, room = [], most
    while room >= 0 and (piece := answer["Body"].read(min(room + 1, _PIECE))):
        pieces.append(piece)
        room -= len(piece)
    if room < 0:
        raise TooLongError(most)
    return b"".join(pieces)


def error_code(error: Exception) -> str:
    """The error code that S3 gave, "" for an error that did not come from S3; cut where it is none."""
    return str(answer_of(error).get("Error", {}).get("Code", ""))[:_LONGEST_CODE]


def _status(error: Exception) -> int:
    return int(answer_of(error).get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def translate(error: Exception, target: BucketTarget, key: str) -> StoreError:
    """What the SDK raised, in words that say what is wrong with ``target`` and how to mend it.

    Whatever else comes out of the SDK (a TypeError, a KeyError) comes of an answer that it did not expect.
    """
    from botocore import exceptions as sdk
    from botocore import parsers

    if isinstance(error, StoreError):
        return error
    where = f"{target}/{key}" if key else str(target)
    within = error.kwargs.get("error") if isinstance(error, sdk.HTTPClientError) else error
    if isinstance(within, TooLongError):
        return strange(where, str(within))
    if isinstance(error, sdk.ClientError):
        return _translate_answer(error, target, where)
    if isinstance(error, (sdk.NoCredentialsError, sdk.PartialCredentialsError)):
        return CredentialsError(
            f"There are no AWS credentials to reach {target} with.",
            remedy="Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or assume the role.",
        )
    if isinstance(error, (sdk.CredentialRetrievalError, sdk.ProfileNotFound, sdk.TokenRetrievalError)):
        return CredentialsError(f"The AWS credentials cannot be used: {_line(error)}.")
    if isinstance(error, (sdk.SSOError, sdk.ConfigParseError, sdk.InvalidConfigError)):
        return CredentialsError(f"The AWS settings cannot be used: {_line(error)}.")
    if isinstance(error, (sdk.ConnectTimeoutError, sdk.ReadTimeoutError)):
        return UnreachableError(f"{where} did not answer in time.")
    if isinstance(error, (sdk.HTTPClientError, sdk.ConnectionError, sdk.IncompleteReadError)):
        return UnreachableError(
            f"{where} cannot be reached, or the connection broke off: {_line(error)}.",
            remedy="Check the network, AWS_REGION and AWS_ENDPOINT_URL.",
        )
    if isinstance(error, parsers.ResponseParserError):
        return strange(where, "it cannot be read as XML")
    if isinstance(error, (sdk.BotoCoreError, OSError, ValueError)):
        return StoreError(f"{where} cannot be used: {_line(error)}.")
    return strange(where, f"the SDK fails at it ({type(error).__name__}: {_line(error)})")


def _translate_answer(error: Any, target: BucketTarget, where: str) -> StoreError:
    found = strangeness(error, where)
    if found:
        return found
    code = error_code(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "NoSuchBucket":
        return MissingBucketError(
            f"There is no bucket '{target.bucket}'.", remedy="Create it with Terraform, or correct the name."
        )
    if code in _EXPIRED:
        return CredentialsError(
            f"The AWS credentials for {target} have expired.", remedy="Log in or assume the role again."
        )
    if code in _INVALID:
        return CredentialsError(f"AWS does not accept these credentials for {target} ({code}).")
    if code == "RequestTimeTooSkewed":
        return CredentialsError("The clock of this machine is wrong, so AWS refuses to trust it.")
    if code in _REGION:
        # S3 names the right region in the body of the one answer and in a header of the other.
        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        region = error.response.get("Error", {}).get("Region") or headers.get("x-amz-bucket-region", "")
        return StoreError(
            f"The bucket '{target.bucket}' is in {region or 'another region'}.",
            remedy=f"Set AWS_REGION{f'={region}' if region else ''} or the region of the target.",
        )
    if code in _DENIED or status == 403:
        return DeniedError(
            f"Access to {where} is denied ({error.operation_name}).",
            remedy="Check the role's policy and the bucket's. "
            "Without s3:ListBucket, S3 also denies what does not exist.",
        )
    if status >= 500 and code.isdecimal() and code not in _BUSY - {"500"}:
        # The SDK has made it out of an answer that is none, of 200 even: S3 gives its errors a name.
        return strange(where, f"it cannot be read, and counts as a status {status}")
    if code in _BUSY or status >= 500:
        return UnreachableError(f"{where}: S3 is busy or broken ({code or status}).", remedy="Try again.")
    if code in _NOT_FOUND | _NOT_MODIFIED | _CONDITION_FAILED:
        return UnreachableError(
            f"{where}: the answer is {code}, which is none to what was asked ({error.operation_name}).",
            remedy="Try again; check what lies between here and the server.",
        )
    return StoreError(f"{where}: S3 answered {code or status}: {_line(error)}.")


def _line(error: Exception) -> str:
    """What ``error`` says, but not the answer that botocore repeats below it: that may be a whole page."""
    return plain(str(error).strip().partition("\n")[0], _LONGEST_LINE).rstrip(".")
