"""Where releases live: ``s3://bucket/prefix`` or ``file:///directory``."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bbws_templates.faults import TargetError

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*")


@dataclass(frozen=True)
class BucketTarget:
    """A bucket, or a part of one: ``prefix`` is "" or ends with a slash. ``region`` "" leaves it to AWS."""

    bucket: str
    prefix: str = ""
    region: str = ""

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


@dataclass(frozen=True)
class DirectoryTarget:
    """A directory on this machine."""

    path: Path

    def __str__(self) -> str:
        return self.path.as_uri()


Target = BucketTarget | DirectoryTarget


def parse_target(url: str, *, region: str = "") -> Target:
    """The place that ``url`` names.

    Raises:
        TargetError: another scheme, a name S3 does not allow, a relative directory, a prefix with ``..``.
    """
    parts = urlsplit(url)
    if parts.scheme == "s3":
        prefix = parts.path.strip("/")
        if not _BUCKET.fullmatch(parts.netloc):
            raise TargetError(f"'{parts.netloc}' in {url} is not the name of a bucket.")
        if prefix and (not _PREFIX.fullmatch(prefix) or {".", ".."} & set(prefix.split("/"))):
            raise TargetError(
                f"'{prefix}' in {url} is not a usable prefix.",
                remedy="Use letters, digits, '-', '_' and '/', without '.' and '..' as a part.",
            )
        return BucketTarget(parts.netloc, f"{prefix}/" if prefix else "", region)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        path = Path(unquote(parts.path))
        if path.is_absolute() and ".." not in path.parts:
            return DirectoryTarget(path)
    raise TargetError(
        f"'{url}' is not a target.", remedy="Write s3://bucket, s3://bucket/prefix or file:///directory."
    )


def target_from_environment(environment: Mapping[str, str] | None = None) -> Target:
    """The bucket of ``TEMPLATE_BUCKET_NAME``, else ``bbws-templates-`` with ``ENVIRONMENT``.

    ``AWS_REGION`` is its region, so that an operator can point both at the replica during a failover.

    Raises:
        TargetError: neither variable is set.
    """
    variables = os.environ if environment is None else environment
    bucket = variables.get("TEMPLATE_BUCKET_NAME", "")
    if not bucket and variables.get("ENVIRONMENT"):
        bucket = f"bbws-templates-{variables['ENVIRONMENT']}"
    if not bucket:
        raise TargetError(
            "It is not said where the templates are.",
            remedy="Set TEMPLATE_BUCKET_NAME, or ENVIRONMENT to dev, sit or prod.",
        )
    url = bucket if "://" in bucket else f"s3://{bucket}"
    return parse_target(url, region=variables.get("AWS_REGION", ""))
