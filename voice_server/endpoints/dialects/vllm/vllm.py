"""The routes of the dialect."""

from __future__ import annotations

from voice_server.endpoints.dialects.shared.dialect import BareAddress, Dialect
from voice_server.endpoints.dialects.vllm.speech_stream_socket import speech_stream_socket

VLLM = Dialect(
    name="vllm",
    sockets={"/vllm/v1/audio/speech/stream": speech_stream_socket},
    bare=(BareAddress("/v1/audio/speech/stream"),),
)
