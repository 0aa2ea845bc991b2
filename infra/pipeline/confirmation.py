"""What a person types before something changes, and from where it may be asked for."""

from __future__ import annotations

from typing import Final

from infra.deploy.errors import RefusedError
from infra.design import BRANCH, ENVIRONMENTS

ACTIONS: Final = ("deploy", "rollback", "prune")


def is_promotion(environment: str) -> bool:
    """Whether what goes to ``environment`` comes from another one; dev is where things are tried."""
    return environment != "dev"


def word(action: str, environment: str) -> str:
    """The word that confirms ``action`` (one of ``ACTIONS``) in ``environment``.

    Source: the design's pipeline. Whatever goes to dev is deployed, to sit and prod it is promoted.
    """
    if action == "deploy":
        return f"{'promote' if is_promotion(environment) else 'deploy'}-{environment}"
    return f"{action}-{environment}"


def require_confirmation(action: str, environment: str, *, typed: str, ref: str, attempt: str = "1") -> None:
    """Pass only if the right word was typed, for a run of the main branch. Nothing has changed by then.

    ``attempt`` is the number of the run's attempt. What changes an account has one: the approvals of an
    earlier one would count again, however old they are.

    Raises:
        RefusedError: another word, another branch or another attempt.
    """
    if environment not in ENVIRONMENTS:
        raise RefusedError(
            f"There is no environment {environment!r}: choose one of {', '.join(ENVIRONMENTS)}."
        )
    if ref != BRANCH:
        raise RefusedError(
            f"This run is of {ref or 'no branch'}: dispatch it from main, where what runs was reviewed."
        )
    if attempt != "1":
        raise RefusedError(
            f"This is attempt {attempt} of the run, and approvals count for one: dispatch it anew from main."
        )
    expected = word(action, environment)
    if typed != expected:
        raise RefusedError(f"The confirmation is not {expected}: dispatch it again and type {expected}.")
