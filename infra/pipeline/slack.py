"""Notices to Slack: what happened, where, by whom, and the address of the run. None stops a deployment."""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

EVENTS: Final = {
    "start": "begins",
    "success": "succeeded",
    "failure": "FAILED",
    "cancelled": "was cancelled",
    "approval": "waits for an approval",
    "rollback": "was rolled back",
}
_PATIENCE: Final = 10


def wanted(event: str, environment: str) -> bool:
    """Whether anybody is to hear of ``event`` there.

    Source: the design's pipeline. Start and success of production; failures, approvals, rollbacks everywhere.
    """
    return environment == "prod" or event not in {"start", "success"}


def message(event: str, subject: str, environment: str, surroundings: Mapping[str, str]) -> dict[str, str]:
    """The body of the notice; ``surroundings`` are the variables that GitHub gives a run."""
    actor = surroundings.get("GITHUB_ACTOR", "somebody")
    run = "/".join(
        (
            surroundings.get("GITHUB_SERVER_URL", "https://github.com"),
            surroundings.get("GITHUB_REPOSITORY", ""),
            "actions/runs",
            surroundings.get("GITHUB_RUN_ID", ""),
        )
    )
    text = f"{subject} in {environment} {EVENTS[event]} (asked for by {actor})"
    return {"text": f"{_escaped(text)}: <{run}|the run>"}


def notify(event: str, subject: str, environment: str) -> str:
    """Send the notice, and say what became of it. Whatever goes wrong is said, and nothing is raised."""
    if not wanted(event, environment):
        return f"Nobody asked to hear of {event} in {environment}."
    address = os.environ.get("SLACK_WEBHOOK_URL", "")
    if not address:
        return "SLACK_WEBHOOK_URL is not set: no notice was sent."
    if urlsplit(address).scheme not in {"https", "http"}:
        return "SLACK_WEBHOOK_URL is no web address: no notice was sent."
    body = json.dumps(message(event, subject, environment, os.environ)).encode()
    request = urllib.request.Request(  # noqa: S310  the scheme was looked at
        address, data=body, headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            answer.read()
    except (OSError, ValueError) as error:
        # Never the address: whoever has it can write to the channel.
        print(f"warning: Slack did not take the notice: {type(error).__name__}", file=sys.stderr)
        return "The notice was not delivered; the deployment goes on."
    return f"Told Slack that {subject} in {environment} {EVENTS[event]}."


def _escaped(text: str) -> str:
    """Slack's three control characters. Source: api.slack.com, Formatting text for app surfaces."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
