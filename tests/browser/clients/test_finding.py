"""A client that is not what it should be is named as missing, without a word or a traceback of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.browser.clients import finding
from app.browser.errors import BrowserNotFoundError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="clients are drawn with on Linux only")


def roundcube(folder: Path) -> Path:
    """A folder that has what is looked for in Roundcube's."""
    home = folder / "usr/share/roundcube"
    for name in ("program/lib/Roundcube/rcube_washtml.php", "skins/elastic/deps/bootstrap.min.css"):
        (home / name).parent.mkdir(parents=True)
        (home / name).touch()
    return home


@pytest.mark.parametrize(
    "script",
    [
        "#!/bin/sh\necho 'PHP Warning: no such extension'\nexit 1\n",
        "no program",
        "#!/bin/sh\nexec sleep 600\n",
    ],
    ids=["without its extensions", "broken", "hanging"],
)
def test_a_php_that_is_of_no_use_is_named_and_says_nothing_itself(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    php = tmp_path / "php"
    php.write_bytes(b"\0" * 8 if script == "no program" else script.encode())
    php.chmod(0o755)
    monkeypatch.setattr(finding, "_VERSION_SECONDS", 0.5)
    environ = {"BBWS_ROUNDCUBE": str(roundcube(tmp_path)), "PATH": str(tmp_path)}
    with pytest.raises(BrowserNotFoundError, match="php-xml"):
        finding.find_roundcube(environ)
    assert capfd.readouterr() == ("", "")


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
