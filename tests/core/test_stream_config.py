"""How messages change the sticky configuration of a connection."""

from __future__ import annotations

from voice_server.core.speech.speech_settings import SpeechRequest
from voice_server.core.stream_config import StreamConfig
from voice_server.core.wire.client_messages import ClientMessage, StreamFormat


def _after(*messages: ClientMessage) -> StreamConfig:
    config = StreamConfig()
    for message in messages:
        config = config.updated(message, {})
    return config


def test_what_no_message_says_is_as_for_every_other_request() -> None:
    assert _after(ClientMessage(token="t")).request == SpeechRequest()


def test_every_key_has_its_place() -> None:
    message = ClientMessage(
        voice="alba", backend="one", lang="de", opts={"speed": 1.5}, timestamps="word", markup="speak",
        max_wait_ms=5.0, first_segment="sentence", ahead_s=1.0, sentence_pause_ms=7.0, code="skip",
        emoji="say", citations="say", normalize=["dates"], speakers={"Anna": "a"},
        pronunciations={"GIF": "jif"},
        format=StreamFormat(rate=8000), on_new_turn="preempt",
    )  # fmt: skip
    request = SpeechRequest(
        voice="alba", backend="one", language="de", options={"speed": 1.5}, word_times=True, markup="speak",
        max_wait_ms=5.0, first_segment="sentence", ahead_s=1.0, sentence_pause_ms=7.0, code="skip",
        emoji="say", citations="say", normalize=["dates"], speakers={"Anna": "a"},
        pronunciations={"GIF": "jif"},
    )  # fmt: skip
    assert _after(message) == StreamConfig(
        request=request, format=StreamFormat(rate=8000), on_new_turn="preempt"
    )


def test_word_times_can_be_turned_off_again() -> None:
    on = ClientMessage(timestamps="word")
    assert _after(on).request.word_times
    assert not _after(on, ClientMessage(timestamps="none")).request.word_times


def test_options_add_up_until_another_backend_is_chosen() -> None:
    both = (ClientMessage(opts={"speed": 1.5}), ClientMessage(opts={"pitch": 40}, voice="v"))
    assert _after(*both).request.options == {"speed": 1.5, "pitch": 40}
    assert _after(*both, ClientMessage(backend="tone")).request == SpeechRequest(backend="tone")
    again = ClientMessage(backend="tone", voice="w", opts={"pitch": 1})
    assert _after(*both, again).request == SpeechRequest(backend="tone", voice="w", options={"pitch": 1})
    same = (ClientMessage(backend="tone"), *both, ClientMessage(backend="tone"))
    assert _after(*same).request.options == {"speed": 1.5, "pitch": 40}


def test_ssml_is_a_kind_of_markup_that_can_be_turned_off() -> None:
    on = ClientMessage(ssml=True)
    off = ClientMessage(ssml=False)
    assert _after(on).request.markup == "ssml"
    assert _after(ClientMessage(markup="ssml")).request.markup == "ssml"
    assert _after(on, off).request.markup == "strip"
    assert _after(ClientMessage(markup="speak"), off).request.markup == "speak"
    assert _after(ClientMessage(markup="speak", ssml=True)).request.markup == "speak"
    assert _after(off) == StreamConfig()


def test_a_message_wins_over_a_default() -> None:
    defaults = {"first_segment": "sentence"}
    assert StreamConfig().updated(ClientMessage(), defaults).request.first_segment == "sentence"
    message = ClientMessage(first_segment="clause")
    assert StreamConfig().updated(message, defaults).request.first_segment == "clause"


def test_a_message_that_configures_nothing_new_keeps_the_same_object() -> None:
    config = _after(ClientMessage(lang="de"))
    assert config.updated(ClientMessage(lang="de", token="t"), {}) is config
    assert config.updated(ClientMessage(token="t"), {}) is config
    assert config.updated(ClientMessage(lang="fr"), {}) is not config


def test_pronunciations_take_the_place_of_earlier_ones() -> None:
    first = ClientMessage(pronunciations={"GIF": "jif", "SQL": "sequel"})
    assert _after(first, ClientMessage(pronunciations={"GIF": "gif"})).request.pronunciations == {
        "GIF": "gif"
    }
    assert _after(first, ClientMessage(token="t")).request.pronunciations == first.pronunciations
    assert _after(first, ClientMessage(pronunciations={})).request == SpeechRequest()
