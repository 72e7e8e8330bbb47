"""A process killed with `kill -9` while runs stream: what was saved is there, and little is not."""

import asyncio
import random
import signal
import sys
from pathlib import Path

import killed_worker
from run_houses import OWNER, Script, add_chat, follow, message_now, open_runs, text_of
from tapster.broadcast import MemoryBroadcast

ROUNDS = 3
# The promise is 0.25 s from being told to being saved. The killed process is one of several on
# a machine that may be slow: it is given more.
LOST_AT_MOST = 2.0


async def killed_after(seconds, url, chats):
    """Return what a worker told, as (time, text) by run, until it was killed."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable, Path(killed_worker.__file__), url, *chats, stdout=asyncio.subprocess.PIPE
    )
    told = {}

    async def listen():
        while line := await worker.stdout.readline():
            if not line.endswith(b"\n"):
                return
            run_id, at, text = line.decode().split()
            told.setdefault(run_id, []).append((float(at), text))

    listening = asyncio.create_task(listen())
    async with asyncio.timeout(60):
        while len(told) < len(chats):  # noqa: ASYNC110  # another process says it
            await asyncio.sleep(0.01)
    await asyncio.sleep(seconds)
    worker.send_signal(signal.SIGKILL)
    await worker.wait()
    await listening
    return told


async def test_after_kill_9_at_any_moment_no_more_than_the_last_words_are_missing(store, database):
    dice = random.Random(9)  # noqa: S311  # moments, not secrets
    for _ in range(ROUNDS):
        chats = [(await add_chat(store)).id for _ in range(3)]
        told = await killed_after(dice.uniform(0.1, 0.8), database, chats)

        async with open_runs(store, MemoryBroadcast(), Script(), worker="killed") as runs:
            for run_id, said in told.items():
                run = await runs.get(OWNER, run_id)
                events = await follow(runs, run)
                kept = text_of(events)
                numbers = [int(number) for number in kept.split(",") if number]
                missing = [at for at, text in said if int(text.split(",")[0]) >= len(numbers)]

                assert run.state == "interrupted"
                assert [event.seq for event in events] == list(range(1, len(events) + 1))
                assert numbers == list(range(len(numbers)))
                assert not missing or said[-1][0] - missing[0] < LOST_AT_MOST
                if run.message_id is not None:
                    assert (await message_now(store, run.message_id)).text == kept
            for chat in chats:
                assert await runs.list(OWNER, chat) == ()
