"""Ways to break the templates bucket and what lies in it, each with what mends it again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.infra.estate import Estate

Undo = Callable[[], Any]


def bucket(estate: Estate) -> str:
    return f"bbws-templates-{estate.name}"


def suspend_versioning(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")

    def put(status: str) -> None:
        s3.put_bucket_versioning(Bucket=bucket(estate), VersioningConfiguration={"Status": status})

    put("Suspended")
    return lambda: put("Enabled")


def open_public_access(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")

    def put(*off: str) -> None:
        switches = {name: name not in off for name in names}
        s3.put_public_access_block(Bucket=bucket(estate), PublicAccessBlockConfiguration=switches)

    put("RestrictPublicBuckets")
    return put


def remove_public_access_block(estate: Estate) -> Undo:
    undo = open_public_access(estate)
    estate.emulator.client("s3").delete_public_access_block(Bucket=bucket(estate))
    return undo


def remove_encryption(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.delete_bucket_encryption(Bucket=bucket(estate))
    return lambda: s3.put_bucket_encryption(
        Bucket=bucket(estate), ServerSideEncryptionConfiguration={"Rules": [rule]}
    )


def allow_acls(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")

    def put(ownership: str) -> None:
        s3.put_bucket_ownership_controls(
            Bucket=bucket(estate), OwnershipControls={"Rules": [{"ObjectOwnership": ownership}]}
        )

    put("ObjectWriter")
    return lambda: put("BucketOwnerEnforced")


def drop_bucket_tag(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    tags = s3.get_bucket_tagging(Bucket=bucket(estate))["TagSet"]

    def put(wanted: list[dict[str, str]]) -> None:
        s3.put_bucket_tagging(Bucket=bucket(estate), Tagging={"TagSet": wanted})

    put([tag for tag in tags if tag["Key"] != "CostCenter"])
    return lambda: put(tags)


def drop_log_bucket_tag(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    place = {"Bucket": f"bbws-logs-{estate.name}"}
    tags = s3.get_bucket_tagging(**place)["TagSet"]
    s3.put_bucket_tagging(**place, Tagging={"TagSet": tags[1:]})
    return lambda: s3.put_bucket_tagging(**place, Tagging={"TagSet": tags})


def let_everybody_read_logs(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    place = {"Bucket": f"bbws-logs-{estate.name}"}
    before = s3.get_bucket_policy(**place)["Policy"]
    document = json.loads(before)
    arn = f"arn:aws:s3:::{place['Bucket']}/*"
    document["Statement"].append(
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": arn}
    )
    s3.put_bucket_policy(**place, Policy=json.dumps(document))
    return lambda: s3.put_bucket_policy(**place, Policy=before)


def change_lifecycle(change: Callable[[list[dict[str, Any]]], None]) -> Callable[[Estate], Undo]:
    """The rules of the bucket after ``change``, which may alter them and add to them."""

    def cause(estate: Estate) -> Undo:
        s3 = estate.emulator.client("s3")
        before = s3.get_bucket_lifecycle_configuration(Bucket=bucket(estate))["Rules"]
        wanted = json.loads(json.dumps(before))
        change(wanted)

        def put(rules: list[dict[str, Any]]) -> None:
            s3.put_bucket_lifecycle_configuration(
                Bucket=bucket(estate), LifecycleConfiguration={"Rules": rules}
            )

        put(wanted)
        return lambda: put(before)

    return cause


def add_rule(prefix: str = "", **action: Any) -> Callable[[Estate], Undo]:
    """One more lifecycle rule."""
    rule = {"ID": "spring-cleaning", "Status": "Enabled", "Filter": {"Prefix": prefix}, **action}
    return change_lifecycle(lambda rules: rules.append(rule))


def keep_noncurrent_for_a_month(rules: list[dict[str, Any]]) -> None:
    (rule,) = (rule for rule in rules if "NoncurrentVersionExpiration" in rule)
    rule["NoncurrentVersionExpiration"]["NoncurrentDays"] = 30


def stop_logging(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    target = s3.get_bucket_logging(Bucket=bucket(estate))["LoggingEnabled"]
    s3.put_bucket_logging(Bucket=bucket(estate), BucketLoggingStatus={})
    return lambda: s3.put_bucket_logging(
        Bucket=bucket(estate),
        BucketLoggingStatus={
            "LoggingEnabled": {key: target[key] for key in ("TargetBucket", "TargetPrefix")},
        },
    )


def change_policy(estate: Estate, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Undo:
    s3 = estate.emulator.client("s3")
    before = s3.get_bucket_policy(Bucket=bucket(estate))["Policy"]
    document = json.loads(before)
    document["Statement"] = change(document["Statement"])
    s3.put_bucket_policy(Bucket=bucket(estate), Policy=json.dumps(document))
    return lambda: s3.put_bucket_policy(Bucket=bucket(estate), Policy=before)


def let_everybody_read(estate: Estate) -> Undo:
    arn = f"arn:aws:s3:::{bucket(estate)}/*"
    grant = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": arn}
    return change_policy(estate, lambda statements: [*statements, grant])


def let_a_reader_write(estate: Estate) -> Undo:
    def widen(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        reading = next(statement for statement in statements if statement.get("Sid") == "AllowReading")
        reading["Action"].append("s3:PutObject")
        return statements

    return change_policy(estate, widen)


def allow_from_one_network_only(estate: Estate) -> Undo:
    def narrow(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        reading = next(statement for statement in statements if statement.get("Sid") == "AllowReading")
        reading["Condition"] = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
        return statements

    return change_policy(estate, narrow)


def refuse_reading(estate: Estate) -> Undo:
    """One more denial, which keeps the Lambdas from a template."""
    arn = f"arn:aws:s3:::{bucket(estate)}/receipts/*"
    denial = {"Effect": "Deny", "Principal": "*", "NotAction": "s3:ListBucket", "Resource": arn}
    return change_policy(estate, lambda statements: [*statements, denial])


def lift_denial(sid: str) -> Callable[[Estate], Undo]:
    def cause(estate: Estate) -> Undo:
        return change_policy(
            estate, lambda statements: [statement for statement in statements if statement.get("Sid") != sid]
        )

    return cause


def weaken_denial(estate: Estate) -> Undo:
    """One more condition: the denial is still there, and lets almost everything through."""

    def weaken(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        denial = next(
            statement for statement in statements if statement.get("Sid") == "DenyInsecureTransport"
        )
        denial["Condition"]["StringEquals"] = {"aws:PrincipalAccount": "111122223333"}
        return statements

    return change_policy(estate, weaken)


def remove_policy(estate: Estate) -> Undo:
    undo = change_policy(estate, lambda statements: statements)
    estate.emulator.client("s3").delete_bucket_policy(Bucket=bucket(estate))
    return undo


def stop_replication(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    configuration = s3.get_bucket_replication(Bucket=bucket(estate))["ReplicationConfiguration"]
    s3.delete_bucket_replication(Bucket=bucket(estate))
    return lambda: s3.put_bucket_replication(Bucket=bucket(estate), ReplicationConfiguration=configuration)


def forget_delete_markers(estate: Estate) -> Undo:
    return change_replication(DeleteMarkerReplication={"Status": "Disabled"})(estate)


def change_replication(**changes: Any) -> Callable[[Estate], Undo]:
    """The rule with other members; those of its destination are added to what is there."""

    def cause(estate: Estate) -> Undo:
        s3 = estate.emulator.client("s3")
        before = s3.get_bucket_replication(Bucket=bucket(estate))["ReplicationConfiguration"]
        (rule,) = before["Rules"]
        destination = {**rule["Destination"], **changes.get("Destination", {})}
        changed = {**before, "Rules": [{**rule, **changes, "Destination": destination}]}

        def put(configuration: dict[str, Any]) -> None:
            s3.put_bucket_replication(Bucket=bucket(estate), ReplicationConfiguration=configuration)

        put(changed)
        return lambda: put(before)

    return cause


def put_object(estate: Estate, key: str, body: bytes, media_type: str) -> Undo:
    s3 = estate.emulator.client("s3")
    place = {"Bucket": bucket(estate), "Key": key}
    listed = s3.list_objects_v2(Bucket=bucket(estate), Prefix=key).get("Contents", [])
    there = any(entry["Key"] == key for entry in listed)
    before = s3.get_object(**place) if there else None
    old = before["Body"].read() if before else b""
    s3.put_object(**place, Body=body, ContentType=media_type, CacheControl="no-cache")
    if before is None:
        return lambda: s3.delete_object(**place)
    return lambda: s3.put_object(
        **place, Body=old, ContentType=before["ContentType"], CacheControl="no-cache"
    )


def leave_a_foreign_object(estate: Estate) -> Undo:
    return put_object(estate, "receipts/receipt.html.bak", b"old", "text/html")


def mislabel_a_template(estate: Estate) -> Undo:
    s3 = estate.emulator.client("s3")
    body = s3.get_object(Bucket=bucket(estate), Key="invoices/invoice.html")["Body"].read()
    return put_object(estate, "invoices/invoice.html", body, "application/octet-stream")


def empty_a_template(estate: Estate) -> Undo:
    return put_object(estate, "receipts/order.html", b"", "text/html; charset=utf-8")


def remove_a_template(estate: Estate) -> Undo:
    undo = empty_a_template(estate)
    estate.emulator.client("s3").delete_object(Bucket=bucket(estate), Key="receipts/order.html")
    return undo
