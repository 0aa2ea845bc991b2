"""A directory that others can write to as well, where something lies in the place of a file.

Whoever opens a pipe waits for the other end: a Lambda with its mails, a publisher with the lock in its hand.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import ReleaseError
from app.core.release_directory import read_release, write_release
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.history import activations
from app.publishing.pruning import prune
from app.publishing.verification import verify
from bbws_templates import TemplateClient
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import DamagedReleaseError, MissingBucketError, StoreError
from bbws_templates.layout import BUNDLE, MANIFEST, OBJECTS, POINTER, bundle_key, manifest_key
from tests.publishing.cuts import NEW, OLD, fill_history, publish_all
from tests.publishing.samples import go_back, publish_to, release

pytestmark = pytest.mark.timeout(60)

LATER = release("later", names=("a/one",))


def socket(path: Path) -> None:
    os.mknod(path, stat.S_IFSOCK | 0o600)


ODD = pytest.mark.parametrize(
    ("put", "words"), [(os.mkfifo, "a pipe"), (socket, "a socket"), (os.mkdir, "a folder")]
)


def in_place_of(path: Path, put: Callable[[Path], object]) -> None:
    """Put something odd where a file is, or is to be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    put(path)


def take_away(path: Path) -> None:
    path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)


def commands(store: DirectoryStore) -> dict[str, Callable[[], object]]:
    catalogue = Catalogue(store)
    return {
        "history": lambda: (
            [*activations(store, standing.pointer)] if (standing := catalogue.standing()) else []
        ),
        "verify": lambda: verify(catalogue),
        "publish": lambda: publish_to(store, LATER, allow_breaking=True),
        "repair": lambda: publish_to(store, NEW, repair=True, allow_breaking=True),
        "rollback": lambda: go_back(store),
        "prune": lambda: prune(catalogue, 1, actor="me"),
        "render": lambda: TemplateClient(str(store.target)).render("a/one", {"name": "Thandi"}),
    }


def keys_of(store: DirectoryStore) -> list[str]:
    """One key of each kind that a target has, and what a directory has beside them."""
    shared = next(item.key for item in store.list(OBJECTS))
    page = next(item.key for item in store.list("history/"))
    return [
        POINTER,
        bundle_key(NEW.id),
        manifest_key(NEW.id),
        shared,
        page,
        "a/one.html",
        ".lock",
        ".bbws-templates/reserve",
    ]


@ODD
def test_no_command_waits_for_what_is_no_file(
    directory: DirectoryStore, put: Callable[[Path], object], words: str
) -> None:
    fill_history(directory)
    publish_all(directory, OLD, NEW)
    told = 0
    for key in keys_of(directory):
        path = directory.root / key
        body = path.read_bytes()
        for name in commands(directory):
            in_place_of(path, put)
            try:
                commands(directory)[name]()
            except BbwsTemplatesError as error:
                told += words in str(error)
            if not path.is_file():
                take_away(path)
                path.write_bytes(body)
            publish_to(directory, NEW, repair=True, allow_breaking=True)
            assert verify(Catalogue(directory)).intact, f"{name} with {words} at {key}"
    assert told >= 10, "and most say what is in the way"


def test_a_lock_that_is_a_pipe_is_named(directory: DirectoryStore) -> None:
    publish_all(directory, OLD)
    in_place_of(directory.root / ".lock", os.mkfifo)
    with pytest.raises(StoreError, match=r"this is a pipe, not a file \(.*\.lock\)"):
        publish_to(directory, NEW)


@ODD
def test_no_directory_of_releases(tmp_path: Path, put: Callable[[Path], object], words: str) -> None:
    """To a reader it would look like a target without a release, to a publisher like one to begin."""
    put(tmp_path / "store")
    store = DirectoryStore(tmp_path / "store/below")
    if words == "a folder":
        assert store.get(POINTER) is None
        return
    for ask in (lambda: store.get(POINTER), lambda: [*store.list("")], lambda: store.put("key", b"")):
        with pytest.raises(MissingBucketError, match=f"store is {words}, not a directory of releases"):
            ask()


@ODD
def test_a_release_in_a_folder_and_the_copy_of_a_lambda(
    tmp_path: Path, put: Callable[[Path], object], words: str
) -> None:
    folder = tmp_path / "release"
    write_release(NEW, folder)
    source = next(path for path in NEW.files if path != BUNDLE)
    in_place_of(folder / source, put)
    with pytest.raises(DamagedReleaseError, match=f"{source} is missing"):
        read_release(folder)
    in_place_of(folder / BUNDLE, put)
    client = TemplateClient((tmp_path / "nowhere").as_uri(), fallback=folder)
    with pytest.raises(BbwsTemplatesError, match=f"this is {words}, not a file"):
        client.render("a/one", {"name": "Thandi"})
    in_place_of(folder / MANIFEST, put)
    with pytest.raises(ReleaseError, match=f"this is {words}, not a file"):
        read_release(folder)
