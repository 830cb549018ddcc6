"""One route a path, which chooses the endpoint by method."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from voice_server.endpoints.http.operations import Operation, routes_of


def saying(text: str) -> Callable[[Request], Awaitable[ASGIApp]]:
    async def endpoint(_request: Request) -> ASGIApp:
        return PlainTextResponse(text)

    return endpoint


BOOKS = (
    Operation(method="GET", path="/books", endpoint=saying("listed"), summary="List", tag="books"),
    Operation(method="POST", path="/books", endpoint=saying("added"), summary="Add", tag="books"),
    Operation(method="DELETE", path="/shelf", endpoint=saying("cleared"), summary="Clear", tag="books"),
)


def ask(method: str, path: str) -> httpx.Response:
    async def main() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=routes_of(BOOKS)))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path)

    return asyncio.run(main())


def test_operations_of_one_path_are_one_route_in_their_order() -> None:
    assert [route.path for route in routes_of(BOOKS) if isinstance(route, Route)] == ["/books", "/shelf"]


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [("GET", "/books", "listed"), ("POST", "/books", "added"), ("DELETE", "/shelf", "cleared")],
)
def test_the_method_chooses_the_endpoint(method: str, path: str, text: str) -> None:
    assert ask(method, path).text == text


def test_head_is_allowed_where_get_is() -> None:
    answer = ask("HEAD", "/books")
    assert (answer.status_code, answer.headers["Content-Length"]) == (200, str(len("listed")))
    assert ask("HEAD", "/shelf").status_code == 405


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("DELETE", "/books", "GET, HEAD, POST"), ("GET", "/shelf", "DELETE")]
)
def test_another_method_is_told_which_there_are(method: str, path: str, allowed: str) -> None:
    answer = ask(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
