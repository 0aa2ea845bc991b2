"""The policies of the account, and the provider that vouches for GitHub's tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from infra.design import Environment
from infra.verify.aws import Account
from infra.verify.checks import Question, Subject
from infra.verify.documents import policy_of, rights, rights_of
from infra.verify.recorded import names, recorded
from infra.verify.roles import policy_arn, roles
from infra.verify.tags import tags_of
from infra.verify.trust import AUDIENCE, GITHUB

_OURS: Final = ("bbws-terraform-", "bbws-templates-", "bbws-backup-", "bbws-deployer-")


def policy_questions(account: Account) -> Iterator[Question]:
    """Each policy by its rights and by who has it, and that there is no other of these names."""
    environment = account.environment
    designed = names(environment.name, "managed policy")
    holders = _holders(environment)
    for name in designed:
        yield from _questions(account, name, holders.get(name, frozenset()))
    yield Subject("access", "policies of the account", "account").question(
        "policies of this product", frozenset(designed), partial(_listed, account)
    )


def provider_questions(account: Account) -> Iterator[Question]:
    """GitHub's provider; one of another host is another product's."""
    environment = account.environment
    arn = f"arn:aws:iam::{environment.account}:oidc-provider/{GITHUB}"
    subject = Subject("access", GITHUB, "account")
    read = partial(account.read, "iam.get_open_id_connect_provider", OpenIDConnectProviderArn=arn)
    yield subject.question(
        "identity provider",
        {"Url": GITHUB, "ClientIDList": [AUDIENCE]},
        lambda: {"Url": read().get("Url"), "ClientIDList": sorted(read().get("ClientIDList", []))},
    )
    yield subject.question("tags", environment.tags("s3"), lambda: tags_of(read().get("Tags", [])))
    yield subject.question(
        "providers that speak for GitHub",
        [arn],
        lambda: sorted(
            one["Arn"]
            for one in account.read("iam.list_open_id_connect_providers")["OpenIDConnectProviderList"]
            if "github" in one["Arn"].lower()
        ),
    )
    yield subject.question(
        "providers of SAML",
        [],
        lambda: sorted(one["Arn"] for one in account.read("iam.list_saml_providers")["SAMLProviderList"]),
    )


def _questions(account: Account, name: str, holders: frozenset[str]) -> Iterator[Question]:
    environment = account.environment
    arn = policy_arn(environment, name)
    subject = Subject("access", name, "account")

    def head() -> Mapping[str, Any]:
        found: Mapping[str, Any] = account.read("iam.get_policy", PolicyArn=arn)["Policy"]
        return found

    def document() -> Mapping[str, Any]:
        answer = account.read("iam.get_policy_version", PolicyArn=arn, VersionId=head()["DefaultVersionId"])
        return policy_of(answer["PolicyVersion"]["Document"])

    yield subject.question(
        "rights",
        rights(recorded(environment.name, "managed policy", name)),
        lambda: rights_of(document()),
    )
    yield subject.question("tags", environment.tags("s3"), lambda: tags_of(head().get("Tags", [])))
    # The Lambdas' repositories attach the reader policy themselves, sooner or later.
    readers = frozenset(f"role {arn.rpartition('/')[2]}" for arn in environment.readers)
    yield subject.question(
        "bounds",
        frozenset(f"role {role.name}" for role in roles(environment) if role.boundary == arn),
        partial(_held, account, arn, "PermissionsBoundary"),
        remedy="delete whoever it bounds, or take the boundary off: roles that the deployer makes need it",
    )
    may = readers if name.startswith("bbws-templates-reader-") else frozenset()
    yield subject.question("held by", holders, lambda: _held(account, arn) - may)


def _holders(environment: Environment) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for role in roles(environment):
        for arn in role.attached:
            name = arn.rpartition("/")[2]
            found[name] = found.get(name, frozenset()) | {f"role {role.name}"}
    return found


def _held(account: Account, arn: str, usage: str = "PermissionsPolicy") -> frozenset[str]:
    """Everybody that the policy is attached to, or that it bounds (``usage``)."""
    kinds = {"PolicyRoles": "role", "PolicyUsers": "user", "PolicyGroups": "group"}
    members = {"PolicyRoles": "RoleName", "PolicyUsers": "UserName", "PolicyGroups": "GroupName"}
    answer = account.read("iam.list_entities_for_policy", PolicyArn=arn, PolicyUsageFilter=usage)
    return frozenset(f"{kinds[kind]} {one[members[kind]]}" for kind in kinds for one in answer.get(kind, []))


def _listed(account: Account) -> frozenset[str]:
    listed = account.read("iam.list_policies", Scope="Local")["Policies"]
    named = (policy["PolicyName"] for policy in listed)
    return frozenset(name for name in named if name.lower().startswith(_OURS))
