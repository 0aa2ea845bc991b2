"""Questions to one account of AWS: each asked once, many at a time, by listed rights alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any, Final, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, UnknownServiceError

from infra.design import REGION, Environment
from infra.verify.actions import ACTIONS

_PATIENCE: Final = Config(
    connect_timeout=5,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=32,
)
_MORE: Final = "NextToken"
"""Where a service says that its answer goes on, and what it is to be given for the rest."""
_DENIED: Final = ("AccessDenied", "AuthorizationError", "Unauthorized", "NotAuthorized", "Forbidden")
_CREDENTIALS: Final = (
    *("ExpiredToken", "InvalidClientTokenId", "UnrecognizedClient", "InvalidAccessKeyId", "InvalidToken"),
    *("SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationToken", "InvalidSignature"),
    *("RequestExpired", "RequestTimeTooSkewed", "TokenRefreshRequired", "OptInRequired"),
)
"""Parts of error codes that say that whoever asks is nobody: then nothing at all can be asked."""

Found = TypeVar("Found")


class UnansweredError(Exception):
    """AWS gave no value; the text says why, in words for the report."""


class AbsentError(UnansweredError):
    """What was asked for does not exist."""


class DeniedError(UnansweredError):
    """These credentials may not ask; nothing is known then, and that is a finding."""


class Account:
    """An environment and the answers of its account.

    An answer is kept, so that several checks of one thing see the same; ``forget`` drops all of them.
    Safe to share by threads.
    """

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self._session = boto3.Session(region_name=REGION)
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}
        self._answers: dict[tuple[str, ...], Future[Any]] = {}

    def client(self, service: str, region: str = REGION) -> Any:
        """A client of a service; making one is slow and not safe among threads, so each is made once."""
        with self._lock:
            place = (service, region)
            if place not in self._clients:
                # mypy cannot know which of boto3's overloads a computed name means.
                self._clients[place] = self._session.client(  # type: ignore[call-overload]
                    service, region_name=region, config=_PATIENCE
                )
            return self._clients[place]

    def read(self, call: str, region: str = REGION, **arguments: Any) -> Mapping[str, Any]:
        """The whole answer to ``call`` (``"s3.get_bucket_cors"``), all pages of it.

        Raises:
            AbsentError: there is no such thing.
            DeniedError: the right for it is missing.
            UnansweredError: what is there cannot be asked this.
            BotoCoreError, ClientError: AWS could not be asked at all.
        """
        if call not in ACTIONS:
            raise LookupError(
                f"The call {call} is not in infra/verify/actions.py, so no role has a right to it."
            )
        question = (call, region, repr(sorted(arguments.items())))
        return self.once(question, partial(self._ask, call, region, arguments))

    def once(self, what: tuple[str, ...], work: Callable[[], Found]) -> Found:
        """What ``work`` makes of answers, made once for all checks that want ``what``; with its errors."""
        with self._lock:
            answer = self._answers.get(what)
            if mine := answer is None:
                answer = self._answers[what] = Future()
        if mine:
            try:
                answer.set_result(work())
            except BaseException as error:  # noqa: BLE001  (raised by whoever waits for the answer)
                answer.set_exception(error)
        found: Found = answer.result()
        return found

    def read_body(self, bucket: str, key: str) -> bytes:
        """The bytes of an object, with the errors of ``read``."""
        # A body can be read once, so the answer that is kept holds its bytes.
        answer = self.read("s3.get_object", Bucket=bucket, Key=key)
        body: bytes = answer["Body"]
        return body

    def find(self, call: str, region: str = REGION, **arguments: Any) -> Mapping[str, Any]:
        """As ``read``, with an empty answer where there is no such thing."""
        try:
            return self.read(call, region, **arguments)
        except AbsentError:
            return {}

    @property
    def asked(self) -> frozenset[str]:
        """Every call that was made since ``forget``."""
        with self._lock:
            return frozenset(what[0] for what in self._answers if what[0] in ACTIONS)

    def forget(self) -> None:
        """Ask anew from here on."""
        with self._lock:
            self._answers.clear()

    def _ask(self, call: str, region: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        service, _, operation = call.partition(".")
        try:
            client = self.client(service, region)
        except UnknownServiceError as error:
            raise UnansweredError(
                f"could not be asked: boto3 {boto3.__version__} knows no {service}"
            ) from error
        if not hasattr(client, operation):
            raise UnansweredError(f"could not be asked: boto3 {boto3.__version__} does not know {call}")
        try:
            if client.can_paginate(operation):
                pages = client.get_paginator(operation).paginate(**arguments)
                whole: Mapping[str, Any] = pages.build_full_result()
                return whole
            answer: Mapping[str, Any] = _every_page(getattr(client, operation), arguments)
            if call == "s3.get_object":
                answer = {**answer, "Body": answer["Body"].read()}
        except ClientError as error:
            raise _in_words(error) from error
        except EndpointConnectionError as error:
            # Of one service in one region; that of nothing at all is known when the caller has been asked.
            raise UnansweredError(f"could not be asked: nobody answers for {service} in {region}") from error
        return answer


def _every_page(ask: Callable[..., Mapping[str, Any]], arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer of a call that gives pages and has no paginator in boto3, with the lists of all of them."""
    answer = dict(ask(**arguments))
    while token := answer.pop(_MORE, None):
        page = ask(**arguments, **{_MORE: token})
        answer[_MORE] = page.get(_MORE)
        for name, value in page.items():
            if isinstance(value, list):
                answer[name] = [*answer.get(name, []), *value]
    return answer


def _in_words(error: ClientError) -> Exception:
    """A refusal and an absence are answers; so is that one thing cannot be asked, whatever ails it or AWS.

    A key that is to be deleted answers no question about its rotation. One question without an answer must
    not keep the others from being asked. With wrong credentials or without a network nothing is verified.
    """
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status == 403 or code == "403" or any(word in code for word in _DENIED):
        return DeniedError(f"could not be asked: not allowed to look ({error.operation_name})")
    if "NotFound" in code or code.startswith("NoSuch") or (status == 404 and code in {"404", ""}):
        return AbsentError("absent")
    if any(word in code for word in _CREDENTIALS):
        return error
    return UnansweredError(f"could not be asked: {code} ({error.operation_name})")
