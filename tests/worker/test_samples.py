"""Recordings in a folder are voices by name; what could do harm or is ambiguous is not listed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from voice_server.errors import RequestError, UnknownName
from voice_server.worker.samples import (
    SAMPLES_VARIABLE,
    check_sample,
    find_sample,
    list_samples,
    sample_voices,
    samples_folder,
    skipped_samples,
    unreadable_sample,
)

RATE_HZ = 1000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Obama.wav", "anna.MP3", "twice.wav", "twice.flac", "notes.txt", "bell\a.wav"):
        (tmp_path / name).write_bytes(b"sound")
    (tmp_path / "linked.wav").symlink_to(tmp_path / "Obama.wav")
    (tmp_path / "folder.wav").mkdir()
    with (tmp_path / "huge.wav").open("wb") as huge:
        huge.truncate(21 * 1024 * 1024)
    return tmp_path


def test_plain_files_of_the_known_kinds_are_voices_with_their_case_kept(folder: Path) -> None:
    assert list(list_samples(folder)) == ["Obama", "anna"]
    assert [(voice.id, voice.kind) for voice in sample_voices(folder, "en")] == [
        ("Obama", "sample"),
        ("anna", "sample"),
    ]


def test_a_folder_that_is_not_there_holds_no_voices(tmp_path: Path) -> None:
    assert list_samples(tmp_path / "nowhere") == list_samples(None) == {}


def test_what_looks_like_a_recording_and_is_not_listed_has_a_reason(folder: Path) -> None:
    same = "has the name of another one"
    assert skipped_samples(folder) == {
        "bell\a.wav": "has a control character in its name",
        "folder.wav": "is no plain file",
        "huge.wav": "is larger than 20 MiB",
        "linked.wav": "is no plain file",
        "twice.flac": same,
        "twice.wav": same,
    }
    assert skipped_samples(None) == {}


def test_names_may_have_blanks_accents_and_capitals_in_the_suffix(tmp_path: Path) -> None:
    composed, apart = "Zoë Müller", "Zoe\u0308 Mu\u0308ller"
    (tmp_path / f"{apart}.FLAC").write_bytes(b"sound")
    (tmp_path / "o'neill, jr..Ogg").write_bytes(b"sound")
    assert list(list_samples(tmp_path)) == [composed, "o'neill, jr."]
    assert find_sample(tmp_path, composed).name == f"{apart}.FLAC"
    (tmp_path / f"{composed}.wav").write_bytes(b"sound")
    assert list(list_samples(tmp_path)) == ["o'neill, jr."]


def test_blanks_at_the_ends_are_no_part_of_a_name(tmp_path: Path) -> None:
    for name in (" anna .wav", "two .wav", "two.mp3", "  .wav"):
        (tmp_path / name).write_bytes(b"sound")
    assert find_sample(tmp_path, "anna").name == " anna .wav"
    assert skipped_samples(tmp_path) == {
        "  .wav": "has a name of blanks only",
        "two .wav": "has the name of another one",
        "two.mp3": "has the name of another one",
    }


@pytest.mark.parametrize("suffix", ["m4a", "MP4", "webm", "aac", "wma", "aiff"])
def test_a_recording_of_another_kind_is_told_and_hides_none(suffix: str, tmp_path: Path) -> None:
    (tmp_path / f"anna.{suffix}").write_bytes(b"sound")
    (tmp_path / "anna.wav").write_bytes(b"sound")
    assert list(list_samples(tmp_path)) == ["anna"]
    sentence = "is of a kind that is not read; convert it to one of wav, mp3, flac, ogg, opus"
    assert skipped_samples(tmp_path) == {f"anna.{suffix}": sentence}


@pytest.mark.parametrize("name", ["nobody", "../Obama", "Obama.wav", "linked", "twice", "huge", ""])
def test_only_a_listed_name_finds_a_file(folder: Path, name: str) -> None:
    assert find_sample(folder, "Obama") == folder / "Obama.wav"
    with pytest.raises(UnknownName):
        find_sample(folder, name)


def test_a_worker_learns_its_folder_from_a_variable() -> None:
    assert samples_folder({SAMPLES_VARIABLE: "/voices"}) == Path("/voices")
    assert samples_folder({}) is None


@pytest.mark.parametrize(
    ("magnitudes", "complaint"),
    [
        (np.full(500, 0.3), r"is 0\.5 s long; record at least 1 s"),
        (np.zeros(0), r"is 0\.0 s long"),
        (np.zeros(2000), "is silent"),
        (np.r_[np.zeros(1900), np.full(100, 0.3)], "is almost all silence"),
        (np.r_[np.full(1900, 0.3), np.full(100, 1.0)], "is clipped.*record it at a lower level"),
    ],
)
def test_a_recording_of_no_use_is_refused_with_what_to_do(magnitudes: object, complaint: str) -> None:
    with pytest.raises(RequestError, match=complaint) as caught:
        check_sample("anna", magnitudes, RATE_HZ, shortest_s=1)
    assert caught.value.code == "bad_sample"


def test_a_good_recording_is_taken() -> None:
    check_sample("anna", np.full(2000, 0.3), RATE_HZ, shortest_s=1)
    check_sample("anna", np.r_[np.full(1990, 0.3), np.full(10, 1.0)], RATE_HZ, shortest_s=1)


def test_what_cannot_be_decoded_says_which_kinds_can() -> None:
    with pytest.raises(RequestError, match="wav, mp3, flac, ogg"):
        check_sample("anna", np.zeros(0), 0, shortest_s=1)
    assert "wav, mp3, flac, ogg" in unreadable_sample("anna").message


def test_a_file_that_comes_in_the_same_moment_as_another_is_found(tmp_path: Path) -> None:
    for name in ("anna", "bert", "carl"):
        (tmp_path / f"{name}.wav").write_bytes(b"sound")
        assert name in list_samples(tmp_path)
    (tmp_path / "bert.wav").unlink()
    assert [*list_samples(tmp_path)] == ["anna", "carl"]


def test_a_folder_that_did_not_change_is_not_listed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "anna.wav").write_bytes(b"sound")
    os.utime(tmp_path, ns=(1, 1))
    first = list_samples(tmp_path)
    monkeypatch.delattr(os, "scandir")
    assert list_samples(tmp_path) == first
    assert find_sample(tmp_path, "anna") == tmp_path / "anna.wav"
