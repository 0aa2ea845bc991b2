"""What a reader has no use for in the pointer keeps no cold process from serving; verify still names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from bbws_templates.cache import Origin
from bbws_templates.client import TemplateClient
from bbws_templates.faults import DamagedReleaseError
from bbws_templates.layout import POINTER, bundle_key
from tests.publishing.newer import Members, edit_object
from tests.publishing.samples import NAMES, publish_to, release
from tests.publishing.test_formats import DATA, faults
from tests.waiting import patience

UNUSED = (
    *({name: None} for name in ("archive", "pruning", "message", "details", "prunes", "history", "actor")),
    *({name: None} for name in ("sequence", "manifest", "action", "at")),
    {"prunes": 1.0},
    {"manifest": "sha256:short"},
    {"sequence": -1},
    {"history": [None]},
    {"history": {"0": "x"}},
)


@pytest.mark.parametrize("damage", UNUSED, ids=str)
def test_a_cold_process_serves_what_is_active_whatever_else_is_damaged(
    directory: DirectoryStore, damage: Members
) -> None:
    for text in ("first", "second"):
        publish_to(directory, release(text))
    edit_object(directory, POINTER, lambda members: members.update(damage))
    client = TemplateClient(directory.root.as_uri(), cold_patience=patience())
    assert client.render(NAMES[0], DATA).release == release("second").id
    assert client.status().origin is Origin.ACTIVE
    assert (ObjectFault.TAMPERED, POINTER) in faults(directory), "whoever looks after the target is told"
    with pytest.raises(DamagedReleaseError, match=POINTER):
        Catalogue(directory).standing()


def without_history(members: Members) -> None:
    members["history"] = None


def with_damaged_history(members: Members) -> None:
    members["history"][-1]["actor"] = None
    members["previous"] = None


@pytest.mark.parametrize("damage", [without_history, with_damaged_history])
def test_the_release_before_is_found_in_either_of_the_two_places_that_name_it(
    directory: DirectoryStore, damage: Callable[[Members], None]
) -> None:
    for text in ("first", "second"):
        publish_to(directory, release(text))
    directory.delete(bundle_key(release("second").id))
    edit_object(directory, POINTER, damage)
    client = TemplateClient(directory.root.as_uri(), cold_patience=patience())
    assert client.render(NAMES[0], DATA).release == release("first").id
    assert client.status().origin is Origin.PREVIOUS


@pytest.mark.parametrize(
    "damage",
    [{"release": None}, {"release": "x"}, {"release": ["0" * 64]}, {"format": None}, {"requires": None}],
    ids=str,
)
def test_without_what_a_reader_needs_it_serves_nothing_of_it(
    directory: DirectoryStore, damage: dict[str, Any]
) -> None:
    publish_to(directory, release("first"))
    warm = TemplateClient(directory.root.as_uri(), cold_patience=patience())
    warm.names()
    edit_object(directory, POINTER, lambda members: members.update(damage))
    warm.refresh()
    assert warm.status().origin is Origin.LAST_KNOWN_GOOD
