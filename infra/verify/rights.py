"""What the roles of the pipeline may do, right by right, against what the Terraform gives them.

``infra/rights/ENV.json`` is written from the plan of the module `access` (``make infra-rights``), and a test
holds it to the plan, so nobody keeps it by hand; whoever reviews a change of rights reads it there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from infra.verify.aws import Account
from infra.verify.checks import Answer, Check, Subject, ask
from infra.verify.documents import policy_of, statements, texts

FILES: Final = Path(__file__).resolve().parents[1] / "rights"
_NAMED: Final = 5


def verify_rights(account: Account, subject: Subject, name: str) -> Iterator[Check]:
    """One check for each policy that the role ``name`` should have: these rights and no others."""
    file = FILES / f"{account.environment.name}.json"
    policies: dict[str, list[Any]] = json.loads(file.read_text(encoding="utf-8"))[name]
    for policy, expected in policies.items():
        what, as_designed = f"rights of {policy}", "as in the Terraform"
        answer = _document(account, name, policy)
        if answer.problem:
            yield subject.missing(what, as_designed, answer)
            continue
        wanted, found = rights(expected), rights(statements(answer.value))
        problems = [*_words("also", found - wanted), *_words("not", wanted - found)]
        yield subject.holds(what, not problems, expected=as_designed, found="; ".join(problems))


def rights(found: Iterable[Mapping[str, Any]]) -> set[str]:
    """Each right that the statements give or take, in words, whatever way IAM has written them."""
    return {
        _right(statement, action, resource)
        for statement in found
        for action in texts(statement.get("Action")) or [f"all but {statement.get('NotAction')}"]
        for resource in texts(statement.get("Resource")) or [f"all but {statement.get('NotResource')}"]
    }


def _right(statement: Mapping[str, Any], action: str, resource: str) -> str:
    condition = {
        operator: {key: sorted(texts(value)) for key, value in keys.items()}
        for operator, keys in statement.get("Condition", {}).items()
    }
    refused = "" if statement["Effect"] == "Allow" else "refused "
    only_if = f" if {json.dumps(condition, sort_keys=True)}" if condition else ""
    return f"{refused}{action} on {resource}{only_if}"


def _document(account: Account, role: str, policy: str) -> Answer:
    """The policy of that name: the account's when it begins with the role's name, else the role's own."""
    iam, environment = account.iam, account.environment
    if not policy.startswith(role):
        own = ask(iam.get_role_policy, RoleName=role, PolicyName=policy)
        return own if own.problem else Answer(policy_of(own.value["PolicyDocument"]))
    arn = f"arn:aws:iam::{environment.account}:policy/{policy}"
    head = ask(iam.get_policy, PolicyArn=arn)
    if head.problem:
        return head
    version = ask(iam.get_policy_version, PolicyArn=arn, VersionId=head.value["Policy"]["DefaultVersionId"])
    return version if version.problem else Answer(policy_of(version.value["PolicyVersion"]["Document"]))


def _words(word: str, some: set[str]) -> Iterator[str]:
    named = sorted(some)
    yield from (f"{word} {right}" for right in named[:_NAMED])
    if len(named) > _NAMED:
        yield f"{word} {len(named) - _NAMED} more"
