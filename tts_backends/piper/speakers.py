"""The voices of a folder: each file is one, and each speaker of a file with several is one more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piper.config import PiperConfig

from voice_server.worker.api import Voice

_SEPARATOR = "+"


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice's file, and the number of the speaker in it; None where it has only one."""

    file: Path
    number: int | None


def speakers_in(folder: Path) -> dict[Voice, Speaker]:
    """Return the voices of a folder with where each is, by their names; a file without its JSON is none."""
    return dict(each for file in sorted(folder.glob("*.onnx")) for each in _speakers_of(file))


def configuration_of(file: Path) -> PiperConfig:
    """Return the configuration beside a voice's file."""
    config: PiperConfig = PiperConfig.from_dict(_json_beside(file))
    return config


def _json_beside(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_json_file(file).read_text(encoding="utf-8"))
    return content


def _json_file(file: Path) -> Path:
    return file.with_name(file.name + ".json")


def _speakers_of(file: Path) -> Iterator[tuple[Voice, Speaker]]:
    if not _json_file(file).is_file():
        return
    config = _json_beside(file)
    language = str(config.get("language", {}).get("code") or config["espeak"]["voice"]).replace("_", "-")
    name = str(config.get("dataset") or file.stem).replace("_", " ").title()
    speakers: dict[str, int] = config.get("speaker_id_map") or {}
    yield (
        Voice(file.stem, name, language),
        Speaker(file, config.get("default_speaker_id", 0) if speakers else None),
    )
    for speaker, number in speakers.items():
        voice = Voice(f"{file.stem}{_SEPARATOR}{speaker}", f"{name}, {speaker}", language)
        yield voice, Speaker(file, number)
