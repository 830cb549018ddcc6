"""A user of `say` whose only loudspeaker is recorded."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.saying import Home, home
from tests.playback.sound_server import MISSING, Recording, recording, sound_server, stripped

WAV_HEAD_BYTES = 44
NEEDS_A_SOUND_SERVER = pytest.mark.skipif(
    bool(MISSING), reason=f"needs {', '.join(MISSING)} to hear what is played"
)


@dataclass(frozen=True)
class Listener:
    """A user, and the sound server that plays what is spoken to them."""

    user: Home
    pulse: dict[str, str]

    def recording(self) -> AbstractContextManager[Recording]:
        """Record what is heard within the block."""
        return recording(self.pulse)

    def rendered(self, text: str, *arguments: str) -> array[int]:
        """The samples of a text, without the silence around it."""
        path = self.user.folder / "rendered.wav"
        self.user.say("--output", str(path), *arguments, text)
        return stripped(array("h", path.read_bytes()[WAV_HEAD_BYTES:]))


@contextmanager
def listening(folder: Path) -> Iterator[Listener]:
    """A sound server, and a user whose server with espeak and a player has started."""
    with (
        sound_server(folder) as pulse,
        home(folder, default="espeak", variables=pulse | {"VOICE_SERVER_DEVICE": ""}) as user,
    ):
        user.say("--volume", "100")
        yield Listener(user, pulse)
