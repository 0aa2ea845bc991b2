"""Files that are served as they are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import ClassVar

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class RevalidatedFiles(StaticFiles):
    """Our own files: kept by the browser, but asked about each time, since they come without a version."""

    headers: ClassVar[Mapping[str, str]] = {"Cache-Control": "no-cache"}
    """What is said with every file."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file, or 304 when the browser's copy is still right."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(self.headers)
        return response


class StandInFiles(RevalidatedFiles):
    """Images for the mail, whose sandboxed page counts as another origin and must get them all the same."""

    headers: ClassVar[Mapping[str, str]] = {
        **RevalidatedFiles.headers,
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
