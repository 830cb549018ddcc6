"""Options that several commands share: the server, the voice, the output."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

from voice_server.commands.shared.click_command import variable_of
from voice_server.commands.shared.option_values import parse_options
from voice_server.commands.shared.text_input import known_encoding
from voice_server.core.options import normalize_of
from voice_server.core.types import JsonObject, OptionValue
from voice_server.home.home_folders import HOME_VARIABLE
from voice_server.sound_files.file_formats import FORMAT_OF_SUFFIX

LOG_LEVELS = ("debug", "info", "warning", "error")
TOKEN_VARIABLE = variable_of("--token")
*_ALL_BUT_LAST, _LAST = FORMAT_OF_SUFFIX
_CODE_WORDS = ("announce", "skip", "read")
_SAID_OR_NOT = ("skip", "say")
"""What these options may be, said again: `say` does not wait until the rules of text are loaded."""
_FunctionT = TypeVar("_FunctionT", bound=Callable[..., Any])


class TokenType(click.types.StringParamType):
    """A secret that clients can send: one that is empty is a mistake, and not the wish for none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the token. Raises ConfigError."""
        from voice_server.endpoints.http.access_rules import checked_token  # noqa: PLC0415 - `say` has none

        return checked_token(super().convert(value, param, ctx))


class FiniteRange(click.FloatRange):
    """A number in a range, or any; what is no number, and infinity, which JSON cannot hold, are mistakes."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number. Raises click.UsageError."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        return number


class EncodingType(click.types.StringParamType):
    """The name of an encoding, which is checked whether or not there is anything to decode."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name. Raises ConfigError."""
        return known_encoding(super().convert(value, param, ctx))


class ServerTokenOption(click.Option):
    """The token of a server, for which an empty variable is a mistake too: the server would be open."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """The value of the variable, also where it is empty."""
        return os.environ.get(TOKEN_VARIABLE, super().resolve_envvar_value(ctx))


@dataclass(frozen=True, slots=True)
class ServerChoice:
    """The server to connect to: one that runs (`url`), or one in this process with these backends.

    `natural` says whether a natural voice is set up where there is none; with None a person is asked.
    """

    url: str | None = None
    config: str | None = None
    backend: str | None = None
    pool_size: int | None = None
    token: str | None = None
    natural: bool | None = None

    def connect_arguments(self) -> JsonObject:
        """Return the arguments of `connect`; a server in this process has no other default backend."""
        return {"token": self.token, "backend": self.backend if self.url else None}


@dataclass(frozen=True, slots=True)
class SpeakerChoice:
    """The voice, its language, the backend's options, and `reading`: what is said of a text, where asked."""

    voice: str | None = None
    lang: str | None = None
    opts: dict[str, OptionValue] = field(default_factory=dict)
    reading: JsonObject = field(default_factory=dict)

    def connect_arguments(self) -> JsonObject:
        """Return the arguments of `connect`: the protocol's configuration keys."""
        voice = int(self.voice) if self.voice is not None and self.voice.isdecimal() else self.voice
        return {"voice": voice, "lang": self.lang, "opts": self.opts or None, **self.reading}


def _take_home(_context: click.Context, _option: click.Parameter, folder: str | None) -> None:
    if folder:
        # In the environment, because it holds for the programs that this one starts, too.
        os.environ[HOME_VARIABLE] = str(Path(folder).expanduser().absolute())


home_option = click.option(
    "--home",
    metavar="FOLDER",
    expose_value=False,
    is_eager=True,
    callback=_take_home,
    help="The folder of your configuration, recordings, engines and weights; see voice-server init.",
)

natural_option = click.option(
    "--natural/--no-natural",
    default=None,
    help="Set up a natural voice where there is none, or do not ask whether to.",
)


def server_options(function: _FunctionT) -> _FunctionT:
    """Add --url, --token, --config, --home, --backend, --natural, --pool-size: one argument `server`."""

    @click.option("--url", metavar="URL", help="A running server, for example ws://localhost:8000.")
    @click.option("--config", metavar="FILE", help="The backends.yaml to use.")
    @home_option
    @click.option("--backend", metavar="NAME", help="The backend that speaks.")
    @natural_option
    @click.option("--pool-size", metavar="N", type=int, help="How many sentences are rendered at once.")
    @click.option("--token", metavar="TOKEN", type=TokenType(), help="What the server at --url asks for.")
    def wrapped(
        *,
        url: str | None,
        config: str | None,
        backend: str | None,
        natural: bool | None,
        pool_size: int | None,
        token: str | None,
        **rest: Any,
    ) -> Any:
        choice = ServerChoice(url, config, backend, pool_size, token if url else None, natural)
        return function(server=choice, **rest)

    return _with_metadata_of(wrapped, function)


class NormalizeType(click.types.StringParamType):
    """Whether numbers, signs and so on are put into words, or which kinds of them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return true, false or a list of kinds. Raises RequestError."""
        return normalize_of(super().convert(value, param, ctx))


def reading_options(function: _FunctionT) -> _FunctionT:
    """Add --normalize, --code, --emoji, --citations and --ssml: those given, as the protocol's keys."""

    @click.option("--normalize", metavar="on|off|KIND,…", type=NormalizeType(),
                  help="Put numbers, signs and so on into words (on), or only these kinds: numbers, amounts, "
                       "dates, times, codes, signs, abbreviations, addresses.")  # fmt: skip
    @click.option("--code", type=click.Choice(_CODE_WORDS),
                  help="What is said of blocks of code: that there is one (announce), nothing, "
                       "or the code.")  # fmt: skip
    @click.option("--emoji", type=click.Choice(_SAID_OR_NOT), help="Whether emoji are named (skip).")
    @click.option("--citations", type=click.Choice(_SAID_OR_NOT),
                  help="Whether citations such as [1] and lists of sources are read (skip).")  # fmt: skip
    @click.option("--ssml", is_flag=True, default=None, help="The text is SSML (docs/ssml.md).")
    def wrapped(
        normalize: Any,
        code: str | None,
        emoji: str | None,
        citations: str | None,
        *,
        ssml: bool | None,
        **rest: Any,
    ) -> Any:
        chosen = {
            "normalize": normalize, "code": code, "emoji": emoji, "citations": citations, "ssml": ssml,
        }  # fmt: skip
        reading = {key: value for key, value in chosen.items() if value is not None}
        return function(reading=reading, **rest)

    return _with_metadata_of(wrapped, function)


def speaker_options(function: _FunctionT) -> _FunctionT:
    """Add --voice, --lang, --speed, --opt and what `reading_options` adds, given as `speaker`."""

    @click.option("--voice", metavar="NAME", help="The voice, by name or number.")
    @click.option("--language", "--lang", "lang", metavar="TAG", help="The language, for example en-gb.")
    @click.option(
        "--speed",
        metavar="FACTOR",
        type=FiniteRange(min=0, min_open=True),
        help="The same as --opt speed=FACTOR.",
    )
    @click.option(
        "--opt", "opts", metavar="KEY=VALUE", multiple=True, help="An option of the backend; repeatable."
    )
    @reading_options
    def wrapped(
        voice: str | None,
        lang: str | None,
        speed: float | None,
        opts: tuple[str, ...],
        reading: JsonObject,
        **rest: Any,
    ) -> Any:
        values = parse_options(opts) | ({} if speed is None else {"speed": speed})
        return function(speaker=SpeakerChoice(voice, lang, values, reading), **rest)

    return _with_metadata_of(wrapped, function)


encoding_option = click.option(
    "--encoding",
    metavar="NAME",
    type=EncodingType(),
    help="What a text that is not UTF-8 is encoded in, for example cp1252 or utf-16.",
)


def text_option(*, has_variable: bool = True) -> Callable[[_FunctionT], _FunctionT]:
    """Add --text, which takes a text that begins with a dash too; given to the function as `text`."""
    return click.option(
        "--text",
        metavar="TEXT",
        allow_from_autoenv=has_variable,
        help="The text; --text='- so' begins with a dash.",
    )


def output_option(*, has_variable: bool = True) -> Callable[[_FunctionT], _FunctionT]:
    """Add --output, whose suffix is the format; given to the function as `output`."""
    return click.option(
        "--output",
        "-o",
        metavar="FILE",
        type=click.Path(path_type=Path),
        allow_from_autoenv=has_variable,
        help=f"Save a {', '.join(_ALL_BUT_LAST)} or {_LAST} file and play nothing; WAV without a suffix, "
        "- is standard output.",
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
