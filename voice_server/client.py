"""The client of `/stream-tokens`: everything that a program needs to speak through a server.

    async with connect("ws://localhost:8000/stream-tokens", voice="af_heart") as stream:
        async for event in stream.speak(["Hello ", "world."]):  # or an LLM's tokens, as they come
            if isinstance(event, Audio):
                play(event.pcm)

`connect_sync` is the same with `with` and `for`. Run as a script, in this folder or from the project's root,
it is the example: it streams a text token by token to a server and plays what comes back, or saves it
(`uv run client.py --url ws://… --opt speed=1.2`). Nothing in the package imports this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __package__ in (None, ""):  # run as a script, in this folder or from the project's root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from voice_server.missing_packages import require_packages

    require_packages(sys.argv[0])

from voice_server.client_addresses import DEFAULT_URL, NoServer
from voice_server.client_clock import PlaybackClock, PlayPosition
from voice_server.client_events import (
    Audio,
    Cancelled,
    Closing,
    Done,
    ErrorEvent,
    Event,
    Flushed,
    Generating,
    Paused,
    Pong,
    Ready,
    Resumed,
    Sentence,
    SentenceEnd,
    TurnDone,
    Unknown,
    WarningEvent,
    Word,
    Words,
)
from voice_server.client_streams import (
    AsyncStream,
    StreamClosed,
    StreamRefused,
    SyncStream,
    connect,
    connect_sync,
)

__all__ = [
    "DEFAULT_URL",
    "AsyncStream",
    "Audio",
    "Cancelled",
    "Closing",
    "Done",
    "ErrorEvent",
    "Event",
    "Flushed",
    "Generating",
    "NoServer",
    "Paused",
    "PlayPosition",
    "PlaybackClock",
    "Pong",
    "Ready",
    "Resumed",
    "Sentence",
    "SentenceEnd",
    "StreamClosed",
    "StreamRefused",
    "SyncStream",
    "TurnDone",
    "Unknown",
    "WarningEvent",
    "Word",
    "Words",
    "connect",
    "connect_sync",
]


def main() -> None:
    """Run the example."""
    from voice_server.commands.shared.program import run_program  # noqa: PLC0415 - the script only
    from voice_server.commands.simulate.client_example import client_example  # noqa: PLC0415 - the script only

    run_program(client_example, Path(sys.argv[0]).name)


if __name__ == "__main__":
    main()
