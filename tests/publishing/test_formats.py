"""Versions that meet each other's documents: nobody breaks, nobody destroys what he does not understand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.commands.releasing import print_plan
from app.core.caller_types import caller_types
from app.core.changes import template_changes
from app.core.release import Provenance, make_release, parse_manifest
from app.publishing.activation import Reason
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from app.publishing.history import activations
from app.publishing.pruning import plan_prune, prune
from app.publishing.publisher import make_plan
from app.publishing.rollback import release_before, roll_back
from app.publishing.verification import verify
from bbws_templates.bundle import Bundle, bundle_bytes, parse_bundle
from bbws_templates.cache import Origin
from bbws_templates.client import TemplateClient
from bbws_templates.compiled import Translation
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.documents import (
    BUNDLE_FORMAT,
    MANIFEST_FORMAT,
    PAGE_FORMAT,
    POINTER_FORMAT,
    DocumentFormat,
)
from bbws_templates.documents import decode_document as decode
from bbws_templates.faults import DamagedReleaseError, FormatError
from bbws_templates.layout import POINTER
from bbws_templates.pointer import parse_pointer
from tests.publishing.newer import (
    Members,
    activate_foreign,
    bundle_edited,
    edit_object,
    next_version,
    pointer_of,
)
from tests.publishing.samples import NAMES, publish_to, release, template
from tests.publishing.test_publish import contents
from tests.selection import drawn

DATA = {"name": "Zoë"}
ROLLBACK = Reason("rollback", "me")
AFRIKAANS = Translation("af", "<p>Beste {{name}}</p>", "Beste {{name}}", "Vir {{name}}", "nuut")


def go_back(store: DirectoryStore) -> str:
    catalogue = Catalogue(store)
    standing = catalogue.standing()
    wanted = catalogue.proven(release_before(catalogue, catalogue.standing()))
    return roll_back(catalogue, wanted, ROLLBACK, expected=standing).pointer.release


def faults(store: DirectoryStore) -> set[tuple[ObjectFault, str]]:
    return {(item.fault, item.key) for item in verify(Catalogue(store)).discrepancies}


# --- what a document says of itself ---------------------------------------------------------------------


@pytest.mark.parametrize("known", [BUNDLE_FORMAT, POINTER_FORMAT, PAGE_FORMAT, MANIFEST_FORMAT])
def test_what_this_version_writes_it_reads_as_well(known: DocumentFormat) -> None:
    assert decode(canonical_json(known.head()), known, what="it") == {"format": known.writes}


@pytest.mark.parametrize("number", [2, 0, -1, 10**400])
def test_a_number_that_is_not_read_is_named_and_nothing_is_called_damaged(number: int) -> None:
    with pytest.raises(FormatError, match=r"this version reads format 1\.") as caught:
        decode(canonical_json({"format": number}), BUNDLE_FORMAT, what="the bundle")
    assert ("Update bbws-templates" in caught.value.remedy) == (number > 1)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("number", [True, 1.0, "1", None, [1]])
def test_what_is_no_number_is_damage(number: object) -> None:
    with pytest.raises(DamagedReleaseError) as caught:
        decode(canonical_json({"format": number}), BUNDLE_FORMAT, what="the bundle")
    assert not isinstance(caught.value, FormatError)


def test_what_a_document_requires_must_be_known() -> None:
    data = canonical_json(BUNDLE_FORMAT.head(("plural-rules", "display")))
    with pytest.raises(FormatError, match=r"'display', 'plural-rules'; this one does not\. Update"):
        decode(data, BUNDLE_FORMAT, what="the bundle")
    with pytest.raises(FormatError, match="'plural-rules'"):
        decode(data, DocumentFormat(1, frozenset({1}), frozenset({"display"})), what="the bundle")
    decode(data, DocumentFormat(1, frozenset({1}), frozenset({"display", "plural-rules"})), what="the bundle")


@pytest.mark.parametrize("requires", ["display", {"display": 1}, [1], None])
def test_what_is_no_list_of_requirements_is_damage(requires: object) -> None:
    with pytest.raises(DamagedReleaseError):
        decode(canonical_json({"format": 1, "requires": requires}), BUNDLE_FORMAT, what="the bundle")


def test_each_kind_of_document_counts_for_itself(directory: DirectoryStore) -> None:
    """A bundle of format 2 is described by a manifest, and pointed to by a pointer, of format 1."""
    with next_version():
        publish_to(directory, release())
        identity = release().id
    assert pointer_of(directory)["format"] == 1
    manifest = directory.get(f"releases/{identity}/manifest.json")
    assert manifest
    assert parse_manifest(manifest.body, release=identity).release == identity
    with pytest.raises(FormatError, match="has format 2; this version reads format 1"):
        Catalogue(directory).bundle(identity)


# --- a release with more in it than this version knows --------------------------------------------------


def with_further_members(members: Members) -> None:
    members["theme"] = {"dark": True}
    for each in members["templates"].values():
        each["attachments"] = [{"name": "terms.pdf"}]
        each["sender"]["phone"] = "+27 …"
        each["contract"]["properties"]["name"]["x-display"] = {"style": "date"}


def with_a_language(members: Members) -> None:
    members.update(locale="en-ZA", timeZone="Africa/Johannesburg", display={"af": {"decimal": ","}})
    parts = {"html": "<p>Beste</p>", "text": "Beste", "subject": "Vir", "preheader": "", "voice": "…"}
    members["templates"][NAMES[0]]["translations"] = {"af": parts, "zh-Hant-TW": parts}


@pytest.mark.parametrize("edit", [with_further_members, with_a_language])
def test_a_client_that_knows_nothing_of_it_renders_it_all_the_same(
    directory: DirectoryStore, edit: Callable[[Members], None]
) -> None:
    publish_to(directory, release())
    identity = activate_foreign(directory, edit)
    client = TemplateClient(str(directory.target))
    for name in NAMES:
        mail = client.render(name, DATA)
        assert (mail.release, mail.text) == (identity, "Dear Zoë, newer")
    assert client.names() == tuple(sorted(NAMES)), "a language is no template of its own"
    assert client.status().origin is Origin.ACTIVE


@pytest.mark.parametrize("edit", [with_further_members, with_a_language])
def test_a_publisher_that_knows_nothing_of_it_carries_it_along_bit_for_bit(
    directory: DirectoryStore, tmp_path_factory: pytest.TempPathFactory, edit: Callable[[Members], None]
) -> None:
    publish_to(directory, release())
    identity = activate_foreign(directory, edit)
    other = DirectoryStore(tmp_path_factory.mktemp("other"))
    publish_to(other, Catalogue(directory).proven("active"), reason=Reason("promote", "me"))
    for part in ("bundle.json", "manifest.json"):
        assert other.get(f"releases/{identity}/{part}") == directory.get(f"releases/{identity}/{part}")
    assert faults(other) == set()
    assert go_back(directory) == release().id
    assert Catalogue(directory).release(identity).id == identity
    assert {fault for fault, _ in faults(directory)} <= {ObjectFault.FOREIGN}


def bundle_of(edit: Callable[[Members], None]) -> Bundle:
    identity, data = bundle_edited(edit)
    return parse_bundle(data, release=identity)


def test_a_plan_shows_what_differs_even_where_it_is_not_known() -> None:
    def parts(new: Bundle) -> set[str]:
        changes = template_changes(bundle_of(lambda members: None), new)
        return {part.part for change in changes for part in change.parts}

    assert parts(bundle_of(with_further_members)) == {"contract", "members of another version"}
    assert parts(bundle_of(with_a_language)) == {
        f"{part} ({tag})" for part in ("html", "text", "subject") for tag in ("af", "zh-Hant-TW")
    }


def test_a_plan_shows_what_a_release_says_of_all_its_templates(
    directory: DirectoryStore, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_to(directory, release("newer"))
    other = DirectoryStore(tmp_path_factory.mktemp("other"))
    publish_to(other, release("first"))
    activate_foreign(other, lambda members: members.update(locale="en-ZA", display={"af": {}}, theme="dark"))
    plan = make_plan(Catalogue(directory), Catalogue(other).proven("active"))
    assert plan.changes == ()
    assert [part.part for part in plan.settings] == ["locale", "display", "members of another version"]
    print_plan(plan)
    shown = capsys.readouterr().out
    assert "+en-ZA" in shown
    assert '"theme": "dark"' in shown


def test_what_holds_for_the_whole_set_is_read() -> None:
    found = bundle_of(with_a_language)
    assert (found.locale, found.time_zone) == ("en-ZA", "Africa/Johannesburg")
    assert found.display == {"af": {"decimal": ","}}
    assert [each.locale for each in found.templates[NAMES[0]].translations] == ["af", "zh-Hant-TW"]


def test_rules_of_display_bind_no_caller_and_change_no_type() -> None:
    plain, ruled = bundle_of(lambda members: None), bundle_of(with_further_members)
    assert not [change for each in template_changes(plain, ruled) for change in each.consequences]
    types = [
        caller_types({name: each.contract for name, each in b.templates.items()}) for b in (plain, ruled)
    ]
    assert types[0] == types[1]


@settings(max_examples=drawn(40))
@given(
    st.dictionaries(st.text(max_size=8), st.recursive(st.none() | st.text(), st.lists), max_size=4).map(
        lambda members: {f"later{name}": value for name, value in members.items()}
    )
)
def test_what_was_read_is_written_the_same(members: dict[str, Any]) -> None:
    made = [
        template("a/b", further=members or None, translations=(AFRIKAANS,)),
        template("a/c", translations=(AFRIKAANS,)),
    ]
    data = bundle_bytes(made, locale="en-ZA", time_zone="Africa/Johannesburg", display={"af": {}})
    read = parse_bundle(data, release=Digest.of(data).hex)
    assert {each.name: each for each in made} == dict(read.templates)
    again = bundle_bytes(
        read.templates.values(), locale=read.locale, time_zone=read.time_zone, display=read.display
    )
    assert again == data


@pytest.mark.parametrize(
    "edit",
    [
        lambda members: members.update(locale="../x"),
        lambda members: members.update(locale=7),
        lambda members: members.update(timeZone=2),
        lambda members: members.update(display=[]),
        lambda members: members["templates"][NAMES[0]].update(translations=[]),
        lambda members: members["templates"][NAMES[0]].update(translations={"af": "text"}),
        lambda members: members["templates"][NAMES[0]].update(translations={"af": {"html": "x"}}),
        lambda members: members["templates"][NAMES[0]].update(translations={"../af": {}}),
        lambda members: members["templates"][NAMES[0]].update(translations={"": {}}),
    ],
)  # fmt: skip
def test_a_language_or_a_rule_of_the_wrong_kind_is_damage(edit: Callable[[Members], None]) -> None:
    with pytest.raises(DamagedReleaseError):
        bundle_of(edit)


def test_each_language_has_stable_keys_of_its_own_which_go_when_it_goes(directory: DirectoryStore) -> None:
    made = [template(NAMES[0], translations=(AFRIKAANS,)), template(NAMES[1])]
    publish_to(directory, make_release(made, {}, Provenance()))
    assert contents(directory)["receipts/receipt.af.html"] == AFRIKAANS.html.encode()
    assert contents(directory)["receipts/receipt.af.txt"] == AFRIKAANS.text.encode()
    assert b"Dear" in contents(directory)["receipts/receipt.html"]
    assert faults(directory) == set()
    publish_to(directory, release(names=NAMES[:2]))
    prune(Catalogue(directory), 1, actor="me")
    assert not [key for key in contents(directory) if ".af." in key]
    assert faults(directory) == set()


# --- a release that this version must not use -----------------------------------------------------------

BEYOND = {
    "another format": lambda members: members.update(format=2),
    "a requirement": lambda members: members.update(requires=["display"]),
}


@pytest.fixture(params=BEYOND)
def beyond(request: pytest.FixtureRequest, directory: DirectoryStore) -> str:
    """A release that this version cannot use; it is active, after one that it can."""
    publish_to(directory, release("first"))
    return activate_foreign(directory, BEYOND[request.param])


def test_a_client_goes_on_with_what_it_has_and_a_new_one_with_the_release_before(
    directory: DirectoryStore,
) -> None:
    publish_to(directory, release("first"))
    warm = TemplateClient(str(directory.target))
    warm.render(NAMES[0], DATA)
    activate_foreign(directory, BEYOND["a requirement"])
    warm.refresh()
    for client, origin in (
        (warm, Origin.LAST_KNOWN_GOOD),
        (TemplateClient(str(directory.target)), Origin.PREVIOUS),
    ):
        assert client.render(NAMES[0], DATA).release == release("first").id
        assert client.status().origin is origin
        assert "'display'" in client.status().problem


def test_a_publisher_does_not_undo_it_by_the_way(directory: DirectoryStore, beyond: str) -> None:
    before = contents(directory)
    plan = make_plan(Catalogue(directory), release("second"))
    assert "No comparison" in plan.note
    for repair in (False, True):
        with pytest.raises(FormatError, match=r"which this one would undo unread.* Update bbws-templates"):
            publish_to(directory, release("second"), repair=repair, allow_breaking=True)
    assert contents(directory) == before


def test_but_a_rollback_across_it_is_possible_and_then_publishing_is(
    directory: DirectoryStore, beyond: str
) -> None:
    assert go_back(directory) == release("first").id
    assert TemplateClient(str(directory.target)).status().origin is Origin.ACTIVE
    publish_to(directory, release("second"))
    assert contents(directory)["receipts/receipt.txt"] == b"Dear {{name}}, second"
    entries = activations(directory, parse_pointer(contents(directory)[POINTER]))
    assert [entry.release for entry in entries] == [
        release("second").id, release("first").id, beyond, release("first").id,
    ]  # fmt: skip


def test_and_nobody_rolls_back_to_it_who_cannot_read_it(directory: DirectoryStore, beyond: str) -> None:
    publish_to_first = go_back(directory)
    before = contents(directory)
    with pytest.raises(FormatError):
        Catalogue(directory).proven(beyond)
    assert contents(directory) == before
    assert publish_to_first == release("first").id


def test_verify_says_that_it_cannot_tell_and_calls_nothing_tampered_or_unused(
    directory: DirectoryStore, beyond: str
) -> None:
    assert faults(directory) == {(ObjectFault.NEWER, f"releases/{beyond}/bundle.json")}
    assert not verify(Catalogue(directory)).intact


def test_a_prune_that_would_have_to_keep_it_deletes_nothing(directory: DirectoryStore, beyond: str) -> None:
    before = contents(directory)
    with pytest.raises(FormatError):
        prune(Catalogue(directory), 1, actor="me")
    assert contents(directory) == before


def test_a_manifest_of_another_version_is_left_alone(directory: DirectoryStore) -> None:
    """The same content, published by a newer version: its bundle, and so its id, is the same."""
    publish_to(directory, release("first"))
    publish_to(directory, release("second"))
    key = f"releases/{release('first').id}/manifest.json"
    newer = edit_object(directory, key, lambda members: members.update(format=2))
    for repair in (False, True):
        with pytest.raises(FormatError):
            publish_to(directory, release("first"), repair=repair)
    assert contents(directory)[key] == newer
    assert (ObjectFault.NEWER, key) in faults(directory)
    assert plan_prune(Catalogue(directory), 1).deleted == (release("first").id,)


def test_the_next_version_reads_goes_back_to_and_prunes_what_this_one_has_written(
    directory: DirectoryStore,
) -> None:
    first = release("first")
    publish_to(directory, first)
    with next_version():
        second = release("second")
        publish_to(directory, second)
        assert faults(directory) == set()
        assert TemplateClient(str(directory.target)).render(NAMES[0], DATA).release == second.id
        assert go_back(directory) == first.id
        assert faults(directory) == set()
        publish_to(directory, second)
    assert go_back(directory) == first.id
    with next_version():
        publish_to(directory, second)
        assert prune(Catalogue(directory), 1, actor="me").deleted == (first.id,)
        assert faults(directory) == set()
