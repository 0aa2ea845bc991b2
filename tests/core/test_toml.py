"""What TOML a person may write by accident, and what is said of it: never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.browser.errors import SettingsError
from app.browser.settings import SETTINGS_NAME, load_settings
from app.core.errors import SourceError
from app.core.settings import read_settings
from app.core.toml import toml_tables
from app.publishing.targets import settings_document
from bbws_templates.faults import TargetError

UNREADABLE = {
    "a number": ("a = " + "9" * 5_000, "longer than anything can use"),
    "depth": ("a = " + "[" * 100_000, "nested too deeply"),
    "a day": ("a = 0000-01-01", "Invalid date"),
    "a moment": ("a = 9999-12-31T23:59:59+24:00", "Expected newline"),
    "a sign": ("a = ٣", "Invalid value"),
}


@pytest.mark.parametrize(("text", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_nothing_can_read_is_said_in_words(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=words):
        toml_tables(text)
    with pytest.raises(SourceError, match=words):
        read_settings(text, "settings.toml")
    (tmp_path / SETTINGS_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=words):
        load_settings(tmp_path)
    path = tmp_path / "targets.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TargetError, match=words):
        settings_document(path)
