"""What `serve` prints when it is ready: where to go, who speaks, and where things lie.

Laws. Of an engine that nobody asked for there is no line: one that is not set up, and one that comes with the
server and does not speak. Every command is one that can be copied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voice_server.commands.shared.terminal import print_note, styled
from voice_server.errors import VoiceServerError

if TYPE_CHECKING:
    from voice_server.pool.worker_pool import BackendStatus
    from voice_server.serving.listening_socket import ServerAddresses
    from voice_server.speech import SpeechService

_LABEL_WIDTH = 12


@dataclass(frozen=True, slots=True)
class ReadyBanner:
    """The lines of a server that has begun to listen.

    `asked_for` are the backends that somebody named; `source` is the backends.yaml, `log` the log file,
    if there is one.
    """

    addresses: ServerAddresses
    service: SpeechService
    source: Path
    asked_for: Collection[str]
    log: Path | None = None

    def print(self) -> None:
        """Print them on standard error."""
        url = self.addresses.http
        click.echo(f"voice-server listens on {url} (open it in a browser); Ctrl-C ends it", err=True)
        for label, told in self._rows():
            click.echo(f"  {styled(f'{label:<{_LABEL_WIDTH}}', dim=True)}{told}", err=True)
        print_note(f"try: voice-server stream-tokens --url {url.replace('http', 'ws', 1)}/stream-tokens")

    def _rows(self) -> Iterator[tuple[str, str]]:
        from voice_server.provisioning.folders import shown  # noqa: PLC0415 - not for `--help`

        yield "voice", self._voice()
        for name, status in self.service.backends().items():
            if name != self.service.default_backend and self._is_asked_for(name, status):
                yield "engine", f"{name}: {state_of(status)}"
        if self.addresses.wyoming is not None:
            yield "Wyoming", f"{self.addresses.wyoming}, for Home Assistant"
        yield "settings", shown(self.source)
        for folder in self._folders_of_recordings():
            yield "recordings", shown(folder)
        if self.log is not None:
            yield "log", shown(self.log)

    def _voice(self) -> str:
        """Who speaks for whoever names nobody; what keeps it from speaking where that is so."""
        from voice_server.speech import SpeechRequest  # noqa: PLC0415 - loads the server

        name = self.service.default_backend
        try:
            settings, _ = self.service.settings(SpeechRequest())
        except VoiceServerError as error:
            return f"none yet: {error.message}"
        named = next((each.name for _, each in self.service.numbered_voices(settings.backend)
                      if each.id == settings.voice), "")  # fmt: skip
        voice = settings.voice + (f", {named}" if named and named != settings.voice else "")
        told = f"{voice}, spoken by {settings.backend}"
        status = self.service.backends()[name]
        return told if settings.backend == name else f"{told}, for {name} is {state_of(status)}"

    def _is_asked_for(self, name: str, status: BackendStatus) -> bool:
        """Whether somebody has named a backend, or has set it up."""
        from voice_server.config import EMBEDDED  # noqa: PLC0415 - as above
        from voice_server.pool.worker_pool import BackendState  # noqa: PLC0415

        if name in self.asked_for:
            return True
        is_set_up = status.state is not BackendState.NOT_SET_UP
        return is_set_up and self.service.backend_config(name).environment != EMBEDDED

    def _folders_of_recordings(self) -> Sequence[Path]:
        """The folders of recordings of the engines that can clone voices from them now."""
        found = [
            self.service.backend_config(name).samples
            for name, status in self.service.backends().items()
            if status.ready is not None
        ]
        return list(dict.fromkeys(folder for folder in found if folder is not None))


def state_of(status: BackendStatus) -> str:
    """How many workers of a backend run, or why it does not speak."""
    if status.ready is not None:
        return "1 worker" if status.workers == 1 else f"{status.workers} workers"
    return f"not running: {status.error}" if status.error else "still starting"
