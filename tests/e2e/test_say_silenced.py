"""The prompts and a loudspeaker: Ctrl-C is heard at once, and what is not interrupted is heard to its end."""

from __future__ import annotations

import subprocess
import time
from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest

from tests.e2e.listening import NEEDS_A_SOUND_SERVER, WAV_HEAD_BYTES, Listener, listening
from tests.e2e.saying import ROOT
from tests.e2e.terminal import CTRL_C, ENTER, terminal
from tests.playback.sound_server import RATE_HZ, matched, stripped
from voice_server.core.audio.mixer import FADE_MS

pytestmark = [
    pytest.mark.realtime,
    NEEDS_A_SOUND_SERVER,
]

LINE = "This is a line that takes rather long to say, " * 6
HEARD_BEYOND_MS = 120
"""Both devices hold at most 60 ms; the rest is the keyboard's way through a machine that may be busy."""
FADE = FADE_MS * RATE_HZ // 1000


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    with listening(tmp_path_factory.mktemp("silenced")) as found:
        yield found


def loudest_step(samples: Sequence[int]) -> int:
    return max(abs(after - before) for before, after in pairwise(samples))


@pytest.mark.parametrize("program", [("say", "--interactive"), ("repl", "--backend", "espeak")])
def test_ctrl_c_is_heard_at_once_and_the_next_session_remembers_the_line(
    listener: Listener, program: Sequence[str]
) -> None:
    user = listener.user
    command = [*user.command()[:-1], *program]
    with terminal(command, user.variables, ROOT) as screen, listener.recording() as heard:
        screen.wait_for("say>")
        screen.type(LINE + ENTER)
        heard.wait_for_sound()
        pressed = time.perf_counter()
        screen.type(CTRL_C)
        heard.wait_for_silence()
        assert screen.leave() == 0
    assert heard.ms_until_silence(pressed) < HEARD_BEYOND_MS
    sounds = heard.sounds()
    assert loudest_step(sounds[-FADE:]) <= loudest_step(listener.rendered(LINE))
    assert abs(sounds[-1]) < 100  # faded, where a cut would end anywhere
    with terminal(command, user.variables, ROOT) as screen, listener.recording() as again:
        screen.wait_for("say>")
        screen.recall("This is a line")
        screen.type(ENTER)
        again.wait_for_sound()
        screen.type(CTRL_C)
        assert screen.leave() == 0


def test_a_program_that_plays_itself_is_heard_to_the_last_sample(
    listener: Listener,
) -> None:
    user = listener.user
    speak = [*user.command()[:-1], "speak", "--backend", "espeak", "This is heard to its last sample."]
    path = user.folder / "speak.wav"

    def run(*more: str) -> None:
        subprocess.run([*speak, *more], env=user.variables, cwd=ROOT, capture_output=True, check=True)

    run("--output", str(path))
    expected = stripped(array("h", path.read_bytes()[WAV_HEAD_BYTES:]))
    with listener.recording() as heard:
        run()
        heard.wait_for_silence()
    assert matched(heard.sounds(), expected)[0] == len(expected)
