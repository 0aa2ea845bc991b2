"""A client that darkens a light mail by itself, whatever its author wrote.

In the screenshots the browser's own dark override does this; a page cannot ask its browser for that, so the
preview shows a filter that comes near it.
"""

from __future__ import annotations

from app.core.clients.view import Client, ClientView

_INVERSION = (
    "<style>html{background:#ffffff;filter:invert(.93) hue-rotate(180deg)}"
    "img{filter:invert(1) hue-rotate(180deg)}</style>"
)


def view(source: str) -> ClientView:
    """``source`` with its colours turned over, images as they were."""
    if _INVERSION in source:
        return ClientView(source)
    end = source.lower().rfind("</body>")
    at = end if end >= 0 else len(source)
    return ClientView(source[:at] + _INVERSION + source[at:], ("colours inverted, hues kept",))


FORCED_DARK = Client(
    key="forced-dark",
    label="Forced dark",
    models="A light mail made dark by the client itself: light backgrounds become dark, dark text light; "
    "hues and images stay. The preview does it with a filter, the screenshots with Chromium's dark override.",
    leaves_out="The colours that each client spares by its own rules; clients that change backgrounds only.",
    sources=(
        "https://developer.chrome.com/blog/auto-dark-theme",
        "https://www.litmus.com/blog/the-ultimate-guide-to-dark-mode-for-email-marketers",
    ),
    view=view,
    real=("thunderbird",),
)
