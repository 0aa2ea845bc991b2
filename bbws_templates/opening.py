"""Opens the reader of a target: of a bucket or of a directory, each imported only where it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bbws_templates.target import BucketTarget, Target

if TYPE_CHECKING:
    from bbws_templates.reader import ObjectReader


def open_reader(target: Target, *, timeout: float) -> ObjectReader:
    """A reader of ``target`` that waits no longer than ``timeout`` seconds for any sign of the store.

    One that has a method ``cut`` breaks off with it what is under way, and reads nothing any more.
    """
    if isinstance(target, BucketTarget):
        from bbws_templates.bucket import BucketReader, connect
        from bbws_templates.connections import Connections

        client = connect(target, timeout=timeout, late_credentials=True)
        return BucketReader(client, target, connections=Connections(client))
    from bbws_templates.directory import DirectoryReader

    return DirectoryReader(target.path)
