"""Why a backend is not running: what happened, and what helps, to follow "backend … is not running: "."""

from __future__ import annotations

import re
from typing import Final

_DOCTOR: Final = "voice-server doctor {name} examines it"
_OTHER_PYTHON: Final = "`environment` of {name} in backends.yaml names its python, or a folder with a uv.lock"
_MORE_MEMORY: Final = "give it more, or start fewer workers with --pool-size"
_STRAY_OUTPUT: Final = "something in it writes into the pipe to the server, and " + _DOCTOR
_HELP: Final = (  # the first that fits
    (r"backends\.yaml|ask again", ""),
    (r"by SIGKILL\b", "the system does that when memory runs out: " + _MORE_MEMORY),
    (r"by SIG(SEGV|BUS|ABRT|FPE|SYS|TRAP)\b", "its engine crashed, and " + _DOCTOR),
    (r"by SIGILL\b", "its engine needs a processor with more instructions than this one has"),
    (r"did not get ready", "start_timeout_s of {name} in backends.yaml gives it longer"),
    (r"the package .* is missing", "{install}"),
    (r"a worker needs|status \d+: SyntaxError|python cannot be run", _OTHER_PYTHON),
    (r"unknown setting", "`settings` of {name} in backends.yaml names it"),
    (r"not enough memory", _MORE_MEMORY),
    (r"no frame|no message of the protocol|checksum|half a sample", _STRAY_OUTPUT),
    (r"", _DOCTOR),
)
_NO_REASON: Final = "its workers are being replaced; ask again in some seconds"
_NO_MODULE: Final = re.compile(r"ModuleNotFoundError: No module named (.+)")


def with_help(name: str, reason: str, *, can_set_up: bool = True) -> str:
    """Return why the backend `name` is not running, with what helps against it; never an empty text.

    `can_set_up` says whether its environment is one that `voice-server setup` makes.
    """
    reason = reason.strip().rstrip(".")
    if not reason:
        return _NO_REASON
    install = f"voice-server setup {name} installs it" if can_set_up else "install it there"
    helps = next(helps for pattern, helps in _HELP if re.search(pattern, reason))
    return f"{reason}; {helps.format(name=name, install=install)}" if helps else reason


def why_ended(how: str, last_line: str) -> str:
    """Why a worker ended: `how` completes "a worker …", `last_line` is the last of its standard error."""
    missing = _NO_MODULE.fullmatch(last_line.strip())
    if missing is not None:
        return f"the package {missing[1]} is missing from its python"
    if last_line:
        return f"a worker {how}: {last_line}"
    return f"a worker {how} without a word" if how.startswith("exited") else f"a worker {how}"
