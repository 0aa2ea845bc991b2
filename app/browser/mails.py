"""The HTML behind each snapshot: rendered once a mail, then seen through each client."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.browser.snapshots import Snapshot, Variant
from app.core.clients import CLIENTS, ClientView
from app.core.workspace import Workspace
from bbws_templates.errors import BbwsTemplatesError

RenderMail = Callable[[str, str], str]
"""Template, or its translation as ``receipts/receipt.af``, and fixture to finished HTML.

It raises BbwsTemplatesError when the mail does not render.
"""

_CLIENT_OF = {Variant.IMAGES_OFF: "images-off", Variant.GMAIL: "gmail", Variant.OUTLOOK: "outlook"}


@dataclass(frozen=True)
class Mail:
    """What the browser is to draw for one snapshot.

    ``html`` is None when the mail does not render; ``error`` then says why. ``notes`` are what a client did
    to the mail.
    """

    html: str | None
    notes: tuple[str, ...] = ()
    error: str = ""

    @property
    def digest(self) -> str:
        """``sha256:…`` of the HTML."""
        return f"sha256:{hashlib.sha256((self.html or '').encode('utf-8', 'replace')).hexdigest()}"


def mails_of(snapshots: Iterable[Snapshot], render: RenderMail) -> Mapping[Snapshot, Mail]:
    """The mail of each snapshot; one that does not render carries its error, the others are unaffected."""
    rendered: dict[tuple[str, str], Mail] = {}
    seen: dict[tuple[str, str, str], Mail] = {}
    found = {}
    for snapshot in snapshots:
        source = (snapshot.template, snapshot.fixture)
        if source not in rendered:
            rendered[source] = _rendered(render, *source)
        client = _CLIENT_OF.get(snapshot.variant, "")
        if (*source, client) not in seen:
            seen[*source, client] = _through(client, rendered[source])
        found[snapshot] = seen[*source, client]
    return found


def workspace_renderer(workspace: Workspace) -> RenderMail:
    """Renders the templates on disk with their fixtures, as a Lambda would."""
    return lambda template, fixture: (
        workspace.render(template, workspace.fixture(template, fixture).data).html
    )


def fixtures_of(workspace: Workspace, also: Iterable[Snapshot] = ()) -> Mapping[str, tuple[str, ...]]:
    """The scenarios of every template, and of every translation as ``receipts/receipt.af``.

    A template that cannot be read has none of its own; it keeps those that ``also`` (the baselines) knows, so
    that its snapshots are reported as failed and not as removed.
    """
    templates = workspace.templates
    known: dict[str, set[str]] = {name: set() for name in workspace.editions()}
    for name, source in (*templates.templates.items(), *templates.translations.items()):
        known[name].update(source.fixtures, source.broken_fixtures)
    for snapshot in also:
        if snapshot.template in templates.broken or snapshot.template in templates.broken_translations:
            known[snapshot.template].add(snapshot.fixture)
    return {name: tuple(sorted(scenarios)) for name, scenarios in known.items()}


def _rendered(render: RenderMail, template: str, fixture: str) -> Mail:
    try:
        return Mail(render(template, fixture))
    except BbwsTemplatesError as error:
        return Mail(None, error=str(error))


def _through(client: str, mail: Mail) -> Mail:
    if mail.html is None or not client:
        return mail
    view: ClientView = CLIENTS[client].view(mail.html)
    return Mail(view.html, view.notes)
