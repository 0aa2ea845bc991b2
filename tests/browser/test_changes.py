"""What a change of a template does to its pictures: found when it can be seen, silent when it cannot."""

from __future__ import annotations

import pytest

from app.browser.results import Status
from tests.browser.conftest import MAIL, Desk

ORDER = "mails/order/typical/desktop-light"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("padding:24px;", "padding:24px 24px 24px 25px;", id="everything one pixel to the right"),
        pytest.param(
            "</body>", '<div style="width:1px;height:1px;background:#eee"></div></body>', id="one pixel"
        ),
        pytest.param("color:#004080", "color:#004081", id="one step of a colour"),
        pytest.param("#dddddd", "#dcdddd", id="one step of a border's colour"),
        pytest.param("your order", "you order", id="one letter"),
        pytest.param("Thank you for your order.", "Thank you for your payment.", id="one word"),
        pytest.param(
            'width="200" style="padding:8px 0', 'width="190" style="padding:8px 0', id="a moved column"
        ),
        pytest.param("font-size:16px", "font-size:15px", id="a smaller font"),
        pytest.param("border-radius:6px", "border-radius:7px", id="a rounder corner"),
    ],
)
def test_a_change_that_can_be_seen_is_found(approved: Desk, before: str, after: str) -> None:
    approved.change(before, after)
    found = {result.snapshot.id: result for result in approved.compare().results}
    assert found[ORDER].status is Status.CHANGED
    assert found[ORDER].changed > 0
    assert found[ORDER].regions
    assert found["mails/receipt/typical/desktop-light"].status is Status.UNCHANGED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("<body", "<!-- a comment -->\n<body", id="a comment"),
        pytest.param("</tr></table>", "</tr>\n\n</table>\n", id="space between tags"),
        pytest.param('width="200" height="50"', 'height="50" width="200"', id="the order of attributes"),
        pytest.param('class="page"', 'class="page other"', id="a class that no rule names"),
        pytest.param("color:#004080", "color:#004080;mso-line-height-rule:exactly", id="a rule for Outlook"),
        pytest.param("#ffffff;color", "#fff;color", id="another spelling of a colour"),
        pytest.param("#121212", "#131313", id="dark styles, where only light is pictured"),
    ],
)
def test_a_change_that_cannot_be_seen_raises_no_alarm(approved: Desk, before: str, after: str) -> None:
    approved.change(before, after)
    comparison = approved.compare()
    assert not comparison.differs
    assert comparison.drawn == 1


def test_nothing_is_drawn_when_nothing_changed(approved: Desk) -> None:
    comparison = approved.compare()
    assert comparison.drawn == 0
    assert comparison.counts[Status.UNCHANGED] == 2


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
        "mails/order": Status.UNCHANGED,
        "mails/receipt": Status.REMOVED,
        "mails/welcome": Status.NEW,
    }


def test_a_mail_that_does_not_render_fails_with_its_reason_and_the_rest_go_on(approved: Desk) -> None:
    approved.change("{{name}}</h1>", "{{nickname}}</h1>")
    approved.change("Thank you", "Thanks", "mails/receipt")
    order, receipt = approved.compare().results
    assert order.status is Status.FAILED
    assert "nickname" in order.message
    assert "mails/order.html" in order.message
    assert receipt.status is Status.CHANGED


def test_a_template_that_cannot_be_parsed_is_failed_and_not_removed(approved: Desk) -> None:
    approved.mail("mails/order", MAIL.replace("{{name}}</h1>", "{{#name}}</h1>"))
    assert approved.result(ORDER).status is Status.FAILED
    (approved.home / "templates/mails/order.html").write_bytes(b"\xff\xfe broken")
    assert approved.result(ORDER).status is Status.FAILED


def test_a_mask_hides_its_part_and_nothing_else(approved: Desk) -> None:
    settings = (approved.folders.baselines / "settings.toml").read_text()
    approved.settings(
        f'{settings}\n[[masks]]\nsnapshots = ["mails/order"]\nbox = [224, 130, 120, 50]\nreason = "A price"\n'
    )
    approved.change("299.90", "301.10")
    assert approved.result(ORDER).status is Status.UNCHANGED
    approved.change("Thank you", "Thanks")
    changed = approved.result(ORDER)
    assert changed.status is Status.CHANGED
    assert all(box.y > 180 for box in changed.regions)


def test_a_tolerance_lets_so_many_pixels_pass(approved: Desk) -> None:
    approved.change("</body>", '<div style="width:2px;height:2px;background:#eee"></div></body>')
    size = approved.result(ORDER).changed
    settings = (approved.folders.baselines / "settings.toml").read_text()
    for pixels, status in ((size - 1, Status.CHANGED), (size, Status.UNCHANGED)):
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
