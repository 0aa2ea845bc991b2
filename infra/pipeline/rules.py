"""The rules of the repository on GitHub: what main takes, what a workflow may, and whose workflows run.

Source: GitHub REST API, "Branch protection", "GitHub Actions permissions", "List CODEOWNERS errors".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.pipeline.asking import Api, Change

CHECKS: Final = ("validate-templates", "validate-schemas")
"""Jobs that must pass before a change is merged."""

ACTIONS_APP: Final = 15368
"""The id of GitHub Actions among GitHub's apps. Whoever may push may also say of a commit, by one call, that
a check of any name has passed; only a check of this app was a job."""

TOKEN: Final[Mapping[str, Any]] = {
    "default_workflow_permissions": "read",
    "can_approve_pull_request_reviews": False,
}
"""What the token of a workflow may that asks for nothing. One that may approve reviews its own change."""

FORKS: Final[Mapping[str, Any]] = {"approval_policy": "all_external_contributors"}
"""Whose pull requests from forks run only after somebody of the team has looked at them, each time.

A workflow that was changed there may name any group of ``concurrency``, those of the deployments too, and
with it cancel what runs.
"""

PRIVATE_FORKS: Final[Mapping[str, Any]] = {
    "run_workflows_from_fork_pull_requests": True,
    "send_write_tokens_to_workflows": False,
    "send_secrets_and_variables": False,
    "require_approval_for_fork_pr_workflows": True,
}
"""The same where the repository is private."""


def rules(api: Api, base: str) -> Iterator[Change]:
    """What of the rules differs from the design, in the order in which it is to be mended."""
    yield from _branch(api, base)
    yield from _owners(api, base)
    actions = f"{base}/actions/permissions"
    yield from _setting(
        api,
        f"{actions}/workflow",
        TOKEN,
        "workflows: a token reads unless a job asks for more, and approves nothing",
    )
    private = (api("GET", base, None) or {}).get("private", False)
    path, wanted = (
        ("fork-pr-workflows-private-repos", PRIVATE_FORKS)
        if private
        else ("fork-pr-contributor-approval", FORKS)
    )
    yield from _setting(
        api,
        f"{actions}/{path}",
        wanted,
        "pull requests from forks: their workflows run after an approval, without a secret",
    )


def _setting(api: Api, path: str, wanted: Mapping[str, Any], why: str) -> Iterator[Change]:
    found = api("GET", path, None) or {}
    if any(found.get(name) != value for name, value in wanted.items()):
        yield Change(why, "PUT", path, dict(wanted))


def _owners(api: Api, base: str) -> Iterator[Change]:
    """An owner who does not exist, or may not write, is asked for no review, and nobody is told."""
    for error in (api("GET", f"{base}/codeowners/errors", None) or {}).get("errors", []):
        yield Change(
            f"CODEOWNERS, line {error.get('line')}: {error.get('kind')}. Make the team, or give it the right "
            "to write to the repository: until then nobody owns those files"
        )


def _branch(api: Api, base: str) -> Iterator[Change]:
    """The main branch takes reviewed changes only; for workflows and infrastructure a code owner's review."""
    path = f"{base}/branches/main/protection"
    if _is_protected(api("GET", path, None) or {}):
        return
    yield Change(
        "main: reviewed changes only, by a code owner, with every check passed, for administrators too",
        "PUT",
        path,
        {
            "required_status_checks": {
                "strict": True,
                "checks": [{"context": name, "app_id": ACTIONS_APP} for name in CHECKS],
            },
            "enforce_admins": True,
            "required_pull_request_reviews": {
                "require_code_owner_reviews": True,
                "required_approving_review_count": 1,
                "dismiss_stale_reviews": True,
                "require_last_push_approval": True,
                "bypass_pull_request_allowances": {"users": [], "teams": [], "apps": []},
            },
            "restrictions": None,
            "allow_force_pushes": False,
            "allow_deletions": False,
        },
    )


def _is_protected(found: Mapping[str, Any]) -> bool:
    reviews = found.get("required_pull_request_reviews") or {}
    status = found.get("required_status_checks") or {}
    checks = {(check["context"], check.get("app_id")) for check in status.get("checks", [])}
    return bool(
        reviews.get("require_code_owner_reviews")
        and reviews.get("required_approving_review_count", 0) >= 1
        and reviews.get("dismiss_stale_reviews")
        and reviews.get("require_last_push_approval")
        and not any((reviews.get("bypass_pull_request_allowances") or {}).values())
        and status.get("strict")
        and {(name, ACTIONS_APP) for name in CHECKS} <= checks
        and (found.get("enforce_admins") or {}).get("enabled")
        and not (found.get("allow_force_pushes") or {}).get("enabled")
        and not (found.get("allow_deletions") or {}).get("enabled")
    )
