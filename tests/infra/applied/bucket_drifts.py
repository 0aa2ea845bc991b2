"""Ways to change a bucket that no plan of the other components shows, and what S3 keeps beside it."""

from __future__ import annotations

from typing import Any

from tests.infra.applied.drift import COPY, FOREIGN, Cause, Fault, allowing, call, changed, policy

BOTH, PROD = ("dev", "prod"), ("prod",)
TEMPLATES, LOGS, STATE = "bbws-templates-{env}", "bbws-logs-{env}", "bbws-terraform-state-{env}"
REPLICA, REPLICA_LOGS = "bbws-templates-prod-dr-eu-west-1", "bbws-logs-prod-dr-eu-west-1"

CORS = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
QUEUE = {"QueueArn": "arn:aws:sqs:af-south-1:{account}:elsewhere", "Events": ["s3:ObjectCreated:*"]}
ANALYTICS = {"Id": "all", "StorageClassAnalysis": {}}
TIERING = {"Id": "all", "Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]}
INVENTORY = {
    "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::elsewhere", "Format": "CSV"}},
    "IsEnabled": True,
    "Id": "all",
    "IncludedObjectVersions": "All",
    "Schedule": {"Frequency": "Daily"},
}
BLOCK = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
AES = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
FOREIGN_KEY = {
    "ApplyServerSideEncryptionByDefault": {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": "arn:aws:kms:af-south-1:111122223333:key/11111111-2222-3333-4444-555555555555",
    }
}


def cors(bucket: str, region: str = "af-south-1") -> Cause:
    return call(
        "s3",
        "put_bucket_cors",
        "delete_bucket_cors",
        region=region,
        Bucket=bucket,
        CORSConfiguration=CORS,
        undo={"Bucket": bucket},
    )


def website(bucket: str, region: str = "af-south-1") -> Cause:
    return call(
        "s3",
        "put_bucket_website",
        "delete_bucket_website",
        region=region,
        Bucket=bucket,
        WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}},
        undo={"Bucket": bucket},
    )


def versioning(bucket: str, region: str = "af-south-1") -> Cause:
    put = "put_bucket_versioning"
    on = {"Bucket": bucket, "VersioningConfiguration": {"Status": "Enabled"}}
    return call(
        "s3", put, put, region=region, Bucket=bucket, VersioningConfiguration={"Status": "Suspended"}, undo=on
    )


def public(bucket: str, region: str = "af-south-1") -> Cause:
    return call(
        "s3",
        "delete_public_access_block",
        "put_public_access_block",
        region=region,
        Bucket=bucket,
        undo={"Bucket": bucket, "PublicAccessBlockConfiguration": dict.fromkeys(BLOCK, True)},
    )


def encrypted(bucket: str, rule: Any, region: str = "af-south-1") -> Cause:
    put = "put_bucket_encryption"
    return call(
        "s3",
        put,
        put,
        region=region,
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": [rule]},
        undo={"Bucket": bucket, "ServerSideEncryptionConfiguration": {"Rules": [AES]}},
    )


def bucket_policy(bucket: str, change: Any, region: str = "af-south-1") -> Cause:
    return changed(
        "s3", "get_bucket_policy", "put_bucket_policy", "Policy", policy(change), region=region, Bucket=bucket
    )


def without(sid: str) -> Any:
    return lambda statements: [one for one in statements if one.get("Sid") != sid]


def lifecycle(bucket: str, change: Any, region: str = "af-south-1") -> Cause:
    def cause(estate: Any) -> Any:
        s3 = estate.emulator.client("s3", region)
        name = bucket.replace("{env}", estate.name)
        before = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
        wanted = [dict(rule) for rule in before]

        def put(rules: Any) -> None:
            s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})

        put(change(wanted) or wanted)
        return lambda: put(before)

    return cause


def tagged(bucket: str, change: Any, region: str = "af-south-1") -> Cause:
    def cause(estate: Any) -> Any:
        s3 = estate.emulator.client("s3", region)
        name = bucket.replace("{env}", estate.name)
        before = s3.get_bucket_tagging(Bucket=name)["TagSet"]
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": change(list(before))})
        return lambda: s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": before})

    return cause


def archive_versions(rules: Any) -> Any:
    moved = {"NoncurrentVersionTransitions": [{"NoncurrentDays": 1, "StorageClass": "DEEP_ARCHIVE"}]}
    return [rule | (moved if "NoncurrentVersionExpiration" in rule else {}) for rule in rules]


def expire_logs_tomorrow(rules: Any) -> Any:
    return [rule | ({"Expiration": {"Days": 1}} if "Expiration" in rule else {}) for rule in rules]


def switch_off(rules: Any) -> Any:
    return [rule | {"Status": "Disabled"} for rule in rules]


def keep_states_for_a_week(rules: Any) -> Any:
    short = {"NoncurrentVersionExpiration": {"NoncurrentDays": 7}}
    return [rule | (short if "NoncurrentVersionExpiration" in rule else {}) for rule in rules]


def replicating_on(estate: Any) -> Any:
    """The copy is itself copied, to a bucket of somebody else."""
    s3 = estate.emulator.client("s3", COPY)
    there = estate.emulator.client("s3").get_bucket_replication(Bucket="bbws-templates-prod")
    configuration = there["ReplicationConfiguration"]
    rule = configuration["Rules"][0]
    destination = {"Bucket": "arn:aws:s3:::elsewhere"}
    s3.put_bucket_replication(
        Bucket=REPLICA,
        ReplicationConfiguration={**configuration, "Rules": [{**rule, "Destination": destination}]},
    )
    return lambda: s3.delete_bucket_replication(Bucket=REPLICA)


def replication(**changes: Any) -> Cause:
    def change(configuration: Any) -> Any:
        rule = configuration["Rules"][0]
        own = {name: value for name, value in changes.items() if name != "Role"}
        destination = {**rule["Destination"], **own.pop("Destination", {})}
        role = changes.get("Role", configuration["Role"])
        return {"Role": role, "Rules": [{**rule, **own, "Destination": destination}]}

    return changed(
        "s3",
        "get_bucket_replication",
        "put_bucket_replication",
        "ReplicationConfiguration",
        change,
        Bucket=TEMPLATES,
    )


def foreign_bucket(name: str) -> Cause:
    place = {"LocationConstraint": "af-south-1"}
    return call(
        "s3",
        "create_bucket",
        "delete_bucket",
        Bucket=name,
        CreateBucketConfiguration=place,
        undo={"Bucket": name},
    )


def setting(kind: str, configuration: Any) -> Cause:
    """A setting that a bucket has several of, each under an id."""
    member = f"{kind.title().replace('_', '')}Configuration"
    return call(
        "s3",
        f"put_bucket_{kind}_configuration",
        f"delete_bucket_{kind}_configuration",
        Bucket=TEMPLATES,
        Id=configuration["Id"],
        **{member: configuration},
        undo={"Bucket": TEMPLATES, "Id": configuration["Id"]},
    )


def put_and_put(operation: str, member: str, wanted: Any, before: Any, bucket: str = TEMPLATES) -> Cause:
    return call(
        "s3", operation, operation, Bucket=bucket, **{member: wanted}, undo={"Bucket": bucket, member: before}
    )


def logs_elsewhere(estate: Any) -> Any:
    """Logs of the templates in another folder; meanwhile the policy of the log bucket allows it."""
    s3 = estate.emulator.client("s3")
    bucket, logs = f"bbws-templates-{estate.name}", f"bbws-logs-{estate.name}"
    policy_before = s3.get_bucket_policy(Bucket=logs)["Policy"]

    def deliver(prefix: str) -> None:
        target = {"TargetBucket": logs, "TargetPrefix": prefix}
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": target})

    s3.put_bucket_policy(Bucket=logs, Policy=policy_before.replace("s3-access-logs/templates/*", "*"))
    deliver("elsewhere/")
    s3.put_bucket_policy(Bucket=logs, Policy=policy_before)
    return lambda: deliver("s3-access-logs/templates/")


METRICS = {"Id": "EntireBucket"}
METRICS_GONE = call(
    "s3",
    "delete_bucket_metrics_configuration",
    "put_bucket_metrics_configuration",
    Bucket=TEMPLATES,
    Id="EntireBucket",
    undo={"Bucket": TEMPLATES, "Id": "EntireBucket", "MetricsConfiguration": {"Id": "EntireBucket"}},
)
METRICS_NARROWED = call(
    "s3",
    "put_bucket_metrics_configuration",
    "put_bucket_metrics_configuration",
    Bucket=TEMPLATES,
    Id="EntireBucket",
    MetricsConfiguration={"Id": "EntireBucket", "Filter": {"Prefix": "receipts/"}},
    undo={"Bucket": TEMPLATES, "Id": "EntireBucket", "MetricsConfiguration": {"Id": "EntireBucket"}},
)
EVERYTHING = "arn:aws:s3:::bbws-templates-{env}/*"


def events(change: Any) -> Cause:
    """Other events of the templates bucket than those that it sends."""

    def cause(estate: Any) -> Any:
        s3, name = estate.emulator.client("s3"), f"bbws-templates-{estate.name}"
        before = s3.get_bucket_notification_configuration(Bucket=name)
        before.pop("ResponseMetadata")

        def put(value: Any) -> None:
            s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=value)

        put(change(before))
        return lambda: put(before)

    return cause


def remove_state_policy(estate: Any) -> Any:
    s3 = estate.emulator.client("s3")
    name = f"bbws-terraform-state-{estate.name}"
    before = s3.get_bucket_policy(Bucket=name)["Policy"]
    s3.delete_bucket_policy(Bucket=name)
    return lambda: s3.put_bucket_policy(Bucket=name, Policy=before)


DRIFTS = {
    "everybody may list": Fault(
        put_and_put("put_bucket_acl", "ACL", "public-read", "private"), "bucket", "ACL beside its owner's"
    ),
    "outdated TLS allowed": Fault(
        bucket_policy(TEMPLATES, without("DenyOutdatedTls")),
        "bucket",
        "policy refuses TLS before 1.2",
        BOTH,
        also=("policy",),
    ),
    "the pointer moved blindly": Fault(
        bucket_policy(TEMPLATES, without("DenyUnconditionalPointerMoves")),
        "bucket",
        "policy refuses moving the pointer blindly",
        also=("policy",),
    ),
    "a second door to the templates": Fault(
        call(
            "s3control",
            "create_access_point",
            "delete_access_point",
            AccountId="{account}",
            Name="by-hand",
            Bucket=TEMPLATES,
            undo={"AccountId": "{account}", "Name": "by-hand"},
        ),
        "account",
        "access points of the buckets in af-south-1",
    ),
    "CORS for everybody": Fault(cors(TEMPLATES), "bucket", "CORS", BOTH),
    "CORS on the logs": Fault(cors(LOGS), "bucket", "CORS", subject="bbws-logs-{env}"),
    "CORS on the states": Fault(cors(STATE), "state", "CORS"),
    "CORS on the copy": Fault(
        cors(REPLICA, COPY), "bucket", "CORS", PROD, subject="bbws-templates-{env}-dr-eu-west-1"
    ),
    "a website": Fault(website(TEMPLATES), "bucket", "website", BOTH),
    "a website of the copy": Fault(
        website(REPLICA, COPY), "bucket", "website", PROD, subject="bbws-templates-{env}-dr-eu-west-1"
    ),
    "a website of the states": Fault(website(STATE), "state", "website"),
    "events to a queue": Fault(
        events(lambda before: {**before, "QueueConfigurations": [QUEUE]}), "bucket", "notifications", BOTH
    ),
    "nobody hears of failed copies": Fault(events(lambda _: {}), "bucket", "notifications", PROD),
    "keys that a client keeps": Fault(
        bucket_policy(TEMPLATES, without("DenyKeysOfOthers")),
        "bucket",
        "policy refuses keys that a client keeps",
        also=("policy",),
    ),
    "foreign encryption": Fault(
        bucket_policy(TEMPLATES, without("DenyOtherEncryption")),
        "bucket",
        "policy refuses other encryption",
        also=("policy",),
    ),
    "settings left to the deployer": Fault(
        bucket_policy(TEMPLATES, without("DenyWeakening")),
        "bucket",
        "policy refuses weakening by the deployer",
        PROD,
        also=("policy",),
    ),
    "events to a foreign queue": Fault(
        put_and_put(
            "put_bucket_notification_configuration",
            "NotificationConfiguration",
            {
                "QueueConfigurations": [
                    {"QueueArn": "arn:aws:sqs:af-south-1:111122223333:x", "Events": ["s3:ObjectCreated:*"]}
                ]
            },
            {},
            LOGS,
        ),
        "bucket",
        "notifications",
        subject="bbws-logs-{env}",
    ),
    "acceleration": Fault(
        put_and_put(
            "put_bucket_accelerate_configuration",
            "AccelerateConfiguration",
            {"Status": "Enabled"},
            {"Status": "Suspended"},
        ),
        "bucket",
        "acceleration",
    ),
    "the requester pays": Fault(
        put_and_put(
            "put_bucket_request_payment",
            "RequestPaymentConfiguration",
            {"Payer": "Requester"},
            {"Payer": "BucketOwner"},
        ),
        "bucket",
        "who pays for requests",
    ),
    "an inventory elsewhere": Fault(setting("inventory", INVENTORY), "bucket", "inventory"),
    "analytics": Fault(setting("analytics", ANALYTICS), "bucket", "analytics"),
    "objects moved to an archive tier": Fault(
        setting("intelligent_tiering", TIERING), "bucket", "intelligent tiering"
    ),
    "request metrics gone": Fault(METRICS_GONE, "bucket", "request metrics", BOTH),
    "request metrics of a part": Fault(METRICS_NARROWED, "bucket", "request metrics"),
    "encrypted with a foreign key": Fault(encrypted(TEMPLATES, FOREIGN_KEY), "bucket", "encryption"),
    "states encrypted with a foreign key": Fault(encrypted(STATE, FOREIGN_KEY), "state", "encryption"),
    "the copy unversioned": Fault(
        versioning(REPLICA, COPY),
        "bucket",
        "versioning",
        PROD,
        subject="bbws-templates-{env}-dr-eu-west-1",
        alone=True,
    ),
    "states unversioned": Fault(versioning(STATE), "state", "versioning", BOTH),
    "logs unversioned": Fault(versioning(LOGS), "bucket", "versioning", subject="bbws-logs-{env}"),
    "states public": Fault(public(STATE), "state", "public access block", BOTH),
    "the copy public": Fault(
        public(REPLICA, COPY),
        "bucket",
        "public access block",
        PROD,
        subject="bbws-templates-{env}-dr-eu-west-1",
    ),
    "the copied logs public": Fault(
        public(REPLICA_LOGS, COPY),
        "bucket",
        "public access block",
        PROD,
        subject="bbws-logs-{env}-dr-eu-west-1",
    ),
    "states without a policy": Fault(remove_state_policy, "state", "policy", BOTH),
    "states read by another account": Fault(
        bucket_policy(STATE, allowing("s3:GetObject", "arn:aws:s3:::bbws-terraform-state-{env}/*", FOREIGN)),
        "state",
        "policy",
        BOTH,
    ),
    "states over plain HTTP": Fault(
        bucket_policy(STATE, without("DenyInsecureTransport")), "state", "policy"
    ),
    "logs over plain HTTP": Fault(
        bucket_policy(LOGS, without("DenyInsecureTransport")), "bucket", "policy", subject="bbws-logs-{env}"
    ),
    "logs delivered for anybody": Fault(
        bucket_policy(LOGS, lambda statements: [one for one in statements if one.pop("Condition", 1)]),
        "bucket",
        "policy",
        subject="bbws-logs-{env}",
    ),
    "the copy written by another account": Fault(
        bucket_policy(REPLICA, allowing("s3:PutObject", f"arn:aws:s3:::{REPLICA}/*", FOREIGN), COPY),
        "bucket",
        "policy",
        PROD,
        also=("policy allows the roles their work and nothing else",),
        subject="bbws-templates-{env}-dr-eu-west-1",
    ),
    "everybody but one may read": Fault(
        bucket_policy(
            TEMPLATES,
            lambda statements: statements.append(
                {"Effect": "Allow", "NotPrincipal": FOREIGN, "Action": "s3:GetObject", "Resource": EVERYTHING}
            ),
        ),
        "bucket",
        "policy",
        also=("policy allows the roles their work and nothing else",),
    ),
    "versions moved to an archive": Fault(
        lifecycle(TEMPLATES, archive_versions), "bucket", "lifecycle", BOTH
    ),
    "copied versions moved to an archive": Fault(
        lifecycle(REPLICA, archive_versions, COPY),
        "bucket",
        "lifecycle",
        PROD,
        subject="bbws-templates-{env}-dr-eu-west-1",
    ),
    "logs kept for a day": Fault(
        lifecycle(LOGS, expire_logs_tomorrow), "bucket", "lifecycle", BOTH, subject="bbws-logs-{env}"
    ),
    "lifecycle switched off": Fault(lifecycle(TEMPLATES, switch_off), "bucket", "lifecycle"),
    "versions of the states kept for a week": Fault(
        lifecycle(STATE, keep_states_for_a_week), "state", "lifecycle", BOTH
    ),
    "the copy replicating on": Fault(
        replicating_on, "bucket", "replication", PROD, subject="bbws-templates-{env}-dr-eu-west-1"
    ),
    "replication by another role": Fault(
        replication(Role="arn:aws:iam::{account}:role/bbws-backup-prod"), "bucket", "replication", PROD
    ),
    "replication to another bucket": Fault(
        replication(Destination={"Bucket": "arn:aws:s3:::elsewhere"}), "bucket", "replication", PROD
    ),
    "replication into another class": Fault(
        replication(Destination={"StorageClass": "GLACIER"}), "bucket", "replication", PROD
    ),
    "replication into another account": Fault(
        replication(
            Destination={"Account": "111122223333", "AccessControlTranslation": {"Owner": "Destination"}}
        ),
        "bucket",
        "replication",
        PROD,
    ),
    "replication with a key": Fault(
        replication(
            Destination={
                "EncryptionConfiguration": {"ReplicaKmsKeyID": "arn:aws:kms:eu-west-1:111122223333:key/1"}
            }
        ),
        "bucket",
        "replication",
        PROD,
    ),
    "replication switched off": Fault(replication(Status="Disabled"), "bucket", "replication", PROD),
    "replication within an hour": Fault(
        replication(
            Destination={
                "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 60}},
                "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 60}},
            }
        ),
        "bucket",
        "replication",
        PROD,
    ),
    "one more bucket of the product": Fault(
        foreign_bucket("bbws-templates-{env}-old"), "bucket", "buckets of this product"
    ),
    "logs to another folder": Fault(
        logs_elsewhere,
        "bucket",
        "access logs",
    ),
    "a tag of the states changed": Fault(
        tagged(STATE, lambda tags: [{**tag, "Value": "x"} for tag in tags]), "state", "tags"
    ),
    "one more tag": Fault(
        tagged(TEMPLATES, lambda tags: [*tags, {"Key": "Owner2", "Value": "me"}]), "bucket", "tags"
    ),
}
