"""The settings file: what it asks for, and one clear error for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.browser.errors import SettingsError
from app.browser.mails import fixtures_of, workspace_renderer
from app.browser.releases import bundle_fixtures, bundle_renderer
from app.browser.settings import load_settings
from app.browser.snapshots import Snapshot, Variant, select
from app.core.building import make_unchecked_release
from app.core.errors import UnknownNameError
from app.core.release import Provenance
from app.core.workspace import Workspace
from tests.own_templates import EDITIONS

PICTURES = (
    '[[pictures]]\ntemplates = ["*"]\nfixtures = ["typical"]\nwidths = ["phone"]\nvariants = ["dark"]\n'
)
ROOT = Path(__file__).parents[2]
NAMES = st.text("abcxyz_.", min_size=1, max_size=6).filter(lambda name: name.strip(".") != "")
SNAPSHOTS = st.builds(
    Snapshot, st.lists(NAMES, min_size=1, max_size=3).map("/".join), NAMES, NAMES, st.sampled_from(Variant)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[pictures", "cannot be read"),
        ("colour = 3", "colour"),
        (PICTURES.replace("dark", "darkish"), "pictures.0.variants.0"),
        (PICTURES.replace("phone", "watch"), "'watch' is not one of the widths"),
        (f"{PICTURES}[widths]\nphone = 12\n", "widths.phone"),
        (f'{PICTURES}[[masks]]\nsnapshots = ["a"]\nbox = [0, 0, 1, 1]\n', "masks.0.reason"),
        (f'{PICTURES}[[masks]]\nsnapshots = ["a"]\nbox = [0, 0, 1, 1]\nreason = " "\n', "masks.0.reason"),
        (f'{PICTURES}[[masks]]\nsnapshots = ["a"]\nbox = [0, 0, -1, 1]\nreason = "x"\n', "masks.0.box.2"),
        (f'{PICTURES}[[tolerances]]\nsnapshots = ["a"]\npixels = -1\nreason = "x"\n', "tolerances.0.pixels"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    assert said in str(caught.value)
    assert str(tmp_path / "settings.toml") in str(caught.value)


def test_without_a_file_the_typical_fixture_is_pictured_four_ways(tmp_path: Path) -> None:
    wanted = load_settings(tmp_path).wanted({"a/b": ("typical", "long")})
    assert [snapshot.id for snapshot in wanted] == [
        f"a/b/typical/{width}-{variant}" for width in ("desktop", "phone") for variant in ("dark", "light")
    ]


def test_the_settings_of_this_repository_picture_every_template(tmp_path: Path) -> None:
    names = {
        path.relative_to(ROOT / "fixtures").parent.as_posix() for path in ROOT.glob("fixtures/*/*/*.json")
    }
    fixtures = dict.fromkeys(names, ("typical", "long", "minimal", "international", "hostile"))
    wanted = load_settings(ROOT / "tests" / "baselines").wanted(fixtures)
    for name in names:
        ways = {(item.width, item.variant) for item in wanted if item.template == name}
        assert {
            (width, Variant(kind)) for width in ("desktop", "phone") for kind in ("light", "dark")
        } <= ways
        assert {variant for _, variant in ways} == set(Variant)


@given(SNAPSHOTS)
def test_names_are_read_back(snapshot: Snapshot) -> None:
    assert Snapshot.from_id(snapshot.id) == snapshot
    assert snapshot.matches(snapshot.id)
    assert snapshot.matches(snapshot.template)
    assert snapshot.matches("*")
    assert not snapshot.matches(f"{snapshot.template}x")


@pytest.mark.parametrize(
    "name", ["", "a", "a/b", "a/b/c", "a/b/c-d", "/b/phone-dark", "a//phone-dark", "a/b/-dark"]
)
def test_what_is_no_name_of_a_snapshot_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Snapshot.from_id(name)


def test_a_pattern_without_a_match_is_an_error() -> None:
    known = [Snapshot("receipts/receipt", "typical", "phone", Variant.DARK)]
    assert select(known, ["receipts"]) == select(known, []) == tuple(known)
    assert select(known, ["*/phone-*"]) == tuple(known)
    with pytest.raises(UnknownNameError, match="receipts/reciept"):
        select(known, ["receipts/receipt", "receipts/reciept"])


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("recipts", "receipts"),
        ("receipts/reciept", "receipts/receipt"),
        ("receipts/receipt/typical/phone-drak", "receipts/receipt/typical/phone-dark"),
    ],
)
def test_a_slip_in_the_beginning_of_a_name_is_answered_with_a_beginning(said: str, meant: str) -> None:
    known = [
        Snapshot(template, "typical", width, variant)
        for template in ("invoices/invoice", "receipts/order", "receipts/receipt")
        for width in ("desktop", "phone")
        for variant in Variant
    ]
    with pytest.raises(UnknownNameError) as caught:
        select(known, [said])
    assert caught.value.nearest[0] == meant


def test_a_translation_has_pictures_under_its_name_and_moves_none_that_exists() -> None:
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    name = "notifications/order_confirmation_customer"
    fixtures = fixtures_of(workspace)
    assert set(fixtures) == set(EDITIONS)
    assert set(fixtures[f"{name}.af"]) == set(fixtures[name])
    settings = load_settings(ROOT / "tests" / "baselines")
    before = {item.id for item in settings.wanted({each: fixtures[each] for each in workspace.names()})}
    found = {item.id for item in settings.wanted(fixtures)}
    assert before < found
    assert all(item.startswith(f"{name}.af/") for item in found - before)
    assert Snapshot.from_id(f"{name}.af/typical/phone-dark").template == f"{name}.af"
    # A release is pictured with the same names, and of the same HTML.
    bundle = make_unchecked_release(workspace, Provenance()).bundle
    assert bundle_fixtures(bundle, workspace) == fixtures
    for each in (name, f"{name}.af"):
        html = workspace_renderer(workspace)(each, "typical")
        assert bundle_renderer(bundle, workspace)(each, "typical") == html
    assert 'lang="af"' in html


def test_of_several_tolerances_the_first_that_names_a_snapshot_counts(tmp_path: Path) -> None:
    one = '[[tolerances]]\nsnapshots = ["{}"]\npixels = {}\nreason = "x"\n'
    written = "".join(one.format(*each) for each in (("a/b/*", 1), ("a/*", 2), ("c/*", 3)))
    (tmp_path / "settings.toml").write_text(written, encoding="utf-8")
    found = load_settings(tmp_path).tolerance(Snapshot.from_id("a/b/typical/phone-dark"))
    assert found is not None
    assert found.pixels == 1
