"""LiveKit Inference's own client."""

from __future__ import annotations

import pytest

from tests.clients.client_programs import KEY, python_client, sound_of, stream_tokens
from tests.e2e.live import live_server

pytestmark = pytest.mark.timeout(120)
TEXT = "The quick brown fox jumps. Then it sleeps."


def test_inference_hears_every_sample_once_also_behind_a_turn_that_was_dropped() -> None:
    with live_server(token=KEY) as url:
        scenes = python_client("livekit_inference", url)
        spoken = stream_tokens(url, TEXT)
    for name in ("stream", "interrupted", "timed"):
        for turn in scenes[name]["turns"]:
            assert sound_of({"audio": turn}) == spoken, name
    for words in scenes["timed"]["words"]:
        assert "".join(word for word, _, _ in words) == TEXT + " "
        assert words[-1][2] <= len(spoken) / 48_000
    assert scenes["stream"]["words"] == [[], []]
    assert sound_of(scenes["whole"]).rstrip(b"\0") == spoken.rstrip(b"\0")  # it fills its last frame
    assert scenes["log"]["lines"] == []
