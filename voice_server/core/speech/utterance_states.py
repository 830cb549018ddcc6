"""An utterance's life as a table: the inputs that each state takes; any other comes late."""

from __future__ import annotations

from enum import Enum
from typing import get_args

from voice_server.core.speech.utterance_inputs import EndText, PushText, ReportPlayed, UtteranceInput


class UtteranceState(Enum):
    """How far an utterance has come; whether its delivery is paused is another matter."""

    OPEN = "open"
    """More text may come."""
    ENDING = "ending"
    """All text has come; its sentences are rendered and handed out."""
    OVER = "over"
    """`UtteranceFinished` has been handed out, or waits as the last event."""


_EVERYTHING: frozenset[type[UtteranceInput]] = frozenset(get_args(UtteranceInput))
TAKEN_INPUTS: dict[UtteranceState, frozenset[type[UtteranceInput]]] = {
    UtteranceState.OPEN: _EVERYTHING,
    UtteranceState.ENDING: _EVERYTHING - {PushText, EndText},
    UtteranceState.OVER: frozenset({ReportPlayed}),
}
