"""The same pixels: run after run, on other browsers, on machines with other fonts, languages and settings."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.browser.discovery import Browser
from app.browser.fontset import FONTS, font_files, font_set_digest
from app.browser.frames import ColourMode, Frame
from app.browser.renderer import CALIBRATION, identify
from app.browser.session import Session
from app.core.workspace import Workspace
from tests.browser.conftest import LONG
from tests.shell import found_by_itself

ROOT = Path(__file__).parents[2]
FRAMES = tuple(Frame(width, scheme) for width in (640, 375) for scheme in ColourMode)
SLICE = (Frame(640, ColourMode.LIGHT), Frame(375, ColourMode.FORCED))

Drawn = tuple[tuple[bytes, ...], ...]
"""Of each mail, its picture in each frame."""


@pytest.fixture(scope="module")
def mails() -> tuple[str, ...]:
    """The mails that ask most of a browser: every script of the international fixtures, long tables."""
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    rendered = [
        workspace.render(name, workspace.fixture(name, scenario).data).html
        for name, scenario in (
            ("receipts/order", "international"),
            ("invoices/invoice", "hostile"),
            ("notifications/site_creation_customer", "typical"),
        )
    ]
    return (CALIBRATION.read_text(encoding="utf-8"), *rendered)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(SLICE, id="a slice"),
        pytest.param(FRAMES, id="every frame", marks=pytest.mark.heavy("pictures")),
    ],
)
def frames(request: pytest.FixtureRequest) -> tuple[Frame, ...]:
    found: tuple[Frame, ...] = request.param
    return found


@pytest.fixture(scope="module")
def expected(session: Session, mails: tuple[str, ...], frames: tuple[Frame, ...]) -> Drawn:
    return tuple(session.draw(mail, frames).pictures for mail in mails)


@pytest.mark.parametrize("runs", [5, pytest.param(50, marks=pytest.mark.heavy("pictures"))])
def test_many_runs_give_the_same_bytes(session: Session, mails: tuple[str, ...], runs: int) -> None:
    frames = (Frame(375, ColourMode.DARK), Frame(375, ColourMode.FORCED))
    first = session.draw(mails[0], frames).pictures
    assert all(session.draw(mails[0], frames).pictures == first for _ in range(runs))


def test_another_order_of_mails_gives_the_same_bytes(
    session: Session, mails: tuple[str, ...], frames: tuple[Frame, ...], expected: Drawn
) -> None:
    backwards = [session.draw(mail, frames).pictures for mail in reversed(mails)]
    assert tuple(reversed(backwards)) == expected


@pytest.fixture(scope="module")
def another(unpacked: Browser, session: Session) -> Browser:
    """What this machine has beside the browser of the tests."""
    found = found_by_itself() or unpacked
    if found.executable == session.browser.executable:
        # The same browser would be compared with itself. GitHub's machines have a whole Chrome: the pipeline
        # always runs this.
        pytest.skip("this machine has no other Chromium than the one that draws all else")
    return found


def test_another_browser_gives_the_same_bytes_or_is_told_apart(
    another: Browser,
    session: Session,
    mails: tuple[str, ...],
    frames: tuple[Frame, ...],
    expected: Drawn,
) -> None:
    """The browser of a machine may be any.

    Most builds draw alike. Of one that does not, the calibration page must say so, because then a comparison
    is refused.
    """
    with Session(another, draw_seconds=LONG) as other:
        drawn = tuple(other.draw(mail, frames).pictures for mail in mails)
        reasons = identify(other).differences(identify(session))
    assert (drawn[0] == expected[0]) == (reasons == ())
    if not reasons:
        assert drawn == expected


@pytest.fixture
def _strange_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home with fonts that claim to be Arial, a fontconfig of its own, another language and time zone."""
    fonts = tmp_path / ".fonts"
    fonts.mkdir()
    for path in (FONTS / "Tinos-Bold.ttf", FONTS / "NotoSansThai-Bold.ttf"):
        shutil.copy(path, fonts / path.name)
    settings = tmp_path / "fonts.conf"
    settings.write_text(
        f"<fontconfig><dir>{fonts}</dir><match target='pattern'><edit name='family' mode='assign' "
        "binding='strong'><string>Tinos</string></edit></match></fontconfig>"
    )
    (tmp_path / ".config" / "fontconfig").mkdir(parents=True)
    shutil.copy(settings, tmp_path / ".config" / "fontconfig" / "fonts.conf")
    for name, value in {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / ".config"),
        "FONTCONFIG_FILE": str(settings),
        "FONTCONFIG_PATH": str(tmp_path),
        "FREETYPE_PROPERTIES": "truetype:interpreter-version=35",
        "LANG": "zh_CN.UTF-8",
        "LC_ALL": "zh_CN.UTF-8",
        "LANGUAGE": "ar",
        "TZ": "Pacific/Apia",
        "GDK_SCALE": "2",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("_strange_machine")
def test_a_machine_with_other_fonts_and_settings_gives_the_same_bytes(
    session: Session, mails: tuple[str, ...], frames: tuple[Frame, ...], expected: Drawn
) -> None:
    with Session(session.browser, draw_seconds=LONG) as other:
        assert tuple(other.draw(mail, frames).pictures for mail in mails) == expected


def test_families_are_drawn_with_their_metric_twins(session: Session) -> None:
    def drawn(family: str) -> bytes:
        text = "Hamburgefonstiv 0123456789 Ąßçő"
        page = f'<!DOCTYPE html><title>x</title><p style="font-family:{family};font-size:20px">{text}'
        return session.draw(page, [Frame(640)]).pictures[0]

    twins = {
        "Arimo": ("Arial", "Helvetica", "sans-serif", "Verdana, Arial", "system-ui"),
        "Tinos": ("'Times New Roman'", "Times", "serif", "'No such font'"),
        "Cousine": ("'Courier New'", "Courier", "'Courier New', monospace"),
        "Gelasio": ("Georgia", "'No such font', Georgia"),
    }
    for twin, families in twins.items():
        expected = drawn(f"{twin}, 'No such font'")
        assert [family for family in families if drawn(family) != expected] == []
    assert len({drawn(twin) for twin in twins}) == len(twins)


def test_the_fonts_are_whole_and_come_with_their_licences() -> None:
    readme = (FONTS / "README.md").read_text(encoding="utf-8")
    for path in font_files():
        assert path.read_bytes()[:4] == b"\x00\x01\x00\x00", path.name
        words = {"Droid": "Droid Sans Fallback", "Noto": "Noto "}
        family = next((name for start, name in words.items() if path.name.startswith(start)), path.name[:5])
        assert family in readme
    assert {path.name for path in (FONTS / "licences").iterdir()} == {"OFL-1.1.txt", "Apache-2.0.txt"}
    assert sum(path.stat().st_size for path in font_files()) < 16_000_000
    assert font_set_digest().startswith("sha256:")
