"""Trust in GitHub's tokens: what the design demands of it, whatever the Terraform says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from infra.design import BRANCH, REPOSITORY, REPOSITORY_ID, WORKFLOWS, Environment
from infra.verify.documents import statements, texts

GITHUB: Final = "token.actions.githubusercontent.com"
AUDIENCE: Final = "sts.amazonaws.com"
TAKING: Final = "sts:AssumeRoleWithWebIdentity"

_MEMBERS: Final = ("Sid", "Effect", "Principal", "Action", "Condition")
"""What the one statement of a trust policy is made of."""


def trust_problems(trust: Mapping[str, Any], environment: Environment, claim: str) -> Iterator[str]:
    """Everything in a trust policy that lets in more than one subject of one repository on one branch."""
    provider = f"arn:aws:iam::{environment.account}:oidc-provider/{GITHUB}"
    found = statements(trust)
    if not found:
        yield "nobody"
    for statement in found:
        if statement.get("Effect") != "Allow":
            yield f"refused to {statement.get('Principal')}"
            continue
        if statement.get("Principal") != {"Federated": provider}:
            yield f"also {statement.get('Principal')}"
            continue
        if texts(statement.get("Action")) != [TAKING]:
            yield f"by {', '.join(texts(statement.get('Action'))) or 'no named action'}"
        yield from (f"a member {member}" for member in statement if member not in _MEMBERS)
        yield from _condition_problems(statement.get("Condition", {}), claim)


def _condition_problems(condition: Mapping[str, Any], claim: str) -> Iterator[str]:
    """Audience, branch and subject must each be one; one more condition only narrows."""
    equals = condition.get("StringEquals", {})
    for key, (what, values) in _claims().items():
        if texts(equals.get(f"{GITHUB}:{key}")) != values:
            yield f"any {what}"
    subjects = texts(equals.get(f"{GITHUB}:sub"))
    yield from (f"also {subject}" for subject in subjects if subject != claim)
    if not subjects:
        yield "any subject"
    elif claim not in subjects:
        yield f"not {claim}"


def _claims() -> dict[str, tuple[str, list[str]]]:
    """What a token must say beside its subject: claim to its name and the values that are let in."""
    claims = {"aud": ("audience", [AUDIENCE]), "ref": ("branch", [BRANCH])}
    if REPOSITORY_ID:
        claims["repository_id"] = ("repository of that name", [REPOSITORY_ID])
    if WORKFLOWS:
        files = [f"{REPOSITORY}/.github/workflows/{file}@{BRANCH}" for file in WORKFLOWS]
        claims["job_workflow_ref"] = ("workflow", files)
    return claims


def may_be_ours(statement: Mapping[str, Any]) -> bool:
    """Whether a statement lets in a token of this repository, by name, by pattern, or by asking for none."""
    principal = statement.get("Principal") or {}
    federated = texts(principal.get("Federated")) if isinstance(principal, Mapping) else [str(principal)]
    if statement.get("Effect") != "Allow" or not any(GITHUB in one or one == "*" for one in federated):
        return False
    asked = [
        (key.lower(), pattern)
        for operator, keys in statement.get("Condition", {}).items()
        if operator.removesuffix("IfExists").endswith(("StringEquals", "StringLike"))
        for key, patterns in keys.items()
        if key.lower() in (f"{GITHUB}:sub", f"{GITHUB}:repository")
        for pattern in texts(patterns)
    ]
    return not asked or any(_names_us(key, pattern) for key, pattern in asked)


def _names_us(key: str, pattern: str) -> bool:
    """Whether a claim of this repository's tokens can be what the pattern says, in whatever letters.

    A subject begins with the repository, with the numbers of owner and name or without; one that was made up
    otherwise may begin with another claim that names it.
    Source: GitHub Docs, "OpenID Connect reference", customizing the subject claims.
    """
    ours, asked = _without_numbers(REPOSITORY.lower()), _without_numbers(pattern.lower())
    if key.endswith(":repository"):
        return fnmatchcase(ours, asked)
    beginnings = (f"repo:{ours}:", f"repository:{ours}:", f"job_workflow_ref:{ours}/")
    return any(_may_begin(asked, beginning) for beginning in beginnings)


def _without_numbers(text: str) -> str:
    return re.sub(r"@[0-9*?]+", "", text)


def _may_begin(pattern: str, beginning: str) -> bool:
    """Whether a text that begins so can match a pattern of IAM's, whose ``*`` stands for any text at all."""
    places = {0}
    for letter in beginning:
        places = {reached for place in places for reached in _steps(pattern, place, letter)}
    return bool(places)


def _steps(pattern: str, place: int, letter: str) -> Iterator[int]:
    """The places in a pattern to which one more letter leads from ``place``."""
    stars = len(pattern) - place - len(pattern[place:].lstrip("*"))
    if stars:
        yield place
    after = place + stars
    if after < len(pattern) and pattern[after] in {letter, "?"}:
        yield after + 1
