"""The prompts and a loudspeaker: Ctrl-C is heard at once, and what is not interrupted is heard to its end."""

from __future__ import annotations

import subprocess
import time
from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest

from tests.e2e.saying import ROOT, Home, home
from tests.e2e.terminal import CTRL_C, ENTER, terminal
from tests.playback.sound_server import (
    MISSING,
    RATE_HZ,
    matched,
    recording,
    sound_server,
    stripped,
)
from voice_server.core.audio.mixing import FADE_MS

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)} to hear what is played"),
]

LINE = "This is a line that takes rather long to say, " * 6
HEARD_BEYOND_MS = 120
"""Both devices hold at most 60 ms; the rest is the keyboard's way through a machine that may be busy."""
FADE = FADE_MS * RATE_HZ // 1000
WAV_HEAD_BYTES = 44


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, dict[str, str]]]:
    """A user with a loudspeaker."""
    folder = tmp_path_factory.mktemp("silenced")
    with (
        sound_server(folder) as pulse,
        home(folder, default="espeak", variables=pulse | {"VOICE_SERVER_DEVICE": ""}) as user,
    ):
        user.say("--volume", "100")
        yield user, pulse


def rendered(user: Home) -> array[int]:
    path = user.folder / "line.wav"
    user.say("--output", str(path), LINE)
    return array("h", path.read_bytes()[WAV_HEAD_BYTES:])


def loudest_step(samples: Sequence[int]) -> int:
    return max(abs(after - before) for before, after in pairwise(samples))


@pytest.mark.parametrize("program", [("say", "--interactive"), ("repl", "--backend", "espeak")])
def test_ctrl_c_is_heard_at_once_and_the_next_session_remembers_the_line(
    listener: tuple[Home, dict[str, str]], program: Sequence[str]
) -> None:
    user, pulse = listener
    command = [*user.command()[:-1], *program]
    with terminal(command, user.variables, ROOT) as screen, recording(pulse) as heard:
        screen.wait_for("say>")
        screen.type(LINE + ENTER)
        heard.wait_for_sound()
        pressed = time.perf_counter()
        screen.type(CTRL_C)
        heard.wait_for_silence()
        assert screen.leave() == 0
    assert heard.ms_until_silence(pressed) < HEARD_BEYOND_MS
    sounds = heard.sounds()
    assert loudest_step(sounds[-FADE:]) <= loudest_step(rendered(user))
    assert abs(sounds[-1]) < 100  # faded, where a cut would end anywhere
    with terminal(command, user.variables, ROOT) as screen, recording(pulse) as again:
        screen.wait_for("say>")
        screen.recall("This is a line")
        screen.type(ENTER)
        again.wait_for_sound()
        screen.type(CTRL_C)
        assert screen.leave() == 0


def test_a_program_that_plays_itself_is_heard_to_the_last_sample(
    listener: tuple[Home, dict[str, str]],
) -> None:
    user, pulse = listener
    speak = [*user.command()[:-1], "speak", "--backend", "espeak", "This is heard to its last sample."]
    path = user.folder / "speak.wav"

    def run(*more: str) -> None:
        subprocess.run([*speak, *more], env=user.variables, cwd=ROOT, capture_output=True, check=True)

    run("--output", str(path))
    expected = stripped(array("h", path.read_bytes()[WAV_HEAD_BYTES:]))
    with recording(pulse) as heard:
        run()
        heard.wait_for_silence()
    assert matched(heard.sounds(), expected)[0] == len(expected)
