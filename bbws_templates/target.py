"""Where releases live: ``s3://bucket/prefix`` or ``file:///directory``."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bbws_templates.faults import TargetError
from bbws_templates.record import record

if TYPE_CHECKING:
    from pathlib import Path

# Compiled on first use, as in ``contract.formats``.
_BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_FORMS = "Write s3://bucket, s3://bucket/prefix or file:///directory"
_PREFIX = r"[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*"


@record(frozen=True)
class BucketTarget:
    """A bucket, or a part of one: ``prefix`` is "" or ends with a slash.

    ``region`` and ``profile`` (of the AWS settings) are "" where the environment decides. ``unconditional``
    says that the server does not heed the conditions of writes; readers need not care.
    """

    bucket: str
    prefix: str = ""
    region: str = ""
    profile: str = ""
    unconditional: bool = False

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


@record(frozen=True)
class DirectoryTarget:
    """A directory on this machine."""

    path: Path

    def __str__(self) -> str:
        return self.path.as_uri()


Target = BucketTarget | DirectoryTarget


def parse_target(url: str, *, region: str = "", profile: str = "") -> Target:
    """The place that ``url`` names.

    Raises:
        TargetError: another scheme, a name S3 does not allow, a relative directory, a prefix with ``..``; or
            no text at all, but a path say.
    """
    given: object = url
    if not isinstance(given, str):
        is_path = isinstance(given, os.PathLike)
        raise TargetError(
            f"A target is text, and not a value of type {type(given).__name__}.",
            remedy=f"{_FORMS}{', which of a path is path.resolve().as_uri()' if is_path else ''}.",
        )
    url = str.__str__(url)  # of an enumeration, which prints its own
    scheme, _, rest = url.partition("://")
    place, _, path = rest.partition("/")
    if scheme == "s3":
        prefix = path.strip("/")
        if not re.fullmatch(_BUCKET, place):
            raise TargetError(f"'{place}' in {url} is not the name of a bucket.")
        if prefix and (not re.fullmatch(_PREFIX, prefix) or {".", ".."} & set(prefix.split("/"))):
            raise TargetError(
                f"'{prefix}' in {url} is not a usable prefix.",
                remedy="Use letters, digits, '-', '_' and '/', without '.' and '..' as a part.",
            )
        return BucketTarget(place, f"{prefix}/" if prefix else "", region, profile)
    if scheme == "file" and place in ("", "localhost") and path and ".." not in re.split(r"[/\\]", path):
        file = _file(f"/{path}")
        if "\0" not in str(file):  # which no system has in the name of a file
            return DirectoryTarget(file)
    raise TargetError(f"'{url}' is not a target.", remedy=f"{_FORMS}.")


def _file(path: str) -> Path:
    # Imported here, as a Lambda that reads from S3 need not wait for it.
    from pathlib import Path

    return Path(local_path(path_of(path), windows=os.name == "nt"))


def path_of(encoded: str) -> str:
    """The path that stands in a ``file:`` URL; a byte that is no UTF-8 is that byte, as in a name on disk."""
    from urllib.parse import unquote

    return unquote(encoded, errors="surrogateescape")


def local_path(path: str, *, windows: bool) -> str:
    """The path of a ``file:`` URL as the system writes it: ``/C:/releases`` is ``C:/releases`` on Windows.

    Source: RFC 8089, appendix E.2.
    """
    return path[1:] if windows and re.match(r"/[A-Za-z]:(/|$)", path) else path


def target_from_environment(environment: Mapping[str, str] | None = None) -> Target:
    """The bucket of ``TEMPLATE_BUCKET_NAME``, else ``bbws-templates-`` with ``ENVIRONMENT``.

    ``AWS_REGION`` is its region, so that an operator can point both at the replica during a failover.

    Raises:
        TargetError: neither variable is set, or not to what can be the name of a bucket, or a part of it.
    """
    variables = os.environ if environment is None else environment
    bucket = variables.get("TEMPLATE_BUCKET_NAME", "")
    stage = variables.get("ENVIRONMENT", "")
    if not bucket and stage:
        bucket = f"bbws-templates-{stage}"
        if not re.fullmatch(_BUCKET, bucket):  # with a slash it would be another bucket, and a prefix in it
            raise TargetError(
                f"ENVIRONMENT is '{stage}', and {bucket} is not the name of a bucket.",
                remedy="Set it to dev, sit or prod, or TEMPLATE_BUCKET_NAME to the bucket.",
            )
    if not bucket:
        raise TargetError(
            "It is not said where the templates are.",
            remedy="Set TEMPLATE_BUCKET_NAME, or ENVIRONMENT to dev, sit or prod.",
        )
    url = bucket if "://" in bucket else f"s3://{bucket}"
    return parse_target(url, region=variables.get("AWS_REGION", ""))
