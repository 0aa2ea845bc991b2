"""A bundle that is read beside another one is what it is by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import likeness
from app.core.likeness import bundle_beside
from app.core.release import Language, Provenance, Release, make_release
from bbws_templates.bundle import parse_proven_bundle
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.faults import DamagedReleaseError

NAMES = [f"a/t{number:02}" for number in range(16)]

words = st.sampled_from(["", "x", ',"a/t03":{', '},"a/t04":{"html":"', "\\", "é"])
contracts = st.none() | st.dictionaries(
    st.sampled_from(NAMES),
    st.just({"type": "object", "properties": {"a/t05": {"type": "string"}}}),
    max_size=3,
)
templates = st.builds(
    lambda html, contract: CompiledTemplate(
        "", html, "", "", "", ("N", "n@example.com"), "", "", "", contract
    ),
    words,
    contracts,
)
changes = st.dictionaries(st.sampled_from([*NAMES, "a/s", "b/t"]), st.none() | templates, max_size=4)
languages = st.sampled_from([Language(), Language(locale="en"), Language("en", "Africa/Johannesburg")])


def release_of(made: dict[str, CompiledTemplate], language: Language) -> Release:
    return make_release([replace(each, name=name) for name, each in made.items()], {}, Provenance(), language)


@settings(deadline=None)
@given(st.lists(templates, min_size=16, max_size=16), changes, languages, languages)
def test_it_has_the_same_templates_as_one_that_is_read_whole(
    base: list[CompiledTemplate],
    changed: dict[str, CompiledTemplate | None],
    before: Language,
    after: Language,
) -> None:
    made = dict(zip(NAMES, base, strict=True))
    known = release_of(made, before)
    other = {name: each for name, each in {**made, **changed}.items() if each is not None}
    data = release_of(other, after)
    found = bundle_beside(data.bundle_data, known, release=data.id)
    assert found == data.bundle
    assert list(found.templates) == list(data.bundle.templates)


def test_what_is_the_same_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    one = CompiledTemplate("", "x", "", "", "", ("N", "n@example.com"), "", "", "", {"type": "object"})
    made = dict.fromkeys(NAMES, one)
    known = release_of(made, Language())
    read: list[int] = []

    def counted(data: bytes, *, release: str) -> object:
        bundle = parse_proven_bundle(data, release=release)
        read.append(len(bundle.templates))
        return bundle

    monkeypatch.setattr(likeness, "parse_bundle", counted)
    monkeypatch.setattr(likeness, "parse_proven_bundle", counted)
    for name in (NAMES[0], NAMES[7], NAMES[-1]):
        data = release_of({**made, name: replace(one, html="y")}, Language())
        assert bundle_beside(data.bundle_data, known, release=data.id) == data.bundle
    assert max(read) <= 3


def test_a_bundle_with_another_digest_is_refused() -> None:
    known = release_of(
        dict.fromkeys(NAMES, CompiledTemplate("", "x", "", "", "", ("N", "n@example.com"), "", "", "", None)),
        Language(),
    )
    with pytest.raises(DamagedReleaseError, match="its digest is"):
        bundle_beside(known.bundle_data + b" ", known, release=known.id)


def test_names_of_members_that_are_those_of_templates_cut_nothing_off() -> None:
    one = CompiledTemplate("", "x", "", "", "", ("N", "n@example.com"), "", "", "", {"type": "object"})
    odd = replace(one, contract={NAMES[0]: {"a": {}}, NAMES[1]: {"a": {}}, NAMES[-1]: {"a": {}}})
    made = {**dict.fromkeys(NAMES, one), NAMES[0]: odd, NAMES[-1]: odd}
    known = release_of(made, Language())
    for name in NAMES:
        data = release_of({**made, name: replace(one, html="y")}, Language())
        assert bundle_beside(data.bundle_data, known, release=data.id) == data.bundle
    data = release_of({**made, "a/t07": replace(odd, html="y"), "a/s": odd}, Language())
    assert bundle_beside(data.bundle_data, known, release=data.id) == data.bundle
