"""The roles of the pipeline: who may take each, for how long, and what rights it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from infra.design import BRANCH, SESSION_SECONDS, Environment
from infra.verify.aws import Account
from infra.verify.checks import Check, Subject, ask
from infra.verify.documents import policy_of, statements, texts
from infra.verify.rights import verify_rights

GITHUB: Final = "token.actions.githubusercontent.com"
TAKING: Final = "sts:AssumeRoleWithWebIdentity"
PLANNER_POLICY: Final = "read-for-plans"
PRUNER_POLICY: Final = "prune-releases"

_MEMBERS: Final = ("Sid", "Effect", "Principal", "Action", "Condition")
"""What the one statement of a trust policy is made of."""

_LOOKED_AT: Final = ("cloudwatch:", "dynamodb:", "iam:", "kms:", "s3:")
_LOOKING: Final = ("Describe", "Get", "List")
_DATA: Final = ("dynamodb:Get", "s3:GetObject")
"""Services and verbs of a plan, and beginnings of rights on data, which a planner has on the state alone."""


def verify_roles(account: Account) -> Iterator[Check]:
    """Planner, deployer and pruner: one hour, one subject of GitHub on main, no more rights."""
    environment = account.environment
    for arn, subject_claim in environment.subjects.items():
        name = arn.rpartition("/")[2]
        subject = Subject("access", name)
        answer = ask(account.iam.get_role, RoleName=name)
        if answer.problem:
            yield subject.missing("exists", "yes", answer)
            continue
        role = answer.value["Role"]
        yield subject.equal("session seconds", SESSION_SECONDS, role.get("MaxSessionDuration"))
        trust = policy_of(role["AssumeRolePolicyDocument"])
        problems = list(_trust_problems(trust, environment, subject_claim))
        yield subject.holds(
            "taken by",
            not problems,
            expected=f"{subject_claim.partition(':')[2]} on main, and nobody else",
            found="; ".join(problems),
        )
        yield from _policies(account, subject, name)
        yield from verify_rights(account, subject, name)
        if arn == environment.planner:
            yield _only_looks(account, subject, name)


def _trust_problems(trust: Mapping[str, Any], environment: Environment, subject_claim: str) -> Iterator[str]:
    """Everything in a trust policy that is not the one statement of the design."""
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
        yield from _condition_problems(statement.get("Condition", {}), subject_claim)


def _condition_problems(condition: Mapping[str, Any], subject_claim: str) -> Iterator[str]:
    """Everything in the condition of a trust policy beside audience, branch and the one subject."""
    equals = condition.get("StringEquals", {})
    expected = {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:ref": BRANCH}
    for key, value in expected.items():
        if texts(equals.get(key)) != [value]:
            yield f"any {'audience' if key.endswith('aud') else 'branch'}"
    subjects = texts(equals.get(f"{GITHUB}:sub"))
    yield from (f"also {subject}" for subject in subjects if subject != subject_claim)
    if not subjects:
        yield "any subject"
    elif subject_claim not in subjects:
        yield f"not {subject_claim}"
    yield from (f"a condition {operator}" for operator in condition if operator != "StringEquals")
    yield from (f"a condition on {key}" for key in equals if key not in {*expected, f"{GITHUB}:sub"})


def _policies(account: Account, subject: Subject, name: str) -> Iterator[Check]:
    """Policies are made and named by Terraform; one more is a right that nobody reviewed."""
    environment = account.environment
    parts: list[str] = []
    if environment.role(name) == environment.deployer:
        parts = ["buckets", "state", "surroundings", "tables"]
        parts += ["destroy"] if environment.torn_down else []
    expected = tuple(sorted(f"{name}-{part}" for part in parts))
    attached = ask(account.iam.list_attached_role_policies, RoleName=name)
    if attached.problem:
        yield subject.missing("attached policies", expected, attached)
        return
    names = sorted(policy["PolicyName"] for policy in attached.value["AttachedPolicies"])
    yield subject.equal("attached policies", expected, tuple(names))
    policies = {environment.planner: (PLANNER_POLICY,), environment.pruner: (PRUNER_POLICY,)}
    own = policies.get(environment.role(name), ())
    inline = ask(account.iam.list_role_policies, RoleName=name)
    if inline.problem:
        yield subject.missing("policies of its own", own, inline)
    else:
        yield subject.equal("policies of its own", own, tuple(sorted(inline.value["PolicyNames"])))


def _only_looks(account: Account, subject: Subject, name: str) -> Check:
    """The planner is taken without anybody's approval, so its one policy is held to a rule of its own."""
    what, expected = "writes nothing, reads no data", "yes"
    answer = ask(account.iam.get_role_policy, RoleName=name, PolicyName=PLANNER_POLICY)
    if answer.problem:
        return subject.missing(what, expected, answer)
    too_much = {
        action
        for statement in statements(policy_of(answer.value["PolicyDocument"]))
        if statement["Effect"] == "Allow"
        for action in texts(statement.get("Action")) or ["everything but something"]
        if not _looks(action, texts(statement.get("Resource")) or ["*"], account.environment)
    }
    return subject.holds(what, not too_much, expected=expected, found=f"it may {', '.join(sorted(too_much))}")


def _looks(action: str, resources: Sequence[str], environment: Environment) -> bool:
    """Whether a right changes nothing and reads no data but the state of the pipeline's components."""
    verb = action.partition(":")[2]
    if "*" in action or "?" in action or not action.startswith(_LOOKED_AT) or not verb.startswith(_LOOKING):
        return False
    return not action.startswith(_DATA) or all(
        resource == environment.lock_table or resource.startswith(environment.states)
        for resource in resources
    )
