"""What leaves the loudspeaker, recorded behind a real sound server and compared with what was rendered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.e2e.listening import NEEDS_A_SOUND_SERVER, Listener, listening
from tests.playback.sound_server import RATE_HZ, Recording, matched
from voice_server.core.audio.mixer import FADE_MS

pytestmark = [
    pytest.mark.realtime,
    NEEDS_A_SOUND_SERVER,
]

FIRST = "This sentence is the first, and it is not short."
SECOND = "Here is another one."
FADE = FADE_MS * RATE_HZ // 1000  # samples


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    with listening(tmp_path_factory.mktemp("heard")) as found:
        yield found


def wait_for_the_end(listener: Listener, heard: Recording) -> None:
    listener.user.wait_until_idle()
    heard.wait_for_silence()


def test_what_is_heard_is_what_was_rendered_sample_by_sample(listener: Listener) -> None:
    user = listener.user
    expected = listener.rendered(FIRST)
    with listener.recording() as heard:
        user.say(FIRST)
        wait_for_the_end(listener, heard)
    sounds = heard.sounds()
    assert matched(sounds, expected) == (len(expected), len(sounds))


def test_texts_in_a_queue_are_heard_one_after_the_other_and_whole(
    listener: Listener,
) -> None:
    user = listener.user
    first, second = listener.rendered(FIRST), listener.rendered(SECOND)
    with listener.recording() as heard:
        user.say("--policy", "queue", FIRST)
        user.say("--policy", "queue", SECOND)
        wait_for_the_end(listener, heard)
    sounds = heard.sounds()
    assert matched(sounds, first + second) == (len(first) + len(second), len(sounds))


def test_an_interruption_ends_the_old_text_without_a_click_and_the_new_one_is_whole(
    listener: Listener,
) -> None:
    user = listener.user
    old, new = listener.rendered(FIRST), listener.rendered(SECOND)
    with listener.recording() as heard:
        user.say(FIRST)
        heard.wait_for_sound()
        user.say(SECOND)
        wait_for_the_end(listener, heard)
    sounds = heard.sounds()
    n_old, cut = matched(sounds, old)
    n_new, _ = matched(sounds[::-1], new[::-1])
    assert 0 < n_old < len(old)
    assert n_new >= len(new) - 2 * FADE
    loudest_step = max(abs(after - before) for before, after in pairwise([*old, *new]))
    assert max(abs(after - before) for before, after in pairwise(sounds[cut - FADE : cut + 2 * FADE])) <= (
        loudest_step
    )


def test_a_pause_is_silent_and_what_follows_it_is_complete(listener: Listener) -> None:
    user = listener.user
    text = listener.rendered(FIRST)
    with listener.recording() as heard:
        user.say(FIRST)
        heard.wait_for_sound()
        user.say("--pause")
        heard.wait_for_silence()
        user.say("--resume")
        wait_for_the_end(listener, heard)
    sounds = heard.sounds()
    n_before, _ = matched(sounds, text)
    n_after, _ = matched(sounds[::-1], text[::-1])
    assert 0 < n_before < len(text)
    assert n_before + n_after >= len(text) - 2 * FADE  # what was faded out is faded in again


def test_a_device_is_chosen_by_its_name(listener: Listener) -> None:
    user = listener.user
    names = user.say("--devices").splitlines()
    assert "null" in names
    user.say("--device", names[0])
    assert names[0] in user.say("--playing")
    user.say("--device", "default")


def test_a_player_that_is_killed_is_replaced_and_nothing_is_missing(
    listener: Listener,
) -> None:
    user = listener.user
    text = listener.rendered(FIRST)
    with listener.recording() as heard:
        user.say(FIRST)
        heard.wait_for_sound()
        for process in user.processes():
            if "player" in " ".join(process.cmdline()):
                process.kill()
        user.wait_until_idle()
        heard.wait_for_silence()
    sounds = heard.sounds()
    n_before, _ = matched(sounds, text)
    n_after, _ = matched(sounds[::-1], text[::-1])
    assert 0 < n_before < len(text)
    assert n_before + n_after >= len(text)
