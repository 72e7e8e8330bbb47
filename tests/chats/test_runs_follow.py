"""Following a run and stopping it, from the same worker and from another."""

import asyncio
import time

import pytest

from broadcasts import BROADCASTS, Wire, broadcast_maker
from run_houses import (
    OWNER,
    QUICK,
    Script,
    add_chat,
    chat_now,
    follow,
    kill,
    message_now,
    names_of,
    open_runs,
    text_of,
    until,
    words,
)
from tapster.broadcast import MemoryBroadcast
from tapster.core.errors import Busy, InvalidInput
from tapster.core.events import TextDelta
from tapster.core.run_events import RunText, closes
from timed import timed


@pytest.fixture(params=BROADCASTS)
async def make(request):
    async with broadcast_maker(request.param) as make:
        yield make


async def follow_in_pieces(runs, run, *, after=0, most):
    """Follow a run, dropping and returning after every `most` events."""
    heard, returned = [], 0
    async with asyncio.timeout(60):
        while not (heard and closes(heard[-1])):
            following = runs.follow(OWNER, run.id, after=heard[-1].seq if heard else after)
            returned += 1
            async for event in following:
                heard.append(event)
                if len(heard) % most == 0 and not closes(event):
                    break
            await following.aclose()
    return heard, returned


async def test_a_follower_that_drops_and_returns_at_every_number_hears_the_same_text(store, make):
    said = words(150)
    chat = await add_chat(store)
    script = Script(*said, pause=0.002)

    async with open_runs(store, await make("one"), script) as runs:
        begun = await runs.say(OWNER, chat.id, "?")
        heard, returned = await follow_in_pieces(runs, begun.run, most=1)
        again, _ = await follow_in_pieces(runs, begun.run, most=1)
        run = await runs.get(OWNER, begun.run.id)

    assert returned >= 100
    assert text_of(heard) == "".join(said) == text_of(again)
    assert [event.seq for event in heard] == list(range(1, len(heard) + 1))
    assert heard == again
    assert (await message_now(store, run.message_id)).text == "".join(said)


async def test_a_follower_may_begin_after_any_number_live_and_afterwards(store, make):
    said = words(40)
    chat = await add_chat(store)
    gate = asyncio.Event()

    async with open_runs(store, await make("one"), Script(*said, gate=gate)) as runs:
        begun = await runs.say(OWNER, chat.id, "?")
        live = [asyncio.create_task(follow(runs, begun.run, after=number)) for number in range(45)]
        await asyncio.sleep(0.05)
        gate.set()
        whole = await follow(runs, begun.run)
        lived = await asyncio.gather(*live)
        replayed = [await follow(runs, begun.run, after=number) for number in range(len(whole))]

    for number in range(len(whole)):
        assert lived[number] == whole[number:]
        assert replayed[number] == whole[number:]


async def test_a_follower_may_sit_on_another_worker_than_the_run(store, make):
    said = words(120)
    chat = await add_chat(store)
    script = Script(*said, pause=0.002)

    async with (
        open_runs(store, await make("one"), script, worker="one") as one,
        open_runs(store, await make("two"), script, worker="two") as two,
    ):
        begun = await one.say(OWNER, chat.id, "?")
        here, there, dropping = await asyncio.gather(
            follow(one, begun.run),
            follow(two, begun.run),
            follow_in_pieces(two, begun.run, most=3),
        )

    assert text_of(here) == "".join(said)
    assert here == there == dropping[0]


@timed
async def test_a_stop_reaches_the_provider_at_once_and_keeps_the_text(store, make):
    chat = await add_chat(store)
    script = Script("kept ", "never", gate=asyncio.Event())

    async with open_runs(store, await make("one"), script) as runs:
        begun = await runs.say(OWNER, chat.id, "?")
        watching = asyncio.create_task(follow(runs, begun.run))
        await until(lambda: _text_is(runs, begun.run, "kept "))
        asked_at = time.monotonic()
        stopping = asyncio.create_task(runs.stop(OWNER, begun.run.id))
        await script.left.wait()
        took = time.monotonic() - asked_at
        run = await stopping
        events = await watching

    answer = await message_now(store, run.message_id)
    # The promise is 0.1 s; a machine that does other things too is given more.
    assert took < 0.5
    assert (run.state, answer.text, answer.reply.finish) == ("stopped", "kept ", "stopped")
    assert names_of(events)[-1] == "stopped"
    assert (await chat_now(store, chat)).head == answer.id


async def test_a_stop_in_one_worker_ends_the_run_in_another(store, make):
    chat = await add_chat(store)
    script = Script("kept ", "never", gate=asyncio.Event())

    async with (
        open_runs(store, await make("one"), script, worker="one") as one,
        open_runs(store, await make("two"), script, worker="two") as two,
    ):
        begun = await one.say(OWNER, chat.id, "?")
        watching = asyncio.create_task(follow(two, begun.run))
        await until(lambda: _text_is(two, begun.run, "kept "))
        run = await two.stop(OWNER, begun.run.id)
        events = await watching

    assert (run.state, text_of(events), names_of(events)[-1]) == ("stopped", "kept ", "stopped")


async def test_a_writer_that_does_not_let_go_is_not_waited_for(store):
    chat = await add_chat(store)

    async def stubborn(asked):
        yield [TextDelta("kept")]
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(7)
            yield [TextDelta("too late")]
            raise

    async with open_runs(store, MemoryBroadcast(), stubborn) as runs:
        begun = await runs.say(OWNER, chat.id, "?")
        await until(lambda: _text_is(runs, begun.run, "kept"))
        await runs.stop(OWNER, begun.run.id)
        events = await follow(runs, begun.run)
        run = await runs.get(OWNER, begun.run.id)

    assert (run.state, text_of(events), names_of(events)[-1]) == ("stopped", "kept", "stopped")


async def test_stopping_twice_or_too_late_changes_nothing(store):
    chat = await add_chat(store)

    async with open_runs(store, MemoryBroadcast(), Script("a", "b")) as runs:
        begun = await runs.say(OWNER, chat.id, "?")
        await follow(runs, begun.run)
        run = await runs.stop(OWNER, begun.run.id)

    assert run.state == "finished"


async def test_a_run_stopped_before_its_first_word_adds_no_message(store):
    chat = await add_chat(store)
    gate = asyncio.Event()

    async with open_runs(store, MemoryBroadcast(), Script(gate=gate)) as runs:
        begun = await runs.say(OWNER, chat.id, "?")
        run = await runs.stop(OWNER, begun.run.id)

    assert (run.state, run.message_id) == ("stopped", None)
    assert (await chat_now(store, chat)).head == begun.message.id


async def test_a_slow_follower_slows_nothing_and_misses_nothing(store, make):
    said = words(400)
    chat = await add_chat(store)

    async with open_runs(store, await make("one"), Script(*said, pause=0.0005)) as runs:
        begun = await runs.say(OWNER, chat.id, "?")
        slow = runs.follow(OWNER, begun.run.id)
        heard = [await anext(slow)]
        whole = await follow(runs, begun.run)
        heard += [event async for event in slow]

    assert heard == whole


async def test_redis_gone_in_mid_run_and_back_loses_nothing_and_doubles_nothing(store):
    said = words(300)
    chat = await add_chat(store)
    script = Script(*said, pause=0.01)
    wire = Wire()
    await wire.mend()

    async with broadcast_maker("redis", url=wire.url) as make:
        first, second = await make("one"), await make("two")
        async with (
            open_runs(store, first, script, worker="one") as one,
            open_runs(store, second, script, worker="two") as two,
        ):
            begun = await one.say(OWNER, chat.id, "?")
            watching = [asyncio.create_task(follow(each, begun.run)) for each in (one, two, two)]
            await until(lambda: _has_words(two, begun.run))
            await wire.cut()
            await until(lambda: _are(first, second, lives=False))
            late = asyncio.create_task(follow(two, begun.run))
            await asyncio.sleep(0.5)
            await wire.mend()
            await until(lambda: _are(first, second, lives=True))
            here, *there = await asyncio.gather(*watching, late)
            run = await two.get(OWNER, begun.run.id)
        await wire.cut()

    assert text_of(here) == "".join(said)
    assert there == [here] * 3
    assert (await message_now(store, run.message_id)).text == "".join(said)


async def test_what_redis_dropped_is_read_from_the_database_and_no_hole_is_shown(store):
    said = words(40)
    chat = await add_chat(store)
    gate = asyncio.Event()

    async with broadcast_maker("redis") as make:
        first, second = await make("one"), await make("two")
        async with (
            open_runs(store, first, Script(*said, gate=gate), worker="one") as one,
            open_runs(store, second, Script(), worker="two") as two,
        ):
            begun = await one.say(OWNER, chat.id, "?")
            await until(lambda: _has_words(two, begun.run, most=0))
            await until(lambda: first._redis.delete(first._key("run", begun.run.id)))
            watching = asyncio.create_task(follow(two, begun.run))
            gate.set()
            here, there = await asyncio.gather(follow(one, begun.run), watching)

    assert there == here
    assert text_of(there) == "".join(said)


async def test_without_redis_other_processes_are_heard_of_through_the_database(store):
    said = words(60)
    chat = await add_chat(store)
    script = Script(*said, pause=0.01)

    async with (
        open_runs(store, MemoryBroadcast(alone=False), script, worker="one") as one,
        open_runs(store, MemoryBroadcast(alone=False), script, worker="two") as two,
    ):
        begun = await one.say(OWNER, chat.id, "?")
        here, there = await asyncio.gather(*(follow(each, begun.run) for each in (one, two)))
        endless = await one.say(OWNER, chat.id, "?")
        stopped = await two.stop(OWNER, endless.run.id)

    assert text_of(here) == "".join(said)
    assert here == there
    assert stopped.state == "stopped"


async def test_what_ended_long_ago_is_retold_in_short(store):
    chat = await add_chat(store)
    limits = type(QUICK)(flush_after=0.01, pieces_stay=-1.0)

    async with open_runs(store, MemoryBroadcast(), Script("Hel", "lo"), limits=limits) as runs:
        begun = await runs.say(OWNER, chat.id, "?")
        whole = await follow(runs, begun.run)
        pruned = await runs.prune()
        retold = await follow(runs, begun.run)
        rest = await follow(runs, begun.run, after=3)
        nothing = await follow(runs, begun.run, after=whole[-1].seq)

    assert pruned == 1
    assert names_of(retold) == ["started", "message-added", "text-delta", "finished"]
    assert text_of(retold) == "Hello"
    assert (retold[-1], rest, nothing) == (whole[-1], [whole[-1]], [])


async def test_a_number_below_nought_is_refused(store):
    chat = await add_chat(store)

    async with open_runs(store, MemoryBroadcast(), Script("a")) as runs:
        begun = await runs.say(OWNER, chat.id, "?")
        with pytest.raises(InvalidInput, match="number of an event"):
            await follow(runs, begun.run, after=-1)


async def test_who_reads_the_chat_meanwhile_sees_what_is_there_of_the_answer(store):
    chat = await add_chat(store)
    gate = asyncio.Event()

    async with (
        open_runs(store, MemoryBroadcast(), Script("half", " rest", gate=gate)) as one,
        open_runs(store, MemoryBroadcast(), Script(), worker="two") as two,
    ):
        begun = await one.say(OWNER, chat.id, "?")
        await until(lambda: _text_is(two, begun.run, "half"))
        head = (await chat_now(store, chat)).head
        message = await message_now(store, head)
        here = await one.read_so_far([begun.message, message])
        there = await two.read_so_far([begun.message, message])
        gate.set()
        await follow(one, begun.run)

    assert [one.text for one in here] == ["?", "half"]
    assert here == there


async def _heard_so_far(runs, run):
    heard = []
    following = runs.follow(OWNER, run.id)
    try:
        async with asyncio.timeout(0.05):
            async for event in following:
                heard.append(event)  # noqa: PERF401  # what came before the time is kept
    except TimeoutError:
        pass
    finally:
        await following.aclose()
    return heard


async def _text_is(runs, run, text):
    return text_of(await _heard_so_far(runs, run)) == text


async def _has_words(runs, run, *, most=10):
    return sum(isinstance(one, RunText) for one in await _heard_so_far(runs, run)) > most


async def _are(*broadcasts, lives):
    return all(broadcast.live is lives for broadcast in broadcasts)


async def test_who_follows_what_vanished_from_the_database_is_told_that_it_was_interrupted(
    store, make
):
    chat = await add_chat(store)
    script = Script("one ", "two", gate=asyncio.Event())
    async with (
        open_runs(store, await make("one"), script) as runs,
        open_runs(store, await make("two"), script, worker="two") as others,
    ):
        begun = await runs.say(OWNER, chat.id, "?")
        following = asyncio.create_task(follow(others, begun.run))
        await until(lambda: _has_pieces(store, begun.run))
        await kill(runs)
        async with store.begin() as rows:
            await rows.chats.remove(chat.id)
        heard = await following

    assert names_of(heard)[-1] == "interrupted"
    assert heard[-1].seq > heard[-2].seq


async def _has_pieces(store, run):
    async with store.read() as rows:
        return bool(await rows.runs.pieces(run.id, after=2))


async def test_a_pause_writes_every_end_and_takes_on_nothing_new_until_it_is_over(store, make):
    chat = await add_chat(store)
    script = Script("one ", "two", gate=asyncio.Event())
    async with open_runs(store, await make("one"), script) as runs:
        begun = await runs.say(OWNER, chat.id, "?")
        following = asyncio.create_task(follow(runs, begun.run))
        await until(lambda: _has_pieces(store, begun.run))

        async with runs.paused():
            run = await runs.get(OWNER, begun.run.id)
            assert run.state == "interrupted"
            assert runs.running == 0
            assert (await message_now(store, run.message_id)).text == "one "
            with pytest.raises(Busy):
                await runs.say(OWNER, chat.id, "and now?")
        again = await runs.say(OWNER, chat.id, "and now?")

        assert names_of(await following)[-1] == "interrupted"
        assert (await runs.stop(OWNER, again.run.id)).state == "stopped"
