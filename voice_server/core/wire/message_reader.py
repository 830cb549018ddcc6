"""Reads the messages of one connection, and says what of them could not be taken as it was sent.

Laws: a message that is read without a warning is what the client wrote; a character whose halves are in two
tokens of one turn is whole; a message that only has something too much is obeyed without it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final

import msgspec

from voice_server.core.types import SpeechWarning
from voice_server.core.wire.client_messages import ClientMessage
from voice_server.core.wire.half_characters import (
    LOST_CHARACTER,
    ends_in_first_half,
    joined_halves,
    without_halves,
)

_MOST_TOLD = 20
_MEANT: Final = {
    "text": "token",
    "input": "token",
    "content": "token",
    "language": "lang",
    "options": "opts",
    "speed": "opts.speed",
    "sample_rate": "format.rate",
    "version": "v",
}
"""Keys of other interfaces, and those that mean the same here."""


class _KnownKeys(ClientMessage, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message that has no unknown key, which costs nothing to find out while it is decoded."""


_KEYS: Final = frozenset(ClientMessage.__struct_fields__)
_THERE_ARE: Final = f"there are {', '.join(ClientMessage.__struct_fields__)}"

_decode_known = msgspec.json.Decoder(_KnownKeys).decode
_decode_any = msgspec.json.Decoder(ClientMessage).decode
_decode_keys = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class MessageReader:
    """Holds the first half of a character until the second comes, and which keys the client was told of."""

    def __init__(self) -> None:
        self._half = ""
        self._told: set[str] = set()
        self.warnings: list[SpeechWarning] = []
        """What the client has not been told yet."""

    def read(self, text: str, turn: str | None) -> ClientMessage:
        """The message in a JSON text; `turn` is the one that takes text.

        Raises msgspec.DecodeError, of which ValidationError is a kind, and RecursionError.
        """
        try:
            message: ClientMessage = _decode_known(text)
        except msgspec.DecodeError:
            return self._read_unusual(text, turn)
        return self._joined(message, turn) if self._half else message

    def take_warnings(self) -> list[SpeechWarning]:
        """The warnings since the last call."""
        warnings, self.warnings = self.warnings, []
        return warnings

    def _read_unusual(self, text: str, turn: str | None) -> ClientMessage:
        try:
            message = _decode_any(text)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            return self._read_halves(text, turn)
        self._note_unknown(_decode_keys(text))
        return self._joined(message, turn) if self._half else message

    def _read_halves(self, text: str, turn: str | None) -> ClientMessage:
        whole = without_halves(text)
        message = _decode_any(whole)
        self._note_unknown(_decode_keys(whole))
        if message.token is None:
            self.warnings.append(LOST_CHARACTER)
        else:
            token = json.loads(text, parse_int=str)["token"]  # an int has a limit of digits
            message = msgspec.structs.replace(message, token=token)
        return self._joined(message, turn)

    def _joined(self, message: ClientMessage, turn: str | None) -> ClientMessage:
        """The message with the halves of its token joined to the one before and to one another."""
        is_last = bool(message.flush or message.end or message.done)
        if message.token is None and not is_last and not message.cancel:
            return message
        half, self._half = self._half, ""
        if half and (message.cancel or message.turn not in (None, turn)):
            self.warnings.append(LOST_CHARACTER)
            half = ""
        if message.token is None and not half:
            return message
        token = half + (message.token or "")
        if ends_in_first_half(token) and not is_last:
            token, self._half = token[:-1], token[-1]
        token, alone = joined_halves(token)
        self.warnings += [LOST_CHARACTER] * (alone > 0)
        return msgspec.structs.replace(message, token=token)

    def _note_unknown(self, keys: Collection[str]) -> None:
        unknown = [key for key in keys if key not in _KEYS]
        if not unknown:
            return
        if len(unknown) == len(keys):
            shown = ", ".join(map(_shown, unknown[:_MOST_TOLD]))
            sentence = f"no key of this message is known: {shown}; {_THERE_ARE}"
            self.warnings.append(SpeechWarning("no_known_key", sentence))
            return
        for key in unknown:
            if key not in self._told and len(self._told) < _MOST_TOLD:
                self._told.add(key)
                sentence = f"the key {_shown(key)} is not known; {_THERE_ARE}"
                self.warnings.append(SpeechWarning("unknown_key", sentence))


def _shown(key: str) -> str:
    meant = _MEANT.get(key.casefold())
    return f"{key[:40]!r}" + (f" (here it is {meant})" if meant else "")
