"""The fonts that pictures are drawn with, for the frame of a mail to be drawn with as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter

from app.browser.fontset import FONTS, metric_twins

router = APIRouter(include_in_schema=False)

FILES_PATH = "/fonts/files"
FILES: Path = FONTS


@router.get("/fonts")
def fonts() -> list[dict[str, Any]]:
    """Each family that has a twin, and the files of that."""
    return [
        {
            "family": twin.family,
            "source": f"{FILES_PATH}/{twin.file}",
            "weight": str(twin.weight),
            "style": "italic" if twin.italic else "normal",
        }
        for twin in metric_twins()
    ]
