"""What a change of a template does to its pictures: found when it can be seen, silent when it cannot."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Sequence

import pytest

from app.browser.frames import Drawing, Frame
from app.browser.results import SnapshotStatus
from app.browser.session import Session
from app.browser.tab import Tab
from tests.browser.conftest import LONG, MAIL, Desk

ORDER = "mails/order/typical/desktop-light"


VISIBLE = {
    "everything one pixel to the right": ("padding:24px;", "padding:24px 24px 24px 25px;"),
    "one pixel": ("</body>", '<div style="width:1px;height:1px;background:#eee"></div></body>'),
    "one step of one pixel": (
        "</body>",
        '<div style="width:1px;height:1px;background:#fefefe"></div></body>',
    ),
    "one step of a colour": ("color:#004080", "color:#004081"),
    "one step of a border": ("#dddddd", "#dcdddd"),
    "one letter": ("your order", "you order"),
    "one word": ("Thank you for your order.", "Thank you for your payment."),
    "a moved column": ('width="200" style="padding:8px 0', 'width="190" style="padding:8px 0'),
    "a smaller font": ("font-size:16px", "font-size:15px"),
    "a rounder corner": ("border-radius:6px", "border-radius:7px"),
    "another image": ('height="50" alt', 'height="49" alt'),
}
INVISIBLE = {
    "a comment": ("<body", "<!-- a comment -->\n<body"),
    "space between tags": ("</tr></table>", "</tr>\n\n</table>\n"),
    "space between blocks": ("</h1>", "</h1>\n\n\n    "),
    "the order of attributes": ('width="200" height="50"', 'height="50" width="200"'),
    "the order of declarations": ("margin:0;padding:24px;", "padding:24px;margin:0;"),
    "a class that no rule names": ('class="page"', 'class="page other"'),
    "a rule for Outlook": ("color:#004080", "color:#004080;mso-line-height-rule:exactly"),
    "another spelling of a colour": ("#ffffff;color", "#fff;color"),
    "dark styles, where only light is pictured": ("#121212", "#131313"),
}


def named(desk: Desk, changes: Iterable[str]) -> dict[str, str]:
    """A mail for each change, all of them approved as they are; what was changed by the mail's name."""
    mails = {f"mails/{number:02}": change for number, change in enumerate(changes)}
    for name in mails:
        desk.mail(name)
    desk.approve(desk.compare())
    return mails


@pytest.mark.parametrize(
    "every", [pytest.param(2, id="a slice"), pytest.param(1, id="all", marks=pytest.mark.heavy("pictures"))]
)
def test_a_change_that_can_be_seen_is_found_wherever_it_is(desk: Desk, every: int) -> None:
    mails = named(desk, tuple(VISIBLE)[::every])
    for name, change in mails.items():
        desk.change(*VISIBLE[change], name)
    found = {result.snapshot.template: result for result in desk.compare().results}
    missed = [change for name, change in mails.items() if found[name].status is not SnapshotStatus.CHANGED]
    assert missed == []
    for name in mails:
        assert found[name].changed > 0
        assert found[name].regions
    assert {found[name].status for name in ("mails/order", "mails/receipt")} == {SnapshotStatus.UNCHANGED}


def test_a_change_that_cannot_be_seen_raises_no_alarm(desk: Desk) -> None:
    mails = named(desk, INVISIBLE)
    for name, change in mails.items():
        desk.change(*INVISIBLE[change], name)
    comparison = desk.compare()
    alarms = [
        mails[result.snapshot.template]
        for result in comparison.results
        if result.status is not SnapshotStatus.UNCHANGED
    ]
    assert alarms == []
    assert comparison.drawn == len(INVISIBLE)


@pytest.mark.parametrize("runs", [5, pytest.param(50, marks=pytest.mark.heavy("pictures"))])
def test_many_runs_raise_no_alarm(approved: Desk, runs: int) -> None:
    for _ in range(runs):
        comparison = approved.screenshots.compare(anew=True)
        assert (comparison.drawn, comparison.differs, comparison.failed) == (2, False, False)


def test_a_browser_that_crashes_twice_on_a_mail_fails_that_mail_alone(
    approved: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever browser begins to draw the first mail is killed; the second mail is left in peace."""
    announced: list[str] = []
    drawn = Tab.draw

    with Session(approved.session.browser, draw_seconds=LONG) as session:

        def draw(tab: Tab, html: str, frames: Sequence[Frame]) -> Drawing:
            if announced == [ORDER]:
                os.kill(session.process_id, signal.SIGKILL)
            return drawn(tab, html, frames)

        session.draw(MAIL, [Frame(300)])
        monkeypatch.setattr(Tab, "draw", draw)
        approved.session = session
        comparison = approved.screenshots.compare(anew=True, progress=announced.append)
    order, receipt = comparison.results
    assert order.status is SnapshotStatus.FAILED
    assert "Two browsers in a row failed to draw" in order.message
    assert ORDER in order.message
    assert receipt.status is SnapshotStatus.UNCHANGED


def test_nothing_is_drawn_when_nothing_changed(approved: Desk) -> None:
    comparison = approved.compare()
    assert comparison.drawn == 0
    assert comparison.counts[SnapshotStatus.UNCHANGED] == 2


def test_an_approval_teaches_the_sidecars_of_mails_that_look_the_same(approved: Desk) -> None:
    approved.change("<body", "<!-- a comment -->\n<body")
    approved.approve(approved.compare(), why="Only a comment")
    approved.screenshots.current.clear()
    assert approved.compare().drawn == 0
    sidecar = approved.screenshots.baselines.sidecar(approved.screenshots.wanted()[0])
    assert sidecar
    assert sidecar.approval
    assert sidecar.approval.why == "Looks right"


def test_new_and_removed_mails_are_reported_as_such(approved: Desk) -> None:
    approved.mail("mails/welcome")
    for path in (approved.home / "templates" / "mails").glob("receipt.*"):
        path.unlink()
    statuses = {result.snapshot.template: result.status for result in approved.compare().results}
    assert statuses == {
        "mails/order": SnapshotStatus.UNCHANGED,
        "mails/receipt": SnapshotStatus.REMOVED,
        "mails/welcome": SnapshotStatus.NEW,
    }


def test_a_mail_that_does_not_render_fails_with_its_reason_and_the_rest_go_on(approved: Desk) -> None:
    approved.change("{{name}}</h1>", "{{nickname}}</h1>")
    approved.change("Thank you", "Thanks", "mails/receipt")
    order, receipt = approved.compare().results
    assert order.status is SnapshotStatus.FAILED
    assert "nickname" in order.message
    assert "mails/order.html" in order.message
    assert receipt.status is SnapshotStatus.CHANGED


def test_a_template_that_cannot_be_parsed_is_failed_and_not_removed(approved: Desk) -> None:
    approved.mail("mails/order", MAIL.replace("{{name}}</h1>", "{{#name}}</h1>"))
    assert approved.result(ORDER).status is SnapshotStatus.FAILED
    (approved.home / "templates/mails/order.html").write_bytes(b"\xff\xfe broken")
    assert approved.result(ORDER).status is SnapshotStatus.FAILED


def test_a_mask_hides_its_part_and_nothing_else(approved: Desk) -> None:
    settings = (approved.folders.baselines / "settings.toml").read_text()
    approved.settings(
        f'{settings}\n[[masks]]\nsnapshots = ["mails/order"]\nbox = [224, 130, 120, 50]\nreason = "A price"\n'
    )
    approved.change("299.90", "301.10")
    assert approved.result(ORDER).status is SnapshotStatus.UNCHANGED
    approved.change("Thank you", "Thanks")
    changed = approved.result(ORDER)
    assert changed.status is SnapshotStatus.CHANGED
    assert all(box.y > 180 for box in changed.regions)


def test_a_sentence_that_wraps_further_is_one_change_and_what_moved_below_it_is_none(desk: Desk) -> None:
    sentence = "Thank you for your order"
    rows = "".join(f"<p>Item {number}</p>" for number in range(30))
    desk.mail("mails/order", MAIL.replace("</body>", f"{rows}</body>"))
    desk.approve(desk.compare(ORDER))
    desk.change(
        sentence, f"{sentence}, which we have read and sent on to those who pack it, weigh it and bring it"
    )
    changed = desk.result(ORDER, ORDER)
    assert "rows only moved" in changed.message
    (after,), (before,) = changed.regions, changed.regions_before
    assert after.y == pytest.approx(before.y, abs=1)
    assert before.height <= 24 < after.height <= 48
    assert changed.changed <= 640 * 48


def test_a_tolerance_lets_so_many_pixels_pass(approved: Desk) -> None:
    approved.change("</body>", '<div style="width:2px;height:2px;background:#eee"></div></body>')
    size = approved.result(ORDER).changed
    settings = (approved.folders.baselines / "settings.toml").read_text()
    for pixels, status in ((size - 1, SnapshotStatus.CHANGED), (size, SnapshotStatus.UNCHANGED)):
        approved.settings(
            f'{settings}\n[[tolerances]]\nsnapshots = ["mails/order"]\npixels = {pixels}\nreason = "A dot"\n'
        )
        result = approved.result(ORDER)
        assert result.status is status
        assert size in {result.changed, result.tolerated}


def test_settings_that_no_snapshot_answers_to_are_mentioned(approved: Desk) -> None:
    settings = (approved.folders.baselines / "settings.toml").read_text()
    approved.settings(
        f'{settings}\n[[masks]]\nsnapshots = ["mails/gone"]\nbox = [0, 0, 9, 9]\nreason = "A date"\n'
    )
    assert any("mails/gone" in warning and "A date" in warning for warning in approved.compare().warnings)


@pytest.mark.heavy("pictures")
def test_both_schemes_both_widths_and_every_client_are_pictured_apart(desk: Desk) -> None:
    desk.settings(
        '[[pictures]]\ntemplates = ["mails/order"]\nfixtures = ["typical"]\nwidths = ["desktop", "phone"]\n'
        'variants = ["light", "dark", "forced-dark", "images-off", "gmail", "outlook"]\n'
    )
    results = desk.compare().results
    pixels = {result.snapshot.id: result.current.pixels for result in results if result.current}
    assert len(pixels) == 12
    # Gmail has nothing to change about this plain mail in light colours; all the others look different.
    distinct = [name for name in pixels if not name.endswith("gmail")]
    assert len({pixels[name] for name in distinct}) == len(distinct)
    assert {result.current.width for result in results if result.current} == {640, 375}


def test_what_is_said_about_a_broken_baseline_mends_it(approved: Desk) -> None:
    name = "mails/order/typical/desktop-light"
    sidecar = approved.folders.baselines / f"{name}.json"
    sidecar.write_text("{", encoding="utf-8")
    broken = approved.result(name)
    assert broken.status is SnapshotStatus.FAILED
    assert "remove the picture and its sidecar, compare, and approve" in broken.message
    sidecar.unlink()
    sidecar.with_suffix(".webp").unlink()
    approved.approve(approved.compare())
    assert approved.result(name).status is SnapshotStatus.UNCHANGED
