"""Calls an application in memory, one request at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from fastapi import FastAPI

ORIGIN = "http://127.0.0.1:8025"
PAGES = (
    "/",
    "/templates/mails/greeting",
    "/stage/mails/greeting",
    "/matrix/mails/greeting",
    "/templates/nothing",
    "/docs",
)
"""Pages of our own over the small set, one of a template that there is not among them."""
A_BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Caller:
    """A client without a network; its lifespan is not run, so nothing is watched."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            # A defect becomes the 500 that a user would see, so that a test can assert that there is none.
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                return await client.request(method, path, **options)

        # In a thread of its own: a browser that is at work has an event loop running in this one.
        with ThreadPoolExecutor(1) as own:
            return own.submit(lambda: asyncio.run(send())).result()

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def render(self, name: str, body: object) -> httpx.Response:
        return self.post(f"/api/templates/{name}/render", json=body)


async def in_chunks(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    """A body of unannounced length."""
    for chunk in chunks:
        yield chunk
