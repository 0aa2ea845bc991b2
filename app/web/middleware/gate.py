"""The outermost layer: which requests are let in at all, and the headers that every answer carries."""

from __future__ import annotations

import html
import json

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.problems import PROBLEM_JSON, HttpError, as_json, has_pages, wants_page
from app.web.settings import ServerSettings

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_MOST_DIGITS = 20

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_EVERY_ANSWER = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "Cache-Control": "no-store",
}
_EVERY_HEADER = tuple(
    (name.lower().encode("ascii"), value.encode("ascii")) for name, value in _EVERY_ANSWER.items()
)


class RequestGate:
    """Refuses foreign host names, cross-site writes and oversized bodies; adds the security headers.

    Sources: the Host header, RFC 9110 section 7.2 (421 is section 15.5.20); Sec-Fetch-Site, W3C Fetch
    Metadata; Content-Security-Policy Level 3.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._settings = settings
        self._max_body = settings.max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, as ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in _EVERY_HEADER if header[0] not in said),
                ]
            await send(message)

        try:
            self._admit(scope["method"], Headers(scope=scope))
        except HttpError as refusal:
            await _answer(scope, refusal)(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)

    def _admit(self, method: str, headers: Headers) -> None:
        host = headers.get("host", "").lower()
        name = host_name(host)
        if not self._settings.answers_to(name):
            known = "an IP address" if self._settings.exposed else "localhost"
            raise HttpError(
                421,
                "unknown-host",
                f"This server does not answer to the name '{name}'.",
                remedy=f"Use {known}, or start the server with --allowed-host and this name.",
            )
        if method not in _SAFE_METHODS and not _same_origin(headers, host):
            raise from_elsewhere()
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            raise HttpError(400, "content-length", "The Content-Length header is not a number.")
        # Of thousands of digits Python makes no number.
        if len(length) > _MOST_DIGITS or int(length) > self._max_body:
            raise too_large(self._max_body)


def host_name(host: str) -> str:
    """A Host header without its port."""
    return host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]


def from_elsewhere() -> HttpError:
    """The refusal of what another site's page asks for."""
    return HttpError(
        403, "cross-site", "The request comes from a page of another site.", remedy="Send it from here."
    )


def refuse_elsewhere(headers: Headers) -> None:
    """Refuse what the page of another site, or of another server on this machine, asks for.

    For what costs something though it only reads: an ``<img>`` or a frame of any page asks without a look at
    the answer. Programs and addresses that a person opens are let in, as for writes.

    Raises:
        HttpError: a browser says that it comes from elsewhere.
    """
    if not _from_here(headers):
        raise from_elsewhere()


def too_large(limit: int) -> HttpError:
    """The refusal of a body of more than ``limit`` bytes.

    It leaves the connection open, so that the server reads and drops what is still coming (for its keep-alive
    time at most). A close would reset the connection before the sender has read why; RFC 9112 section 9.6.
    """
    return HttpError(
        413,
        "body-too-large",
        f"The body has more than {limit:,} bytes.",
        remedy="Send less data: mail clients clip long mails anyway.",
    )


def _same_origin(headers: Headers, host: str) -> bool:
    """Whether a write comes from our own pages or from no browser at all."""
    origin = headers.get("origin")
    own = origin is None or origin.lower() in (f"http://{host}", f"https://{host}")
    return own and _from_here(headers)


def _from_here(headers: Headers) -> bool:
    """What a browser says of it, if it is one; another port of the same host is "same-site" to it."""
    return headers.get("sec-fetch-site", "none") in ("same-origin", "none")


def _answer(scope: Scope, refusal: HttpError) -> Response:
    """The refusal; as a page without our styles, which were refused just the same."""
    problem, path = refusal.problem, scope["path"]
    headers = {**refusal.headers, **({"Vary": "Accept"} if has_pages(path) else {})}
    if not wants_page(path, Headers(scope=scope).get("accept", "")):
        content = json.dumps(as_json(problem, path))
        return Response(content, problem.status, headers, media_type=PROBLEM_JSON)
    page = (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<title>{problem.status} {html.escape(problem.title)}</title>"
        f"<h1>{html.escape(problem.title)}</h1><p>{html.escape(problem.detail)}</p>"
        f"<p>{html.escape(problem.remedy)}</p></html>"
    )
    return Response(page, problem.status, headers, media_type="text/html")
