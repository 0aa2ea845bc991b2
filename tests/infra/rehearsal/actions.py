"""What the actions of others do here: a checkout is a clone, an artifact a folder, a role is really taken.

Whatever is not named raises: it would be left out silently otherwise.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.infra.rehearsal.runs import NotPlayedError

if TYPE_CHECKING:
    from tests.infra.rehearsal.work import Work


class ActionFailedError(Exception):
    """The action would fail on GitHub as well."""


def act(name: str, work: Work, given: Mapping[str, str]) -> None:
    """Do what the action ``name`` does.

    Raises:
        ActionFailedError: it fails.
        NotPlayedError: nobody has written down what it does.
    """
    if name not in PLAYED:
        raise NotPlayedError(f"{work.job.id}: the action {name} is not played here.")
    PLAYED[name](work, given)


def _check_out(work: Work, given: Mapping[str, str]) -> None:
    if given.get("persist-credentials") != "False":
        raise NotPlayedError(f"{work.job.id}: a checkout that leaves its token behind is not played here.")
    _require(work, "contents", "read")
    try:
        work.around.checkouts.check_out(
            given.get("ref") or work.run.event.commit,
            work.folder,
            depth=int(given.get("fetch-depth", "1")),
        )
    except LookupError as error:
        raise ActionFailedError(str(error)) from error


def _keep(work: Work, given: Mapping[str, str]) -> None:
    source, kept = work.folder / given["path"], artifact(work.around.home, work.run.number, given["name"])
    files = _visible(source)
    if not files:
        if given.get("if-no-files-found") == "error":
            raise ActionFailedError(f"No files were found with the provided path: {given['path']}")
        return
    if kept.exists():
        raise ActionFailedError(f"There is an artifact {given['name']} of this run already.")
    draft = kept.with_name(f"{kept.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    base = source if source.is_dir() else source.parent
    for file in files:
        target = draft / file.relative_to(base)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    draft.rename(kept)


def _fetch(work: Work, given: Mapping[str, str]) -> None:
    run = given.get("run-id") or str(work.run.number)
    if run != str(work.run.number):
        _require(work, "actions", "read")
        if not given.get("github-token"):
            raise ActionFailedError("The artifact of another run takes a token.")
    kept = artifact(work.around.home, int(run) if run.isdecimal() else 0, given["name"])
    if not kept.is_dir():
        raise ActionFailedError(f"Unable to find an artifact with the name {given['name']} of run {run}")
    shutil.copytree(kept, work.folder / given["path"], dirs_exist_ok=True)


def _assume(work: Work, given: Mapping[str, str]) -> None:
    _require(work, "id-token", "write")
    try:
        work.credentials = work.around.assume(given["role-to-assume"], work.claims())
    except PermissionError as error:
        raise ActionFailedError(str(error)) from error


def _attest(work: Work, given: Mapping[str, str]) -> None:
    for right in ("id-token", "attestations"):
        _require(work, right, "write")
    if "subject-digest" in given:
        if given.get("push-to-registry") == "true":
            _require(work, "packages", "write")
        found = re.fullmatch(r"sha256:([0-9a-f]{64})", given["subject-digest"])
        if not found or not given["subject-name"]:
            raise ActionFailedError(f"{given['subject-digest']!r} is no digest of a named subject")
        digests = {given["subject-name"]: found[1]}
    else:
        digests = {}
        for path in given["subject-path"].split():
            files = [file for file in sorted(work.folder.glob(path)) if file.is_file()]
            if not files:
                raise ActionFailedError(f"Could not find subject at path {path}")
            digests |= {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    work.around.attest(digests, work.claims())


def _scan(work: Work, given: Mapping[str, str]) -> None:
    """Trivy cannot be had offline. Its gate is tested on reports of the documented shape."""
    report = work.folder / given["output"]
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text('{"SchemaVersion": 2, "Results": []}', encoding="utf-8")


def _upload_findings(work: Work, given: Mapping[str, str]) -> None:
    _require(work, "security-events", "write")
    try:
        json.loads((work.folder / given["sarif_file"]).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ActionFailedError(f"{given['sarif_file']} is no SARIF: {error}") from error


def _nothing(work: Work, given: Mapping[str, str]) -> None:
    """Python and Terraform are those of this machine."""


PLAYED: Final[Mapping[str, Callable[[Work, Mapping[str, str]], None]]] = {
    "actions/attest-build-provenance": _attest,
    "actions/checkout": _check_out,
    "actions/download-artifact": _fetch,
    "actions/setup-python": _nothing,
    "actions/upload-artifact": _keep,
    "aquasecurity/trivy-action": _scan,
    "aws-actions/configure-aws-credentials": _assume,
    "github/codeql-action/upload-sarif": _upload_findings,
    "hashicorp/setup-terraform": _nothing,
}


def artifact(home: Path, run: int, name: str) -> Path:
    """Where the artifact ``name`` of a run lies."""
    return home / "artifacts" / str(run) / name


def _visible(source: Path) -> list[Path]:
    """Every file of ``source`` but the hidden ones, which the action leaves out."""
    if source.is_file():
        return [source]
    return [
        file
        for file in sorted(source.rglob("*"))
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(source).parts)
    ]


def _require(work: Work, name: str, right: str) -> None:
    order = ("none", "read", "write")
    if order.index(work.rights.get(name, "none")) < order.index(right):
        raise ActionFailedError(f"The job's token has no right {name}: {right}")
