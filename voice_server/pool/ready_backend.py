"""What a backend offers, from what its first worker said of it and what its configuration changes."""

from __future__ import annotations

from dataclasses import replace

from voice_server.config import BackendConfig
from voice_server.core.options import complete_options
from voice_server.core.types import ReadyBackend
from voice_server.core.wire.worker_messages import WorkerReady
from voice_server.errors import UnknownName


def configured_backend(name: str, config: BackendConfig, ready: WorkerReady) -> ReadyBackend:
    """Return what the backend offers, with the configuration's options as defaults.

    Raises RequestError when the configuration names an option or a voice that the backend does not have, or
    gives an option a value that it does not allow.
    """
    complete_options(ready.capabilities.options, config.options)
    voices = {voice.id for voice in ready.voices}
    if config.default_voice and config.default_voice not in voices:
        raise UnknownName("voice", config.default_voice, (voice.id for voice in ready.voices))
    options = tuple(
        replace(option, default=config.options.get(option.name, option.default))
        for option in ready.capabilities.options
    )
    return ReadyBackend(
        voices=tuple(
            voice if voice.backend == name else replace(voice, backend=name) for voice in ready.voices
        ),
        sample_rate_hz=ready.sample_rate_hz,
        capabilities=replace(ready.capabilities, options=options),
    )
