"""How soon `say` returns and is heard, and how soon it is silent: `python -m tests.bench.loudspeaker`.

A private PulseAudio with a null sink is the loudspeaker, its monitor is recorded; espeak speaks. The moment
of a sound is the one at which the recorder had it, so that the sound server's own delay is counted.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from array import array
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from tests.bench import timed_player
from tests.e2e.saying import Home, home
from tests.playback.sound_server import (
    MISSING,
    RATE_HZ,
    matched,
    recording,
    sound_server,
    stripped,
)

TEXT = "This is a sentence of some length, so that there is something to hear. And here is another one."
RUNS = 10
_TIMED_SERVER = (
    "from pathlib import Path; from voice_server.playback import channel; "
    f"channel._PLAYER = Path({timed_player.__file__!r}); "
    "from voice_server.commands.serve import serve; serve()"
)
INTO_S = 0.7
"""How far into the text it is silenced."""


def main() -> None:
    """Measure, and print medians."""
    if MISSING:
        sys.exit(f"needs {', '.join(MISSING)}")
    folder = Path(tempfile.mkdtemp(prefix="loudspeaker-"))
    with (
        sound_server(folder) as pulse,
        home(folder, default="espeak", variables=pulse | {"VOICE_SERVER_DEVICE": ""}) as user,
    ):
        began = time.perf_counter()
        user.say("--volume", "100")
        print(f"the first `say`, which starts the server: {time.perf_counter() - began:.2f} s")
        _measure_say(user, pulse)
        _measure_requests(user, pulse)
        user.say("--kill")
        _measure_stages(user, pulse)


def _measure_say(user: Home, pulse: dict[str, str]) -> None:
    path = user.folder / "rendered.wav"
    user.say("--output", str(path), TEXT)
    rendered = stripped(array("h", path.read_bytes()[44:]))
    returned, sounded, lost, silent_ms = [], [], 0, []
    for _ in range(RUNS):
        with recording(pulse) as heard:
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


def _measure_requests(user: Home, pulse: dict[str, str]) -> None:
    accepted, sounded, silenced = [], [], []
    for _ in range(RUNS):
        with recording(pulse) as heard:
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


def _measure_stages(user: Home, pulse: dict[str, str]) -> None:
    """Where the time goes from a request to the first sound: medians, from one stage to the next."""
    steps: list[list[float]] = []
    user.variables["TMPDIR"] = str(user.folder)
    with user.serving(sys.executable, "-c", _TIMED_SERVER):
        user.ask("GET", "/playback/devices")  # returns when there is a player
        user.say("--output", str(user.folder / "rendered.wav"), TEXT)
        samples = array("h", (user.folder / "rendered.wav").read_bytes()[44:])
        for _ in range(2 * RUNS):
            with recording(pulse) as heard:
                began = time.perf_counter()
                user.ask("POST", "/synthesize", {"text": TEXT})
                answered = time.perf_counter()
                heard.wait_for_sound()
                sounded = heard.first_sound_at()
                user.ask("POST", "/playback/stop", {})
                heard.wait_for_silence()
            moments = (began, *_noted(user, began), sounded)
            steps.append([1000 * (after - before) for before, after in pairwise(moments)])
            steps[-1].append(1000 * (answered - began))
    names = (
        "accepted, rendered, at the player",
        "waits for the device to ask",
        "in the sound server",
        "(answer)",
    )
    for name, times_ms in zip(names, zip(*steps, strict=True), strict=True):
        _print(name, times_ms)
    lead_ms = 1000 * next(at for at, sample in enumerate(samples) if sample) / RATE_HZ
    print(f"of which the text's own silence at its beginning: {lead_ms:.1f} ms")


def _noted(user: Home, since: float) -> list[float]:
    """When the player had the first sound since a moment, and when the device took it."""
    lines = [line.split() for line in (user.folder / timed_player.NOTES).read_text().splitlines()]
    return [
        next(float(at) for at, what in lines if what == wanted and float(at) > since)
        for wanted in ("player", "device")
    ]


def _print(what: str, times_ms: Sequence[float]) -> None:
    worst = max(times_ms)
    print(f"{what}: median {statistics.median(times_ms):.1f} ms, worst {worst:.1f} ms of {len(times_ms)}")


if __name__ == "__main__":
    main()
