"""The prompt of the commands that speak what is typed, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_server.commands.shared.os_errors import reason_of
from voice_server.commands.shared.terminal import print_note
from voice_server.home.home_folders import home_folders

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession


def prompt_session(history_name: str) -> PromptSession[str]:
    """A prompt whose history is kept in a file of this name in the user's state folder.

    Where the file cannot be written, a note says so, and the history lasts as long as the prompt.
    """
    from prompt_toolkit import PromptSession  # noqa: PLC0415
    from prompt_toolkit.history import FileHistory, InMemoryHistory  # noqa: PLC0415

    file = home_folders().state / history_name
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.open("ab").close()
    except OSError as error:
        print_note(f"the lines are not kept: cannot write {str(file)!r}: {reason_of(error)}")
        return PromptSession(history=InMemoryHistory())
    return PromptSession(history=FileHistory(str(file)))
