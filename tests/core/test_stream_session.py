"""What a client's messages mean, state by state."""

import pytest

from voice_server.core.speech.speech_settings import SpeechRequest
from voice_server.core.stream_config import StreamConfig
from voice_server.core.stream_session import (
    AnswerPing,
    CancelTurns,
    CloseWhenSpoken,
    EndTurn,
    FlushTurn,
    OpenTurn,
    PlayedUntil,
    PushToTurn,
    SessionState,
    SetPaused,
    StreamSession,
)
from voice_server.core.wire.client_messages import (
    PROTOCOL_VERSIONS,
    ClientMessage,
    ResumePoint,
    StreamFormat,
)
from voice_server.errors import RequestError

M = ClientMessage


def version_2(**config: object) -> StreamSession:
    session = StreamSession()
    session.receive(M(v=2, **config))  # type: ignore[arg-type]
    return session


def test_version_1_is_tokens_then_done() -> None:
    session = StreamSession()
    assert session.receive(M(voice="x", opts={"speed": 1.0})) == []
    assert session.receive(M(token="Hello ")) == [OpenTurn("1"), PushToTurn("Hello ")]
    assert session.receive(M(token="world.")) == [PushToTurn("world.")]
    assert session.receive(M(done=True)) == [EndTurn(), CloseWhenSpoken()]
    assert session.state is SessionState.DRAINING


def test_done_without_text_only_drains() -> None:
    assert StreamSession().receive(M(done=True)) == [CloseWhenSpoken()]


def test_all_keys_may_share_one_message() -> None:
    assert StreamSession().receive(M(voice="x", token="Hi.", done=True)) == [
        OpenTurn("1"),
        PushToTurn("Hi."),
        EndTurn(),
        CloseWhenSpoken(),
    ]


def test_version_1_ignores_the_keys_of_version_2() -> None:
    session = StreamSession()
    session.receive(M(token="a", turn="ignored"))
    assert session.receive(M(cancel=True, flush=True, end=True, pause=True, ping=1, played_ms=5)) == []
    assert session.turn == "1"


def test_version_1_cuts_no_sentence_and_keeps_what_else_was_configured() -> None:
    session = StreamSession(config=StreamConfig(request=SpeechRequest(voice="from the URL")))
    session.receive(M(opts={"speed": 2.0}, first_segment="clause"))
    assert session.config.request.first_segment == "sentence"
    assert session.config.request.voice == "from the URL"


def test_the_version_is_settled_by_the_first_message() -> None:
    session = StreamSession()
    session.receive(M(token="a"))
    with pytest.raises(RequestError, match="first message"):
        session.receive(M(v=2))
    with pytest.raises(RequestError, match="v must be 1 or 2, not 3"):
        StreamSession().receive(M(v=3))
    with pytest.raises(RequestError, match="first message"):
        StreamSession(version=PROTOCOL_VERSIONS[2]).receive(M(v=1))
    assert StreamSession(version=PROTOCOL_VERSIONS[2]).receive(M(v=2)) == []


def test_a_message_that_configures_nothing_new_keeps_the_same_configuration() -> None:
    session = version_2(lang="de")
    before = session.config
    assert session.config_after(M(lang="de")) is before
    assert session.config_after(M(lang="fr")) is not before
    assert session.config is before


def test_a_new_turn_ends_the_one_before_it() -> None:
    session = version_2()
    session.receive(M(token="a", turn="t1"))
    assert session.receive(M(token="b", turn="t2")) == [EndTurn(), OpenTurn("t2"), PushToTurn("b")]


def test_a_new_turn_preempts_when_asked_to() -> None:
    session = version_2(on_new_turn="preempt")
    session.receive(M(token="a", turn="t1"))
    assert session.receive(M(token="b", turn="t2")) == [
        CancelTurns(None, None, preempted=True),
        OpenTurn("t2"),
        PushToTurn("b"),
    ]


def test_turns_without_a_name_are_counted() -> None:
    session = version_2()
    session.receive(M(token="a", turn="1"))
    session.receive(M(end=True))
    assert session.receive(M(token="b"))[0] == OpenTurn("2")


def test_text_for_a_turn_that_has_ended_is_refused_and_changes_nothing() -> None:
    session = version_2()
    session.receive(M(token="a", turn="t1"))
    session.receive(M(end=True))
    with pytest.raises(RequestError, match="the turn 't1' has ended"):
        session.receive(M(token="b", turn="t1", lang="de"))
    assert (session.turn, session.config.request.language) == (None, None)


def test_a_value_that_version_1_ignores_must_still_be_in_range() -> None:
    with pytest.raises(RequestError, match="max_wait_ms must be"):
        StreamSession().receive(M(max_wait_ms=-1))


def test_an_old_name_may_come_again_after_many_others() -> None:
    session = version_2()
    session.receive(M(token="a", turn="t"))
    for _ in range(1100):
        session.receive(M(end=True))
        session.receive(M(token="a"))
    assert OpenTurn("t") in session.receive(M(token="b", turn="t"))


def test_flush_and_end_speak_to_the_current_turn() -> None:
    session = version_2()
    session.receive(M(token="a", turn="t1"))
    assert session.receive(M(flush=True, id=7)) == [FlushTurn(7)]
    assert session.receive(M(end=True, turn="t1")) == [EndTurn()]
    assert session.receive(M(end=True)) == []


def test_flush_and_end_before_any_text_open_the_turn_they_name() -> None:
    session = version_2()
    assert session.receive(M(flush=True, id="x")) == [OpenTurn("1"), FlushTurn("x")]
    assert session.receive(M(end=True, turn="t2")) == [EndTurn(), OpenTurn("t2"), EndTurn()]


def test_a_barge_in_ends_the_turn_that_takes_text() -> None:
    session = version_2()
    session.receive(M(token="a", turn="t1"))
    assert session.receive(M(cancel=True, turn="t1", played_ms=1840)) == [CancelTurns("t1", 1840)]
    assert session.turn is None


def test_a_barge_in_on_an_earlier_turn_leaves_the_current_one() -> None:
    session = version_2()
    session.receive(M(token="a", turn="t1"))
    session.receive(M(token="b", turn="t2"))
    assert session.receive(M(cancel=True, turn="t1")) == [CancelTurns("t1", None)]
    assert session.turn == "t2"


def test_text_that_comes_with_a_barge_in_belongs_to_the_turn_after_it() -> None:
    session = version_2()
    session.receive(M(token="a", turn="t1"))
    assert session.receive(M(cancel=True, token="b", turn="t2")) == [
        CancelTurns(None, None),
        OpenTurn("t2"),
        PushToTurn("b"),
    ]


def test_pause_resume_ping_and_the_play_position_are_passed_on() -> None:
    session = version_2()
    assert session.receive(M(pause=True)) == [SetPaused(paused=True)]
    assert session.receive(M(resume=True)) == [SetPaused(paused=False)]
    assert session.receive(M(ping=3)) == [AnswerPing(3)]
    assert session.receive(M(played_ms=10.5, turn="t1")) == [PlayedUntil("t1", 10.5)]


def test_after_done_speech_may_be_controlled_but_text_comes_too_late() -> None:
    session = version_2()
    session.receive(M(token="a", turn="t1", done=True))
    with pytest.raises(RequestError, match="text came after done"):
        session.receive(M(token="b"))
    assert session.receive(M(cancel=True, turn="t1")) == [CancelTurns("t1", None)]
    assert session.receive(M(pause=True, done=True)) == [SetPaused(paused=True)]
    assert session.config_after(M(lang="de")) is session.config


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (M(max_wait_ms=-1), "max_wait_ms must be a number from 0 to 60000, not -1"),
        (M(ahead_s=1e9), "ahead_s must be a number from 0 to 600"),
        (M(played_ms=float("nan")), "played_ms must be a number from 0, not nan"),
        (M(format=StreamFormat(rate=11_025)), "format.rate must be one of 8000, "),
        (M(format=StreamFormat(encoding="aac")), "format.encoding must be one of pcm_s16le, "),
    ],
)
def test_a_value_out_of_range_is_refused_and_changes_nothing(message: ClientMessage, sentence: str) -> None:
    session = version_2()
    before = session.config
    with pytest.raises(RequestError) as caught:
        session.receive(message)
    assert sentence in caught.value.message
    assert session.config is before


def test_a_server_that_drains_ends_the_open_turn_once() -> None:
    session = version_2()
    session.receive(M(token="a"))
    assert session.drain() == [EndTurn()]
    assert session.drain() == []
    assert session.state is SessionState.DRAINING


@pytest.mark.parametrize("other", [each for each in ClientMessage.__struct_fields__ if each != "token"])
def test_text_alone_for_an_open_turn_needs_no_decision(other: str) -> None:
    session = StreamSession()
    assert session.text_for_open_turn(M(token="a")) is None
    session.receive(M(token="a"))
    assert session.text_for_open_turn(M(token="b")) == "b"
    assert session.receive(M(token="b")) == [PushToTurn("b")]
    assert session.text_for_open_turn(M(token="b", **{other: 1})) is None  # type: ignore[arg-type]
    assert session.text_for_open_turn(M()) is None
    session.receive(M(done=True))
    assert session.text_for_open_turn(M(token="late")) is None


@pytest.mark.parametrize(
    ("message", "opens"),
    [
        (M(token="More."), False),
        (M(token="More.", turn="t1"), False),
        (M(token="More.", turn="t2"), True),
        (M(flush=True), False),
        (M(flush=True, turn="t2"), True),
        (M(end=True), False),
        (M(end=True, turn="t2"), True),
        (M(cancel=True), False),
        (M(ping=1), False),
    ],
)
def test_a_message_adds_a_turn_where_receiving_it_opens_one(message: ClientMessage, opens: bool) -> None:
    session = version_2()
    session.receive(M(token="Hello ", turn="t1"))
    assert session.adds_turn(message) is opens
    assert any(isinstance(command, OpenTurn) for command in session.receive(message)) is opens


@pytest.mark.parametrize(
    "message", [M(cancel=True, token="More."), M(on_new_turn="preempt", token="More.", turn="t2")]
)
def test_a_turn_that_ends_all_others_is_none_beside_them(message: ClientMessage) -> None:
    session = version_2()
    session.receive(M(token="Hello ", turn="t1"))
    assert not session.adds_turn(message)
    assert any(isinstance(command, OpenTurn) for command in session.receive(message))


def test_no_message_opens_a_turn_after_done() -> None:
    session = version_2()
    session.receive(M(done=True))
    assert not session.adds_turn(M(end=True, turn="t1"))


POINT = ResumePoint(session="secret", received=5)


def test_the_first_message_may_take_another_session_up() -> None:
    assert StreamSession().resume_point(M(v=2, resume=POINT)) == POINT
    assert StreamSession(version=PROTOCOL_VERSIONS[2]).resume_point(M(resume=POINT)) == POINT


def test_a_message_that_takes_nothing_up_has_no_such_point() -> None:
    assert version_2().resume_point(M(resume=True)) is None
    assert StreamSession().resume_point(M(resume=POINT)) is None, "version 1 does not read it"


@pytest.mark.parametrize("message", [M(v=2, resume=POINT, token="Hi."), M(v=2, resume=POINT, voice="x")])
def test_nothing_stands_beside_a_session_that_is_taken_up(message: ClientMessage) -> None:
    with pytest.raises(RequestError, match="no other key but v"):
        StreamSession().resume_point(message)


def test_a_session_may_be_taken_up_at_a_sample() -> None:
    point = ResumePoint(session="secret", turn="a", index=0, sample=9)
    assert StreamSession().resume_point(M(v=2, resume=point)) == point


@pytest.mark.parametrize(
    "more", [{}, {"received": 1, "sample": 0}, {"turn": "a", "index": 0}, {"received": 1, "turn": "a"}]
)
def test_what_the_client_has_is_said_in_one_way(more: dict[str, object]) -> None:
    point = ResumePoint(session="secret", **more)  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="received, or turn, index and sample"):
        StreamSession().resume_point(M(v=2, resume=point))


def test_whether_a_session_is_kept_or_taken_up_is_decided_at_its_beginning() -> None:
    with pytest.raises(RequestError, match="first message") as taken_up:
        version_2().resume_point(M(resume=POINT))
    with pytest.raises(RequestError, match="first message") as kept:
        version_2().config_after(M(keep_s=5.0))
    assert taken_up.value.code == kept.value.code == "not_first"


def test_a_session_may_be_kept() -> None:
    assert version_2(keep_s=30.0).config.keep_s == 30
    assert version_2().config.keep_s == 0
