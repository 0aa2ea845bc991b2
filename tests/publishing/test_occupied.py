"""A directory in which something lies already where the emails of a release belong.

A directory keeps no old version of what is overwritten. So what no release has put there is not overwritten
unless somebody says so, and what is in the way is told before anything is activated.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.release import FileEntry, Manifest, Provenance, Release
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import OccupiedError
from app.publishing.publisher import make_plan
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from bbws_templates.bundle import bundle_bytes, parse_bundle
from bbws_templates.digests import Digest
from bbws_templates.layout import BUNDLE
from tests.publishing.samples import NAMES, go_back, publish_to, release, template
from tests.publishing.test_foreign_files import contents

MINE = b"<p>my own</p>"


def made_elsewhere(*names: str) -> Release:
    """A release that another version has made, whose names this one would not take."""
    data = bundle_bytes([template(name) for name in names])
    bundle = parse_bundle(data, release=Digest.of(data).hex)
    manifest = Manifest(bundle.release, {BUNDLE: FileEntry.of(data)}, Provenance())
    return Release(bundle, data, manifest, manifest.to_bytes(), {})


def write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


# --- files that no release has put there ------------------------------------------------------------------


def test_a_first_publish_overwrites_no_file_that_was_there_before(directory: DirectoryStore) -> None:
    """The author's sources, perhaps: they have the same paths."""
    write(directory.root / f"{NAMES[0]}.html", MINE)
    write(directory.root / f"{NAMES[1]}.txt", b"also mine")
    write(directory.root / "receipts/notes.html", b"in nobody's way")
    before = contents(directory.root)
    plan = make_plan(Catalogue(directory), release())
    assert plan.occupied == (f"{NAMES[1]}.txt", f"{NAMES[0]}.html")
    with pytest.raises(OccupiedError, match=rf"{NAMES[1]}\.txt.*{NAMES[0]}\.html.*--adopt") as caught:
        publish_to(directory, release())
    assert "notes" not in str(caught.value)
    assert contents(directory.root) == before, "and nothing is written at all"
    publish_to(directory, release(), adopt=True)
    assert verify(Catalogue(directory)).intact
    assert contents(directory.root).items() >= {("receipts/notes.html", b"in nobody's way")}


def test_what_is_byte_for_byte_the_releases_is_in_nobodys_way(directory: DirectoryStore) -> None:
    write(directory.root / f"{NAMES[0]}.html", release().bundle.templates[NAMES[0]].html.encode())
    publish_to(directory, release())
    assert verify(Catalogue(directory)).intact


def test_a_new_template_overwrites_no_file_of_somebody_elses(directory: DirectoryStore) -> None:
    publish_to(directory, release(names=NAMES[:1]))
    write(directory.root / f"{NAMES[1]}.html", MINE)
    with pytest.raises(OccupiedError, match=rf"{NAMES[1]}\.html"):
        publish_to(directory, release())
    assert make_plan(Catalogue(directory), release(names=NAMES[:1])).nothing
    assert verify(Catalogue(directory)).intact


def test_what_an_earlier_release_has_left_there_is_ours(directory: DirectoryStore) -> None:
    """Emails of a template that has gone stay until a prune, and it may come back with other words."""
    publish_to(directory, release("old"))
    publish_to(directory, release("old", names=NAMES[:1]), allow_breaking=True)
    publish_to(directory, release("new"))
    assert verify(Catalogue(directory)).intact


def test_an_email_of_the_active_release_that_drifted_is_put_right(directory: DirectoryStore) -> None:
    publish_to(directory, release("old"))
    write(directory.root / f"{NAMES[0]}.html", MINE)
    publish_to(directory, release("new"))
    assert verify(Catalogue(directory)).intact


def test_a_rollback_is_not_held_up(directory: DirectoryStore) -> None:
    publish_to(directory, release("old"))
    publish_to(directory, release("old", names=NAMES[:1]), allow_breaking=True)
    write(directory.root / f"{NAMES[1]}.html", MINE)
    assert go_back(directory) == release("old").id
    assert verify(Catalogue(directory)).intact


def test_a_bucket_that_has_emails_already_gets_its_first_release(bucket: BucketStore) -> None:
    """A script has put them there until now, and the bucket keeps them as old versions."""
    bucket.put(f"{NAMES[0]}.html", MINE)
    publish_to(bucket, release())
    assert verify(Catalogue(bucket)).intact


# --- what is in the way -----------------------------------------------------------------------------------


def a_file(path: Path) -> None:
    write(path, MINE)


def a_folder(path: Path) -> None:
    path.mkdir(parents=True)


def a_link_elsewhere(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(path.parents[len(path.parts) - 2])


def a_pipe(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("place", "put", "words"),
    [
        ("receipts", a_file, "a file is where a folder has to be"),
        ("receipts", a_link_elsewhere, "is not a key inside"),
        ("receipts/receipt.html", a_folder, "this is a folder, not a file"),
        ("receipts/receipt.html", a_pipe, "this is a pipe, not a file"),
        ("receipts/receipt.txt", a_link_elsewhere, "is not a key inside"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_what_no_email_can_be_written_over_is_told_before_anything_is_activated(
    directory: DirectoryStore, place: str, put: Callable[[Path], None], words: str, first: bool
) -> None:
    """It would be found at the last step else, and at that of every further publish."""
    earlier = release("old", names=("invoices/old",))
    if not first:
        publish_to(directory, earlier)
    put(directory.root / place)
    wanted = release("new", names=("invoices/old", "receipts/receipt"))
    assert words in str(make_plan(Catalogue(directory), wanted).obstacles)
    for adopt in (False, True):
        with pytest.raises(OccupiedError, match=words):
            publish_to(directory, wanted, adopt=adopt)
    standing = Catalogue(directory).standing()
    assert (standing.pointer.release if standing else "") == ("" if first else earlier.id)
    path = directory.root / place
    path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    publish_to(directory, wanted)
    assert verify(Catalogue(directory)).intact


def test_an_email_that_was_left_by_a_release_before_is_named_where_a_folder_has_to_be(
    directory: DirectoryStore,
) -> None:
    publish_to(directory, release("old", names=("a/b", "c/d")))
    publish_to(directory, release("old", names=("c/d",)), allow_breaking=True)
    with pytest.raises(OccupiedError, match=r"'a/b\.html/e\.html'.*a/b\.html"):
        publish_to(directory, release("new", names=("a/b.html/e", "c/d")))


@pytest.mark.parametrize("names", [("current.json/a",), ("a", "a.html/b"), ("x/A", "x/a")])
def test_a_release_of_names_that_a_directory_cannot_hold_goes_to_a_bucket_only(
    store: ObjectStore, names: tuple[str, ...]
) -> None:
    """One that was made before such names were refused, and is read as ever."""
    wanted = made_elsewhere(*names)
    if isinstance(store, BucketStore):
        publish_to(store, wanted)
        assert verify(Catalogue(store)).intact
        return
    for _ in range(2):
        with pytest.raises(OccupiedError, match=r"cannot be named|are one file"):
            publish_to(store, wanted)
        assert Catalogue(store).standing() is None, "nothing is activated"
    publish_to(store, release())
    assert verify(Catalogue(store)).intact


def test_a_directory_that_a_release_has_wedged_says_why_and_takes_the_next(
    directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier version activated what could not all be written."""
    wedged = made_elsewhere("current.json/a", "x/b")
    with monkeypatch.context() as earlier:
        earlier.setattr("app.publishing.publisher.obstacles", lambda *_: ())
        with pytest.raises(Exception, match="cannot be written"):
            publish_to(directory, wedged)
    assert json.loads((directory.root / "current.json").read_bytes())["release"] == wedged.id
    with pytest.raises(OccupiedError, match=r"current\.json"):
        publish_to(directory, wedged)
    publish_to(directory, release(), allow_breaking=True)
    assert verify(Catalogue(directory)).intact
