"""`tts_api_server.py`, in this folder or from the project's root: `voice-server serve` on port 5000.

`TTS_HOST`, `TTS_PORT` and `TTS_DEBUG` are the same as `--host`, `--port` and `--debug`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

if __package__ in (None, ""):
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from voice_server.missing_packages import require_packages

    require_packages(sys.argv[0])

_DEFAULT_PORT = 5000


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with these arguments, by default the program's own."""
    from voice_server.commands.serve import serve  # noqa: PLC0415 - the path is right only now
    from voice_server.commands.shared.program import run_program  # noqa: PLC0415

    os.environ.setdefault("TTS_PORT", str(_DEFAULT_PORT))  # holds for the processes of --reload too
    for option in serve.params:
        if option.name == "port":
            option.default = _DEFAULT_PORT
    run_program(serve, "tts_api_server.py", arguments)


if __name__ == "__main__":
    main()
