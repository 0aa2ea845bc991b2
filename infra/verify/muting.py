"""Rules that keep the alarms of the design from telling anybody, for hours or for good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from infra.verify.aws import Account
from infra.verify.checks import Question, Subject
from infra.verify.topic import topics

_OVER: Final = "EXPIRED"
_MEND: Final = (
    "delete the rule, or let it name other alarms; to be quiet for a while is a change of the Terraform"
)


def mute_questions(account: Account) -> Iterator[Question]:
    """One of each region that has alarms."""
    for region in topics(account.environment):
        yield Subject("alarms", f"alarms in {region}", "account").question(
            "rules that mute them", {}, partial(_muted, account, region), remedy=_MEND
        )


def _muted(account: Account, region: str) -> dict[str, list[str]]:
    """Rule to those of our alarms that it mutes; the alarms of others are theirs to mute.

    A rule says whom it mutes only where it is asked for by its name, which is the end of its ARN.
    """
    prefix = f"bbws-{account.environment.name}-"
    found = {}
    for one in account.read("cloudwatch.list_alarm_mute_rules", region).get("AlarmMuteRuleSummaries", []):
        name = one["AlarmMuteRuleArn"].rpartition(":")[2].rpartition("/")[2]
        rule = account.find("cloudwatch.get_alarm_mute_rule", region, AlarmMuteRuleName=name)
        if one.get("Status") != _OVER and (ours := _ours(rule, prefix)):
            found[name] = ours
    return found


def _ours(rule: Mapping[str, Any], prefix: str) -> list[str]:
    """By name, by ARN, or by no name at all: then a rule mutes whatever there is."""
    targets = rule.get("MuteTargets", {}).get("AlarmNames", [])
    if rule and not targets:
        return ["every alarm"]
    return sorted(name for name in targets if name.rpartition(":")[2].startswith(prefix))
