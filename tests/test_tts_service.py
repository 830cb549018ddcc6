"""Speech inside another program, through the workers of a backend of tones."""

from __future__ import annotations

import asyncio
import io
import logging
import threading
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

import voice_server
from voice_server import tts_service
from voice_server.errors import ConfigError, RequestError, VoiceServerError
from voice_server.tts_service import TTSService

TONE = Path(__file__).parents[1] / "tts_backends" / "tone" / "backend.py"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A backends.yaml with tones."""
    file = tmp_path / "backends.yaml"
    file.write_text(f"backends:\n  tone: {{adapter: {TONE}, samples: none}}\n")
    return file


@pytest.fixture
def service(config: Path) -> Iterator[TTSService]:
    with TTSService(config) as opened:
        yield opened


def test_a_whole_file_states_its_length_and_a_stream_has_the_same_sound(service: TTSService) -> None:
    text = "Hello there. And how are you?"
    whole = service.speak(text, "low")
    with wave.open(io.BytesIO(whole)) as reader:
        samples = reader.readframes(reader.getnframes())
        assert (reader.getframerate(), reader.getnchannels()) == (24_000, 1)
    pieces = list(service.stream(text, "low", format="pcm"))
    assert len(pieces) > 1
    assert b"".join(pieces) == samples


def test_a_voice_may_be_a_number_and_the_speed_changes_the_length(service: TTSService) -> None:
    slow, fast = (len(service.speak("Hello there.", 2, speed, "pcm")) for speed in (1.0, 2.0))
    assert fast == pytest.approx(slow / 2, rel=0.1)
    assert service.speak("Hi.", format="mp3").startswith((b"ID3", b"\xff"))


def test_asyncio_gets_the_same(service: TTSService) -> None:
    async def main() -> tuple[bytes, bytes]:
        pieces = [each async for each in service.generate_stream("Hello there.", format="pcm")]
        return await service.generate_audio("Hello there.", format="pcm"), b"".join(pieces)

    whole, streamed = asyncio.run(main())
    assert whole == streamed == service.speak("Hello there.", format="pcm")


def test_several_threads_speak_at_once(service: TTSService) -> None:
    spoken: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: spoken.append(service.speak("Hi.", format="pcm"))) for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(spoken) == 4
    assert len(set(spoken)) == 1


def test_a_stream_that_is_left_ends_its_render(service: TTSService) -> None:
    stream = service.stream("Hello there. " * 2_000, format="pcm")
    assert next(stream)
    stream.close()  # type: ignore[attr-defined]  # a generator
    assert service.speak("Hi.")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"voice": "nobody"}, "unknown voice 'nobody'"),
        ({"format": "doc"}, "format must be one of mp3, opus, "),
        ({"speed": 99.0}, "option speed must be a number from"),
        ({"text": " "}, "this text has nothing in it that can be spoken"),
    ],
)
@pytest.mark.parametrize("streams", [False, True])
def test_a_mistake_is_one_sentence(
    service: TTSService, arguments: dict[str, object], sentence: str, streams: bool
) -> None:
    given: dict[str, object] = {"text": "Hi."} | arguments
    with pytest.raises(VoiceServerError, match=sentence) as caught:
        list(service.stream(**given)) if streams else service.speak(**given)  # type: ignore[arg-type]
    assert isinstance(caught.value, RequestError)


def test_what_is_spoken_otherwise_is_logged(service: TTSService, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, tts_service.__name__)
    service.speak("Hi.", "af_heart")
    assert [vars(record)["code"] for record in caplog.records] == ["voice_substituted"]


def test_a_service_that_was_closed_starts_again_with_the_next_text(service: TTSService) -> None:
    first = service.speak("Hi.")
    service.close()
    service.close()
    assert service.speak("Hi.") == first


def test_mistakes_in_the_configuration_are_told_at_once(config: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown backend 'nope'"):
        TTSService(config, backend="nope")
    with pytest.raises(ConfigError):
        TTSService(tmp_path / "missing.yaml")


def test_recordings_come_from_the_folder_that_is_named(config: Path, tmp_path: Path) -> None:
    made = tts_service._config_of(config, None, tmp_path / "voices")
    assert made.backends["tone"].samples == tmp_path / "voices"


def test_the_package_has_it_all_and_one_service_speaks(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICE_SERVER_CONFIG", str(config))
    tts_service._shared_service.cache_clear()
    try:
        whole = voice_server.speak_text("Hi.", "low", 1.0, "pcm")
        assert b"".join(voice_server.process_text("Hi.", "low", format="pcm", stream=True)) == whole
    finally:
        tts_service._shared_service().close()
        tts_service._shared_service.cache_clear()
    whole_file, streaming = (
        voice_server.create_whole_file_pipeline(),
        voice_server.create_streaming_pipeline(),
    )
    with whole_file.service, streaming.service:
        assert whole_file.generate("Hi.", "low", format="pcm") == whole
        assert b"".join(each for each in streaming.generate("Hi.", "low", format="pcm")) == whole  # type: ignore[misc]
    assert not [name for name in voice_server.__all__ if not hasattr(voice_server, name)]
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = voice_server.nothing
