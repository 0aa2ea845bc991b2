"""A Lambda in Node, which knows of no releases, reads a stable key and renders it with mustache.js."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from app.core.building import make_unchecked_release
from app.core.compiler.equivalence import first_difference
from app.core.proof.witness import look
from app.core.release import Provenance
from app.core.workspace import Workspace
from app.publishing.bucket_store import BucketStore
from bbws_templates import TemplateClient
from bbws_templates.layout import POINTER, bundle_key
from tests.publishing.samples import publish_to
from tests.waiting import patience

ROOT = Path(__file__).parents[2]
CONFIRMATION = "notifications/order_confirmation_customer"
NODE = Path(sys.executable).with_name("node")


def spelt_out(html: str) -> str:
    """``html`` with the characters in its comments as they are meant."""
    return re.sub(r"<!--.*?-->", lambda comment: unescape(comment[0]), html, flags=re.DOTALL)


def rendered_by_node(task: dict[str, Any]) -> Any:
    if not (ROOT / "node_modules/mustache").is_dir():
        pytest.fail("mustache.js is not installed: run `make tools`.")
    done = subprocess.run(
        [NODE, Path(__file__).with_name("node_lambda.mjs")],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=patience(),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("name", "wanted", "key", "date"),
    [
        ("receipts/receipt", "", "receipts/receipt", "14 January 2026, 11:42"),
        ("receipts/receipt", "af-ZA", "receipts/receipt", "14 January 2026, 11:42"),
        (CONFIRMATION, "af-ZA", f"{CONFIRMATION}.af", "14 Januarie 2026 11:42"),
    ],
)
def test_a_node_lambda_makes_the_same_email_from_the_stable_keys(
    bucket: BucketStore, name: str, wanted: str, key: str, date: str
) -> None:
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    release = make_unchecked_release(workspace, Provenance())
    publish_to(bucket, release)
    # What a careless reader would get wrong: text beyond ASCII, and all that HTML has to escape.
    data = {**workspace.source(name).fixtures["typical"].data, "tenantName": "Zoë & Søn <b>'\"` 日本 😀"}
    urls = {
        key: bucket.client.generate_presigned_url(
            "get_object", Params={"Bucket": bucket.target.bucket, "Key": bucket.target.prefix + key}
        )
        for key in (f"{key}.html", f"{key}.txt", POINTER, bundle_key(release.id))
    }
    theirs = rendered_by_node({"urls": urls, "name": name, "data": data, "locale": wanted})
    ours = TemplateClient(str(bucket.target)).render(name, data, locale=wanted)
    assert theirs["locale"] == ours.locale
    assert (
        theirs["types"].items()
        >= {
            f"{key}.html": "text/html; charset=utf-8",
            f"{key}.txt": "text/plain; charset=utf-8",
        }.items()
    )
    # mustache.js escapes a slash as well; in Outlook's comments, too, that is the same address.
    assert first_difference(look(spelt_out(ours.html)), look(spelt_out(theirs["html"]))) is None
    assert "日本 😀" in theirs["html"]
    assert theirs["text"] == ours.text
    assert date in theirs["text"]
