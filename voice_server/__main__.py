"""`python -m voice_server`, and the program `voice-server`: the command line.

From its first moment a signal ends it without a traceback, also while the rest is still being imported.
"""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from voice_server.cli import main as run_command_line  # noqa: PLC0415 - only now
    except ModuleNotFoundError:
        from voice_server.missing_packages import require_packages  # noqa: PLC0415 - only here

        require_packages("python -m voice_server")
        raise

    run_command_line()


if __name__ == "__main__":
    main()
