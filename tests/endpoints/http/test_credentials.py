"""Where a request carries its token."""

from __future__ import annotations

import time

import jwt
import pytest

from voice_server.endpoints.http.credentials import accepted_subprotocol, carried_tokens, is_signed_with


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


KEY_OF_SERVER = "a-token-of-at-least-thirty-two-bytes"


def signed(secret: str = KEY_OF_SERVER, *, valid_s: float = 60, algorithm: str = "HS256") -> str:
    return jwt.encode({"sub": "agent", "exp": time.time() + valid_s}, secret, algorithm=algorithm)


def test_a_web_token_is_good_while_it_is_valid_and_signed_with_the_token() -> None:
    assert is_signed_with(signed(), KEY_OF_SERVER)
    assert not is_signed_with(signed(valid_s=-60), KEY_OF_SERVER)
    assert not is_signed_with(signed("b" + KEY_OF_SERVER), KEY_OF_SERVER)
    assert not is_signed_with(signed("", algorithm="none"), KEY_OF_SERVER)


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
def test_a_short_token_signs_as_well() -> None:
    assert is_signed_with(signed("short"), "short")


@pytest.mark.parametrize("given", ["", "a", "a.b", "a.b.c", "..", "a.b.c.d", "é.ü.ö"])
def test_what_is_no_web_token_is_refused(given: str) -> None:
    assert not is_signed_with(given, KEY_OF_SERVER)
