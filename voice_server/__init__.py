"""voice-server: tokens in, speech out, whatever engine speaks.

Read it from the bottom up: docs/design.md draws the layers and says what belongs in each folder. What speaks
inside another program is here too, and loaded when it is asked for: `speak_text` and its kind
(`tts_service.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voice_server.tts_service import (
        SpeechPipeline,
        TTSService,
        create_streaming_pipeline,
        create_whole_file_pipeline,
        process_text,
        speak_text,
    )

__all__ = [
    "SpeechPipeline",
    "TTSService",
    "create_streaming_pipeline",
    "create_whole_file_pipeline",
    "process_text",
    "speak_text",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from voice_server import tts_service  # noqa: PLC0415 - every worker imports this package

    return getattr(tts_service, name)
