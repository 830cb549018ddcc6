"""When workers are started, asked, killed and given up."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_server.core.supervision import (
    TRANSITIONS,
    KillProcess,
    LaunchProcess,
    PingProcess,
    SlotEvent,
    SlotsDown,
    SlotState,
    SlotsUp,
    SupervisionPolicy,
    Supervisor,
    SupervisorAction,
)

POLICY = SupervisionPolicy()
EVENTS = st.sampled_from(list(SlotEvent))


def opened(slots: int = 1, policy: SupervisionPolicy = POLICY) -> Supervisor:
    supervisor = Supervisor(slots, policy, 0.0)
    supervisor.tick(0.0)
    assert supervisor.take_actions() == [LaunchProcess(slot) for slot in range(slots)]
    return supervisor


def warm(slots: int = 1, policy: SupervisionPolicy = POLICY) -> Supervisor:
    supervisor = opened(slots, policy)
    for slot in range(slots):
        supervisor.receive(SlotEvent.READY, slot, 0.0)
    assert supervisor.take_actions() == [SlotsUp()]
    return supervisor


def next_actions(supervisor: Supervisor) -> tuple[float, list[SupervisorAction]]:
    """Jump to the next deadline and do what is due then."""
    deadline = supervisor.next_deadline()
    assert deadline is not None
    supervisor.tick(deadline)
    return deadline, supervisor.take_actions()


def crash_at_start(supervisor: Supervisor, times: int, *, load_failed: bool = False) -> list[float]:
    """Let every start fail at once; return when the launches came."""
    launches, now = [], 0.0
    for _ in range(times):
        if load_failed:
            supervisor.receive(SlotEvent.LOAD_FAILED, 0, now)
        supervisor.receive(SlotEvent.EXITED, 0, now)
        supervisor.take_actions()
        now, actions = next_actions(supervisor)
        assert actions == [LaunchProcess(0)]
        launches.append(now)
    return launches


def test_all_workers_are_launched_at_once() -> None:
    assert opened(4).next_deadline() == POLICY.start_timeout_s


def test_a_backend_is_up_with_its_first_worker() -> None:
    supervisor = opened(2)
    assert supervisor.is_up is None
    supervisor.receive(SlotEvent.READY, 1, 3.0)
    assert supervisor.take_actions() == [SlotsUp()]
    assert supervisor.is_up is True
    supervisor.receive(SlotEvent.READY, 0, 4.0)
    assert supervisor.take_actions() == []


def test_a_worker_that_dies_after_having_been_ready_is_replaced_at_once() -> None:
    supervisor = warm()
    supervisor.receive(SlotEvent.JOB_GIVEN, 0, 5.0)
    supervisor.receive(SlotEvent.EXITED, 0, 6.0)
    assert supervisor.state(0) is SlotState.STOPPED
    assert next_actions(supervisor) == (6.0, [LaunchProcess(0)])


def test_a_slot_waits_twice_as_long_after_each_start_that_fails() -> None:
    launches = crash_at_start(opened(), 4)
    assert launches == [0.25, 0.75, 1.75, 3.75]


def test_the_pause_between_failed_starts_has_an_end_so_that_the_backend_is_soon_whole_again() -> None:
    launches = crash_at_start(opened(), 40)
    pauses = [later - earlier for earlier, later in pairwise(launches)]
    assert max(pauses) <= POLICY.longest_pause_s


def test_an_engine_that_cannot_be_loaded_is_tried_ever_more_seldom() -> None:
    launches = crash_at_start(opened(), 20, load_failed=True)
    assert launches[-1] - launches[-2] == POLICY.load_failure_pause_s


def test_a_backend_is_down_when_every_slot_has_failed_to_start_three_times() -> None:
    supervisor = opened(2)
    for start in range(3):
        for slot in (0, 1):
            assert supervisor.is_up is None
            supervisor.receive(SlotEvent.EXITED, slot, float(start))
            supervisor.tick(start + 0.9)
    assert SlotsDown() in supervisor.take_actions()
    assert supervisor.is_up is False


def test_a_backend_whose_engine_cannot_be_loaded_is_down_at_once_and_comes_back_by_itself() -> None:
    supervisor = opened()
    supervisor.receive(SlotEvent.LOAD_FAILED, 0, 1.0)
    supervisor.receive(SlotEvent.EXITED, 0, 1.5)
    assert supervisor.take_actions() == [KillProcess(0, "could not load its engine"), SlotsDown()]
    assert next_actions(supervisor) == (1.75, [LaunchProcess(0)])
    assert supervisor.is_up is False
    supervisor.receive(SlotEvent.READY, 0, 2.0)
    assert supervisor.take_actions() == [SlotsUp()]
    assert supervisor.is_up is True


def test_one_slot_that_can_run_keeps_the_backend_up() -> None:
    supervisor = warm(2)
    for now in range(12):
        supervisor.receive(SlotEvent.EXITED, 0, now / 100)
        supervisor.tick(now / 100)
        supervisor.receive(SlotEvent.READY, 0, now / 100)
    assert SlotsDown() not in supervisor.take_actions()
    assert supervisor.is_up is True


def test_a_worker_that_is_killed_again_and_again_is_restarted_seven_times_in_ten_seconds() -> None:
    supervisor = warm()
    launches = [0.0]
    now = 0.0
    for _ in range(30):
        supervisor.receive(SlotEvent.EXITED, 0, now)
        supervisor.take_actions()
        now, actions = next_actions(supervisor)
        assert actions == [LaunchProcess(0)]
        launches.append(now)
        supervisor.receive(SlotEvent.READY, 0, now)
    for begin in launches:
        assert sum(begin <= at < begin + POLICY.restart_window_s for at in launches) <= POLICY.max_restarts


def test_a_backend_that_has_used_up_its_restarts_is_down_until_one_is_left() -> None:
    supervisor = warm()
    for _ in range(POLICY.max_restarts):
        supervisor.receive(SlotEvent.EXITED, 0, 0.5)
        supervisor.tick(0.5)
        supervisor.receive(SlotEvent.READY, 0, 0.5)
    assert supervisor.state(0) is SlotState.STOPPED
    assert supervisor.take_actions()[-1] == SlotsDown()
    assert next_actions(supervisor) == (POLICY.restart_window_s, [LaunchProcess(0)])


def test_a_start_that_takes_too_long_ends_and_counts_as_an_engine_that_cannot_be_loaded() -> None:
    supervisor = opened()
    assert next_actions(supervisor) == (300.0, [KillProcess(0, "did not get ready within 300 s")])
    assert supervisor.state(0) is SlotState.TERMINATING
    supervisor.receive(SlotEvent.EXITED, 0, 300.1)
    assert supervisor.take_actions() == [SlotsDown()]


def test_an_idle_worker_is_asked_and_killed_when_it_does_not_answer() -> None:
    supervisor = warm()
    assert next_actions(supervisor) == (5.0, [PingProcess(0)])
    assert next_actions(supervisor) == (15.0, [KillProcess(0, "left a ping unanswered for 10 s")])


def test_an_idle_worker_that_answers_is_asked_again_later() -> None:
    supervisor = warm()
    assert next_actions(supervisor) == (5.0, [PingProcess(0)])
    supervisor.note_activity(0, 5.1)
    assert next_actions(supervisor) == (10.1, [PingProcess(0)])


def test_a_stopped_worker_is_seen_within_fifteen_seconds_busy_or_not() -> None:
    for event in (None, SlotEvent.JOB_GIVEN):
        supervisor = warm()
        if event is not None:
            supervisor.receive(event, 0, 0.0, characters=300)
        killed_at = 0.0
        actions: list[SupervisorAction] = []
        while not any(isinstance(action, KillProcess) for action in actions):
            killed_at, actions = next_actions(supervisor)
        assert killed_at <= 15.0


def test_a_job_that_goes_on_speaking_is_let_speak_until_its_limit() -> None:
    supervisor = warm()
    supervisor.receive(SlotEvent.JOB_GIVEN, 0, 0.0)
    for now in range(0, 120, 9):
        supervisor.note_activity(0, float(now))
        supervisor.tick(float(now))
    assert supervisor.take_actions() == []
    assert next_actions(supervisor) == (120.0, [KillProcess(0, "rendered one text for more than 120 s")])


def test_a_job_may_be_silent_for_five_times_what_such_a_text_takes() -> None:
    supervisor = warm()
    supervisor.learn_silence(5.0, characters=100)
    supervisor.receive(SlotEvent.JOB_GIVEN, 0, 0.0, characters=100)
    assert next_actions(supervisor) == (25.0, [KillProcess(0, "was silent for 25 s")])


def test_what_a_text_takes_is_learned_from_jobs_and_forgotten_slowly() -> None:
    supervisor = warm()
    supervisor.receive(SlotEvent.JOB_GIVEN, 0, 0.0, characters=30)
    supervisor.note_activity(0, 4.0)
    supervisor.receive(SlotEvent.JOB_ENDED, 0, 5.0)
    supervisor.receive(SlotEvent.JOB_GIVEN, 0, 5.0, characters=30)
    assert supervisor.next_deadline() == 5.0 + 5 * 4.0
    supervisor.note_activity(0, 5.5)
    supervisor.receive(SlotEvent.JOB_ENDED, 0, 5.5)
    supervisor.receive(SlotEvent.JOB_GIVEN, 0, 6.0, characters=30)
    assert supervisor.next_deadline() == pytest.approx(6.0 + 5 * 4.0 * 0.9)


def test_a_short_text_does_not_make_a_long_one_be_waited_for_for_minutes() -> None:
    supervisor = warm()
    supervisor.learn_silence(0.66, characters=len("Yes."))
    supervisor.receive(SlotEvent.JOB_GIVEN, 0, 0.0, characters=190)
    deadline = supervisor.next_deadline()
    assert deadline is not None
    assert deadline < 35.0


def test_a_text_that_takes_long_to_say_is_rendered_for_as_long() -> None:
    supervisor = warm()
    supervisor.receive(SlotEvent.JOB_GIVEN, 0, 0.0, characters=1500)
    for now in range(0, 1500, 9):
        supervisor.note_activity(0, float(now))
        supervisor.tick(float(now))
    assert next_actions(supervisor) == (1500.0, [KillProcess(0, "rendered one text for more than 1500 s")])


def test_a_cancelled_worker_is_free_when_it_says_so_and_dead_when_it_does_not() -> None:
    for obeys in (True, False):
        supervisor = warm()
        supervisor.receive(SlotEvent.JOB_GIVEN, 0, 1.0)
        supervisor.receive(SlotEvent.CANCELLED, 0, 2.0)
        assert supervisor.state(0) is SlotState.CANCELLING
        if obeys:
            supervisor.receive(SlotEvent.JOB_ENDED, 0, 6.9)
            assert supervisor.state(0) is SlotState.IDLE
        else:
            assert next_actions(supervisor) == (7.0, [KillProcess(0, "did not stop within 5 s")])


def test_a_broken_stream_ends_the_worker_with_its_reason_and_once_only() -> None:
    supervisor = warm()
    supervisor.receive(SlotEvent.BROKEN, 0, 1.0, reason="sent bytes that are no frame")
    supervisor.receive(SlotEvent.BROKEN, 0, 1.0, reason="again")
    assert supervisor.take_actions() == [KillProcess(0, "sent bytes that are no frame")]


def test_a_process_that_even_a_kill_does_not_end_takes_the_backend_down_until_it_goes() -> None:
    supervisor = warm()
    supervisor.receive(SlotEvent.BROKEN, 0, 1.0, reason="sent noise")
    assert supervisor.take_actions() == [KillProcess(0, "sent noise")]
    assert next_actions(supervisor) == (6.0, [SlotsDown()])
    assert supervisor.next_deadline() is None
    supervisor.receive(SlotEvent.EXITED, 0, 100.0)
    assert next_actions(supervisor) == (100.0, [LaunchProcess(0)])


def test_nothing_is_launched_once_launching_has_been_stopped() -> None:
    supervisor = warm(2)
    supervisor.stop_launching()
    for slot in (0, 1):
        supervisor.receive(SlotEvent.EXITED, slot, 1.0)
    assert supervisor.next_deadline() is None
    supervisor.tick(1e6)
    assert supervisor.take_actions() == []


def test_processes_that_are_told_to_end_are_replaced_only_when_all_are_to_be_launched() -> None:
    supervisor = warm(2)
    supervisor.end_all(1.0)
    assert supervisor.is_up is None
    assert [supervisor.state(slot) for slot in (0, 1)] == [SlotState.TERMINATING] * 2
    supervisor.receive(SlotEvent.EXITED, 0, 1.1)
    supervisor.tick(1.2)
    assert supervisor.take_actions() == []
    supervisor.launch_all(2.0)
    supervisor.tick(2.0)
    assert supervisor.take_actions() == [LaunchProcess(0)]  # the other one has not ended
    supervisor.receive(SlotEvent.EXITED, 1, 2.5)
    assert next_actions(supervisor) == (2.5, [LaunchProcess(1)])
    assert supervisor.is_up is None


def test_a_slot_whose_process_has_ended_before_all_were_told_to_has_nothing_to_wait_for() -> None:
    supervisor = warm(2)
    supervisor.receive(SlotEvent.EXITED, 0, 1.0)
    supervisor.end_all(1.0)
    supervisor.receive(SlotEvent.EXITED, 1, 1.5)
    supervisor.launch_all(2.0)
    assert next_actions(supervisor) == (2.0, [LaunchProcess(0), LaunchProcess(1)])


def test_ending_processes_over_and_over_uses_up_no_restarts() -> None:
    supervisor = warm()
    for _ in range(POLICY.max_restarts + 1):
        supervisor.end_all(1.0)
        supervisor.receive(SlotEvent.EXITED, 0, 1.0)
        supervisor.launch_all(1.0)
        assert next_actions(supervisor) == (1.0, [LaunchProcess(0)])
    supervisor.receive(SlotEvent.READY, 0, 1.0)
    assert supervisor.take_actions() == [SlotsUp()]


def test_a_start_that_is_ended_is_no_failed_one() -> None:
    supervisor = opened(1, replace(POLICY, failed_starts=1))
    supervisor.end_all(1.0)
    supervisor.receive(SlotEvent.EXITED, 0, 1.0)
    supervisor.launch_all(1.0)
    assert next_actions(supervisor) == (1.0, [LaunchProcess(0)])


def test_a_process_that_does_not_end_when_told_to_takes_the_backend_down_when_it_is_wanted() -> None:
    supervisor = warm()
    supervisor.end_all(1.0)
    assert next_actions(supervisor) == (6.0, [SlotsDown()])
    supervisor.launch_all(7.0)
    assert (supervisor.is_up, supervisor.take_actions()) == (False, [SlotsDown()])
    supervisor.receive(SlotEvent.EXITED, 0, 8.0)
    assert next_actions(supervisor) == (8.0, [LaunchProcess(0)])


def test_a_backend_that_was_given_up_begins_anew_when_all_are_launched() -> None:
    supervisor = opened()
    crash_at_start(supervisor, POLICY.failed_starts)
    assert supervisor.is_up is False
    supervisor.receive(SlotEvent.EXITED, 0, 20.0)
    supervisor.take_actions()
    supervisor.launch_all(20.0)
    assert supervisor.is_up is None
    assert next_actions(supervisor) == (20.0, [LaunchProcess(0)])


@pytest.mark.parametrize("state", SlotState)
@pytest.mark.parametrize("event", SlotEvent)
def test_an_event_goes_where_the_table_says_or_is_late_and_ignored(
    state: SlotState, event: SlotEvent
) -> None:
    ways: dict[SlotState, list[SlotEvent]] = {
        SlotState.STARTING: [],
        SlotState.IDLE: [SlotEvent.READY],
        SlotState.BUSY: [SlotEvent.READY, SlotEvent.JOB_GIVEN],
        SlotState.CANCELLING: [SlotEvent.READY, SlotEvent.JOB_GIVEN, SlotEvent.CANCELLED],
        SlotState.TERMINATING: [SlotEvent.BROKEN],
        SlotState.STOPPED: [SlotEvent.EXITED],
    }
    supervisor = opened()
    for step in ways[state]:
        supervisor.receive(step, 0, 0.0)
    assert supervisor.state(0) is state
    supervisor.receive(event, 0, 0.0)
    assert supervisor.state(0) is TRANSITIONS.get((state, event), state)


@given(
    st.lists(st.tuples(st.integers(0, 2), EVENTS, st.floats(0, 20), st.booleans()), max_size=60),
    st.integers(1, 9),
)
def test_whatever_happens_no_slot_has_two_processes_or_too_many_restarts(
    happenings: list[tuple[int, SlotEvent, float, bool]], most: int
) -> None:
    policy = replace(POLICY, max_restarts=most)
    supervisor = Supervisor(3, policy, 0.0)
    launches: dict[int, list[float]] = {0: [], 1: [], 2: []}
    alive: set[int] = set()
    said: list[SupervisorAction] = []
    now = 0.0

    def act() -> None:
        for action in supervisor.take_actions():
            if isinstance(action, LaunchProcess):
                assert action.slot not in alive
                alive.add(action.slot)
                launches[action.slot].append(now)
            elif isinstance(action, KillProcess | PingProcess):
                assert action.slot in alive
            else:
                assert said[-1:] != [action]
                said.append(action)

    supervisor.tick(now)
    act()
    for slot, event, pause, is_tick in happenings:
        now += pause
        if is_tick:
            supervisor.tick(now)
        elif slot in alive:
            supervisor.receive(event, slot, now)
            if event is SlotEvent.EXITED:
                alive.discard(slot)
        act()
        assert {slot for slot in range(3) if supervisor.state(slot) is not SlotState.STOPPED} == alive
    for times in launches.values():
        for begin in times:
            assert sum(begin <= at < begin + policy.restart_window_s for at in times) <= most
    assert supervisor.is_up is (None if not said else said[-1] == SlotsUp())
