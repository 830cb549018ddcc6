"""`api.py --host 0.0.0.0 --port 8080`, in this folder or from the project's root: `voice-server serve`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

if __package__ in (None, ""):
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from voice_server.missing_packages import require_packages

    require_packages(sys.argv[0])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with these arguments, by default the program's own."""
    from voice_server.commands.serve import serve  # noqa: PLC0415 - the path is right only now
    from voice_server.commands.shared.program import run_program  # noqa: PLC0415

    run_program(serve, "api.py", arguments)


if __name__ == "__main__":
    main()
