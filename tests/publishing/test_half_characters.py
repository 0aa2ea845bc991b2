"""A release of another program with half of a surrogate pair in it: JSON holds that, and UTF-8 does not.

It would become a key, a file's name, a header or a mail, and can be none of these.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.publishing import history
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import Discrepancy
from app.publishing.pruning import prune
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from bbws_templates.bundle import parse_bundle
from bbws_templates.digests import Digest
from bbws_templates.faults import DamagedReleaseError
from bbws_templates.layout import BUNDLE, POINTER, bundle_key, manifest_key
from tests.publishing.samples import NAMES, go_back, publish_to, release

NAME = NAMES[0]
ACTIVE, NEXT = (release(text, names=(NAME,)) for text in ("active", "next"))
HALF = "\ud800"


def wrong(store: ObjectStore) -> list[Discrepancy]:
    return [each for each in verify(Catalogue(store)).discrepancies if not each.is_note]


def bundle_with(edit: Callable[[dict[str, Any]], None], encoding: str = "ascii") -> tuple[str, bytes]:
    members = json.loads(NEXT.bundle_data)
    edit(members)
    text = json.dumps(members, ensure_ascii=encoding == "ascii", sort_keys=True)
    data = text.encode(encoding, "surrogatepass")
    return Digest.of(data).hex, data


def in_name(members: dict[str, Any]) -> None:
    members["templates"][f"receipts/{HALF}"] = members["templates"].pop(NAME)


def in_html(members: dict[str, Any]) -> None:
    members["templates"][NAME]["html"] += HALF


def in_sender(members: dict[str, Any]) -> None:
    members["templates"][NAME]["sender"]["name"] = HALF


def in_zone(members: dict[str, Any]) -> None:
    members["timeZone"] = HALF


def in_contract(members: dict[str, Any]) -> None:
    members["templates"][NAME]["contract"]["properties"][HALF] = {}


def copied_in(store: ObjectStore, identity: str, data: bytes, path: str = "sources/a.html") -> None:
    """A release that another program has made, put where releases are."""
    files = {
        BUNDLE: {"sha256": identity, "size": len(data)},
        path: {"sha256": Digest.of(b"x").hex, "size": 1},
    }
    manifest = {"format": 1, "release": identity, "files": files, "provenance": {}}
    store.put(bundle_key(identity), data)
    store.put(manifest_key(identity), json.dumps(manifest).encode())
    store.put(f"objects/{Digest.of(b'x').hex}.html", b"x")


@pytest.mark.parametrize("edit", [in_name, in_html, in_sender, in_zone, in_contract])
def test_a_release_with_half_a_character_is_damaged_and_goes_nowhere(
    directory: DirectoryStore, edit: Callable[[dict[str, Any]], None]
) -> None:
    """No key, no file, no header and no mail can hold it."""
    publish_to(directory, ACTIVE)
    for encoding in ("ascii", "utf-8", "utf-16"):
        identity, data = bundle_with(edit, encoding)
        copied_in(directory, identity, data)
        assert [each.key for each in wrong(directory)] == [bundle_key(identity)]
        with pytest.raises(DamagedReleaseError):
            go_back(directory, identity)
        prune(Catalogue(directory), 1, actor="me")
        assert wrong(directory) == []


def test_a_manifest_with_half_a_character_in_a_path_is_damaged(directory: DirectoryStore) -> None:
    publish_to(directory, ACTIVE)
    copied_in(directory, NEXT.id, NEXT.bundle_data, f"sources/x.{HALF}")
    assert [each.key for each in wrong(directory)] == [manifest_key(NEXT.id)]
    with pytest.raises(DamagedReleaseError, match="has no place in a release"):
        go_back(directory, NEXT.id)
    prune(Catalogue(directory), 1, actor="me")
    assert wrong(directory) == []


def test_whole_characters_and_what_only_looks_like_half_of_one_are_taken() -> None:
    words = "\ud55c\uae00 \\ud800 \U0001f600"
    for encoding in ("ascii", "utf-8", "utf-16"):
        identity, data = bundle_with(lambda members: members["templates"][NAME].update(html=words), encoding)
        assert parse_bundle(data, release=identity).templates[NAME].html == words


def test_a_history_that_goes_on_where_no_key_is_cannot_be_trusted(directory: DirectoryStore) -> None:
    for text in ("1", "2"):
        publish_to(directory, release(text, names=(NAME,)))
    for archive in ("history/\ud800.json", "../x", "history/\x00"):
        members = json.loads((directory.root / POINTER).read_bytes())
        (directory.root / POINTER).write_text(json.dumps({**members, "archive": archive}))
        standing = Catalogue(directory).standing()
        assert standing
        with pytest.raises(DamagedReleaseError, match="history cannot be trusted"):
            assert not [*history.activations(directory, standing.pointer)]
        assert [each.key for each in wrong(directory)] == ["history/"]
