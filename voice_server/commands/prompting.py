"""The prompt of the commands that speak line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession


def prompt_session(history: str) -> PromptSession[str]:
    """A prompt that remembers its lines, also the next time, in a file of this name in the state folder."""
    import platformdirs  # noqa: PLC0415 - only where there is a terminal
    from prompt_toolkit import PromptSession  # noqa: PLC0415
    from prompt_toolkit.history import FileHistory  # noqa: PLC0415

    folder = platformdirs.user_state_path("voice-server", appauthor=False, ensure_exists=True)
    return PromptSession(history=FileHistory(str(folder / history)))
