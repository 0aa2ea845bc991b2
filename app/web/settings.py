"""What the preview server is told when it starts."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from app.browser.folders import Folders
from app.browser.stand_ins import ASSETS
from app.core.seen_files import Memory
from app.web.editors import Editor

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8025
DEFAULT_MAX_BODY = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """Everything that decides how the server behaves.

    ``templates`` and ``fixtures`` are the two folders it shows. ``host`` and ``port`` are where it listens;
    port 0 takes any free one. ``token`` is asked of every request that changes state, and must be set for
    such requests to work at all when ``host`` reaches beyond this machine. ``max_body`` bounds a request
    body in bytes. ``allowed_hosts`` are names, beside its own, under which the server may be addressed.
    ``stand_ins`` are folders with an image at ``{host}/{path}`` of its address, so that a preview is whole
    without a network; images that are in none of them are shown as grey placeholders. ``screenshots`` are
    the folders whose last comparison the review shows. ``targets`` is the file that names the targets of
    releases; by default the nearest ``bbws-templates.toml``. ``allow_publish`` lets whoever has the token
    change those of them that say ``publish_from_preview``; without a token, nobody can. ``memory`` knows what
    was checked before the server started. ``editor`` is what files are opened with from the pages of a server
    that no other machine can reach.
    """

    templates: Path
    fixtures: Path
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    token: str | None = None
    max_body: int = DEFAULT_MAX_BODY
    allowed_hosts: tuple[str, ...] = ()
    stand_ins: tuple[Path, ...] = (ASSETS,)
    screenshots: Folders = field(default_factory=Folders)
    targets: Path | None = None
    allow_publish: bool = False
    memory: Memory | None = None
    editor: Editor | None = None

    @property
    def exposed(self) -> bool:
        """Whether other machines can reach the server."""
        if self.host == "localhost":
            return False
        try:
            return not ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return True

    @property
    def reachable_host(self) -> str:
        """A host that can be opened on this machine, as it stands in an address."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  not bound
        return f"[{host}]" if ":" in host else host

    def editor_for(self, host: str) -> Editor | None:
        """The editor for who asks under ``host``, a Host header without its port.

        Only for this machine itself: the address of a file says where things lie here, and an editor
        elsewhere would not find it.
        """
        own = host.lower() in ("localhost", "127.0.0.1", "[::1]")
        return self.editor if own and not self.exposed else None

    def answers_to(self, host: str) -> bool:
        """Whether requests for ``host``, a Host header without its port, are answered.

        Foreign names are not: a page of another site can make its own name resolve to this machine and
        would then read our answers as if they were its own (DNS rebinding). With an IP address nobody can do
        that, so a server that other machines can reach answers to every one: it need not know its own.
        """
        host = host.lower()
        names = {"localhost", "127.0.0.1", "[::1]", *(name.lower() for name in self.allowed_hosts)}
        if host in names or (host == self.reachable_host.lower()):
            return True
        return self.exposed and _is_address(host)


def _is_address(host: str) -> bool:
    """Whether ``host`` is an IP literal (RFC 3986 section 3.2.2): four decimal numbers, or IPv6 in []."""
    try:
        if host.startswith("[") and host.endswith("]"):
            ipaddress.IPv6Address(host[1:-1])
        else:
            ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True
