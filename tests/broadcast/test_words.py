"""Words to a person: heard in every process, by whoever listens to that person, or known lost."""

import asyncio

import pytest

from broadcasts import BROADCASTS, Wire, broadcast_maker
from tapster.broadcast import Ear, MemoryBroadcast, Word
from tapster.broadcast.streams import StreamBroadcast


@pytest.fixture(params=BROADCASTS)
async def make(request):
    async with broadcast_maker(request.param) as make:
        yield make


def word(subject, text=b"{}"):
    return Word(subject, text)


async def subscribed(here, there):
    """Wait until words said here are heard there."""
    async with asyncio.timeout(20):
        with there.hear("probe") as ear:
            while True:
                here.tell("probe", word("probe"))
                try:
                    async with asyncio.timeout(0.05):
                        await ear.take()
                        return
                except TimeoutError:
                    continue


async def take(ear, count):
    """Return the next `count` words."""
    heard = []
    async with asyncio.timeout(20):
        while len(heard) < count:
            heard += await ear.take()
    return heard


async def test_a_word_is_heard_by_all_who_hear_the_person_in_every_process(make):
    here, there = await make("here"), await make("there")
    await subscribed(here, there)

    with here.hear("ada") as near, there.hear("ada") as far, there.hear("ada") as beside:
        here.tell("ada", word("chat 1"))
        heard = [await take(ear, 1) for ear in (near, far, beside)]

    assert heard == [[word("chat 1")]] * 3


async def test_others_hear_nothing_of_it_but_everyone_hears_what_is_said_to_all(make):
    here, there = await make("here"), await make("there")
    await subscribed(here, there)

    with there.hear("bob") as bobs:
        here.tell("ada", word("chat 1"))
        here.tell(None, word("house key"))
        heard = await take(bobs, 1)

    assert heard == [word("house key")]


async def test_a_word_comes_once_also_to_where_it_was_said(make):
    here, there = await make("here"), await make("there")
    await subscribed(here, there)
    await subscribed(there, here)

    with here.hear("ada") as near, there.hear("ada") as far:
        here.tell("ada", word("chat 1"))
        heard = await take(near, 1)
        await take(far, 1)  # by now it has gone out to every process
        there.tell("ada", word("chat 2"))
        heard += await take(near, 1)

    assert heard == [word("chat 1"), word("chat 2")]


async def test_who_stopped_listening_is_forgotten():
    broadcast = MemoryBroadcast()
    with broadcast.hear("ada"):
        assert broadcast._ears

    assert not broadcast._ears


async def test_of_one_subject_only_the_newest_word_waits():
    ear = Ear()
    ear.tell(word("chat 1", b"1"))
    ear.tell(word("chat 2", b"2"))
    ear.tell(word("chat 1", b"3"))

    assert await ear.take() == [word("chat 2", b"2"), word("chat 1", b"3")]


async def test_what_is_said_in_a_burst_is_taken_together():
    ear = Ear()

    async def say():
        for number in range(5):
            ear.tell(word(f"chat {number}"))
            await asyncio.sleep(0.005)

    saying = asyncio.create_task(say())
    taken = await ear.take(gather=0.5)
    await saying

    assert len(taken) == 5


async def test_an_ear_that_takes_nothing_holds_little_and_knows_it_missed_something():
    ear = Ear(most=3)
    for number in range(1000):
        ear.tell(word(f"chat {number}"))

    assert await ear.take() == []
    assert ear.has_missed
    assert await ear.take() == []


async def test_after_redis_was_away_every_ear_knows_it_missed_something():
    wire = Wire()
    await wire.mend()
    async with broadcast_maker("redis", url=wire.url) as make:
        here, there = await make("here"), await make("there")
        await subscribed(here, there)
        with there.hear("ada") as ear:
            await wire.cut()
            here.tell("ada", word("chat 1"))
            await wire.mend()
            async with asyncio.timeout(20):
                heard = await ear.take()
                while heard:
                    heard = await ear.take()

            assert ear.has_missed
        await subscribed(here, there)
    await wire.cut()


async def test_what_a_worker_said_while_redis_was_away_for_it_alone_others_know_they_missed():
    wire = Wire()
    await wire.mend()
    async with broadcast_maker("redis") as make:
        here, there = await make("here", url=wire.url), await make("there")
        await subscribed(here, there)
        with there.hear("ada") as ear:
            await wire.cut()
            async with asyncio.timeout(20):
                while here.live:
                    here.tell("ada", word("chat 1"))
                    await asyncio.sleep(0)
                here.tell("ada", word("chat 2"))
                await wire.mend()
                while await ear.take():
                    pass

            assert ear.has_missed
        await subscribed(here, there)
    await wire.cut()


async def test_without_redis_words_are_heard_here_and_wait_for_nothing():
    broadcast = StreamBroadcast("redis://127.0.0.1:1/0", worker="here")
    await broadcast.start()
    with broadcast.hear("ada") as ear:
        for number in range(20_000):
            broadcast.tell("ada", word(f"chat {number % 7}"))

        assert len(await ear.take()) == 7
    assert not broadcast._said
    await broadcast.aclose()
