"""A worker to be killed: `killed_worker.py URL CHAT…` answers in each chat, at a pace, for ever.

What it tells its followers it prints, one `run number text` a line.
"""

import asyncio
import itertools
import sys
import time

from run_houses import OWNER, new_id
from tapster.broadcast import MemoryBroadcast
from tapster.chats import Runs
from tapster.core.events import Started, TextDelta
from tapster.core.run_events import RunText
from tapster.store import Store


async def write(_asked):
    yield [Started(model="paced")]
    for number in itertools.count():
        yield [TextDelta(f"{number},")]
        await asyncio.sleep(0.005)


async def main(url, *chats):
    runs = Runs(
        await Store.open(url),
        MemoryBroadcast(),
        writer=write,
        new_id=new_id,
        clock=time.time,
        worker="killed",
        boot=new_id(),
    )
    await runs.start()

    async def one(chat):
        run = (await runs.say(OWNER, chat, "count")).run
        async for event in runs.follow(OWNER, run.id):
            if isinstance(event, RunText):
                print(run.id, time.time(), event.text, flush=True)

    await asyncio.gather(*(one(chat) for chat in chats))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
