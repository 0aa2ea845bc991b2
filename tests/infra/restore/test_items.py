"""Items of a restored table come back: those that are gone or wrong, and no other; cut off, it goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.deploy.errors import RefusedError
from infra.restore.__main__ import main
from infra.restore.copying import BROUGHT_BACK, OVERTAKEN, count_items, run
from infra.restore.items import Window, compare
from infra.restore.journal import Journal, Question, open_journal, read_journal
from tests.infra.restore.conftest import REGION, Tables, tenant

BEFORE, WRONG, AFTER = "2026-01-05T09:00:00Z", "2026-01-05T10:30:00Z", "2026-01-05T11:00:00Z"
WINDOW = ("--written-from", "2026-01-05T10:00:00Z", "--written-to", "2026-01-05T10:59:59Z")


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Journals of a test are its own."""
    monkeypatch.setattr("infra.restore.__main__.WORK", tmp_path)
    return tmp_path


def restore(tables: Tables, *more: str) -> int:
    return main(["items", "--env", "dev", "--table", tables.use, "--from", tables.restored, *more])


def carry_out(tables: Tables, *more: str) -> int:
    restore(tables, *more)
    return restore(tables, *more, "--carry-out", "--confirm", "restore-dev")


def scene(tables: Tables) -> dict[str, dict[str, Any]]:
    """1 is as it was, 2 is gone, 3 was overwritten by mistake, 4 was changed rightly since, 5 is new."""
    old = {number: tenant(number, dateLastUpdated=BEFORE) for number in (1, 2, 3, 4)}
    tables.put(tables.restored, *old.values())
    expected = {
        1: old[1],
        2: old[2],
        3: tenant(3, dateLastUpdated=WRONG, organizationName="Nobody"),
        4: tenant(4, dateLastUpdated=AFTER, organizationName="Rightly"),
        5: tenant(5, dateLastUpdated=AFTER),
    }
    tables.put(tables.use, *(item for number, item in expected.items() if number != 2))
    return {item["PK"]["S"]: item for item in expected.values()}


def test_what_is_gone_comes_back_as_it_was_and_nothing_else_is_touched(tables: Tables) -> None:
    expected = scene(tables)
    assert carry_out(tables) == 0
    assert tables.items(tables.use) == expected


def test_what_was_overwritten_in_the_window_comes_back(tables: Tables) -> None:
    expected = scene(tables)
    mended = tenant(3, dateLastUpdated=BEFORE)
    assert carry_out(tables, *WINDOW) == 0
    assert tables.items(tables.use) == {**expected, mended["PK"]["S"]: mended}


def test_a_dry_run_writes_nothing_and_says_what_it_would(
    tables: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    scene(tables)
    before = tables.items(tables.use)
    assert restore(tables, *WINDOW) == 1
    assert tables.items(tables.use) == before
    said = capsys.readouterr().out
    assert "1  gone from the table: would be brought back" in said
    assert "1  overwritten in the window" in said
    assert "TENANT#00000000-0000-4000-8000-000000000002" in said
    assert "--carry-out --confirm restore-dev" in said
    assert "example.com" not in said, "a key may be shown, an address not"


def test_done_twice_is_done_once(tables: Tables, capsys: pytest.CaptureFixture[str]) -> None:
    scene(tables)
    assert carry_out(tables) == 0
    before = tables.items(tables.use)
    assert restore(tables) == 0
    assert "would be" not in capsys.readouterr().out.split("brought back")[-1]
    assert tables.items(tables.use) == before


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (("--carry-out", "--confirm", "restore-dev"), "no finished dry run"),
        (("--carry-out", "--confirm", "restore-prod"), "Confirm it by its name: --confirm restore-dev"),
        (("--carry-out",), "Confirm it by its name"),
    ],
)
def test_nothing_is_written_without_a_dry_run_and_its_name_typed(
    tables: Tables, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], reason: str
) -> None:
    scene(tables)
    before = tables.items(tables.use)
    assert restore(tables, *more) == 3
    assert reason in capsys.readouterr().err
    assert tables.items(tables.use) == before


def test_a_dry_run_with_other_options_does_not_count(
    tables: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    scene(tables)
    restore(tables)
    assert restore(tables, *WINDOW, "--carry-out", "--confirm", "restore-dev") == 3
    assert "no finished dry run with these options" in capsys.readouterr().err


def test_an_item_against_the_schema_is_named_and_left(
    tables: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    tables.put(tables.restored, tenant(1, activeKey="false"), tenant(2))
    assert carry_out(tables) == 1
    assert set(tables.items(tables.use)) == {tenant(2)["PK"]["S"]}
    assert "against the schema of the table" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("table", "source", "reason"),
    [
        ("tenants", "tenants", "the table itself"),
        ("tenants", "tenants-nowhere", "There is no table tenants-nowhere"),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    tables: Tables, capsys: pytest.CaptureFixture[str], table: str, source: str, reason: str
) -> None:
    assert main(["items", "--env", "dev", "--table", table, "--from", source]) == 3
    assert reason in capsys.readouterr().err


def test_a_table_with_other_keys_is_refused(tables: Tables, capsys: pytest.CaptureFixture[str]) -> None:
    tables.client.create_table(
        TableName="stranger",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    try:
        assert main(["items", "--env", "dev", "--table", "tenants", "--from", "stranger"]) == 3
    finally:
        tables.client.delete_table(TableName="stranger")
    assert "other keys" in capsys.readouterr().err


def test_another_account_is_refused(tables: Tables, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["items", "--env", "prod", "--table", tables.use, "--from", tables.restored])
    assert code == 3
    assert "belong to account" in capsys.readouterr().err


def question(tables: Tables, *, writes: bool = True, segments: int = 2) -> Question:
    return Question(f"dev, {REGION}", tables.use, tables.restored, "", "", segments, writes)


class Cut(Exception):  # noqa: N818  no error of the product: the power goes off
    """The end of a run, in the middle of it."""


@pytest.mark.parametrize("pages", [1, 2, 5, 9])
def test_cut_off_after_any_page_it_goes_on_from_there(tables: Tables, tmp_path: Path, pages: int) -> None:
    items = [tenant(number) for number in range(24)]
    tables.put(tables.restored, *items)
    file, seen = tmp_path / "journal.json", 0

    def cut(_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == pages:
            raise Cut

    with pytest.raises(Cut):
        run(
            tables.client,
            open_journal(file, question(tables, segments=1), afresh=False),
            progress=cut,
            page_size=2,
        )
    half = read_journal(file)
    assert half.counts[BROUGHT_BACK] == 2 * pages
    assert not half.finished
    again = open_journal(file, question(tables, segments=1), afresh=False)
    run(tables.client, again, page_size=2)
    assert again.finished
    assert again.counts[BROUGHT_BACK] == len(items), "no page was read twice, none was passed over"
    assert tables.items(tables.use) == tables.items(tables.restored)


def test_many_pages_and_segments_bring_back_every_item_once(tables: Tables, tmp_path: Path) -> None:
    items = [tenant(number) for number in range(60)]
    tables.put(tables.restored, *items)
    journal = open_journal(tmp_path / "journal.json", question(tables, segments=4), afresh=False)
    run(tables.client, journal, page_size=7)
    assert journal.counts == {BROUGHT_BACK: len(items)}
    assert count_items(tables.client, tables.use) == len(items)


def test_who_writes_meanwhile_wins(tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the comparison and the write a service makes the item anew, and changes another."""
    tables.put(tables.restored, tenant(1, dateLastUpdated=BEFORE), tenant(2, dateLastUpdated=BEFORE))
    tables.put(tables.use, tenant(2, dateLastUpdated=WRONG))
    newer = [tenant(number, dateLastUpdated=AFTER, organizationName="Newer") for number in (1, 2)]

    def late(*arguments: Any) -> Any:
        compared = list(compare(*arguments))
        tables.put(tables.use, *newer)
        return iter(compared)

    monkeypatch.setattr("infra.restore.copying.compare", late)
    asked = Question(f"dev, {REGION}", tables.use, tables.restored, WINDOW[1], WINDOW[3], 1, writes=True)
    journal = open_journal(tmp_path / "journal.json", asked, afresh=False)
    run(tables.client, journal)
    assert journal.counts == {OVERTAKEN: 2}
    assert tables.items(tables.use) == {item["PK"]["S"]: item for item in newer}


def test_a_journal_of_another_run_is_not_gone_on_with(tables: Tables, tmp_path: Path) -> None:
    file = tmp_path / "journal.json"
    Journal(file, question(tables), {"0": None, "1": ""}).save()
    with pytest.raises(RefusedError, match="other options is not finished"):
        open_journal(file, question(tables, segments=3), afresh=False)
    assert open_journal(file, question(tables, segments=3), afresh=True).counts == {}


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", json.dumps({"question": {"x": 1}})])
def test_a_damaged_journal_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "journal.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(RefusedError, match="is not a journal of this command"):
        read_journal(file)


@pytest.mark.parametrize(
    ("first", "last", "inside"),
    [
        ("", "", False),
        ("2026-01-05T10:30:00Z", "", True),
        ("2026-01-05T10:30:01Z", "", False),
        ("", "2026-01-05T10:30:00Z", True),
        ("", "2026-01-05T10:29:59Z", False),
    ],
)
def test_a_window_includes_its_ends(first: str, last: str, inside: bool) -> None:
    assert Window(first, last).holds(tenant(1, dateLastUpdated=WRONG)) is inside


def test_the_order_of_a_set_is_no_difference(tables: Tables) -> None:
    one, other = tenant(1), tenant(1)
    one["roles"], other["roles"] = {"SS": ["a", "b"]}, {"SS": ["b", "a"]}
    tables.put(tables.use, other)
    assert [found.verdict.name for found in compare(tables.client, tables.use, [one], Window())] == ["SAME"]


@pytest.mark.parametrize(
    "more",
    [
        ("--written-from", "yesterday"),
        ("--written-to", "2026-01-05"),
        ("--segments", "0"),
        ("--segments", "many"),
    ],
)
def test_a_wrong_word_is_a_wrong_call(
    tables: Tables, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as ended:
        restore(tables, *more)
    assert ended.value.code == 2
    assert f"argument {more[0]}" in capsys.readouterr().err


def test_a_window_that_ends_before_it_begins_is_refused(
    tables: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    assert restore(tables, "--written-from", WINDOW[3], "--written-to", WINDOW[1]) == 3
    assert "ends before it begins" in capsys.readouterr().err
