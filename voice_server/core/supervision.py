"""Keeps one backend's workers running: what to start, what to kill, what to ask, and when.

A slot is a place for one worker. The table below says where each event takes a slot; an event that a state
does not know comes late and is ignored. A worker that passes the limit of its state is killed and replaced.
The rules for restarts:

1. A worker that dies after having been ready is replaced at once; one that never got ready, after a pause
   that doubles with each failure.
2. A slot restarts at most `max_restarts` times in `restart_window_s`.
3. The backend is down when no slot can be expected to get ready: each has failed `failed_starts` times in a
   row, could not load its engine, has used up its restarts, or holds a process that even a kill does not end.
   It goes on trying, and is up with the first worker that gets ready.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum

_PATIENCE = 5
"""A worker may be silent for this many times what a text of that length was seen to take."""
_FORGETTING = 0.9
"""How much of the longest silence seen so far stays after a job that had shorter ones."""
_MOST_DOUBLINGS = 16


class SlotState(Enum):
    """Where a slot stands."""

    RESTING = "resting"
    """No process; one is launched when `restart_at` comes."""
    STARTING = "starting"
    """Loading and warming up."""
    IDLE = "idle"
    """Warm and free."""
    BUSY = "busy"
    """Rendering a job."""
    CANCELLING = "cancelling"
    """Told to stop its job, which it has not said to have ended."""
    DYING = "dying"
    """Killed; the process has not gone yet."""


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
    (_S.STARTING, _E.LOAD_FAILED): _S.DYING,
    **{(state, _E.BROKEN): _S.DYING for state in (_S.STARTING, _S.IDLE, _S.BUSY, _S.CANCELLING)},
    **{(state, _E.EXITED): _S.RESTING for state in SlotState if state is not _S.RESTING},
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
    state: SlotState = SlotState.RESTING
    since: float = 0.0
    heard_at: float = 0.0
    asked_at: float | None = None
    restart_at: float = 0.0
    characters: int = 1
    longest_silence_s: float = 0.0
    was_ready: bool = False
    cannot_load: bool = False
    failed_starts: int = 0
    is_hopeless: bool = False
    launches: deque[float] = field(default_factory=deque)


class Supervisor:
    """The decisions; `now` is in seconds on any steady clock, and never runs backwards."""

    def __init__(self, slots: int, policy: SupervisionPolicy, now: float) -> None:
        self._policy = policy
        self._slots = [_Slot(restart_at=now) for _ in range(slots)]
        self._actions: list[SupervisorAction] = []
        self._silence_s_per_char = 0.0
        self._is_up: bool | None = None
        self._is_closed = False

    @property
    def is_up(self) -> bool | None:
        """Whether the backend can speak; None before the first worker is ready or all are given up."""
        return self._is_up

    def state(self, slot: int) -> SlotState:
        """Where a slot stands."""
        return self._slots[slot].state

    def take_actions(self) -> list[SupervisorAction]:
        """Return, once, what has to be done now."""
        actions, self._actions = self._actions, []
        return actions

    def receive(self, event: SlotEvent, slot: int, now: float, *, characters: int = 1, why: str = "") -> None:
        """Take in what happened to a slot: `characters` with JOB_GIVEN, `why` with BROKEN."""
        it = self._slots[slot]
        target = TRANSITIONS.get((it.state, event))
        if target is None:
            return
        if event is SlotEvent.JOB_ENDED:
            self.expect_silence(max(it.longest_silence_s, now - it.heard_at) / it.characters)
        if target is SlotState.DYING:
            it.cannot_load = event is SlotEvent.LOAD_FAILED
            self._actions.append(KillProcess(slot, why or "could not load its engine"))
        _enter(it, target, now)
        if event is SlotEvent.JOB_GIVEN:
            it.characters = max(1, characters)
        elif event is SlotEvent.READY:
            self._welcome(it)
        elif event is SlotEvent.EXITED:
            self._rest(it, now)

    def heard(self, slot: int, now: float) -> None:
        """Note a sign of life from a slot's worker."""
        it = self._slots[slot]
        it.longest_silence_s = max(it.longest_silence_s, now - it.heard_at)
        it.heard_at, it.asked_at = now, None

    def expect_silence(self, s_per_char: float) -> None:
        """Take in how long a healthy worker was silent for each character of a text."""
        self._silence_s_per_char = max(s_per_char, self._silence_s_per_char * _FORGETTING)

    def close(self) -> None:
        """Launch nothing any more."""
        self._is_closed = True

    def next_deadline(self) -> float | None:
        """When `tick` has to be called at the latest."""
        return min((limit for it in self._slots if (limit := self._limit(it)) is not None), default=None)

    def tick(self, now: float) -> None:
        """Do what is due."""
        for slot, it in enumerate(self._slots):
            limit = self._limit(it)
            if limit is None or limit > now:
                continue
            if it.state is SlotState.RESTING:
                _enter(it, SlotState.STARTING, now)
                it.was_ready = it.cannot_load = False
                it.launches.append(now)
                self._actions.append(LaunchProcess(slot))
            elif it.state is SlotState.DYING:
                it.is_hopeless = True
                self._settle()
            elif it.state is SlotState.IDLE and it.asked_at is None:
                it.asked_at = now
                self._actions.append(PingProcess(slot))
            else:
                # A start that takes for ever is as good as one that fails for good.
                it.cannot_load = it.state is SlotState.STARTING
                self._actions.append(KillProcess(slot, self._complaint(it, now)))
                _enter(it, SlotState.DYING, now)

    def _limit(self, it: _Slot) -> float | None:
        """When the slot's state has lasted too long."""
        policy = self._policy
        if it.state is SlotState.DYING:
            return None if it.is_hopeless else it.since + policy.kill_timeout_s
        if it.state is SlotState.RESTING:
            return None if self._is_closed else it.restart_at
        if it.state is SlotState.IDLE:
            return (
                it.heard_at + policy.ping_interval_s
                if it.asked_at is None
                else it.asked_at + policy.ping_timeout_s
            )
        if it.state is SlotState.BUSY:
            return min(it.heard_at + self._silence_limit_s(it), it.since + policy.render_timeout_s)
        return it.since + (
            policy.start_timeout_s if it.state is SlotState.STARTING else policy.stop_timeout_s
        )

    def _silence_limit_s(self, it: _Slot) -> float:
        return max(self._policy.silence_timeout_s, _PATIENCE * self._silence_s_per_char * it.characters)

    def _complaint(self, it: _Slot, now: float) -> str:
        if it.state is SlotState.STARTING:
            return f"did not get ready within {self._policy.start_timeout_s:g} s"
        if it.state is SlotState.IDLE:
            return f"left a ping unanswered for {self._policy.ping_timeout_s:g} s"
        if it.state is SlotState.CANCELLING:
            return f"did not stop within {self._policy.stop_timeout_s:g} s"
        if now >= it.since + self._policy.render_timeout_s:
            return f"rendered one text for more than {self._policy.render_timeout_s:g} s"
        return f"was silent for {self._silence_limit_s(it):g} s"

    def _welcome(self, it: _Slot) -> None:
        it.was_ready, it.failed_starts, it.is_hopeless = True, 0, False
        if not self._is_up:
            self._is_up = True
            self._actions.append(SlotsUp())

    def _rest(self, it: _Slot, now: float) -> None:
        policy = self._policy
        pause = 0.0
        if not it.was_ready:
            it.failed_starts += 1
            longest = policy.load_failure_pause_s if it.cannot_load else policy.longest_pause_s
            pause = min(longest, policy.first_pause_s * 2 ** min(it.failed_starts - 1, _MOST_DOUBLINGS))
        while it.launches and it.launches[0] <= now - policy.restart_window_s:
            it.launches.popleft()
        is_spent = len(it.launches) >= policy.max_restarts
        if is_spent:
            pause = max(pause, it.launches[0] + policy.restart_window_s - now)
        it.restart_at = now + pause
        it.is_hopeless = it.cannot_load or is_spent or it.failed_starts >= policy.failed_starts
        self._settle()

    def _settle(self) -> None:
        if self._is_up is not False and all(slot.is_hopeless for slot in self._slots):
            self._is_up = False
            self._actions.append(SlotsDown())


def _enter(it: _Slot, state: SlotState, now: float) -> None:
    it.state, it.since, it.heard_at, it.asked_at, it.longest_silence_s = state, now, now, None, 0.0
