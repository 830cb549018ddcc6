"""Mixes: how they are written, and that saved ones outlive the server."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from voice_server.errors import NoStorage, RequestError, TooMuch
from voice_server.voices.mixes import (
    MAX_SAVED,
    Mix,
    MixStore,
    SavedMix,
    looks_like_mix,
    name_for_mix,
    parse_mix,
)

MINE = SavedMix(id="mine", mix="a(2)+b(1)", backend="one")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("af_bella(2)+af_sky(1)", (("af_bella", 2.0), ("af_sky", 1.0))),
        ("af_bella + af_sky(0.5)", (("af_bella", 1.0), ("af_sky", 0.5))),
        ("af_bella(3)", (("af_bella", 3.0),)),
    ],
)
def test_a_mix_is_voices_with_weights(text: str, parts: tuple[tuple[str, float], ...]) -> None:
    assert parse_mix(text) == Mix(parts)


def test_a_mix_is_written_as_it_is_read() -> None:
    mix = Mix((("a", 2.0), ("b", 0.25)))
    assert str(mix) == "a(2)+b(0.25)"
    assert parse_mix(str(mix)) == mix


def test_a_plain_name_is_no_mix() -> None:
    assert parse_mix("af_bella") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("af_bella(2)+af_sky", "af_bella-2_af_sky"),
        ("af_bella , AF_Sky(0.50)", "af_bella_af_sky-0.50"),
        ("+".join(["a" * 60, "bcdefg"]), "a" * 60 + "_bcd"),
    ],
)
def test_a_mix_without_a_name_is_called_like_its_voices(text: str, name: str) -> None:
    assert name_for_mix(text) == name


@pytest.mark.parametrize(
    ("name", "is_mix"),
    [("a_b+c_d", True), ("a(2)+b", True), ("a(2)", True), ("de+f3", False), ("a_b", False), ("a_b+", False)],
)
def test_a_language_with_a_speaker_does_not_look_like_a_mix(name: str, is_mix: bool) -> None:
    assert looks_like_mix(name) == is_mix


@pytest.mark.parametrize("text", ["a+", "+", "a(0)+b", "a(x)+b", "a(1", "a(-1)+b", "a(1)b(2)", "a(99999)+b"])
def test_a_mix_gone_wrong_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(RequestError, match=r"af_bella\(2\)\+af_sky\(1\)"):
        parse_mix(text)


def test_a_mix_has_a_few_voices_at_most() -> None:
    assert parse_mix("+".join("abcdefgh")) is not None
    with pytest.raises(TooMuch, match="at most 8"):
        parse_mix("+".join("abcdefghi"))


def test_what_was_saved_is_there_after_a_restart_and_what_was_deleted_is_not(tmp_path: Path) -> None:
    file = tmp_path / "new" / "mixes.json"
    store = MixStore(file)
    store.save(MINE)
    store.save(SavedMix(id="other", mix="c(1)+d(1)", backend="one"))
    assert dict(MixStore(file))["mine"] == MINE
    assert store.delete("mine")
    assert not store.delete("mine")
    assert list(MixStore(file)) == ["other"]
    assert [each.name for each in file.parent.iterdir()] == ["mixes.json"]


def test_what_another_program_has_saved_is_there_when_the_file_is_read_again(tmp_path: Path) -> None:
    store, other = (MixStore(tmp_path / "mixes.json") for _ in range(2))
    other.save(MINE)
    assert len(store) == 0
    store.read_again()
    assert list(store) == ["mine"]
    (tmp_path / "mixes.json").write_bytes(b"{")
    store.read_again()
    assert list(store) == ["mine"]


def test_a_damaged_file_is_as_none(tmp_path: Path) -> None:
    file = tmp_path / "mixes.json"
    file.write_bytes(b'[{"id": 3}]')
    store = MixStore(file)
    assert len(store) == 0
    store.save(MINE)
    assert list(MixStore(file)) == ["mine"]


def _occupied(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "mixes.json"


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "mixes.json")
    return folder / "mixes.json"


def _directory(folder: Path) -> Path:
    (folder / "mixes.json").mkdir()
    return folder / "mixes.json"


@pytest.mark.parametrize("place", [_occupied, _pipe, _directory])
def test_where_nothing_can_be_written_a_mix_is_not_saved(
    place: Callable[[Path], Path], tmp_path: Path
) -> None:
    store = MixStore(place(tmp_path))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(NoStorage, match="have not changed"):
        store.save(MINE)
    assert len(store) == 0
    assert sorted(tmp_path.iterdir()) == before


def test_when_the_disk_is_full_nothing_changes_and_nothing_is_left_behind(tmp_path: Path) -> None:
    store = MixStore(tmp_path / "mixes.json")
    store.save(MINE)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limit[1]))
    try:
        with pytest.raises(NoStorage):
            store.save(SavedMix(id="other", mix="c(1)+d(1)", backend="one"))
        with pytest.raises(NoStorage):
            store.delete("mine")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert list(store) == list(MixStore(tmp_path / "mixes.json")) == ["mine"]
    assert [each.name for each in tmp_path.iterdir()] == ["mixes.json"]


def test_a_link_is_followed_and_the_mode_of_the_file_is_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "elsewhere" / "mine.json", tmp_path / "mixes.json"
    target.parent.mkdir()
    target.write_text("[]")
    target.chmod(0o640)
    link.symlink_to(target)
    MixStore(link).save(MINE)
    assert link.is_symlink()
    assert list(MixStore(target)) == ["mine"]
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("name", ["", "../etc", "A", "a b", "-a", "a" * 65, "ä"])
def test_a_name_is_a_word_and_never_a_path(name: str) -> None:
    with pytest.raises(RequestError, match="name must be"):
        MixStore().save(SavedMix(id=name, mix="a(1)+b(1)", backend="one"))


def test_only_so_many_can_be_saved() -> None:
    store = MixStore()
    for number in range(MAX_SAVED):
        store.save(SavedMix(id=f"m{number}", mix="a(1)+b(1)", backend="one"))
    store.save(SavedMix(id="m0", mix="b(1)+c(1)", backend="one"))
    with pytest.raises(TooMuch, match="at most 1000"):
        store.save(MINE)
