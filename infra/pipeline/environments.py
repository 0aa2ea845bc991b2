"""The set-up of GitHub that the gates rest on: environments, reviewers, rules, the names of secrets.

Everything is asked of GitHub first, and only what differs is changed; without ``--apply`` it is only said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.deploy.errors import RefusedError
from infra.pipeline.asking import Api, Change
from infra.pipeline.rules import rules

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


def changes(api: Api, organisation: str, repository: str) -> Iterator[Change]:
    """What differs from the design, in the order in which it is to be mended."""
    base = f"repos/{organisation}/{repository}"
    for name in (*GATES, *UNGATED):
        yield from _environment(api, organisation, base, name)
    yield from rules(api, base)
    for name, secrets in SECRETS.items():
        yield from _secrets(api, base, name, secrets)


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
    # A tag may have the name of a branch, and whoever may push makes one.
    mains = [policy for policy in policies["branch_policies"] if _is_main(policy)]
    if not mains:
        yield Change(
            f"environment {name}: main may deploy",
            "POST",
            f"{path}/deployment-branch-policies",
            {"name": "main", "type": "branch"},
        )
    for policy in policies["branch_policies"]:
        if policy not in mains:
            yield Change(
                f"environment {name}: the {policy.get('type', 'branch')} {policy['name']} may not",
                "DELETE",
                f"{path}/deployment-branch-policies/{policy['id']}",
            )


def _is_main(policy: Mapping[str, Any]) -> bool:
    return (policy["name"], policy.get("type", "branch")) == ("main", "branch")


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


def _secrets(api: Api, base: str, environment: str, wanted: tuple[str, ...]) -> Iterator[Change]:
    path = f"{base}/environments/{environment}/secrets" if environment else f"{base}/actions/secrets"
    found = api("GET", f"{path}?per_page=100", None) or {"secrets": []}
    names = {secret["name"] for secret in found["secrets"]}
    where = f"--env {environment}" if environment else "of the repository"
    for name in wanted:
        if name not in names:
            yield Change(f"secret {name} {where} is missing: set it by hand (gh secret set {name} …)")
