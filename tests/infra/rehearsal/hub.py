"""GitHub as the jobs meet it: runs, pull requests and comments by its API, attestations, and Slack beside it.

A call is answered only if the token of the job that asks has the right for it.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from tests.infra.rehearsal.runs import MAIN, Run

_RUN: Final = re.compile(r"/actions/runs/(\d+)")
_RUNS: Final = re.compile(r"/actions/workflows/([\w.-]+)/runs")
_COMMENTS: Final = re.compile(r"/issues/(\d+)/comments")
_COMMENT: Final = re.compile(r"/issues/comments/(\d+)")


class Hub:
    """A repository on GitHub. ``notices`` are the texts that Slack took; none while ``slack_is_down``."""

    def __init__(self, repository: str, home: Path) -> None:
        self.repository = repository
        self.notices: list[str] = []
        self.slack_is_down = False
        self.refused_notices = 0
        self.runs: dict[int, dict[str, Any]] = {}
        self.pulls: list[dict[str, Any]] = []
        self.comments: dict[int, dict[str, Any]] = {}
        self._attestations = home / "attestations"
        self._programs = home / "bin"
        self._tags = home / "tags.json"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()

    def announce(self, run: Run) -> None:
        """Let it be asked for ``run``, which has ended."""
        owner, _, name = self.repository.partition("/")
        head = f"somebody/{name}" if run.event.fork else self.repository
        self.runs[run.number] = {
            "id": run.number,
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "path": f".github/workflows/{run.event.file}",
            "head_branch": run.event.ref.removeprefix("refs/heads/"),
            "head_sha": run.event.payload.get("head_sha", run.event.commit),
            "event": run.event.name,
            "status": "completed",
            "conclusion": run.conclusion,
            "repository": {"full_name": self.repository},
            "head_repository": {"full_name": head, "owner": {"login": head.partition("/")[0] or owner}},
        }

    def attest(self, digests: Mapping[str, str], claims: Mapping[str, str]) -> None:
        """Keep who vouched for what."""
        self._attestations.mkdir(parents=True, exist_ok=True)
        for digest in digests.values():
            (self._attestations / f"{digest}.json").write_text(json.dumps(dict(claims)), encoding="utf-8")

    def programs(self) -> Path:
        """A folder with a ``gh`` and a ``docker`` that know what is kept here, for the PATH of the steps."""
        self._programs.mkdir(parents=True, exist_ok=True)
        for name, kept in (("gh", self._attestations), ("docker", self._tags)):
            program = self._programs / name
            words = [sys.executable, str(Path(__file__).with_name(f"{name}.py")), str(kept)]
            program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
            program.chmod(0o755)
        return self._programs

    def tags(self) -> dict[str, str]:
        """The tags of its registry, each to the image that it is given to."""
        found: dict[str, str] = json.loads(self._tags.read_text("utf-8")) if self._tags.is_file() else {}
        return found

    def answer(self, method: str, address: str, token: str, body: Any) -> tuple[int, Any]:
        """Status and body of the answer."""
        if address == "/slack":
            if self.slack_is_down:
                self.refused_notices += 1
                return 503, {}
            self.notices.append(body["text"])
            return 200, {}
        path = urlsplit(address).path.removeprefix(f"/repos/{self.repository}")
        rights = dict(entry.split("=") for entry in token.split(",") if "=" in entry)
        wanted = _right(method, path)
        if wanted is None:
            return 404, {"message": "Not Found"}
        name, right = wanted
        if rights.get(name) not in ("write", right):
            return 403, {"message": f"Resource not accessible by integration: {name}: {right}"}
        first = parse_qs(urlsplit(address).query).get("page", ["1"]) == ["1"]
        return self._allowed(method, path, body, first=first)

    def _allowed(self, method: str, path: str, body: Any, *, first: bool) -> tuple[int, Any]:
        if found := _RUN.fullmatch(path):
            run = self.runs.get(int(found[1]))
            return (200, run) if run else (404, {"message": "Not Found"})
        if found := _RUNS.fullmatch(path):
            file = f".github/workflows/{found[1]}"
            runs = [run for _, run in sorted(self.runs.items(), reverse=True) if run["path"] == file]
            return 200, {"total_count": len(runs), "workflow_runs": runs}
        if path == "/pulls":
            return 200, self.pulls
        if found := _COMMENT.fullmatch(path):
            self.comments[int(found[1])]["body"] = body["body"]
            return 200, {}
        if method == "GET":
            return 200, list(self.comments.values()) if first else []
        number = len(self.comments) + 1
        self.comments[number] = {"id": number, "user": {"type": "Bot"}, "body": body["body"]}
        return 201, {}


def _right(method: str, path: str) -> tuple[str, str] | None:
    """The right that a call takes; None for one that is not known here."""
    if method == "GET" and (_RUN.fullmatch(path) or _RUNS.fullmatch(path)):
        return ("actions", "read")
    if method == "GET" and path == "/pulls":
        return ("pull-requests", "read")
    if _COMMENTS.fullmatch(path) and method in {"GET", "POST"}:
        return ("pull-requests", "read" if method == "GET" else "write")
    if _COMMENT.fullmatch(path) and method == "PATCH":
        return ("pull-requests", "write")
    return None


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, answer = hub.answer(self.command, self.path, token, json.loads(data) if data else None)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PATCH = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler


__all__ = ["MAIN", "Hub"]
