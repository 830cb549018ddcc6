"""One HTTP request to a server, with the standard library only: `say` must start fast, and `status` too."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

from voice_server.commands.shared.click_options import TOKEN_VARIABLE
from voice_server.commands.shared.server_registration import RunningServer
from voice_server.errors import Busy, ConfigError, RequestError, VoiceServerError

_RESPONSE_TIMEOUT_S = 30.0
_SHUTTING_DOWN = "draining"


class Unreachable(VoiceServerError):
    """No server listens at the address."""

    code = "unreachable"


@contextmanager
def open_response(
    server: RunningServer,
    method: str,
    path: str,
    fields: Mapping[str, object] | None = None,
    *,
    timeout_s: float | None = _RESPONSE_TIMEOUT_S,
    accepts: Collection[int] = (),
) -> Iterator[http.client.HTTPResponse]:
    """The response to a request with `fields` as its JSON body; the response's body is still to be read.

    No read may take longer than `timeout_s`. Raises Unreachable, Busy, RequestError for a status of 4xx, else
    VoiceServerError; but nothing for a status in `accepts`.
    """
    host, port = _address_of(server.url)
    body = None if fields is None else json.dumps(fields).encode()
    with closing(http.client.HTTPConnection(host, port, timeout=timeout_s)) as connection:
        try:
            connection.request(method, path, body, _headers(server))
            response = connection.getresponse()
        except OSError as error:
            raise Unreachable(f"no server answers at {server.url}: {error.strerror or error}") from None
        except http.client.HTTPException:
            raise _not_a_voice_server(server) from None
        with response:  # after `Connection: close` the response, not the connection, owns the socket
            if response.status >= http.client.BAD_REQUEST and response.status not in accepts:
                raise _error_of(response, server)
            yield response


def request_json(
    server: RunningServer,
    method: str,
    path: str,
    fields: Mapping[str, object] | None = None,
    *,
    accepts: Collection[int] = (),
) -> Any:
    """The JSON of the response to a request. Raises what `open_response` raises."""
    with open_response(server, method, path, fields, accepts=accepts) as response:
        try:
            return json.loads(response.read())
        except (ValueError, OSError, http.client.HTTPException):
            raise _not_a_voice_server(server) from None


def health_of(server: RunningServer) -> dict[str, Any]:
    """What a server says of itself, be it well or not.

    Raises what `open_response` raises, and VoiceServerError where what answers is none.
    """
    health = request_json(server, "GET", "/health", accepts={http.client.SERVICE_UNAVAILABLE})
    if not isinstance(health, dict) or not isinstance(health.get("backends"), dict):
        raise _not_a_voice_server(server)
    return health


def is_shutting_down(server: RunningServer) -> bool:
    """Whether a server accepts no new work, or cannot be reached at all."""
    try:
        with open_response(server, "GET", "/health"):
            return False
    except Unreachable:
        return True
    except VoiceServerError as error:
        return error.code == _SHUTTING_DOWN


def _headers(server: RunningServer) -> dict[str, str]:
    headers = {"Content-Type": "application/json"}
    if token := server.token or os.environ.get(TOKEN_VARIABLE):
        headers["Authorization"] = f"Bearer {token}"
    return headers


def _address_of(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        if parts.scheme == "http" and parts.hostname is not None:
            return parts.hostname, parts.port or 80
    except ValueError:  # an invalid port or IPv6 address
        pass
    raise ConfigError(f"the address of a server looks like http://localhost:8000, not {url!r}")


def _error_of(response: http.client.HTTPResponse, server: RunningServer) -> VoiceServerError:
    try:
        body = json.loads(response.read())
        if body.get("status") == _SHUTTING_DOWN:  # of /health
            return VoiceServerError("the server is going down", code=_SHUTTING_DOWN)
        message, code = str(body["error"]), str(body["code"])
    except (ValueError, KeyError, AttributeError, OSError, http.client.HTTPException):
        return _not_a_voice_server(server, response.status)
    if response.status == http.client.SERVICE_UNAVAILABLE and code == Busy.code:
        return Busy(message)
    kind = VoiceServerError if response.status >= http.client.INTERNAL_SERVER_ERROR else RequestError
    return kind(message, code=code)


def _not_a_voice_server(server: RunningServer, status: int | None = None) -> VoiceServerError:
    with_status = "" if status is None else f", with status {status},"
    return VoiceServerError(f"what answers at {server.url}{with_status} is no voice-server", code="refused")
