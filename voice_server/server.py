"""A server inside another program, and as a script `voice-server serve`.

`running_server(config)` is a whole server on a free port for as long as its block lasts. `server.py --backend
kokoro --pool-size 2`, in this folder or from the project's root, runs one until a signal. Nothing in the
package imports this file.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

if __package__ in (None, ""):  # run as a script, in this folder or from the project's root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from voice_server.missing_packages import require_packages

    require_packages(sys.argv[0])

from voice_server.serving.composition import listening, open_service, running_server
from voice_server.serving.event_loop import run
from voice_server.serving.listening_socket import bind
from voice_server.serving.start import serve

__all__ = ["bind", "listening", "main", "open_service", "run", "running_server", "serve"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with these arguments, by default the program's own."""
    from voice_server.commands.serve import serve as command  # noqa: PLC0415 - the script only
    from voice_server.commands.shared.program import run_program  # noqa: PLC0415

    run_program(command, "server.py", arguments)


if __name__ == "__main__":
    main()
