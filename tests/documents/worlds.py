"""The worlds in which documents are followed: a desk, buckets with releases, two applied estates."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import boto3
from boto3.dynamodb.types import TypeSerializer

from tests.documents.following import Reader, copy_checkout
from tests.documents.markdown import ROOT, Block
from tests.infra.emulator import Emulator
from tests.infra.estate import Estate
from tests.infra.facts import reader_roles
from tests.infra.restore.test_functions import code
from tests.infra.terraform import make_workbench
from tests.web.process import running

BUCKETS: Final = {
    "bbws-templates-dev": "af-south-1",
    "bbws-templates-sit": "af-south-1",
    "bbws-templates-prod": "af-south-1",
    "bbws-templates-prod-dr-eu-west-1": "eu-west-1",
}
_KEPT: Final = ("LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "PIP_CONFIG_FILE")


@contextmanager
def desk(home: Path) -> Iterator[Reader]:
    """Somebody with a checkout and no account, who has not made the mail of the guide yet."""
    checkout = copy_checkout(home)
    for folder in ("templates", "fixtures", "tests/baselines"):
        for found in checkout.glob(f"{folder}/receipts/refund*"):
            shutil.rmtree(found) if found.is_dir() else found.unlink()
    yield Reader(checkout, lambda _: surroundings(home))


@contextmanager
def releases(home: Path, server: str) -> Iterator[Reader]:
    """Somebody with the buckets of all environments, an older release in each, and a preview that runs."""
    given = {**surroundings(home), **credentials(server)}
    profiles = "".join(
        f"[profile {name}]\nregion = af-south-1\naws_access_key_id = test\naws_secret_access_key = test\n"
        for name in ("sit", "prod")
    )
    (home / "profiles").write_text(profiles, encoding="utf-8")
    given["AWS_CONFIG_FILE"] = str(home / "profiles")
    for bucket, region in BUCKETS.items():
        make_bucket(boto3.client("s3", region_name=region, **keys(server)), bucket, region)
    checkout = copy_checkout(home)
    older = changed_templates(checkout, home / "older")
    for target in ("dev", "sit", "prod"):
        command(given, checkout, "publish", "--to", target, *older, "--allow-unapproved", "--yes")
    with running(checkout / "templates", checkout / "fixtures") as preview:
        words = {r"http://127\.0\.0\.1:8025": preview.url, r"file:///tmp/": f"{home.as_uri()}/"}
        yield Reader(checkout, lambda _: given, words)


@contextmanager
def estates(home: Path) -> Iterator[Reader]:
    """An operator with dev and production, applied to an emulator for each, and the templates published."""
    workbench = make_workbench(home)
    made: dict[str, Estate] = {}
    for name in ("dev", "prod"):
        (home / name).mkdir()
        made[name] = Estate(name, workbench, home / name, Emulator(name, home / name))
    checkout = copy_checkout(home)
    environments = {
        name: {
            **surroundings(home), **workbench.environment, **estate.emulator.environment,
            "PATH": surroundings(home)["PATH"], "TF_CLI_CONFIG_FILE": str(workbench.overrides),
        }
        for name, estate in made.items()
    }  # fmt: skip
    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(Estate.apply, made.values()))
        _fill(made, environments, checkout, home)
        sit = Guest(made["dev"].emulator.client("s3"), "bbws-templates-sit")

        def environment(block: Block) -> Mapping[str, str]:
            sit.come_or_go(block)
            return environments[meant(block)]

        reader = Reader(checkout, environment)
        reader.words = {
            r"ENV=sit": "ENV=dev",  # sit is not applied: what is asked of it is asked of dev
            r"file:///tmp/": f"{home.as_uri()}/",
            r"(?<=--to prod )2c26b46b68ff": _older_release(made["prod"])[:12],
            r"\bCOMMIT\b": "HEAD~1",
            r"\bBAD_COMMIT\b": "HEAD",
            r"/tmp/(?=receipt|earlier)": f"{home}/",
        }
        reader.before = _events(made, reader)
        yield reader
    finally:
        for estate in made.values():
            estate.emulator.stop()


def meant(block: Block) -> str:
    """The environment that a block speaks of."""
    return "prod" if re.search(r"(?<![a-z])prod(?![a-z])|eu-west-1|\btenants\b", block.text) else "dev"


def surroundings(home: Path) -> dict[str, str]:
    """The environment of a person who has followed the set-up: our programs first."""
    places = [ROOT / ".venv/bin", ROOT / ".venv-aws/bin"]
    return {
        **{name: os.environ[name] for name in _KEPT if name in os.environ},
        "PATH": os.pathsep.join([*map(str, places), os.environ["PATH"]]),
        "HOME": str(home),
        "COLUMNS": "160",
        "NO_COLOR": "1",
        "BBWS_ACTOR": "lerato@example.com",
        "AWS_PAGER": "",
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "user.name",
        "GIT_CONFIG_VALUE_0": "Lerato",
        "GIT_CONFIG_KEY_1": "user.email",
        "GIT_CONFIG_VALUE_1": "lerato@example.com",
    }


def credentials(server: str) -> dict[str, str]:
    """What makes a program take ``server`` for AWS."""
    return {
        "AWS_ENDPOINT_URL": server, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "af-south-1", "AWS_DEFAULT_REGION": "af-south-1", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }  # fmt: skip


def keys(server: str) -> dict[str, Any]:
    """The same for a client of boto3."""
    return {"endpoint_url": server, "aws_access_key_id": "test", "aws_secret_access_key": "test"}


class Guest:
    """A bucket that lives in the account of another environment, so that one endpoint serves both.

    A verifier calls that a bucket too many, and rightly: while one looks, the bucket is away.
    """

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name
        self._objects: dict[str, dict[str, Any]] | None = {}
        self._come()

    def come_or_go(self, block: Block) -> None:
        """Be there for everything but a look at the whole account."""
        looks = re.search(r"infra[-.](verify|drift)", block.text) is not None
        if looks and self._objects is None:
            self._go()
        elif not looks and self._objects is not None:
            self._come()

    def _come(self) -> None:
        make_bucket(self._client, self._name, "af-south-1")
        for key, given in (self._objects or {}).items():
            self._client.put_object(Bucket=self._name, Key=key, **given)
        self._objects = None

    def _go(self) -> None:
        self._objects = {}
        for entry in self._client.list_objects_v2(Bucket=self._name).get("Contents", []):
            found = self._client.get_object(Bucket=self._name, Key=entry["Key"])
            given = {
                name: found[name] for name in ("ContentType", "CacheControl", "Metadata") if name in found
            }
            self._objects[entry["Key"]] = {**given, "Body": found["Body"].read()}
        listed = self._client.list_object_versions(Bucket=self._name)
        for version in (*listed.get("Versions", ()), *listed.get("DeleteMarkers", ())):
            self._client.delete_object(Bucket=self._name, Key=version["Key"], VersionId=version["VersionId"])
        self._client.delete_bucket(Bucket=self._name)


def make_bucket(client: Any, bucket: str, region: str) -> None:
    """A versioned bucket, where there is none."""
    if bucket not in {found["Name"] for found in client.list_buckets()["Buckets"]}:
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def changed_templates(checkout: Path, folder: Path, words: str = "Thanks a lot") -> list[str]:
    """Options that make a release which differs from that of the checkout."""
    for name in ("templates", "fixtures"):
        shutil.copytree(checkout / name, folder / name)
    file = folder / "templates" / "receipts" / "receipt.html"
    text = file.read_text(encoding="utf-8")
    changed = text.replace("This is your receipt.", f"{words}. This is your receipt.")
    assert changed != text
    file.write_text(changed, encoding="utf-8")
    return ["--templates", str(folder / "templates"), "--fixtures", str(folder / "fixtures")]


def command(environment: Mapping[str, str], checkout: Path, *words: str) -> None:
    """``bbws-templates …``, which must succeed."""
    done = subprocess.run(
        [str(ROOT / ".venv/bin/bbws-templates"), *words],
        cwd=checkout, env=dict(environment), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"


def _fill(
    made: Mapping[str, Estate], environments: Mapping[str, Mapping[str, str]], checkout: Path, home: Path
) -> None:
    """Templates in both, functions and items in production."""
    older = [changed_templates(checkout, home / f"older{number}", f"Thanks {number}") for number in range(3)]
    # Production has been published to now and then; what is on main has not reached dev yet.
    for name, one in (("dev", older[0]), *(("prod", one) for one in older), ("prod", [])):
        command(environments[name], checkout, "publish", "--to", name, *one, "--allow-unapproved", "--yes")
    prod = made["prod"].emulator
    for region in ("af-south-1", "eu-west-1"):
        lambdas = prod.client("lambda", region)
        for role in reader_roles("prod"):
            lambdas.create_function(
                FunctionName=role.removesuffix("-lambda-role-prod"),
                Runtime="python3.12", Handler="handler.handler",
                Role=f"arn:aws:iam::{prod.account}:role/{role}", Code={"ZipFile": code()},
                Environment={"Variables": {"TEMPLATE_BUCKET_NAME": "bbws-templates-prod"}},
            )  # fmt: skip
    dynamodb = prod.client("dynamodb")
    for item in _tenants():
        dynamodb.put_item(TableName="tenants", Item=item)


def _tenants() -> list[dict[str, Any]]:
    """The examples of tenants, as DynamoDB keeps items."""
    put = TypeSerializer().serialize
    folder = ROOT / "infra" / "schemas" / "examples" / "tenants"
    items = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("valid/*.json"))]
    return [{name: put(value) for name, value in item.items()} for item in items]


def _older_release(estate: Estate) -> str:
    pointer = estate.emulator.client("s3").get_object(
        Bucket=f"bbws-templates-{estate.name}", Key="current.json"
    )
    return str(json.loads(pointer["Body"].read())["previous"])


def _events(made: Mapping[str, Estate], reader: Reader) -> dict[str, Callable[[], None]]:
    """What happens in the world before the block that begins so."""
    prod = made["prod"].emulator
    dynamodb = prod.client("dynamodb")

    def lose_an_item() -> None:
        """Somebody has deleted a tenant, whom the restored table beside it still has."""
        item = _tenants()[0]
        dynamodb.delete_item(TableName="tenants", Key={name: item[name] for name in ("PK", "SK")})

    def note_a_version() -> None:
        """The reader copies the id of a version out of the list that was printed before."""
        s3 = prod.client("s3")
        for word, bucket, prefix in (
            ("VERSION", "bbws-templates-prod", "receipts/receipt.html"),
            ("EARLIER", "bbws-terraform-state-prod", "2_1_bbws_dynamodb_schemas/tenants/terraform.tfstate"),
        ):
            versions = s3.list_object_versions(Bucket=bucket, Prefix=prefix)["Versions"]
            reader.words[rf"\b{word}\b"] = versions[0]["VersionId"]

    def commit() -> None:
        """Somebody commits something that is regretted afterwards."""
        note = reader.checkout / "infra" / "regretted.txt"
        note.write_text("A mistake.\n", encoding="utf-8")
        for words in (["add", "infra"], ["commit", "-qm", "A mistake"]):
            subprocess.run(
                ["git", *words], cwd=reader.checkout, check=True, env=surroundings(reader.checkout.parent)
            )

    def plan_elsewhere() -> None:
        """Another pipeline has a plan of its own, in the folder where its reader stands."""
        folder = reader.checkout.parent / "elsewhere"
        folder.mkdir()
        (folder / "main.tf").write_text(
            'variable "environment" {\n  default = "dev"\n}\n\nresource "terraform_data" "one" {}\n',
            encoding="utf-8",
        )
        for words in (["init"], ["plan", f"-out={reader.checkout / 'plan.tfplan'}"]):
            subprocess.run(["terraform", *words], cwd=folder, check=True, capture_output=True)

    def tidy_up() -> None:
        """Nobody needs the restored table any more, so the reader deletes it, by the sentence above."""
        dynamodb.delete_table(TableName="tenants-restored")

    def look_again() -> None:
        """It was a deletion after all, so the reader repeats the dry run without the window."""
        again = f"{restore} --from tenants-restored"
        reader.type(Block(ROOT / "README.md", 0, "bash", "", again, "exit status: 1"))

    restore = ".venv/bin/python -m infra.restore items --env prod --table tenants"
    return {
        ".venv/bin/python -m infra.verify --env prod --only tables\n": tidy_up,
        "git log --oneline -- infra": commit,
        "terraform show -json plan.tfplan": plan_elsewhere,
        "aws s3api list-object-versions": note_a_version,
        "aws s3api copy-object": note_a_version,
        "aws s3api get-object": note_a_version,
        f"{restore} --from tenants-restored\n": lose_an_item,
        f"{restore} --from tenants-restored \\\n  --carry-out": look_again,
    }
