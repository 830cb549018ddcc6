"""The supervisor on an event loop: what is decided is performed in time, and a late loop is forgiven."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.pool.staging import Run
from voice_server.core.supervision import SlotEvent, SlotState, SupervisionPolicy
from voice_server.process.supervised import SupervisorShell

HASTY = SupervisionPolicy(first_pause_s=0.01, ping_interval_s=0.01, ping_timeout_s=0.2)


@dataclass
class Processes:
    """Notes what is asked of the processes; `on_ping` stands for what they do about a ping."""

    performed: list[tuple[str, int]] = field(default_factory=list)
    kill_reasons: list[str] = field(default_factory=list)
    idle_slots: list[int] = field(default_factory=list)
    availability: list[bool] = field(default_factory=list)
    on_ping: Callable[[], object] = lambda: None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def launch_process(self, slot: int) -> None:
        self._note("launch", slot)

    def kill_process(self, slot: int, reason: str) -> None:
        self.kill_reasons.append(reason)
        self._note("kill", slot)

    def ping_process(self, slot: int) -> None:
        self._note("ping", slot)
        self.on_ping()

    def slot_idle(self, slot: int) -> None:
        self.idle_slots.append(slot)

    def availability_changed(self, *, is_up: bool) -> None:
        self.availability.append(is_up)

    def _note(self, action: str, slot: int) -> None:
        self.performed.append((action, slot))
        self.changed.set()

    async def until(self, action: str, count: int = 1) -> None:
        """Return when the action was performed so many times."""
        while [name for name, _ in self.performed].count(action) < count:
            self.changed.clear()
            await self.changed.wait()


def started(processes: Processes, slots: int = 1, policy: SupervisionPolicy = HASTY) -> SupervisorShell:
    """A shell whose processes are all ready."""
    shell = SupervisorShell(slots, policy, processes)
    shell.start()
    for slot in range(slots):
        shell.receive(SlotEvent.READY, slot)
    return shell


def test_what_is_decided_is_performed_at_once(run: Run) -> None:
    async def main() -> None:
        processes = Processes()
        shell = started(processes, slots=2)
        shell.receive(SlotEvent.BROKEN, 1, reason="sent bytes that are no frame")
        assert processes.performed == [("launch", 0), ("launch", 1), ("kill", 1)]
        assert processes.kill_reasons == ["sent bytes that are no frame"]
        assert (processes.availability, shell.is_up) == ([True], True)
        assert (shell.state(0), shell.state(1)) == (SlotState.IDLE, SlotState.TERMINATING)
        shell.close()

    run(main())


def test_a_slot_is_offered_when_its_process_is_ready_and_after_each_job(run: Run) -> None:
    async def main() -> None:
        processes = Processes()
        shell = started(processes, slots=2)
        assert processes.idle_slots == [0, 1]
        shell.job_given(1, 20)
        assert shell.state(1) is SlotState.BUSY
        shell.receive(SlotEvent.JOB_ENDED, 1)
        assert processes.idle_slots == [0, 1, 1]
        shell.close()

    run(main())


def test_deadlines_are_kept_by_a_timer(run: Run) -> None:
    async def main() -> None:
        processes = Processes()
        shell = started(processes)
        await processes.until("kill")
        assert processes.performed == [("launch", 0), ("ping", 0), ("kill", 0)]
        shell.receive(SlotEvent.EXITED, 0)
        await processes.until("launch", 2)
        shell.close()

    run(main())


@pytest.mark.blocks_loop
@pytest.mark.parametrize("run", ["uvloop", "asyncio"], indirect=True)
def test_a_late_event_loop_takes_in_the_answer_before_it_holds_the_silence_against_a_process(
    run: Run,
) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        answers, answer = os.pipe()

        def answer_and_block_once() -> None:
            os.write(answer, b"x")
            if ("ping", 0) not in processes.performed[:-1]:
                threading.Event().wait(0.8)

        def take_answer() -> None:
            os.read(answers, 1)
            shell.note_activity(0)

        processes = Processes(on_ping=answer_and_block_once)
        shell = started(processes)
        loop.add_reader(answers, take_answer)
        await processes.until("ping", 3)
        assert processes.kill_reasons == []
        shell.close()
        loop.remove_reader(answers)
        os.close(answers)
        os.close(answer)

    run(main())


@pytest.mark.blocks_loop
def test_a_process_that_stays_silent_after_a_late_loop_has_caught_up_is_killed(run: Run) -> None:
    async def main() -> None:
        processes = Processes(on_ping=lambda: threading.Event().wait(0.8))
        shell = started(processes)
        await processes.until("kill")
        assert processes.kill_reasons == ["left a ping unanswered for 0.2 s"]
        shell.close()

    run(main())


def test_a_deadline_that_passes_while_its_timer_is_set_is_dealt_with(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        processes = Processes()
        shell = started(processes)
        with monkeypatch.context() as now_due:
            now_due.setattr(shell._supervisor, "next_deadline", asyncio.get_running_loop().time)
            shell._set_timer()
            shell._set_timer()
        await processes.until("kill")
        shell.close()

    run(main())


def test_nothing_is_launched_once_launching_was_stopped_until_the_next_start(run: Run) -> None:
    async def main() -> None:
        processes = Processes()
        shell = started(processes, policy=SupervisionPolicy(first_pause_s=0.0))
        shell.stop_launching()
        shell.receive(SlotEvent.EXITED, 0)
        assert shell.state(0) is SlotState.STOPPED
        shell.start()
        assert processes.performed == [("launch", 0), ("launch", 0)]
        assert shell.is_up is None
        shell.close()

    run(main())


def test_processes_that_are_told_to_end_get_successors_at_the_next_start_once_they_have_ended(
    run: Run,
) -> None:
    async def main() -> None:
        processes = Processes()
        shell = started(processes, slots=2)
        shell.end_all()
        shell.receive(SlotEvent.EXITED, 0)
        assert processes.performed == [("launch", 0), ("launch", 1)]
        shell.start()
        assert processes.performed[2:] == [("launch", 0)]
        shell.receive(SlotEvent.EXITED, 1)
        await processes.until("launch", 4)
        assert processes.performed[3:] == [("launch", 1)]
        shell.close()

    run(main())


def test_a_closed_shell_performs_nothing_later(run: Run) -> None:
    async def main() -> None:
        processes = Processes()
        shell = started(processes)
        shell.close()
        shell.receive(SlotEvent.EXITED, 0)
        assert shell._timer is not None
        assert shell._timer.cancelled()
        assert processes.performed == [("launch", 0)]

    run(main())
