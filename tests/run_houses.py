"""Workers that run scripted writers over a real database, for tests of runs."""

import asyncio
import secrets
import time
from contextlib import asynccontextmanager

from tapster.chats.admission import Limits
from tapster.chats.runs import Runs
from tapster.core.chats import Chat, ChatMessage
from tapster.core.events import Finished, Started, TextDelta, UsageReported
from tapster.core.messages import Text
from tapster.core.run_events import RunText
from tapster.core.runs import Chosen
from tapster.core.usage import Usage

OWNER = "me"

QUICK = Limits(flush_after=0.02, look_again=0.05, save_for=0.3, renew=0.1, lease=5.0)


def new_id():
    return secrets.token_hex(16)


def words(count):
    """Return `count` words with signs of every width."""
    signs = ("wörd", "字", "🙂", "plain", "a\\b", '"q"', "\n")
    return [f"{signs[n % len(signs)]}{n} " for n in range(count)]


class Script:
    """A writer that says what it is told, and keeps what it was asked.

    With `gate` it waits after the first word until that is set; `pause` is slept between two
    words; `raises` is raised after the last.
    """

    def __init__(self, *said, gate=None, pause=0.0, raises=None, finish=True):
        self.said = said
        self.gate = gate
        self.pause = pause
        self.raises = raises
        self.finish = finish
        self.asked = []
        self.left = asyncio.Event()

    async def __call__(self, asked):
        self.asked.append(asked)
        asked.choose(Chosen(connection="connection-1", source="mock", model="model-1"))
        try:
            yield [Started(model="model-1-really")]
            for place, word in enumerate(self.said):
                if place == 1 and self.gate is not None:
                    await self.gate.wait()
                yield [TextDelta(word)] if isinstance(word, str) else [word]
                if self.pause:
                    await asyncio.sleep(self.pause)
            if self.gate is not None and len(self.said) < 2:
                await self.gate.wait()
            if self.raises is not None:
                raise self.raises
            if self.finish:
                yield [UsageReported(Usage(input=3, output=5)), Finished("stop", "end_turn")]
        finally:
            self.left.set()


@asynccontextmanager
async def open_runs(store, broadcast, writer, *, worker="one", boot=None, limits=QUICK, **more):
    """Yield a started `Runs`, interrupted and closed afterwards."""
    runs = Runs(
        store,
        broadcast,
        writer=writer,
        new_id=new_id,
        clock=time.time,
        worker=worker,
        boot=boot or new_id(),
        limits=limits,
        **more,
    )
    await runs.start()
    try:
        yield runs
    finally:
        await runs.close()


async def kill(runs):
    """End a worker as `kill -9` would: nothing more is written or told."""
    tasks = [*runs._tasks, *runs._tending]
    for generation in runs._here.values():
        tasks += [task for task in (generation._reading, generation._adding) if task]
    for generation in runs._here.values():
        generation._why = "lost"
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    runs._tending = []


async def add_chat(store, *, owner=OWNER):
    chat = Chat(id=new_id(), owner=owner, created_at=1.0, updated_at=1.0)
    async with store.begin() as rows:
        await rows.chats.add(chat)
    return chat


async def add_message(store, chat, role, text, *, parent=None, head=True):
    message = ChatMessage(
        id=new_id(), chat_id=chat.id, parent_id=parent, role=role, parts=(Text(text),)
    )
    async with store.begin() as rows:
        message = await rows.messages.add(message)
        if head:
            await rows.chats.place_head(chat.id, message.id)
    return message


async def chat_now(store, chat):
    async with store.read() as rows:
        return await rows.chats.by_id(chat.id)


async def message_now(store, message_id):
    async with store.read() as rows:
        return await rows.messages.by_id(message_id)


async def follow(runs, run, *, after=0, owner=OWNER):
    """Return every event of a run, once it has ended."""
    async with asyncio.timeout(60):
        return [event async for event in runs.follow(owner, run.id, after=after)]


async def until(condition, *, within=30):
    """Wait until the (awaited) `condition` holds."""
    async with asyncio.timeout(within):
        while not await condition():  # noqa: ASYNC110  # it is asked of a database
            await asyncio.sleep(0.01)


def text_of(events):
    return "".join(event.text for event in events if isinstance(event, RunText))


def names_of(events):
    return [event.__struct_config__.tag for event in events]
