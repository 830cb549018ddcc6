"""How a client reaches a server: its address in full, the options of a connection, and why there is none."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI

from voice_server.errors import ConfigError, VoiceServerError

DEFAULT_URL = "ws://localhost:8000/stream-tokens"
_PATH = "/stream-tokens"
_OPEN_TIMEOUT_S = 10
_CLOSE_TIMEOUT_S = 2
_MAX_MESSAGE_BYTES = 16 * 1024 * 1024

_library_log = logging.getLogger(__name__)
_library_log.addFilter(
    lambda record: record.levelno > logging.DEBUG
)  # that is where the token would be shown


class NoServer(VoiceServerError):
    """Nothing that speaks this protocol answers at the address."""

    code = "no_server"


def stream_url(url: str) -> str:
    """Complete an address: http becomes ws, and without a path it is `/stream-tokens`."""
    parts = urlsplit(url if "://" in url else f"ws://{url}")
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    path = _PATH if parts.path in ("", "/") else parts.path
    return parts._replace(scheme=scheme, path=path).geturl()


def connection_options(address: str, token: str | None) -> dict[str, Any]:
    """The arguments of the library's `connect`; a proxy of the environment is not for this machine."""
    is_local = urlsplit(address).hostname in ("localhost", "127.0.0.1", "::1")
    return {
        "compression": None,  # PCM does not compress
        "max_size": _MAX_MESSAGE_BYTES,
        "open_timeout": _OPEN_TIMEOUT_S,
        "close_timeout": _CLOSE_TIMEOUT_S,
        "logger": _library_log,
        "proxy": None if is_local else True,
        "additional_headers": {"Authorization": f"Bearer {token}"} if token else None,
    }


@contextmanager
def connection_errors(address: str) -> Iterator[None]:
    """Turn what keeps a connection from being opened into NoServer or ConfigError, with one sentence."""
    shown = re.sub(r"(?i)(?<=[?&]token=)[^&#]+|(?<=://)[^/?#]+(?=@)", "…", address)
    try:
        yield
    except (InvalidURI, ValueError):
        raise ConfigError(f"{shown!r} is no address of a server; it looks like {DEFAULT_URL}") from None
    except InvalidStatus as error:
        status, detail = error.response.status_code, _error_detail(error.response.body)
        raise NoServer(f"the server at {shown} refused the connection (HTTP {status}{detail})") from None
    except (InvalidHandshake, EOFError):
        raise NoServer(f"what answers at {shown} is no voice-server") from None
    except TimeoutError:
        raise NoServer(f"no answer from {shown} within {_OPEN_TIMEOUT_S} s") from None
    except OSError:
        raise NoServer(f"no server at {shown}; start one with: voice-server serve") from None


def _error_detail(body: bytes | bytearray | None) -> str:
    """The server's reason for a refusal: the sentence of its JSON error, or a short text."""
    text = bytes(body or b"").decode(errors="replace").strip()
    try:
        text = json.loads(text)["error"]
    except (ValueError, KeyError, TypeError):
        text = text if len(text) < 200 and "<" not in text else ""
    return f": {text}" if text else ""
