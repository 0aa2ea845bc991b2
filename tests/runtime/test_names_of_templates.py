"""What a message may have in the place of a template's name."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest

from app.publishing.directory_store import DirectoryStore
from bbws_templates.faults import UnknownTemplateError
from bbws_templates.metrics import Metrics
from tests.publishing.samples import publish_to, release
from tests.runtime.test_client import DATA, Hand, client_of


@pytest.mark.parametrize(
    "name", [None, 5, 1.5, True, b"receipts/receipt", ["receipts"], {"a": 1}, ("a",), object()]
)
def test_a_name_that_is_no_text_is_that_of_no_template(directory: DirectoryStore, name: Any) -> None:
    """Whoever sends takes it from a message, in which it may be anything."""
    publish_to(directory, release())
    lines = StringIO()
    client = client_of(directory, Hand(), metrics=Metrics("dev", stream=lines))
    for ask in (
        lambda: client.render(name, DATA),
        lambda: client.render(name, DATA, locale="af", strict=False),
        lambda: next(client.render_many(name, [DATA])),
        lambda: client.template(name),
    ):
        with pytest.raises(UnknownTemplateError) as caught:
            ask()
        assert "such as invoices/invoice" in str(caught.value)
        assert len(str(caught.value)) < 300
        assert caught.value.nearest == ()
    assert lines.getvalue().count('"error":"unknown-template"') == 2
