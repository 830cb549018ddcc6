"""What `/v2/speak` sends for the events of a turn."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import run, served
from voice_server.core.speech.utterance_events import HeardText
from voice_server.endpoints.dialects.deepgram.flux_writer import FluxWriter, flux_warning
from voice_server.endpoints.dialects.shared.dialect_turn import DialectTurn
from voice_server.sound_files.encoding import chosen_encoding
from voice_server.speech import SpeechRequest


async def written(
    text: str, pool: ArithmeticPool | None = None, *, is_flushed: bool = True
) -> list[dict[str, Any] | bytes]:
    async with served(pool) as server:
        settings, _ = server.service.settings(SpeechRequest())
        writer = FluxWriter()
        writer.is_flushed = is_flushed
        turn = DialectTurn(server.service.open(settings), chosen_encoding("pcm"), writer)
        turn.push(text)
        turn.speech.end()
        messages = [message async for event in turn.events() for message in turn.messages(event)]
        return [each if isinstance(each, bytes) else json.loads(str(each)) for each in messages]


def kinds(messages: list[dict[str, Any] | bytes]) -> list[str]:
    return ["sound" if isinstance(each, bytes) else each["type"] for each in messages]


def test_all_sound_lies_between_the_start_and_the_metadata() -> None:
    async def main() -> None:
        messages = await written("One. Two.")
        told = kinds(messages)
        assert (told[0], told[-2:]) == ("SpeechStarted", ["SpeechMetadata", "Flushed"])
        assert set(told[1:-2]) == {"sound"}
        metadata = messages[-2]
        assert isinstance(metadata, dict)
        assert metadata["audio_duration_ms"] == round(len(pcm_of("One.") + pcm_of("Two.")) / 48)
        assert metadata["input_character_count"] == metadata["billable_character_count"] == len("One. Two.")
        ids = {each["speech_id"] for each in messages if isinstance(each, dict)}
        assert len(ids) == 1
        assert ids.pop().startswith("dg_sp_")

    run(main)


def test_a_turn_that_its_client_did_not_flush_is_not_called_flushed() -> None:
    async def main() -> None:
        assert kinds(await written("One.", is_flushed=False))[-1] == "SpeechMetadata"

    run(main)


@pytest.mark.parametrize("text", ["", " ", "…"])
def test_a_turn_without_speech_says_so_and_ends(text: str) -> None:
    async def main() -> None:
        messages = await written(text)
        assert kinds(messages) == ["SpeechStarted", "Warning", "SpeechMetadata", "Flushed"]
        assert isinstance(messages[1], dict)
        assert messages[1]["code"] == "NO_SYNTHESIZABLE_TEXT"

    run(main)


def test_a_turn_of_which_nothing_could_be_rendered_is_an_error_and_ends() -> None:
    async def main() -> None:
        messages = await written("One.", ArithmeticPool(frame_s=0, failing={"One.": 0}))
        assert kinds(messages) == ["SpeechStarted", "Warning", "Error", "SpeechMetadata", "Flushed"]
        warning, error = messages[1:3]
        assert isinstance(warning, dict)
        assert isinstance(error, dict)
        assert warning["description"] == error["description"] == "the engine tripped"
        assert warning["code"] == "RENDER_FAILED"

    run(main)


def test_what_a_barge_in_tells_is_not_written() -> None:
    async def main() -> None:
        async with served() as server:
            settings, _ = server.service.settings(SpeechRequest())
            turn = DialectTurn(server.service.open(settings), chosen_encoding("pcm"), FluxWriter())
            turn.push("One.")
            turn.cancel()
            events = [event async for event in turn.events()]
            assert isinstance(events[0], HeardText)
            assert [message for event in events for message in turn.messages(event)] == []

    run(main)


def test_codes_are_in_capitals() -> None:
    assert json.loads(flux_warning("voice_kept", "x"))["code"] == "VOICE_KEPT"
