"""What a version of the future may have written, and what a version of the future reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.core.release import FileEntry, Manifest
from app.publishing.store import ObjectStore
from bbws_templates import bundle, pointer
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.documents import DocumentFormat
from bbws_templates.layout import BUNDLE, POINTER, bundle_key, manifest_key, object_key
from tests.publishing.samples import release

Members = dict[str, Any]
Edit = Callable[[Members], None]


def edit_object(store: ObjectStore, key: str, edit: Edit) -> bytes:
    """Rewrite a document as another version would; returns what is stored now."""
    found = store.get(key)
    assert found
    members = json.loads(found.body)
    edit(members)
    store.put(key, canonical_json(members))
    return canonical_json(members)


def pointer_of(store: ObjectStore) -> Members:
    found = store.get(POINTER)
    assert found
    members: Members = json.loads(found.body)
    return members


def bundle_edited(edit: Edit, text: str = "newer") -> tuple[str, bytes]:
    """The id and the bundle of a release whose bundle another version has written."""
    members = json.loads(release(text).bundle_data)
    edit(members)
    data = canonical_json(members)
    return Digest.of(data).hex, data


def activate_foreign(store: ObjectStore, edit: Edit, text: str = "newer") -> str:
    """Publish a release as another version would, its stable keys included; returns its id."""
    identity, data = bundle_edited(edit, text)
    sources = release(text).files
    files = {path: FileEntry.of(body) for path, body in {**sources, BUNDLE: data}.items()}
    manifest = Manifest(identity, files, release(text).manifest.provenance).to_bytes()
    for path, body in sources.items():
        store.put(object_key(files[path].digest, path), body)
    store.put(bundle_key(identity), data)
    store.put(manifest_key(identity), manifest)
    for name, template in json.loads(data)["templates"].items():
        store.put(f"{name}.html", template["html"].encode())
        store.put(f"{name}.txt", template["text"].encode())

    def move(members: Members) -> None:
        entry = {name: members[name] for name in ("sequence", "release", "manifest", "action", "at", "actor")}
        members["history"].append({**entry, "message": members["message"]})
        members.update(previous=entry["release"], release=identity, manifest=str(Digest.of(manifest)))
        members["sequence"] += 1

    edit_object(store, POINTER, move)
    return identity


@contextmanager
def next_version() -> Iterator[None]:
    """The program as it may be one day: it writes bundles of format 2, and reads those of 1 as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundle, "BUNDLE_FORMAT", DocumentFormat(2, frozenset({1, 2})))
        patch.setattr(pointer, "WRITERS_KNOW", frozenset({"holds"}))
        yield
