"""What an approximation of a mail client is: HTML in, HTML out, and an account of what was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class ClientView:
    """A mail as a client would show it, as HTML for a browser; ``notes`` say what the client did to it."""

    html: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Client:
    """An approximation, labelled as such.

    ``key`` names it in addresses and file names, ``label`` to people. ``models`` is one sentence about what
    is modelled, ``leaves_out`` one about what is not, ``sources`` where the rules come from.
    ``real`` are the keys of real clients (``app.browser.clients``) whose own code does the same: where one of
    them is there, this is the poorer choice.
    """

    key: str
    label: str
    models: str
    leaves_out: str
    sources: tuple[str, ...]
    view: Callable[[str], ClientView]
    real: tuple[str, ...] = ()
