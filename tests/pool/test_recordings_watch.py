"""The folder of recordings is looked at again when it has changed, and what is no voice is told."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.pool.staging import Run, Stage


def _drop(file: Path, *, at_ns: int) -> None:
    # Two files dropped at once have the same time for a clock that ticks a hundred times a second.
    file.write_bytes(b"sound")
    os.utime(file.parent, ns=(at_ns, at_ns))


def test_a_new_recording_is_a_voice_and_one_that_is_none_is_logged(
    run: Run, stage: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()

    async def main() -> None:
        async with stage.pool(workers=1, samples=folder) as pool:
            own = {voice.id for voice in pool.voices()}
            _drop(folder / "anna.wav", at_ns=1)
            assert {voice.id for voice in pool.voices()} == own | {"anna"}
            assert not caplog.records
            _drop(folder / "anna.mp3", at_ns=2)
            assert {voice.id for voice in pool.voices()} == own
            pool.voices()
            _drop(folder / "One.wav", at_ns=3)
            assert {voice.id for voice in pool.voices()} == own

    run(main())
    told = [(vars(each)["file"], vars(each)["reason"]) for each in caplog.records if hasattr(each, "file")]
    assert told == [
        ("anna.mp3", "has the name of another one"),
        ("anna.wav", "has the name of another one"),
        ("anna.mp3", "has the name of another one"),
        ("anna.wav", "has the name of another one"),
        ("One", "has the name of a built-in voice"),
    ]


def test_many_recordings_are_voices_too_and_so_is_one_that_comes_later(
    run: Run, stage: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "original.wav").write_bytes(b"sound")
    for number in range(3_000):
        os.link(folder / "original.wav", folder / f"person-{number:04}.wav")

    async def main() -> None:
        async with stage.pool(workers=1, samples=folder) as pool:
            while len(pool.voices()) < 3_003:
                await asyncio.sleep(0.01)
            _drop(folder / "new.wav", at_ns=1)
            while "new" not in {voice.id for voice in pool.voices()}:
                await asyncio.sleep(0.01)
            assert len(pool.voices()) == 3_004
            assert {voice.backend for voice in pool.voices()} == {"scripted"}

    run(main())
    assert not [record for record in caplog.records if hasattr(record, "file")]
