"""The whole gallery as one file to take away: what ``export`` writes, in a zip."""

from __future__ import annotations

import io
import zipfile
from typing import Final

import anyio
import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.publishing.clock import utc_now
from app.web.middleware.gate import refuse_elsewhere
from app.web.pages.static_gallery import gallery_pages
from app.web.problems import Problem
from app.web.services import ServicesDep

router = APIRouter(tags=["previews"])

_MEDIA_TYPE: Final = "application/zip"
_FOLDER: Final = "email-templates"
_MAKERS: Final = anyio.CapacityLimiter(1)
_SAME: Final = (1980, 1, 1, 0, 0, 0)
"""The same sources make the same file."""


@router.get(
    "/export.zip",
    summary="The gallery as files",
    response_class=Response,
    responses={
        200: {"content": {_MEDIA_TYPE: {}}, "description": "Pages that open from a disk."},
        403: {"model": Problem, "description": "A page of another site asks for it."},
    },
)
async def export(request: Request, services: ServicesDep) -> Response:
    """Every mail with every fixture, light and dark, and the findings: what `export` writes."""
    refuse_elsewhere(request.headers)  # every mail is rendered for it

    def make() -> bytes:
        workspace = services.revision.workspace
        report = workspace.check(today=utc_now().date(), memory=services.settings.memory)
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, content in gallery_pages(workspace, report):
                archive.writestr(zipfile.ZipInfo(f"{_FOLDER}/{path}", _SAME), content, zipfile.ZIP_DEFLATED)
        return made.getvalue()

    content = await anyio.to_thread.run_sync(make, limiter=_MAKERS)
    return Response(
        content,
        media_type=_MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{_FOLDER}.zip"'},
    )
