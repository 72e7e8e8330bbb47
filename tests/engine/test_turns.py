import asyncio
import contextlib
import os
import sys
import time
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from tapster.core.errors import EngineError
from tapster.engine import EngineTransport
from tapster.engine.process import Plan, child_environment, open_model
from tapster.engine.turns import Busy, Turns
from tapster.engine.weights import Weights
from timed import timed


def weights(name="a"):
    return Weights(id=name, path=None, size=1, architecture="llama", context=64, context_cost=1)


class Model:
    def __init__(self, weights, slots):
        self.weights = weights
        self.plan = SimpleNamespace(slots=slots)
        self.alive = True

    async def close(self):
        self.alive = False


@asynccontextmanager
async def turns_of(slots=1, waiting=64, idle=60.0):
    opened = []

    async def open_(wanted):
        opened.append(wanted.id)
        await asyncio.sleep(0)
        return Model(wanted, slots)

    reports = []
    turns = Turns(open_, slots=slots, waiting=waiting, idle=idle, report=reports.append)
    yield turns, opened, [reports]
    await turns.close()


async def test_requests_are_served_in_order_of_arrival():
    served = []

    async with turns_of(slots=2) as (turns, opened, _):

        async def one(number):
            async with turns.take(weights()):
                served.append(number)
                await asyncio.sleep(0.01)

        await asyncio.gather(*map(one, range(8)))

    assert served == list(range(8))
    assert opened == ["a"]


async def test_another_model_waits_for_its_turn_and_is_not_overtaken():
    served = []

    async with turns_of(slots=4) as (turns, opened, _):

        async def one(name):
            async with turns.take(weights(name)):
                served.append(name)
                await asyncio.sleep(0.01)

        await asyncio.gather(*map(one, "aabba"))

    assert served == ["a", "a", "b", "b", "a"]
    assert opened == ["a", "b", "a"]


async def test_too_many_waiting_are_refused_at_once():
    async with turns_of(waiting=1) as (turns, _, _), turns.take(weights()):
        second = asyncio.create_task(_enter(turns))
        await asyncio.sleep(0.01)

        with pytest.raises(Busy):
            await _enter(turns)
        second.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await second


async def test_one_who_leaves_the_queue_does_not_block_it():
    async with turns_of() as (turns, _, _):
        async with turns.take(weights()):
            impatient = asyncio.create_task(_enter(turns))
            patient = asyncio.create_task(_enter(turns))
            await asyncio.sleep(0.01)
            impatient.cancel()
        await asyncio.wait_for(patient, 1)


async def test_a_model_that_died_is_loaded_anew():
    async with turns_of() as (turns, opened, _):
        async with turns.take(weights()) as model:
            model.alive = False
        await _enter(turns)

    assert opened == ["a", "a"]


async def test_an_idle_model_leaves_and_comes_back():
    async with turns_of(idle=0.02) as (turns, opened, reports):
        await _enter(turns)
        assert turns.loaded

        await asyncio.sleep(0.1)
        assert turns.loaded is None
        await _enter(turns)

    assert opened == ["a", "a"]
    assert [report.state for report in reports[0]][:2] == ["found", "unloaded"]


async def test_a_model_in_use_does_not_leave():
    async with turns_of(idle=0.02) as (turns, _, _), turns.take(weights()):
        await asyncio.sleep(0.1)

        assert turns.loaded


async def test_after_closing_everything_is_refused():
    async with turns_of() as (turns, _, _):
        await turns.close()

        with pytest.raises(EngineError, match="shutting down"):
            await _enter(turns)


async def _enter(turns):
    async with turns.take(weights()):
        await asyncio.sleep(0)


async def test_the_real_model_unloads_gives_its_memory_back_and_reloads(real_model, post, says):
    reports = []
    engine = EngineTransport(context=512, idle=0.2, report=reports.append)
    ask = post(messages=says("hi"), max_tokens=1)

    async with engine.send(ask) as answer:
        assert answer.status == 200
        first = engine.pid
    while reports[-1].state != "unloaded":  # noqa: ASYNC110  # as a person would see it
        await asyncio.sleep(0.02)
    assert engine.loaded is None

    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    async with engine.send(ask) as answer:
        assert answer.status == 200
    await engine.close()
    states = [report.state for report in reports]
    assert states[0] == "found"
    assert states.count("ready") == states.count("unloaded") == 2
    assert next(report.seconds for report in reports if report.state == "ready") > 0


@timed
async def test_the_loop_runs_on_while_the_model_loads(real_model, post, says):
    engine = EngineTransport(context=512)
    ticks = [time.perf_counter()]

    async def tick():
        while True:
            await asyncio.sleep(0.005)
            ticks.append(time.perf_counter())

    ticking = asyncio.create_task(tick())
    async with engine.send(post(messages=says("hi"), max_tokens=1)) as answer:
        assert answer.status == 200
    ticking.cancel()
    await engine.close()

    assert max(after - before for before, after in pairwise(ticks)) < 0.1


async def test_closing_ends_a_running_answer(real_model, post, says):
    engine = EngineTransport(context=512)

    async with engine.send(post(messages=says("A long story"), stream=True)) as answer:
        frames = answer.frames()
        await anext(frames)
        await engine.close()
        rest = [frame.data async for group in frames for frame in group]

    assert b"stopped unexpectedly" in rest[-2]


async def test_closing_ends_a_loading(real_model, post, says):
    before = _children()
    engine = EngineTransport(context=512)

    async def ask():
        async with engine.send(post(messages=says("hi"))):
            pass

    asking = asyncio.create_task(ask())
    while _children() == before:  # noqa: ASYNC110  # the system tells nobody
        await asyncio.sleep(0.005)
    await engine.close()

    with pytest.raises(EngineError, match="shutting down"):
        await asking
    assert _children() == before


async def test_the_model_ends_when_we_are_killed(real_model):
    code = """
import asyncio, os, signal
from tapster.engine import find_models
from tapster.engine.process import Plan, open_model
async def main():
    plan = Plan(slots=1, context=512, threads=1)
    model = await open_model(find_models(None)[0], plan, lambda _: None)
    print(model.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()

    async with asyncio.timeout(2):
        while _is_running(int(printed)):  # noqa: ASYNC110  # the system tells nobody
            await asyncio.sleep(0.01)


def _is_running(pid):
    # A process that ended and was not yet waited for has no command line any more.
    path = Path(f"/proc/{pid}/cmdline")
    return path.exists() and path.read_bytes() != b""


async def test_a_cancelled_loading_leaves_nothing_behind(real_model):
    before = _children()
    loading = asyncio.create_task(
        open_model(real_model, Plan(slots=1, context=512, threads=1), lambda _: None)
    )
    while _children() == before:  # noqa: ASYNC110  # the system tells nobody
        await asyncio.sleep(0.005)
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading

    assert _children() == before


@pytest.mark.parametrize("code", ["import os; os.abort()", "print('0 what {}')", "import time"])
async def test_a_process_that_dies_is_an_error_and_not_our_end(real_model, code):
    before = _children()
    with pytest.raises(EngineError, match="could not be loaded"):
        await open_model(
            real_model,
            Plan(slots=1, context=64, threads=1),
            lambda _: None,
            command=(sys.executable, "-c", code),
        )

    assert _children() == before


async def test_a_well_formed_file_that_is_no_model_is_an_error_with_its_reason(
    real_model, gguf, post, says
):
    before = _children()
    path = gguf()
    reports = []
    engine = EngineTransport(path.parent, report=reports.append)

    with pytest.raises(EngineError, match=r"'made' could not be loaded \(.+\)\. The file"):
        async with engine.send(post(model="made", messages=says("hi"))):
            pass

    assert reports[-1].state == "failed"
    assert _children() == before
    await engine.close()


async def test_a_missing_library_is_said_with_the_way_out(real_model, post, says):
    async def open_weights(wanted):
        code = 'print(\'0 error {"message": "No module", "missing": true}\')'
        plan = Plan(slots=1, context=64, threads=1)
        return await open_model(wanted, plan, lambda _: None, command=(sys.executable, "-c", code))

    engine = EngineTransport(open_weights=open_weights)

    with pytest.raises(EngineError, match=r"tapster\[local\]"):
        async with engine.send(post(messages=says("hi"))):
            pass


async def test_no_secret_of_the_environment_reaches_the_model():
    kept = child_environment({"OPENAI_API_KEY": "sk", "TAPSTER_VAULT_PASSPHRASE": "x", "PATH": "p"})

    assert set(kept) == {"PATH", "PYTHONPATH", "OMP_WAIT_POLICY"}


def _children():
    path = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    if not path.exists():
        pytest.skip("children are counted on Linux only")
    return path.read_text().split()
