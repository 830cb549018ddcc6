"""A clone is made once for a recording's contents, whichever worker wants it."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_server.worker.clone_cache import CloneCache


class Workshop:
    """Makes clones, and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def make(self) -> str:
        self.made += 1
        return f"clone {self.made}"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "voice-server" / "parrot"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    file = tmp_path / "anna.wav"
    file.write_bytes(b"anna")
    return file


def new_cache(in_memory: int = 2) -> CloneCache[str]:
    return CloneCache(
        "parrot", ".txt", Path.read_text, lambda clone, file: file.write_text(clone), in_memory=in_memory
    )


def test_a_clone_is_made_once(recording: Path) -> None:
    cache, workshop = new_cache(), Workshop()
    assert {cache.take(recording, "large", workshop.make) for _ in range(3)} == {"clone 1"}
    assert workshop.made == 1


def test_another_worker_reads_what_was_made(recording: Path) -> None:
    workshop = Workshop()
    taken = [new_cache().take(recording, "large", workshop.make) for _ in range(2)]
    assert taken == ["clone 1", "clone 1"]
    assert workshop.made == 1


def test_contents_and_model_decide_not_the_name(recording: Path, tmp_path: Path) -> None:
    cache, workshop = new_cache(), Workshop()
    cache.take(recording, "large", workshop.make)
    assert cache.take(recording, "small", workshop.make) == "clone 2"
    copy = tmp_path / "copy.wav"
    copy.write_bytes(recording.read_bytes())
    assert cache.take(copy, "large", workshop.make) == "clone 1"
    recording.write_bytes(b"bert")
    assert cache.take(recording, "large", workshop.make) == "clone 3"


def test_memory_holds_those_that_were_used_last(recording: Path, home: Path) -> None:
    cache, workshop = new_cache(in_memory=2), Workshop()
    for identity in ("one", "two", "one", "three"):
        cache.take(recording, identity, workshop.make)
    for file in home.iterdir():
        file.unlink()
    assert cache.take(recording, "one", workshop.make) == "clone 1"
    assert cache.take(recording, "two", workshop.make) == "clone 4"


def test_without_a_disk_it_is_made_and_used(recording: Path, home: Path) -> None:
    home.parent.parent.write_text("no folder can be made here")
    assert new_cache().take(recording, "large", Workshop().make) == "clone 1"


def test_nothing_half_written_stays(recording: Path, home: Path) -> None:
    def fail(_clone: str, file: Path) -> None:
        file.write_text("ha")
        raise OSError

    cache = CloneCache("parrot", ".txt", Path.read_text, fail, in_memory=1)
    assert cache.take(recording, "large", Workshop().make) == "clone 1"
    assert list(home.iterdir()) == []
