"""Where a function of Lambda logs, which moto takes and never gives back.

Source: AWS Lambda API Reference, ``LoggingConfig`` of CreateFunction and GetFunctionConfiguration.
"""

from typing import Any

from moto.awslambda.models import LambdaFunction

_KEPT = "_where_it_logs"
_begin = LambdaFunction.__init__
_get_configuration = LambdaFunction.get_configuration


def begin(self: LambdaFunction, account_id: str, spec: dict[str, Any], *others: Any, **named: Any) -> None:
    setattr(self, _KEPT, spec.get("LoggingConfig"))
    _begin(self, account_id, spec, *others, **named)


def get_configuration(self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
    found = _get_configuration(self, on_create)
    if logging := getattr(self, _KEPT, None):
        found["LoggingConfig"] = logging
    return found


def install() -> None:
    setattr(LambdaFunction, "__init__", begin)  # noqa: B010  (mypy refuses the assignments)
    setattr(LambdaFunction, "get_configuration", get_configuration)  # noqa: B010
