"""The roles and policies of IAM: who may take each role, for how long, and which rights it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from infra.design import SESSION_SECONDS, Environment
from infra.verify.aws import Account
from infra.verify.checks import Question, Subject
from infra.verify.documents import policy_of, rights, rights_of, statements, texts
from infra.verify.recorded import recorded, role_rights
from infra.verify.tags import tags_of
from infra.verify.trust import may_be_ours, trust_problems

PLANNER_POLICY: Final = "read-for-plans"
AUDITOR_POLICY: Final = "look-at-the-account"
_OURS: Final = ("bbws-terraform-", "bbws-templates-", "bbws-backup-", "bbws-deployer-")
_BACKUP_POLICIES: Final = ("AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores")

_LOOKED_AT: Final = (
    "account",
    "backup",
    "budgets",
    "cloudwatch",
    "dynamodb",
    "events",
    "iam",
    "kms",
    "s3",
    "sns",
)
_LOOKING: Final = ("Describe", "Get", "List", "View")
_DATA: Final = ("dynamodb:GetItem", "dynamodb:GetRecords", "s3:GetObject")
"""Services and verbs of looking, and beginnings of rights on data, which states and templates alone show."""


@dataclass(frozen=True)
class Role:
    """A role of the design. ``own`` and ``attached`` are its policies; of ``claim`` see ``trust``."""

    arn: str
    component: str
    description: str
    tagged: str
    claim: str = ""
    boundary: str = ""
    own: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    attached: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Its name, which IAM wants."""
        return self.arn.rpartition("/")[2]


def roles(environment: Environment) -> Iterator[Role]:
    """Every role that the Terraform makes."""
    said = {
        environment.planner: "Plans changes of the infrastructure and writes nothing (GitHub Actions)",
        environment.auditor: "Looks at the whole account and writes nothing (GitHub Actions)",
        environment.deployer: "Deploys the infrastructure of the templates and tables, and publishes "
        "templates (GitHub Actions)",
        environment.pruner: "Deletes old template releases, and nothing else (GitHub Actions)",
    }
    for arn, claim in environment.subjects.items():
        name = arn.rpartition("/")[2]
        policies = role_rights(environment.name).get(name, {})
        own = {policy: found for policy, found in policies.items() if not policy.startswith(name)}
        attached = frozenset(
            policy_arn(environment, policy) for policy in policies if policy.startswith(name)
        )
        yield Role(arn, "account", said[arn], "s3", claim, own=own, attached=attached)
    yield Role(
        environment.backup_role,
        "account",
        "Lets AWS Backup back up and restore the tables",
        "dynamodb",
        attached=frozenset(f"arn:aws:iam::aws:policy/service-role/{policy}" for policy in _BACKUP_POLICIES),
    )
    if environment.replicated:
        name = environment.replication_role.rpartition("/")[2]
        yield Role(
            environment.replication_role,
            "templates",
            f"Lets S3 copy {environment.bucket} to {environment.replica_bucket}",
            "s3",
            boundary=policy_arn(environment, f"bbws-deployer-boundary-{environment.name}"),
            own={"replicate": recorded(environment.name, "own policy", f"{name} replicate")},
        )


def policy_arn(environment: Environment, name: str) -> str:
    """ARN of a policy of this account."""
    return f"arn:aws:iam::{environment.account}:policy/{name}"


def role_questions(account: Account) -> Iterator[Question]:
    """Every question on every role, and that no other has one of these names."""
    environment = account.environment
    designed = list(roles(environment))
    for role in designed:
        yield from _questions(account, role)
    for arn, policy in {environment.planner: PLANNER_POLICY, environment.auditor: AUDITOR_POLICY}.items():
        looking = Subject("access", arn.rpartition("/")[2], "account")
        yield looking.question(
            "rights that write, or read data", [], partial(_more_than_looks, account, arn, policy)
        )
    yield Subject("access", "roles of the account", "account").question(
        "roles of this product",
        frozenset(role.name for role in designed),
        lambda: frozenset(name for name in _listed(account) if name.lower().startswith(_OURS)),
    )
    yield Subject("access", "roles of the account", "templates").question(
        "roles that read templates",
        frozenset(environment.reader_roles),
        lambda: frozenset(_listed(account)) & frozenset(environment.reader_roles),
        remedy="deploy the service whose role is gone, or see docs/runbooks/lambda-roles.md",
    )
    for kind, member in (("user", "UserName"), ("group", "GroupName")):
        yield Subject("access", f"{kind}s of the account", "account").question(
            f"{kind}s of this product",
            frozenset(),
            partial(_people, account, kind, member),
            remedy=f"delete the {kind} and its keys: nothing of this product needs one",
        )
    yield Subject("access", "roles of the account", "account").question(
        "roles that this repository may take",
        frozenset(arn.rpartition("/")[2] for arn in environment.subjects),
        partial(_taken_by_us, account),
    )
    yield Subject("access", "roles of the account", "account").question(
        "roles that a role of this product, or anybody, may take",
        frozenset(),
        partial(_taken_by_ours, account),
    )


def _questions(account: Account, role: Role) -> Iterator[Question]:
    environment = account.environment
    subject = Subject("access", role.name, role.component)
    read = _reader(account, role)

    def trust() -> Mapping[str, Any]:
        return policy_of(read("get_role")["Role"]["AssumeRolePolicyDocument"])

    yield subject.question("settings", _settings(role), lambda: _found_settings(read("get_role")["Role"]))
    yield subject.question(
        "taken by",
        rights(recorded(environment.name, "trust", role.name)),
        lambda: rights_of(trust()),
    )
    if role.claim:
        yield subject.question(
            "taken on main, by its subject alone",
            [],
            lambda: list(trust_problems(trust(), environment, role.claim)),
        )
    yield subject.question(
        "attached policies",
        role.attached,
        lambda: frozenset(
            one["PolicyArn"] for one in read("list_attached_role_policies")["AttachedPolicies"]
        ),
    )
    yield subject.question(
        "policies of its own",
        frozenset(role.own),
        lambda: frozenset(read("list_role_policies")["PolicyNames"]),
    )
    for policy, designed in role.own.items():
        yield subject.question(
            f"rights of {policy}",
            rights(designed),
            lambda policy=policy: rights_of(  # type: ignore[misc]
                policy_of(read("get_role_policy", PolicyName=policy)["PolicyDocument"])
            ),
        )
    yield subject.question(
        "instance profiles",
        [],
        lambda: [
            one["InstanceProfileName"] for one in read("list_instance_profiles_for_role")["InstanceProfiles"]
        ],
    )
    yield subject.question(
        "tags", environment.tags(role.tagged), lambda: tags_of(read("get_role")["Role"].get("Tags", []))
    )


def _reader(account: Account, role: Role) -> Callable[..., Mapping[str, Any]]:
    def read(call: str, **arguments: Any) -> Mapping[str, Any]:
        return account.read(f"iam.{call}", RoleName=role.name, **arguments)

    return read


def _settings(role: Role) -> dict[str, Any]:
    return {
        "Path": "/",
        "MaxSessionDuration": SESSION_SECONDS,
        "Description": role.description,
        "PermissionsBoundary": role.boundary or "none",
    }


def _found_settings(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Path": found.get("Path"),
        "MaxSessionDuration": found.get("MaxSessionDuration"),
        "Description": found.get("Description", ""),
        "PermissionsBoundary": found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "none"),
    }


def _listed(account: Account) -> dict[str, Mapping[str, Any]]:
    return {role["RoleName"]: role for role in account.read("iam.list_roles")["Roles"]}


def _people(account: Account, kind: str, member: str) -> frozenset[str]:
    listed = account.read(f"iam.list_{kind}s")[f"{kind.capitalize()}s"]
    return frozenset(one[member] for one in listed if one[member].lower().startswith(_OURS))


def _taken_by_us(account: Account) -> frozenset[str]:
    """Roles whose trust policy lets a workflow of this repository in, whoever made them."""
    return frozenset(
        name
        for name, role in _listed(account).items()
        if _lets_in(policy_of(role.get("AssumeRolePolicyDocument") or {}))
    )


def _lets_in(trust: Mapping[str, Any]) -> bool:
    return any(may_be_ours(statement) for statement in statements(trust))


def _taken_by_ours(account: Account) -> frozenset[str]:
    """Roles that one of ours could go on to: within an account a trust policy that names it is right enough.

    Source: IAM User Guide, "Policy evaluation for requests within a single account".
    """
    ours = {role.arn for role in roles(account.environment)}
    return frozenset(
        name
        for name, role in _listed(account).items()
        if any(
            statement.get("Effect") == "Allow" and ours_or_anybody(statement.get("Principal"), ours)
            for statement in statements(policy_of(role.get("AssumeRolePolicyDocument") or {}))
        )
    )


def ours_or_anybody(principal: Any, ours: Set[str]) -> bool:
    """Whether a principal of a trust policy is anybody at all, or one of ``ours``."""
    named = texts(principal.get("AWS")) if isinstance(principal, Mapping) else texts(principal)
    return any(name == "*" or name in ours for name in named)


def _more_than_looks(account: Account, arn: str, policy: str) -> list[str]:
    """Planner and auditor are taken without an approval to write, so they are held to a rule of their own."""
    environment = account.environment
    answer = account.read("iam.get_role_policy", RoleName=arn.rpartition("/")[2], PolicyName=policy)
    readable = environment.states if arn == environment.planner else _shown(environment)
    return sorted(
        {
            action
            for statement in statements(policy_of(answer["PolicyDocument"]))
            if statement["Effect"] == "Allow"
            for action in texts(statement.get("Action")) or ["everything but something"]
            if not _looks(
                action, texts(statement.get("Resource")) or ["*"], (environment.lock_table, *readable)
            )
        }
    )


def _shown(environment: Environment) -> tuple[str, ...]:
    """Beginnings of the ARNs of what the auditor may read: every state, and what is published."""
    copy = (environment.replica_bucket,) if environment.replicated else ()
    names = (environment.bucket, *copy, environment.state_bucket)
    return tuple(f"arn:aws:s3:::{name}/" for name in names)


def _looks(action: str, resources: Sequence[str], readable: tuple[str, ...]) -> bool:
    """Whether a right changes nothing, and reads no data but what may be shown."""
    service, _, verb = action.partition(":")
    if "*" in action or "?" in action or service not in _LOOKED_AT or not verb.startswith(_LOOKING):
        return False
    return not action.startswith(_DATA) or all(resource.startswith(readable) for resource in resources)
