"""What `say` asks of the server beside speaking, and how it shows the answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import click

from voice_server.commands.say import voice_cache
from voice_server.commands.say.server_handle import ServerHandle
from voice_server.commands.shared.terminal import print_note
from voice_server.core.types import JsonObject

_SHOWN_CHARS = 60


@dataclass(frozen=True, slots=True)
class Switches:
    """What is to be changed before, or instead of, speaking."""

    action: str | None
    volume: int | None
    device: str | None


class PlaybackControl:
    """Asks the server, and shows what it answers."""

    def __init__(self, reach: ServerHandle, *, as_json: bool) -> None:
        self._reach = reach
        self._as_json = as_json

    def speak(self, fields: JsonObject) -> None:
        """Have a text spoken."""
        answer = self._reach.ask("POST", "/synthesize", fields)
        for warning in answer["warnings"]:
            print_note(warning["message"])
        if answer["is_paused"]:
            print_note("speech is paused; voice-server say --resume lets it go on")
        if self._as_json:
            click.echo(json.dumps(answer))

    def switch(self, switches: Switches, *, has_text: bool) -> bool:
        """Do what is to be done before speaking; say whether there is speaking to be done."""
        if switches.volume is not None:
            self._reach.ask("POST", "/playback/volume", {"volume": switches.volume})
        if switches.device is not None:
            self._reach.ask("POST", "/playback/device", {"device": switches.device})
        if switches.action is not None:
            self._act(switches.action)
        return has_text or switches == Switches(None, None, None)

    def _act(self, action: str) -> None:
        if action == "list":
            answer = self._reach.ask("GET", "/voices")
            voice_cache.store(answer["voices"])
            self._show(answer, _voice_lines)
        elif action == "update":
            self._update()
        elif action == "devices":
            self._show(self._reach.ask("GET", "/playback/devices"), _device_lines)
        elif self._reach.running() is None:
            print_note("no server is running, so nothing is spoken")
        elif action == "kill":
            self._kill()
        elif action == "playing":
            self._show(self._reach.ask("GET", "/playback"), _status_lines)
        else:
            self._show(self._reach.ask("POST", f"/playback/{action}", {}), lambda _: ())

    def _kill(self) -> None:
        self._reach.end()
        print_note("the server has ended")

    def _update(self) -> None:
        answer = self._reach.ask("POST", "/voices/update", {})
        new = voice_cache.store(answer["voices"], answer["mixes"])
        self._show({"new": new}, lambda shown: shown["new"])
        print_note(f"{answer['count']} voices, {len(answer['mixes'])} saved mixes, {len(new)} new")

    def _show(self, answer: JsonObject, lines: Callable[[JsonObject], Iterable[str]]) -> None:
        if self._as_json:
            click.echo(json.dumps(answer))
        else:
            for line in lines(answer):
                click.echo(line)


def _voice_lines(answer: JsonObject) -> Iterable[str]:
    for voice in answer["voices"]:
        gender = voice["gender"] or "–"
        yield (
            f"{voice['number']:>5} {voice['id']:<24} {voice['language']:<12} {gender:<8} "
            f"{voice['backend']:<12} {voice['name']}"
        )


def _device_lines(answer: JsonObject) -> Iterable[str]:
    yield from answer["devices"]


def _status_lines(answer: JsonObject) -> Iterable[str]:
    device = answer["device"] or "no sound device"
    yield f"{answer['state']}, volume {answer['volume']} %, on {device}"
    for entry in (*answer["playing"], *answer["waiting"]):
        text = " ".join(entry["text"].split())
        shown = text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + " …"
        heard = f"{entry['heard_ms'] / 1000:6.1f} s"
        yield f"{entry['id']:>5} {entry['state']:<8} {entry['voice']:<16} {heard}  {shown}"
