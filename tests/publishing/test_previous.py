"""The release before the active one: another one, for whoever cannot have the active one or goes back."""

from __future__ import annotations

import pytest

from app.publishing.activation import Reason, activate
from app.publishing.catalogue import PREVIOUS, Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import RefusedError
from app.publishing.publisher import make_plan, publish
from app.publishing.rollback import ROLLBACK
from bbws_templates.client import TemplateClient
from bbws_templates.digests import Digest
from bbws_templates.layout import POINTER, bundle_key, manifest_key
from bbws_templates.pointer import PAGE, parse_pointer
from tests.publishing.counting import CountingStore
from tests.publishing.newer import edit_object, pointer_of
from tests.publishing.samples import NAMES, REASON, go_back, publish_to, release

A, B = release("a"), release("b")
REBUILT = release("b", commit="another build of the same")


class CutOff(CountingStore):
    """A store whose publisher is killed when he is about to activate."""

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        if key == POINTER:
            raise KeyboardInterrupt
        return super().put(key, body, if_match=if_match, if_absent=if_absent)


def repair_with_another_build(directory: DirectoryStore) -> None:
    (directory.root / manifest_key(B.id)).unlink()
    publish_to(directory, REBUILT, repair=True)


def test_a_repair_leaves_cold_readers_the_release_before(directory: DirectoryStore) -> None:
    publish_to(directory, A)
    publish_to(directory, B)
    repair_with_another_build(directory)
    assert pointer_of(directory)["previous"] == A.id
    assert Catalogue(directory).resolve(PREVIOUS) == A.id
    directory.put(bundle_key(B.id), b"spoilt")
    client = TemplateClient(str(directory.target))
    assert client.render(NAMES[0], {"name": "Ann"}).release == A.id


def test_it_is_carried_along_where_the_history_has_moved_to_a_page(directory: DirectoryStore) -> None:
    publish_to(directory, A)
    publish_to(directory, B)
    catalogue = Catalogue(directory)
    standing = catalogue.standing()
    manifest = Digest.of(B.manifest_data)
    for _ in range(3 * PAGE):
        standing = activate(catalogue, standing, B.id, manifest, REASON)
    found = directory.get(POINTER)
    assert found
    pointer = parse_pointer(found.body)
    assert {entry.release for entry in pointer.history} == {B.id}
    assert pointer.previous == pointer_of(directory)["previous"] == A.id
    assert parse_pointer(pointer.to_bytes()) == pointer
    assert go_back(directory) == A.id
    assert pointer_of(directory)["previous"] == B.id


@pytest.mark.parametrize("named", [B.id, "none", 7, None], ids=["itself", "no id", "number", "null"])
def test_what_an_earlier_version_or_somebody_else_has_written_there_is_not_believed(
    directory: DirectoryStore, named: object
) -> None:
    publish_to(directory, B)
    edit_object(directory, POINTER, lambda members: members.update(previous=named))
    standing = Catalogue(directory).standing()
    assert standing
    assert standing.pointer.previous == ""


def test_a_release_that_never_was_active_is_published_and_not_gone_back_to(
    directory: DirectoryStore,
) -> None:
    """A publish of it was cut off at its activation, so nobody has asked whether callers break."""
    publish_to(directory, A)
    plan = make_plan(Catalogue(directory), B)
    with pytest.raises(KeyboardInterrupt):
        publish(Catalogue(CutOff(directory)), B, plan, REASON)
    with pytest.raises(RefusedError, match=rf"does not name.*promote --from .* --to .* {B.id[:12]}"):
        go_back(directory, B.id)
    promoted = Catalogue(directory).proven(B.id[:12])
    publish_to(directory, promoted, reason=Reason("promote", "me"))
    go_back(directory, A.id)
    assert go_back(directory, B.id) == B.id
    assert pointer_of(directory)["action"] == ROLLBACK
