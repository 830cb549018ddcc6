"""Where VibeVoice's weights are: a folder that the user names, or the copy that the hub's client keeps.

Run as a program it fetches them, or with --find only looks for them, and tells where; `voice-server
setup vibevoice` and `voice-server doctor vibevoice` do so. Its first argument is the settings as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

PUBLISHED = "vibevoice/VibeVoice-1.5B-hf"


def folder_of(model: str, *, fetch: bool = False) -> Path:
    """Return the folder with `config.json`, weights and processor. Raises FileNotFoundError."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - a local model needs no hub

    try:
        return Path(snapshot_download(model, local_files_only=not fetch))
    except Exception as error:
        missing = f"the weights {model} are not on this machine"
        if fetch:
            missing += (
                " and the hub cannot be reached: name a folder as `model:` in its settings, or go online"
            )
        raise FileNotFoundError(f"{missing}; run: voice-server setup vibevoice") from error


if __name__ == "__main__":
    try:
        print(folder_of(json.loads(sys.argv[1]).get("model", PUBLISHED), fetch="--find" not in sys.argv))
    except FileNotFoundError as error:
        print(error)
        sys.exit(1)
