"""``send-test``: the mail of a fixture into a real mailbox."""

from __future__ import annotations

from pathlib import Path

import click

from app.commands.options import json_option, template_set_options
from app.commands.output import out, print_json
from app.commands.releasing import settings_option
from app.core.workspace import Workspace
from app.operations.sending import TABLE, send_test, send_test_settings


@click.command(name="send-test")
@click.argument("name", metavar="CATEGORY/NAME")
@click.option(
    "--to", "recipient", required=True, metavar="ADDRESS", help="Who gets it; the settings allow whom."
)
@click.option("--fixture", "scenario", default="typical", show_default=True, metavar="SCENARIO")
@settings_option
@template_set_options
@json_option
def command(
    name: str,
    recipient: str,
    scenario: str,
    settings: Path | None,
    templates: Path,
    fixtures: Path,
    as_json: bool,
) -> None:
    """Send the mail of a fixture to a mailbox of ours, by the server of the settings.

    The table [send_test] of bbws-templates.toml names the server and the addresses that may get tests; the
    password is BBWS_SMTP_PASSWORD. Each test has a subject of its own, so that no two are one conversation.
    """
    chosen = send_test_settings(settings)
    if chosen is None:
        raise click.UsageError(
            f"The settings have no [{TABLE}]: which server, and to whom? See docs/preview.md."
        )
    sent = send_test(Workspace.load(templates, fixtures), name, scenario, recipient, chosen)
    if as_json:
        print_json(
            {
                "template": sent.template,
                "fixture": sent.fixture,
                "to": sent.recipient,
                "subject": sent.subject,
                "messageId": sent.message_id,
            }
        )
    else:
        out.print(f"Sent to {sent.recipient}: {sent.subject}")
