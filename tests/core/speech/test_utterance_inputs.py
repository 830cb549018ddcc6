"""Whatever can happen to an utterance is understood while it is open, and late once it is over."""

from __future__ import annotations

from typing import get_args

import pytest

from tests.core.speech.rendering import SETTINGS, Bench
from voice_server.core.speech import utterance_inputs as inputs
from voice_server.core.speech.segments import PendingSegment
from voice_server.core.speech.text_stages import Preparation
from voice_server.core.speech.utterance_events import FinishReason, HeardText, UtteranceFinished
from voice_server.core.types import Segment, SpeechWarning, WordMark

WARNING = SpeechWarning("voice_missing", "the voice is gone")
KINDS = get_args(inputs.UtteranceInput)


def an_input(kind: type, pending: PendingSegment) -> inputs.UtteranceInput:
    """An example of every kind of input; those of a render are about `pending`."""
    examples: list[inputs.UtteranceInput] = [
        inputs.PushText(" And more."),
        inputs.FlushText(1),
        inputs.EndText(),
        inputs.Configure(SETTINGS),
        inputs.PauseDelivery(),
        inputs.ResumeDelivery(),
        inputs.ReportPlayed(10.0),
        inputs.CancelUtterance(),
        inputs.TextPrepared(Preparation(pending.piece, SETTINGS), ()),
        inputs.RenderedAudio(pending, b"\1\0"),
        inputs.RenderedWord(pending, WordMark("One", 0.0, 1.0, 0, 3)),
        inputs.RenderWarning(pending, WARNING),
        inputs.RenderCompleted(pending),
        inputs.RenderFailed(pending, "render_failed", "no"),
        inputs.RenderRedirected(pending, Segment("other", "One is here.", "v"), WARNING),
    ]
    [example] = [each for each in examples if type(each) is kind]
    return example


def rendering() -> tuple[Bench, PendingSegment]:
    """An utterance of which one sentence is with a worker."""
    bench = Bench.open()
    bench.speak("One is here. ", "Two is here")
    pending = bench.dispatch()
    assert pending is not None
    bench.take_all()
    return bench, pending


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_input_is_understood_and_the_utterance_still_ends_once(kind: type) -> None:
    bench, pending = rendering()
    bench.receive(an_input(kind, pending))
    bench.take_all()
    bench.receive(inputs.CancelUtterance())
    bench.take_all()
    assert len(bench.told(UtteranceFinished)) == 1
    assert isinstance(bench.events[-1], UtteranceFinished)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_input_that_comes_after_the_end_is_late_and_changes_nothing(kind: type) -> None:
    bench, pending = rendering()
    bench.receive(inputs.CancelUtterance())
    bench.take_all()
    stopped = list(bench.stopped)
    bench.receive(an_input(kind, pending))
    assert bench.take_all() == []
    assert bench.stopped == stopped
    assert bench.utterance.waiting_backend is None


@pytest.mark.parametrize("reason", [FinishReason.CANCELLED, FinishReason.PREEMPTED])
def test_a_barge_in_ends_with_the_reason_that_it_gives(reason: FinishReason) -> None:
    bench, _ = rendering()
    bench.receive(inputs.CancelUtterance(reason=reason))
    heard, finished = bench.take_all()
    assert isinstance(heard, HeardText)
    assert isinstance(finished, UtteranceFinished)
    assert finished.reason is reason


def test_text_that_comes_in_two_pushes_is_joined_verbatim() -> None:
    bench = Bench.open()
    bench.speak("One is he", "re. ", "")
    bench.receive(inputs.EndText())
    bench.render_all()
    bench.take_all()
    assert bench.utterance.heard(bench.now, 0.0).unheard == "One is here. "
