"""What the OpenAPI description says of the answers and the parameters that several routes share."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query

from app.web.problems import Problem

Answers = dict[int | str, dict[str, Any]]

NO_SUCH: Answers = {
    404: {"model": Problem, "description": "No such template or fixture; the nearest names are in `nearest`."}
}
UNUSABLE: Answers = {
    422: {"model": Problem, "description": "A file, the template or the data cannot be used; says where."}
}
BODY: Answers = {
    400: {"model": Problem, "description": "The body is not JSON; says the line and column."},
    403: {"model": Problem, "description": "The request comes from a page of another site."},
    413: {"model": Problem, "description": "The body is too large."},
    415: {"model": Problem, "description": "The body is not declared to be JSON."},
}
RELEASE: Answers = {
    409: {"model": Problem, "description": "The release is not intact and is not used."},
    502: {"model": Problem, "description": "The target of the release fails: says what to do."},
}
TOKEN: Answers = {
    401: {"model": Problem, "description": "The token is missing or wrong."},
    403: {"model": Problem, "description": "From another site, or no token is set on an exposed server."},
}
GATE: Answers = {421: {"model": Problem, "description": "The server does not answer to this host name."}}
GATE_OF_WRITES: Answers = {
    **GATE,
    400: {"model": Problem, "description": "The Content-Length is not a number."},
    403: {"model": Problem, "description": "The request comes from a page of another site."},
    413: {"model": Problem, "description": "The body is too large."},
}

Name = Annotated[
    str, Path(description="`category/name`, folders of any depth.", examples=["receipts/receipt"])
]
NAME_READ = {
    "parameters": [
        {
            "name": "name",
            "in": "path",
            "required": True,
            "schema": {
                "type": "string",
                "title": "Name",
                "description": "`category/name`, folders of any depth.",
                "examples": ["receipts/receipt"],
            },
            "description": "`category/name`, folders of any depth.",
        }
    ]
}
"""What `Name` describes, for a route that reads it from its path itself."""

FixtureQuery = Annotated[str, Query(description="A fixture's name; the default one when left out.")]
DraftQuery = Annotated[str, Query(description="The key of edited data, from the `preview` of a rendering.")]
LenientQuery = Annotated[bool, Query(description="Render what is missing as nothing, instead of failing.")]
