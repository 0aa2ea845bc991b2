"""``gh attestation verify`` against what the jobs of a rehearsal vouched for; that folder comes first.

It needs nothing but Python, for it runs in the folders of jobs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """0 when a job of the named workflow and branch vouched for the file or image, else 1 and why."""
    parser = argparse.ArgumentParser(prog="gh")
    parser.add_argument("store", type=Path)
    parser.add_argument("words", nargs=2)
    parser.add_argument("file")
    parser.add_argument("--repo", required=True)
    parser.add_argument("--signer-workflow", required=True)
    parser.add_argument("--source-ref", required=True)
    options = parser.parse_args(arguments)
    if options.words != ["attestation", "verify"]:
        parser.error(f"{' '.join(options.words)} is not played here")
    if options.file.startswith("oci://"):
        digest = options.file.rpartition("@sha256:")[2]
    else:
        digest = hashlib.sha256(Path(options.file).read_bytes()).hexdigest()
    try:
        claims = json.loads((options.store / f"{digest}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        print(f"Error: no attestations found for {options.file} (sha256:{digest})", file=sys.stderr)
        return 1
    wanted = {
        "repository": options.repo,
        "job_workflow_ref": f"{options.signer_workflow}@{options.source_ref}",
        "ref": options.source_ref,
    }
    for name, value in wanted.items():
        if claims.get(name) != value:
            print(f"Error: {name} is {claims.get(name)}, not {value}", file=sys.stderr)
            return 1
    print(f"Loaded digest sha256:{digest} for {options.file}\nVerification succeeded!")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
