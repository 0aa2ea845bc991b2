"""``make corpus`` counts right, and fails where a template crashed or differs and nothing says so."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.core.findings import Finding, Severity
from bbws_templates.errors import Location
from scripts.corpus import __main__ as program
from scripts.corpus import measurement
from scripts.corpus.__main__ import exit_code, main, shares
from scripts.corpus.looks import Difference
from scripts.corpus.measurement import CRASHED, EQUAL, NOT_SHOWN, Measurement
from scripts.corpus.words import Difference as TextDifference
from scripts.corpus.words import difference

STYLE = Difference("phone", "<p> 1: color", pixels=False)
PIXELS = Difference("dark", "pixels", pixels=True)
ALL_THERE = TextDifference(("a", "b", "c", "d"), (), (), 2, ())
LACKING = TextDifference(("a", "b", "c", "d"), ("a",), ("x", "y"), 2, ("u",))
ERROR = Finding("vml-colour", Severity.ERROR, "", Location("mail.html", 1, 1), "", "mail")


def measurements() -> list[Measurement]:
    return [
        Measurement("a", EQUAL, texts=[ALL_THERE, LACKING], errors=[ERROR, ERROR]),
        Measurement("b", "pixels equal, a style differs, overridden-rule", texts=[ALL_THERE]),
        Measurement("c", "pixels differ, not-equivalent", texts=[ALL_THERE]),
        Measurement("d", "refused (compile)"),
    ]


def test_the_shares_are_of_what_can_have_a_share() -> None:
    assert list(shares(measurements()))[4:] == [
        "     3  75.0 %  compile as they are, of 4",
        "     2  66.7 %  of these, equal in every pixel, of 3",
        "    15  93.8 %  of the words seen stand in the text, of 16",
        "     7  87.5 %  of the links, of 8",
        "     2 words in a text that nobody sees in the HTML",
        "     1 templates with the error vml-colour",
    ]
    assert list(shares(measurements()))[3] == "     1  25.0 %  refused (compile)"


def test_a_share_of_nothing_is_all_of_it() -> None:
    assert next(iter(shares([]))) == "     0 100.0 %  compile as they are, of 0"


@pytest.mark.parametrize(
    ("differences", "said", "verdict"),
    [
        ([], (), EQUAL),
        ([], ("name-case",), EQUAL),
        ([(STYLE, True)], ("overridden-rule",), "pixels equal, a style differs, overridden-rule"),
        ([(STYLE, True)], ("name-case",), "pixels equal, a style differs, name-case"),
        (
            [(STYLE, False)],
            ("name-case", "markup-not-inlined"),
            "pixels equal, a style differs, without a word",
        ),
        ([(STYLE, False)], (), "pixels equal, a style differs, without a word"),
        ([(PIXELS, False)], ("not-equivalent",), "pixels differ, not-equivalent"),
        (
            [(PIXELS, True)],
            ("not-equivalent", "overridden-rule"),
            "pixels differ, not-equivalent and overridden-rule",
        ),
        # Of several data sets the worst, wherever it comes.
        ([(STYLE, False), (PIXELS, True)], ("name-case",), "pixels equal, a style differs, without a word"),
        ([(PIXELS, True), (STYLE, False)], ("name-case",), "pixels equal, a style differs, without a word"),
        ([(PIXELS, True), (STYLE, True)], ("overridden-rule",), "pixels differ, overridden-rule"),
    ],
)
def test_a_template_is_what_the_worst_of_its_differences_is(
    differences: Sequence[tuple[Difference, bool]], said: Sequence[str], verdict: str
) -> None:
    found = Measurement("a")
    found.judge(differences, said)
    assert found.verdict == verdict
    assert found.is_failure == verdict.endswith("without a word")


class NoWorkspace:
    """A set of templates in which something is wrong that nobody has thought of."""

    def compilation(self, name: str) -> Any:
        raise ZeroDivisionError(name)


def test_whatever_comes_is_a_crash_and_no_end() -> None:
    found = measurement.measured(NoWorkspace(), "mail", None)  # type: ignore[arg-type]
    assert list(found.lines()) == ["mail: crashed: ZeroDivisionError: mail"]
    assert found.is_failure


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (EQUAL, 0),
        ("refused (compile)", 0),
        ("not shown", 0),
        ("pixels differ, overridden-rule", 0),
        ("pixels differ, without a word", 1),
        (CRASHED, 1),
    ],
)
def test_the_exit_code_says_whether_a_template_failed(verdict: str, code: int) -> None:
    assert exit_code([Measurement("a"), Measurement("b", verdict), Measurement("c")]) == code


class InThisProcess:
    """Stands for the pool of processes."""

    def __init__(self, processes: int) -> None:
        assert processes == 1

    def __enter__(self) -> InThisProcess:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, work: Any, portions: Sequence[Any]) -> Iterator[Any]:
        return map(work, portions)


@pytest.mark.parametrize(("verdict", "code"), [(EQUAL, 0), (CRASHED, 1)])
def test_the_program_measures_every_template_and_ends_with_that_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    verdict: str,
    code: int,
) -> None:
    for number in range(14):  # more than one portion
        (tmp_path / f"mail{number:02}.html").write_text("<p>x</p>", encoding="utf-8")

    def measure(portion: tuple[Path, tuple[str, ...]]) -> list[Measurement]:
        folder, names = portion
        assert folder == tmp_path
        return [Measurement(name, verdict if name == "mail13" else EQUAL) for name in names]

    monkeypatch.setattr(program, "find_browser", lambda: None)
    monkeypatch.setattr(program, "ProcessPoolExecutor", InThisProcess)
    monkeypatch.setattr(program, "_measure", measure)
    monkeypatch.setattr(sys, "argv", ["corpus", str(tmp_path), "--processes", "1"])
    assert main() == code
    printed = capsys.readouterr()
    assert printed.err.splitlines() == ["12 of 14", "14 of 14"]
    assert ("mail13: crashed" in printed.out) == bool(code)


def test_an_address_with_room_to_break_in_its_words_is_said_once() -> None:
    words, link = {"word": "su\u200bpport@a.org"}, {"url": "mailto:support@a.org", "from": 0}
    pieces: list[dict[str, Any]] = [words, link]
    assert not difference(pieces, "support@a.org\n")


def test_the_marks_of_lists_are_not_too_much_before_words_that_look_like_one() -> None:
    pieces: list[dict[str, Any]] = [{"mark": True}, {"mark": True}, {"word": "w12."}, {"word": "b"}]
    assert not difference(pieces, "4. w12. b\n")
    assert difference(pieces, "4. w12. b 5\n").extra == ("5",)


def test_a_heading_that_is_an_address_is_there_once() -> None:
    address = "https://x.example/"
    pieces: list[dict[str, Any]] = [{"word": address, "heading": True}, {"url": address, "from": 0}]
    assert not difference(pieces, f"{address}\n")
    assert difference(pieces, "x\n").lost_addresses == (address,)


@pytest.mark.parametrize(("fatal", "browsers"), [({"b"}, 3), ({"c"}, 2), (set(), 1), ({"a", "b", "c"}, 3)])
def test_a_page_that_ends_the_browser_takes_no_other_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fatal: set[str], browsers: int
) -> None:
    opened: list[dict[str, bool]] = []

    @contextmanager
    def browser() -> Iterator[dict[str, bool]]:
        opened.append({"lives": True})
        yield opened[-1]

    def measured(_: object, name: str, running: dict[str, bool]) -> Measurement:
        running["lives"] = running["lives"] and name not in fatal
        return Measurement(name, EQUAL if running["lives"] else NOT_SHOWN)

    (tmp_path / "a.html").write_text("<p>x</p>", encoding="utf-8")
    monkeypatch.setattr(program, "browser", browser)
    monkeypatch.setattr(program, "measured", measured)
    found = program._measure((tmp_path, ("a", "b", "c")))
    assert [each.verdict for each in found] == [NOT_SHOWN if name in fatal else EQUAL for name in "abc"]
    assert len(opened) == browsers


def test_a_picture_that_is_too_large_to_be_read_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Image.DecompressionBombError

    monkeypatch.setattr(NoWorkspace, "compilation", refuse)
    assert measurement.measured(NoWorkspace(), "mail", None).verdict == NOT_SHOWN  # type: ignore[arg-type]
