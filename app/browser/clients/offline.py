"""A mail as an engine without our own network gets it: images stand in it, nothing leads away from it.

Chromium is answered request by request (``app.browser.tab``). An engine that is told what to do by WebDriver
cannot be, so what it would ask for is put into the mail: addresses of known images become the images.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from app.browser.stand_ins import stand_in
from app.browser.stills import with_still_images
from app.core.clients.restyling import scan, value_of
from app.core.html.edits import Edits

_REMOTE = ("http:", "https:", "//")
_ASKED_FOR = {"img": ("src",), "input": ("src",), "video": ("poster",)}
_BACKGROUNDS = ("background",)


@dataclass(frozen=True)
class Offline:
    """``html`` to draw, and the addresses of images that it has to do without."""

    html: str
    refused: tuple[str, ...]


def offline(source: str) -> Offline:
    """``source`` with its known images in it, all still, and without an order to load another page."""
    markup = scan(with_still_images(source))
    edits = Edits(markup.text)
    refused = []
    for tag in markup.start_tags:
        if tag.name == "meta" and value_of(markup, tag, "http-equiv").strip().lower() == "refresh":
            edits.replace(tag.start, tag.end, "")
            continue
        for name in (*_ASKED_FOR.get(tag.name, ()), *_BACKGROUNDS):
            attribute = tag.attribute(name)
            if attribute is None:
                continue
            address = value_of(markup, tag, name).strip()
            if (image := stand_in(address)) is not None:
                content = base64.b64encode(image.content).decode()
                edits.attribute(attribute, f"data:{image.media_type};base64,{content}")
            elif address.lower().startswith(_REMOTE):
                refused.append(address)
    return Offline(edits.applied(), tuple(dict.fromkeys(refused)))
