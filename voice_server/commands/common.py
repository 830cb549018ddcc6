"""What the commands share: how errors are told, the options for server and voice, a server to talk to."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from voice_server.core.types import JsonObject, OptionValue
from voice_server.errors import ConfigError, RequestError, VoiceServerError

if TYPE_CHECKING:
    from voice_server.config import Config

_USAGE, _FAILED, _INTERRUPTED = 2, 1, 130
TOKEN_VARIABLE = "VOICE_SERVER_TOKEN"  # noqa: S105 - where it is kept
_Function = TypeVar("_Function", bound=Callable[..., Any])


class _OneSentence(click.ClickException):
    """An error as the terminal shows it."""

    def __init__(self, error: VoiceServerError) -> None:
        super().__init__(error.message)
        self.error = error

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """What the program ends with."""
        return _USAGE if isinstance(self.error, ConfigError | RequestError) else _FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"{click.style('error:', fg='red')} {self.message}", file=file or sys.stderr)


def in_one_sentence(error: click.UsageError, path: str) -> click.ClickException:
    """Return click's complaint about the command line of `path` the way all errors are told."""
    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
        return error  # it is a page of help
    complaint = " ".join(error.format_message().split()).rstrip(".")
    return _OneSentence(ConfigError(f"{complaint[0].lower()}{complaint[1:]}; see {path} --help"))


class Command(click.Command):
    """A command whose errors are one sentence and an exit code: 2 for a wrong request, 1 for a failure."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the arguments, and tell what is wrong with them as a sentence."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            path = f"{parent.command_path} {info_name}" if parent is not None else str(info_name)
            raise in_one_sentence(error, path) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and tell a VoiceServerError, also one inside a task group, as a sentence."""
        try:
            return super().invoke(ctx)
        except VoiceServerError as error:
            raise _OneSentence(error) from None
        except BaseExceptionGroup as group:
            for leaf in _leaves(group):
                if isinstance(leaf, VoiceServerError):
                    raise _OneSentence(leaf) from None
            if any(isinstance(leaf, KeyboardInterrupt) for leaf in _leaves(group)):
                ctx.exit(_INTERRUPTED)
            raise
        except KeyboardInterrupt:
            ctx.exit(_INTERRUPTED)


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


@dataclass(frozen=True, slots=True)
class ServerChoice:
    """The server to talk to: one that runs (`url`), or one in this program with these backends."""

    url: str | None = None
    config: str | None = None
    backend: str | None = None
    pool_size: int | None = None
    token: str | None = None

    def wire(self) -> JsonObject:
        """Return what `connect` has to be told; a server in this program speaks with the backend anyway."""
        return {"token": self.token, "backend": self.backend if self.url else None}


@dataclass(frozen=True, slots=True)
class SpeakerChoice:
    """Who speaks, and how."""

    voice: str | None = None
    lang: str | None = None
    opts: dict[str, OptionValue] = field(default_factory=dict)

    def wire(self) -> JsonObject:
        """Return these as configuration keys of the protocol."""
        voice = int(self.voice) if self.voice is not None and self.voice.isdecimal() else self.voice
        return {"voice": voice, "lang": self.lang, "opts": self.opts or None}


def server_options(function: _Function) -> _Function:
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

    return _named_like(wrapped, function)


def speaker_options(function: _Function) -> _Function:
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
        values = options_of(opts) | ({} if speed is None else {"speed": speed})
        return function(speaker=SpeakerChoice(voice, lang, values), **rest)

    return _named_like(wrapped, function)


output_option = click.option(
    "--output", "-o", metavar="FILE", type=click.Path(path_type=Path), help="Write a WAV file; play nothing."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON lines, for programs.")


def _named_like(wrapped: Callable[..., Any], function: _Function) -> _Function:
    wrapped.__name__ = function.__name__
    wrapped.__doc__ = function.__doc__
    wrapped.__click_params__ = [  # type: ignore[attr-defined]
        *getattr(function, "__click_params__", []),
        *wrapped.__click_params__,  # type: ignore[attr-defined]
    ]
    return wrapped  # type: ignore[return-value]


def options_of(pairs: tuple[str, ...]) -> dict[str, OptionValue]:
    """Return `key=value` pairs as options: numbers, true and false as such, anything else as text."""
    return dict(option_of(pair) for pair in pairs)


def option_of(pair: str) -> tuple[str, OptionValue]:
    """Return one `key=value`. Raises ConfigError."""
    key, equals, value = pair.partition("=")
    if not key or not equals:
        raise ConfigError(f"an option is given as KEY=VALUE, for example speed=1.2, not {pair!r}")
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = value
    return key, parsed if isinstance(parsed, bool | int | float | str) else value


@asynccontextmanager
async def reachable_server(choice: ServerChoice) -> AsyncIterator[str]:
    """Yield the base URL of the chosen server; one in this program lives as long as the block."""
    if choice.url is not None:
        yield choice.url
        return
    import asyncio  # noqa: PLC0415 - `say` does without it

    from voice_server.commands.setup import set_up_at_first_use  # noqa: PLC0415
    from voice_server.config import EMBEDDED  # noqa: PLC0415
    from voice_server.server import running_server  # noqa: PLC0415 - only where no server runs already

    config = chosen_config(choice)
    await asyncio.to_thread(set_up_at_first_use, config, config.default_backend)
    if config.backends[config.default_backend].environment != EMBEDDED:
        say(f"starting {config.default_backend} …")
    async with running_server(config) as url:
        yield url


def chosen_config(choice: ServerChoice) -> Config:
    """Return the configuration with only the backend that will speak, and those it falls back on."""
    from voice_server.config import load_config, with_backends  # noqa: PLC0415 - `--help` does not need it

    config = load_config(choice.config, backend=choice.backend, pool_size=choice.pool_size)
    return with_backends(config, [config.default_backend])


def say(message: str) -> None:
    """Tell the person at the terminal something that is no output."""
    click.echo(click.style(message, dim=True), err=True)
