"""Every error this project raises on purpose, and whose fault each one is.

    VoiceServerError
    ├── RequestError          the caller asked for something that cannot be; the message says what can
    │   ├── UnknownName       a voice, backend, option or format that does not exist
    │   └── TooMuch           a stated limit was passed
    ├── NoStorage             the disk of the server's machine is full, or may not be written
    ├── Busy                  nothing wrong with the request; come back later
    ├── InUse                 what was to be taken away is needed at this moment
    ├── BackendError          an engine could not do its work
    │   ├── BackendDown       it is not running and will not be for a while
    │   │   └── NotSetUp      what it needs is not on this machine; the message says how to get it
    │   └── RenderError       this one segment could not be rendered
    ├── PluginFault           what a plugin did wrong; its listener gets a warning, and speech goes on
    ├── WireError             the other end of a child process's pipe did not keep to the protocol
    ├── ReaderGone            nobody reads what a command writes any more; it ends in silence
    └── ConfigError           the configuration file, the command line or a variable is wrong

A message is one sentence that a user can act on. It never holds a path, a traceback or an environment value
that the user did not type.

Every code, those of warnings too, stands in `core/codes.py` with its meaning.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from difflib import get_close_matches
from heapq import nlargest

_NAMES_SHOWN = 12
_NAMES_SEARCHED = 1000
_NAMES_COMPARED = 50
_COMPARED_CHARS = 80


class VoiceServerError(Exception):
    """Base of all errors; `code` is the stable word that goes over the wire beside the sentence."""

    code = "internal"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class RequestError(VoiceServerError):
    """The request is wrong; sending it again unchanged cannot help."""

    code = "invalid_request"


class UnknownName(RequestError):
    """A name was given that is not on the list; the message lists what is.

    `substituted` are further names that are taken, for which something of the list stands in: they may have
    been meant, and are neither counted nor listed.
    """

    def __init__(self, kind: str, name: str, allowed: Iterable[str], substituted: Iterable[str] = ()) -> None:
        known = sorted(allowed)
        near = _near(name[:_COMPARED_CHARS], sorted({*known, *substituted}))
        shown = ", ".join(known[:_NAMES_SHOWN]) + (", …" if len(known) > _NAMES_SHOWN else "")
        there = f"there are {len(known)}: {shown}" if known else "there is none"
        hint = f"; did you mean {' or '.join(near)}" if near else ""
        super().__init__(
            f"unknown {kind} {name[:80]!r}{hint}; {there}",
            code=f"unknown_{kind.replace(' ', '_')}",
        )
        self.kind = kind
        self.name = name


def _near(name: str, known: list[str]) -> list[str]:
    """The names that may have been meant, of names in order and however many within a few milliseconds.

    Comparing takes up to 0.1 ms a name, so only those are compared that share most pairs of letters with it.
    """
    if len(known) > _NAMES_SEARCHED:  # those that begin alike, for they are in order
        at = bisect(known, name)
        known = known[max(0, at - _NAMES_SEARCHED // 2) : at + _NAMES_SEARCHED // 2]
    if len(known) > _NAMES_COMPARED:
        pairs = {name[at : at + 2] for at in range(len(name) - 1)}
        known = nlargest(_NAMES_COMPARED, known, key=lambda each: sum(pair in each for pair in pairs))
    return get_close_matches(name, known, n=3, cutoff=0.6)


class TooMuch(RequestError):
    """A limit was passed; the message states the limit."""

    code = "too_much"


class NoStorage(VoiceServerError):
    """Something could not be kept on the disk of the server's machine; the message says what and why."""

    code = "no_storage"

    def __init__(self, what: str, error: OSError) -> None:
        super().__init__(f"{what}: {(error.strerror or str(error)).lower()}")


class Busy(VoiceServerError):
    """The server has no room now; `retry_after_ms` says when to ask again."""

    code = "busy"

    def __init__(self, message: str, *, retry_after_ms: int = 1000) -> None:
        super().__init__(message)
        self.retry_after_ms = retry_after_ms


class InUse(VoiceServerError):
    """What was to be taken away is needed at this moment; the message says what for."""

    code = "in_use"


class BackendError(VoiceServerError):
    """An engine could not do its work."""

    code = "backend_failed"


class BackendDown(BackendError):
    """The backend has no running worker and will have none for a while."""

    code = "backend_down"


class NotSetUp(BackendDown):
    """Its environment or its weights are missing; trying again cannot help before they are there."""

    code = "not_set_up"


class RenderError(BackendError):
    """One segment could not be rendered; `retryable` says whether another worker might succeed."""

    code = "render_failed"

    def __init__(self, message: str, *, code: str | None = None, retryable: bool = False) -> None:
        super().__init__(message, code=code)
        self.retryable = retryable


class PluginFault(VoiceServerError):
    """What a plugin did wrong, as what follows "the plugin" in a sentence."""


class WireError(VoiceServerError):
    """Bytes on a child process's pipe that are no message of the protocol."""

    code = "wire"


class ReaderGone(VoiceServerError):
    """The program that read a command's output has ended."""

    code = "reader_gone"

    def __init__(self) -> None:
        super().__init__("nobody reads the output any more")


class ConfigError(VoiceServerError):
    """The configuration is wrong; the message names the key and what is allowed."""

    code = "config"
