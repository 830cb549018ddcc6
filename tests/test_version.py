"""The version is that of the installed package, and a checkout that is not installed has an answer too."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata

import pytest

from voice_server.version import version


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    version.cache_clear()
    yield
    version.cache_clear()


def test_it_is_the_installed_package_s() -> None:
    assert version() == metadata.version("voice-server")


def test_a_checkout_that_is_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", find_nothing)
    assert version().startswith("unknown")
