from __future__ import annotations

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from voice_server.endpoints.base64_strings import base64_string
from voice_server.endpoints.websocket.server_messages import to_json


@given(st.binary(max_size=200))
def test_a_message_has_the_base64_of_the_standard_library_as_a_string(sound: bytes) -> None:
    message = to_json({"before": 1, "sound": base64_string(sound), "behind": "é"})
    assert json.loads(message) == {"before": 1, "sound": base64.b64encode(sound).decode(), "behind": "é"}
