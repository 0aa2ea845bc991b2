"""A display of a language and a zone, and a client that reads a release with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.core.locales import locale_rules, zone_rules
from app.core.release import Language, Provenance, Release, make_release
from app.publishing.directory_store import DirectoryStore
from bbws_templates import TemplateClient
from bbws_templates.display import Display
from tests.publishing.samples import publish_to, template

CAPE_TOWN = "Africa/Johannesburg"

MONEY = {"kind": "money", "currencyField": "currency"}

Show = Callable[..., Any]


def shown(x_display: Any, value: Any, *, locale: str = "en-ZA", zone: str = CAPE_TOWN, **others: Any) -> Any:
    """What a reader sees of ``value``, the field ``value`` of data that may have ``others``."""
    contract = {"type": "object", "properties": {"value": {"x-display": x_display}}}
    display = Display(locale, locale_rules(locale), zone_rules(zone))
    return display.prepared("mail", contract, {"value": value, **others})["value"]


def language(locale: str = "en-ZA", zone: str = CAPE_TOWN) -> Language:
    return Language(locale, zone, {locale: locale_rules(locale)}, zone_rules(zone))


def release_of(
    contract: Mapping[str, Any], how: Language | None = None, parts: Mapping[str, Any] | None = None
) -> Release:
    """A release of one template, ``mails/mail``."""
    made = replace(template("mails/mail", contract=contract), **(parts or {}))
    return make_release([made], {}, Provenance(), how or language())


@pytest.fixture
def client_of(tmp_path: Path) -> Callable[[Release], TemplateClient]:
    def client(release: Release) -> TemplateClient:
        store = DirectoryStore(tmp_path / "bucket")
        publish_to(store, release)
        return TemplateClient(str(store.target))

    return client
