"""Sets up a natural voice where none is: at once where that is wanted, else when a person says so.

Laws. Where a set-up fails the reason is one sentence, and what spoke before speaks on. Nobody is asked before
the sound that the command is for.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from voice_server.commands.shared.natural_question import ask_for_engine
from voice_server.commands.shared.terminal import print_note

if TYPE_CHECKING:
    from voice_server.config import Config
    from voice_server.playback import SoundSink
    from voice_server.provisioning.natural_engines import NaturalEngine

_SILENCE_S = 1.5
"""So long a person waits for a set-up before a voice says that it goes on."""
_ON_ITS_WAY = "One moment. A natural voice is being set up; I speak until it is here."


def engine_to_set_up(config: Config, *, natural: bool | None) -> NaturalEngine | None:
    """The engine to set up without asking; None where one is set up, or nobody wants it to be.

    `natural` is what the command line says, None where it says nothing.
    """
    from voice_server.provisioning.natural_engines import engines_to_offer  # noqa: PLC0415 - loads much

    is_wanted = config.natural_voice == "always" if natural is None else natural
    return next(iter(engines_to_offer(config)), None) if is_wanted else None


def set_up_natural(config: Config, name: str, *, aloud: bool) -> bool:
    """Set up an engine and wait for it; return whether it succeeded, and else print why not.

    With `aloud` the voice that is there says, on the speakers, that it goes on, where it takes long.
    """
    from voice_server.commands.shared.first_use import background_set_ups  # noqa: PLC0415 - loads much
    from voice_server.provisioning.natural_engines import resting_backend  # noqa: PLC0415

    print_note(f"{name} is being set up, which is done once")
    with background_set_ups(config) as set_ups:
        process = set_ups.begin(name)
        succeeded = process.wait(_SILENCE_S)
        if succeeded is None:
            if aloud:
                _announce(config)
            succeeded = process.wait()
    if not succeeded and name != resting_backend(config):
        print_note(f"{resting_backend(config)} speaks in its place")
    return bool(succeeded)


def natural_voice_hint(config: Config) -> str:
    """How a natural voice is set up, with its sizes; "" where there is one, or none is to be had."""
    from voice_server.provisioning.natural_engines import engines_to_offer  # noqa: PLC0415 - loads much

    offered = engines_to_offer(config)
    if not offered or config.natural_voice == "always":
        return ""
    return f"for a natural voice: voice-server setup {offered[0].name} ({offered[0].facts.sizes})"


def default_backend_told(config: Config) -> str:
    """What `default_backend: auto` stands for now, as a sentence; "" where a backend is named."""
    from voice_server.config import AUTO  # noqa: PLC0415 - as above
    from voice_server.provisioning.natural_engines import default_backend  # noqa: PLC0415

    if config.default_backend != AUTO:
        return ""
    told = f"where no backend is named {default_backend(config)} speaks (default_backend: auto)"
    return "; ".join(filter(None, (told, natural_voice_hint(config))))


def offer_natural_voice(config: Config) -> None:
    """Ask the person at the terminal, where there is one, and set up what is chosen."""
    name = ask_for_engine(config)
    if name is not None and set_up_natural(config, name, aloud=False):
        print_note(f"{name} speaks from now on")


def _announce(config: Config) -> None:
    """Have the voice that is there say, on the speakers, that a better one is on its way."""
    from voice_server.playback import LocalSpeaker, NoSpeakers  # noqa: PLC0415 - only where it is heard
    from voice_server.serving.event_loop import run  # noqa: PLC0415

    with suppress(NoSpeakers), LocalSpeaker() as speaker:
        run(_speak(_ON_ITS_WAY, config, speaker))


async def _speak(text: str, config: Config, sink: SoundSink) -> None:
    from voice_server.client_events import Audio  # noqa: PLC0415 - as above
    from voice_server.client_streams import connect  # noqa: PLC0415
    from voice_server.commands.shared.sound_output import play, wait_until_played  # noqa: PLC0415
    from voice_server.config import with_backends  # noqa: PLC0415
    from voice_server.provisioning.natural_engines import resting_backend  # noqa: PLC0415
    from voice_server.serving.composition import running_server  # noqa: PLC0415

    async with (
        running_server(with_backends(config, [resting_backend(config)])) as url,
        connect(url) as stream,
    ):
        await stream.send_text(text)
        await stream.done()
        async for event in stream:
            if isinstance(event, Audio):
                await play(sink, event.pcm)
    await wait_until_played(sink)
