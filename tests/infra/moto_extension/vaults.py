"""AWS Backup: policy and notifications of a vault, and recovery points, which only a test makes here.

A backup that is started by hand is complete at once; a test says when it was made, as nobody waits for a day.
"""

import json
import time
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from moto.backup import urls
from moto.backup.exceptions import ResourceNotFoundException
from moto.backup.responses import BackupResponse

POLICIES: dict[str, str] = {}
NOTIFICATIONS: dict[str, dict[str, Any]] = {}
POINTS: dict[str, list[dict[str, Any]]] = {}
"""ARN of a vault to what it has."""
COPY_JOBS: dict[str, list[dict[str, Any]]] = {}
"""Region to the copies that were begun there. AWS forgets one after 30 days; here it is forgotten with the
recovery point that was copied, as nobody waits for a month."""
_AGE = "age-in-seconds"
"""Name of a recovery point's tag by which a test says how old it is to be."""


def put_backup_vault_access_policy(self: BackupResponse) -> str:
    POLICIES[_vault(self)] = json.loads(self.body)["Policy"]
    return "{}"


def get_backup_vault_access_policy(self: BackupResponse) -> str:
    arn = _vault(self)
    if arn not in POLICIES:
        raise ResourceNotFoundException(msg="The specified resource does not exist")
    name = arn.rpartition(":")[2]
    return json.dumps({"BackupVaultName": name, "BackupVaultArn": arn, "Policy": POLICIES[arn]})


def delete_backup_vault_access_policy(self: BackupResponse) -> str:
    POLICIES.pop(_vault(self), None)
    return "{}"


def put_backup_vault_notifications(self: BackupResponse) -> str:
    NOTIFICATIONS[_vault(self)] = json.loads(self.body)
    return "{}"


def get_backup_vault_notifications(self: BackupResponse) -> str:
    arn = _vault(self)
    if arn not in NOTIFICATIONS:
        raise ResourceNotFoundException(msg="The specified resource does not exist")
    return json.dumps({"BackupVaultArn": arn, **NOTIFICATIONS[arn]})


def delete_backup_vault_notifications(self: BackupResponse) -> str:
    NOTIFICATIONS.pop(_vault(self), None)
    return "{}"


def start_backup_job(self: BackupResponse) -> str:
    asked = json.loads(self.body)
    vault = self.backup_backend.vaults[asked["BackupVaultName"]]
    made = time.time() - float(asked.get("RecoveryPointTags", {}).get(_AGE, 0))
    arn = f"arn:aws:backup:{self.region}:{self.current_account}:recovery-point:{uuid4()}"
    POINTS.setdefault(vault.backup_vault_arn, []).append(
        {
            "RecoveryPointArn": arn,
            "BackupVaultName": asked["BackupVaultName"],
            "ResourceArn": asked["ResourceArn"],
            "ResourceType": "DynamoDB",
            "Status": "COMPLETED",
            "CreationDate": made,
        }
    )
    return json.dumps({"BackupJobId": str(uuid4()), "RecoveryPointArn": arn, "CreationDate": made})


def update_recovery_point_lifecycle(self: BackupResponse) -> str:
    wanted = json.loads(self.body)["Lifecycle"]
    for point in POINTS.get(_vault(self), []):
        if point["RecoveryPointArn"] in self.path.replace("%3A", ":"):
            point["Lifecycle"] = wanted
    return "{}"


def delete_recovery_point(self: BackupResponse) -> str:
    points = POINTS.get(_vault(self), [])
    points[:] = [point for point in points if point["RecoveryPointArn"] not in self.path.replace("%3A", ":")]
    return "{}"


def list_recovery_points_by_backup_vault(self: BackupResponse) -> str:
    return json.dumps({"RecoveryPoints": POINTS.get(_vault(self), [])})


def list_recovery_points_by_resource(self: BackupResponse) -> str:
    """Those of every vault of the region."""
    arn = unquote(self.path.split("/resources/", 1)[1].rpartition("/recovery-points")[0])
    place = f"arn:aws:backup:{self.region}:{self.current_account}:"
    found = [
        point
        for vault, points in POINTS.items()
        for point in points
        if vault.startswith(place) and point["ResourceArn"] == arn
    ]
    return json.dumps({"RecoveryPoints": found})


def start_copy_job(self: BackupResponse) -> str:
    asked = json.loads(self.body)
    (resource,) = (
        point["ResourceArn"]
        for points in POINTS.values()
        for point in points
        if point["RecoveryPointArn"] == asked["RecoveryPointArn"]
    )
    job = {
        "CopyJobId": str(uuid4()),
        "SourceRecoveryPointArn": asked["RecoveryPointArn"],
        "DestinationBackupVaultArn": asked["DestinationBackupVaultArn"],
        "ResourceArn": resource,
        "State": "COMPLETED",
    }
    COPY_JOBS.setdefault(self.region, []).append(job)
    return json.dumps({"CopyJobId": job["CopyJobId"]})


def list_copy_jobs(self: BackupResponse) -> str:
    there = {point["RecoveryPointArn"] for points in POINTS.values() for point in points}
    jobs = COPY_JOBS.get(self.region, [])
    return json.dumps({"CopyJobs": [job for job in jobs if job["SourceRecoveryPointArn"] in there]})


def _vault(self: BackupResponse) -> str:
    name = self.path.split("/backup-vaults/")[1].split("/")[0]
    vaults = self.backup_backend.vaults
    if name not in vaults:
        raise ResourceNotFoundException(msg="The specified resource does not exist")
    arn: str = vaults[name].backup_vault_arn
    return arn


def install() -> None:
    for call in (
        put_backup_vault_access_policy,
        get_backup_vault_access_policy,
        delete_backup_vault_access_policy,
        put_backup_vault_notifications,
        get_backup_vault_notifications,
        delete_backup_vault_notifications,
        start_backup_job,
        update_recovery_point_lifecycle,
        delete_recovery_point,
        list_recovery_points_by_backup_vault,
        list_recovery_points_by_resource,
        start_copy_job,
        list_copy_jobs,
    ):
        setattr(BackupResponse, call.__name__, call)
    vault = "backup-vaults/(?P<name>[^/]+)"
    for path in (
        f"{vault}/access-policy",
        f"{vault}/notification-configuration",
        f"{vault}/recovery-points",
        f"{vault}/recovery-points/(?P<arn>[^/]+)",
        "resources/(?P<arn>.+)/recovery-points",
        "backup-jobs",
        "copy-jobs",
    ):
        for slash in ("", "/"):
            urls.url_paths[f"{{0}}/{path}{slash}$"] = urls.response.dispatch
