"""What a client did, as metrics of CloudWatch: one line of JSON on standard output for each mail.

::

    templates = TemplateClient(metrics=Metrics())  # of the environment that ENVIRONMENT names

CloudWatch makes metrics of such lines by itself wherever standard output goes to its logs, as that of a
Lambda does: no call, no library, nothing that a mail waits for. Each line is whole and there is nothing to
collect, so threads share a ``Metrics`` and a process that is frozen or killed loses nothing. A line holds
counts, ages and names of templates and releases; never the data of a mail.

Source: CloudWatch User Guide, "Specification: Embedded metric format".
"""

from __future__ import annotations

import io
import os
import re
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from bbws_templates.errors import BbwsTemplatesError, ContractError
from bbws_templates.faults import MetricsError, UnavailableError
from bbws_templates.loading import Origin

if TYPE_CHECKING:
    from types import TracebackType
    from typing import TextIO

    from bbws_templates.cache import Status

NAMESPACE: Final = "BBWS/Templates"
ENVIRONMENT: Final = "Environment"
"""The one dimension: each value of each further one would be a set of metrics to pay for."""

FALLBACKS: Final = {
    "LastKnownGood": Origin.LAST_KNOWN_GOOD,
    "Previous": Origin.PREVIOUS,
    "Deployed": Origin.DEPLOYED,
}
COUNTS: Final = ("Renders", "ContractErrors", "RenderErrors", "Unavailable", *FALLBACKS)
AGES: Final = ("ReleaseAge", "Unconfirmed")

# CloudWatch API Reference, "Dimension"; names of environments and functions need no more than this.
_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}"
# CloudWatch API Reference, "PutMetricData"; what begins with AWS/ is Amazon's own.
_NAMESPACE = r"(?!AWS/)[A-Za-z0-9][A-Za-z0-9_./#:-]{0,254}"


class Metrics:
    """Writes a line for each mail of the clients that it is given to. Threads and forks may share it.

    ``environment`` is the one that alarms are made for (dev, sit, prod); without one it is that of
    ``ENVIRONMENT``. ``service`` tells the lines of one sender from those of others, without being a metric of
    its own; without one it is ``AWS_LAMBDA_FUNCTION_NAME``. ``stream`` is where the lines go, without one
    what ``sys.stdout`` is at that moment. A stream that fails costs a line and never a mail.

    Raises:
        MetricsError: it is not said which environment it is, a name is not one for CloudWatch, or the stream
            is none that takes text.
    """

    def __init__(
        self,
        environment: str = "",
        *,
        service: str = "",
        namespace: str = NAMESPACE,
        stream: TextIO | None = None,
    ) -> None:
        environment = _text("environment", environment) or os.environ.get("ENVIRONMENT", "")
        if not environment:
            raise MetricsError(
                "It is not said which environment the metrics are of.",
                remedy="Set ENVIRONMENT to dev, sit or prod: the alarms look at that one.",
            )
        service = _text("service", service) or os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
        namespace = _text("namespace", namespace)
        for what, given, form in (
            ("environment", environment, _NAME),
            ("service", service, f"({_NAME})?"),
            ("namespace", namespace, _NAMESPACE),
        ):
            if not re.fullmatch(form, given):
                raise MetricsError(
                    f"'{given}' cannot be the {what} of metrics.",
                    remedy="Write letters, digits, '-', '_' and '.', the first a letter or digit"
                    + ("; and '/', but not AWS/ first." if what == "namespace" else "."),
                )
        if stream is not None and not _takes_text(stream):
            raise MetricsError(
                f"The stream of metrics cannot be a value of type {type(stream).__name__}.",
                remedy="Give an open stream of text, such as sys.stderr, or none for the standard output.",
            )
        self._environment = environment
        self._service = service
        self._namespace = namespace
        self._stream = stream

    def call(self, *, is_pinned: bool = False) -> Call:
        """One use of a client, a line when it ends: ``with metrics.call() as call: …``."""
        return Call(self, is_pinned=is_pinned)

    def write(self, values: dict[str, float], properties: dict[str, str]) -> None:
        """One line: ``values`` by the names of their metrics, ``properties`` to look for in the logs."""
        import json  # at the first mail, which has parsed its release with it

        directive = {
            "Namespace": self._namespace,
            "Dimensions": [[ENVIRONMENT]],
            "Metrics": [{"Name": name, "Unit": "Seconds" if name in AGES else "Count"} for name in values],
        }
        line: dict[str, Any] = {
            "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]},
            ENVIRONMENT: self._environment,
            **values,
            **({"service": self._service} if self._service else {}),
            **properties,
        }
        stream = sys.stdout if self._stream is None else self._stream
        with suppress(Exception):  # full, closed, there is none, or it is somebody's own
            # In one piece: a newline of its own could come after the line of another thread.
            stream.write(json.dumps(line, separators=(",", ":")) + "\n")
            stream.flush()


class Call:
    """What a client learns while it renders one mail; ``status`` is None until there is a release."""

    def __init__(self, metrics: Metrics, *, is_pinned: bool) -> None:
        self._metrics = metrics
        self._is_pinned = is_pinned
        self.status: Status | None = None
        self.template = ""
        self.is_refused = False

    def __enter__(self) -> Call:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, Exception):
            return  # somebody ends the process: that is no outcome of a mail
        values: dict[str, float] = dict.fromkeys(COUNTS, 0)
        values[_outcome(error)] = 1
        if self.is_refused:
            values["ContractErrors"] = 1
        properties = {"template": self.template} if self.template else {}
        if self.status:
            properties |= {"release": self.status.release, "origin": self.status.origin.value}
            for name, origin in FALLBACKS.items():
                values[name] = int(self.status.origin is origin)
            if not self._is_pinned:
                age = round(self.status.age, 3)
                values |= {"ReleaseAge": age, "Unconfirmed": age if self.status.problem else 0}
        if error is not None:
            # Its kind alone: a message may repeat names from the data.
            properties["error"] = (
                error.code if isinstance(error, BbwsTemplatesError) else type(error).__name__
            )
        with suppress(Exception):  # of a class that is derived from ours
            self._metrics.write(values, properties)


def _text(what: str, given: Any) -> str:
    if given is not None and not isinstance(given, str):
        raise MetricsError(
            f"The {what} of metrics cannot be a value of type {type(given).__name__}.", remedy="Give text."
        )
    return str.__str__(given or "")  # of an enumeration, which prints its own


def _takes_text(stream: Any) -> bool:
    is_class, is_binary = isinstance(stream, type), isinstance(stream, io.RawIOBase | io.BufferedIOBase)
    return not is_class and not is_binary and callable(getattr(stream, "write", None))


def _outcome(error: Exception | None) -> str:
    if error is None:
        return "Renders"
    if isinstance(error, ContractError):
        return "ContractErrors"
    return "Unavailable" if isinstance(error, UnavailableError) else "RenderErrors"
