"""Long chats and many messages, straight at the store: open, append, read upwards, search."""

import asyncio
import random
import secrets
import statistics
import time
from collections.abc import Awaitable, Callable

import msgspec

from benchmarks.rounds import Row
from tapster.chats import Chats, Imports
from tapster.chats.history import back_from
from tapster.core.chats import Chat, ChatMessage
from tapster.core.messages import Text
from tapster.prompts import Assembly, Estimate, Occasion
from tapster.store import Store

ME = "me"
LONG = 10_000
MANY = 1_000_000
QUICK_MANY = 20_000
IMPORTED = 20_000
QUICK_IMPORTED = 4_000

_TIMES = 40
# Seconds between two things that are said while a chat is brought in.
_BETWEEN = 0.02
_IN_A_CHAT = 100
_AT_ONCE = 5_000
_OPEN, _APPEND, _PROMPT, _SEARCH, _WAIT = 100.0, 5.0, 50.0, 100.0, 100.0
# Tokens of the models prompts are built for.
_CONTEXTS = (32_768, 200_000)

# What people search for: common words, rare ones, phrases, beginnings, and combinations.
_QUERIES = {
    "a common word": "ba",
    "two common words": "ba be",
    "a rare word": "needle",
    "a rare and a common word": "needle ba",
    "a phrase": '"ba be"',
    "the beginning of words": "b*",
    "what nobody said": "nowhere ba",
}


def long_chats_and_searches(url: str, *, messages: int = MANY) -> list[Row]:
    """(g) A chat of 10,000 messages, and a search over a million, in this process."""
    return asyncio.run(_measure(url, messages))


async def _measure(url: str, messages: int) -> list[Row]:
    store = await Store.open(url)
    try:
        chats = Chats(store, new_id=lambda: secrets.token_hex(16), clock=time.time)
        await _fill(store, messages)
        head = await _fill_long(store)
        if url.startswith("postgres"):
            _take_stock(url)
        return [
            *await _long_chat(chats, head),
            *await _searches(chats, messages),
            *await _import(store, chats, IMPORTED if messages == MANY else QUICK_IMPORTED),
        ]
    finally:
        await store.close()


async def _long_chat(chats: Chats, head: str) -> list[Row]:
    async def build() -> None:
        async for _ in chats.windows.upwards(ME, head):
            pass

    name = f"chat of {LONG:,} messages"
    last = (await chats.windows.open(ME, "long", limit=1)).messages[0].message.id
    return [
        _row(f"{name}: open", await _times(lambda: chats.windows.open(ME, "long")), _OPEN),
        _row(
            f"{name}: open in the middle",
            await _times(lambda: chats.windows.around(ME, f"{LONG // 2:032x}")),
            _OPEN,
        ),
        _row(
            f"{name}: select its last message",
            await _times(lambda: chats.views.select(ME, last)),
            _OPEN,
        ),
        _row(f"{name}: read whole, upwards", await _times(build, times=5)),
        _row(
            f"{name}: append",
            await _times(lambda: chats.tree.say(ME, "long", _words(random.Random(1), 40))),
            _APPEND,
        ),
    ]


def long_prompts(url: str) -> list[Row]:
    """(i) Prompts of a chat of 10,000 messages, read from the database and put together."""
    return asyncio.run(_measure_prompts(url))


async def _measure_prompts(url: str) -> list[Row]:
    store = await Store.open(url)
    try:
        head = await _fill_long(store)
        if url.startswith("postgres"):
            _take_stock(url)
        return [await _prompt_row(store, head, context) for context in _CONTEXTS]
    finally:
        await store.close()


async def _prompt_row(store: Store, head: str, context: int) -> Row:
    messages = 0

    async def build() -> None:
        nonlocal messages
        # What was counted once is known afterwards: this is the first time of each.
        assembly = Assembly(Occasion(system="Be brief.", context=context), Estimate())
        async for line in back_from(store, head):
            if not assembly.feed((line,)):
                break
        messages = len(assembly.finish(all_read=False).messages)

    worked = time.process_time()
    times = await _times(build)
    worked = time.process_time() - worked
    row = _row(f"chat of {LONG:,} messages: prompt, {context:,} tokens", times, _PROMPT)
    row.budget = row.budget if context == _CONTEXTS[0] else ""
    row.holds = row.holds if row.budget else None
    row.note = f"{messages:,} messages, {worked * 1000 / _TIMES:.0f} ms of processor time"
    return row


async def _searches(chats: Chats, messages: int) -> list[Row]:
    found = []
    for name, query in _QUERIES.items():
        times = await _times(lambda query=query: chats.search(ME, query))
        found.append(_row(f"search over {messages:,} messages: {name}", times, _SEARCH))
    return found


async def _import(store: Store, chats: Chats, count: int) -> list[Row]:
    """Bring in a chat of `count` messages; somebody says something elsewhere all the while."""

    async def connections() -> tuple[()]:
        return ()

    imports = Imports(
        store,
        chats.attachments,
        connections=connections,
        new_id=lambda: secrets.token_hex(16),
        clock=time.time,
    )
    other = await chats.create(ME)
    dice = random.Random(3)
    lines = [{"name": "A", "mes": _words(dice, 60)} for _ in range(count)]
    began = time.perf_counter()
    reading = asyncio.create_task(imports.read(ME, b"\n".join(map(msgspec.json.encode, lines))))
    waits: list[float] = []
    while not reading.done():
        waits += await _times(lambda: chats.tree.say(ME, other.id, "meanwhile"), times=1)
        await asyncio.sleep(_BETWEEN)
    await reading
    took = (time.perf_counter() - began) * 1000
    longest = _row(f"import of {count:,} messages: longest wait of another writer", waits, _WAIT)
    longest.ours, longest.holds = max(waits), max(waits) <= _WAIT
    longest.note = f"typically {statistics.median(waits):.0f} ms"
    return [_row(f"import of {count:,} messages: in all", [took]), longest]


async def _times(work: Callable[[], Awaitable[object]], *, times: int = _TIMES) -> list[float]:
    """Return how many milliseconds `work` took, each time."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        took.append((time.perf_counter() - began) * 1000)
    return took


def _row(work: str, times: list[float], budget: float | None = None) -> Row:
    typical = statistics.median(times)
    return Row(
        work=work,
        unit="ms",
        budget=f"≤ {budget:.0f} ms" if budget else "",
        ours=typical,
        holds=typical <= budget if budget else None,
        spread=(max(times) - min(times)) / typical,
    )


def _take_stock(url: str) -> None:
    """Do what PostgreSQL does by itself some minutes after many rows were written."""
    import psycopg  # noqa: PLC0415  # only where it is measured

    with psycopg.connect(url, autocommit=True) as server:
        server.execute("VACUUM ANALYZE")


async def _fill(store: Store, count: int) -> None:
    """Keep `count` messages in chats of a hundred; one in 10,000 says `needle`."""
    dice = random.Random(20_26)
    for begin in range(0, count, _AT_ONCE):
        async with store.begin() as rows:
            made: list[ChatMessage] = []
            for number in range(begin, min(begin + _AT_ONCE, count)):
                chat, place = divmod(number, _IN_A_CHAT)
                if place == 0:
                    head = f"m{chat}-{_IN_A_CHAT - 1}"
                    await rows.chats.add(Chat(id=f"c{chat}", owner=ME, head=head))
                made.append(
                    ChatMessage(
                        id=f"m{chat}-{place}",
                        chat_id=f"c{chat}",
                        parent_id=f"m{chat}-{place - 1}" if place else None,
                        role="assistant" if place % 2 else "user",
                        parts=(Text(_words(dice, 20) + " needle" * (number % 10_000 == 7)),),
                        created_at=float(number),
                    )
                )
            await rows.messages.add_all(made)


async def _fill_long(store: Store) -> str:
    """Keep one chat of 10,000 messages and return the id of its last."""
    dice = random.Random(1)
    made = [
        ChatMessage(
            id=f"{place:032x}",
            chat_id="long",
            parent_id=f"{place - 1:032x}" if place else None,
            role="assistant" if place % 2 else "user",
            parts=(Text(_words(dice, 60)),),
        )
        for place in range(LONG)
    ]
    async with store.begin() as rows:
        await rows.chats.add(Chat(id="long", owner=ME, title="Long", head=made[-1].id))
        await rows.messages.add_all(made)
    return made[-1].id


_SYLLABLES = [a + b for a in "bcdfgklmnprst" for b in "aeiou"]


def _words(dice: random.Random, count: int) -> str:
    """Return words as unevenly common as in a language; `ba` and `be` lead."""
    said = []
    for _ in range(count):
        rank = int(dice.paretovariate(0.8)) - 1
        word = _SYLLABLES[rank % 65]
        while rank >= 65:
            rank //= 65
            word += _SYLLABLES[rank % 65]
        said.append(word)
    return " ".join(said)
