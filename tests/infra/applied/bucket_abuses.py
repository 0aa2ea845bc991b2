"""What a role tries at buckets and objects."""

from __future__ import annotations

from typing import Any

from tests.infra.applied.abuse import AUDITOR, DEPLOYER, EVERYTHING, PLANNER, PRUNER, STATE_KEY, Abuse


def on_bucket(
    name: str, call: str, right: str, *, bucket: str = "{bucket}", spared: bool = False, **more: Any
) -> Abuse:
    """The deployer at a setting of a bucket."""
    return Abuse(
        f"{name} of {bucket}",
        DEPLOYER,
        "s3",
        call,
        {"Bucket": bucket, **more},
        f"s3:{right}",
        f"arn:aws:s3:::{bucket}",
        spared=spared,
    )


def on_object(
    name: str, call: str, right: str, key: str, *, bucket: str = "{bucket}", role: str = DEPLOYER, **more: Any
) -> Abuse:
    """A role at an object."""
    context = more.pop("context", {})
    denied, spared = more.pop("denied", True), more.pop("spared", False)
    return Abuse(
        f"{name} by {role}: {bucket}/{key}",
        role,
        "s3",
        call,
        {"Bucket": bucket, "Key": key, **more},
        f"s3:{right}",
        f"arn:aws:s3:::{bucket}/{key}",
        context,
        denied,
        spared,
    )


ACCOUNT_STATE = "2_1_bbws_account/terraform.tfstate"
WRITE = {"s3:ObjectCreationOperation": "true"}
OPEN = {
    "BlockPublicAcls": False,
    "IgnorePublicAcls": False,
    "BlockPublicPolicy": False,
    "RestrictPublicBuckets": False,
}
A_DAY = {"Rules": [{"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]}


def _settings(bucket: str) -> tuple[Abuse, ...]:
    """Everything that weakens a bucket that is there: refused by its policy from the first apply on."""
    return tuple(
        on_bucket(name, call, right, bucket=bucket, spared=True, **more)
        for name, call, right, more in (
            (
                "grant oneself everything in the policy",
                "put_bucket_policy",
                "PutBucketPolicy",
                {"Policy": EVERYTHING},
            ),
            ("remove the policy", "delete_bucket_policy", "DeleteBucketPolicy", {}),
            (
                "open the public access block",
                "put_public_access_block",
                "PutBucketPublicAccessBlock",
                {"PublicAccessBlockConfiguration": OPEN},
            ),
            (
                "remove the public access block",
                "delete_public_access_block",
                "PutBucketPublicAccessBlock",
                {},
            ),
            (
                "suspend versioning",
                "put_bucket_versioning",
                "PutBucketVersioning",
                {"VersioningConfiguration": {"Status": "Suspended"}},
            ),
            (
                "keep objects for a day",
                "put_bucket_lifecycle_configuration",
                "PutLifecycleConfiguration",
                {"LifecycleConfiguration": A_DAY},
            ),
            ("remove the lifecycle", "delete_bucket_lifecycle", "PutLifecycleConfiguration", {}),
            ("stop logging", "put_bucket_logging", "PutBucketLogging", {"BucketLoggingStatus": {}}),
            ("remove encryption", "delete_bucket_encryption", "PutEncryptionConfiguration", {}),
            (
                "allow ACLs",
                "put_bucket_ownership_controls",
                "PutBucketOwnershipControls",
                {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
            ),
            ("stop replication", "delete_bucket_replication", "PutReplicationConfiguration", {}),
            ("delete the bucket", "delete_bucket", "DeleteBucket", {}),
        )
    )


BUCKETS = (
    *_settings("{bucket}"),
    *_settings("{logs}"),
    on_bucket(
        "send events elsewhere",
        "put_bucket_notification_configuration",
        "PutBucketNotification",
        spared=True,
        NotificationConfiguration={},
    ),
    on_bucket("make readable by the world", "put_bucket_acl", "PutBucketAcl", ACL="public-read"),
    on_bucket(
        "serve as a website",
        "put_bucket_website",
        "PutBucketWebsite",
        WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}},
    ),
    on_bucket(
        "let every site read",
        "put_bucket_cors",
        "PutBucketCORS",
        CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
    ),
    on_bucket("remove the policy", "delete_bucket_policy", "DeleteBucketPolicy", bucket="{state}"),
    on_bucket(
        "stop versions",
        "put_bucket_versioning",
        "PutBucketVersioning",
        bucket="{state}",
        VersioningConfiguration={"Status": "Suspended"},
    ),
    on_bucket("delete", "delete_bucket", "DeleteBucket", bucket="{state}"),
)

OBJECTS = (
    on_object(
        "overwrite a release", "put_object", "PutObject", "releases/x/bundle.json", context=WRITE, Body=b"x"
    ),
    on_object("overwrite a file", "put_object", "PutObject", "objects/sha256/x", context=WRITE, Body=b"x"),
    on_object("overwrite the history", "put_object", "PutObject", "history/1.json", context=WRITE, Body=b"x"),
    on_object(
        "move the pointer blindly", "put_object", "PutObject", "current.json", context=WRITE, Body=b"{}"
    ),
    on_object("delete a release", "delete_object", "DeleteObject", "releases/x/bundle.json"),
    on_object(
        "delete a version",
        "delete_object",
        "DeleteObjectVersion",
        "receipts/receipt.html",
        VersionId="1",
        spared=True,
    ),
    on_object("delete a template", "delete_object", "DeleteObject", "receipts/receipt.html", spared=True),
    on_object(
        "publish to the world", "put_object_acl", "PutObjectAcl", "receipts/receipt.html", ACL="public-read"
    ),
    on_object(
        "publish, readable by the world",
        "put_object",
        "PutObjectAcl",
        "receipts/receipt.html",
        Body=b"x",
        ACL="public-read",
    ),
    on_object(
        "publish with tags",
        "put_object",
        "PutObjectTagging",
        "receipts/receipt.html",
        denied=False,
        Body=b"x",
        Tagging="a=b",
    ),
    *(
        Abuse(
            f"copy the state of account among the templates by {role}",
            role,
            "s3",
            "copy_object",
            {"Bucket": "{bucket}", "Key": "objects/x.html", "CopySource": "{state}/" + ACCOUNT_STATE},
            "s3:GetObject",
            "arn:aws:s3:::{state}/" + ACCOUNT_STATE,
            denied=False,
        )
        for role in (DEPLOYER, PRUNER)
    ),
    on_object(
        "hide behind a key of one's own",
        "put_object",
        "PutObject",
        "receipts/receipt.html",
        context={**WRITE, "s3:x-amz-server-side-encryption-customer-algorithm": "AES256"},
        Body=b"x",
        SSECustomerAlgorithm="AES256",
        SSECustomerKey="0" * 32,
    ),
    on_object(
        "encrypt with a foreign key",
        "put_object",
        "PutObject",
        "receipts/receipt.html",
        context={**WRITE, "s3:x-amz-server-side-encryption": "aws:kms"},
        Body=b"x",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId="arn:aws:kms:af-south-1:111122223333:key/x",
    ),
    on_object(
        "delete a log",
        "delete_object",
        "DeleteObject",
        "s3-access-logs/templates/1",
        bucket="{logs}",
        spared=True,
    ),
    on_object(
        "forge a log",
        "put_object",
        "PutObject",
        "s3-access-logs/templates/1",
        bucket="{logs}",
        context=WRITE,
        Body=b"x",
        denied=False,
    ),
    on_object("delete a state", "delete_object", "DeleteObject", STATE_KEY, bucket="{state}", denied=False),
    on_object(
        "delete a version of a state",
        "delete_object",
        "DeleteObjectVersion",
        STATE_KEY,
        bucket="{state}",
        VersionId="1",
    ),
    on_object(
        "write the state of account",
        "put_object",
        "PutObject",
        "2_1_bbws_account/terraform.tfstate",
        bucket="{state}",
        context=WRITE,
        Body=b"{}",
        denied=False,
    ),
    *(
        on_object(
            "publish",
            "put_object",
            "PutObject",
            "receipts/receipt.html",
            role=role,
            context=WRITE,
            denied=False,
            Body=b"x",
        )
        for role in (PLANNER, AUDITOR)
    ),
    *(
        on_object("delete", "delete_object", "DeleteObject", "receipts/receipt.html", role=role, denied=False)
        for role in (PLANNER, AUDITOR)
    ),
    on_object(
        "write a state",
        "put_object",
        "PutObject",
        STATE_KEY,
        bucket="{state}",
        role=AUDITOR,
        context=WRITE,
        denied=False,
        Body=b"{}",
    ),
    on_object(
        "lock a state",
        "put_object",
        "PutObject",
        f"{STATE_KEY}.tflock",
        bucket="{state}",
        role=AUDITOR,
        context=WRITE,
        denied=False,
        Body=b"{}",
    ),
    on_object(
        "read a template", "get_object", "GetObject", "receipts/receipt.html", role=PLANNER, denied=False
    ),
    on_object(
        "read the state of account",
        "get_object",
        "GetObject",
        "2_1_bbws_account/terraform.tfstate",
        bucket="{state}",
        role=PLANNER,
        denied=False,
    ),
    on_object(
        "delete the history", "delete_object", "DeleteObject", "history/1.json", role=PRUNER, denied=False
    ),
    on_object(
        "delete a version",
        "delete_object",
        "DeleteObjectVersion",
        "releases/x/bundle.json",
        role=PRUNER,
        VersionId="1",
        denied=False,
    ),
    on_object(
        "read a state", "get_object", "GetObject", STATE_KEY, bucket="{state}", role=PRUNER, denied=False
    ),
)
