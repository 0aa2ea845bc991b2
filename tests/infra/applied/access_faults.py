"""Ways to give a role to somebody else, or to give it more, each with what mends it again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.infra.applied.bucket_faults import Undo
from tests.infra.estate import Estate

GITHUB = "token.actions.githubusercontent.com"
REPOSITORY = "repo:BigBeardWebSolutions/2_1_bbws_s3_schemas"
PLANNER, DEPLOYER = "bbws-terraform-planner", "bbws-terraform-deployer"


def trust(role: str, **claims: Any) -> Callable[[Estate], Undo]:
    """The trust policy of a role with other claims; None for no condition on one."""

    def cause(estate: Estate) -> Undo:
        iam = estate.emulator.client("iam")
        name = f"{role}-{estate.name}"
        before = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        document = json.loads(json.dumps(before))
        equals = document["Statement"][0]["Condition"]["StringEquals"]
        for claim, value in claims.items():
            equals[f"{GITHUB}:{claim}"] = value
            if value is None:
                del equals[f"{GITHUB}:{claim}"]

        def put(policy: Any) -> None:
            iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(policy))

        put(document)
        return lambda: put(before)

    return cause


def attach(role: str, policy: str) -> Callable[[Estate], Undo]:
    """One more policy of AWS on a role."""

    def cause(estate: Estate) -> Undo:
        iam = estate.emulator.client("iam")
        arguments = {"RoleName": f"{role}-{estate.name}", "PolicyArn": f"arn:aws:iam::aws:policy/{policy}"}
        iam.attach_role_policy(**arguments)
        return lambda: iam.detach_role_policy(**arguments)

    return cause


def let_the_planner(action: str, resource: str) -> Callable[[Estate], Undo]:
    """One more statement in the planner's own policy."""

    def cause(estate: Estate) -> Undo:
        iam = estate.emulator.client("iam")
        place = {"RoleName": f"bbws-terraform-planner-{estate.name}", "PolicyName": "read-for-plans"}
        before = iam.get_role_policy(**place)["PolicyDocument"]
        more = {"Effect": "Allow", "Action": [action], "Resource": [resource.format(estate.name)]}
        document = {**before, "Statement": [*before["Statement"], more]}
        iam.put_role_policy(**place, PolicyDocument=json.dumps(document))
        return lambda: iam.put_role_policy(**place, PolicyDocument=json.dumps(before))

    return cause


def widen_the_deployer(estate: Estate) -> Undo:
    """A policy keeps its name and gets a new version, with one more action in a statement that is there."""
    iam = estate.emulator.client("iam")
    arn = f"arn:aws:iam::{estate.emulator.account}:policy/{DEPLOYER}-{estate.name}-buckets"
    before = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=before)["PolicyVersion"]["Document"]
    wider = json.loads(json.dumps(document))
    wider["Statement"][0]["Action"].append("s3:DeleteBucket")
    made = iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(wider), SetAsDefault=True)

    def undo() -> None:
        iam.set_default_policy_version(PolicyArn=arn, VersionId=before)
        iam.delete_policy_version(PolicyArn=arn, VersionId=made["PolicyVersion"]["VersionId"])

    return undo


def change_rights(role: str, policy: str, **changes: Any) -> Callable[[Estate], Undo]:
    """The first statement of a role's own policy with other members."""

    def cause(estate: Estate) -> Undo:
        iam = estate.emulator.client("iam")
        place = {"RoleName": f"{role}-{estate.name}", "PolicyName": policy}
        before = iam.get_role_policy(**place)["PolicyDocument"]
        document = json.loads(json.dumps(before))
        document["Statement"][0].update(changes)
        iam.put_role_policy(**place, PolicyDocument=json.dumps(document))
        return lambda: iam.put_role_policy(**place, PolicyDocument=json.dumps(before))

    return cause


def give_the_pruner_more(estate: Estate) -> Undo:
    iam = estate.emulator.client("iam")
    place = {"RoleName": f"bbws-templates-pruner-{estate.name}", "PolicyName": "temporary"}
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.put_role_policy(
        **place, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    )
    return lambda: iam.delete_role_policy(**place)
