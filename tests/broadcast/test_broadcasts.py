"""What holds for every broadcast, in memory and through Redis."""

import asyncio

import pytest

from broadcasts import BROADCASTS, REDIS, broadcast_maker, redis_prefix
from tapster.broadcast import Batch, MemoryBroadcast, open_broadcast
from tapster.broadcast.streams import StreamBroadcast
from tapster.core.run_events import RunText, decode_events, encode_events


@pytest.fixture(params=BROADCASTS)
async def make(request):
    async with broadcast_maker(request.param) as make:
        yield make


def batch_of(first, *texts):
    events = [RunText(first + place, text) for place, text in enumerate(texts)]
    return Batch(first, first + len(texts) - 1, encode_events(events))


async def hear(channel, after, until):
    """Return the texts of the events `after` to `until`, as they come."""
    heard = []
    async with asyncio.timeout(20):
        while after < until:
            await channel.wait(after, longest=1)
            for batch in channel.after(after) or ():
                for event in decode_events(batch.body):
                    if event.seq > after:
                        heard.append(event.text)
                        after = event.seq
    return heard


async def test_what_one_worker_publishes_another_hears_in_order(make):
    here, there = await make("here"), await make("there")

    with there.follow("run", after=0) as channel:
        here.publish("run", batch_of(1, "a", "b"))
        here.publish("run", batch_of(3, "c"))
        here.publish("run", batch_of(4, "d"))
        heard = await hear(channel, 0, 4)

    assert heard == ["a", "b", "c", "d"]


async def test_who_comes_late_hears_from_the_number_asked_for(make):
    here, there = await make("here"), await make("there")
    for number in range(1, 51):
        here.publish("run", batch_of(number, str(number)))

    with there.follow("run", after=20) as channel:
        heard = await hear(channel, 20, 50)

    assert heard == [str(number) for number in range(21, 51)]


async def test_many_runs_are_heard_apart(make):
    here, there = await make("here"), await make("there")

    async def follow(name):
        with there.follow(name, after=0) as channel:
            return await hear(channel, 0, 20)

    following = [asyncio.create_task(follow(f"run-{n}")) for n in range(20)]
    await asyncio.sleep(0.05)
    for number in range(1, 21):
        for n in range(20):
            here.publish(f"run-{n}", batch_of(number, f"{n}/{number}"))
    heard = await asyncio.gather(*following)

    assert heard == [[f"{n}/{number}" for number in range(1, 21)] for n in range(20)]


async def test_a_wish_to_stop_reaches_the_worker_it_is_for_and_no_other(make):
    here, there = await make("here"), await make("there")
    told, others = asyncio.Queue(), []
    here.listen("here", told.put_nowait)
    there.listen("there", others.append)

    there.ask_to_stop("here", "run-1")
    stopped = await asyncio.wait_for(told.get(), 20)

    assert (stopped, others) == ("run-1", [])


async def test_who_listens_is_present(make):
    here, there = await make("here"), await make("there")
    here.listen("here", print)
    there.listen("there", print)

    async with asyncio.timeout(20):
        while await here.present() != {"here", "there"}:  # noqa: ASYNC110  # asked of Redis
            await asyncio.sleep(0.02)


async def test_a_batch_published_twice_is_heard_once(make):
    here, there = await make("here"), await make("there")

    with there.follow("run", after=0) as channel:
        here.publish("run", batch_of(1, "a"))
        here.publish("run", batch_of(1, "a"))
        here.publish("run", batch_of(2, "b"))
        heard = await hear(channel, 0, 2)

    assert heard == ["a", "b"]


async def test_what_is_missing_between_two_batches_is_found_by_the_numbers(make):
    here, there = await make("here"), await make("there")

    with there.follow("run", after=0) as channel:
        here.publish("run", batch_of(1, "a", "b"))
        here.publish("run", batch_of(5, "e"))
        here.publish("run", batch_of(6, "f"))
        heard = await hear(channel, 4, 6)

        assert channel.after(0) is None
    assert heard == ["e", "f"]


async def test_nothing_is_kept_in_memory_after_a_run_nobody_follows():
    broadcast = MemoryBroadcast()
    broadcast.publish("run", batch_of(1, "a"))
    with broadcast.follow("run", after=0):
        broadcast.close("run")
        assert broadcast.places

    assert not broadcast.places


async def test_streams_are_bounded_and_expire():
    async with redis_prefix() as prefix:
        broadcast = StreamBroadcast(REDIS, worker="here", prefix=prefix)
        await broadcast.start()
        for number in range(1, 5001):
            broadcast.publish("run", batch_of(number, "x"))
            if number % 10 == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0.2)

        held = await broadcast._redis.xlen(f"{prefix}:run:run")
        stays = await broadcast._redis.ttl(f"{prefix}:run:run")
        await broadcast.aclose()

    assert held <= 2500
    assert 0 < stays <= 900


async def test_a_redis_that_is_away_refuses_nothing_and_is_not_live():
    broadcast = StreamBroadcast("redis://127.0.0.1:1/0", worker="here")
    await broadcast.start()

    with broadcast.follow("run", after=0) as channel:
        broadcast.publish("run", batch_of(1, "a"))
        heard = await hear(channel, 0, 1)

    assert (heard, broadcast.live) == (["a"], False)
    assert await broadcast.present() == {"here"}
    await broadcast.aclose()


def test_without_an_address_there_is_one_process():
    assert isinstance(open_broadcast(None, worker="here"), MemoryBroadcast)
