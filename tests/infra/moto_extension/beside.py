"""What may stand beside the estate and moto does not know: mute rules, actions, access grants, regions.

Each kind is kept as it came in and answered as it was kept; none of them does anything here.
"""

import json
from typing import Any, Final

from moto.account import urls as account_urls
from moto.account.responses import AccountResponse
from moto.budgets.responses import BudgetsResponse
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.iam.responses import IamResponse
from moto.s3control import urls as s3control_urls
from moto.s3control.responses import S3ControlResponse
from moto.sns.responses import SNSResponse

REGIONS: Final = ("af-south-1", "eu-west-1", "us-east-1")
"""Those that are switched on, of which AWS has some twenty."""

PROTECTIONS: dict[str, str] = {}
"""Topic to its data protection policy."""
MUTES: dict[tuple[str, str], dict[str, Any]] = {}
"""Region and name to a rule that mutes alarms."""
BUDGET_ACTIONS: dict[str, list[dict[str, Any]]] = {}
GRANTS: set[str] = set()
"""Regions with an instance of S3 Access Grants."""
BOUNDED_USERS: dict[str, str] = {}
"""User to the policy that bounds it; moto knows boundaries of roles alone."""

_list_entities_for_policy = IamResponse.list_entities_for_policy


def put_data_protection_policy(self: SNSResponse) -> Any:
    PROTECTIONS[self._get_param("ResourceArn")] = self._get_param("DataProtectionPolicy")
    return EmptyResult()


def get_data_protection_policy(self: SNSResponse) -> Any:
    return ActionResult({"DataProtectionPolicy": PROTECTIONS.get(self._get_param("ResourceArn"), "")})


def put_alarm_mute_rule(self: CloudWatchResponse) -> Any:
    name = self._get_param("Name")
    MUTES[self.region, name] = {
        "Name": name,
        "AlarmMuteRuleArn": f"arn:aws:cloudwatch:{self.region}:{self.current_account}:alarm-mute-rule:{name}",
        "Rule": self._get_param("Rule"),
        "MuteTargets": self._get_param("MuteTargets"),
        "Status": "SCHEDULED",
    }
    return EmptyResult()


def get_alarm_mute_rule(self: CloudWatchResponse) -> Any:
    return ActionResult(MUTES[self.region, self._get_param("AlarmMuteRuleName")])


def delete_alarm_mute_rule(self: CloudWatchResponse) -> Any:
    MUTES.pop((self.region, self._get_param("AlarmMuteRuleName")), None)
    return EmptyResult()


def list_alarm_mute_rules(self: CloudWatchResponse) -> Any:
    found = [
        {name: rule[name] for name in ("AlarmMuteRuleArn", "Status")}
        for (region, _), rule in MUTES.items()
        if region == self.region
    ]
    return ActionResult({"AlarmMuteRuleSummaries": found})


def create_budget_action(self: BudgetsResponse) -> str:
    members = json.loads(self.body)
    name = members["BudgetName"]
    made = {**members, "ActionId": f"00000000-0000-4000-8000-{len(name):012}", "Status": "STANDBY"}
    BUDGET_ACTIONS.setdefault(name, []).append(made)
    return json.dumps({name: made[name] for name in ("AccountId", "BudgetName", "ActionId")})


def delete_budget_action(self: BudgetsResponse) -> str:
    members = json.loads(self.body)
    kept = BUDGET_ACTIONS[members["BudgetName"]]
    kept[:] = [one for one in kept if one["ActionId"] != members["ActionId"]]
    return json.dumps(members)


def describe_budget_actions_for_budget(self: BudgetsResponse) -> str:
    return json.dumps({"Actions": BUDGET_ACTIONS.get(json.loads(self.body)["BudgetName"], [])})


def create_access_grants_instance(self: S3ControlResponse) -> Any:
    GRANTS.add(self.region)
    return ActionResult({"AccessGrantsInstanceId": "default", "AccessGrantsInstanceArn": _instance(self)})


def delete_access_grants_instance(self: S3ControlResponse) -> Any:
    GRANTS.discard(self.region)
    return EmptyResult()


def list_access_grants_instances(self: S3ControlResponse) -> Any:
    found = {"AccessGrantsInstanceId": "default", "AccessGrantsInstanceArn": _instance(self)}
    return ActionResult({"AccessGrantsInstancesList": [found] if self.region in GRANTS else []})


def _instance(self: S3ControlResponse) -> str:
    # Asked as a proxy, the server learns the region from the name of the host.
    return f"arn:aws:s3:{self.region}:{self.current_account}:access-grants/default"


def list_regions(self: AccountResponse) -> Any:
    enabled = {"RegionOptStatus": "ENABLED_BY_DEFAULT"}
    return ActionResult({"Regions": [{"RegionName": region, **enabled} for region in REGIONS]})


def put_user_permissions_boundary(self: IamResponse) -> Any:
    BOUNDED_USERS[self._get_param("UserName")] = self._get_param("PermissionsBoundary")
    return EmptyResult()


def delete_user_permissions_boundary(self: IamResponse) -> Any:
    BOUNDED_USERS.pop(self._get_param("UserName"), None)
    return EmptyResult()


def list_entities_for_policy(self: IamResponse) -> Any:
    """Moto answers with those whom the policy gives rights, whatever it is asked for."""
    if self._get_param("PolicyUsageFilter") != "PermissionsBoundary":
        return _list_entities_for_policy(self)
    arn = self._get_param("PolicyArn")
    roles = [role for role in self.backend.roles.values() if role.permissions_boundary_arn == arn]
    users = [user for user in self.backend.users.values() if BOUNDED_USERS.get(user.name) == arn]
    return ActionResult(
        {"PolicyRoles": roles, "PolicyUsers": users, "PolicyGroups": [], "IsTruncated": False}
    )


_CALLS: Final[dict[Any, tuple[Any, ...]]] = {
    SNSResponse: (put_data_protection_policy, get_data_protection_policy),
    CloudWatchResponse: (
        put_alarm_mute_rule,
        get_alarm_mute_rule,
        delete_alarm_mute_rule,
        list_alarm_mute_rules,
    ),
    BudgetsResponse: (create_budget_action, delete_budget_action, describe_budget_actions_for_budget),
    S3ControlResponse: (
        create_access_grants_instance,
        delete_access_grants_instance,
        list_access_grants_instances,
    ),
    AccountResponse: (list_regions,),
    IamResponse: (
        put_user_permissions_boundary,
        delete_user_permissions_boundary,
        list_entities_for_policy,
    ),
}


def install() -> None:
    for response, calls in _CALLS.items():
        for call in calls:
            setattr(response, call.__name__, call)
    account_urls.url_paths["{0}/listRegions$"] = AccountResponse.dispatch
    for path in ("accessgrantsinstance", "accessgrantsinstances"):
        s3control_urls.url_paths[rf"{{0}}/v20180820/{path}$"] = S3ControlResponse.dispatch
        s3control_urls.url_paths[f"/v20180820/{path}"] = S3ControlResponse.dispatch
