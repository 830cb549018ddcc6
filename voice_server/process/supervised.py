"""Runs `core/supervision.py` on the event loop, for the pool's workers and for the loudspeakers' players.

The shell passes on what happens to the processes, performs what the supervisor decides, and keeps one timer
for the supervisor's next deadline.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from voice_server.core.supervision import (
    KillProcess,
    LaunchProcess,
    PingProcess,
    SlotEvent,
    SlotsDown,
    SlotState,
    SlotsUp,
    SupervisionPolicy,
    Supervisor,
)

_LATE_S = 0.5
"""A timer that fires this long after its deadline shows that the event loop was blocked or suspended."""
_CATCH_UP_S = 0.1
"""How long a late event loop may read its pipes before silence is held against the processes."""


class SupervisedProcesses(Protocol):
    """The processes in the slots; no method waits."""

    def launch_process(self, slot: int) -> None:
        """Start a process in this slot."""

    def kill_process(self, slot: int, reason: str) -> None:
        """End the slot's process now; `reason` completes the sentence "the process …"."""

    def ping_process(self, slot: int) -> None:
        """Send a ping to the slot's process, which is idle."""

    def slot_idle(self, slot: int) -> None:
        """The slot's process is ready for a job; if it gets one, call `job_given`."""

    def availability_changed(self, *, is_up: bool) -> None:
        """A process is ready where none was, or none can be expected to get ready."""


class SupervisorShell:
    """Supervises the `processes` in numbered slots, on the event loop that is running."""

    def __init__(self, slots: int, policy: SupervisionPolicy, processes: SupervisedProcesses) -> None:
        self._processes = processes
        self._loop = asyncio.get_running_loop()
        self._supervisor = Supervisor(slots, policy, self._loop.time())
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._is_closed = False

    @property
    def is_up(self) -> bool | None:
        """Whether a process has been ready since all were given up last; None before either."""
        return self._supervisor.is_up

    def state(self, slot: int) -> SlotState:
        """The state of a slot."""
        return self._supervisor.state(slot)

    def start(self) -> None:
        """Have a process in every slot, as soon as its last one has ended; earlier failures are forgotten."""
        self._supervisor.launch_all(self._loop.time())
        self._tick()

    def end_all(self) -> None:
        """Take in that every process is being told to end; nothing is launched until the next `start`."""
        self._supervisor.end_all(self._loop.time())
        self._set_timer()

    def stop_launching(self) -> None:
        """Launch nothing until the next `start`; processes that run are still supervised."""
        self._supervisor.stop_launching()

    def close(self) -> None:
        """Launch nothing and set no timer any more."""
        self._is_closed = True
        self.stop_launching()
        if self._timer is not None:
            self._timer.cancel()

    def receive(self, event: SlotEvent, slot: int, *, reason: str = "") -> None:
        """Take in what happened to a slot: `reason` with BROKEN."""
        self._supervisor.receive(event, slot, self._loop.time(), reason=reason)
        self._perform()
        if self.state(slot) is SlotState.IDLE:
            self._processes.slot_idle(slot)
        self._set_timer()

    def job_given(self, slot: int, characters: int) -> None:
        """Take in that an idle slot's process has got a job with a text of this length."""
        # The timer is not moved for every job: the job's limits are checked with the next event of any slot,
        # at the latest when the idle process would have been pinged.
        self._supervisor.receive(SlotEvent.JOB_GIVEN, slot, self._loop.time(), characters=characters)

    def note_activity(self, slot: int) -> None:
        """Take in that a slot's process has sent something."""
        # No timer to set: this only ever moves a deadline further away.
        self._supervisor.note_activity(slot, self._loop.time())

    def learn_silence(self, silence_s: float, characters: int) -> None:
        """Take in how long a healthy process was silent for each character of a text."""
        self._supervisor.learn_silence(silence_s, characters)

    def _perform(self) -> None:
        for action in self._supervisor.take_actions():
            match action:
                case LaunchProcess(slot):
                    self._processes.launch_process(slot)
                case KillProcess(slot, reason):
                    self._processes.kill_process(slot, reason)
                case PingProcess(slot):
                    self._processes.ping_process(slot)
                case SlotsUp():
                    self._processes.availability_changed(is_up=True)
                case SlotsDown():
                    self._processes.availability_changed(is_up=False)

    def _set_timer(self) -> None:
        """Have `_tick` called in time; a call that comes too early costs less than moving the timer."""
        deadline = self._supervisor.next_deadline()
        if self._is_closed or deadline is None:
            return
        if self._timer is not None:
            if self._timer_at <= deadline:
                return
            self._timer.cancel()
        self._timer_at = deadline
        self._timer = self._loop.call_at(deadline, self._check_lateness, deadline)

    def _check_lateness(self, deadline: float) -> None:
        # A late loop has not read its pipes either: first take in what the processes have sent meanwhile.
        if self._loop.time() - deadline > _LATE_S:
            self._timer = self._loop.call_later(_CATCH_UP_S, self._tick)
        else:
            self._tick()

    def _tick(self) -> None:
        self._timer = None
        self._supervisor.tick(self._loop.time())
        self._perform()
        self._set_timer()
