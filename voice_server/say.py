"""`say.py "Hello"`, in this folder or from the project's root: the same as `voice-server say "Hello"`."""

from __future__ import annotations

import sys
from pathlib import Path

if __package__ in (None, ""):
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from voice_server.missing_packages import require_packages

    require_packages(sys.argv[0])


def main() -> None:
    """Run the command."""
    from voice_server.commands.say.say_command import say  # noqa: PLC0415 - the path is right only now
    from voice_server.commands.shared.program import run_program  # noqa: PLC0415

    run_program(say, "say.py")


if __name__ == "__main__":
    main()
