"""What goes wrong with uv is one sentence that says what to do."""

from __future__ import annotations

import pytest

from tests.provisioning.fake_uv import Bench
from voice_server.errors import BackendError

_NO_INDEX = (
    "packages for kokoro cannot be downloaded: no way to the package index; when there is one, "
    "or with a folder of wheels (--find-links FOLDER), run: voice-server setup kokoro"
)


@pytest.mark.parametrize(
    ("complaint", "sentence"),
    [
        (
            "error: Failed to fetch: `https://pypi.org/simple/kokoro/`\\n  dns error",
            _NO_INDEX,
        ),
        (
            "error: No solution found\\nhint: Packages were unavailable because the network was disabled.",
            _NO_INDEX,
        ),
        ("error: disk full", "uv could not install packages for kokoro: disk full"),
    ],
)
def test_what_went_wrong_is_one_sentence(bench: Bench, complaint: str, sentence: str) -> None:
    with pytest.raises(BackendError) as caught:
        bench.make("cpu", {"--requirements": complaint})
    assert caught.value.message == sentence
    assert not [line for line in bench.said if "error" in line]


def test_without_uv_the_sentence_says_where_to_get_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (bench.bin / "uv").unlink()
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(BackendError, match="get it with: pip install uv, or pipx install uv"):
        bench.make()
