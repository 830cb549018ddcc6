"""Cartesia's own SDKs, and the services of LiveKit and Pipecat that speak its protocol.

Each program runs once, and one test asks about all that it met.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.client_programs import KEY, node_client, python_client, sound_of, stream_tokens
from tests.e2e.live import live_server

pytestmark = pytest.mark.timeout(120)
SENTENCES = ("The quick brown fox jumps.", "Then it sleeps.")
TEXT = " ".join(SENTENCES)
WRONG_RATE = "output_format.sample_rate must be one of 8000, 16000, 22050, 24000, 44100, 48000, not 12"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with live_server(token=KEY) as found:
        yield found


def test_the_python_sdk_hears_every_sample_once_and_reads_every_answer(url: str) -> None:
    scenes = python_client("cartesia_python", url)
    spoken = stream_tokens(url, TEXT)

    for name in ("bytes", "sse", "context", "flushed", "cancelled", "refused"):
        assert sound_of(scenes[name]) == spoken, name
    assert [sound_of({"audio": turn}) == spoken for turn in scenes["beside"]["turns"]] == [True, True]
    assert sound_of(scenes["usual format"]) == stream_tokens(url, TEXT, rate=44_100, encoding="pcm_f32le")

    for name in ("sse", "context"):
        words, starts, ends = zip(*scenes[name]["words"], strict=True)
        assert list(words) == TEXT.split(), name
        assert all(start < end for start, end in zip(starts, ends, strict=True)), name
        assert list(starts) == sorted(starts), name
        assert ends[-1] <= len(spoken) / 48_000, name
        assert scenes[name]["kinds"][-1] == "done", name
    assert scenes["flushed"]["kinds"] == ["chunk", "flush_done", "chunk", "done"]
    assert len(scenes["voices"]["ids"]) == 3
    assert scenes["refused"]["statuses"] == [400, 401]
    assert scenes["refused"]["errors"] == [WRONG_RATE]


def test_the_node_sdk_hears_every_sample_once_and_reads_every_answer(url: str) -> None:
    scenes = node_client("cartesia_node", url)
    spoken = stream_tokens(url, TEXT)
    for name in ("bytes", "sse", "socket"):
        assert sound_of(scenes[name]) == spoken, name
    for name in ("sse", "socket"):
        assert scenes[name]["words"] == TEXT.split(), name
    assert scenes["socket"]["kinds"][-2:] == ["flush_done", "done"]
    assert scenes["refusal"]["status"] == 400
    assert scenes["refusal"]["body"]["error_code"] == "no_text"


def test_livekits_service_hears_every_sample_once_also_behind_a_turn_that_was_dropped(url: str) -> None:
    scenes = python_client("cartesia_livekit", url)
    spoken = stream_tokens(url, TEXT)
    for name in ("stream", "interrupted"):
        for turn, words in zip(scenes[name]["turns"], scenes[name]["words"], strict=True):
            assert sound_of({"audio": turn}) == spoken, name
            assert "".join(word for word, _, _ in words) == TEXT, name
            assert words[-1][2] <= len(spoken) / 48_000, name
    assert sound_of(scenes["whole"]).rstrip(b"\0") == spoken.rstrip(b"\0")  # it fills its last frame
    assert len(sound_of({"audio": scenes["fast"]["turns"][0]})) < 0.7 * len(spoken)
    assert scenes["log"]["lines"] == []


def test_pipecats_services_hear_every_sample_once_also_behind_an_interruption(url: str) -> None:
    scenes = python_client("cartesia_pipecat", url)
    spoken = stream_tokens(url, TEXT)
    apart = b"".join(stream_tokens(url, each) for each in SENTENCES)
    for name, wanted in {"sentences": spoken, "tokens": spoken, "http": apart}.items():
        assert [sound_of({"audio": turn}) == wanted for turn in scenes[name]["turns"]] == [True, True], name
        assert (scenes[name]["stopped"], scenes[name]["errors"]) == (2, []), name
    for name in ("sentences", "tokens"):
        assert [[word for word, _ in words] for words in scenes[name]["words"]] == [TEXT.split()] * 2, name
    assert sound_of({"audio": scenes["interrupted"]["turns"][-1]}) == spoken
    assert [word for word, _ in scenes["interrupted"]["words"][-1]] == TEXT.split()
    assert scenes["interrupted"]["errors"] == []
    assert scenes["log"]["lines"] == []
