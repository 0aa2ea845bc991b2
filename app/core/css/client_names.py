"""Names that mail clients, not authors, put into a document.

A rule for one of them matches nothing while compiling and must not be dropped for it.
"""

from __future__ import annotations

_CLIENT_IDS = frozenset({"outlook", "messageviewbody", "messagewebviewdiv", "mailcontentcontainer"})
_CLIENT_CLASSES = frozenset(
    {
        "a6s",
        "abn",
        "applelinks",
        "applelinksblack",
        "applelinkswhite",
        "edo",
        "externalclass",
        "g-img",
        "gmail-fix",
        "ii",
        "im",
        "moz-text-html",
        "readmsgbody",
        "unstyle-auto-detected-links",
        "x-gmail-data-detectors",
        "yshortcuts",
    }
)
_CLIENT_PREFIXES = ("aolmail", "apple", "ecx", "gmail", "mso", "ox-", "rps_", "yahoo", "yiv")


def is_class_of_clients(name: str) -> bool:
    """Whether a mail client may give an element this class."""
    return name.lower() in _CLIENT_CLASSES or name.lower().startswith(_CLIENT_PREFIXES)


def is_id_of_clients(name: str) -> bool:
    """Whether a mail client may give an element this id."""
    return name.lower() in _CLIENT_IDS


def is_of_clients(name: str) -> bool:
    """Whether a mail client may know an element by this class or id."""
    return is_class_of_clients(name) or is_id_of_clients(name)
