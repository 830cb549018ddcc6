"""`pytest tests/conformance --backend NAME` checks a backend of backends.yaml; else the embedded ones are."""

from __future__ import annotations

import pytest

from tests.conformance.checking import CHECK_NAMES

_EMBEDDED = ("espeak", "tone")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--backend", action="append", help="a backend of backends.yaml; may be repeated")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    # Without a default, since this file is read too late for the option when the whole suite is run.
    backends = metafunc.config.getoption("--backend", None) or _EMBEDDED
    if "law" in metafunc.fixturenames:
        metafunc.parametrize("backend", backends, scope="session")
        metafunc.parametrize("law", CHECK_NAMES)
