"""Hosts that are nobody's, and parameters of addresses that follow readers.

Sources: RFC 2606 and RFC 6761 (names that are reserved), RFC 1918 and RFC 4193 (private addresses); the
documentation of each service for its parameter, and the lists of Firefox's "Copy clean link" and of Brave.
"""

from __future__ import annotations

from typing import Final

RESERVED_NAMES: Final = ("example.com", "example.net", "example.org")
RESERVED_ENDINGS: Final = (".example", ".invalid", ".localhost", ".test", ".local", ".internal")
STAND_IN_HOSTS: Final = frozenset(
    {
        "dummyimage.com", "fakeimg.pl", "loremflickr.com", "picsum.photos", "placehold.co", "placehold.it",
        "placekitten.com", "placeimg.com", "via.placeholder.com", "placeholder.com",
    }
)  # fmt: skip
"""Services of images that stand for others."""

OF_ONE_READER: Final = frozenset(
    {
        "_hsenc", "_hsmi", "dclid", "fbclid", "gclid", "igshid", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok",
        "msclkid", "oly_anon_id", "oly_enc_id", "s_cid", "ttclid", "twclid", "vero_id", "wbraid", "gbraid",
        "yclid",
    }
)  # fmt: skip
"""Parameters that one click or one reader got: in a template they were copied from somebody's browser."""

OF_A_CAMPAIGN: Final = "utm_"
