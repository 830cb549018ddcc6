"""`voice-server say`: speaks a text on this machine's loudspeakers, and returns at once.

Every call waits for what this file imports, so it imports as little as it can.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from voice_server.commands.say import voice_cache
from voice_server.commands.say.playback_control import ControlOptions, PlaybackControl
from voice_server.commands.say.server_handle import ServerHandle
from voice_server.commands.shared.click_command import CliCommand
from voice_server.commands.shared.click_options import (
    LOG_LEVELS,
    FiniteRange,
    encoding_option,
    home_option,
    json_option,
    output_option,
    reading_options,
    text_option,
)
from voice_server.commands.shared.local_server import background_arguments
from voice_server.commands.shared.option_values import parse_options
from voice_server.commands.shared.program_name import as_typed
from voice_server.commands.shared.terminal import print_note
from voice_server.commands.shared.text_input import STANDARD_INPUT, given_text, read_text
from voice_server.core.types import JsonObject
from voice_server.errors import ConfigError

_POLICIES = ("interrupt", "queue", "mix")
_EPILOG = """\b
Examples:
  voice-server say "Hello world"
  voice-server say --voice af_bella --speed 1.2 "Hello world"
  echo "Hello world" | voice-server say --language en-gb
  voice-server say --policy queue "and this comes after it"
  voice-server say --output hello.mp3 "Hello world"
  voice-server say --pause; voice-server say --resume

Exit status:
  0  accepted, or done     1  it failed     2  the request is wrong

Variables:
  VOICE_SERVER_URL     the same as --url
  VOICE_SERVER_TOKEN   what the server at --url asks for
  VOICE_SERVER_CONFIG  the backends.yaml of a server that this starts
  VOICE_SERVER_HOME    the same as --home
  VOICE_SERVER_DEVICE  its first sound device

Files (on Linux):
  $XDG_STATE_HOME/voice-server/log/server.log  the log, 1 MB and three older ones
  $XDG_STATE_HOME/voice-server/say_history     the lines of --interactive
  $XDG_RUNTIME_DIR/voice-server/server.pid     where the server is; readable by you only
"""


class _SayCommand(CliCommand):
    """Prints the epilog of its help without wrapping the lines."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        formatter.write_paragraph()
        for line in as_typed(_EPILOG).splitlines()[1:]:
            formatter.write(f"{line}\n")


@click.command(cls=_SayCommand)
@click.argument("words", nargs=-1, metavar="[TEXT]...")
@text_option(has_variable=False)
@encoding_option
@click.option("--voice", metavar="NAME", shell_complete=voice_cache.complete_voice,
              help="The voice, by name or by its number in --list.")  # fmt: skip
@click.option("--language", "--lang", metavar="TAG", shell_complete=voice_cache.complete_language,
              help="The language, for example en-gb.")  # fmt: skip
@click.option(
    "--speed",
    metavar="FACTOR",
    type=FiniteRange(min=0, min_open=True),
    help="1 is the voice's own pace, 1.2 a fifth faster.",
)
@click.option(
    "--opt", "opts", metavar="KEY=VALUE", multiple=True, help="An option of the backend; repeatable."
)
@reading_options
@click.option("--backend", metavar="NAME", help="The backend that speaks.")
@click.option(
    "--natural/--no-natural",
    default=None,
    help="Set up a natural voice where there is none, or do not ask whether to.",
)
@click.option("--policy", type=click.Choice(_POLICIES),
              help="interrupt ends what this voice says and waits for the others (the default); queue comes "
                   "after everything; mix is heard at once, over whatever else is.")  # fmt: skip
@output_option(has_variable=False)
@click.option(
    "--interactive",
    "-i",
    is_flag=True,
    allow_from_autoenv=False,
    help="Speak every line that is typed; Ctrl-C stops speech.",
)
@click.option("--list", "action", flag_value="list", help="List the voices with their numbers.")
@click.option("--update-voices", "action", flag_value="update",
              help="Look again for recordings, saved mixes and backends; show what is new.")  # fmt: skip
@click.option("--playing", "action", flag_value="playing", help="Show what is heard and what comes next.")
@click.option("--pause", "action", flag_value="pause", help="Fall silent; nothing is lost.")
@click.option("--resume", "action", flag_value="resume", help="Go on where it fell silent.")
@click.option("--skip", "action", flag_value="skip", help="End what is heard now.")
@click.option("--stop", "action", flag_value="stop", help="End everything that is heard or waits.")
@click.option(
    "--volume",
    metavar="PERCENT",
    allow_from_autoenv=False,
    type=click.IntRange(0, 100),
    help="Loudness of all speech.",
)
@click.option(
    "--device",
    metavar="NAME",
    allow_from_autoenv=False,
    help="The sound device to play on; default is the system's choice.",
)
@click.option("--devices", "action", flag_value="devices", help="List the sound devices.")
@click.option("--kill", "action", flag_value="kill", help="End the server that was started to speak.")
@click.option("--all", "kill_all", is_flag=True, allow_from_autoenv=False,
              help="With --kill: also a server that was started by hand.")  # fmt: skip
@click.option("--url", metavar="URL",
              help="Speak on the speakers of another server, for example http://localhost:8000.")  # fmt: skip
@home_option
@click.option("--log-level", type=click.Choice(LOG_LEVELS, case_sensitive=False),
              help="What a server logs that this starts (warning); others keep theirs.")  # fmt: skip
@json_option
def say(
    *,
    words: tuple[str, ...],
    text: str | None,
    encoding: str | None,
    opts: tuple[str, ...],
    output: Path | None,
    interactive: bool,
    action: str | None,
    kill_all: bool,
    volume: int | None,
    device: str | None,
    url: str | None,
    natural: bool | None,
    log_level: str | None,
    as_json: bool,
    reading: JsonObject,
    **speaker: Any,
) -> None:
    """Speak TEXT, or standard input, on this machine's speakers.

    Returns as soon as the text is accepted; the speech goes on. A server in the background does it: one is
    started where none runs, and ends when nobody has used it for a quarter of an hour.
    """
    if kill_all and action != "kill":
        raise ConfigError("--all belongs to --kill")
    arguments = background_arguments(log_level or "warning")
    server = ServerHandle(url, arguments, lambda: print_note("starting the server …"))
    if log_level is not None and server.find() is not None:
        print_note("the server runs already and keeps its log level; --kill --all ends it")
    speaker["options"] = parse_options(opts) or None
    fields = {key: value for key, value in speaker.items() if value is not None} | reading
    if speaker["backend"] is not None:
        server.prepare_backend(speaker["backend"])
    elif natural and url is None and (backend := server.prepare_natural()) is not None:
        fields["backend"] = backend
    control = PlaybackControl(server, as_json=as_json)
    if not control.apply(
        ControlOptions(action, volume, device, kill_all),
        has_text=bool(words) or text is not None or interactive,
    ):
        return
    if interactive:
        from voice_server.commands.say.interactive import speak_lines  # noqa: PLC0415 - loads the prompt

        speak_lines(server, fields, encoding)
        return
    fields["text"] = _input_text(words, text, encoding)
    if output is not None:
        from voice_server.commands.say.save_file import save_speech  # noqa: PLC0415 - only here

        save_speech(server, fields, output)
    else:
        control.speak(fields)
        if natural is None and speaker["backend"] is None and not as_json:
            server.offer_natural_voice()


def _input_text(words: tuple[str, ...], text: str | None, encoding: str | None) -> str:
    """The text that was given, else that of standard input. Raises ConfigError where it is empty."""
    given = given_text(words, text, encoding=encoding)
    if given is not None:
        return given
    if sys.stdin.isatty():
        raise ConfigError('there is nothing to say; try: voice-server say "Hello world"')
    return read_text(STANDARD_INPUT, encoding)
