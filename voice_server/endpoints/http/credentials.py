"""Where a request or a WebSocket carries its token: in the way of our clients, or of another system's.

All ways lead to the same token, so each is taken at every address.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import unquote_plus

_SCHEMES: Final = ("bearer", "token")
"""Of the header Authorization: ours, OpenAI's and Cartesia's; Deepgram's."""
_HEADERS: Final = (b"x-api-key", b"xi-api-key")
"""Cartesia's, ElevenLabs'."""
_PARAMETERS: Final = ("token", "api_key", "access_token", "xi-api-key", "xi_api_key", "single_use_token")
"""Of the query: ours; Cartesia's two; ElevenLabs'."""
_PROTOCOL: Final = "voice-server"
_TOKEN_PROTOCOL: Final = "token."  # noqa: S105 - what comes before the token, in hexadecimal
_KEY_PROTOCOLS: Final = ("token", "bearer")
"""Deepgram's sub-protocols: the key is the one behind it."""

_DOTS_OF_JWT: Final = 2


def carried_tokens(headers: Mapping[bytes, str], query: str, protocols: Sequence[str]) -> Iterator[str]:
    """Every token that a request carries; header names in small letters."""
    scheme, _, given = headers.get(b"authorization", "").partition(" ")
    if scheme.lower() in _SCHEMES:
        yield given
    yield from (headers[name] for name in _HEADERS if name in headers)
    yield from _of_query(query)
    yield from _of_protocols(protocols)


def is_signed_with(given: str, token: str) -> bool:
    """Whether a JSON web token is valid and was signed with our token as its secret, as LiveKit's are."""
    if given.count(".") != _DOTS_OF_JWT:
        return False
    import jwt  # noqa: PLC0415 - few clients carry one

    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", jwt.InsecureKeyLengthWarning
        )  # how long a token is, its owner decides
        try:
            jwt.decode(given, token, algorithms=["HS256"], options={"verify_aud": False})
        except jwt.InvalidTokenError:
            return False
    return True


def accepted_subprotocol(protocols: Sequence[str]) -> str | None:
    """Which of the sub-protocols that a client offers is accepted: ours, or the one in front of a key."""
    return next((each for each in (_PROTOCOL, *_KEY_PROTOCOLS) if each in protocols), None)


def _of_query(query: str) -> Iterator[str]:
    """Nothing else of a query is read before the token is known."""
    for name in _PARAMETERS:
        _, found, behind = f"&{query}".partition(f"&{name}=")
        if found:
            yield unquote_plus(behind.partition("&")[0])


def _of_protocols(protocols: Sequence[str]) -> Iterator[str]:
    """A browser can set no header of a WebSocket, but sub-protocols."""
    if len(protocols) > 1 and protocols[0] in _KEY_PROTOCOLS:
        yield protocols[1]
    for each in protocols:
        if each.startswith(_TOKEN_PROTOCOL):
            try:
                yield bytes.fromhex(each.removeprefix(_TOKEN_PROTOCOL)).decode()
            except ValueError:
                continue
