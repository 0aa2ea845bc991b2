"""Publishing a release: what is written, in which order, and what readers see."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

import pytest

from app.core.changes import ChangeKind
from app.core.release import Provenance, make_release, source_path
from app.publishing.activation import stable_files
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.errors import BreakingChangeError, ConflictError
from app.publishing.publisher import make_plan, publish
from app.publishing.store import ObjectStore, SeenObject
from app.publishing.verification import verify
from bbws_templates.digests import Digest
from bbws_templates.layout import object_key
from tests.publishing.counting import CountingStore
from tests.publishing.samples import (
    CONTRACT,
    NAMES,
    REASON,
    publish_to,
    release,
    source,
    template,
    with_one_changed,
)


def contents(store: ObjectStore) -> dict[str, bytes]:
    return {item.key: (found.body if (found := store.get(item.key)) else b"") for item in store.list("")}


def test_a_first_publish_makes_every_object_of_the_layout(store: ObjectStore) -> None:
    wanted = release()
    publish_to(store, wanted)
    found = contents(store)
    assert Digest.of(found[f"releases/{wanted.id}/bundle.json"]).hex == wanted.id
    assert found[f"releases/{wanted.id}/manifest.json"] == wanted.manifest_data
    assert (
        found["receipts/receipt.html"] == "<h1>receipts/receipt</h1><p>Dear {{name}}, first ünï</p>".encode()
    )
    assert found["receipts/receipt.txt"] == b"Dear {{name}}, first"
    for path, data in wanted.files.items():
        assert found[f"objects/{Digest.of(data).hex}.{path.rpartition('.')[2]}"] == data
    pointer = json.loads(found["current.json"])
    assert pointer["release"] == wanted.id
    assert pointer["manifest"] == str(Digest.of(wanted.manifest_data))
    assert (pointer["actor"], pointer["message"], pointer["previous"]) == (
        "tester@example.com",
        "because",
        "",
    )


def test_objects_in_a_bucket_carry_media_type_and_checksum(bucket: BucketStore) -> None:
    publish_to(bucket, release())
    head = bucket.client.head_object(
        Bucket=bucket.target.bucket, Key="mail/receipts/receipt.html", ChecksumMode="ENABLED"
    )
    body = bucket.get("receipts/receipt.html")
    assert body
    assert head["ContentType"] == "text/html; charset=utf-8"
    assert head["ChecksumSHA256"] == Digest.of(body.body).base64
    text = bucket.client.head_object(Bucket=bucket.target.bucket, Key="mail/receipts/receipt.txt")
    assert text["ContentType"] == "text/plain; charset=utf-8"


def test_a_second_publish_of_the_same_content_costs_one_request(counted: CountingStore) -> None:
    publish_to(counted, release())
    before = contents(counted.inner)
    counted.requests.clear()
    publish_to(counted, release(commit="another build of the same content"))
    assert counted.requests == [("get", "current.json")]
    assert contents(counted.inner) == before


def test_one_changed_template_writes_its_own_files_alone(counted: CountingStore) -> None:
    publish_to(counted, release())
    counted.requests.clear()
    wanted = with_one_changed()
    publish_to(counted, wanted)
    own = [path for path in wanted.files if "receipts/receipt" in path]
    assert own == ["sources/receipts/receipt.html"]
    assert counted.written() == sorted(
        [
            *(f"objects/{Digest.of(wanted.files[path]).hex}.{path.rpartition('.')[2]}" for path in own),
            f"releases/{wanted.id}/bundle.json",
            f"releases/{wanted.id}/manifest.json",
            "current.json",
            "current.json",
            "receipts/receipt.html",
            "receipts/receipt.txt",
        ]
    )


def test_immutable_objects_come_first_then_the_pointer_then_the_stable_keys(counted: CountingStore) -> None:
    publish_to(counted, release())
    order = [key for operation, key in counted.requests if operation == "put"]
    pointer = order.index("current.json")
    assert all(key.startswith(("objects/", "releases/")) for key in order[:pointer])
    assert order[pointer - 1].endswith("manifest.json")
    assert {key.rpartition("/")[0] for key in order[pointer + 1 : -1]} == {
        "receipts",
        "notifications",
        "invoices",
    }
    read_back = {
        key
        for operation, key in counted.requests[: counted.requests.index(("put", "current.json"))]
        if operation == "get"
    }
    assert set(order[:pointer]) <= read_back


def test_a_published_release_is_never_written_again(counted: CountingStore) -> None:
    publish_to(counted, release("first"))
    publish_to(counted, release("second"))
    before = contents(counted.inner)
    publish_to(counted, release("first"))
    after = contents(counted.inner)
    assert {k: v for k, v in after.items() if k.startswith(("objects/", "releases/"))} == {
        k: v for k, v in before.items() if k.startswith(("objects/", "releases/"))
    }


def test_a_removed_template_keeps_its_stable_key(store: ObjectStore) -> None:
    publish_to(store, release())
    publish_to(store, release(names=NAMES[1:]), allow_breaking=True)
    assert store.get("receipts/receipt.html")


def test_a_plan_names_what_is_added_changed_and_removed(store: ObjectStore) -> None:
    publish_to(store, release(names=NAMES[:2]))
    plan = make_plan(Catalogue(store), release("second", names=NAMES[1:]))
    assert {change.name: change.kind for change in plan.changes} == {
        NAMES[0]: ChangeKind.REMOVED,
        NAMES[1]: ChangeKind.CHANGED,
        NAMES[2]: ChangeKind.ADDED,
    }
    changed = {
        part.part: part.diff for change in plan.changes if change.name == NAMES[1] for part in change.parts
    }
    assert set(changed) == {"subject", "preheader", "source", "text", "html"}
    assert "-<!-- first -->\n+<!-- second -->" in changed["source"]
    assert [change.name for change in plan.breaking] == [NAMES[0]]


def test_a_breaking_contract_is_refused_unless_allowed(store: ObjectStore) -> None:
    publish_to(store, release())
    narrower = release(contract={**CONTRACT, "required": ["name", "orderId"]})
    before = contents(store)
    with pytest.raises(BreakingChangeError, match="receipts/receipt: orderId is new and required"):
        publish_to(store, narrower)
    assert contents(store) == before
    publish_to(store, narrower, allow_breaking=True)
    assert make_plan(Catalogue(store), narrower).nothing


def test_whoever_planned_against_another_release_is_told_so(store: ObjectStore) -> None:
    catalogue = Catalogue(store)
    publish_to(store, release())
    mine = release("mine")
    plan = make_plan(catalogue, mine)
    publish_to(store, release("theirs"))
    with pytest.raises(ConflictError, match=r"tester@example\.com activated release"):
        publish(catalogue, mine, plan, REASON)
    assert make_plan(catalogue, release("theirs")).nothing


def test_a_damaged_object_is_mended_by_the_publish_that_needs_it(store: ObjectStore) -> None:
    publish_to(store, release())
    wanted = with_one_changed()
    unchanged = Digest.of(wanted.files["sources/invoices/invoice.html"]).hex
    store.put(f"objects/{unchanged}.html", b"<p>tampered</p>")
    done = publish_to(store, wanted)
    assert done.mended == ("sources/invoices/invoice.html",)
    assert Catalogue(store).release(wanted.id).files == wanted.files


def test_where_one_thing_is_damaged_nothing_that_was_only_looked_at_counts(above: ObjectStore) -> None:
    """What is listed may have been damaged since, by the same hand."""
    publish_to(above, release())
    publish_to(above, with_one_changed())
    listed = above.look([item.key for item in above.list("")])

    class Listed(CountingStore):
        def look(self, keys: Collection[str]) -> dict[str, SeenObject]:
            return {key: listed[key] for key in keys if key in listed}

    manifest = release().manifest
    held, lacking = (object_key(manifest.files[path].digest, path) for path in map(source_path, NAMES[1::-1]))
    for key in (held, lacking):
        above.put(key, b"damaged")
    publish_to(Listed(above), release())
    assert verify(Catalogue(above)).discrepancies == ()


def test_with_repair_even_the_active_release_is_proven_and_mended(store: ObjectStore) -> None:
    wanted = release()
    publish_to(store, wanted)
    store.delete(f"releases/{wanted.id}/manifest.json")
    store.put(f"releases/{wanted.id}/bundle.json", b"{}")
    store.put("receipts/receipt.html", b"drifted")
    done = publish_to(store, wanted, repair=True)
    assert (done.uploaded, done.mended) == (0, ("bundle.json",))
    assert Catalogue(store).release(wanted.id).files == wanted.files
    assert contents(store)["receipts/receipt.html"] == stable_files(wanted.bundle)["receipts/receipt.html"]


def test_a_release_directory_and_a_target_hold_the_same_bytes(store: ObjectStore, tmp_path: Path) -> None:
    from app.core.release_directory import read_release, write_release

    write_release(release(), tmp_path / "out")
    publish_to(store, read_release(tmp_path / "out"))
    assert Catalogue(store).release(release().id) == release()


@pytest.mark.parametrize("repair", [False, True])
def test_what_only_an_earlier_build_said_of_a_source_and_is_lost_gives_way_to_this_one(
    store: ObjectStore, repair: bool
) -> None:
    """A comment that compiling drops is in the text of the source and not in the name of the release.

    So with the one that is lost, another one goes that was there.
    """
    first, again = (
        make_release(
            [template(name) for name in NAMES[:2]],
            {name: source(name, text) for name in NAMES[:2]},
            Provenance(commit=text),
        )
        for text in ("first", "again")
    )
    assert first.id == again.id
    publish_to(store, first)
    path = f"sources/{NAMES[0]}.html"
    lost = f"objects/{Digest.of(first.files[path]).hex}.html"
    if not repair:  # another one is active, and this one is to come back
        publish_to(store, release("other", names=NAMES[:2]))
    store.delete(lost)
    publish_to(store, again, repair=repair)
    found = Catalogue(store).release(first.id)
    assert found.files == again.files
    assert verify(Catalogue(store)).intact
    assert publish_to(store, again, repair=True).mended == ()


def test_a_source_that_is_whole_stays_as_the_first_build_has_it(store: ObjectStore) -> None:
    first, again = (
        make_release([template(NAMES[0])], {NAMES[0]: source(NAMES[0], text)}, Provenance(commit=text))
        for text in ("first", "again")
    )
    publish_to(store, first)
    assert publish_to(store, again, repair=True).mended == ()
    assert Catalogue(store).release(first.id).files == first.files
