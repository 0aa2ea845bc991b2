"""Where everything lies in a bucket or directory; the whole convention, in one place.

::

    current.json                       the active pointer: the only object that is ever changed in place,
    receipts/receipt.html, .txt        besides these stable keys, for readers that know nothing of releases;
    receipts/receipt.af.html, .txt     in further languages
    releases/{id}/bundle.json          all a sender needs; its SHA-256 *is* the release id
    releases/{id}/manifest.json        every file with its SHA-256 and size, and where the release came from
    objects/{sha256}.html              what authors wrote, shared by all releases that have it
    history/{first}-{last}-{…}.json    activations that have grown out of the pointer
    .probe.txt                         what publishers try the conditions of writes on
"""

from __future__ import annotations

import re
from typing import Final

from bbws_templates.digests import Digest
from bbws_templates.faults import DamagedReleaseError

POINTER: Final = "current.json"
BUNDLE: Final = "bundle.json"
MANIFEST: Final = "manifest.json"
RELEASES: Final = "releases/"
OBJECTS: Final = "objects/"
HISTORY: Final = "history/"
PROBE: Final = ".probe.txt"
RESERVED: Final = frozenset({"releases", "objects", "history"})

MEDIA_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
}

# Compiled on first use, as in ``contract.formats``. Half of a surrogate pair has no form in UTF-8.
_SEGMENT: Final = r"(?!\.)[^\x00-\x1f\x7f/\\\ud800-\udfff]{1,200}"
_PATH: Final = f"{_SEGMENT}(?:/{_SEGMENT})*"
LOCALE: Final = r"[a-z]{2,8}(-[A-Za-z0-9]{1,8}){0,8}"
_RELEASE_ID = re.compile(r"[0-9a-f]{64}")
_MAX_KEY_BYTES = 900  # S3 allows 1,024; the rest is left to a prefix
_LONGEST_BUNDLE = 256 << 20  # that of 1,200 templates has 39 MB
_LONGEST = 16 << 20


def is_release_id(text: str) -> bool:
    """Whether ``text`` has the form of a whole release id."""
    return bool(_RELEASE_ID.fullmatch(text))


def check_release_id(text: str) -> str:
    """``text`` if it is a whole release id: 64 hexadecimal digits.

    Raises:
        DamagedReleaseError: it is not.
    """
    if not is_release_id(text):
        raise DamagedReleaseError(
            f"{text[:80]!r} is not a release id.", remedy="A release id has 64 hexadecimal digits."
        )
    return text


def check_name(name: str) -> str:
    """``name`` if it can name a template in a release: no way out of the prefix, no clash with our own keys.

    Raises:
        DamagedReleaseError: it cannot.
    """
    folder, last = name.partition("/")[0], name.rpartition("/")[2]
    if folder in RESERVED:
        raise DamagedReleaseError(
            f"A template cannot be named {name!r}: the folder '{folder}' is where releases are kept.",
            remedy="Rename the folder.",
        )
    if not _is_path(name):
        raise DamagedReleaseError(
            f"A template cannot be named {name[:120]!r}.",
            remedy="Use folder/name, without '.', '..', empty parts, back-slashes and control characters.",
        )
    if "." in last:
        raise DamagedReleaseError(
            f"A template cannot be named {name[:120]!r}: what follows a dot in a key names a language.",
            remedy="Rename it, with '_' or '-' for the dot.",
        )
    return name


def check_path(path: str) -> str:
    """``path`` if it can be that of a file in a release, ``sources/receipts/receipt.html`` say.

    Raises:
        DamagedReleaseError: it cannot; it might lead out of the release.
    """
    if not _is_path(path):
        raise DamagedReleaseError(f"{path[:120]!r} has no place in a release.")
    return path


def _is_path(path: str) -> bool:
    return len(path.encode("utf-8", "replace")) <= _MAX_KEY_BYTES and bool(re.fullmatch(_PATH, path))


def check_locale(tag: str) -> str:
    """``tag`` if it has the form of a language tag, such as ``af``, ``en-ZA`` or ``zh-Hant-TW`` (BCP 47).

    Raises:
        DamagedReleaseError: it has not.
    """
    if not re.fullmatch(LOCALE, tag):
        raise DamagedReleaseError(
            f"{tag[:80]!r} is not a language tag.", remedy="Write one such as af, en-ZA or zh-Hant-TW."
        )
    return tag


def edition(name: str, locale: str = "") -> str:
    """A template in one of its further languages, as files and keys call it: ``receipts/receipt.af``."""
    return f"{name}.{locale}" if locale else name


def parted(name: str) -> tuple[str, str]:
    """An ``edition`` as template and tag, "" for its own language: no template's name has a dot."""
    folder, slash, last = name.rpartition("/")
    base, _, locale = last.partition(".")
    return f"{folder}{slash}{base}", locale


def stable_key(name: str, suffix: str, locale: str = "") -> str:
    """Where readers that know nothing of releases find a part of a template: ``receipts/receipt.af.html``."""
    return f"{edition(name, locale)}.{suffix}"


def bundle_key(release: str) -> str:
    """Where the bundle of a release lies."""
    return f"{RELEASES}{check_release_id(release)}/{BUNDLE}"


def manifest_key(release: str) -> str:
    """Where the manifest of a release lies."""
    return f"{RELEASES}{check_release_id(release)}/{MANIFEST}"


def object_key(digest: Digest, path: str) -> str:
    """Where the file ``path`` of a release lies: by its content, so that releases share it."""
    return f"{OBJECTS}{digest.hex}.{extension(path)}"


def release_of(key: str) -> str:
    """The id of the release whose bundle or manifest lies at ``key``, "" when neither does."""
    release, _, file = key.removeprefix(RELEASES).partition("/")
    ours = key.startswith(RELEASES) and file in (BUNDLE, MANIFEST) and _RELEASE_ID.fullmatch(release)
    return release if ours else ""


def is_object(key: str) -> bool:
    """Whether ``key`` has the form of ``object_key``. What else lies in that folder is somebody else's."""
    return bool(named_digest(key))


def named_digest(key: str) -> str:
    """What the content of an object hashes to by its key, as hexadecimal digits; "" for another key."""
    digest, dot, _ = key.removeprefix(OBJECTS).partition(".")
    return digest if key.startswith(OBJECTS) and dot and _RELEASE_ID.fullmatch(digest) else ""


def is_typical(key: str) -> bool:
    """Whether an object has a suffix that this product writes.

    A file of a release may have any; but what has another and is in no release is only ours if it holds what
    its key says: somebody else may keep files there by digests of another kind.
    """
    return extension(key) in MEDIA_TYPES


def extension(path: str) -> str:
    """The last suffix of ``path``, without its dot."""
    return path.rpartition(".")[2]


def longest(key: str) -> int:
    """How many bytes the object at ``key`` may have: nobody writes more of it, or takes more."""
    return _LONGEST_BUNDLE if key.rpartition("/")[2] == BUNDLE else _LONGEST


def too_long(key: str, size: int) -> str:
    """What to say of an object at ``key`` that has more bytes than that."""
    return f"it has {size:,} bytes, more than the {longest(key):,} bytes of anything that belongs there"


def media_type(key: str) -> str:
    """The Content-Type that a key is stored with."""
    return MEDIA_TYPES.get(extension(key), "application/octet-stream")
