"""The promises of a pool, with real processes that go wrong on cue."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import struct
import threading
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest

from tests.pool.staging import ADAPTER, HASTY, Run, Stage, gone, listen, segment, two_workers_meet
from voice_server.config import BackendConfig
from voice_server.core.types import Frame, Segment
from voice_server.errors import BackendDown, InUse, RenderError, RequestError, UnknownName, WireError
from voice_server.pool.local_pool import LocalPool
from voice_server.pool.worker_pool import BackendMemory, BackendState

BLOCK = 40
"""Samples that may be faded at an edge: 5 ms at the rate of the scripted backend."""

DEATHS = [
    "SIGKILL",
    "SIGSEGV",
    "SIGTERM",
    "SIGABRT",
    "SIGHUP",
    "exit",
    "half frame and death",
    "fork and die",
]
LIES = ["garbage", "giant length", "left-out frame", "half frame and closed pipe"]
HANGS = ["SIGSTOP", "hang", "half frame", "refuse TERM and hang"]
NO_FAULTS = [
    "nothing",
    "print from C",
    "print from Python",
    "8 MB on stderr",
    "fork and go on",
    "SIGINT",
    "SIGPIPE",
]


async def one_fault(pool: LocalPool, stage: Stage, scripted: ModuleType, notices: list[str]) -> None:
    bystander = asyncio.create_task(listen(pool, "a bystander"))
    take = await listen(pool, "fault here", on_first=stage.open_gate)
    assert take.pcm == scripted.samples("fault here")
    assert take.words == [f"word{index}" for index in range(scripted.PIECES)]
    assert take.notices == notices
    undisturbed = await bystander
    assert undisturbed.pcm == scripted.samples("a bystander")
    assert undisturbed.notices == []
    await two_workers_meet(pool)
    assert pool.stats()["scripted"].restarts == len(notices)


@pytest.mark.parametrize("fault", [*DEATHS, *LIES])
def test_a_worker_lost_in_mid_sentence_costs_no_sample_and_repeats_none(
    fault: str, run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        async with stage.pool(fault=fault) as pool:
            await one_fault(pool, stage, scripted, ["sentence_retried"])

    run(main())


@pytest.mark.parametrize("fault", HANGS)
def test_a_worker_that_falls_silent_is_replaced_and_its_sentence_is_spoken_once(
    fault: str, run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        async with stage.pool(fault=fault, silence_timeout_s=0.6) as pool:
            await one_fault(pool, stage, scripted, ["sentence_retried"])

    run(main())


@pytest.mark.parametrize("fault", NO_FAULTS)
def test_noise_of_libraries_costs_nothing(fault: str, run: Run, stage: Stage, scripted: ModuleType) -> None:
    async def main() -> None:
        async with stage.pool(fault=fault) as pool:
            await one_fault(pool, stage, scripted, [])

    run(main())


@pytest.mark.parametrize("run", ["asyncio"], indirect=True)
def test_the_plain_event_loop_serves_as_well(run: Run, stage: Stage, scripted: ModuleType) -> None:
    async def main() -> None:
        async with stage.pool(fault="SIGKILL") as pool:
            await one_fault(pool, stage, scripted, ["sentence_retried"])

    run(main())


def test_a_worker_that_goes_on_although_its_audio_is_too_long_ends(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        async with stage.pool(fault="speak for ever", max_audio_s=30, stop_timeout_s=0.3) as pool:
            with pytest.raises(RenderError, match="longer than 30 s") as caught:
                await listen(pool, "fault here", on_first=stage.open_gate)
            assert caught.value.code == "too_long"
            await two_workers_meet(pool)

    run(main())


def test_texts_whose_audio_is_too_long_end_no_worker(run: Run, stage: Stage) -> None:
    async def main() -> None:
        async with stage.pool(max_audio_s=0.35) as pool:
            for number in range(20):
                with pytest.raises(RenderError, match=r"longer than 0\.35 s") as caught:
                    await listen(pool, f"text {number}")
                assert caught.value.code == "too_long"
            stats = pool.stats()["scripted"]
            assert (stats.restarts, stats.failed) == (0, 20)

    run(main())


def test_a_text_that_ends_three_workers_is_given_up_and_the_next_is_spoken(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        async with stage.pool() as pool:
            bystanders = [asyncio.create_task(listen(pool, f"bystander {index}")) for index in range(5)]
            with pytest.raises(RenderError) as caught:
                await listen(pool, "poison")
            assert caught.value.code == "poison"
            assert (await listen(pool, "the next one")).pcm == scripted.samples("the next one")
            for index, bystander in enumerate(bystanders):
                take = await bystander
                assert (take.pcm, take.notices) == (scripted.samples(f"bystander {index}"), [])
            assert pool.stats()["scripted"].restarts == 3
            assert pool.stats()["scripted"].failed == 1

    run(main())


def test_an_engine_that_does_not_repeat_itself_is_joined_without_a_jump(run: Run, stage: Stage) -> None:
    async def main() -> None:
        async with stage.pool() as pool:
            take = await listen(pool, "never the same", on_first=stage.open_gate)
        levels = struct.unpack(f"<{len(take.pcm) // 2}h", take.pcm)
        assert len(levels) == 4800
        assert take.notices == ["sentence_retried", "seam"]
        levels = levels[BLOCK:-BLOCK]  # within the fades at both ends
        before, after = levels[0], levels[-1]
        assert before != after
        assert levels[: 800 - 2 * BLOCK] == (before,) * (800 - 2 * BLOCK)
        assert levels[960 - 2 * BLOCK :] == (after,) * 3840
        steps = [abs(right - left) for left, right in pairwise(levels)]
        assert max(steps) <= abs(after - before) // 160 + 1

    run(main())


@pytest.mark.parametrize("fault", ["raise", "sys.exit", "raise retryable"])
def test_an_engine_that_raises_once_is_asked_again(
    fault: str, run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        async with stage.pool(fault=fault) as pool:
            take = await listen(pool, "fault here", on_first=stage.open_gate)
            assert take.pcm == scripted.samples("fault here")
            assert take.notices == ["sentence_retried"]
            assert pool.stats()["scripted"].restarts == 0

    run(main())


def test_what_an_engine_refuses_is_not_tried_again(run: Run, stage: Stage) -> None:
    async def main() -> None:
        async with stage.pool(fault="refuse") as pool:
            with pytest.raises(RequestError, match="scripted cannot speak this: ") as caught:
                await listen(pool, "fault here", on_first=stage.open_gate)
            assert caught.value.code == "no_whisper"
            assert pool.stats()["scripted"].retried == 0

    run(main())


def test_closing_the_iterator_frees_a_worker_that_listens_without_ending_it(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        async with stage.pool(workers=1) as pool:
            pids = pool.pids("scripted")
            frames = pool.render(segment("babble"))
            assert isinstance(await anext(frames), Frame)
            await frames.aclose()
            assert (await listen(pool, "the next one")).pcm == scripted.samples("the next one")
            assert pool.pids("scripted") == pids
            assert pool.stats()["scripted"].stopped == 1

    run(main())


def test_a_reader_that_stalls_holds_no_worker(run: Run, stage: Stage, scripted: ModuleType) -> None:
    async def main() -> None:
        async with stage.pool(workers=1) as pool:
            stalled = pool.render(segment("taken slowly"))
            first = await anext(stalled)
            assert isinstance(first, Frame)
            assert (await listen(pool, "another")).pcm == scripted.samples("another")
            rest = [piece.pcm async for piece in stalled if isinstance(piece, Frame)]
            assert first.pcm + b"".join(rest) == scripted.samples("taken slowly")

    run(main())


def test_cancelling_does_not_wait_for_an_engine_that_does_not_listen(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        async with stage.pool(workers=1, stop_timeout_s=0.3) as pool:
            pids = pool.pids("scripted")
            task = asyncio.create_task(listen(pool, "fault here"))
            await stage.arrival()
            task.cancel()
            await asyncio.wait([task], timeout=0.1)
            assert task.cancelled()
            assert (await listen(pool, "the next one")).pcm == scripted.samples("the next one")
            assert set(pool.pids("scripted")).isdisjoint(pids)

    run(main())


def test_a_cancelled_render_that_still_waits_takes_no_worker(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        async with stage.pool(workers=1, fault="nothing") as pool:
            first = asyncio.create_task(listen(pool, "fault here"))
            second = asyncio.create_task(listen(pool, "never heard"))
            third = asyncio.create_task(listen(pool, "the third"))
            await asyncio.sleep(0)
            assert pool.backends["scripted"].waiting == 2
            second.cancel()
            await asyncio.wait([second])
            assert pool.backends["scripted"].waiting == 1
            stage.open_gate()
            assert (await first).pcm == scripted.samples("fault here")
            assert (await third).pcm == scripted.samples("the third")
            assert pool.stats()["scripted"].rendered == 2

    run(main())


def test_renders_are_served_first_come_first_served(run: Run, stage: Stage) -> None:
    async def main() -> None:
        order: list[int] = []

        async def one(index: int) -> None:
            await listen(pool, f"number {index}")
            order.append(index)

        async with stage.pool(workers=1) as pool, asyncio.TaskGroup() as tasks:
            for index in range(8):
                tasks.create_task(one(index))
        assert order == list(range(8))

    run(main())


def test_every_worker_killed_at_once_comes_back(run: Run, stage: Stage, scripted: ModuleType) -> None:
    async def main() -> None:
        async with stage.pool(workers=2) as pool:
            await two_workers_meet(pool)
            (stage.scratch / "reader").unlink()
            for pid in pool.pids("scripted"):
                os.kill(pid, signal.SIGKILL)
            takes = await asyncio.gather(*(listen(pool, f"text {index}") for index in range(6)))
            assert [take.pcm for take in takes] == [scripted.samples(f"text {index}") for index in range(6)]
            await two_workers_meet(pool)
            assert pool.backends["scripted"].error == ""

    run(main())


def test_an_idle_worker_that_is_stopped_is_found_by_its_missing_pong(run: Run, stage: Stage) -> None:
    async def main() -> None:
        async with stage.pool(workers=1, ping_interval_s=0.1, ping_timeout_s=0.3) as pool:
            (pid,) = pool.pids("scripted")
            os.kill(pid, signal.SIGSTOP)
            await gone(pid)
            await listen(pool, "spoken by the next worker")

    run(main())


@pytest.mark.parametrize(
    ("start_fault", "complaint"),
    [
        ("exit", "exited with status 5: cannot find my weights"),
        ("hang", "did not get ready within 0.3 s"),
        ("raise", "OSError: cannot read weights.pt"),
        ("miss a package", "the package 'no_such_package' is missing"),
    ],
)
def test_a_backend_that_cannot_start_is_down_with_one_sentence(
    start_fault: str, complaint: str, run: Run, stage: Stage
) -> None:
    async def main() -> None:
        limit_s = 0.3 if start_fault == "hang" else 300.0
        async with stage.pool(settings={"start_fault": start_fault}, start_timeout_s=limit_s) as pool:
            status = pool.backends["scripted"]
            assert status.state is BackendState.DOWN
            assert status.ready is None
            assert complaint in status.error
            assert "/home" not in status.error
            with pytest.raises(BackendDown, match="not running"):
                await listen(pool, "nobody speaks this")

    run(main())


def test_a_crash_loop_is_slowed_down_and_ends_by_itself_when_the_cause_is_gone(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        async with stage.pool(workers=1, settings={"start_fault": "exit until mended"}) as pool:
            assert pool.backends["scripted"].state is BackendState.DOWN
            up_again = pool._backends["scripted"].settled
            up_again.clear()
            (stage.scratch / "mended").touch()
            await up_again.wait()
            assert (await listen(pool, "back again")).pcm == scripted.samples("back again")
            assert pool.backends["scripted"].error == ""
        assert (stage.scratch / "starts").stat().st_size <= HASTY_RESTARTS

    run(main())


HASTY_RESTARTS = 7


def test_one_backend_that_cannot_start_does_not_keep_the_others_from_speaking(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        backends = {"broken": stage.config(settings={"start_fault": "raise"}), "scripted": stage.config()}
        async with LocalPool(backends) as pool:
            assert (await listen(pool, "hello")).pcm == scripted.samples("hello")
            assert pool.backends["broken"].state is BackendState.DOWN
            assert {voice.backend for voice in pool.voices()} == {"scripted"}

    run(main())


def test_a_pool_says_what_its_backends_are(run: Run, stage: Stage) -> None:
    async def main() -> None:
        async with stage.pool(workers=1, options={"speed": 1.5}) as pool:
            status = pool.backends["scripted"]
            assert (status.state, status.workers, status.free, status.waiting) == (BackendState.UP, 1, 1, 0)
            assert status.ready is not None
            assert status.ready.sample_rate_hz == 8000
            assert [(option.name, option.default) for option in status.ready.capabilities.options] == [
                ("speed", 1.5)
            ]
            assert [(voice.id, voice.backend) for voice in pool.voices()] == [
                ("one", "scripted"),
                ("two", "scripted"),
            ]

    run(main())


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"options": {"sped": 2}}, "unknown option 'sped'"),
        ({"options": {"speed": 9}}, "from 0.5 to 2"),
        ({"default_voice": "three"}, "unknown voice 'three'"),
        ({"settings": {"scrach": "x"}}, "unknown setting 'scrach'"),
    ],
)
def test_a_configuration_that_the_adapter_does_not_know_takes_only_its_backend_down(
    changes: dict[str, Any], complaint: str, run: Run, stage: Stage
) -> None:
    async def main() -> None:
        async with stage.pool(workers=1, **changes) as pool:
            assert complaint in pool.backends["scripted"].error

    run(main())


def test_a_text_too_long_for_a_frame_is_refused_and_takes_no_worker(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        async with stage.pool(workers=1) as pool:
            with pytest.raises(WireError, match="at most"):
                await listen(pool, "x" * 2_000_000)
            assert (await listen(pool, "hello")).pcm == scripted.samples("hello")

    run(main())


@pytest.mark.blocks_loop
def test_a_server_that_stood_still_does_not_hold_the_silence_against_its_workers(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        limits = {"silence_timeout_s": 0.2, "ping_interval_s": 0.05, "ping_timeout_s": 0.2}
        async with stage.pool(workers=2, **limits) as pool:
            speaking = asyncio.create_task(listen(pool, "hello"))
            await asyncio.sleep(0)
            threading.Event().wait(0.9)
            assert (await speaking).pcm == scripted.samples("hello")
            await two_workers_meet(pool)
            assert pool.stats()["scripted"].restarts == 0

    run(main())


def test_an_unknown_backend_is_refused_with_the_list_of_those_there_are(run: Run, stage: Stage) -> None:
    async def main() -> None:
        async with stage.pool() as pool:
            with pytest.raises(UnknownName, match="there are 1: scripted"):
                await anext(pool.render(segment("hello", backend="espeek")))

    run(main())


def test_the_seed_of_the_segment_decides_what_a_sampling_engine_draws(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        async with stage.pool() as pool:
            assert (await listen(pool, "hello", seed=7)).pcm == scripted.samples("hello", 7)
            assert (await listen(pool, "hello", seed=8)).pcm == scripted.samples("hello", 8)

    run(main())


def test_closing_the_pool_ends_open_renders_and_workers_that_refuse_to_go(run: Run, stage: Stage) -> None:
    async def main() -> None:
        async with stage.pool(settings={"start_fault": "refuse TERM"}, patience_s=0.1) as pool:
            hanging = asyncio.create_task(listen(pool, "fault here"))
            await stage.arrival()
        with pytest.raises(BackendDown, match="stopping"):
            await hanging

    run(main())


def test_a_pool_that_is_cancelled_while_it_opens_leaves_nothing_behind(run: Run, stage: Stage) -> None:
    async def main() -> None:
        async def enter() -> None:
            async with stage.pool(settings={"start_fault": "hang"}, patience_s=0.1):
                pytest.fail("a worker that hangs got ready")

        opening = asyncio.create_task(enter())
        await stage.arrival()
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening

    run(main())


def test_a_path_in_the_settings_is_relative_to_the_folder_of_the_configuration(
    run: Run, stage: Stage
) -> None:
    async def main() -> None:
        folder = stage.scratch / "configured"
        (folder / "model").mkdir(parents=True)
        (folder / "model" / "mended").touch()
        settings = {"scratch": "model", "start_fault": "miss weights until mended"}
        async with stage.pool(workers=1, folder=folder, settings=settings) as pool:
            assert pool.backends["scripted"].state is BackendState.UP
        assert (folder / "model" / "starts").exists()

    run(main())


@pytest.mark.parametrize(("count", "name_chars"), [(20_000, 10), (1_000, 500), (498, 10), (499, 10)])
def test_a_backend_has_as_many_voices_as_it_likes(
    run: Run, stage: Stage, count: int, name_chars: int
) -> None:
    settings = {"more_voices": count, "name_chars": name_chars}

    async def main() -> None:
        async with stage.pool(workers=1, settings=settings) as pool:
            voices = pool.voices()
            assert [voice.id for voice in voices[:3]] == ["one", "two", f"voice-{0:0{name_chars}}"]
            assert len({voice.id for voice in voices}) == len(voices) == count + 2
            assert {voice.backend for voice in voices} == {"scripted"}
            last = replace(segment("Hello."), voice=voices[-1].id)
            assert [piece async for piece in pool.render(last)]

    run(main())


_ADAPTER = """
from voice_server.worker.api import Voice
{before}
class Backend:
    sample_rate = 8000
    def __init__(self):
        {body}
    def voices(self):
        return [Voice("a", "A", "en")]
    def synthesize(self, text, voice, options):
        yield bytes(1600)
"""


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "raise ValueError('no such thing')",
            r"engine could not be loaded \(ValueError: no such thing\); .*doctor",
        ),
        ("raise Exception", r"engine could not be loaded \(Exception\); .*doctor"),
        ("raise KeyError('x\\x1b[31m')", r"engine could not be loaded \(KeyError: .*\); .*doctor"),
        ("raise MemoryError", "there is not enough memory to load its engine; .*--pool-size"),
        ("import nothing_of_that_name", "the package 'nothing_of_that_name' is missing .*; install it there"),
        ("import sys; sys.exit(3)", r"engine could not be loaded \(SystemExit: 3\); .*doctor"),
        ("import os; os._exit(3)", "a worker exited with status 3 without a word; .*doctor"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "SIGKILL; .*memory runs out: .*--pool-size",
        ),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV; its engine crashed.*doctor"),
    ],
)
def test_why_a_backend_is_not_running_is_a_sentence_that_helps(
    run: Run, stage: Stage, tmp_path: Path, body: str, told: str
) -> None:
    adapter = tmp_path / "backend.py"
    adapter.write_text(_ADAPTER.format(before="", body=body))

    async def main() -> None:
        config = BackendConfig(adapter=adapter, workers=1, forked=stage.forked, fade_ms=0)
        async with LocalPool({"mine": config}, policy=HASTY) as pool:
            with pytest.raises(BackendDown, match=f"backend mine is not running: .*{told}") as caught:
                async for _ in pool.render(Segment("mine", "Hello.", "a", {}, 0)):
                    pass
            assert caught.value.message.isprintable()
            assert pool.backends["mine"].error in caught.value.message

    run(main())


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("#!/bin/sh\nexit 0\n", "a worker exited with status 0 without a word; .*doctor"),
        (
            "#!/bin/sh\necho \"ModuleNotFoundError: No module named 'msgpack'\" >&2; exit 1\n",
            "'msgpack' is missing",
        ),
        ("#!/nothing/python\n", "its python cannot be run: .*; `environment` of mine in backends.yaml"),
    ],
)
def test_a_python_that_cannot_run_a_backend_is_told_with_what_helps(
    run: Run, tmp_path: Path, script: str, told: str
) -> None:
    python = tmp_path / "python"
    python.write_text(script)
    python.chmod(0o755)

    async def main() -> None:
        config = BackendConfig(adapter=ADAPTER, workers=1, environment=python, fade_ms=0)
        async with LocalPool({"mine": config}, policy=HASTY) as pool:
            assert re.search(told, pool.backends["mine"].error), pool.backends["mine"].error

    run(main())


def test_a_wished_backend_is_waited_for_until_it_is_ready_or_time_is_up(tmp_path: Path) -> None:
    adapter = tmp_path / "backend.py"
    adapter.write_text(
        "from voice_server.worker.api import Voice\n"
        "class Backend:\n"
        "    sample_rate = 24000\n"
        "    def __init__(self): open('gate').read()\n"
        "    def voices(self): yield Voice('ann', 'Ann', 'en')\n"
        "    def synthesize(self, text, voice, options): yield bytes(4800)\n"
    )
    slow = BackendConfig(adapter=adapter, folder=tmp_path, fade_ms=0)
    os.mkfifo(tmp_path / "gate")

    async def state_after(wish_s: float) -> BackendState:
        async with LocalPool({"slow": slow}, needed=(), wished=["slow"], wish_s=wish_s) as pool:
            return pool.backends["slow"].state

    assert asyncio.run(state_after(0.01)) is BackendState.STARTING
    (tmp_path / "gate").unlink()
    (tmp_path / "gate").touch()
    assert asyncio.run(state_after(15.0)) is BackendState.UP


async def all_gone(pids: list[int]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for pid in pids:
            tasks.create_task(gone(pid))


def test_an_unloaded_backend_has_no_process_and_speaks_again_when_it_is_asked(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        before = set(psutil.Process().children(recursive=True))
        async with stage.pool() as pool:
            while pool.backends["scripted"].free < 2:
                await asyncio.sleep(0.01)
            processes = set(psutil.Process().children(recursive=True)) - before
            assert len(processes) == (3 if stage.forked else 2)
            taken = (await pool.memory())["scripted"]
            assert len(taken.workers) == 2
            assert all(taken.workers)
            assert bool(taken.template) is stage.forked
            await pool.unload("scripted")
            assert set(psutil.Process().children(recursive=True)) == before
            assert (await pool.memory())["scripted"] == BackendMemory()
            status = pool.backends["scripted"]
            assert (status.state, status.free, status.error) == (BackendState.UNLOADED, 0, "")
            assert status.can_speak
            assert [voice.id for voice in pool.voices()] == ["one", "two"]
            take = await listen(pool, "after")
            assert (take.pcm, take.notices) == (scripted.samples("after"), [])
            assert pool.backends["scripted"].state is BackendState.UP
            await two_workers_meet(pool)
            assert pool.stats()["scripted"].restarts == 0

    run(main())


def test_a_render_that_comes_while_the_workers_end_is_spoken_by_the_next_ones(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        async with stage.pool() as pool:
            pids = pool.pids("scripted")
            unloading = asyncio.create_task(pool.unload("scripted"))
            await asyncio.sleep(0)
            assert pool.backends["scripted"].state is BackendState.UNLOADED
            assert pool.pids("scripted") == pids
            take = await listen(pool, "just then")
            assert (take.pcm, take.notices) == (scripted.samples("just then"), [])
            await unloading
            assert set(pool.pids("scripted")).isdisjoint(pids)
            assert pool.backends["scripted"].error == ""

    run(main())


def test_workers_that_are_unloaded_while_they_still_start_leave_nothing_behind(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        before = set(psutil.Process().children(recursive=True))
        async with stage.pool() as pool:
            await pool.unload("scripted")
            pool.wake("scripted")
            states = [pool.backends["scripted"].state]
            await pool.unload("scripted")
            states.append(pool.backends["scripted"].state)
            assert states == [BackendState.STARTING, BackendState.UNLOADED]
            take = await listen(pool, "after all")
            assert (take.pcm, take.notices) == (scripted.samples("after all"), [])
            await two_workers_meet(pool)
            children = set(psutil.Process().children(recursive=True)) - before
            assert len(children) == (3 if stage.forked else 2)

    run(main())


def test_nothing_is_unloaded_while_it_speaks(run: Run, stage: Stage, scripted: ModuleType) -> None:
    async def main() -> None:
        async with stage.pool(fault="nothing") as pool:
            speaking = asyncio.create_task(listen(pool, "fault here"))
            await stage.arrival()
            with pytest.raises(InUse, match="scripted is speaking"):
                await pool.unload("scripted")
            stage.open_gate()
            take = await speaking
            assert (take.pcm, take.notices) == (scripted.samples("fault here"), [])

    run(main())


def test_whatever_is_unloaded_when_no_sample_is_lost(run: Run, stage: Stage, scripted: ModuleType) -> None:
    async def main() -> None:
        texts = [f"text {index}" for index in range(12)]
        async with stage.pool() as pool:
            is_over = False

            async def unload_over_and_over() -> None:
                while not is_over:
                    with suppress(InUse):
                        await pool.unload("scripted")
                    await asyncio.sleep(0)

            unloading = asyncio.create_task(unload_over_and_over())
            for first, second in batched_in_pairs(texts):
                takes = await asyncio.gather(listen(pool, first), listen(pool, second))
                assert [take.pcm for take in takes] == [scripted.samples(first), scripted.samples(second)]
                assert [take.notices for take in takes] == [[], []]
            is_over = True
            await unloading
            assert pool.stats()["scripted"].restarts == 0

    run(main())


def batched_in_pairs(texts: list[str]) -> list[tuple[str, str]]:
    return list(zip(texts[::2], texts[1::2], strict=True))


def test_a_backend_that_nobody_uses_is_unloaded_by_itself(
    run: Run, stage: Stage, scripted: ModuleType
) -> None:
    async def main() -> None:
        async with stage.pool(idle_unload_s=0.05) as pool:
            await all_gone(pool.pids("scripted"))
            assert pool.backends["scripted"].state is BackendState.UNLOADED
            await pool.load("scripted")
            await all_gone(pool.pids("scripted"))
            assert (await listen(pool, "again")).pcm == scripted.samples("again")
            assert pool.stats()["scripted"].restarts == 0

    run(main())


def test_a_backend_that_is_not_there_can_neither_be_loaded_nor_unloaded(run: Run, stage: Stage) -> None:
    async def main() -> None:
        async with stage.pool() as pool:
            for attempt in (pool.load("other"), pool.unload("other")):
                with pytest.raises(UnknownName, match="unknown backend 'other'"):
                    await attempt

    run(main())


def test_closing_the_pool_while_a_backend_is_unloaded_waits_for_its_processes(run: Run, stage: Stage) -> None:
    async def main() -> None:
        async with stage.pool() as pool:
            pids = pool.pids("scripted")
            unloading = asyncio.create_task(pool.unload("scripted"))
            await asyncio.sleep(0)
        await unloading
        assert not any(map(psutil.pid_exists, pids))

    run(main())
