from __future__ import annotations

import subprocess
import sys

from voice_server.playback import LocalSpeaker

WAIT_S = 10


def test_sound_is_heard_at_its_own_pace_and_counted() -> None:
    with LocalSpeaker(silent=True) as out:
        out.play(bytes(2 * 24 * 120))
        assert out.wait_until_heard(WAIT_S)
        assert out.played_ms == 120
        assert out.path is None


def test_clearing_stops_in_the_middle() -> None:
    with LocalSpeaker(silent=True) as out:
        out.play(bytes(2 * 24 * 30_000))
        assert out.clear() > 29_000
        assert out.wait_until_heard(WAIT_S)
        assert out.played_ms < 1_000


def test_closing_does_not_wait_for_what_is_pending() -> None:
    with LocalSpeaker(silent=True) as out:
        out.play(bytes(2 * 24 * 30_000))
    assert out.wait_until_heard(0)


def test_importing_the_package_loads_no_sound_library() -> None:
    code = "import sys, voice_server.playback; assert not {'miniaudio', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
