"""The same servers and stores as the tests of publishing."""

from __future__ import annotations

from tests.publishing.conftest import aws, bucket, directory, s3_server, store

__all__ = ["aws", "bucket", "directory", "s3_server", "store"]
