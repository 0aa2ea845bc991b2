"""Opens the store at a target: a bucket or a directory."""

from __future__ import annotations

from app.publishing.bucket_store import BucketStore
from app.publishing.directory_store import DirectoryStore
from app.publishing.store import ObjectStore
from bbws_templates.target import BucketTarget, Target


def open_store(target: Target) -> ObjectStore:
    """The store at ``target``; nothing is contacted yet."""
    if isinstance(target, BucketTarget):
        return BucketStore.connect(target)
    return DirectoryStore(target.path)
