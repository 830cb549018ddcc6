"""`say --output FILE`: speech in a file, which appears complete or not at all."""

from __future__ import annotations

import http.client
from pathlib import Path
from typing import BinaryIO

from voice_server.commands.say.server_handle import ServerHandle
from voice_server.commands.shared.os_errors import reason_of
from voice_server.commands.shared.terminal import print_note
from voice_server.core.types import JsonObject
from voice_server.errors import ConfigError, VoiceServerError
from voice_server.process.output_file import STANDARD_OUTPUT, OutputFile

_FORMATS = {".wav": "wav", ".mp3": "mp3", ".flac": "flac", ".opus": "opus", ".ogg": "opus", ".aac": "aac"}
_CHUNK_BYTES = 64 * 1024
_LONG_TEXT_CHARS = 2_000


def save_speech(server: ServerHandle, fields: JsonObject, path: Path) -> None:
    """Save speech in the format that the file's suffix names; an older file is replaced at the end.

    Raises ConfigError for another suffix or a folder in the file's place, VoiceServerError when it fails.
    """
    audio_format = _format_of(path)
    if len(fields["text"]) > _LONG_TEXT_CHARS:
        print_note(f"speaking into {path.name} …")
    try:
        output = OutputFile(path)
        try:
            _download(server, fields | {"format": audio_format}, output.file)
            output.keep()
        finally:
            output.discard()
    except OSError as error:
        message = f"cannot write {str(path)!r}: {reason_of(error)}"
        raise VoiceServerError(message, code="write_failed") from None
    print_note(f"saved to {path}")


def _format_of(path: Path) -> str:
    if path == STANDARD_OUTPUT or (path.exists() and not path.is_file() and not path.is_dir()):
        return "wav"
    audio_format = _FORMATS.get(path.suffix.lower())
    if audio_format is None:
        raise ConfigError(f"{path.name!r} names no format that there is; there are {', '.join(_FORMATS)}")
    if path.is_dir():
        raise ConfigError(f"cannot write {str(path)!r}: it is a folder")
    return audio_format


def _download(server: ServerHandle, fields: JsonObject, file: BinaryIO) -> None:
    with server.open_response("/tts", fields) as response:
        try:
            while chunk := response.read(_CHUNK_BYTES):
                file.write(chunk)
        except http.client.HTTPException:
            raise VoiceServerError(
                "the server ended before the file was complete", code="cut_short"
            ) from None
        if warning := response.headers.get("X-Warning"):
            print_note(warning.partition(": ")[2])
