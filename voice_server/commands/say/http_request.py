"""One request to a server, in plain HTTP: all that `say` needs, and quick to load."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

from voice_server.commands.shared.click_options import TOKEN_VARIABLE
from voice_server.commands.shared.local_server import RunningServer
from voice_server.errors import Busy, ConfigError, RequestError, VoiceServerError

_ANSWER_S = 30.0
_SERVER_FAULT = 500
_BUSY = 503


class Unreachable(VoiceServerError):
    """Nobody listens at the address of the server."""

    code = "unreachable"


@contextmanager
def asking(
    server: RunningServer,
    method: str,
    path: str,
    fields: Mapping[str, object] | None = None,
    *,
    limit_s: float | None = _ANSWER_S,
) -> Iterator[http.client.HTTPResponse]:
    """The answer to a request, its body still to be read; no part of it may take longer than `limit_s`.

    Raises Unreachable, Busy, RequestError for what the server says is the request's fault, else
    VoiceServerError.
    """
    host, port = _address(server.url)
    headers = {"Content-Type": "application/json"}
    token = server.token or os.environ.get(TOKEN_VARIABLE)
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = None if fields is None else json.dumps(fields).encode()
    with closing(http.client.HTTPConnection(host, port, timeout=limit_s)) as connection:
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
        except OSError as error:
            raise Unreachable(f"no server answers at {server.url}: {error.strerror or error}") from None
        except http.client.HTTPException:
            raise _stranger(server) from None
        with response:  # what a server closes behind its answer is not the connection's to close
            if response.status >= http.client.BAD_REQUEST:
                raise _refusal(response, server)
            yield response


def _address(url: str) -> tuple[str, int]:
    try:
        address = urlsplit(url)
        if address.scheme == "http" and address.hostname is not None:
            return address.hostname, address.port or 80
    except ValueError:  # a port or an IPv6 address that is none
        pass
    raise ConfigError(f"the address of a server looks like http://localhost:8000, not {url!r}")


def _stranger(server: RunningServer, status: int | None = None) -> VoiceServerError:
    what = "" if status is None else f", with status {status},"
    return VoiceServerError(f"what answers at {server.url}{what} is no voice-server", code="refused")


def is_going_down(server: RunningServer) -> bool:
    """Whether a server takes no new work, or is not there at all."""
    try:
        with asking(server, "GET", "/health"):
            return False
    except Unreachable:
        return True
    except VoiceServerError as error:
        return error.code == "draining"


def ask(server: RunningServer, method: str, path: str, fields: Mapping[str, object] | None = None) -> Any:
    """The JSON that a server answers."""
    with asking(server, method, path, fields) as response:
        try:
            return json.loads(response.read())
        except (ValueError, OSError, http.client.HTTPException):
            raise _stranger(server) from None


def _refusal(response: http.client.HTTPResponse, server: RunningServer) -> VoiceServerError:
    try:
        said = json.loads(response.read())
        if said.get("status") == "draining":  # what /health says
            return VoiceServerError("the server is going down", code="draining")
        message, code = str(said["error"]), str(said["code"])
    except (ValueError, KeyError, AttributeError, OSError, http.client.HTTPException):
        return _stranger(server, response.status)
    if response.status == _BUSY and code == Busy.code:
        return Busy(message)
    kind = VoiceServerError if response.status >= _SERVER_FAULT else RequestError
    return kind(message, code=code)
