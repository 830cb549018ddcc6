"""`say --output FILE`: the speech in a file, whole or not at all."""

from __future__ import annotations

import http.client
import os
from contextlib import suppress
from pathlib import Path

from voice_server.commands.say.server_handle import ServerHandle
from voice_server.commands.shared.terminal import print_note
from voice_server.core.types import JsonObject
from voice_server.errors import ConfigError, VoiceServerError

_FORMATS = {".wav": "wav", ".mp3": "mp3", ".flac": "flac", ".opus": "opus", ".ogg": "opus", ".aac": "aac"}
_PIECE_BYTES = 64 * 1024
_LONG_CHARS = 2_000


def save(reach: ServerHandle, fields: JsonObject, path: Path) -> None:
    """Save speech in the format that the file's name asks for; an older file stays until it is whole.

    Raises ConfigError for another ending or a folder that takes no file, VoiceServerError when it fails.
    """
    form = _FORMATS.get(path.suffix.lower())
    if form is None:
        raise ConfigError(f"{path.name!r} names no format that there is; there are {', '.join(_FORMATS)}")
    if path.is_dir():
        raise ConfigError(f"cannot write {str(path)!r}: it is a folder")
    if len(fields["text"]) > _LONG_CHARS:
        print_note(f"speaking into {path.name} …")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _receive(reach, fields | {"format": form}, part)
        part.replace(path)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise VoiceServerError(f"cannot write {str(path)!r}: {why}", code="write_failed") from None
    finally:
        with suppress(OSError):  # most often it is not there any more, or never was
            part.unlink()
    print_note(f"saved to {path}")


def _receive(reach: ServerHandle, fields: JsonObject, part: Path) -> None:
    with part.open("wb") as file, reach.receiving("/tts", fields) as response:
        try:
            while piece := response.read(_PIECE_BYTES):
                file.write(piece)
        except http.client.HTTPException:
            raise VoiceServerError(
                "the server ended before the file was complete", code="cut_short"
            ) from None
        warning = response.headers.get("X-Warning")
        if warning:
            print_note(warning.partition(": ")[2])
