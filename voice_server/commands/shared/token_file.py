"""A server's token that lies in a file, where the secrets of containers and of systemd are."""

from __future__ import annotations

from pathlib import Path

from voice_server.commands.shared.os_errors import reason_of
from voice_server.errors import ConfigError

_MAX_BYTES = 4096


def given_token(token: str | None, token_file: str | None) -> str | None:
    """Return the token, of the file where one is named; the line end behind it is no part of it.

    Raises ConfigError where both are given, and for a file that holds no token.
    """
    if token_file is None:
        return token
    if token is not None:
        raise ConfigError("--token and --token-file both say what clients must know; give one of them")
    from voice_server.endpoints.http.access_rules import checked_token  # noqa: PLC0415 - not for `--help`

    return checked_token(_content_of(token_file).removesuffix("\n").removesuffix("\r"))


def _content_of(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) <= _MAX_BYTES:
            return content.decode()
    except OSError as error:
        raise ConfigError(f"--token-file {name!r} cannot be read: {reason_of(error)}") from None
    except UnicodeDecodeError:
        pass
    raise ConfigError(f"--token-file {name!r} holds one line of text, at most {_MAX_BYTES} bytes")
