"""The OpenAPI description of the API, as it really answers."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from markupsafe import Markup, escape

from app.web.api.documented import GATE, GATE_OF_WRITES
from app.web.problems import PROBLEM_JSON

_SUMMARY = "Email templates: what there is, what the checks say of it, and rendering it."
_DESCRIPTION = (
    "Errors are problem details (RFC 9457) of type `application/problem+json`: besides the standard members "
    "they carry a stable `code`, the `location` in the author's file, a `remedy`, the `nearest` names of an "
    "unknown one, and one entry in `errors` per offence in the data, each with a JSON pointer."
)
TITLE = "bbws-templates"


def product_version() -> str:
    """The version of the installed distribution."""
    return version("bbws-templates")


def prose(text: str) -> Markup:
    """A description as HTML: what stands between backticks is code, everything else is text."""
    pieces = str(escape(text)).split("`")
    return Markup("".join(f"<code>{piece}</code>" if at % 2 else piece for at, piece in enumerate(pieces)))  # noqa: S704  escaped above


def describe(app: FastAPI, *, protected: bool) -> None:
    """Have ``app`` describe its errors by their true media type, and the refusals of its gate.

    ``protected`` tells whether a token is asked for at all: a server that asks for none must not claim to.
    """

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _schema(app, protected)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents


def _schema(app: FastAPI, protected: bool) -> dict[str, Any]:
    schema = get_openapi(
        title=TITLE,
        version=product_version(),
        summary=_SUMMARY,
        description=_DESCRIPTION,
        routes=app.routes,
        separate_input_output_schemas=False,
    )
    schemas = schema["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path in schema["paths"].values():
        for method, operation in path.items():
            _add_refusals(operation["responses"], GATE if method == "get" else GATE_OF_WRITES)
            _correct(operation["responses"])
            if not protected:
                operation.pop("security", None)
                operation["responses"].pop("401", None)
    if not protected:
        schema["components"].pop("securitySchemes", None)
    return schema


def _add_refusals(responses: dict[str, Any], refusals: Mapping[int | str, Mapping[str, Any]]) -> None:
    """What the gate answers before any route is asked; a route's own words for the same status stay."""
    for status, answer in refusals.items():
        schema = {"$ref": f"#/components/schemas/{answer['model'].__name__}"}
        described = {
            "description": answer["description"],
            "content": {"application/json": {"schema": schema}},
        }
        responses.setdefault(str(status), described)


def _correct(responses: dict[str, Any]) -> None:
    for status, response in list(responses.items()):
        content = response.get("content", {})
        media = content.get("application/json") or content.get("text/html")
        if media and media["schema"].get("$ref", "").endswith("/HTTPValidationError"):
            del responses[status]  # what FastAPI assumes of every route with parameters; ours take any text
        elif media and int(status) >= 400:
            response["content"] = {PROBLEM_JSON: media}
            if "text/html" in content:
                response["content"]["text/html"] = {"schema": {"type": "string"}}  # for browsers, a page
