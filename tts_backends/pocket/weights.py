"""Where Pocket TTS' weights are: a folder that the user names, or the copy that the hub's client keeps.

Run as a program it fetches them, or with --find only looks for them, and tells where; `voice-server
setup pocket` and `voice-server doctor pocket` do so. Its first argument is the settings as JSON. It imports
neither torch nor the package, since a server looks every two seconds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

DEFAULT_KIND = "english"
VOICES_REPOSITORY = "kyutai/pocket-tts-without-voice-cloning"
VOICES_REVISION = "a7056f505a4a8ca72d8b5fb1440071d6f1a35739"
"""Where the package has its own voices from; they belong to the weights that it names."""
_CLONING, _NOT_CLONING = "weights_path", "weights_path_without_voice_cloning"
_HOW_TO_CLONE = (
    "the weights that clone voices want an account at the hub: accept their terms at"
    " https://huggingface.co/kyutai/pocket-tts, log in with `hf auth login`, and run this again. The model's"
    " own voices speak without."
)


@dataclass(frozen=True, slots=True)
class Files:
    """A model's configuration with the paths of its files in it, and its voices by name."""

    configuration: Mapping[str, Any]
    voices: Mapping[str, Path] = field(default_factory=dict)

    @property
    def weights(self) -> Path:
        """The file of weights."""
        return Path(self.configuration["weights_path"])


def kinds() -> dict[str, Path]:
    """The package's models, and the configuration of each."""
    package = find_spec("pocket_tts")
    folders = (package and package.submodule_search_locations) or ()
    return {file.stem: file for folder in folders for file in sorted(Path(folder).glob("config/*.yaml"))}


def files_of(kind: str, model: str, *, fetch: bool = False) -> Files:
    """Return the files of one of the package's models, or of a folder. Raises FileNotFoundError."""
    if model:
        return _files_in(Path(model).expanduser(), kind)
    configuration = yaml.safe_load(kinds()[kind].read_text())
    try:
        tokenizer = _from_hub(configuration["flow_lm"]["lookup_table"]["tokenizer_path"], fetch=fetch)
        weights = _weights(configuration, fetch=fetch)
        voices = _voices(kind, fetch=fetch)
    except Exception as error:
        missing = f"the weights of Pocket TTS ({kind}) are not on this machine"
        if fetch:
            missing += (
                " and the hub cannot be reached: name a folder as `model:` in its settings, or go online"
            )
        raise FileNotFoundError(f"{missing}; run: voice-server setup pocket") from error
    return Files(_with_paths(configuration, weights, tokenizer), voices)


def _files_in(folder: Path, kind: str) -> Files:
    """The files of a folder with the hub's layout: the model of one language, and its voices."""
    configurations = sorted(folder.glob("*.yaml")) or [kinds()[kind]]
    tokenizers = [folder / name for name in ("tokenizer.json", "tokenizer.model")]
    tokenizer = next(filter(Path.is_file, tokenizers), None)
    weights = folder / "model.safetensors"
    if tokenizer is None or not weights.is_file():
        raise FileNotFoundError(
            f"the folder {folder} lacks model.safetensors, or tokenizer.json or tokenizer.model"
        )
    configuration = yaml.safe_load(configurations[0].read_text())
    return Files(
        _with_paths(configuration, weights, tokenizer), _by_name(folder.glob("embeddings/*.safetensors"))
    )


def _with_paths(configuration: dict[str, Any], weights: Path, tokenizer: Path) -> dict[str, Any]:
    configuration.pop(_NOT_CLONING, None)
    configuration["weights_path"] = str(weights)
    table = configuration["flow_lm"]["lookup_table"]
    table["tokenizer_path"] = str(tokenizer)
    table["tokenizer"] = "tokenizers" if tokenizer.suffix == ".json" else "sentencepiece"
    return configuration


def _weights(configuration: Mapping[str, Any], *, fetch: bool) -> Path:
    """The weights that clone voices, else those that do not."""
    try:
        return _from_hub(configuration[_CLONING], fetch=fetch)
    except Exception:
        weights = _from_hub(configuration[_NOT_CLONING], fetch=fetch)
        if fetch:
            print(_HOW_TO_CLONE)
        return weights


def _from_hub(address: str, *, fetch: bool) -> Path:
    """A file of the hub, from an address such as hf://owner/name/path@revision."""
    from huggingface_hub import hf_hub_download  # noqa: PLC0415 - a local model needs no hub

    path, _, revision = address.removeprefix("hf://").partition("@")
    owner, name, file = path.split("/", 2)
    found = hf_hub_download(f"{owner}/{name}", file, revision=revision or None, local_files_only=not fetch)
    return Path(found)


def _voices(kind: str, *, fetch: bool) -> dict[str, Path]:
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - a local model needs no hub

    wanted = f"languages/{kind}/embeddings/*.safetensors"
    snapshot = snapshot_download(
        VOICES_REPOSITORY, revision=VOICES_REVISION, allow_patterns=[wanted], local_files_only=not fetch
    )
    return _by_name(Path(snapshot).glob(wanted))


def _by_name(files: Any) -> dict[str, Path]:
    return {file.stem: file for file in sorted(files)}


if __name__ == "__main__":
    settings = json.loads(sys.argv[1])
    try:
        files = files_of(
            settings.get("kind", DEFAULT_KIND), settings.get("model", ""), fetch="--find" not in sys.argv
        )
    except FileNotFoundError as error:
        print(error)
        sys.exit(1)
    print(files.weights.parent)
