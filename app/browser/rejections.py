"""Pictures that were turned down: remembered beside the working copy, for as long as they stay the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from app.browser.errors import BaselineError
from app.browser.writing import write_whole
from bbws_templates.errors import Location
from bbws_templates.files import read_file

REJECTIONS_NAME = "rejections.json"


class Rejection(BaseModel):
    """Who turned a picture down, why and when; ``pixels`` is the picture's digest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pixels: str
    by: str
    why: str
    at: str


_REJECTIONS = TypeAdapter(dict[str, Rejection])


def read_rejections(work: Path) -> Mapping[str, Rejection]:
    """The rejections of the working copy whose folder is ``work``, by snapshot.

    Raises:
        BaselineError: the record cannot be read.
    """
    path = work / REJECTIONS_NAME
    try:
        return _REJECTIONS.validate_json(read_file(path))
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError) as error:
        raise BaselineError(
            "is no record of rejections.", location=Location(str(path)), remedy="Remove the file."
        ) from error


def rejections_stamp(work: Path) -> tuple[int, ...]:
    """Another one when the record is another; () where there is none."""
    try:
        status = (work / REJECTIONS_NAME).stat()
    except OSError:
        return ()
    # Each record is a new file, so that two of the same moment and size still differ.
    return (status.st_ino, status.st_mtime_ns, status.st_size)


def write_rejections(work: Path, rejections: Mapping[str, Rejection]) -> None:
    """Replace the record.

    Raises:
        BaselineError: it cannot be written; the record is as it was.
    """
    write_whole(work / REJECTIONS_NAME, _REJECTIONS.dump_json(dict(rejections), indent=1))
