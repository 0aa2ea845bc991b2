"""Files that are served as they are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final

from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_AT_ONCE_BYTES: Final = 1_000_000


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
        asked_whole = scope["method"] == "GET" and not any(name == b"range" for name, _ in scope["headers"])
        if isinstance(response, FileResponse) and asked_whole and stat_result.st_size <= _AT_ONCE_BYTES:
            # In pieces, each by a thread, they take a quarter of all the work that a server has with a page.
            headers = {name: value for name, value in response.headers.items() if name != "content-length"}
            return Response(Path(full_path).read_bytes(), status_code, headers, response.media_type)
        return response


class StandInFiles(RevalidatedFiles):
    """Images for the mail, whose sandboxed page counts as another origin and must get them all the same."""

    headers: ClassVar[Mapping[str, str]] = {
        **RevalidatedFiles.headers,
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
