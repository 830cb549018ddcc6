"""The prompt of the commands that speak line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_server.commands.shared.terminal import print_note

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession


def prompt_session(history: str) -> PromptSession[str]:
    """A prompt that remembers its lines, also the next time, in a file of this name in the state folder.

    Where there can be no such file, that is told, and the lines are remembered this time only.
    """
    import platformdirs  # noqa: PLC0415 - only where there is a terminal
    from prompt_toolkit import PromptSession  # noqa: PLC0415
    from prompt_toolkit.history import FileHistory, InMemoryHistory  # noqa: PLC0415

    file = platformdirs.user_state_path("voice-server", appauthor=False) / history
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.open("ab").close()
    except OSError as error:
        print_note(
            f"the lines are not kept: cannot write {str(file)!r}: {(error.strerror or str(error)).lower()}"
        )
        return PromptSession(history=InMemoryHistory())
    return PromptSession(history=FileHistory(str(file)))
