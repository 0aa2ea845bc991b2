"""From a cold process to its first mail from S3: ``python benchmarks/cold.py``.

Fresh interpreters take turns: one that loads boto3 and reads the bundle's object, which is the least that can
be done, and one that makes a client of ours and renders a mail of the active release, with its contract held.
The bucket is one of an S3 server (moto's) on this machine. CPU time counts, since others work here as well.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from app.core.building import make_unchecked_release
from app.core.release import Provenance
from app.core.workspace import Workspace
from app.publishing.activation import Reason
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.publisher import make_plan, publish
from bbws_templates.target import BucketTarget
from benchmarks._asked import verdict

ROOT = Path(__file__).resolve().parents[1]
BUCKET = "bbws-templates-dev"
TEMPLATE = "receipts/receipt"
BARE = """
import sys, boto3
client = boto3.client("s3")
client.get_object(Bucket=sys.argv[1], Key=sys.argv[2])["Body"].read()
"""
OURS = """
import sys, json
from bbws_templates import TemplateClient
with open(sys.argv[3], encoding="utf-8") as file:
    data = json.load(file)
mail = TemplateClient(f"s3://{sys.argv[1]}").render(sys.argv[4], data)
assert mail.html
"""
IMPORT = "import boto3"


def _published() -> str:
    """The key of the bundle of a release of the twelve, which is active in the bucket."""
    store = BucketStore.connect(BucketTarget(BUCKET))
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    release = make_unchecked_release(workspace, Provenance())
    catalogue = Catalogue(store)
    publish(
        catalogue, release, make_plan(catalogue, release), Reason("publish", "benchmark"), unversioned=True
    )
    return f"releases/{release.id}/bundle.json"


def milliseconds(program: str, arguments: list[str]) -> float:
    """CPU milliseconds of a fresh interpreter."""
    process = subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=ROOT)
    _, process.returncode, usage = os.wait4(process.pid, 0)
    if process.returncode:
        raise SystemExit(f"It has failed: {program}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # which no Lambda has; our source would be compiled each time
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        with tempfile.TemporaryDirectory() as home:
            os.environ |= {
                "AWS_ENDPOINT_URL": f"http://{host}:{port}",
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_REGION": "af-south-1",
                "AWS_DEFAULT_REGION": "af-south-1",
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "HOME": home,
            }
            import boto3

            boto3.client("s3").create_bucket(
                Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "af-south-1"}
            )
            fixture = ROOT / "fixtures" / TEMPLATE / "typical.json"
            arguments = [BUCKET, _published(), str(fixture), TEMPLATE]
            times: dict[str, list[float]] = {IMPORT: [], BARE: [], OURS: []}
            for _ in range(rounds):
                for program, measured in times.items():
                    measured.append(milliseconds(program, arguments))
    finally:
        server.stop()
    bare = median(times[BARE])
    for title, program in (("import boto3", IMPORT), ("and one GET", BARE), ("our first mail", OURS)):
        found = median(times[program])
        print(f"{title:16}{found:8.0f} ms of CPU time{found / bare:8.2f} of the least")
    print(verdict("our first mail", median(times[OURS]) / bare, 1.3, " of the least"))


if __name__ == "__main__":
    main()
