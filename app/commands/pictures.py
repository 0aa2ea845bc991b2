"""What the release commands say about pictures, and the option that goes past them."""

from __future__ import annotations

from typing import Any

import click
from rich.text import Text

from app.commands.options import Command
from app.commands.output import error_members, out
from app.operations.pictures import Approved, Pictures, Seen


def allow_unapproved_option(command: Command) -> Command:
    """``--allow-unapproved``: go on to a protected target although nobody has approved the pictures."""
    return click.option(
        "--allow-unapproved",
        is_flag=True,
        help="Publish to a protected target although not all pictures are approved.",
    )(command)


def print_pictures(pictures: Pictures) -> None:
    """A line each, for people."""
    if pictures.seen:
        print_seen(pictures.seen)
    if pictures.approved:
        print_approved(pictures.approved)
    if pictures.problem:
        out.print(Text(f"Pictures: cannot be told. {pictures.problem}", style="yellow"))


def pictures_members(pictures: Pictures) -> dict[str, Any]:
    """The same as JSON members."""
    problem = pictures.problem
    return {**pictures.members(), **({"error": error_members(problem)} if problem else {})}


def print_seen(seen: Seen) -> None:
    """What can be seen to differ, on one line."""
    line = Text(f"Pictures: {seen.between}", style="yellow" if seen.between.differs else "green")
    out.print(line.append(f"; see {seen.report}" if seen.between.differs else "").append("."))


def print_approved(approved: Approved) -> None:
    """How many pictures nobody has approved, on one line."""
    unapproved = approved.state.unapproved
    line = Text(f"Approvals: {approved.state}", style="yellow" if unapproved else "green")
    out.print(line.append(f"; see {approved.report}" if unapproved else "").append("."))
