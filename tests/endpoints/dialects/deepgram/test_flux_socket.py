"""`/v2/speak` as a WebSocket."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import websockets
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.dialects import fuzzing
from tests.endpoints.dialects.fuzzing import Sent
from tests.endpoints.serving import Received, Served, converse, listen, run, served
from voice_server.core.wire.half_characters import joined_halves

PATH = "/v2/speak?model=flux-alexis-en"
FLUSH: dict[str, Any] = {"type": "Flush"}
INTERRUPT: dict[str, Any] = {"type": "Interrupt"}
CLOSE: dict[str, Any] = {"type": "Close"}


def speak(text: str) -> dict[str, Any]:
    return {"type": "Speak", "text": text}


def interrupt_at(played_ms: float) -> dict[str, Any]:
    return {"type": "Interrupt", "playback_offset": {"type": "time_ms", "value": played_ms}}


async def send(socket: Any, *messages: dict[str, Any]) -> None:
    for message in messages:
        await socket.send(json.dumps(message))


async def first_sound(socket: Any) -> None:
    while not isinstance(await socket.recv(), bytes):
        pass


def kinds(received: Received) -> list[str]:
    return [each["type"] for each in received.json]


async def spoken(server: Served, *texts: str) -> bytes:
    """The same text over /stream-tokens."""
    async with server.connect() as socket:
        return (await converse(socket, *({"token": text} for text in texts), {"done": True})).audio


@pytest.mark.parametrize("prefix", ["", "/deepgram"])
def test_a_turn_is_spoken_sample_for_sample_and_ends_with_its_metadata(prefix: str) -> None:
    async def main() -> None:
        async with served() as server, server.connect(prefix + PATH) as socket:
            await send(socket, speak("One "), speak("two. "), speak("Three."), FLUSH)
            received = await listen(socket, until="Flushed")
            assert received.audio == await spoken(server, "One two. Three.")
            assert kinds(received) == ["Connected", "SpeechStarted", "SpeechMetadata", "Flushed"]
            connected = received.json[0]
            assert connected["model_name"] == "flux-alexis-en"
            assert len(connected["model_uuids"]) == 1

    run(main)


def test_turns_follow_one_another_and_each_has_its_own_id() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.001)) as server, server.connect(PATH) as socket:
            await send(
                socket, *(each for text in ("One.", "Two.", "") for each in (speak(text), FLUSH)), CLOSE
            )
            received = await listen(socket)
            turn = ["SpeechStarted", "SpeechMetadata", "Flushed"]
            empty = ["SpeechStarted", "Warning", "SpeechMetadata", "Flushed"]
            assert kinds(received) == ["Connected", *turn, *turn, *empty, "SessionMetadata"]
            assert len({each["speech_id"] for each in received.of("SpeechStarted")}) == 3
            assert received.close_code == 1000

    run(main)


def test_a_close_speaks_what_came_and_says_what_the_session_was() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.01)) as server, server.connect(PATH) as socket:
            await send(socket, speak("One. "), FLUSH, speak("Two."), CLOSE, speak("Three."), FLUSH)
            received = await listen(socket)
            assert received.audio == pcm_of("One.") + pcm_of("Two.")
            assert received.of("SessionMetadata") == [
                {
                    "type": "SessionMetadata",
                    "total_audio_duration_ms": round(len(received.audio) / 48),
                    "total_input_character_count": len("One. Two."),
                    "total_billable_character_count": len("One. Two."),
                }
            ]
            assert kinds(received)[-1] == "SessionMetadata"
            assert [each["code"] for each in received.of("Error")] == ["DATA-0000"]
            assert [each["code"] for each in received.of("Warning")] == ["NO_ACTIVE_SPEECH"]

    run(main)


def test_an_interruption_says_what_was_heard_at_the_clients_position_and_stops_the_sound() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.02, frames=20)) as server, server.connect(PATH) as socket:
            await send(socket, speak("One two three. Four five six."), FLUSH, speak("Seven. "))
            await first_sound(socket)
            await send(socket, interrupt_at(0))
            told = (await listen(socket, until="SpeechInterrupted")).of("SpeechInterrupted")[0]
            assert (told["audio_played_ms"], told["text_spoken"]) == (0, "")
            assert told["text_remaining"] == "One two three. Four five six."
            assert told["metadata"]["input_character_count"] == len("One two three. Four five six.")
            await send(socket, speak("Eight."), FLUSH)
            received = await listen(socket, until="Flushed")
            assert received.audio == pcm_of("Eight.")
            assert kinds(received) == ["SpeechStarted", "SpeechMetadata", "Flushed"]

    run(main)


def test_a_turn_that_was_sent_to_its_end_can_be_interrupted_while_it_is_heard() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            await send(socket, speak("One two three four."), FLUSH, speak("Five six seven."), FLUSH)
            received = await listen(socket, until="Flushed")
            await listen(socket, until="Flushed", received=received)
            first_ms = len(pcm_of("One two three four.")) / 48
            await send(socket, interrupt_at(round(first_ms + len("Five six") * 20)))
            told = (await listen(socket, until="SpeechInterrupted")).of("SpeechInterrupted")[0]
            assert (told["text_spoken"], told["text_remaining"]) == ("Five six", " seven.")
            assert told["metadata"]["speech_id"] == received.of("SpeechStarted")[1]["speech_id"]
            await send(socket, CLOSE)
            session = (await listen(socket)).of("SessionMetadata")[0]
            assert session["total_audio_duration_ms"] == told["audio_played_ms"]

    run(main)


def test_without_a_position_the_play_clock_tells() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            await send(socket, speak("One two three four five six seven eight nine ten."), FLUSH)
            await listen(socket, until="Flushed")
            await asyncio.sleep(0.1)
            await send(socket, INTERRUPT)
            told = (await listen(socket, until="SpeechInterrupted")).of("SpeechInterrupted")[0]
            assert 100 <= told["audio_played_ms"] < 980
            assert told["text_spoken"]
            assert told["text_spoken"] + told["text_remaining"] == (
                "One two three four five six seven eight nine ten."
            )

    run(main)


def test_a_turn_without_sound_is_interrupted_too() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=5)) as server, server.connect(PATH) as socket:
            await send(socket, speak("One."), FLUSH, INTERRUPT)
            received = await listen(socket, until="SpeechInterrupted")
            assert received.of("SpeechInterrupted")[0]["text_remaining"] == "One."
            await asyncio.sleep(0.05)
            assert server.service.open_speeches == 0

    run(main)


def test_where_nothing_is_heard_an_interruption_is_a_warning() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            await send(socket, INTERRUPT, interrupt_at(5), speak("One."), FLUSH)
            received = await listen(socket, until="Flushed")
            await send(socket, interrupt_at(10), interrupt_at(10), interrupt_at(9), CLOSE)
            await listen(socket, received=received)
            assert [each["code"] for each in received.of("Warning")] == [
                "NO_AUDIO_GENERATED",
                "NO_AUDIO_GENERATED",
                "NO_ACTIVE_SPEECH",
                "INVALID_INTERRUPT_OFFSET",
            ]
            assert len(received.of("SpeechInterrupted")) == 1

    run(main)


def test_the_flush_of_a_turn_that_was_interrupted_ends_no_other() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(frame_s=0.01)) as server, server.connect(PATH) as socket:
            await send(socket, speak("One two three."), INTERRUPT, FLUSH, speak("Four."), FLUSH, CLOSE)
            received = await listen(socket)
            assert [each["code"] for each in received.of("Warning")] == ["NO_ACTIVE_SPEECH"]
            assert len(received.of("SpeechMetadata")) == 1
            assert received.audio == pcm_of("Four.")

    run(main)


def test_a_speed_holds_for_what_follows_and_wrong_ones_change_nothing() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            await send(socket, {"type": "Configure"}, {"type": "Configure", "speed": 1.25})
            await send(socket, {"type": "Configure", "speed": 1.6}, {"type": "Configure", "speed": 1.01})
            await send(socket, speak("One. Two"), {"type": "Configure", "speed": 0.5}, FLUSH, CLOSE)
            received = await listen(socket)
            assert [each["applied"] for each in received.of("ConfigureSuccess")] == [
                {},
                {"speed": 1.25},
                {"speed": 0.5},
            ]
            failures = [
                (each["code"], each["field"], each["value"]) for each in received.of("ConfigureFailure")
            ]
            assert failures == [
                ("SPEED_OUT_OF_RANGE", "speed", 1.6),
                ("SPEED_INCREMENT_INVALID", "speed", 1.01),
            ]
            assert [each.options["speed"] for each in server.pool.rendered][-1] == 0.5

    run(main)


def test_a_backend_without_speeds_says_so() -> None:
    async def main() -> None:
        async with served(ArithmeticPool(options=())) as server, server.connect(PATH) as socket:
            received = await converse(socket, {"type": "Configure", "speed": 1.1}, CLOSE)
            failure = received.of("ConfigureFailure")[0]
            assert failure["code"] == "SPEED_NOT_SUPPORTED"
            assert "value" not in failure

    run(main)


def test_a_wrong_message_is_an_error_and_the_session_goes_on() -> None:
    async def main() -> None:
        async with served() as server, server.connect(PATH) as socket:
            received = await converse(
                socket, {"type": "Clear"}, "[", b"1", {"type": "Speak", "text": 3}, speak("One."), CLOSE
            )
            errors = received.of("Error")
            assert [each["code"] for each in errors] == ["MESSAGE-0000"] * 4
            assert errors[0]["description"] == (
                "type must be one of Speak, Flush, Interrupt, Configure, Close, not 'Clear'"
            )
            assert received.audio == pcm_of("One.")

    run(main)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "model is missing"),
        ("?model=a&encoding=opus", "encoding must be one of"),
        ("?model=a&speed=2", "speed must be a number from 0.5 to 1.5"),
        ("?model=a&speed=0.51", "speed must be a multiple of 0.05"),
        ("?model=a&expressivity=7", "expressivity must be"),
    ],
)
def test_a_wrong_query_is_refused_in_the_handshake(query: str, sentence: str) -> None:
    async def main() -> None:
        async with served() as server:
            with pytest.raises(websockets.InvalidStatus) as caught:
                async with server.connect("/v2/speak" + query):
                    pass
            assert caught.value.response.status_code == 400
            assert sentence in caught.value.response.headers["dg-error"]

    run(main)


@pytest.mark.parametrize(("encoding", "rate", "share"), [("mulaw", 8000, 6), ("linear16", 44_100, 24 / 44.1)])
def test_sound_comes_in_the_encoding_that_was_asked_for(encoding: str, rate: int, share: float) -> None:
    async def main() -> None:
        async with served() as server:
            async with server.connect(f"{PATH}&encoding={encoding}&sample_rate={rate}") as socket:
                received = await converse(socket, speak("One two three. Four."), CLOSE)
            pcm = pcm_of("One two three.") + pcm_of("Four.")
            assert len(received.audio) == pytest.approx(len(pcm) / share, abs=4)
            metadata = received.of("SpeechMetadata")[0]
            assert metadata["audio_duration_ms"] == round(len(pcm) / 48)

    run(main)


def v2_messages() -> st.SearchStrategy[Sent]:
    speaks = fuzzing.texts.map(speak)
    offsets = st.integers(0, 2000).map(interrupt_at)
    speeds = st.sampled_from([0.5, 1.0, 1.25, 1.6, 1.01]).map(
        lambda speed: {"type": "Configure", "speed": speed}
    )
    kinds = st.sampled_from([FLUSH, INTERRUPT])
    return st.one_of(speaks, kinds, speaks, kinds, offsets, speeds, fuzzing.garbage, st.just(fuzzing.HANG_UP))


@settings(max_examples=30, deadline=None)
@given(st.lists(v2_messages(), max_size=14))
def test_whatever_is_sent_sound_lies_in_a_turn_and_every_message_is_answered_as_it_must_be(
    steps: list[Sent],
) -> None:
    def check(received: Received) -> None:
        sent = [step["type"] if isinstance(step, dict) else "garbage" for step in steps]
        assert kinds(received)[0] == "Connected"
        assert kinds(received)[-1] == "SessionMetadata"
        answers = kinds(received)
        ignored = [each for each in received.of("Warning") if "interrupt" in each["description"]]
        assert answers.count("SpeechInterrupted") + len(ignored) == sent.count("Interrupt")
        assert answers.count("Error") == sent.count("garbage")
        assert answers.count("ConfigureSuccess") + answers.count("ConfigureFailure") == sent.count(
            "Configure"
        )
        texts = [step["text"] for step in steps if isinstance(step, dict) and "text" in step]
        characters = sum(len(joined_halves(text)[0]) for text in texts)  # two halves that meet are one
        assert received.of("SessionMetadata")[0]["total_input_character_count"] == characters
        is_open = False
        for message in received.messages:
            kind = "sound" if isinstance(message, bytes) else json.loads(message)["type"]
            if kind == "SpeechStarted":
                assert not is_open
                is_open = True
            elif kind == "SpeechInterrupted":
                is_open = False
            elif kind in ("SpeechMetadata", "sound"):
                assert is_open
                is_open = kind == "sound"

    fuzzing.play(PATH, steps, CLOSE, check)


def test_a_flood_of_messages_is_answered_and_delays_nobody() -> None:
    steps: list[Sent] = [speak("Hm. "), INTERRUPT, FLUSH, "[", {"type": "Configure"}] * 400

    def check(received: Received) -> None:
        assert len(received.of("Error")) == len(received.of("ConfigureSuccess")) == 400

    fuzzing.play(PATH, steps, CLOSE, check)
