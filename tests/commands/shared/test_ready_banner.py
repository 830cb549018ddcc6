from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.natural_engines import set_up
from voice_server.commands.shared.ready_banner import ReadyBanner
from voice_server.config import BackendConfig, Config
from voice_server.serving.composition import open_service
from voice_server.serving.listening_socket import ServerAddresses

TONE = Path(__file__).parents[3] / "tts_backends" / "tone" / "backend.py"


def printed(config: Config, *asked_for: str, addresses: ServerAddresses, log: Path | None = None) -> None:
    async def main() -> None:
        async with open_service(config) as service:
            ReadyBanner(addresses, service, config.source, asked_for, log).print()

    asyncio.run(main())


def test_it_names_the_address_the_voice_and_the_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = Config(
        backends={"tone": BackendConfig(adapter=TONE, samples=tmp_path / "samples")},
        default_backend="tone",
        source=tmp_path / "backends.yaml",
    )
    addresses = ServerAddresses("http://127.0.0.1:8000", "tcp://127.0.0.1:10200")
    printed(config, addresses=addresses, log=tmp_path / "a.log")
    assert capsys.readouterr().err.splitlines() == [
        "voice-server listens on http://127.0.0.1:8000 (open it in a browser); Ctrl-C ends it",
        "  voice       low, Low, spoken by tone",
        "  Wyoming     tcp://127.0.0.1:10200, for Home Assistant",
        f"  settings    {tmp_path}/backends.yaml",
        f"  recordings  {tmp_path}/samples",
        f"  log         {tmp_path}/a.log",
        "try: voice-server stream-tokens --url ws://127.0.0.1:8000/stream-tokens",
    ]


@pytest.mark.parametrize(
    ("asked_for", "engines"),
    [((), ["own"]), (("spare",), ["spare", "own"]), (("never",), ["own", "never"])],
)
def test_of_other_engines_only_those_that_somebody_asked_for_have_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked_for: tuple[str, ...], engines: list[str]
) -> None:
    for name in ("own", "never"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "uv.lock").touch()
    config = Config(
        backends={
            "tone": BackendConfig(adapter=TONE),
            "spare": BackendConfig(adapter=TONE),
            "own": BackendConfig(adapter=TONE, environment=tmp_path / "own"),
            "never": BackendConfig(adapter=TONE, environment=tmp_path / "never"),
        },
        default_backend="tone",
    )
    set_up(config, "own")
    printed(config, *asked_for, addresses=ServerAddresses("http://127.0.0.1:1"))
    assert re.findall(r"^  engine      (\w+): ", capsys.readouterr().err, re.MULTILINE) == engines


def test_a_default_engine_that_does_not_speak_is_told_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = BackendConfig(adapter=tmp_path / "missing.py", start_timeout_s=5)
    addresses = ServerAddresses("http://127.0.0.1:1")
    printed(Config(backends={"bad": broken}, default_backend="bad"), addresses=addresses)
    assert "  voice       none yet: backend bad is not running: " in capsys.readouterr().err
    spare = BackendConfig(adapter=TONE)
    bad = BackendConfig(adapter=broken.adapter, start_timeout_s=5, fallback="tone")
    printed(Config(backends={"bad": bad, "tone": spare}, default_backend="bad"), addresses=addresses)
    assert "  voice       low, Low, spoken by tone, for bad is not running: " in capsys.readouterr().err
