"""AWS Backup: tags whose path has no trailing slash, plan updates, selections, settings."""

import json
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from moto.backup import urls
from moto.backup.exceptions import ResourceNotFoundException
from moto.backup.models import BackupBackend, Plan
from moto.backup.responses import BackupResponse

SELECTIONS: dict[str, dict[str, dict[str, Any]]] = {}
"""Plan id to selection id to selection. One server holds one account, so plan ids do not clash."""


SETTINGS = {
    "ResourceTypeOptInPreference": {"DynamoDB": True},
    "ResourceTypeManagementPreference": {"DynamoDB": True},
}
"""As an account made since November 2021 answers."""


_create_backup_plan = BackupBackend.create_backup_plan
_delete_backup_plan = BackupBackend.delete_backup_plan


def list_tags(self: BackupResponse) -> str:
    arn = unquote(self.path.split("/tags/", 1)[1]).rstrip("/")
    return json.dumps({"Tags": self.backup_backend.list_tags(resource_arn=arn)})


def update_backup_plan(self: BackupResponse) -> str:
    plan = _plan(self.backup_backend, self.path.rstrip("/").split("/")[-1])
    fresh = Plan(json.loads(self.body)["BackupPlan"], plan.creator_request_id, self.backup_backend)
    plan.backup_plan, plan.version_id = fresh.backup_plan, fresh.version_id
    return json.dumps(plan.to_dict())


def create_backup_plan(
    self: BackupBackend,
    backup_plan: dict[str, Any],
    backup_plan_tags: dict[str, str],
    creator_request_id: str,
) -> Plan:
    """The name of a plan that was deleted is free again."""
    gone = {plan_id: plan for plan_id, plan in self.plans.items() if plan.deletion_date is not None}
    for plan_id in gone:
        del self.plans[plan_id]
    try:
        return _create_backup_plan(self, backup_plan, backup_plan_tags, creator_request_id)
    finally:
        self.plans.update(gone)


def delete_backup_plan(self: BackupBackend, backup_plan_id: str) -> tuple[str, str, float, str]:
    """Once."""
    if _plan(self, backup_plan_id).deletion_date is not None:
        raise ResourceNotFoundException(msg="Cannot find Backup plan")
    return _delete_backup_plan(self, backup_plan_id)


def create_backup_selection(self: BackupResponse) -> str:
    plan_id = self.path.split("/plans/")[1].split("/")[0]
    _plan(self.backup_backend, plan_id)
    selection_id = str(uuid4())
    SELECTIONS.setdefault(plan_id, {})[selection_id] = json.loads(self.body)["BackupSelection"]
    return json.dumps({"BackupPlanId": plan_id, "SelectionId": selection_id})


def get_backup_selection(self: BackupResponse) -> str:
    plan_id, selection_id = _selection_path(self.path)
    selection = SELECTIONS.get(plan_id, {}).get(selection_id)
    if selection is None:
        raise ResourceNotFoundException(msg="Cannot find Backup selection")
    return json.dumps({"BackupPlanId": plan_id, "SelectionId": selection_id, "BackupSelection": selection})


def list_backup_selections(self: BackupResponse) -> str:
    plan_id = self.path.split("/plans/")[1].split("/")[0]
    found = [
        {"BackupPlanId": plan_id, "SelectionId": selection_id, "SelectionName": selection["SelectionName"]}
        for selection_id, selection in SELECTIONS.get(plan_id, {}).items()
    ]
    return json.dumps({"BackupSelectionsList": found})


def delete_backup_selection(self: BackupResponse) -> str:
    plan_id, selection_id = _selection_path(self.path)
    SELECTIONS.get(plan_id, {}).pop(selection_id, None)
    return "{}"


def describe_region_settings(self: BackupResponse) -> str:
    return json.dumps(SETTINGS)


def update_region_settings(self: BackupResponse) -> str:
    for preference, switched in json.loads(self.body).items():
        SETTINGS[preference].update(switched)
    return "{}"


def _plan(backend: BackupBackend, plan_id: str) -> Plan:
    if plan_id not in backend.plans:
        raise ResourceNotFoundException(msg="Cannot find Backup plan")
    return backend.plans[plan_id]


def _selection_path(path: str) -> tuple[str, str]:
    plan_id, _, rest = path.split("/plans/")[1].partition("/selections/")
    return plan_id, rest.strip("/")


def install() -> None:
    for call in (
        list_tags,
        update_backup_plan,
        create_backup_selection,
        get_backup_selection,
        list_backup_selections,
        delete_backup_selection,
        describe_region_settings,
        update_region_settings,
    ):
        setattr(BackupResponse, call.__name__, call)
    for method in (create_backup_plan, delete_backup_plan):
        setattr(BackupBackend, method.__name__, method)
    urls.url_paths["{0}/account-settings$"] = urls.response.dispatch
