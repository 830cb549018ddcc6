"""The table of an utterance's states."""

from __future__ import annotations

from typing import get_args

from voice_server.core.speech import utterance_inputs as inputs
from voice_server.core.speech.utterance import Utterance
from voice_server.core.speech.utterance_states import TAKEN_INPUTS, UtteranceState


def test_every_state_has_its_inputs_and_every_input_a_handler() -> None:
    assert set(TAKEN_INPUTS) == set(UtteranceState)
    assert set(get_args(inputs.UtteranceInput)) == set(Utterance._HANDLERS)


def test_each_state_takes_no_more_than_the_one_before_it() -> None:
    taken = [TAKEN_INPUTS[state] for state in UtteranceState]
    assert taken[0] > taken[1] > taken[2]


def test_text_is_taken_until_the_end_and_renders_until_all_is_over() -> None:
    assert inputs.PushText not in TAKEN_INPUTS[UtteranceState.ENDING]
    assert inputs.RenderedAudio in TAKEN_INPUTS[UtteranceState.ENDING]
    assert TAKEN_INPUTS[UtteranceState.OVER] == {inputs.ReportPlayed}
