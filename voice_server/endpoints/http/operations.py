"""`Operation`: one method of one route, with what it takes and answers.

Routes and the OpenAPI document are both made from these, so that they always agree.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[ASGIApp]]
Takes = Literal["nothing", "query", "json", "any"]

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What one method of one path does.

    `fields` is the Struct of the request; `takes` says where it comes from: the query, a JSON body, or any of
    query, form and JSON. `query` are further parameters of the URL, with a sentence each. `answers` maps the
    media types of a 200 to a Struct, a tuple of those that it may be, or None for what is no JSON; with
    `has_parts` the header `Range` chooses a part of it; `refusals` are the other statuses there may be.
    """

    method: Literal["GET", "POST", "DELETE"]
    path: str
    endpoint: Endpoint
    summary: str
    tag: str
    fields: object = None
    takes: Takes = "nothing"
    query: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, object] = field(default_factory=dict)
    has_parts: bool = False
    refusals: tuple[int, ...] = ()


SPEAKING_REFUSALS = (400, 413, 415, 422, 503)
"""The statuses beside 200 of every route that speaks."""


def routes_of(operations: Iterable[Operation]) -> list[BaseRoute]:
    """One route a path; a method that none of its operations has is answered with 405 and an Allow header."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for each in operations:
        by_path.setdefault(each.path, {})[each.method] = each.endpoint
    return [Route(path, _Methods(endpoints)) for path, endpoints in by_path.items()]


class _Methods:
    """An ASGI application that chooses the endpoint by method; HEAD is GET without its body."""

    def __init__(self, endpoints: Mapping[str, Endpoint]) -> None:
        self._endpoints = dict(endpoints)
        if "GET" in endpoints:
            self._endpoints["HEAD"] = endpoints["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        endpoint = self._endpoints.get(request.method)
        if endpoint is None:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(self._endpoints))})
        answer = await endpoint(request)
        await answer(scope, receive, send)
