"""The objects that Cartesia sends for what happens while a text is spoken, over SSE and a WebSocket alike."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from voice_server.core.types import WordMark
from voice_server.endpoints.base64_strings import base64_string

_PARTIAL = 206
_OK = 200


class CartesiaContext:
    """Makes the messages of one context; `started_at` and `now` are on a clock in seconds."""

    def __init__(self, context_id: str | None, started_at: float) -> None:
        self._context_id = context_id
        self._last_chunk_at = started_at

    def chunk(self, sound: bytes, now: float, **more: Any) -> dict[str, Any]:
        """Sound in the encoding of the context; `step_time` is the time since the last of them, in ms."""
        step_ms = round(1000 * (now - self._last_chunk_at), 1)
        self._last_chunk_at = now
        return self.message(
            "chunk", data=base64_string(sound), step_time=step_ms, status_code=_PARTIAL, **more
        )

    def words(self, marks: Iterable[WordMark]) -> dict[str, Any]:
        """Words with their times in seconds from the context's first sample."""
        listed = [(mark.word, mark.start_ms, mark.end_ms) for mark in marks]
        return self.message("timestamps", word_timestamps=_columns("words", listed))

    def phonemes(self, marks: Iterable[WordMark]) -> dict[str, Any]:
        """The phonemes of the words; engines time words, so those of a word share its time evenly."""
        listed = []
        for mark in marks:
            step = (mark.end_ms - mark.start_ms) / max(1, len(mark.phonemes))
            listed += [
                (phoneme, mark.start_ms + at * step, mark.start_ms + (at + 1) * step)
                for at, phoneme in enumerate(mark.phonemes)
            ]
        return self.message("phoneme_timestamps", phoneme_timestamps=_columns("phonemes", listed))

    def flush_done(self, flush_id: int) -> dict[str, Any]:
        """All sound of what was flushed has been sent; flushes of a context are counted from 1."""
        return self.message("flush_done", flush_id=flush_id, flush_done=True, status_code=_PARTIAL)

    def done(self) -> dict[str, Any]:
        """The context is over."""
        return self.message("done", done=True, status_code=_OK)

    def error(self, message: str, code: str, status: int) -> dict[str, Any]:
        """What went wrong; it ends the context."""
        return self.message(
            "error",
            done=True,
            status_code=status,
            title=code.replace("_", " ").capitalize(),
            message=message,
            error_code=code,
            request_id=str(uuid.uuid4()),
        )

    def message(self, kind: str, **fields: Any) -> dict[str, Any]:
        """A message of the context."""
        return {"type": kind, "context_id": self._context_id, "done": False, "status_code": _PARTIAL} | fields


def _columns(name: str, listed: Iterable[tuple[str, float, float]]) -> dict[str, list[Any]]:
    rows = list(listed)
    return {
        name: [text for text, _, _ in rows],
        "start": [round(start_ms / 1000, 4) for _, start_ms, _ in rows],
        "end": [round(end_ms / 1000, 4) for _, _, end_ms in rows],
    }
