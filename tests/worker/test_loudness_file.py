"""A voice is measured once for all workers, and anew when its file has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_server.worker.loudness_file import LoudnessFile


class Meter:
    """Measures, and counts how often."""

    def __init__(self, lufs: float | None = -20.04) -> None:
        self.lufs = lufs
        self.measured = 0

    def __call__(self) -> float | None:
        self.measured += 1
        return self.lufs


def test_a_figure_is_measured_once_and_the_next_worker_reads_it(tmp_path: Path) -> None:
    path, meter = tmp_path / "deep" / "voices.json", Meter()
    first, second = (LoudnessFile(path, [1, 2]) for _ in range(2))
    assert [first.lufs_of("a", meter), first.lufs_of("a", meter), second.lufs_of("a", meter)] == [-20.0] * 3
    assert meter.measured == 1
    silent = Meter(None)
    assert [second.lufs_of("b", silent), first.lufs_of("b", silent)] == [None, None]
    assert silent.measured == 1
    assert list(path.parent.iterdir()) == [path]


def test_what_was_measured_of_another_file_is_not_taken(tmp_path: Path) -> None:
    meter = Meter()
    LoudnessFile(tmp_path / "v.json", [1, 2]).lufs_of("a", meter)
    LoudnessFile(tmp_path / "v.json", [1, 3]).lufs_of("a", meter)
    assert meter.measured == 2


@pytest.mark.parametrize("content", ["", "[]", "{", '{"file": 1, "lufs": 5}', '{"lufs": {}}'])
def test_a_damaged_file_is_written_anew(tmp_path: Path, content: str) -> None:
    path = tmp_path / "v.json"
    path.write_text(content)
    assert LoudnessFile(path, 1).lufs_of("a", Meter()) == -20.0
    assert LoudnessFile(path, 1).lufs_of("a", Meter(5)) == -20.0


def test_a_folder_that_cannot_be_written_costs_a_measurement(tmp_path: Path) -> None:
    (tmp_path / "no folder").write_text("")
    kept = LoudnessFile(tmp_path / "no folder" / "v.json", 1)
    assert [kept.lufs_of("a", Meter()), kept.lufs_of("a", Meter(5))] == [-20.0, -20.0]
