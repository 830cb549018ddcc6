"""Options that several commands share: the server, the voice, the output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

from voice_server.commands.shared.option_values import parse_options
from voice_server.core.types import JsonObject, OptionValue

TOKEN_VARIABLE = "VOICE_SERVER_TOKEN"  # noqa: S105 - the variable's name
LOG_LEVELS = ("debug", "info", "warning", "error")
_FunctionT = TypeVar("_FunctionT", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class ServerChoice:
    """The server to connect to: one that runs (`url`), or one in this process with these backends."""

    url: str | None = None
    config: str | None = None
    backend: str | None = None
    pool_size: int | None = None
    token: str | None = None

    def connect_arguments(self) -> JsonObject:
        """Return the arguments of `connect`; a server in this process has no other default backend."""
        return {"token": self.token, "backend": self.backend if self.url else None}


@dataclass(frozen=True, slots=True)
class SpeakerChoice:
    """The voice, its language and the backend's options."""

    voice: str | None = None
    lang: str | None = None
    opts: dict[str, OptionValue] = field(default_factory=dict)

    def connect_arguments(self) -> JsonObject:
        """Return the arguments of `connect`: the protocol's configuration keys."""
        voice = int(self.voice) if self.voice is not None and self.voice.isdecimal() else self.voice
        return {"voice": voice, "lang": self.lang, "opts": self.opts or None}


def server_options(function: _FunctionT) -> _FunctionT:
    """Add --url, --token, --config, --backend and --pool-size, given to the function as `server`."""

    @click.option("--url", metavar="URL", help="A running server, for example ws://localhost:8000.")
    @click.option("--config", metavar="FILE", help="The backends.yaml to use.")
    @click.option("--backend", metavar="NAME", help="The backend that speaks.")
    @click.option("--pool-size", metavar="N", type=int, help="How many sentences are rendered at once.")
    @click.option(
        "--token", metavar="TOKEN", envvar=TOKEN_VARIABLE, help="What the server at --url asks for."
    )
    def wrapped(
        url: str | None,
        config: str | None,
        backend: str | None,
        pool_size: int | None,
        token: str | None,
        **rest: Any,
    ) -> Any:
        choice = ServerChoice(url, config, backend, pool_size, token if url else None)
        return function(server=choice, **rest)

    return _with_metadata_of(wrapped, function)


def speaker_options(function: _FunctionT) -> _FunctionT:
    """Add --voice, --lang, --speed and --opt, given to the function as `speaker`."""

    @click.option("--voice", metavar="NAME", help="The voice, by name or number.")
    @click.option("--language", "--lang", "lang", metavar="TAG", help="The language, for example en-gb.")
    @click.option("--speed", metavar="FACTOR", type=float, help="The same as --opt speed=FACTOR.")
    @click.option(
        "--opt", "opts", metavar="KEY=VALUE", multiple=True, help="An option of the backend; repeatable."
    )
    def wrapped(
        voice: str | None, lang: str | None, speed: float | None, opts: tuple[str, ...], **rest: Any
    ) -> Any:
        values = parse_options(opts) | ({} if speed is None else {"speed": speed})
        return function(speaker=SpeakerChoice(voice, lang, values), **rest)

    return _with_metadata_of(wrapped, function)


output_option = click.option(
    "--output", "-o", metavar="FILE", type=click.Path(path_type=Path), help="Write a WAV file; play nothing."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON lines, for programs.")


def _with_metadata_of(wrapped: Callable[..., Any], function: _FunctionT) -> _FunctionT:
    wrapped.__name__ = function.__name__
    wrapped.__doc__ = function.__doc__
    wrapped.__click_params__ = [  # type: ignore[attr-defined]
        *getattr(function, "__click_params__", []),
        *wrapped.__click_params__,  # type: ignore[attr-defined]
    ]
    return wrapped  # type: ignore[return-value]
