"""Small releases to publish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.release import Provenance, Release, make_release
from app.publishing.activation import Reason
from app.publishing.catalogue import Catalogue
from app.publishing.clock import Clock, utc_now
from app.publishing.publisher import Published, make_plan, publish
from app.publishing.rollback import ROLLBACK, release_to_go_back_to, roll_back
from app.publishing.store import ObjectStore
from bbws_templates.compiled import CompiledTemplate

NAMES = ("receipts/receipt", "notifications/welcome", "invoices/invoice")
REASON = Reason("publish", "tester@example.com", "because")

CONTRACT: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {"name": {"type": "string", "description": "Whom the mail is for"}},
}


def template(name: str, text: str = "first", **changes: Any) -> CompiledTemplate:
    values: dict[str, Any] = {
        "html": f"<h1>{name}</h1><p>Dear {{{{name}}}}, {text} ünï</p>",
        "text": f"Dear {{{{name}}}}, {text}",
        "subject": f"{text} for {{{{name}}}}",
        "preheader": text,
        "sender": ("KimmyAI", "noreply@kimmyai.io"),
        "reply_to": "support@kimmyai.io",
        "audience": "customer",
        "description": f"{name} in short",
        "contract": CONTRACT,
    }
    return CompiledTemplate(name=name, **(values | changes))


def source(name: str, text: str) -> str:
    """What the author of a template wrote."""
    return f"<!-- {text} -->\n{name}\n"


def release(
    text: str = "first", *, names: tuple[str, ...] = NAMES, commit: str = "abc", **changes: Any
) -> Release:
    """A release whose every template says ``text``."""
    templates = [template(name, text, **changes) for name in names]
    return make_release(templates, {name: source(name, text) for name in names}, Provenance(commit=commit))


def with_one_changed(text: str = "second") -> Release:
    """``release()``, but for its first template."""
    templates = [template(NAMES[0], text), *(template(name) for name in NAMES[1:])]
    sources = {name: source(name, "first") for name in NAMES} | {NAMES[0]: source(NAMES[0], text)}
    return make_release(templates, sources, Provenance(commit="def"))


def publish_to(store: ObjectStore, wanted: Release, **options: Any) -> Published:
    catalogue = Catalogue(store)
    return publish(catalogue, wanted, make_plan(catalogue, wanted), options.pop("reason", REASON), **options)


def go_back(store: ObjectStore, name: str = "", *, clock: Clock = utc_now) -> str:
    """Roll back as the command does; returns the id of the release that is active then."""
    catalogue = Catalogue(store)
    standing = catalogue.standing()
    wanted = release_to_go_back_to(catalogue, name, expected=standing)
    return roll_back(
        catalogue, wanted, Reason(ROLLBACK, "me"), expected=standing, clock=clock
    ).pointer.release
