"""What lies in the bucket: the templates of the active release, as released byte for byte, and nothing else.

Which templates those are is the release's to say; here stands no list of them. A publish leaves the stable
keys of a template that the next release no longer has, and a prune takes them, so those of every release that
was active and is still kept may lie there too (``stable_keys``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from app.publishing.activation import stable_files
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.errors import ConflictError
from app.publishing.history import activations
from app.publishing.probe import BODY
from app.publishing.verification import verify
from bbws_templates.bundle import parse_bundle
from bbws_templates.faults import DamagedReleaseError, MissingBucketError, StrangeAnswerError
from bbws_templates.faults import DeniedError as StoreDeniedError
from bbws_templates.layout import POINTER, bundle_key, release_of
from bbws_templates.pointer import Pointer, parse_pointer
from bbws_templates.target import BucketTarget
from infra.design import REGION
from infra.verify.aws import AbsentError, Account, DeniedError, UnansweredError
from infra.verify.checks import Question, Subject
from infra.verify.compare import words

SMALLEST: Final = 500
LARGEST: Final = 102_400
"""Gmail cuts a mail off after 102 kB; a template is smaller than the mail it makes."""

MEDIA_TYPES: Final = {".html": "text/html", ".txt": "text/plain"}
PUBLISHED: Final = re.compile(
    r"current\.json|\.probe\.txt"
    r"|releases/[0-9a-f]{64}/(bundle|manifest)\.json"
    r"|objects/[0-9a-f]{64}\.(html|txt|json)"
    r"|history/\d{8}-\d{8}-[0-9a-f]{16}\.json"
)
_PROBE: Final = ".probe.txt"
_UNTOUCHED: Final = "as publishers write it"
_KEPT: Final = ("releases/", "objects/")
"""What never changes under its key, and so may be kept by whoever reads it."""
_TYPES: Final = {
    **{suffix: f"{kind};charset=utf-8" for suffix, kind in MEDIA_TYPES.items()},
    ".json": "application/json",
}
_AT_A_TIME: Final = 8
_STORED: Final = {"CacheControl": "no-cache", "ServerSideEncryption": "AES256"}
"""What a publish says of a template beside its type; another key would keep the Lambdas from reading it."""
_HEADERS: Final = (
    *_STORED,
    "SSEKMSKeyId",
    "Expires",
    "ContentType",
    "ContentEncoding",
    "ContentLanguage",
    "ContentDisposition",
    "WebsiteRedirectLocation",
    "Metadata",
    "TagCount",
)
_MEND: Final = "bbws-templates publish --to {} --repair; what nobody published, remove by hand"


def template_questions(account: Account) -> Iterator[Question]:
    """Each template with its text part, every byte of every release, and no unexpected object."""
    environment = account.environment
    mend = _MEND.format(environment.name)
    subject = Subject("templates", environment.bucket, "templates")
    yield subject.question("templates of the active release", {}, partial(_sizes, account), remedy=mend)
    yield subject.question("headers of the templates", {}, partial(_stable_headers, account), remedy=mend)
    yield subject.question("objects that nobody published", [], partial(_foreign, account), remedy=mend)
    yield subject.question("headers of the releases", {}, partial(_releases, account), remedy=mend)
    yield subject.question("class of the objects", {}, partial(_classes, account), remedy=mend)
    yield subject.question("content, by its digests", {}, partial(_discrepancies, account), remedy=mend)
    yield subject.question(
        "what publishers try writes on",
        _UNTOUCHED,
        partial(_tried_on, account),
        absent=_UNTOUCHED,
        remedy=mend,
    )
    yield subject.question("a release is active", True, partial(_active, account), remedy=mend)


def _listed(account: Account) -> dict[str, Mapping[str, Any]]:
    listed = account.read("s3.list_objects_v2", Bucket=account.environment.bucket).get("Contents", [])
    return {entry["Key"]: entry for entry in listed}


def _suffix(key: str) -> str:
    return key[key.rindex(".") :]


def stable_keys(account: Account) -> frozenset[str]:
    """The keys that a release has given to templates: the active one, and those before it that are kept."""
    return account.once(("stable keys",), partial(_stable_keys, account))


def _stable_keys(account: Account) -> frozenset[str]:
    pointer = _pointer(account)
    if pointer is None:
        return frozenset()
    with _store_in_words():
        entries = activations(_store(account), pointer, listed=_listed(account))
        once_active = {entry.release for entry in entries}
    kept = sorted(once_active & {release_of(key) for key in _listed(account)})
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return frozenset[str]().union(*pool.map(partial(_keys_of, account), kept))


def _pointer(account: Account) -> Pointer | None:
    """None where there is none that can be read, which other questions say."""
    try:
        return parse_pointer(account.read_body(account.environment.bucket, POINTER))
    except (AbsentError, DamagedReleaseError):
        return None


def _keys_of(account: Account, release: str) -> frozenset[str]:
    """The stable keys of one release; of a damaged one none, as nobody knows them."""
    try:
        body = account.read_body(account.environment.bucket, bundle_key(release))
        return frozenset(stable_files(parse_bundle(body, release=release)))
    except (AbsentError, DamagedReleaseError):
        return frozenset()


def _sizes(account: Account) -> dict[str, str]:
    """Template of the active release to what is wrong with its size; an empty one would mail nothing."""
    pointer, listed = _pointer(account), _listed(account)
    keys = _keys_of(account, pointer.release) if pointer else frozenset()
    if not keys:
        return {POINTER: "no active release that says which templates there are"}
    found = {}
    for key in sorted(keys):
        least = SMALLEST if _suffix(key) == ".html" else 1
        size = listed.get(key, {}).get("Size")
        if size is None:
            found[key] = "not there"
        elif not least <= size <= LARGEST:
            found[key] = f"{size} bytes, which should be {least} to {LARGEST}"
    return found


def _stable_headers(account: Account) -> dict[str, str]:
    keys = stable_keys(account) & _listed(account).keys()
    return other_headers(account, account.environment.bucket, REGION, keys)


def _designed(key: str) -> dict[str, str]:
    """The headers of what a publish writes."""
    kept = {"CacheControl": "public, max-age=31536000, immutable"} if key.startswith(_KEPT) else {}
    return {"ContentType": _TYPES[_suffix(key)], **_STORED, **kept}


def other_headers(account: Account, bucket: str, region: str, keys: Iterable[str]) -> dict[str, str]:
    """Key to its headers where they are others than a publish writes."""
    stable = stable_keys(account)
    written = [key for key in sorted(keys) if key != _PROBE and _is_published(key, stable)]
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        found = pool.map(partial(_headers, account, bucket, region), written)
        return {
            key: words(headers)
            for key, headers in zip(written, found, strict=True)
            if headers != _designed(key)
        }


def _is_published(key: str, stable: Set[str]) -> bool:
    return key in stable or PUBLISHED.fullmatch(key) is not None


def _releases(account: Account) -> dict[str, str]:
    keys = _listed(account).keys() - stable_keys(account)
    return other_headers(account, account.environment.bucket, REGION, keys)


def _headers(account: Account, bucket: str, region: str, key: str) -> dict[str, str]:
    """What a browser or a mail program would be told, and where S3 would send it instead."""
    answer = account.read("s3.head_object", region, Bucket=bucket, Key=key)
    found = {name: str(answer[name]) for name in _HEADERS if answer.get(name)}
    found["ContentType"] = found.get("ContentType", "none").replace(" ", "").lower()
    return found


def _foreign(account: Account) -> list[str]:
    stable = stable_keys(account)
    return sorted(key for key in _listed(account) if not _is_published(key, stable))


def _tried_on(account: Account) -> str:
    """The one object of no release; it is there from the first publish on, and always says the same."""
    body = account.read_body(account.environment.bucket, _PROBE)
    return _UNTOUCHED if body == BODY else f"something else, {len(body)} bytes"


def _classes(account: Account) -> dict[str, str]:
    """Objects that lie in an archive, where no Lambda reads them at once."""
    classes = {key: entry.get("StorageClass", "STANDARD") for key, entry in _listed(account).items()}
    return {key: kind for key, kind in classes.items() if kind != "STANDARD"}


def _discrepancies(account: Account) -> dict[str, str]:
    """Key to what is wrong with it: every release, its files and the stable keys, read and hashed again."""
    with _store_in_words():
        found = verify(Catalogue(_store(account)))
    return {one.key: one.sentence for one in found.discrepancies if not one.is_note}


def _store(account: Account) -> BucketStore:
    return BucketStore(account.client("s3"), BucketTarget(account.environment.bucket, region=REGION))


@contextmanager
def _store_in_words() -> Iterator[None]:
    """The store's own errors, in the words of the report."""
    try:
        yield
    except StoreDeniedError as error:
        raise DeniedError(f"could not be asked: {error.message}") from error
    except MissingBucketError as error:
        raise AbsentError("absent") from error
    except (StrangeAnswerError, ConflictError, DamagedReleaseError) as error:
        raise UnansweredError(f"could not be read: {error.message}") from error


def _active(account: Account) -> bool | str:
    """An empty place holds no wrong byte, and no template either."""
    return "current.json" in _listed(account) or "no pointer: current.json is absent"
