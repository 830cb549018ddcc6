"""The close codes are those that the standard has for what they say, and may be sent."""

from __future__ import annotations

import pytest
from websockets import frames

from voice_server.endpoints.websocket.close_codes import CloseCode

STANDARD_NAMES = {
    CloseCode.NORMAL: "NORMAL_CLOSURE",
    CloseCode.UNSUPPORTED_DATA: "UNSUPPORTED_DATA",
    CloseCode.INVALID_TEXT: "INVALID_DATA",
    CloseCode.POLICY: "POLICY_VIOLATION",
    CloseCode.RESTART: "SERVICE_RESTART",
    CloseCode.TRY_LATER: "TRY_AGAIN_LATER",
}


@pytest.mark.parametrize("code", CloseCode)
def test_a_code_means_what_the_standard_says(code: CloseCode) -> None:
    assert frames.CloseCode(code).name == STANDARD_NAMES[code]


@pytest.mark.parametrize("code", CloseCode)
def test_a_client_accepts_a_close_frame_with_each_code(code: CloseCode) -> None:
    assert frames.Close.parse(frames.Close(code, "").serialize()).code == code
