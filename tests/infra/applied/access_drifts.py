"""Ways to change roles, policies and the provider by hand; and what lies in the bucket and its copy."""

from __future__ import annotations

import json
from typing import Any

from tests.infra.applied.access_faults import GITHUB
from tests.infra.applied.drift import FOREIGN, Cause, Fault, allowing, call, policy

BOTH, PROD = ("dev", "prod"), ("prod",)
BACKUP, REPLICATION = "bbws-backup-{env}", "bbws-templates-replication-prod"
POLICY = "arn:aws:iam::{account}:policy/"
EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
PROVIDER = "arn:aws:iam::{account}:oidc-provider/" + GITHUB


def trusting(role: str, change: Any) -> Cause:
    def cause(estate: Any) -> Any:
        iam = estate.emulator.client("iam")
        name = role.replace("{env}", estate.name)
        before = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]

        def put(document: Any) -> None:
            iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)

        put(policy(change)(json.dumps(before)))
        return lambda: put(json.dumps(before))

    return cause


def attached(role: str, arn: str) -> Cause:
    return call("iam", "attach_role_policy", "detach_role_policy", RoleName=role, PolicyArn=arn)


def detached(role: str, arn: str) -> Cause:
    return call("iam", "detach_role_policy", "attach_role_policy", RoleName=role, PolicyArn=arn)


def own_policy(role: str, name: str = "by-hand") -> Cause:
    place = {"RoleName": role, "PolicyName": name}
    return call(
        "iam", "put_role_policy", "delete_role_policy", **place, PolicyDocument=EVERYTHING, undo=place
    )


def version(name: str, change: Any) -> Cause:
    """A policy keeps its name and gets a new version."""

    def cause(estate: Any) -> Any:
        iam = estate.emulator.client("iam")
        arn = f"arn:aws:iam::{estate.emulator.account}:policy/{name.replace('{env}', estate.name)}"
        before = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=arn, VersionId=before)["PolicyVersion"]["Document"]
        text = policy(change)(json.dumps(document))
        made = iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)

        def undo() -> None:
            iam.set_default_policy_version(PolicyArn=arn, VersionId=before)
            iam.delete_policy_version(PolicyArn=arn, VersionId=made["PolicyVersion"]["VersionId"])

        return undo

    return cause


def provider(**changes: Any) -> Cause:
    """GitHub's provider made anew with other members; gone where there is no change."""

    def cause(estate: Any) -> Any:
        iam = estate.emulator.client("iam")
        place = {"OpenIDConnectProviderArn": f"arn:aws:iam::{estate.emulator.account}:oidc-provider/{GITHUB}"}
        found = iam.get_open_id_connect_provider(**place)
        known = ("ClientIDList", "ThumbprintList", "Tags")
        before = {"Url": f"https://{GITHUB}", **{name: found[name] for name in known if name in found}}
        iam.delete_open_id_connect_provider(**place)
        if not changes:
            return lambda: iam.create_open_id_connect_provider(**before)
        iam.create_open_id_connect_provider(**{**before, **changes})

        def undo() -> None:
            iam.delete_open_id_connect_provider(**place)
            iam.create_open_id_connect_provider(**before)

        return undo

    return cause


def by_saml(estate: Any) -> Any:
    """Another way into the account."""
    iam = estate.emulator.client("iam")
    made = iam.create_saml_provider(Name="stranger", SAMLMetadataDocument="<EntityDescriptor/>" * 60)
    return lambda: iam.delete_saml_provider(SAMLProviderArn=made["SAMLProviderArn"])


def session(seconds: int) -> Cause:
    """Sessions of the deployer that last as long."""

    def cause(estate: Any) -> Any:
        iam = estate.emulator.client("iam")
        name = f"bbws-terraform-deployer-{estate.name}"
        said = iam.get_role(RoleName=name)["Role"]["Description"]

        def put(seconds: int) -> None:
            iam.update_role(RoleName=name, Description=said, MaxSessionDuration=seconds)

        put(seconds)
        return lambda: put(3600)

    return cause


def made_role(name: str, trust: Any) -> Cause:
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    return call(
        "iam",
        "create_role",
        "delete_role",
        RoleName=name,
        AssumeRolePolicyDocument=document,
        undo={"RoleName": name},
    )


def bound(estate: Any) -> Any:
    """The replication role without its boundary."""
    iam = estate.emulator.client("iam")
    arn = f"arn:aws:iam::{estate.emulator.account}:policy/bbws-deployer-boundary-prod"
    iam.delete_role_permissions_boundary(RoleName=REPLICATION)
    return lambda: iam.put_role_permissions_boundary(RoleName=REPLICATION, PermissionsBoundary=arn)


def rights(role: str, name: str, change: Any) -> Cause:
    def cause(estate: Any) -> Any:
        iam = estate.emulator.client("iam")
        place = {"RoleName": role.replace("{env}", estate.name), "PolicyName": name}
        before = iam.get_role_policy(**place)["PolicyDocument"]
        iam.put_role_policy(**place, PolicyDocument=policy(change)(json.dumps(before)))
        return lambda: iam.put_role_policy(**place, PolicyDocument=json.dumps(before))

    return cause


def without_one_action(statements: Any) -> None:
    statements[0]["Action"] = statements[0]["Action"][:-1]


FOREIGN_TRUST = {"Effect": "Allow", "Principal": FOREIGN, "Action": "sts:AssumeRole"}
OURS = {
    "Effect": "Allow",
    "Principal": {"Federated": PROVIDER},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringLike": {f"{GITHUB}:sub": "repo:BigBeardWebSolutions/*"}},
}

DRIFTS = {
    "the backup role taken by another account": Fault(
        trusting(BACKUP, lambda statements: statements.append(FOREIGN_TRUST)),
        "access",
        "taken by",
        BOTH,
        subject="bbws-backup-{env}",
    ),
    "the backup role made administrator": Fault(
        attached(BACKUP, "arn:aws:iam::aws:policy/AdministratorAccess"),
        "access",
        "attached policies",
        BOTH,
        subject="bbws-backup-{env}",
    ),
    "the backup role that cannot restore": Fault(
        detached(BACKUP, "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores"),
        "access",
        "attached policies",
        subject="bbws-backup-{env}",
    ),
    "the backup role given more": Fault(
        own_policy(BACKUP), "access", "policies of its own", subject="bbws-backup-{env}"
    ),
    "the replication role taken by another account": Fault(
        trusting(REPLICATION, lambda statements: statements.append(FOREIGN_TRUST)),
        "access",
        "taken by",
        PROD,
        subject="bbws-templates-replication-{env}",
    ),
    "the replication role widened": Fault(
        rights(REPLICATION, "replicate", allowing("s3:*")),
        "access",
        "rights of replicate",
        PROD,
        subject="bbws-templates-replication-{env}",
    ),
    "the replication role that cannot delete": Fault(
        rights(REPLICATION, "replicate", without_one_action),
        "access",
        "rights of replicate",
        PROD,
        subject="bbws-templates-replication-{env}",
    ),
    "the replication role unbounded": Fault(
        bound, "access", "settings", PROD, subject="bbws-templates-replication-{env}"
    ),
    "the boundary widened": Fault(
        version("bbws-deployer-boundary-{env}", allowing("*")),
        "access",
        "rights",
        BOTH,
        subject="bbws-deployer-boundary-{env}",
    ),
    "the reader's policy widened": Fault(
        version("bbws-templates-reader-{env}", allowing("s3:PutObject")),
        "access",
        "rights",
        BOTH,
        subject="bbws-templates-reader-{env}",
    ),
    "the deployer's policy narrowed": Fault(
        version("bbws-terraform-deployer-{env}-tables", without_one_action),
        "access",
        "rights",
        subject="bbws-terraform-deployer-{env}-tables",
    ),
    "the reader's policy on another role": Fault(
        attached(BACKUP, POLICY + "bbws-templates-reader-{env}"),
        "access",
        "held by",
        also=(("bbws-backup-{env}", "attached policies"),),
        subject="bbws-templates-reader-{env}",
    ),
    "GitHub's provider gone": Fault(
        provider(),
        "access",
        "identity provider",
        BOTH,
        also=("providers that speak for GitHub", "tags"),
        subject="token.actions.githubusercontent.com",
    ),
    "another audience": Fault(
        provider(ClientIDList=["sts.amazonaws.com", "everybody"]),
        "access",
        "identity provider",
        subject="token.actions.githubusercontent.com",
    ),
    "another way in": Fault(
        by_saml, "access", "providers of SAML", subject="token.actions.githubusercontent.com"
    ),
    "the provider without its tags": Fault(
        provider(Tags=[]), "access", "tags", subject="token.actions.githubusercontent.com"
    ),
    "one more role for this repository": Fault(
        made_role("by-hand", OURS),
        "access",
        "roles that this repository may take",
        subject="roles of the account",
    ),
    "one more role of these names": Fault(
        made_role("bbws-terraform-admin-{env}", FOREIGN_TRUST),
        "access",
        "roles of this product",
        subject="roles of the account",
    ),
    "one more policy of these names": Fault(
        call(
            "iam",
            "create_policy",
            "delete_policy",
            PolicyName="bbws-templates-admin-{env}",
            PolicyDocument=EVERYTHING,
            undo={"PolicyArn": POLICY + "bbws-templates-admin-{env}"},
        ),
        "access",
        "policies of this product",
        subject="policies of the account",
    ),
    "sessions of twelve hours": Fault(session(43200), "access", "settings"),
    "a tag of a role": Fault(
        call(
            "iam",
            "tag_role",
            "tag_role",
            RoleName=BACKUP,
            Tags=[{"Key": "Owner", "Value": "nobody"}],
            undo={"RoleName": BACKUP, "Tags": [{"Key": "Owner", "Value": "Tebogo"}]},
        ),
        "access",
        "tags",
        subject="bbws-backup-{env}",
    ),
    "a machine that may be the backup role": Fault(
        lambda estate: profile(estate), "access", "instance profiles", subject="bbws-backup-{env}"
    ),
}


def profile(estate: Any) -> Any:
    iam = estate.emulator.client("iam")
    place = {"InstanceProfileName": "by-hand", "RoleName": f"bbws-backup-{estate.name}"}
    iam.create_instance_profile(InstanceProfileName="by-hand")
    iam.add_role_to_instance_profile(**place)

    def undo() -> None:
        iam.remove_role_from_instance_profile(**place)
        iam.delete_instance_profile(InstanceProfileName="by-hand")

    return undo


def same_length(estate: Any) -> Any:
    """A template with other words, and as many of them."""
    s3 = estate.emulator.client("s3")
    place = {"Bucket": f"bbws-templates-{estate.name}", "Key": "receipts/order.html"}
    before = s3.get_object(**place)
    body = before["Body"].read()
    changed = body.replace(b"e", b"a", 1)
    assert len(changed) == len(body)
    assert changed != body

    def put(content: bytes) -> None:
        s3.put_object(**place, Body=content, ContentType=before["ContentType"], CacheControl="no-cache")

    put(changed)
    return lambda: put(body)


def without_policy(bucket: str, work: Any, region: str = "eu-west-1") -> Cause:
    """Done where the policy of the bucket would refuse it."""

    def cause(estate: Any) -> Any:
        s3 = estate.emulator.client("s3", region)
        name = bucket.replace("{env}", estate.name)
        before = s3.get_bucket_policy(Bucket=name)["Policy"]
        s3.delete_bucket_policy(Bucket=name)
        try:
            undone = work(s3, name)
        finally:
            s3.put_bucket_policy(Bucket=name, Policy=before)

        def undo() -> None:
            s3.delete_bucket_policy(Bucket=name)
            try:
                undone()
            finally:
                s3.put_bucket_policy(Bucket=name, Policy=before)

        return undo

    return cause


def emptied(s3: Any, bucket: str) -> Any:
    """Every object hidden behind a delete marker, which a test can take away again."""
    listed = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    markers = [
        {"Key": entry["Key"], "VersionId": s3.delete_object(Bucket=bucket, Key=entry["Key"])["VersionId"]}
        for page in listed
        for entry in page.get("Contents", [])
    ]
    return lambda: [s3.delete_object(Bucket=bucket, **marker) for marker in markers]


def overwritten(key: str) -> Any:
    def work(s3: Any, bucket: str) -> Any:
        made = s3.put_object(
            Bucket=bucket, Key=key, Body=b"<p>other</p>", ContentType="text/html; charset=utf-8"
        )
        return lambda: s3.delete_object(Bucket=bucket, Key=key, VersionId=made["VersionId"])

    return work


def tampered_release(s3: Any, bucket: str) -> Any:
    """A file of a release with another content under the name of the old."""
    (key, *_) = (
        entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix="objects/").get("Contents", [])
    )
    return overwritten(key)(s3, bucket)


COPIED = "bbws-templates-prod-dr-eu-west-1"


def stored(**changes: Any) -> Cause:
    """A template as it is, put with other headers."""

    def cause(estate: Any) -> Any:
        s3 = estate.emulator.client("s3")
        place = {"Bucket": f"bbws-templates-{estate.name}", "Key": "receipts/receipt.html"}
        before = s3.get_object(**place)
        said = {name: before[name] for name in ("ContentType", "CacheControl")}
        body = before["Body"].read()
        s3.put_object(**place, Body=body, **{**said, **changes})
        return lambda: s3.put_object(**place, Body=body, **said)

    return cause


def under_a_foreign_key(s3: Any, bucket: str) -> Any:
    """What the policy refuses: a template encrypted with the key of another account."""
    place = {"Bucket": bucket, "Key": "receipts/receipt.html"}
    before = s3.get_object(**place)
    said = {name: before[name] for name in ("ContentType", "CacheControl")}
    body = before["Body"].read()
    foreign = "arn:aws:kms:af-south-1:111122223333:key/x"
    s3.put_object(**place, Body=body, **said, ServerSideEncryption="aws:kms", SSEKMSKeyId=foreign)
    return lambda: s3.put_object(**place, Body=body, **said)


def without_state(estate: Any) -> Any:
    s3 = estate.emulator.client("s3")
    place = {
        "Bucket": f"bbws-terraform-state-{estate.name}",
        "Key": "2_1_bbws_s3_schemas/templates/terraform.tfstate",
    }
    body = s3.get_object(**place)["Body"].read()
    s3.delete_object(**place)
    # The policy lets nobody delete a version of a state, not even the mark of its deletion.
    return lambda: s3.put_object(**place, Body=body)


def without_pointer(s3: Any, bucket: str) -> Any:
    made = s3.delete_object(Bucket=bucket, Key="current.json")
    return lambda: s3.delete_object(Bucket=bucket, Key="current.json", VersionId=made["VersionId"])


def archived(estate: Any) -> Any:
    """A template as it is, in a class that no Lambda reads."""
    s3 = estate.emulator.client("s3")
    place = {"Bucket": f"bbws-templates-{estate.name}", "Key": "receipts/receipt.txt"}
    before = s3.get_object(**place)
    body = before["Body"].read()

    def put(kind: str) -> None:
        s3.put_object(
            **place,
            Body=body,
            ContentType=before["ContentType"],
            CacheControl="no-cache",
            StorageClass=kind,
        )

    put("DEEP_ARCHIVE")
    return lambda: put("STANDARD")


CONTENT_DRIFTS = {
    "a template kept by caches": Fault(
        stored(CacheControl="max-age=86400"), "templates", "headers of the templates"
    ),
    "a template under a foreign key": Fault(
        without_policy("bbws-templates-{env}", under_a_foreign_key, "af-south-1"),
        "templates",
        "headers of the templates",
    ),
    "a template that leads elsewhere": Fault(
        stored(WebsiteRedirectLocation="https://example.com/"),
        "templates",
        "headers of the templates",
    ),
    "a state that is gone": Fault(
        without_state,
        "state",
        "states that are gone",
        BOTH,
        also=(("2_1_bbws_s3_schemas/templates/terraform.tfstate", "state"),),
    ),
    "no pointer": Fault(
        without_policy("bbws-templates-{env}", without_pointer, "af-south-1"),
        "templates",
        "a release is active",
        also=(
            "content, by its digests",
            "templates of the active release",
            "objects that nobody published",
            ("current.json", "who moved it"),
        ),
        alone=True,
    ),
    "a template in an archive": Fault(
        archived, "templates", "class of the objects", also=("content, by its digests",)
    ),
    "a template of the same length": Fault(same_length, "templates", "content, by its digests", BOTH),
    "a release tampered with": Fault(
        without_policy("bbws-templates-{env}", tampered_release, "af-south-1"),
        "templates",
        "content, by its digests",
        also=("headers of the releases",),
    ),
    "the copy emptied": Fault(
        without_policy(COPIED, emptied),
        "recovery",
        "objects",
        PROD,
        also=("the pointer there came by replication",),
        alone=True,
    ),
    "a template of the copy changed": Fault(
        without_policy(COPIED, overwritten("receipts/receipt.html")),
        "recovery",
        "objects",
        PROD,
        also=("headers of the copies",),
    ),
    "an object in the copy alone": Fault(
        without_policy(COPIED, overwritten("receipts/old.html")), "recovery", "objects", PROD
    ),
}
