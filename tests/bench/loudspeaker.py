"""How soon `say` returns and is heard, and how soon it is silent: `python -m tests.bench.loudspeaker`.

A private PulseAudio with a null sink is the loudspeaker, its monitor is recorded; espeak speaks. The moment
of a sound is the one at which the recorder had it, so that the sound server's own delay is counted. The floor
(loudspeaker_floor.py) is one program that renders and plays by itself; it takes turns with the server.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from tests.bench import loudspeaker_floor, timed_player, timed_server
from tests.e2e.listening import WAV_HEAD_BYTES, Listener, listening
from tests.e2e.saying import ROOT, Home
from tests.playback.sound_server import MISSING, RATE_HZ, matched
from voice_server.playback.player import player_loop

TEXT = "This is a sentence of some length, so that there is something to hear. And here is another one."
RUNS = 10
STAGE_RUNS = 100
"""Many: how far the device is in its period when a sound comes is a matter of chance."""
INTO_S = 0.7
"""How far into the text it is silenced."""


def main() -> None:
    """Measure, and print medians."""
    if MISSING:
        sys.exit(f"needs {', '.join(MISSING)}")
    began = time.perf_counter()
    with listening(Path(tempfile.mkdtemp(prefix="loudspeaker-"))) as listener:
        print(
            f"sound server and the first `say`, which starts the server: {time.perf_counter() - began:.2f} s"
        )
        _measure_say(listener)
        _measure_requests(listener)
        listener.user.say("--kill")
        _measure_stages(listener)


def _measure_say(listener: Listener) -> None:
    user = listener.user
    rendered = listener.rendered(TEXT)
    returned, sounded, lost, silent_ms = [], [], 0, []
    for _ in range(RUNS):
        with listener.recording() as heard:
            began = time.perf_counter()
            user.say(TEXT)
            returned.append(1000 * (time.perf_counter() - began))
            heard.wait_for_sound()
            sounded.append(1000 * (heard.first_sound_at() - began))
            user.wait_until_idle()
            heard.wait_for_silence()
        sounds = heard.sounds()
        n_heard, _ = matched(sounds, rendered)
        lost += len(rendered) - n_heard
        silent_ms.append(1000 * (len(sounds) - len(rendered)) / RATE_HZ)
    _print("`say` returns", returned)
    _print("`say` is heard", sounded)
    whole = sum(ms == 0 for ms in silent_ms)
    print(f"samples lost or changed: {lost} of {RUNS * len(rendered)}; {whole} of {RUNS} runs without a gap")
    print(f"gaps: {[round(ms) for ms in silent_ms]} ms a run")


def _measure_requests(listener: Listener) -> None:
    user = listener.user
    accepted, sounded, silenced = [], [], []
    for _ in range(RUNS):
        with listener.recording() as heard:
            began = time.perf_counter()
            user.ask("POST", "/synthesize", {"text": TEXT})
            accepted.append(1000 * (time.perf_counter() - began))
            heard.wait_for_sound()
            sounded.append(1000 * (heard.first_sound_at() - began))
            time.sleep(INTO_S)
            began = time.perf_counter()
            user.ask("POST", "/playback/stop", {})
            heard.wait_for_silence()
            silenced.append(1000 * (heard.last_sound_at() - began))
    _print("`/synthesize` answers", accepted)
    _print("`/synthesize` is heard", sounded)
    _print("`/playback/stop` is silent", silenced)


def _measure_stages(listener: Listener) -> None:
    """Where the time goes from a request to the first sound, and how much of it the floor takes as well."""
    user = listener.user
    user.variables["TMPDIR"] = str(user.folder)
    requests: list[list[float]] = []
    floors: list[list[float]] = []
    with user.serving(sys.executable, "-m", timed_server.__name__), _floor(user) as program:
        user.ask("GET", "/playback/devices")  # returns when there is a player
        for _ in range(STAGE_RUNS):
            requests.append(_stages_of_a_request(listener))
            floors.append(_stages_of_the_floor(listener, program))
    names = (
        *("its first sentence is certain", "at the player", "waits for the device to ask"),
        *("in the sound server", "altogether"),
    )
    for name, times_ms in zip(names, zip(*requests, strict=True), strict=True):
        _print(f"request: {name}", times_ms)
    for name, times_ms in zip(
        ("at the device", "in it and the sound server", "altogether"), zip(*floors, strict=True), strict=True
    ):
        _print(f"floor: {name}", times_ms)
    first_ms, floor_ms = (
        statistics.median(each) for each in ([r[1] for r in requests], [f[0] for f in floors])
    )
    print(f"from the sentence that is certain to its first sound: {first_ms / floor_ms:.2f} x floor")
    own_ms = [request[-1] - floor[-1] for request, floor in zip(requests, floors, strict=True)]
    error_ms = statistics.stdev(own_ms) / len(own_ms) ** 0.5
    print(f"heard later than the floor: {statistics.fmean(own_ms):.2f} ± {error_ms:.2f} ms on average")
    samples = array("h", (user.folder / "rendered.wav").read_bytes()[WAV_HEAD_BYTES:])
    lead_ms = 1000 * next(at for at, sample in enumerate(samples) if sample) / RATE_HZ
    print(f"the text's own silence at its beginning: {lead_ms:.1f} ms")


def _stages_of_a_request(listener: Listener) -> list[float]:
    user = listener.user
    with listener.recording() as heard:
        _wait_for_chance()
        began = time.perf_counter()
        user.ask("POST", "/synthesize", {"text": TEXT})
        heard.wait_for_sound()
        sounded = heard.first_sound_at()
        user.ask("POST", "/playback/stop", {})
        heard.wait_for_silence()
    return _stages(began, *_noted(user, began), sounded)


def _stages_of_the_floor(listener: Listener, floor: subprocess.Popen[str]) -> list[float]:
    assert floor.stdin is not None
    assert floor.stdout is not None
    with listener.recording() as heard:
        _wait_for_chance()
        began = time.perf_counter()
        floor.stdin.write(TEXT + "\n")
        floor.stdin.flush()
        heard.wait_for_sound()
        sounded = heard.first_sound_at()
        floor.stdin.write("\n")
        floor.stdin.flush()
        heard.wait_for_silence()
    return _stages(began, float(floor.stdout.readline()), sounded)


def _wait_for_chance() -> None:
    """Begin at any point of the device's period: the recording begins at one and the same."""
    time.sleep(random.uniform(0, 3 * player_loop._PERIOD_MS / 1000))


def _stages(*moments: float) -> list[float]:
    """Milliseconds from each moment to the next, and from the first to the last."""
    return [1000 * (after - before) for before, after in (*pairwise(moments), (moments[0], moments[-1]))]


@contextmanager
def _floor(user: Home) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    program = [sys.executable, "-m", loudspeaker_floor.__name__]
    with subprocess.Popen(program, stdin=pipe, stdout=pipe, text=True, env=user.variables, cwd=ROOT) as floor:
        assert floor.stdin is not None
        assert floor.stdout is not None
        floor.stdout.readline()
        yield floor
        floor.stdin.close()


def _noted(user: Home, since: float) -> list[float]:
    """When the sentence was certain, the player had its first sound, and the device took it."""
    lines = [line.split() for line in (user.folder / timed_player.NOTES).read_text().splitlines()]
    return [
        next(float(at) for at, what in lines if what == wanted and float(at) > since)
        for wanted in ("certain", "player", "device")
    ]


def _print(what: str, times_ms: Sequence[float]) -> None:
    worst = max(times_ms)
    print(f"{what}: median {statistics.median(times_ms):.1f} ms, worst {worst:.1f} ms of {len(times_ms)}")


if __name__ == "__main__":
    main()
