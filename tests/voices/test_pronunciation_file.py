"""The server's pronunciations follow their file, and a mistake in it is a sentence."""

from __future__ import annotations

import asyncio
import logging
import re
from pathlib import Path

import pytest

from tests.virtual_time import run
from voice_server.core.text.pronunciation.dictionary import NO_PRONUNCIATIONS
from voice_server.errors import ConfigError
from voice_server.voices import pronunciation_file
from voice_server.voices.pronunciation_file import MAX_FILE_BYTES, PronunciationFile

ROOT = Path(__file__).resolve().parents[2]


def say(file: PronunciationFile, text: str, backend: str = "espeak") -> str:
    edits = file.dictionary.edits(text, language="en", backend=backend, says_phonemes=False)
    return " ".join(edit.replacement for edit in edits)


def test_a_server_without_a_file_has_no_pronunciations() -> None:
    async def main() -> None:
        file = PronunciationFile(None)
        async with file.watched():
            await asyncio.sleep(5)
        assert file.dictionary is NO_PRONUNCIATIONS

    run(main())


def test_the_example_of_the_documents_is_read() -> None:
    file = PronunciationFile(ROOT / "docs" / "pronunciations.yaml", {"espeak", "kokoro"})
    assert len(file.dictionary) > 3
    assert say(file, "SQL on Nginx.") == "see quel engine x"
    assert say(file, "SQL", "piper") == "sequel"


def test_an_empty_file_has_no_words(tmp_path: Path) -> None:
    (tmp_path / "words.yaml").write_text("# none yet\n")
    assert len(PronunciationFile(tmp_path / "words.yaml").dictionary) == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "there is no file 'words.yaml', which pronunciations in backends.yaml names"),
        ("- GIF", "words.yaml is a mapping of words to how they are said, as GIF: jif"),
        ("GIF: {ipa: dʒ1f}", "words.yaml: 'GIF': ipa must be letters of the IPA"),
        ("GIF: {sey: jif}", "words.yaml: 'GIF': unknown key 'sey'; did you mean say"),
        ("no: yes", "words.yaml: the word False must be a text"),
        ("GIF: jif\nGIF: gif", "words.yaml is not YAML we accept in line 2: the key 'GIF' stands here twice"),
        ("GIF: *a", "words.yaml is not YAML we accept in line 1"),
        ("a: " + "x" * MAX_FILE_BYTES, "words.yaml is larger than 1024 KiB"),
    ],
)
def test_a_mistake_is_a_sentence_that_names_the_file_and_the_entry(
    tmp_path: Path, content: str | None, sentence: str
) -> None:
    if content is not None:
        (tmp_path / "words.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="^" + re.escape(sentence)):
        PronunciationFile(tmp_path / "words.yaml")


def test_a_backend_that_there_is_not_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "words.yaml").write_text("SQL: {backends: {kokro: sequel, espeak: see quel}}")
    PronunciationFile(tmp_path / "words.yaml", {"espeak", "kokoro"})
    told = [(each.msg, each.__dict__["word"], each.__dict__["backend"]) for each in caplog.records]
    assert told == [("a pronunciation is for a backend that there is not", "SQL", "kokro")]


def test_a_file_that_changes_is_read_again_and_a_mistake_leaves_the_old_in_force(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pronunciation_file, "_LOOK_EVERY_S", 0.001)
    caplog.set_level(logging.INFO)
    path = tmp_path / "words.yaml"

    async def until_told(count: int) -> None:
        while len(caplog.records) < count:
            await asyncio.sleep(0.001)

    async def main() -> None:
        path.write_text("GIF: jif")
        file = PronunciationFile(path)
        async with file.watched():
            await asyncio.sleep(0.01)
            assert caplog.records == []
            path.write_text("GIF: hard gif")
            await until_told(1)
            assert say(file, "GIF") == "hard gif"
            path.write_text("GIF: {ipa: '1'}")
            await until_told(2)
            path.unlink()
            await until_told(3)
            assert say(file, "GIF") == "hard gif"
            path.write_text("{GIF: again, SQL: sequel}")
            await until_told(4)
            assert say(file, "GIF SQL") == "again sequel"

    asyncio.run(main())
    assert [each.msg for each in caplog.records] == [
        "pronunciations were read again",
        "pronunciations stay as they were",
        "pronunciations stay as they were",
        "pronunciations were read again",
    ]
    assert "'GIF': ipa must be" in caplog.records[1].__dict__["reason"]
