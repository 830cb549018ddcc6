from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from voice_server.serving.voice_logs import VoiceLogs, log_voices_in


def record(**fields: object) -> logging.LogRecord:
    made = {"msg": "a text is over", "levelname": "INFO", "levelno": logging.INFO, "name": "x"}
    return logging.makeLogRecord(made | fields)


def test_each_voice_and_language_has_a_file_of_its_own_that_only_its_user_can_read(tmp_path: Path) -> None:
    logs = VoiceLogs(tmp_path)
    for channel in ("kokoro/af_heart/en-us", "piper/en_US-x+3/de", "kokoro/af_heart/en-us"):
        logs.handle(record(channel=channel, id=1, how="heard"))
    files = {path.name: path for path in tmp_path.iterdir()}
    assert files.keys() == {"voice_server_af_heart_en-us.log", "voice_server_en_US-x+3_de.log"}
    lines = files["voice_server_af_heart_en-us.log"].read_text().splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("x: a text is over channel=kokoro/af_heart/en-us id=1 how=heard")
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}


def test_no_name_of_a_voice_leads_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    logs = VoiceLogs(folder)
    for channel in ("kokoro/../../../etc/passwd/en", f"kokoro/{'a' * 500}/en", "kokoro/a b\n/\x1b"):
        logs.handle(record(channel=channel))
    assert len(list(folder.iterdir())) == 3
    assert list(tmp_path.iterdir()) == [folder]


def test_what_is_of_no_voice_has_no_file(tmp_path: Path) -> None:
    VoiceLogs(tmp_path).handle(record())
    assert not list(tmp_path.iterdir())


@pytest.fixture
def playback() -> Iterator[logging.Logger]:
    """The logger of the loudspeakers, as it was before when the test is over."""
    logger = logging.getLogger("voice_server.playback")
    level, handlers = logger.level, list(logger.handlers)
    yield logger
    logger.setLevel(level)
    logger.handlers = handlers


def test_voices_are_logged_also_where_the_other_log_has_only_warnings(
    tmp_path: Path, playback: logging.Logger
) -> None:
    log_voices_in(tmp_path)
    logging.getLogger("voice_server.playback.loudspeakers").info(
        "a text begins", extra={"channel": "tone/low/en-us"}
    )
    assert playback.level <= logging.INFO
    assert "a text begins" in (tmp_path / "voice_server_low_en-us.log").read_text()
