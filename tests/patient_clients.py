"""Clients of templates that are given no patience of their own have as much as the machine needs."""

from __future__ import annotations

from bbws_templates.cache import COLD_PATIENCE, ReleaseCache
from bbws_templates.client import PATIENCE, TemplateClient
from tests.waiting import patience


def give_clients_patience() -> None:
    """What counts as no answer after seconds may be on its way; tests about it say how long they mean."""
    for made, seconds in (
        (TemplateClient, {"patience": PATIENCE, "cold_patience": COLD_PATIENCE}),
        (ReleaseCache, {"cold_patience": COLD_PATIENCE}),
    ):
        defaults = made.__init__.__kwdefaults__
        assert defaults is not None
        assert set(seconds) <= set(defaults)
        defaults.update({name: patience(each) for name, each in seconds.items()})
