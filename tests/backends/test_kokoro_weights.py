"""Weights that are damaged are said to be, and fetched again by `voice-server setup kokoro`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tts_backends.kokoro import checkpoint, weights
from tts_backends.kokoro.checkpoint import VOICE_SHAPE, DamagedFile, damaged_file, read_checkpoint


def write_model(folder: Path) -> None:
    """Write a model folder as registry_weights does."""
    (folder / "voices").mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"vocab": {"a": 1}}))
    np.savez(folder / "weights.npz", a=np.arange(1000.0), b=np.ones(5))
    np.zeros(VOICE_SHAPE, "<f4").tofile(folder / "voices" / "af_heart.bin")


def cut(file: Path) -> None:
    """Leave the first third."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])


def overwrite(file: Path) -> None:
    """Put other bytes in the middle; the size stays."""
    content = bytearray(file.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 100] = b"\xff" * 100
    file.write_bytes(content)


DAMAGE = [
    ("weights.npz", cut, True),
    ("weights.npz", overwrite, False),
    ("weights.npz", Path.unlink, True),
    ("config.json", cut, True),
    ("config.json", lambda file: file.write_text("[1]"), True),
    ("voices/af_heart.bin", cut, False),
]
"""A file, what is done to it, and whether a start finds it; setup finds all."""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our own folder with whole weights, where there is no hub."""

    def no_hub(*_: object, **__: object) -> Path:
        raise OSError("no hub")

    monkeypatch.setattr(weights, "_from_hub", no_hub)
    monkeypatch.setenv("VOICE_SERVER_DATA", str(tmp_path))
    modules = {"checkpoint": checkpoint, "registry_weights": SimpleNamespace(make_model_folder=write_model)}
    monkeypatch.setattr(weights, "_module", modules.__getitem__)
    write_model(tmp_path / "kokoro")
    return tmp_path / "kokoro"


@pytest.mark.parametrize(("name", "damage", "is_found_at_start"), DAMAGE)
def test_setup_fetches_again_what_is_damaged(
    own: Path, name: str, damage: Callable[[Path], object], is_found_at_start: bool
) -> None:
    assert weights.folder_of("auto") == own
    damage(own / name)
    if is_found_at_start:
        with pytest.raises(
            FileNotFoundError, match=r"is damaged; to fetch it again, run: voice-server setup"
        ):
            weights.folder_of("auto")
    assert damaged_file(own, thorough=True) is not None
    assert weights.folder_of("auto", fetch=True) == own
    assert damaged_file(own, thorough=True) is None


def test_a_start_says_which_file(own: Path) -> None:
    cut(own / "weights.npz")
    with pytest.raises(
        FileNotFoundError, match=r"^the file weights\.npz of the weights hexgrad/Kokoro-82M is"
    ):
        weights.folder_of("auto")


def test_a_folder_of_the_users_is_left_alone(tmp_path: Path) -> None:
    write_model(tmp_path)
    cut(tmp_path / "weights.npz")
    with pytest.raises(FileNotFoundError, match=r"weights\.npz in the model folder .* put a whole one"):
        weights.folder_of(str(tmp_path), fetch=True)


def test_what_only_reading_finds_is_said_with_the_files_name(tmp_path: Path) -> None:
    write_model(tmp_path)
    overwrite(tmp_path / "weights.npz")
    with pytest.raises(DamagedFile, match=r"^weights\.npz is no file of arrays"):
        read_checkpoint(tmp_path / "weights.npz")


def test_a_damaged_copy_of_the_hubs_is_downloaded_anew(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = tmp_path / "hub"
    write_model(hub)
    cut(hub / "weights.npz")
    asked: list[bool] = []

    def from_hub(_model: str, *, fetch: bool, anew: bool = False) -> Path:
        if fetch:
            asked.append(anew)
            write_model(hub)
        return hub

    monkeypatch.setattr(weights, "_from_hub", from_hub)
    cut(own / "config.json")
    assert weights.folder_of("auto", fetch=True) == hub
    assert asked == [True]


def test_the_hubs_copy_is_found_in_its_cache_without_its_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    constants = SimpleNamespace(HF_HUB_CACHE=str(tmp_path), REPO_ID_SEPARATOR="--")
    monkeypatch.setitem(sys.modules, "huggingface_hub", SimpleNamespace(constants=constants))
    monkeypatch.setitem(sys.modules, "huggingface_hub.constants", constants)
    monkeypatch.setattr(weights, "_module", {"checkpoint": checkpoint}.__getitem__)
    kept = tmp_path / "models--somebody--voices"
    for content in (None, "0123abc\n"):
        if content is not None:
            (kept / "refs").mkdir(parents=True)
            (kept / "refs" / "main").write_text(content)
        with pytest.raises(FileNotFoundError, match="the weights somebody/voices are not on this machine"):
            weights.folder_of("somebody/voices")
    write_model(kept / "snapshots" / "0123abc")
    assert weights.folder_of("somebody/voices") == kept / "snapshots" / "0123abc"
