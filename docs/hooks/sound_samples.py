"""Samples of the engines, spoken by the server itself while the site is built.

espeak always speaks. An engine that is not set up on this machine is left out, and the table says so.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

MARKER = "<!-- sound samples -->"
"""Where the table stands in a page."""
_ENGLISH = (
    "Hello! I am a voice on your own machine. "
    "Bread rises because yeast is alive: it ate 12 grams of sugar by 9:30."
)


@dataclass(frozen=True, slots=True)
class SoundSample:
    """What an engine is to say, with which of its voices."""

    backend: str
    voice: str
    language: str
    text: str = _ENGLISH

    @property
    def file(self) -> str:
        """The sound's path among the sources of the site."""
        return f"samples/{self.backend}-{self.voice}.mp3"


SOUND_SAMPLES = (
    SoundSample("espeak", "en-us", "English"),
    SoundSample("espeak", "de", "German", "Guten Tag! Ich bin eine Stimme auf deinem eigenen Rechner."),
    SoundSample("piper", "en_US-joe-medium", "English"),
    SoundSample("kokoro", "af_heart", "English"),
    SoundSample("kokoro", "bm_george", "British English"),
    SoundSample("kokoro", "ff_siwis", "French", "Bonjour ! Je suis une voix sur votre propre machine."),
    SoundSample("kokoro", "jf_alpha", "Japanese", "こんにちは。私はあなたのパソコンの声です。"),
)


@contextmanager
def _server() -> Iterator[str]:
    """A server with all that is set up here, once its engines have been loaded; yields its address."""
    command = [sys.executable, "-m", "voice_server", "serve", "--port", "0", "--no-natural", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            url = str(json.loads(process.stdout.readline())["url"])
            while "starting" in _states(url).values():
                time.sleep(0.5)
            yield url
        finally:
            process.terminate()


def _states(url: str) -> dict[str, str]:
    """How each backend is."""
    with urlopen(f"{url}/health") as answer:  # noqa: S310 - the server's own address
        return {name: backend["state"] for name, backend in json.load(answer)["backends"].items()}


def _spoken(sample: SoundSample, url: str) -> bytes:
    """A sample as an mp3 file. Raises RuntimeError where something else would be heard than was asked for."""
    fields = {"backend": sample.backend, "voice": sample.voice, "text": sample.text, "format": "mp3"}
    head = {"Content-Type": "application/json"}
    request = Request(f"{url}/tts", json.dumps(fields).encode(), head)  # noqa: S310
    with urlopen(request) as answer:  # noqa: S310 - the same address
        sound: bytes = answer.read()
        if warning := answer.headers.get("X-Warning"):
            raise RuntimeError(f"{sample.file}: {warning}")
        return sound


@cache
def sounds() -> dict[str, bytes]:
    """What the engines that are set up say: files of sound by their paths."""
    with _server() as url:
        states = _states(url)
        return {each.file: _spoken(each, url) for each in SOUND_SAMPLES if states.get(each.backend) == "up"}


def table(files: Collection[str]) -> str:
    """The table of samples in HTML, for these files of sound."""
    rows = []
    for sample in SOUND_SAMPLES:
        if sample.file in files:
            title = f"{sample.backend}, {sample.voice}"
            sound = f'<audio controls preload="none" aria-label="{title}" src="{sample.file}"></audio>'
        else:
            sound = (
                f"not set up where these pages were built: <code>voice-server setup {sample.backend}</code>"
            )
        name = f"{sample.backend} <code>{sample.voice}</code><br>{sample.language}"
        rows.append(f"<tr><td>{name}</td><td>{sound}</td></tr>")
    head = "<tr><th>voice</th><th>listen</th></tr>"
    return f"<table><thead>{head}</thead><tbody>\n{chr(10).join(rows)}\n</tbody></table>"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the sounds."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - only the site's environment has it

    for path, sound in sounds().items():
        files.append(File.generated(config, path, content=sound))
    return files


def on_page_markdown(markdown: str, **_kwargs: object) -> str:
    """Put the table in the place of its marker."""
    return markdown.replace(MARKER, table(sounds())) if MARKER in markdown else markdown
