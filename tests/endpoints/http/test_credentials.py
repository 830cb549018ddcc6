"""Where a request carries its token."""

from __future__ import annotations

import pytest

from voice_server.endpoints.http.credentials import accepted_subprotocol, carried_tokens


@pytest.mark.parametrize(
    ("headers", "query", "protocols"),
    [
        ({b"authorization": "Bearer a b"}, "", ()),
        ({b"authorization": "Token a b"}, "", ()),
        ({b"x-api-key": "a b"}, "", ()),
        ({b"xi-api-key": "a b"}, "", ()),
        ({}, "x=1&token=a+b&y=2", ()),
        ({}, "api_key=a%20b", ()),
        ({}, "access_token=a+b", ()),
        ({}, "xi-api-key=a+b", ()),
        ({}, "single_use_token=a+b", ()),
        ({}, "", ("token", "a b")),
        ({}, "", ("bearer", "a b")),
        ({}, "", ("voice-server", "token.612062")),
    ],
)
def test_each_way_is_read(headers: dict[bytes, str], query: str, protocols: tuple[str, ...]) -> None:
    assert list(carried_tokens(headers, query, protocols)) == ["a b"]


@pytest.mark.parametrize(
    ("headers", "query", "protocols"),
    [
        ({b"authorization": "Basic a"}, "", ()),
        ({}, "my_token=a", ()),
        ({}, "", ("token",)),
        ({}, "", ("token.zz",)),
        ({}, "", ("chat", "a")),
        ({}, "", ()),
    ],
)
def test_nothing_else_is(headers: dict[bytes, str], query: str, protocols: tuple[str, ...]) -> None:
    assert not list(carried_tokens(headers, query, protocols))


@pytest.mark.parametrize(
    ("offered", "accepted"),
    [
        (("voice-server", "token.61"), "voice-server"),
        (("token", "k"), "token"),
        (("bearer", "k"), "bearer"),
        (("chat",), None),
        ((), None),
    ],
)
def test_the_sub_protocol_that_is_accepted(offered: tuple[str, ...], accepted: str | None) -> None:
    assert accepted_subprotocol(offered) == accepted
