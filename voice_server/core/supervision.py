"""Keeps one backend's workers running: what to start, what to kill, what to ask, and when.

A slot is a place for one worker. The table below says where each event takes a slot; an event that a state
does not know comes late and is ignored. Every state but IDLE has a limit, and a worker that passes it is killed
and replaced. The rules for restarts:

1. A worker that dies after having been ready is replaced at once; one that never got ready, after a pause that
   doubles with each failure.
2. A slot restarts at most `max_restarts` times in `restart_window_s`.
3. The backend is down when no slot can be expected to get ready: each has failed `failed_starts` times in a
   row, could not load its engine, or has used up its restarts. It goes on trying, and is up with the first
   worker that gets ready.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum

_PATIENCE = 5
"""A worker may be silent for this many times what a text of that length was seen to take."""
_FORGETTING = 0.9
"""How much of the longest silence seen so far stays after a job that had shorter ones."""


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


class Event(Enum):
    """What happens to a slot."""

    READY = "ready"
    JOB_GIVEN = "job given"
    JOB_ENDED = "job ended"
    CANCELLED = "cancelled"
    BROKEN = "broken"
    EXITED = "exited"
    LOAD_FAILED = "load failed"


_S, _E = SlotState, Event
TRANSITIONS: dict[tuple[SlotState, Event], SlotState] = {
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
    max_restarts: int = 7
    restart_window_s: float = 10.0
    failed_starts: int = 3
    first_pause_s: float = 0.25
    longest_pause_s: float = 5.0
    load_failure_pause_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Launch:
    """Start a worker in this slot."""

    slot: int


@dataclass(frozen=True, slots=True)
class Kill:
    """End this slot's worker at once; `reason` completes the sentence "the worker …"."""

    slot: int
    reason: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Send a ping to this idle worker."""

    slot: int


@dataclass(frozen=True, slots=True)
class Up:
    """The backend can speak, for the first time or again."""


@dataclass(frozen=True, slots=True)
class Down:
    """The backend cannot speak until further notice."""


Action = Launch | Kill | Ask | Up | Down


@dataclass(slots=True)
class _Slot:
    state: SlotState = SlotState.RESTING
    since: float = 0.0
    heard_at: float = 0.0
    asked_at: float | None = None
    restart_at: float | None = None
    characters: int = 0
    longest_silence_s: float = 0.0
    failed_starts: int = 0
    is_hopeless: bool = False
    launches: deque[float] = field(default_factory=deque)


class Supervisor:
    """The decisions; `now` is in seconds on any steady clock, and never runs backwards."""

    def __init__(self, slots: int, policy: SupervisionPolicy, now: float) -> None:
        self._policy = policy
        self._slots = [_Slot(restart_at=now) for _ in range(slots)]
        self._actions: list[Action] = []
        self._silence_s_per_char = 0.0
        self._is_up: bool | None = None
        self._is_closed = False
        self.tick(now)

    @property
    def is_up(self) -> bool | None:
        """Whether the backend can speak; None before the first worker is ready or all have failed."""
        return self._is_up

    def state(self, slot: int) -> SlotState:
        """Where a slot stands."""
        return self._slots[slot].state

    def take_actions(self) -> list[Action]:
        """Return, once, what has to be done now."""
        actions, self._actions = self._actions, []
        return actions

    def receive(self, event: Event, slot: int, now: float, *, characters: int = 0, why: str = "") -> None:
        """Take in what happened to a slot: `characters` with JOB_GIVEN, `why` with BROKEN."""
        it = self._slots[slot]
        target = TRANSITIONS.get((it.state, event))
        if target is None:
            return
        came_from, it.state, it.since, it.asked_at = it.state, target, now, None
        if event is Event.READY:
            self._got_ready(it)
        elif event is Event.JOB_GIVEN:
            it.characters, it.longest_silence_s = max(1, characters), 0.0
        elif event is Event.JOB_ENDED and came_from is SlotState.BUSY:
            self._learn(max(it.longest_silence_s, now - it.heard_at) / it.characters)
        elif event is Event.LOAD_FAILED:
            it.is_hopeless = True
        if target is SlotState.DYING:
            self._kill(slot, why or "could not load its engine", now)
        if target is SlotState.RESTING:
            self._rest(it, came_from, now)
        it.heard_at = now
        self._settle()

    def heard(self, slot: int, now: float) -> None:
        """Note a sign of life from a slot's worker."""
        it = self._slots[slot]
        it.longest_silence_s = max(it.longest_silence_s, now - it.heard_at)
        it.heard_at, it.asked_at = now, None

    def expect_silence(self, s_per_char: float) -> None:
        """Take in how long a healthy worker was silent for each character of a text."""
        self._learn(s_per_char)

    def close(self) -> None:
        """Launch nothing any more."""
        self._is_closed = True

    def next_deadline(self) -> float | None:
        """When `tick` has to be called at the latest."""
        limits = [limit for it in self._slots if (limit := self._limit(it)) is not None]
        return min(limits, default=None)

    def tick(self, now: float) -> None:
        """Do what is due."""
        for slot, it in enumerate(self._slots):
            limit = self._limit(it)
            if limit is not None and limit <= now:
                self._overdue(slot, it, now)
        self._settle()

    def _limit(self, it: _Slot) -> float | None:
        policy = self._policy
        match it.state:
            case SlotState.RESTING:
                return None if self._is_closed else it.restart_at
            case SlotState.STARTING:
                return it.since + policy.start_timeout_s
            case SlotState.IDLE if it.asked_at is None:
                return it.heard_at + policy.ping_interval_s
            case SlotState.IDLE:
                return it.asked_at + policy.ping_timeout_s
            case SlotState.BUSY:
                return min(it.heard_at + self._silence_limit_s(it), it.since + policy.render_timeout_s)
            case SlotState.CANCELLING:
                return it.since + policy.stop_timeout_s
            case _:
                return None

    def _silence_limit_s(self, it: _Slot) -> float:
        expected = self._silence_s_per_char * it.characters
        return max(self._policy.silence_timeout_s, _PATIENCE * expected)

    def _overdue(self, slot: int, it: _Slot, now: float) -> None:
        match it.state:
            case SlotState.RESTING:
                it.state, it.since, it.restart_at = SlotState.STARTING, now, None
                it.launches.append(now)
                self._actions.append(Launch(slot))
            case SlotState.IDLE if it.asked_at is None:
                it.asked_at = now
                self._actions.append(Ask(slot))
            case SlotState.STARTING:
                it.is_hopeless = True
                self._kill(slot, f"did not get ready within {self._policy.start_timeout_s:g} s", now)
            case SlotState.IDLE:
                self._kill(slot, "left a ping unanswered", now)
            case SlotState.BUSY if now >= it.since + self._policy.render_timeout_s:
                self._kill(slot, f"rendered for more than {self._policy.render_timeout_s:g} s", now)
            case SlotState.BUSY:
                self._kill(slot, f"was silent for {self._silence_limit_s(it):g} s", now)
            case _:
                self._kill(slot, "did not stop when told to", now)

    def _kill(self, slot: int, reason: str, now: float) -> None:
        it = self._slots[slot]
        if it.state is SlotState.STARTING or it.is_hopeless:
            it.failed_starts += 1
        it.state, it.since = SlotState.DYING, now
        self._actions.append(Kill(slot, reason))

    def _got_ready(self, it: _Slot) -> None:
        it.failed_starts, it.is_hopeless = 0, False
        if not self._is_up:
            self._is_up = True
            self._actions.append(Up())

    def _learn(self, s_per_char: float) -> None:
        self._silence_s_per_char = max(s_per_char, self._silence_s_per_char * _FORGETTING)

    def _rest(self, it: _Slot, came_from: SlotState, now: float) -> None: ...

    def _settle(self) -> None:
        if self._is_up is not False and all(it.is_hopeless for it in self._slots):
            self._is_up = False
            self._actions.append(Down())
