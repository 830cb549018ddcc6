"""Deepgram's own SDKs, and the services of LiveKit and Pipecat that speak its protocol."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.client_programs import KEY, Scenes, python_client, sound_of, stream_tokens
from tests.e2e.live import live_server

pytestmark = pytest.mark.timeout(120)
TEXT = "The quick brown fox jumps. Then it sleeps."


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with live_server(token=KEY) as found:
        yield found


@pytest.fixture(scope="module")
def python_sdk(url: str) -> Scenes:
    return python_client("deepgram_python", url)


def test_the_python_sdk_hears_every_sample_of_v1_once(python_sdk: Scenes, url: str) -> None:
    scene = python_sdk["v1 socket"]
    assert sound_of(scene) == stream_tokens(url, TEXT)
    assert scene["kinds"] == ["Metadata", "Flushed"]
