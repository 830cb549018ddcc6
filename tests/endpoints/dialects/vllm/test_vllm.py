"""The routes of vLLM-Omni's dialect."""

from __future__ import annotations

from voice_server.endpoints.dialects.vllm.vllm import VLLM


def test_every_path_has_the_prefix() -> None:
    assert all(path.startswith("/vllm/") for path in VLLM.sockets)
