"""Files that are served as they are."""

from __future__ import annotations

import os

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class RevalidatedFiles(StaticFiles):
    """Our own files: kept by the browser, but asked about each time, since they come without a version."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file, or 304 when the browser's copy is still right."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        return response


class StandInFiles(RevalidatedFiles):
    """Images for the mail, whose sandboxed page counts as another origin and must get them all the same."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file with leave to be shown by pages of other origins."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response
