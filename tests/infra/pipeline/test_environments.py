"""GitHub is brought to what the gates rest on, by calls that are shown first; a second time none is left."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest

from infra.deploy.errors import RefusedError
from infra.pipeline.asking import Change
from infra.pipeline.environments import GATES, SECRETS, UNGATED, changes
from infra.pipeline.rules import CHECKS


class Account:
    """Just as much of GitHub as the set-up asks for: teams, environments, branch rules, names of secrets."""

    def __init__(self) -> None:
        self.teams = {team: number for number, team in enumerate(sorted(set(GATES.values())), start=1)}
        self.environments: dict[str, dict[str, Any]] = {}
        self.policies: dict[str, list[dict[str, Any]]] = {}
        self.protection: dict[str, Any] | None = None
        self.secrets: dict[str, list[str]] = {}
        self.private = False
        self.owner_errors: list[dict[str, Any]] = []
        # As a new repository of an organisation has them.
        self.actions: dict[str, dict[str, Any]] = {
            "workflow": {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": True},
            "fork-pr-contributor-approval": {"approval_policy": "first_time_contributors"},
            "fork-pr-workflows-private-repos": {"run_workflows_from_fork_pull_requests": False},
        }

    def __call__(self, method: str, path: str, body: Any) -> Any:
        if found := re.fullmatch(r"orgs/owner/teams/([\w-]+)", path):
            return {"id": self.teams[found[1]]} if found[1] in self.teams else None
        if path == "repos/owner/mails":
            return {"private": self.private}
        path = path.removeprefix("repos/owner/mails/")
        if path == "codeowners/errors":
            return {"errors": self.owner_errors}
        if found := re.fullmatch(r"actions/permissions/([\w-]+)", path):
            assert self.private == ("private" in found[1]) or found[1] == "workflow", (
                "GitHub refuses this call"
            )
            if method == "PUT":
                self.actions[found[1]] = body
            return self.actions[found[1]]
        if found := re.fullmatch(r"environments/([\w-]+)", path):
            return self._environment(found[1], method, body)
        if found := re.fullmatch(r"environments/([\w-]+)/deployment-branch-policies(?:/(\d+))?", path):
            return self._policies(found[1], found[2], method, body)
        if path == "branches/main/protection":
            return self._protection(method, body)
        found = re.fullmatch(r"(?:environments/([\w-]+)/secrets|actions/secrets)\?per_page=100", path)
        assert found, path
        assert method == "GET", "a value is never written by a command"
        return {"secrets": [{"name": name} for name in self.secrets.get(found[1] or "", [])]}

    def _environment(self, name: str, method: str, body: Any) -> Any:
        if method == "PUT":
            rule = {
                "type": "required_reviewers",
                "prevent_self_review": body["prevent_self_review"],
                "reviewers": [{"reviewer": {"id": entry["id"]}} for entry in body["reviewers"]],
            }
            self.environments[name] = {
                "protection_rules": [rule] if body["reviewers"] else [],
                "deployment_branch_policy": body["deployment_branch_policy"],
                "can_admins_bypass": self.environments.get(name, {}).get("can_admins_bypass", True),
            }
        return self.environments.get(name)

    def _policies(self, name: str, number: str | None, method: str, body: Any) -> Any:
        held = self.policies.setdefault(name, [])
        if method == "POST":
            held.append({"id": len(held) + 1, **body})
        elif method == "DELETE":
            held[:] = [policy for policy in held if str(policy["id"]) != number]
        return {"branch_policies": list(held)}

    def _protection(self, method: str, body: Any) -> Any:
        if method == "PUT":
            self.protection = {
                "required_pull_request_reviews": body["required_pull_request_reviews"],
                "required_status_checks": body["required_status_checks"],
                "enforce_admins": {"enabled": body["enforce_admins"]},
                "allow_force_pushes": {"enabled": body["allow_force_pushes"]},
                "allow_deletions": {"enabled": body["allow_deletions"]},
            }
        return deepcopy(self.protection)

    def mend(self) -> list[Change]:
        """Carry out what is to be changed, and return what is left for a person."""
        found = list(changes(self, "owner", "mails"))
        for change in found:
            if change.method:
                self(change.method, change.path, change.body)
        return [change for change in found if not change.method]

    def by_hand(self) -> None:
        for environment in self.environments.values():
            environment["can_admins_bypass"] = False
        self.secrets = {name: list(secrets) for name, secrets in SECRETS.items()}
        self.owner_errors = []


@pytest.fixture
def account() -> Account:
    """Set up as the design says."""
    made = Account()
    made.mend()
    made.by_hand()
    return made


def test_a_new_repository_gets_every_environment_its_reviewers_and_main_alone(account: Account) -> None:
    assert set(account.environments) == {*GATES, *UNGATED}
    for name, team in GATES.items():
        (rule,) = account.environments[name]["protection_rules"]
        assert rule["prevent_self_review"] is True
        assert [entry["reviewer"]["id"] for entry in rule["reviewers"]] == [account.teams[team]]
    for name in account.environments:
        assert [(policy["name"], policy["type"]) for policy in account.policies[name]] == [("main", "branch")]
    assert account.protection is not None


def test_the_second_time_nothing_is_left_to_do(account: Account) -> None:
    assert list(changes(account, "owner", "mails")) == []


@pytest.mark.parametrize("drift", [
    "reviewers", "self-review", "branch", "tag", "tag alone", "all branches", "bypass", "environment",
    "no review", "admins", "force", "check", "check of anybody", "behind main", "last push", "exempt",
    "secret", "token", "bot approves", "forks", "owners",
])  # fmt: skip
def test_whatever_is_loosened_by_hand_is_found(account: Account, drift: str) -> None:
    prod = account.environments["prod"]
    protection: dict[str, Any] = account.protection or {}
    if drift == "reviewers":
        prod["protection_rules"][0]["reviewers"].append({"reviewer": {"id": 99}})
    elif drift == "self-review":
        prod["protection_rules"][0]["prevent_self_review"] = False
    elif drift == "branch":
        account.policies["prod"].append({"id": 9, "name": "feature/*", "type": "branch"})
    elif drift == "tag":
        account.policies["prod"].append({"id": 9, "name": "main", "type": "tag"})
    elif drift == "tag alone":
        account.policies["prod"] = [{"id": 9, "name": "main", "type": "tag"}]
    elif drift == "all branches":
        prod["deployment_branch_policy"] = None
    elif drift == "bypass":
        prod["can_admins_bypass"] = True
    elif drift == "environment":
        del account.environments["prod"]
    elif drift == "no review":
        protection["required_pull_request_reviews"]["require_code_owner_reviews"] = False
    elif drift == "admins":
        protection["enforce_admins"]["enabled"] = False
    elif drift == "force":
        protection["allow_force_pushes"]["enabled"] = True
    elif drift == "check":
        protection["required_status_checks"]["checks"] = []
    elif drift == "check of anybody":
        protection["required_status_checks"]["checks"] = [
            {"context": name, "app_id": None} for name in CHECKS
        ]
    elif drift == "behind main":
        protection["required_status_checks"]["strict"] = False
    elif drift == "last push":
        protection["required_pull_request_reviews"]["require_last_push_approval"] = False
    elif drift == "exempt":
        protection["required_pull_request_reviews"]["bypass_pull_request_allowances"]["users"] = ["somebody"]
    elif drift == "token":
        account.actions["workflow"]["default_workflow_permissions"] = "write"
    elif drift == "bot approves":
        account.actions["workflow"]["can_approve_pull_request_reviews"] = True
    elif drift == "forks":
        account.actions["fork-pr-contributor-approval"]["approval_policy"] = "first_time_contributors"
    elif drift == "owners":
        account.owner_errors = [{"line": 3, "kind": "Unknown owner"}]
    else:
        account.secrets["prod"] = []
    account.protection = protection
    assert list(changes(account, "owner", "mails")) != []
    account.mend()
    account.by_hand()
    assert list(changes(account, "owner", "mails")) == []


@pytest.mark.parametrize("private", [False, True])
def test_a_pull_request_of_a_fork_runs_after_an_approval_and_without_a_secret(private: bool) -> None:
    """Its workflows are those of the fork: they could name the group of a deployment, and cancel it."""
    account = Account()
    account.private = private
    account.mend()
    account.by_hand()
    assert list(changes(account, "owner", "mails")) == []
    if private:
        found = account.actions["fork-pr-workflows-private-repos"]
        assert found["require_approval_for_fork_pr_workflows"] is True
        assert not found["send_write_tokens_to_workflows"]
        assert not found["send_secrets_and_variables"]
    else:
        found = account.actions["fork-pr-contributor-approval"]
        assert found == {"approval_policy": "all_external_contributors"}


def test_a_team_that_is_not_there_is_named(account: Account) -> None:
    del account.teams["qa"]
    with pytest.raises(RefusedError, match="There is no team qa in owner"):
        list(changes(account, "owner", "mails"))


def test_without_gh_it_says_where_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from infra.pipeline.__main__ import main

    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["set-up-github", "--repository", "owner/mails"]) == 4
    assert "gh was not found" in capsys.readouterr().err
    assert main(["set-up-github", "--repository", "mails"]) == 3
