"""What is measured from a release needs one that is active."""

from __future__ import annotations

import shutil
from pathlib import Path

from app.core.building import make_unchecked_release
from app.core.release import Provenance
from app.core.workspace import Workspace
from app.publishing.activation import Reason
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.publisher import make_plan, publish


def published(workspace: Workspace, folder: Path) -> str:
    """The set as the active release in ``folder``, which is emptied before; a target for a client."""
    shutil.rmtree(folder, ignore_errors=True)
    catalogue, release = Catalogue(DirectoryStore(folder)), make_unchecked_release(workspace, Provenance())
    publish(catalogue, release, make_plan(catalogue, release), Reason("publish", "benchmark"))
    return folder.as_uri()
