"""The settings file: what it asks for, and one clear error for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.browser.errors import SettingsError
from app.browser.settings import load_settings
from app.browser.snapshots import Snapshot, Variant, select
from app.core.errors import UnknownNameError

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
