"""The set-up of GitHub that the gates rest on: environments, reviewers, branch rules, the names of secrets.

Everything is asked of GitHub first, and only what differs is changed; without ``--apply`` it is only said.
The calls go through ``gh``, which is logged in as the administrator who does this.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.deploy.errors import RefusedError, SurroundingsError

GATES: Final[Mapping[str, str]] = {
    "plan": "team",
    "dev": "lead-developer",
    "sit-tech-lead": "tech-lead",
    "sit": "qa",
    "prod-tech-lead": "tech-lead",
    "prod-product-owner": "product-owner",
    "prod": "devops-lead",
    "dev-prune": "devops-lead",
    "sit-prune": "devops-lead",
    "prod-prune": "devops-lead",
}
"""Environment to the team (of the organisation) whose members may approve it."""

UNGATED: Final = ("dev-audit", "sit-audit", "prod-audit")
"""Environments that nobody approves: their role reads, and only on main."""

SECRETS: Final[Mapping[str, tuple[str, ...]]] = {
    "": (
        "AWS_PLAN_ROLE_DEV",
        "AWS_PLAN_ROLE_SIT",
        "AWS_PLAN_ROLE_PROD",
        "AWS_AUDIT_ROLE_DEV",
        "AWS_AUDIT_ROLE_SIT",
        "AWS_AUDIT_ROLE_PROD",
        "SLACK_WEBHOOK_URL",
    ),
    "dev": ("AWS_ROLE_DEV",),
    "sit": ("AWS_ROLE_SIT",),
    "prod": ("AWS_ROLE_PROD",),
    "dev-prune": ("AWS_PRUNE_ROLE_DEV",),
    "sit-prune": ("AWS_PRUNE_ROLE_SIT",),
    "prod-prune": ("AWS_PRUNE_ROLE_PROD",),
}
"""Environment ("" for the repository) to the secrets that must be there. Their values are never read."""

CHECKS: Final = ("validate-templates", "validate-schemas")
"""Jobs that must pass before a change is merged."""

Api = Callable[[str, str, Any], Any]
"""Method, path and body of a call to the answer; None where GitHub says that there is no such thing."""


@dataclass(frozen=True)
class Change:
    """One call that would bring GitHub in line, and why; ``body`` None where a person has to do it."""

    why: str
    method: str = ""
    path: str = ""
    body: Any = None


def changes(api: Api, organisation: str, repository: str) -> Iterator[Change]:
    """What differs from the design, in the order in which it is to be mended."""
    base = f"repos/{organisation}/{repository}"
    for name in (*GATES, *UNGATED):
        yield from _environment(api, organisation, base, name)
    yield from _branch(api, base)
    for name, secrets in SECRETS.items():
        yield from _secrets(api, base, name, secrets)


def gh(method: str, path: str, body: Any) -> Any:
    """A call by the program ``gh``.

    Raises:
        SurroundingsError: it is not there, is not logged in, or GitHub fails.
    """
    program = shutil.which("gh")
    if program is None:
        raise SurroundingsError(
            "gh was not found: install it (https://cli.github.com) and run gh auth login."
        )
    answer = subprocess.run(  # noqa: S603
        [program, "api", "--method", method, path, *(["--input", "-"] if body is not None else [])],
        input=None if body is None else json.dumps(body),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        if "HTTP 404" in answer.stderr:
            return None
        raise SurroundingsError(f"gh api {method} {path}: {answer.stderr.strip()}")
    return json.loads(answer.stdout) if answer.stdout.strip() else {}


def _environment(api: Api, organisation: str, base: str, name: str) -> Iterator[Change]:
    path = f"{base}/environments/{name}"
    team = GATES.get(name, "")
    reviewers = [{"type": "Team", "id": _team(api, organisation, team)}] if team else []
    wanted = {
        "wait_timer": 0,
        "prevent_self_review": bool(team),
        "reviewers": reviewers,
        "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
    }
    found = api("GET", path, None)
    if _shape(found) != (bool(team), [entry["id"] for entry in reviewers], True):
        who = f"approved by {team}, never by who asked" if team else "without approval"
        yield Change(f"environment {name}: {who}", "PUT", path, wanted)
    if found is not None and found.get("can_admins_bypass", True):
        yield Change(
            f"environment {name}: administrators can pass by. Switch that off by hand (Settings, "
            f"Environments, {name}, Allow administrators to bypass): there is no call for it"
        )
    policies = api("GET", f"{path}/deployment-branch-policies", None) or {"branch_policies": []}
    names = [policy["name"] for policy in policies["branch_policies"]]
    if "main" not in names:
        yield Change(
            f"environment {name}: main may deploy",
            "POST",
            f"{path}/deployment-branch-policies",
            {"name": "main", "type": "branch"},
        )
    for policy in policies["branch_policies"]:
        if policy["name"] != "main":
            yield Change(
                f"environment {name}: {policy['name']} may not",
                "DELETE",
                f"{path}/deployment-branch-policies/{policy['id']}",
            )


def _shape(found: Any) -> tuple[bool, list[int], bool]:
    """Self-review prevented, who reviews, own list of branches: of an environment as GitHub describes it."""
    if found is None:
        return (False, [], False)
    reviewers: list[int] = []
    prevented = False
    for rule in found.get("protection_rules", []):
        if rule.get("type") == "required_reviewers":
            prevented = bool(rule.get("prevent_self_review"))
            reviewers = [entry["reviewer"]["id"] for entry in rule.get("reviewers", [])]
    branches = (found.get("deployment_branch_policy") or {}).get("custom_branch_policies", False)
    return (prevented, reviewers, bool(branches))


def _team(api: Api, organisation: str, name: str) -> int:
    found = api("GET", f"orgs/{organisation}/teams/{name}", None)
    if found is None:
        raise RefusedError(
            f"There is no team {name} in {organisation}: make it and put its members in first."
        )
    return int(found["id"])


def _branch(api: Api, base: str) -> Iterator[Change]:
    """The main branch takes reviewed changes only; for workflows and infrastructure a code owner's review."""
    path = f"{base}/branches/main/protection"
    found = api("GET", path, None) or {}
    reviews = found.get("required_pull_request_reviews") or {}
    checks = (found.get("required_status_checks") or {}).get("contexts", [])
    fine = (
        reviews.get("require_code_owner_reviews")
        and reviews.get("required_approving_review_count", 0) >= 1
        and reviews.get("dismiss_stale_reviews")
        and set(CHECKS) <= set(checks)
        and (found.get("enforce_admins") or {}).get("enabled")
        and not (found.get("allow_force_pushes") or {}).get("enabled")
        and not (found.get("allow_deletions") or {}).get("enabled")
    )
    if not fine:
        yield Change(
            "main: reviewed changes only, by a code owner, with every check passed, for administrators too",
            "PUT",
            path,
            {
                "required_status_checks": {"strict": True, "contexts": list(CHECKS)},
                "enforce_admins": True,
                "required_pull_request_reviews": {
                    "require_code_owner_reviews": True,
                    "required_approving_review_count": 1,
                    "dismiss_stale_reviews": True,
                },
                "restrictions": None,
                "allow_force_pushes": False,
                "allow_deletions": False,
            },
        )


def _secrets(api: Api, base: str, environment: str, wanted: tuple[str, ...]) -> Iterator[Change]:
    path = f"{base}/environments/{environment}/secrets" if environment else f"{base}/actions/secrets"
    found = api("GET", f"{path}?per_page=100", None) or {"secrets": []}
    names = {secret["name"] for secret in found["secrets"]}
    where = f"--env {environment}" if environment else "of the repository"
    for name in wanted:
        if name not in names:
            yield Change(f"secret {name} {where} is missing: set it by hand (gh secret set {name} …)")
