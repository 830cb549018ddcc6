"""Decides when processes of one kind are launched, pinged, killed and restarted; for workers and players.

A slot is a place for one process. The table below says which state follows a state and an event; an event
that a state has no entry for comes late and is ignored. A process that exceeds the time limit of its state is
killed and replaced. The rules for restarts:

1. A process that ends after having been ready is replaced at once; one that never got ready, after a pause
   that doubles with each failure.
2. A slot restarts at most `max_restarts` times in `restart_window_s`.
3. The backend is down when no slot can be expected to get ready: each has failed `failed_starts` times in a
   row, could not load its engine, has used up its restarts, or holds a process that even a kill does not end.
   Restarts continue, and the backend is up again as soon as one process is ready.
4. Processes that are told to end because nobody needs them have not failed, and none is started in their
   place before `launch_all`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum

_SILENCE_FACTOR = 5
"""A busy worker is killed when it has been silent for this many times what its text should take."""
_FEWEST_CHARACTERS = 20
"""A shorter text counts as one of so many: much of what it takes does not depend on its length, and from
"Yes." alone a long sentence would be expected to take minutes."""
_RENDER_S_PER_CHAR = 1.0
"""A render may take so long for each character where that is more than its limit: digits are words."""
_SILENCE_DECAY = 0.9
"""The silence expected for each character falls by this factor at most from one job to the next, so that a
single fast job does not make the limit too tight for a slow one."""
_MAX_DOUBLINGS = 16
"""Keeps the doubling of the pause between failed starts within the range of a float."""


class SlotState(Enum):
    """Where a slot stands."""

    STOPPED = "stopped"
    """No process; one is launched when `restart_at` comes."""
    STARTING = "starting"
    """Loading and warming up."""
    IDLE = "idle"
    """Warm and free."""
    BUSY = "busy"
    """Rendering a job."""
    CANCELLING = "cancelling"
    """Told to stop its job, which it has not said to have ended."""
    TERMINATING = "terminating"
    """Killed; the process has not ended yet."""


class SlotEvent(Enum):
    """What happens to a slot."""

    READY = "ready"
    JOB_GIVEN = "job given"
    JOB_ENDED = "job ended"
    CANCELLED = "cancelled"
    BROKEN = "broken"
    EXITED = "exited"
    LOAD_FAILED = "load failed"


_S, _E = SlotState, SlotEvent
TRANSITIONS: dict[tuple[SlotState, SlotEvent], SlotState] = {
    (_S.STARTING, _E.READY): _S.IDLE,
    (_S.IDLE, _E.JOB_GIVEN): _S.BUSY,
    (_S.BUSY, _E.JOB_ENDED): _S.IDLE,
    (_S.BUSY, _E.CANCELLED): _S.CANCELLING,
    (_S.CANCELLING, _E.JOB_ENDED): _S.IDLE,
    (_S.STARTING, _E.LOAD_FAILED): _S.TERMINATING,
    **{(state, _E.BROKEN): _S.TERMINATING for state in (_S.STARTING, _S.IDLE, _S.BUSY, _S.CANCELLING)},
    **{(state, _E.EXITED): _S.STOPPED for state in SlotState if state is not _S.STOPPED},
}


@dataclass(frozen=True, slots=True)
class SupervisionPolicy:
    """Every limit, in seconds."""

    start_timeout_s: float = 300.0
    render_timeout_s: float = 120.0
    silence_timeout_s: float = 10.0
    stop_timeout_s: float = 5.0
    ping_interval_s: float = 5.0
    ping_timeout_s: float = 10.0
    kill_timeout_s: float = 5.0
    max_restarts: int = 7
    restart_window_s: float = 10.0
    failed_starts: int = 3
    first_pause_s: float = 0.25
    longest_pause_s: float = 5.0
    load_failure_pause_s: float = 60.0


@dataclass(frozen=True, slots=True)
class LaunchProcess:
    """Start a worker in this slot."""

    slot: int


@dataclass(frozen=True, slots=True)
class KillProcess:
    """End this slot's worker at once; `reason` completes the sentence "the worker …"."""

    slot: int
    reason: str


@dataclass(frozen=True, slots=True)
class PingProcess:
    """Send a ping to this idle worker."""

    slot: int


@dataclass(frozen=True, slots=True)
class SlotsUp:
    """The backend can speak, for the first time or again."""


@dataclass(frozen=True, slots=True)
class SlotsDown:
    """The backend cannot speak until further notice."""


SupervisorAction = LaunchProcess | KillProcess | PingProcess | SlotsUp | SlotsDown


@dataclass(slots=True)
class _Slot:
    state: SlotState = SlotState.STOPPED
    entered_at: float = 0.0
    last_active_at: float = 0.0
    pinged_at: float | None = None
    restart_at: float = 0.0
    characters: int = 1
    longest_silence_s: float = 0.0
    was_ready: bool = False
    cannot_load: bool = False
    failed_starts: int = 0
    is_given_up: bool = False
    """Whether it is not expected to get ready; it is restarted all the same."""
    launches: deque[float] = field(default_factory=deque)

    def forget_failures(self, now: float) -> None:
        self.cannot_load = self.is_given_up = False
        self.failed_starts, self.restart_at = 0, now
        self.launches.clear()

    def enter(self, state: SlotState, now: float) -> None:
        self.state, self.entered_at, self.last_active_at = state, now, now
        self.pinged_at, self.longest_silence_s = None, 0.0


class Supervisor:
    """The decisions; `now` is in seconds on any steady clock, and never runs backwards."""

    def __init__(self, slots: int, policy: SupervisionPolicy, now: float) -> None:
        self._policy = policy
        self._slots = [_Slot(restart_at=now) for _ in range(slots)]
        self._actions: list[SupervisorAction] = []
        self._silence_s_per_char = 0.0
        self._is_up: bool | None = None
        self._may_launch = True

    @property
    def is_up(self) -> bool | None:
        """Whether the backend can speak; None before the first worker is ready or all are given up."""
        return self._is_up

    def state(self, slot: int) -> SlotState:
        """The state of a slot."""
        return self._slots[slot].state

    def take_actions(self) -> list[SupervisorAction]:
        """Return, once, what has to be done now."""
        actions, self._actions = self._actions, []
        return actions

    def receive(
        self, event: SlotEvent, index: int, now: float, *, characters: int = 1, reason: str = ""
    ) -> None:
        """Take in what happened to a slot: `characters` with JOB_GIVEN, `reason` with BROKEN."""
        slot = self._slots[index]
        target = TRANSITIONS.get((slot.state, event))
        if target is None:
            return
        if event is SlotEvent.JOB_ENDED:
            silence_s = max(slot.longest_silence_s, now - slot.last_active_at)
            self.learn_silence(silence_s, slot.characters)
        if target is SlotState.TERMINATING:
            slot.cannot_load = event is SlotEvent.LOAD_FAILED
            self._actions.append(KillProcess(index, reason or "could not load its engine"))
        slot.enter(target, now)
        if event is SlotEvent.JOB_GIVEN:
            slot.characters = max(_FEWEST_CHARACTERS, characters)
        elif event is SlotEvent.READY:
            self._mark_ready(slot)
        elif event is SlotEvent.EXITED:
            self._schedule_restart(slot, now)

    def note_activity(self, index: int, now: float) -> None:
        """Take in that a slot's process has sent something."""
        slot = self._slots[index]
        slot.longest_silence_s = max(slot.longest_silence_s, now - slot.last_active_at)
        slot.last_active_at, slot.pinged_at = now, None

    def learn_silence(self, silence_s: float, characters: int) -> None:
        """Take in how long a healthy worker was silent over a text of so many characters."""
        s_per_char = silence_s / max(_FEWEST_CHARACTERS, characters)
        self._silence_s_per_char = max(s_per_char, self._silence_s_per_char * _SILENCE_DECAY)

    def stop_launching(self) -> None:
        """Launch nothing until `launch_all`; processes that run are still supervised."""
        self._may_launch = False

    def end_all(self, now: float) -> None:
        """Take in that every process is being told to end, and launch nothing until `launch_all`."""
        self._may_launch, self._is_up = False, None
        for slot in self._slots:
            slot.forget_failures(now)
            slot.was_ready = True  # its end is no failed start
            if slot.state is not SlotState.STOPPED:
                slot.enter(SlotState.TERMINATING, now)

    def launch_all(self, now: float) -> None:
        """Have a process in every slot, as soon as its last one has ended; earlier failures are forgotten.

        A slot whose process even a kill has not ended gets another only when it has ended after all.
        """
        self._may_launch, self._is_up = True, None
        for slot in self._slots:
            if slot.state is not SlotState.TERMINATING:
                slot.forget_failures(now)
        self._check_availability()

    def next_deadline(self) -> float | None:
        """When `tick` has to be called at the latest."""
        deadlines = map(self._deadline, self._slots)
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def tick(self, now: float) -> None:
        """Do what is due."""
        for index, slot in enumerate(self._slots):
            deadline = self._deadline(slot)
            if deadline is not None and deadline <= now:
                self._act_on_deadline(index, slot, now)

    def _act_on_deadline(self, index: int, slot: _Slot, now: float) -> None:
        if slot.state is SlotState.STOPPED:
            slot.enter(SlotState.STARTING, now)
            slot.was_ready = slot.cannot_load = False
            slot.launches.append(now)
            self._actions.append(LaunchProcess(index))
        elif slot.state is SlotState.TERMINATING:
            slot.is_given_up = True
            self._check_availability()
        elif slot.state is SlotState.IDLE and slot.pinged_at is None:
            slot.pinged_at = now
            self._actions.append(PingProcess(index))
        else:
            # A start that exceeds its limit counts as an engine that cannot be loaded.
            slot.cannot_load = slot.state is SlotState.STARTING
            self._actions.append(KillProcess(index, self._timeout_reason(slot, now)))
            slot.enter(SlotState.TERMINATING, now)

    def _deadline(self, slot: _Slot) -> float | None:
        """When something has to be done about a slot if nothing happens to it."""
        policy = self._policy
        match slot.state:
            case SlotState.STOPPED:
                return slot.restart_at if self._may_launch else None
            case SlotState.STARTING:
                return slot.entered_at + policy.start_timeout_s
            case SlotState.IDLE:
                return self._ping_deadline(slot)
            case SlotState.BUSY:
                silent_until = slot.last_active_at + self._silence_limit_s(slot)
                return min(silent_until, slot.entered_at + self._render_limit_s(slot))
            case SlotState.CANCELLING:
                return slot.entered_at + policy.stop_timeout_s
        return None if slot.is_given_up else slot.entered_at + policy.kill_timeout_s  # TERMINATING

    def _ping_deadline(self, slot: _Slot) -> float:
        if slot.pinged_at is None:
            return slot.last_active_at + self._policy.ping_interval_s
        return slot.pinged_at + self._policy.ping_timeout_s

    def _silence_limit_s(self, slot: _Slot) -> float:
        expected_s = self._silence_s_per_char * slot.characters
        return max(self._policy.silence_timeout_s, _SILENCE_FACTOR * expected_s)

    def _render_limit_s(self, slot: _Slot) -> float:
        return max(self._policy.render_timeout_s, _RENDER_S_PER_CHAR * slot.characters)

    def _timeout_reason(self, slot: _Slot, now: float) -> str:
        """Complete the sentence "the worker …" for the limit that the slot has exceeded."""
        policy = self._policy
        if slot.state is SlotState.STARTING:
            return f"did not get ready within {policy.start_timeout_s:g} s"
        if slot.state is SlotState.IDLE:
            return f"left a ping unanswered for {policy.ping_timeout_s:g} s"
        if slot.state is SlotState.CANCELLING:
            return f"did not stop within {policy.stop_timeout_s:g} s"
        if now >= slot.entered_at + self._render_limit_s(slot):
            return f"rendered one text for more than {self._render_limit_s(slot):g} s"
        return f"was silent for {self._silence_limit_s(slot):g} s"

    def _mark_ready(self, slot: _Slot) -> None:
        slot.was_ready, slot.failed_starts, slot.is_given_up = True, 0, False
        if not self._is_up:
            self._is_up = True
            self._actions.append(SlotsUp())

    def _schedule_restart(self, slot: _Slot, now: float) -> None:
        policy = self._policy
        if not slot.was_ready:
            slot.failed_starts += 1
        while slot.launches and slot.launches[0] <= now - policy.restart_window_s:
            slot.launches.popleft()
        has_used_up_restarts = len(slot.launches) >= policy.max_restarts
        pause_s = 0.0 if slot.was_ready else self._pause_after_failure_s(slot)
        if has_used_up_restarts:
            pause_s = max(pause_s, slot.launches[0] + policy.restart_window_s - now)
        slot.restart_at = now + pause_s
        has_failed_often = slot.failed_starts >= policy.failed_starts
        slot.is_given_up = slot.cannot_load or has_used_up_restarts or has_failed_often
        self._check_availability()

    def _pause_after_failure_s(self, slot: _Slot) -> float:
        policy = self._policy
        longest_s = policy.load_failure_pause_s if slot.cannot_load else policy.longest_pause_s
        doublings = min(slot.failed_starts - 1, _MAX_DOUBLINGS)
        return min(longest_s, policy.first_pause_s * 2.0**doublings)

    def _check_availability(self) -> None:
        if self._is_up is not False and all(slot.is_given_up for slot in self._slots):
            self._is_up = False
            self._actions.append(SlotsDown())
