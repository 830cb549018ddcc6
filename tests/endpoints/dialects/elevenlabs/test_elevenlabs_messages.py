"""The objects that ElevenLabs sends over its WebSockets."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import Served, run, served
from voice_server.endpoints.dialects.elevenlabs.character_times import TimedCharacter
from voice_server.endpoints.dialects.elevenlabs.elevenlabs_messages import (
    ContextMessages,
    ContextWriter,
    DialogueMessages,
    SpeechMessages,
)
from voice_server.endpoints.dialects.shared.dialect_turn import DialectTurn
from voice_server.endpoints.websocket.server_messages import to_json
from voice_server.errors import RequestError
from voice_server.sound_files.encoding import chosen_encoding
from voice_server.speech import SpeechRequest

TEXT = "One two. Three."
HI = [TimedCharacter("H", 1000.0, 1010.4), TimedCharacter("i", 1010.4, 1020.0)]


async def written(server: Served, messages: ContextMessages, text: str, **more: Any) -> list[dict[str, Any]]:
    """All that is sent of a text."""
    writer = ContextWriter(messages, **more)
    settings = server.service.settings(SpeechRequest(word_times=True))[0]
    turn = DialectTurn(server.service.open(settings), chosen_encoding("pcm"), writer)
    turn.push(text)
    turn.speech.end()
    return [json.loads(each.utf8) async for event in turn.events() for each in writer(turn, event)]


def checked(check: Callable[[Served], Any], pool: ArithmeticPool | None = None) -> None:
    async def main() -> None:
        async with served(pool or ArithmeticPool(frame_s=0, marks=True)) as server:
            await check(server)

    run(main)


def test_both_names_of_a_context_and_times_of_whole_milliseconds_that_add_up() -> None:
    message = json.loads(to_json(SpeechMessages("c").sound(b"ab", HI, [], 1000.0)))
    assert (message["contextId"], message["context_id"]) == ("c", "c")
    assert base64.b64decode(message["audio"]) == b"ab"
    assert message["alignment"] == {
        "chars": ["H", "i"],
        "charStartTimesMs": [0, 10],
        "charDurationsMs": [10, 10],
    }
    assert message["normalizedAlignment"] is None
    assert SpeechMessages().sound(b"", [], [], 0.0)["audio"] is None


def test_the_end_and_an_error() -> None:
    assert SpeechMessages().final() == {"audio": None, "isFinal": True}
    assert DialogueMessages("c").final() == {"is_final": True, "context_id": "c"}
    error = RequestError("No.", code="no_text")
    said = {"message": "No.", "error": "no_text", "code": 1008}
    assert DialogueMessages().error(error) == said | {"context_id": None}
    assert SpeechMessages("c").error(error) == said | {"context_id": "c", "contextId": "c"}


def test_a_dialogue_has_other_names() -> None:
    message = DialogueMessages("c").sound(b"", HI, HI, 0.0)
    assert message["alignment"]["char_start_times_ms"] == [1000, 1010]
    assert message["alignment"]["char_durations_ms"] == [10, 10]


def test_synced_times_count_from_the_start_and_each_run_of_characters_ends_with_a_blank() -> None:
    async def check(server: Served) -> None:
        messages = await written(server, SpeechMessages(), TEXT, is_synced=True)
        runs = [each["alignment"] for each in messages if each.get("alignment")]
        assert ["".join(each["chars"]) for each in runs] == ["One two. ", "Three. "]
        assert runs[1]["charStartTimesMs"][0] == len(pcm_of("One two.")) / 48
        assert messages[-1] == {"audio": None, "isFinal": True}

    checked(check)


@pytest.mark.parametrize("kind", [SpeechMessages, DialogueMessages])
def test_other_times_count_from_the_sound_of_their_message_and_as_one_adds_them_up(kind: Any) -> None:
    async def check(server: Served) -> None:
        messages = await written(server, kind(), TEXT, is_synced=False)
        sound_ms = added_ms = 0.0
        heard: list[tuple[str, float]] = []
        for each in messages:
            found = each.get("alignment")
            if found:
                starts, lengths = (found[name] for name in list(found)[1:])
                heard.append(("".join(found["chars"]), added_ms + starts[0]))
                if heard[-1][0].strip():
                    assert sound_ms + starts[0] == pytest.approx(heard[-1][1], abs=1)
                added_ms += starts[-1] + lengths[-1]
            sound_ms += len(base64.b64decode(each.get("audio") or "")) / 48
        words = [each for each in heard if each[0].strip()]
        assert words[1][0] == "Three. "
        assert words[1][1] == pytest.approx(len(pcm_of("One two.")) / 48, abs=1)

    checked(check)


def test_a_text_that_cannot_be_spoken_is_an_error_before_the_end() -> None:
    async def check(server: Served) -> None:
        messages = await written(server, SpeechMessages("c"), "One.", is_synced=True)
        assert messages[0]["error"] == "render_failed"
        assert messages[1]["isFinal"]

    checked(check, ArithmeticPool(frame_s=0, failing={"One.": 0}))


def test_a_barge_in_sends_nothing_but_the_end() -> None:
    async def check(server: Served) -> None:
        writer = ContextWriter(SpeechMessages("c"), is_synced=True)
        settings = server.service.settings(SpeechRequest(word_times=True))[0]
        turn = DialectTurn(server.service.open(settings), chosen_encoding("pcm"), writer)
        turn.push("One. Two")
        turn.speech.flush()
        while not server.pool.rendered:
            await asyncio.sleep(0.01)
        turn.cancel()
        messages = [json.loads(each.utf8) async for event in turn.events() for each in writer(turn, event)]
        assert messages == [{"audio": None, "isFinal": True, "contextId": "c", "context_id": "c"}]

    checked(check, ArithmeticPool(frame_s=5, marks=True))
