"""Texts that are complete in themselves."""

from __future__ import annotations

import pytest

from voice_server.endpoints.dialects.shared.whole_texts import parted


@pytest.mark.parametrize(
    ("before", "text", "wanted"),
    [("One.", "Two.", " Two."), ("One. ", "Two.", "Two."), ("One.", " Two.", " Two.")],
)
def test_one_space_parts_them(before: str, text: str, wanted: str) -> None:
    assert parted(before, text) == wanted
