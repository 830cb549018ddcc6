"""`say --output FILE`: speech in a file, which appears complete or not at all."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import BinaryIO

from voice_server.commands.say.server_handle import ServerHandle
from voice_server.commands.shared.os_errors import reason_of
from voice_server.commands.shared.terminal import print_note
from voice_server.core.types import JsonObject
from voice_server.errors import ConfigError, ReaderGone, VoiceServerError
from voice_server.process.output_file import OutputFile
from voice_server.sound_files.file_formats import format_of

_CHUNK_BYTES = 64 * 1024
_LONG_TEXT_CHARS = 2_000


def save_speech(server: ServerHandle, fields: JsonObject, path: Path) -> None:
    """Save speech in the format that the file's suffix names; an older file is replaced at the end.

    Raises ConfigError for a suffix that names none and for a folder in the file's place, VoiceServerError
    when it fails.
    """
    audio_format = format_of(path)
    if path.is_dir():
        raise ConfigError(f"cannot write {str(path)!r}: it is a folder")
    if len(fields["text"]) > _LONG_TEXT_CHARS:
        print_note(f"speaking into {path.name} …")
    try:
        output = OutputFile(path)
        try:
            _download(server, fields | {"format": audio_format}, output.file)
            output.keep()
        finally:
            output.discard()
    except BrokenPipeError:
        raise ReaderGone from None
    except OSError as error:
        message = f"cannot write {str(path)!r}: {reason_of(error)}"
        raise VoiceServerError(message, code="write_failed") from None
    print_note(f"saved to {path}")


def _download(server: ServerHandle, fields: JsonObject, file: BinaryIO) -> None:
    with server.open_response("/tts", fields) as response:
        try:
            while chunk := response.read(_CHUNK_BYTES):
                file.write(chunk)
        except http.client.HTTPException:
            raise VoiceServerError(
                "the server ended before the file was complete", code="cut_short"
            ) from None
        for warning in json.loads(response.headers.get("X-Warnings", "[]")):
            print_note(warning["message"])
