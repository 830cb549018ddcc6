"""Which bytes of a file a Range header asks for (RFC 9110, section 14)."""

from __future__ import annotations

import pytest

from voice_server.endpoints.http.byte_ranges import requested_range


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-", range(100)),
        ("bytes=40-", range(40, 100)),
        ("bytes=0-0", range(1)),
        ("bytes=10-19", range(10, 20)),
        ("bytes=10-99999", range(10, 100)),
        ("bytes=-30", range(70, 100)),
        ("bytes=-300", range(100)),
        ("BYTES=10-19", range(10, 20)),
        ("bytes = 10 - 19 ", range(10, 20)),
        ("bytes=,10-19,", range(10, 20)),
    ],
)
def test_a_range_is_a_part_of_the_file(header: str, wanted: range) -> None:
    assert requested_range(header, 100) == wanted


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999-"])
def test_a_range_behind_the_end_has_no_bytes(header: str) -> None:
    wanted = requested_range(header, 100)
    assert wanted is not None
    assert not wanted


@pytest.mark.parametrize(
    "header",
    ["", "bytes=", "bytes=-", "bytes", "seconds=0-", "bytes=0-1,4-5", "bytes=9-3", "bytes=a-", "bytes=--1",
     "bytes=+1-", "bytes=" + "9" * 5000 + "-", "bytes=²-", "bytes=1-" + " " * 60_000 + "x"],
)  # fmt: skip
def test_for_everything_else_the_whole_file_is_the_answer(header: str) -> None:
    assert requested_range(header, 100) is None
