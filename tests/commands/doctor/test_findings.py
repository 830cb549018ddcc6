from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from voice_server.commands.doctor import findings
from voice_server.commands.doctor.environment_probe import ProbedEnvironment, ProbeFailed
from voice_server.commands.doctor.findings import Finding, findings_of
from voice_server.config import BackendConfig

TONE = Path(__file__).parents[3] / "tts_backends" / "tone" / "backend.py"


def found(backend: BackendConfig, *, quick: bool = True) -> list[Finding]:
    async def main() -> list[Finding]:
        return [finding async for finding in findings_of("mine", backend, quick=quick)]

    return asyncio.run(main())


def probed(monkeypatch: pytest.MonkeyPatch, result: ProbedEnvironment | ProbeFailed) -> None:
    """Have every environment report this."""

    async def probe(*_: Any) -> ProbedEnvironment:
        if isinstance(result, ProbeFailed):
            raise result
        return result

    monkeypatch.setattr(findings, "probe_environment", probe)


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (Finding("b", "is set up", passed=False), True),
        (Finding("b", "weights", passed=False), True),
        (Finding("b", "weights", passed=True), False),
        (Finding("b", "packages", passed=False), False),
    ],
)
def test_what_was_never_set_up_is_absent_and_not_broken(finding: Finding, expected: bool) -> None:
    assert finding.is_absence is expected


def test_a_quick_check_ends_with_the_start() -> None:
    environment, starts = found(BackendConfig(adapter=TONE))
    assert environment.detail.startswith("the server's own, ")
    assert (starts.name, starts.passed) == ("starts", True)
    assert "4 voices in 3 languages" in starts.detail


def test_a_backend_that_does_not_start_says_why_and_is_checked_no_further() -> None:
    *_, last = found(BackendConfig(adapter=Path("missing.py"), start_timeout_s=5), quick=False)
    assert (last.name, last.passed) == ("starts", False)
    assert "missing.py" in last.detail


def test_an_environment_that_fails_is_the_only_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    probed(monkeypatch, ProbeFailed("its python is broken"))
    (only,) = found(BackendConfig(adapter=TONE))
    assert (only.name, only.passed) == ("environment", False)
    assert only.detail.endswith(": its python is broken")


@pytest.mark.parametrize(
    ("versions", "passed", "detail"),
    [
        ({"torch": "2.9", "numpy": "2.1"}, True, "torch 2.9, numpy 2.1"),
        ({"torch": "2.9", "numpy": None}, False, "not installed: numpy"),
    ],
)
def test_packages_are_listed_with_their_versions_or_as_missing(
    monkeypatch: pytest.MonkeyPatch, versions: dict[str, str | None], passed: bool, detail: str
) -> None:
    probed(monkeypatch, ProbedEnvironment("3.11.7", "mps", versions))
    environment, packages, *later = found(BackendConfig(adapter=TONE))
    assert environment.detail.endswith(", Python 3.11.7 on mps")
    assert packages == Finding("mine", "packages", passed, detail)
    assert bool(later) is passed


def test_an_environment_that_is_not_there_is_not_probed(tmp_path: Path) -> None:
    (only,) = found(BackendConfig(adapter=TONE, environment=tmp_path / "nowhere"))
    assert (only.name, only.passed) == ("is set up", False)
