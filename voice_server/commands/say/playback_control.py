"""What `say` requests of the server, and how it prints the responses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import click

from voice_server.commands.say import voice_cache
from voice_server.commands.say.server_handle import ServerHandle
from voice_server.commands.shared.terminal import print_note
from voice_server.commands.shared.voice_list import voice_table
from voice_server.core.types import JsonObject

_TEXT_CHARS = 60


@dataclass(frozen=True, slots=True)
class ControlOptions:
    """The options of `say` that control the playback before, or instead of, speaking."""

    action: str | None = None
    volume: int | None = None
    device: str | None = None
    kill_all: bool = False


class PlaybackControl:
    """Sends requests for speech and playback, and prints the responses, as JSON or for people."""

    def __init__(self, server: ServerHandle, *, as_json: bool) -> None:
        self._server = server
        self._as_json = as_json
        self._listing_actions: dict[str, Callable[[], None]] = {
            "list": self._list_voices,
            "update": self._update_voices,
            "devices": self._list_devices,
        }
        self._playback_actions: dict[str, Callable[[], None]] = {
            "playing": self._print_status,
            **{name: partial(self._post, name) for name in ("pause", "resume", "skip", "stop")},
        }

    def speak(self, fields: JsonObject) -> None:
        """Queue a text on the loudspeaker; returns when the server has accepted it."""
        response = self._server.request_json("POST", "/synthesize", fields)
        for warning in response["warnings"]:
            print_note(warning["message"])
        if response["is_paused"]:
            print_note("speech is paused; voice-server say --resume lets it go on")
        if self._as_json:
            click.echo(json.dumps(response))

    def apply(self, options: ControlOptions, *, has_text: bool) -> bool:
        """Do what the options say; return whether a text is to be spoken after that."""
        if options.volume is not None:
            self._server.request_json("POST", "/playback/volume", {"volume": options.volume})
        if options.device is not None:
            self._server.request_json("POST", "/playback/device", {"device": options.device})
        if options.action is not None:
            self._run_action(options.action, kill_all=options.kill_all)
        return has_text or options == ControlOptions()

    def _run_action(self, name: str, *, kill_all: bool) -> None:
        """Run an action; those on the playback start no server."""
        if name in self._listing_actions:
            self._listing_actions[name]()
        elif self._server.find() is None:
            print_note("no server is running, so nothing is spoken")
        elif name == "kill":
            self._server.stop(also_by_hand=kill_all)
            print_note("the server has ended")
        else:
            self._playback_actions[name]()

    def _list_voices(self) -> None:
        response = self._server.request_json("GET", "/voices")
        voice_cache.store(response["voices"])
        self._print(response, _voice_rows)

    def _update_voices(self) -> None:
        response = self._server.request_json("POST", "/voices/update", {})
        new = voice_cache.store(response["voices"], response["mixes"])
        self._print({"new": new}, lambda printed: printed["new"])
        print_note(f"{response['count']} voices, {len(response['mixes'])} saved mixes, {len(new)} new")

    def _list_devices(self) -> None:
        self._print(self._server.request_json("GET", "/playback/devices"), lambda printed: printed["devices"])

    def _print_status(self) -> None:
        self._print(self._server.request_json("GET", "/playback"), _status_rows)

    def _post(self, action: str) -> None:
        self._print(self._server.request_json("POST", f"/playback/{action}", {}), lambda _: ())

    def _print(self, response: JsonObject, rows_of: Callable[[JsonObject], Iterable[str]]) -> None:
        if self._as_json:
            click.echo(json.dumps(response))
        else:
            for row in rows_of(response):
                click.echo(row)


def _voice_rows(response: JsonObject) -> Iterable[str]:
    return voice_table(response["voices"])


def _status_rows(response: JsonObject) -> Iterable[str]:
    device = response["device"] or "no sound device"
    yield f"{response['state']}, volume {response['volume']} %, on {device}"
    for item in (*response["playing"], *response["waiting"]):
        one_line = " ".join(item["text"].split())
        text = one_line if len(one_line) <= _TEXT_CHARS else one_line[:_TEXT_CHARS] + " …"
        heard = f"{item['heard_ms'] / 1000:6.1f} s"
        yield f"{item['id']:>5} {item['state']:<8} {item['voice']:<16} {heard}  {text}"
