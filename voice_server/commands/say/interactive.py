"""`say --interactive`: every line is spoken; Ctrl-C stops the speech, Ctrl-D leaves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext, suppress

from voice_server.commands.say.server_handle import ServerHandle
from voice_server.commands.shared.keyboard_interrupts import deferred_interrupt
from voice_server.commands.shared.line_prompt import prompt_session
from voice_server.commands.shared.terminal import print_error, print_note
from voice_server.commands.shared.text_input import input_lines
from voice_server.core.types import JsonObject
from voice_server.errors import VoiceServerError

_HISTORY = "say_history"


def speak_lines(server: ServerHandle, fields: JsonObject, encoding: str | None = None) -> None:
    """Speak every line of standard input with the request's other `fields`; an error ends only its line.

    At a terminal a line interrupts the one before it; lines from a pipe, in `encoding`, are queued.
    """
    is_terminal = sys.stdin.isatty()
    if not is_terminal:
        fields = {"policy": "queue"} | fields
    speaker = LineSpeaker(server, fields)
    for line in _typed_lines(speaker) if is_terminal else input_lines(encoding):
        if line.strip():
            try:
                with deferred_interrupt(speaker.stop) if is_terminal else nullcontext():
                    speaker.speak(line.strip())
            except VoiceServerError as error:
                print_error(error.message)


class LineSpeaker:
    """Speaks lines through a server, and stops those that it has sent, not other programs' speech."""

    def __init__(self, server: ServerHandle, fields: JsonObject) -> None:
        self._server = server
        self._fields = fields
        self._ids: list[int] = []

    def speak(self, line: str) -> None:
        """Send a line and print the warnings; returns when it is accepted. Raises VoiceServerError."""
        response = self._server.request_json("POST", "/synthesize", self._fields | {"text": line})
        self._ids.append(response["id"])
        for warning in response["warnings"]:
            print_note(warning["message"])

    def stop(self) -> bool:
        """Stop the lines that have not ended; return whether there were any. Raises VoiceServerError."""
        if not self._ids or self._server.find() is None:
            return False
        response = self._server.request_json("POST", "/playback/stop", {"ids": self._ids})
        self._ids.clear()
        return bool(response["ended"])


def _typed_lines(speaker: LineSpeaker) -> Iterator[str]:
    session = prompt_session(_HISTORY)
    print_note("type a line to hear it; Ctrl-C stops speech, Ctrl-D leaves")
    while True:
        try:
            yield session.prompt("say> ")
        except KeyboardInterrupt:
            with suppress(VoiceServerError):
                if not speaker.stop():
                    print_note("Ctrl-D leaves")
        except EOFError:
            return
