"""The pointer, the one document that is rewritten, between versions that know more and less of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.publishing.activation import activate, settle
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from app.publishing.history import activations
from app.publishing.pruning import plan_prune, prune
from bbws_templates.cache import Origin
from bbws_templates.client import TemplateClient
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.faults import FormatError
from bbws_templates.layout import POINTER
from bbws_templates.pointer import PAGE, parse_pointer
from tests.publishing.newer import Members, edit_object, next_version, pointer_of
from tests.publishing.samples import NAMES, REASON, publish_to, release, with_one_changed
from tests.publishing.test_formats import BEYOND, DATA, faults, go_back
from tests.publishing.test_publish import contents


def test_a_name_that_nobody_proved_stands_beside_the_actor_for_ever(directory: DirectoryStore) -> None:
    claimed = replace(REASON, claimed='Ann "x"')
    publish_to(directory, release(), reason=claimed)
    publish_to(directory, with_one_changed())
    standing = Catalogue(directory).standing()
    assert standing
    later, first = (entry.members() for entry in activations(directory, standing.pointer))
    assert (first["actor"], first["details"]) == (REASON.actor, {"claimed": 'Ann "x"'})
    assert "details" not in later


def with_further_facts(members: Members) -> None:
    members["labels"] = {"stage": [1, 2]}
    members["requires"] = []
    members["details"] = {"approvedBy": ["QA", "lead"]}
    for entry in members["history"]:
        entry["details"] = {"approvedBy": ["nobody"]}
        entry["ticket"] = "BB-1"


def test_whoever_moves_it_keeps_what_he_does_not_know_and_what_is_said_of_an_activation_stays_with_it(
    directory: DirectoryStore,
) -> None:
    publish_to(directory, release("first"))
    publish_to(directory, release("second"))
    edit_object(directory, POINTER, with_further_facts)
    publish_to(directory, release("third"))
    go_back(directory)
    prune(Catalogue(directory), 1, actor="me")
    publish_to(directory, with_one_changed())
    members = pointer_of(directory)
    assert members["labels"] == {"stage": [1, 2]}
    assert "details" not in members, "nobody has approved this activation"
    assert [
        (entry["sequence"], entry.get("details"), entry.get("ticket")) for entry in members["history"]
    ] == [
        (1, {"approvedBy": ["nobody"]}, "BB-1"),
        (2, {"approvedBy": ["QA", "lead"]}, None),
        (3, None, None),
        (4, None, None),
    ]


def test_it_is_kept_in_the_pages_of_the_history_too(directory: DirectoryStore) -> None:
    wanted = release("first")
    publish_to(directory, wanted)
    edit_object(directory, POINTER, with_further_facts)
    catalogue = Catalogue(directory)
    for _ in range(2 * PAGE + 1):
        activate(catalogue, catalogue.standing(), wanted.id, Digest.of(wanted.manifest_data), REASON)
    page = json.loads(contents(directory)[next(item.key for item in directory.list("history/"))])
    assert page["history"][0]["details"] == {"approvedBy": ["QA", "lead"]}
    assert pointer_of(directory)["labels"] == {"stage": [1, 2]}


@given(
    st.dictionaries(
        st.text(max_size=9).map(lambda name: f"later{name}"),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=4),
        max_size=4,
    )
)
def test_what_a_pointer_has_is_written_as_it_was(members: dict[str, Any]) -> None:
    entry = {"sequence": 1, "release": "0" * 64, "manifest": "sha256:" + "0" * 64, "action": "publish",
             "at": "2026-01-05T10:31:00Z", "actor": "me", "message": ""}  # fmt: skip
    data = canonical_json(
        {**members, **entry, "sequence": 2, "format": 1, "previous": "1" * 64, "settled": True,
         "pruning": "x",
         "lease": {"token": "t", "until": "u", "process": "p", **members}, "prunes": 0, "halfPruned": False,
         "archive": "", "history": [{**members, **entry, "release": "1" * 64}]}
    )  # fmt: skip
    assert json.loads(parse_pointer(data).to_bytes()) == json.loads(data)


def test_a_target_that_asks_more_of_its_writers_is_read_and_not_changed(directory: DirectoryStore) -> None:
    publish_to(directory, release("first"))
    publish_to(directory, release("second"))
    edit_object(directory, POINTER, lambda members: members.update(writersRequire=["holds"], holds=["…"]))
    edit_object(directory, POINTER, lambda members: members.update(settled=False))
    directory.put("receipts/receipt.html", b"behind")
    before = contents(directory)
    for attempt in (
        lambda: publish_to(directory, release("third")),
        lambda: publish_to(directory, release("second")),
        lambda: publish_to(directory, release("second"), repair=True),
        lambda: go_back(directory),
        lambda: plan_prune(Catalogue(directory), 1),
        lambda: prune(Catalogue(directory), 1, actor="me"),
        lambda: settle(Catalogue(directory)),  # which found it so when its publish was under way
    ):
        with pytest.raises(FormatError, match="can be changed only by a version that knows of 'holds'"):
            attempt()
        assert contents(directory) == before
    assert TemplateClient(str(directory.target)).render(NAMES[0], DATA).release == release("second").id
    with next_version():
        publish_to(directory, release("second"))
    assert pointer_of(directory)["holds"] == ["…"]


@pytest.mark.parametrize(
    "edit",
    [lambda members: members.update(format=2), lambda members: members.update(requires=["regions"])],
    ids=BEYOND.keys(),
)
def test_a_pointer_that_is_not_read_is_neither_used_nor_replaced(
    directory: DirectoryStore, edit: Callable[[Members], None]
) -> None:
    publish_to(directory, release("first"))
    publish_to(directory, release("second"))
    warm = TemplateClient(str(directory.target))
    warm.names()
    edit_object(directory, POINTER, edit)
    before = contents(directory)
    for attempt in (
        lambda: publish_to(directory, release("third"), repair=True),
        lambda: go_back(directory),
        lambda: prune(Catalogue(directory), 1, actor="me"),
        lambda: Catalogue(directory).proven("active"),
    ):
        with pytest.raises(FormatError) as caught:
            attempt()
        assert str(caught.value).endswith("Update bbws-templates.")
        assert "delete" not in str(caught.value)
    assert contents(directory) == before
    assert faults(directory) == {(ObjectFault.NEWER, POINTER)}
    warm.refresh()
    assert warm.render(NAMES[0], DATA).release == release("second").id
    assert warm.status().origin is Origin.LAST_KNOWN_GOOD


def test_a_page_of_the_history_that_is_not_read_hides_nothing_that_is_newer(
    directory: DirectoryStore,
) -> None:
    first, second = release("first"), release("second")
    publish_to(directory, first)
    publish_to(directory, second)
    edit_object(directory, POINTER, lambda members: members.update(archive=with_newer_page(directory)))
    assert go_back(directory) == first.id
    with pytest.raises(FormatError, match="format 2"):
        list(activations(directory, parse_pointer(contents(directory)[POINTER])))
    assert (ObjectFault.NEWER, "history/") in faults(directory)


def with_newer_page(store: DirectoryStore) -> str:
    data = canonical_json({"format": 2, "activations": []})
    key = f"history/00000000-00000000-{Digest.of(data).hex[:16]}.json"
    store.put(key, data)
    return key
