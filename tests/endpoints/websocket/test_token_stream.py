"""What the URL of a token stream asks for."""

from __future__ import annotations

import pytest

from tests.endpoints.serving import listen, run, served
from voice_server.core.speech.speech_settings import SpeechRequest
from voice_server.core.stream_config import StreamConfig
from voice_server.core.wire.client_messages import ClientMessage
from voice_server.endpoints.websocket.token_stream import session_for
from voice_server.errors import RequestError


def test_a_url_without_a_query_leaves_everything_to_the_messages() -> None:
    session = session_for({})
    assert (session.version.number, session.config) == (1, StreamConfig())
    session.receive(ClientMessage(v=2))
    assert session.version.number == 2


def test_a_url_may_choose_a_voice_a_backend_and_a_language() -> None:
    query = {"voice": "bert", "backend": "one", "lang": "de", "someday": "more"}
    request = SpeechRequest(voice="bert", backend="one", language="de")
    assert session_for(query).config == StreamConfig(request=request)
    assert session_for(dict.fromkeys(query, "")).config == StreamConfig()


def test_a_url_that_asks_for_version_2_is_not_changed_by_a_message() -> None:
    session = session_for({"v": "2"})
    assert session.version.number == 2
    with pytest.raises(RequestError, match="first message"):
        session.receive(ClientMessage(v=1))


@pytest.mark.parametrize("version", ["1", "3", "", "two"])
def test_any_other_version_in_a_url_is_left_to_the_first_message(version: str) -> None:
    session = session_for({"v": version})
    assert session.version.number == 1
    session.receive(ClientMessage(v=2))
    assert session.version.number == 2


def test_a_url_that_is_no_utf_8_gets_a_sentence_and_1008() -> None:
    async def main() -> None:
        async with served() as server, server.connect("/stream-tokens?voice=caf%E9") as socket:
            received = await listen(socket)
        assert [message["code"] for message in received.json] == ["not_utf8"]
        assert received.close_code == 1008

    run(main)
