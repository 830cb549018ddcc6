"""Every reason for which a backend is down says what happened and what helps."""

from __future__ import annotations

import pytest

from voice_server.pool.down_reasons import why_ended, with_help

CRASHES = ("SEGV", "BUS", "ABRT", "FPE")


@pytest.mark.parametrize(
    ("how", "last_line", "helps"),
    [
        (
            "was ended by SIGKILL",
            "",
            "memory runs out: give it more, or start fewer workers with --pool-size",
        ),
        ("was ended by SIGKILL", "loading 4 GB", "memory runs out"),
        *(
            (f"was ended by SIG{each}", "", "its engine crashed, and voice-server doctor tone")
            for each in CRASHES
        ),
        ("was ended by SIGILL", "", "a processor with more instructions"),
        ("was ended by SIGTERM", "", "voice-server doctor tone"),
        ("exited with status 3", "no weights", "voice-server doctor tone"),
        ("exited with status 0", "", "voice-server doctor tone"),
        (
            "exited with status 1",
            "its python is 3.8, and a worker needs 3.11 or newer",
            "`environment` of tone",
        ),
        ("exited with status 1", "SyntaxError: invalid syntax", "`environment` of tone"),
        ("exited with status 1", "ModuleNotFoundError: No module named 'msgpack'", "voice-server setup tone"),
        ("did not get ready within 300 s", "", "start_timeout_s of tone"),
        ("sent bytes that are no frame", "", "writes into the pipe"),
        ("could not be forked", "", "voice-server doctor tone"),
    ],
)
def test_the_end_of_a_worker_is_told_with_what_helps(how: str, last_line: str, helps: str) -> None:
    told = with_help("tone", why_ended(how, last_line))
    happened, _, help_ = told.partition("; ")
    assert helps in help_
    assert how in happened or "the package 'msgpack' is missing from its python" in happened
    assert last_line in happened or "msgpack" in happened


@pytest.mark.parametrize(
    ("reason", "helps"),
    [
        ("its engine could not be loaded (ValueError: no)", "voice-server doctor tone"),
        ("there is not enough memory to load its engine", "--pool-size"),
        ("its python cannot be run: permission denied", "`environment` of tone"),
        ("unknown setting 'x'; there is none", "`settings` of tone"),
        ("the adapter offers no voice.", "voice-server doctor tone"),
    ],
)
def test_an_engine_that_cannot_be_loaded_is_told_with_what_helps(reason: str, helps: str) -> None:
    told = with_help("tone", reason)
    assert told.startswith(reason.rstrip("."))
    assert helps in told


def test_a_missing_package_is_installed_where_the_environment_comes_from() -> None:
    reason = "the package 'torch' is missing from the backend's environment"
    assert with_help("tone", reason).endswith("; voice-server setup tone installs it")
    assert with_help("tone", reason, can_set_up=False).endswith("; install it there")


def test_what_says_already_what_helps_is_left_alone() -> None:
    reason = "backends.tone in backends.yaml: unknown option 'x'; there are 1: seed"
    assert with_help("tone", reason) == reason


@pytest.mark.parametrize("reason", ["", " ", "\n"])
def test_there_is_always_a_reason(reason: str) -> None:
    assert "ask again" in with_help("tone", reason)


def test_a_worker_that_ends_without_a_word_is_told_so() -> None:
    assert why_ended("exited with status 1", "") == "a worker exited with status 1 without a word"
