import asyncio

from tapster.broadcast import Batch, Channel


def batch(first, last, size=10):
    return Batch(first, last, b"x" * size)


def test_a_follower_gets_what_it_has_not_seen():
    channel = Channel()
    for number in range(1, 10):
        channel.add(batch(2 * number - 1, 2 * number))

    assert [one.first for one in channel.after(0)] == [1, 3, 5, 7, 9, 11, 13, 15, 17]
    assert [one.first for one in channel.after(15)] == [15, 17]
    assert [one.first for one in channel.after(16)] == [17]
    assert channel.after(18) == ()


def test_after_a_gap_who_is_behind_is_told_to_look_elsewhere():
    channel = Channel()
    channel.add(batch(1, 2))
    channel.add(batch(5, 6))

    assert channel.after(2) is None
    assert [one.first for one in channel.after(4)] == [5]


def test_the_log_is_bounded_and_keeps_the_newest():
    channel = Channel(longest=1000)
    for number in range(1, 1001):
        channel.add(batch(number, number))

    assert channel.after(0) is None
    assert [one.first for one in channel.after(990)] == list(range(991, 1001))
    assert sum(len(one.body) for one in channel._batches) <= 1000


def test_one_batch_larger_than_the_log_is_kept():
    channel = Channel(longest=10)
    channel.add(batch(1, 1, 50))
    channel.add(batch(2, 2, 100))

    assert [one.first for one in channel.after(1)] == [2]


async def test_who_waits_is_woken_by_the_next_batch_or_the_time():
    channel = Channel()
    waiting = asyncio.create_task(channel.wait(0, longest=20))
    await asyncio.sleep(0)

    channel.add(batch(1, 1))
    await asyncio.wait_for(waiting, 5)
    await channel.wait(1, longest=0.01)

    assert channel.last == 1
    assert not channel._waiting
