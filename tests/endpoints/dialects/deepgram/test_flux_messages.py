"""The messages of `/v2/speak` that a client sends, and the codes of errors."""

from __future__ import annotations

import pytest

from voice_server.endpoints.dialects.deepgram.flux_messages import (
    FluxClose,
    FluxConfigure,
    FluxFlush,
    FluxInterrupt,
    FluxMessage,
    FluxOffset,
    FluxSpeak,
    flux_error_code,
    flux_messages,
)
from voice_server.errors import BackendDown, Busy, RequestError, TooMuch, VoiceServerError


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"type":"Speak","text":" a "}', FluxSpeak(" a ")),
        ('{"type":"Flush"}', FluxFlush()),
        ('{"type":"Interrupt"}', FluxInterrupt()),
        ('{"type":"Interrupt","playback_offset":null}', FluxInterrupt()),
        (
            '{"type":"Interrupt","playback_offset":{"type":"time_ms","value":7}}',
            FluxInterrupt(FluxOffset(7)),
        ),
        ('{"type":"Configure","speed":1.1,"pitch":2}', FluxConfigure(1.1)),
        ('{"type":"Close"}', FluxClose()),
    ],
)
def test_a_message_is_read(text: str, message: FluxMessage) -> None:
    assert flux_messages.read(text) == message


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"Clear"}',
        '{"type":"Speak"}',
        '{"type":"Interrupt","playback_offset":{"type":"time_ms","value":-1}}',
        '{"type":"Interrupt","playback_offset":{"type":"bytes","value":1}}',
        '{"type":"Configure","speed":"fast"}',
    ],
)
def test_any_other_message_is_refused(text: str) -> None:
    with pytest.raises(RequestError) as caught:
        flux_messages.read(text)
    assert flux_error_code(caught.value) == "MESSAGE-0000"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TooMuch("x"), "BIG-0000"),
        (Busy("x"), "NET-0000"),
        (BackendDown("x"), "NET-0000"),
        (RequestError("x", code="idle"), "NET-0001"),
        (RequestError("x"), "DATA-0000"),
    ],
)
def test_an_error_has_one_of_deepgrams_codes(error: VoiceServerError, code: str) -> None:
    assert flux_error_code(error) == code
