"""Where Chatterbox's weights are: a folder that the user names, or the copy that the hub's client keeps.

Run as a program it fetches them, or with --find only looks for them, and tells where; `voice-server
setup chatterbox` and `voice-server doctor chatterbox` do so. Its first argument is the settings as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

PUBLISHED = {
    "turbo": "ResembleAI/chatterbox-turbo",
    "english": "ResembleAI/chatterbox",
    "multilingual": "ResembleAI/chatterbox",
}
_FILES = {
    "turbo": ["*.safetensors", "*.json", "*.txt", "*.pt", "*.model"],
    "english": ["ve.safetensors", "t3_cfg.safetensors", "s3gen.safetensors", "tokenizer.json", "conds.pt"],
    "multilingual": ["ve.pt", "t3_mtl23ls_v2.safetensors", "s3gen.pt", "*.json", "conds.pt"],
}


def folder_of(kind: str, model: str, *, fetch: bool = False) -> Path:
    """Return the folder with the files of this kind of model. Raises FileNotFoundError."""
    folder = Path(model).expanduser()
    if model and folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - a local model needs no hub

    name = model or PUBLISHED[kind]
    try:
        return Path(snapshot_download(name, allow_patterns=_FILES[kind], local_files_only=not fetch))
    except Exception as error:
        missing = f"the weights {name} are not on this machine"
        if fetch:
            missing += (
                " and the hub cannot be reached: name a folder as `model:` in its settings, or go online"
            )
        raise FileNotFoundError(f"{missing}; run: voice-server setup chatterbox") from error


if __name__ == "__main__":
    settings = json.loads(sys.argv[1])
    try:
        print(
            folder_of(
                settings.get("kind", "turbo"), settings.get("model", ""), fetch="--find" not in sys.argv
            )
        )
    except FileNotFoundError as error:
        print(error)
        sys.exit(1)
