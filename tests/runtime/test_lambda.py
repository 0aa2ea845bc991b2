"""The layer and the example: what is deployed sends mail, against S3 and SES over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest

from app.core.building import make_unchecked_release
from app.core.release import Provenance, Release
from app.core.release_directory import write_release
from app.core.workspace import Workspace
from app.publishing.bucket_store import BucketStore
from scripts.lambda_layer import RUNTIMES, main, write_layer
from tests.publishing.samples import publish_to
from tests.runtime.emf import metrics_of
from tests.waiting import patience

ROOT = Path(__file__).parents[2]
REGION = "af-south-1"
ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def release() -> Release:
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    return make_unchecked_release(workspace, Provenance())


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer as Lambda unpacks it below /opt."""
    folder = tmp_path_factory.mktemp("opt")
    write_layer(folder / "layer.zip")
    with zipfile.ZipFile(folder / "layer.zip") as archive:
        archive.extractall(folder)
    return folder / "python"


def invoke(layer: Path, event: dict[str, Any], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the example as Lambda does: the layer and the handler's folder on the path, an event, an answer."""
    code = (
        "import json, sys, bbws_templates, handler\n"
        f"assert bbws_templates.__file__.startswith({str(layer)!r}), bbws_templates.__file__\n"
        "print(json.dumps(handler.handler(json.load(sys.stdin), None)))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(event),
        env=os.environ
        | {"PYTHONPATH": f"{layer}:{ROOT / 'examples/lambda'}", "ENVIRONMENT": "dev"}
        | environment,
        cwd=layer,
        capture_output=True,
        text=True,
        check=False,
    )


def fixture_of(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((ROOT / "fixtures" / name / "typical.json").read_text("utf-8"))
    return data


def sent_messages(s3_server: str) -> list[Any]:
    from moto.sesv2.models import sesv2_backends

    return list(sesv2_backends[ACCOUNT][REGION].core_backend.sent_messages)


def test_the_example_sends_a_published_template_by_ses(
    bucket: BucketStore, s3_server: str, layer: Path, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_to(bucket, release)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    ses = boto3.client("sesv2", region_name=REGION)
    ses.create_email_identity(EmailIdentity="kimmyai.io")
    ses.create_email_identity(EmailIdentity="noreply@kimmyai.io")
    before = len(sent_messages(s3_server))
    data = fixture_of("receipts/receipt")
    done = invoke(
        layer,
        {"template": "receipts/receipt", "data": data},
        TEMPLATE_BUCKET_NAME=str(bucket.target),
    )
    assert done.returncode == 0, done.stderr
    metrics, answer = done.stdout.splitlines()
    assert json.loads(answer)["release"] == release.id
    assert metrics_of(metrics)["Renders"] == 1
    message = sent_messages(s3_server)[before:]
    assert len(message) == 1
    assert message[0].source == "KimmyAI <noreply@kimmyai.io>"
    assert message[0].destinations["ToAddresses"] == [data["tenantEmail"]]
    assert message[0].subject == f"Payment Received - Order {data['orderNumber']}"
    assert data["orderId"] in message[0].body


def test_wrong_data_send_nothing_and_name_every_field(
    bucket: BucketStore, s3_server: str, layer: Path, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_to(bucket, release)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    before = len(sent_messages(s3_server))
    data = fixture_of("receipts/receipt")
    del data["amount"]
    data["currency"] = 7
    done = invoke(
        layer, {"template": "receipts/receipt", "data": data}, TEMPLATE_BUCKET_NAME=str(bucket.target)
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "ContractError" in last
    assert "/amount" in last
    assert "/currency" in last
    assert len(sent_messages(s3_server)) == before
    assert metrics_of(done.stdout)["ContractErrors"] == 1


def test_the_layer_is_small_and_the_same_every_time(tmp_path: Path) -> None:
    size = write_layer(tmp_path / "one.zip")
    write_layer(tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert size < 600_000
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        names = archive.namelist()
    assert {
        "python/bbws_templates/__init__.py",
        "python/bbws_templates/client.py",
        "python/chevron/__init__.py",
    } <= set(names)
    assert not [name for name in names if "boto" in name or "__pycache__" in name]


def test_a_layer_that_lambda_would_not_take_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "layer.zip").write_text("the last one")
    monkeypatch.setattr("scripts.lambda_layer.MAX_BYTES", 400_000)
    with pytest.raises(SystemExit, match=r"^error: .* Lambda takes 400,000\. Take a smaller release"):
        write_layer(tmp_path / "layer.zip")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("layer.zip", "the last one")]


RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"


def test_with_the_bytecode_of_the_runtime_nothing_is_compiled_at_a_cold_start(
    tmp_path: Path, release: Release
) -> None:
    write_release(release, tmp_path / "release")
    archive = tmp_path / "layer.zip"
    assert main(["--out", str(archive), "--release", str(tmp_path / "release"), "--runtime", RUNTIME]) == 0
    with zipfile.ZipFile(archive) as layer:
        layer.extractall(tmp_path)
    sources = list((tmp_path / "python").rglob("*.py"))
    for source in sources:
        source.write_text("this is no Python (", "utf-8")  # whoever compiled it would notice
    code = (
        "import json, sys, bbws_templates\n"
        "client = bbws_templates.TemplateClient('file:///nowhere')\n"
        "print(client.render('receipts/receipt', json.load(sys.stdin)).release)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(fixture_of("receipts/receipt")),
        env=os.environ | {"PYTHONPATH": str(tmp_path / "python")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == release.id, done.stderr
    assert len(list((tmp_path / "python").rglob("*.pyc"))) == len(sources)


def test_the_bytecode_is_the_same_from_every_process(tmp_path: Path) -> None:
    """Whatever it has loaded, and whatever its hash seed, its optimisation and its folder are."""
    write_layer(tmp_path / "here.zip", bytecode=True)
    for number, flags in enumerate(([], ["-O"])):
        done = subprocess.run(
            [
                sys.executable,
                *flags,
                "-m",
                "scripts.lambda_layer",
                "--out",
                f"{number}.zip",
                "--runtime",
                RUNTIME,
            ],
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(number)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert (tmp_path / f"{number}.zip").read_bytes() == (tmp_path / "here.zip").read_bytes()


@pytest.mark.parametrize(
    ("runtime", "said"),
    [
        (next(each for each in RUNTIMES if each != RUNTIME), f"this is {RUNTIME}"),
        ("nodejs22.x", "choose from"),
    ],
)
def test_bytecode_for_another_runtime_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], runtime: str, said: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--out", str(tmp_path / "layer.zip"), "--runtime", runtime])
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "layer.zip").exists()


def test_a_release_in_the_layer_serves_when_no_other_can_be_had(
    tmp_path: Path, aws: str, release: Release
) -> None:
    write_release(release, tmp_path / "release")
    assert main(["--out", str(tmp_path / "layer.zip"), "--release", str(tmp_path / "release")]) == 0
    with zipfile.ZipFile(tmp_path / "layer.zip") as archive:
        archive.extractall(tmp_path)
    code = (
        "import json, sys, bbws_templates\n"
        f"client = bbws_templates.TemplateClient(patience={patience()})\n"
        "mail = client.render('receipts/receipt', json.load(sys.stdin))\n"
        "print(mail.release)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(fixture_of("receipts/receipt")),
        env=os.environ
        | {"PYTHONPATH": str(tmp_path / "python"), "TEMPLATE_BUCKET_NAME": "bbws-templates-none"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == release.id, done.stderr
    assert "There is no bucket 'bbws-templates-none'" in done.stderr


def test_an_edited_release_does_not_go_into_a_layer(
    tmp_path: Path, release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    write_release(release, tmp_path / "release")
    (tmp_path / "release/sources/receipts/receipt.html").write_text("edited", "utf-8")
    assert main(["--out", str(tmp_path / "layer.zip"), "--release", str(tmp_path / "release")]) == 3
    assert not (tmp_path / "layer.zip").exists()
    assert "is not intact" in capsys.readouterr().err
