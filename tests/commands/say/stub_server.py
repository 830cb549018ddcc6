"""A server for the tests of `say`: records the requests, and replies what it was told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """A response; a body that is no bytes is sent as JSON."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def payload(self) -> bytes:
        """The body as it is sent."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(slots=True)
class StubServer:
    """Replies by method and path, of several replies the next one, and the last one for ever."""

    url: str = ""
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    requests: list[tuple[str, Any]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)

    def reply(self, request: str, *replies: Reply) -> None:
        """Reply to a request, such as "GET /voices"."""
        self.replies[request] = list(replies)

    def next_reply(self, request: str) -> Reply:
        """The reply to a request; 404 where there is none."""
        replies = self.replies.get(request, [Reply({"error": f"no {request}", "code": "not_found"}, 404)])
        return replies.pop(0) if len(replies) > 1 else replies[0]


@contextmanager
def stub_server() -> Iterator[StubServer]:
    """Run a stub on a free port in a thread."""
    stub = StubServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._respond(None)

        def do_POST(self) -> None:
            self._respond(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _respond(self, fields: Any) -> None:
            request = f"{self.command} {self.path}"
            stub.requests.append((request, fields))
            stub.tokens.append(self.headers.get("Authorization"))
            reply = stub.next_reply(request)
            self.send_response(reply.status)
            for name, value in ({"Content-Length": str(len(reply.payload))} | dict(reply.headers)).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.payload)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        stub.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield stub
        finally:
            server.shutdown()
            thread.join()
