"""A client that is not what it should be is named as missing, without a word or a traceback of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.browser import probing
from app.browser.clients import RENDERERS, finding
from app.browser.errors import BrowserNotFoundError
from tests.browser.living import left_in, living_with
from tests.patient_browsers import ENDED_BY_THE_TEST
from tests.waiting import eventually, patience

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="clients are drawn with on Linux only")


def roundcube(folder: Path) -> Path:
    """A folder that has what is looked for in Roundcube's."""
    home = folder / "usr/share/roundcube"
    for name, text in (
        ("program/lib/Roundcube/rcube_washtml.php", "<?php class rcube_washtml {}"),
        ("program/include/iniset.php", "<?php define('RCMAIL_VERSION', '1.6.5');"),
        ("skins/elastic/deps/bootstrap.min.css", ""),
    ):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text(text, encoding="utf-8")
    return home


@pytest.mark.parametrize(
    "script",
    [
        "#!/bin/sh\necho 'PHP Warning: no such extension'\nexit 1\n",
        "no program",
        "#!/bin/sh\nsleep 3600\n",
    ],
    ids=["without its extensions", "broken", "hanging"],
)
def test_a_php_that_is_of_no_use_is_named_and_says_nothing_itself(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    php = tmp_path / "php"
    php.write_bytes(b"\0" * 8 if script == "no program" else script.encode())
    php.chmod(0o755)
    monkeypatch.setattr(probing, "SECONDS", 0.5)
    environ = {"BBWS_ROUNDCUBE": str(roundcube(tmp_path)), "PATH": str(tmp_path)}
    with pytest.raises(BrowserNotFoundError, match="php-xml"):
        finding.find_roundcube(environ)
    assert capfd.readouterr() == ("", "")


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)
    return path


SETTINGS = {
    "BBWS_CHROMIUM": "chromium",
    "BBWS_WEBKIT": "webkit",
    "BBWS_GECKO": "gecko",
    "BBWS_THUNDERBIRD": "thunderbird",
    "BBWS_ROUNDCUBE": "roundcube",
    "BBWS_DOMPURIFY": "dompurify",
}
OTHERS = {
    "Mozilla Firefox 153.8.0esr": ("BBWS_CHROMIUM", "BBWS_WEBKIT", "BBWS_THUNDERBIRD"),
    "Mozilla Thunderbird 153.8.0esr": ("BBWS_CHROMIUM", "BBWS_WEBKIT", "BBWS_GECKO"),
    "Chromium 150.0.1": ("BBWS_WEBKIT", "BBWS_GECKO", "BBWS_THUNDERBIRD"),
    "ChromeDriver 150.0.1": ("BBWS_CHROMIUM",),
    "geckodriver 0.36.0": ("BBWS_GECKO",),
    "Usage: WebKitWebDriver options": ("BBWS_CHROMIUM", "BBWS_GECKO", "BBWS_THUNDERBIRD"),
}
PROGRAMS = [setting for setting in SETTINGS if setting not in {"BBWS_ROUNDCUBE", "BBWS_DOMPURIFY"}]
WRONG = {
    "there is nothing of that name": (None, tuple(SETTINGS)),
    "it says nothing": ("#!/bin/sh\n", PROGRAMS),
    "it says nothing and ends with status 3": ("#!/bin/sh\nexit 3\n", PROGRAMS),
    "it cannot be started: Exec format error": ("Dear reader", PROGRAMS),
    r"it does not answer within 0\.5 s": ("#!/bin/sh\nsleep 3600\n", PROGRAMS),
    "it is a file": ("#!/bin/sh\n", ("BBWS_ROUNDCUBE",)),
    "it does not begin with DOMPurify's name and version": ("DOMPurify 3.5.0 is kind.", ("BBWS_DOMPURIFY",)),
    **{f"it says '{said}'": (f"#!/bin/sh\necho '{said}'\n", settings) for said, settings in OTHERS.items()},
}


@pytest.mark.parametrize(
    ("setting", "found"), [(setting, found) for found, (_, settings) in WRONG.items() for setting in settings]
)
def test_a_setting_that_names_another_thing_is_refused_with_what_it_names_and_what_is_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, found: str
) -> None:
    """Beside the files of the client that it should be, too: they are not what was named."""
    monkeypatch.setattr(probing, "SECONDS", 0.5 if "answer" in found else patience())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "home/bin").mkdir(parents=True)
    named, text = tmp_path / "home/bin/named", WRONG[found][0]
    if text is not None:
        program(named, text)
    for name in ("Firefox", "Thunderbird"):
        if setting == {"Firefox": "BBWS_GECKO", "Thunderbird": "BBWS_THUNDERBIRD"}[name]:
            ini = f"[App]\nName={name}\nVersion=153.8.0\n"
            (tmp_path / "home/bin/application.ini").write_text(ini, encoding="utf-8")
    small = tmp_path / "home/lib/x/webkit2gtk-4.1/MiniBrowser"
    small.parent.mkdir(parents=True)
    small.touch()
    kind = RENDERERS[SETTINGS[setting]]
    with pytest.raises(
        BrowserNotFoundError, match=rf"{setting} names '{named}', which is no .*: {found}"
    ) as caught:
        kind.search({setting: str(named), "PATH": os.environ["PATH"]})
    assert caught.value.remedy.startswith("Expected is ")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("bbws-client-*"))


@pytest.mark.parametrize("setting", PROGRAMS)
def test_a_setting_that_names_a_folder_is_refused(tmp_path: Path, setting: str) -> None:
    with pytest.raises(BrowserNotFoundError, match="it is a folder"):
        RENDERERS[SETTINGS[setting]].search({setting: str(tmp_path), "PATH": ""})


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("odd", ["too long", "a loop", "below a file", "a NUL"])
def test_a_setting_that_no_path_can_be_is_refused_as_one_that_names_nothing(
    tmp_path: Path, setting: str, odd: str
) -> None:
    """It ended the whole list of clients, or what was asked of another one."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").touch()
    names = {"too long": "a" * 5000, "a loop": "loop", "below a file": "file/x", "a NUL": "a\0b"}
    with pytest.raises(BrowserNotFoundError, match=f"{setting} names "):
        RENDERERS[SETTINGS[setting]].search({setting: str(tmp_path / names[odd]), "PATH": ""})


@pytest.fixture(params=["pipe", "device"])
def endless(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """What nobody can read to its end."""
    if request.param == "device":
        return Path("/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.mark.parametrize("setting", [setting for setting in SETTINGS if setting != "BBWS_ROUNDCUBE"])
def test_a_setting_that_names_a_pipe_or_a_device_is_refused(endless: Path, setting: str) -> None:
    """It was read as a whole, for ever."""
    with pytest.raises(BrowserNotFoundError, match="it is a device, a pipe or a socket, and no file"):
        RENDERERS[SETTINGS[setting]].search({setting: str(endless), "PATH": os.environ["PATH"]})


def test_a_pipe_or_a_device_in_a_folder_of_a_client_is_not_read(endless: Path, tmp_path: Path) -> None:
    home = roundcube(tmp_path)
    said = home / "program/include/iniset.php"
    said.unlink()
    said.symlink_to(endless)
    with pytest.raises(BrowserNotFoundError, match=r"it has no version in program/include/iniset\.php"):
        finding.find_roundcube({"BBWS_ROUNDCUBE": str(home), "PATH": str(tmp_path)})
    firefox = program(tmp_path / "bin/firefox", "#!/bin/sh\necho Mozilla Firefox 154.1\n")
    (tmp_path / "bin/application.ini").symlink_to(endless)
    assert finding.find_gecko({"PATH": str(firefox.parent)}).version == "154.1"


def test_only_the_beginning_of_a_script_is_read(tmp_path: Path) -> None:
    script = tmp_path / "purify.js"
    with script.open("wb") as opened:
        opened.write(b"/*! @license DOMPurify 3.2.1 */")
        opened.truncate(1 << 40)  # holes, which take no room
    assert finding.find_dompurify({**os.environ, "BBWS_DOMPURIFY": str(script)}).version.startswith("3.2.1 ")


@pytest.mark.parametrize(
    ("missing", "found"),
    [
        ("program/lib/Roundcube/rcube_washtml.php", r"it has no program/lib/Roundcube/rcube_washtml\.php"),
        ("program/include/iniset.php", r"it has no version in program/include/iniset\.php"),
    ],
)
def test_a_folder_that_is_no_roundcube_is_refused(tmp_path: Path, missing: str, found: str) -> None:
    (roundcube(tmp_path) / missing).unlink()
    environ = {"BBWS_ROUNDCUBE": str(tmp_path / "usr/share/roundcube"), "PATH": str(tmp_path)}
    with pytest.raises(BrowserNotFoundError, match=f"which is no Roundcube: {found}"):
        finding.find_roundcube(environ)


def test_what_is_named_says_its_version_itself_and_not_the_files_of_another(tmp_path: Path) -> None:
    """A script of a person's own, beside an installation that it does not start."""
    script = program(tmp_path / "bin/firefox-esr", "#!/bin/sh\necho Mozilla Firefox 154.1esr\n")
    found = finding.find_gecko({"BBWS_GECKO": str(script), "PATH": ""})
    assert (found.version, found.executable) == ("154.1", script)


def test_a_command_of_the_path_that_is_another_program_is_named_as_missing(tmp_path: Path) -> None:
    """As the script that stands for a snap that is not installed."""
    program(tmp_path / "firefox", "#!/bin/sh\necho 'Command requires the firefox snap'; exit 1\n")
    with pytest.raises(BrowserNotFoundError, match="says 'Command requires the firefox snap' and ends with"):
        finding.find_gecko({"PATH": str(tmp_path)})


FINDING = "from app.browser.clients import RENDERERS; RENDERERS['gecko'].find()"


def test_nothing_is_left_of_a_program_that_hangs_when_whoever_asked_it_is_killed(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    hanging = program(tmp_path / "firefox", "#!/bin/sh\nsleep 3600\n")
    asking = subprocess.Popen(
        [sys.executable, "-c", ENDED_BY_THE_TEST + FINDING],
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary"), "BBWS_GECKO": str(hanging)},
    )
    try:
        eventually(lambda: living_with(tmp_path / "temporary"), lambda found: "sleep 3600 " in found)
    finally:
        asking.kill()
        asking.wait()
    eventually(lambda: left_in(tmp_path / "temporary"), lambda left: left == ([], []))


def test_no_program_of_the_current_folder_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever works in a checkout of somebody else's has not said that its code may run."""
    monkeypatch.setattr(finding, "REPOSITORY", tmp_path / "product")
    monkeypatch.setattr(finding, "_INSTALLED", tmp_path / "none", raising=False)
    monkeypatch.chdir(tmp_path)
    roundcube(tmp_path / ".tools/roundcube")
    script = tmp_path / "node_modules/dompurify/dist/purify.min.js"
    script.parent.mkdir(parents=True)
    script.write_text("/*! DOMPurify 3.0.0 */", encoding="utf-8")
    for find in (finding.find_roundcube, finding.find_dompurify):
        with pytest.raises(BrowserNotFoundError, match=r"this machine has none|is not installed"):
            find({"PATH": str(tmp_path / "none")})


def answers(folder: Path, program: str, *words: str) -> Callable[[], probing.Word]:
    """Asks Python, which is no script, for what ``program`` says; nothing that was asked before is known."""
    return lambda: probing.ask([sys.executable, "-I", "-S", "-c", program, *words], {"FOLDER": str(folder)})


def test_a_program_that_has_failed_is_asked_again_once_it_has_what_it_lacked(tmp_path: Path) -> None:
    """It was refused until the process that had asked ended, however the machine was mended."""
    lacked = tmp_path / "extension"
    asked = answers(
        tmp_path, "import os, sys; sys.exit(not os.path.exists(os.environ['FOLDER'] + '/extension'))"
    )
    assert asked().code == 1
    lacked.touch()
    assert asked().code == 0


def test_a_program_is_asked_again_once_a_file_that_it_is_asked_about_is_another(tmp_path: Path) -> None:
    """As the library of WebKit, which is a link to one of another name."""
    for name in ("1.0", "1.1"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    library = tmp_path / "library"
    library.symlink_to("1.0")
    asked = answers(tmp_path, "import sys; print(open(sys.argv[1]).read())", str(library))
    assert asked().text.strip() == "1.0"
    library.unlink()
    library.symlink_to("1.1")
    assert asked().text.strip() == "1.1"


def test_a_script_is_asked_again_since_what_it_starts_may_be_another(tmp_path: Path) -> None:
    program(tmp_path / "lib/firefox", "#!/bin/sh\necho Mozilla Firefox 153.8.0\n")
    script = program(tmp_path / "bin/firefox", f'#!/bin/sh\nexec "{tmp_path}/lib/firefox" "$@"\n')
    environ = {"BBWS_GECKO": str(script), "PATH": ""}
    assert finding.find_gecko(environ).version == "153.8.0"
    program(tmp_path / "lib/firefox", "#!/bin/sh\necho Mozilla Firefox 154.0.1\n")
    assert finding.find_gecko(environ).version == "154.0.1"


@pytest.mark.parametrize(("settled", "times"), [(True, 1), (False, 3)])
def test_what_hangs_on_settings_of_a_program_is_asked_again_and_nothing_else(
    tmp_path: Path, settled: bool, times: int
) -> None:
    count = f"open({str(tmp_path / 'asked')!r}, 'a').write('x')"
    for _ in range(3):
        assert not probing.ask([sys.executable, "-I", "-S", "-c", count], {}, settled=settled).code
    assert (tmp_path / "asked").read_text(encoding="utf-8") == "x" * times


def test_a_program_is_asked_with_what_it_needs_where_it_has_no_place_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(probing, "sys", SimpleNamespace(platform="darwin"))
    argv = [sys.executable, "-I", "-S", "-c", "import os; print(os.environ['FOLDER'], os.environ['PATH'])"]
    word = probing.ask(argv, {"FOLDER": str(tmp_path)})
    assert word == probing.Word(f"{tmp_path} {os.environ['PATH']}\n")
