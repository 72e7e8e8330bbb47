"""What becomes of runs whose process was killed, and of databases that fail in mid-run."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from broadcasts import BROADCASTS, broadcast_maker
from run_houses import (
    OWNER,
    QUICK,
    Script,
    add_chat,
    add_message,
    chat_now,
    follow,
    kill,
    message_now,
    names_of,
    new_id,
    open_runs,
    text_of,
    until,
    words,
)
from tapster.broadcast import MemoryBroadcast
from tapster.chats import Limits, Runs
from tapster.core.errors import StoreError
from tapster.core.events import TextDelta, UsageReported
from tapster.core.figures import Figures
from tapster.core.messages import joined_text
from tapster.core.run_events import closes, decode_events
from tapster.store import Store
from timed import timed


@pytest.fixture(params=BROADCASTS)
async def make(request):
    async with broadcast_maker(request.param) as make:
        yield make


async def saved_text(store, run):
    async with store.read() as rows:
        pieces = await rows.runs.pieces(run.id, limit=10_000)
    return text_of([event for piece in pieces for event in decode_events(piece.events)])


async def has_pieces(store, run):
    async with store.read() as rows:
        return bool(await rows.runs.pieces(run.id))


async def is_saved(store, run, text):
    return await saved_text(store, run) == text


async def test_after_a_kill_the_words_that_were_saved_are_kept_and_can_be_continued(store, make):
    chat = await add_chat(store)
    script = Script("kept ", "words ", pause=0.01)
    stuck = asyncio.Event()

    async def writer(asked):
        async for events in script(asked):
            if isinstance(events[0], UsageReported):
                await stuck.wait()
            yield events

    async with open_runs(store, await make("one"), writer, worker="one") as first:
        said = await first.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, "kept words "))
        await kill(first)

        figures = Figures()
        async with open_runs(
            store, await make("one"), Script("went on"), worker="one", figures=figures
        ) as second:
            run = await second.get(OWNER, said.run.id)
            events = await follow(second, run)
            answer = await message_now(store, run.message_id)
            await follow(second, await second.continue_(OWNER, answer.id))

    assert figures.runs == {("say", "interrupted"): 1, ("continue", "finished"): 1}
    assert (run.state, names_of(events)[-1]) == ("interrupted", "interrupted")
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert (answer.text, answer.reply.finish) == ("kept words ", "interrupted")
    assert (answer.reply.model, answer.reply.answered_by) == ("model-1", "model-1-really")
    assert (await message_now(store, answer.id)).text == "kept words went on"
    assert (await chat_now(store, chat)).head == answer.id


async def test_after_a_kill_what_was_continued_has_its_new_words(store):
    chat = await add_chat(store)
    answer = await add_message(store, chat, "assistant", "Once")
    stuck = asyncio.Event()

    async with open_runs(store, MemoryBroadcast(), Script(" upon", " a", gate=stuck)) as first:
        run = await first.continue_(OWNER, answer.id)
        await until(lambda: is_saved(store, run, " upon"))
        await kill(first)
        async with open_runs(store, MemoryBroadcast(), Script()) as second:
            run = await second.get(OWNER, run.id)

    now = await message_now(store, answer.id)
    async with store.read() as rows:
        editions = await rows.editions.of(answer.id)
    assert (run.state, run.message_id) == ("interrupted", answer.id)
    assert (now.text, now.reply.finish) == ("Once upon", "interrupted")
    assert [joined_text(one.parts) for one in editions] == ["Once"]


async def test_a_run_killed_before_its_first_word_is_interrupted_without_a_message(store):
    chat = await add_chat(store)

    async with open_runs(store, MemoryBroadcast(), Script(gate=asyncio.Event())) as first:
        said = await first.say(OWNER, chat.id, "?")
        await kill(first)
        async with open_runs(store, MemoryBroadcast(), Script()) as second:
            run = await second.get(OWNER, said.run.id)

    assert (run.state, run.message_id) == ("interrupted", None)
    assert (await chat_now(store, chat)).head == said.message.id


async def test_what_an_earlier_life_still_finishes_is_left_to_it(store):
    chat = await add_chat(store)
    gate = asyncio.Event()

    async with open_runs(store, MemoryBroadcast(), Script("a", "b", gate=gate)) as first:
        said = await first.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, "a"))
        async with open_runs(
            store, MemoryBroadcast(), Script(), has_ended=lambda _: False
        ) as second:
            await asyncio.sleep(QUICK.renew * 4)
            meanwhile = await second.get(OWNER, said.run.id)
            gate.set()
            await follow(first, said.run)
            run = await second.get(OWNER, said.run.id)

    assert (meanwhile.state, run.state) == ("running", "finished")
    assert (await message_now(store, run.message_id)).text == "ab"


async def test_another_worker_interrupts_a_run_whose_lease_ended_and_its_followers_are_told(
    store, make
):
    chat = await add_chat(store)
    limits = Limits(flush_after=0.02, look_again=0.05, renew=0.1, lease=0.6)
    script = Script("kept", "never", gate=asyncio.Event())

    async with (
        open_runs(store, await make("one"), script, worker="one", limits=limits) as one,
        open_runs(store, await make("two"), script, worker="two", limits=limits) as two,
    ):
        said = await one.say(OWNER, chat.id, "?")
        watching = asyncio.create_task(follow(two, said.run))
        await until(lambda: is_saved(store, said.run, "kept"))
        await asyncio.sleep(1.0)
        lives = await two.get(OWNER, said.run.id)
        await kill(one)
        events = await watching
        run = await two.get(OWNER, said.run.id)

    assert lives.state == "running"
    assert (text_of(events), names_of(events)[-1]) == ("kept", "interrupted")
    assert (run.state, (await message_now(store, run.message_id)).text) == ("interrupted", "kept")


async def test_whoever_heard_more_than_was_kept_is_told_the_end_all_the_same(store, make):
    chat = await add_chat(store)
    limits = Limits(flush_after=30.0, look_again=0.05, renew=0.1, lease=0.6)
    script = Script(*words(2_000), pause=0.01)

    async with (
        open_runs(store, await make("one"), script, worker="one", limits=limits) as one,
        open_runs(store, await make("two"), script, worker="two", limits=limits) as two,
    ):
        said = await one.say(OWNER, chat.id, "?")
        watching = asyncio.create_task(follow(two, said.run))
        await asyncio.sleep(0.15)
        await kill(one)
        heard = await watching
        run = await two.get(OWNER, said.run.id)
        saved = await follow(two, run)
        ahead = await follow(two, run, after=1_000)
        # The number of the end may be that of a word that was heard.
        level = await follow(two, run, after=run.last_event)

    assert run.state == "interrupted"
    assert (names_of(saved)[-1], saved[-1].seq) == ("interrupted", run.last_event)
    assert [event.seq for event in heard] == list(range(1, len(heard) + 1))
    assert (len(heard) > len(saved), names_of(heard)[-1]) == (True, "interrupted")
    assert [(event.seq, closes(event)) for event in ahead] == [(1_001, True)]
    assert [(event.seq, closes(event)) for event in level] == [(run.last_event + 1, True)]


async def test_a_worker_that_slept_over_its_lease_writes_nothing_more(store):
    chat = await add_chat(store)
    limits = Limits(flush_after=0.02, look_again=0.05, renew=1000.0, lease=0.0)
    gate = asyncio.Event()

    async with open_runs(
        store, MemoryBroadcast(), Script("kept", *words(20), gate=gate), worker="one", limits=limits
    ) as one:
        said = await one.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, "kept"))
        async with open_runs(store, MemoryBroadcast(), Script(), worker="two") as two:
            run = await two.get(OWNER, said.run.id)
            gate.set()

            async def gone():
                return one.running == 0

            await until(gone)
            events = await follow(two, run)

    assert run.state == "interrupted"
    assert text_of(events) == "kept"
    assert (await message_now(store, run.message_id)).text == "kept"


async def test_a_run_nobody_carries_is_interrupted_even_by_its_own_process(store):
    chat = await add_chat(store)
    limits = Limits(flush_after=0.02, renew=0.1, lease=0.5)

    async with open_runs(
        store, MemoryBroadcast(), Script("a", "b", gate=asyncio.Event()), limits=limits
    ) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, "a"))
        lost = runs._here.pop(said.run.id)

        async def interrupted():
            return (await runs.get(OWNER, said.run.id)).state == "interrupted"

        await until(interrupted)
        runs._here[said.run.id] = lost


async def test_closing_lets_runs_end_within_their_grace_and_interrupts_the_rest(store):
    chat, other = await add_chat(store), await add_chat(store)
    gate = asyncio.Event()

    async def writer(asked):
        ending = asked.chat.id == chat.id
        script = Script("a", "b", gate=gate if ending else asyncio.Event())
        async for events in script(asked):
            yield events

    async with open_runs(store, MemoryBroadcast(), writer) as runs:
        ends = await runs.say(OWNER, chat.id, "?")
        stays = await runs.say(OWNER, other.id, "?")
        await until(lambda: is_saved(store, stays.run, "a"))
        closing = asyncio.create_task(runs.close(grace=1.0))
        await asyncio.sleep(0.05)
        gate.set()
        await closing
        states = [(await runs.get(OWNER, said.run.id)).state for said in (ends, stays)]
        run = await runs.get(OWNER, stays.run.id)

    assert states == ["finished", "interrupted"]
    assert (await message_now(store, run.message_id)).text == "a"


@timed
async def test_words_are_saved_soon_though_no_more_come(store):
    chat = await add_chat(store)
    limits = Limits()

    async with open_runs(
        store, MemoryBroadcast(), Script("one", "two", gate=asyncio.Event()), limits=limits
    ) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        began = time.monotonic()
        await until(lambda: is_saved(store, said.run, "one"))

    # Saved after 0.2 s; the rest is for a machine that does other things too.
    assert time.monotonic() - began < 2.0


async def test_many_words_at_once_are_saved_without_waiting(store):
    chat = await add_chat(store)
    limits = Limits(flush_after=1000.0)
    script = Script("x" * 3000, "never", gate=asyncio.Event())

    async with open_runs(store, MemoryBroadcast(), script, limits=limits) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, "x" * 3000))


async def test_many_words_cost_few_pieces(store):
    chat = await add_chat(store)
    limits = Limits(flush_after=0.1)

    async with open_runs(
        store, MemoryBroadcast(), Script(*words(300), pause=0.001), limits=limits
    ) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await follow(runs, said.run)

    async with store.read() as rows:
        pieces = await rows.runs.pieces(said.run.id, limit=1000)
    assert len(pieces) < 60


class Failing:
    """A store whose writes fail while `broken` is set, as with a full disk."""

    def __init__(self, store):
        self._store = store
        self.broken = None

    def __getattr__(self, name):
        return getattr(self._store, name)

    def begin(self):
        if self.broken is not None:
            raise self.broken
        return self._store.begin()


class Forgetful(Failing):
    """A store that says a commit failed which took place, `times` times."""

    times = 0

    def begin(self):
        return self._begin()

    @asynccontextmanager
    async def _begin(self):
        async with self._store.begin() as rows:
            yield rows
        if self.times:
            self.times -= 1
            raise StoreError("The server closed the connection.")


FULL = StoreError("The disk is full: free some space and try again.")


async def test_while_the_disk_is_full_the_run_goes_on_and_everything_is_saved_afterwards(store):
    chat = await add_chat(store)
    failing = Failing(store)
    gate = asyncio.Event()
    said_words = words(50)
    script = Script(*said_words, gate=gate)

    async with open_runs(failing, MemoryBroadcast(), script) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, said_words[0]))
        failing.broken = FULL
        gate.set()
        live = []
        async for event in runs.follow(OWNER, said.run.id):
            live.append(event)
            if text_of(live) == "".join(said_words):
                break
        failing.broken = None
        events = await follow(runs, said.run)
        run = await runs.get(OWNER, said.run.id)

    assert run.state == "finished"
    assert text_of(events) == "".join(said_words)
    assert (await message_now(store, run.message_id)).text == "".join(said_words)


async def test_an_end_that_cannot_be_saved_is_told_as_a_failure_and_saved_when_it_can_be(store):
    chat = await add_chat(store)
    failing = Failing(store)
    gate = asyncio.Event()

    async with open_runs(failing, MemoryBroadcast(), Script("a", "b", gate=gate)) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, "a"))
        failing.broken = FULL
        gate.set()
        events = await follow(runs, said.run)
        so_far = await runs.read_so_far([await message_now(store, events[1].message_id)])
        failing.broken = None

        async def ended():
            return (await runs.get(OWNER, said.run.id)).state != "running"

        await until(ended)
        run = await runs.get(OWNER, said.run.id)

    assert names_of(events)[-1] == "failed"
    assert "could not be saved" in events[-1].error.message
    assert "disk is full" in events[-1].error.message
    assert so_far[0].text == "ab"
    assert (run.state, (await message_now(store, run.message_id)).text) == ("failed", "ab")


async def test_what_cannot_be_saved_is_kept_only_up_to_a_bound(store):
    chat = await add_chat(store)
    failing = Failing(store)
    gate = asyncio.Event()
    limits = Limits(flush_after=0.02, most_unsaved=20_000, save_for=0.1)
    endless = Script("a", *("x" * 1000 for _ in range(1000)), gate=gate, pause=0.0001)

    async with open_runs(failing, MemoryBroadcast(), endless, limits=limits) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, "a"))
        failing.broken = FULL
        gate.set()
        events = await follow(runs, said.run)
        failing.broken = None

    assert names_of(events)[-1] == "failed"
    assert 20_000 < len(text_of(events)) < 40_000


async def test_a_commit_that_was_reported_as_failed_doubles_nothing(store):
    chat = await add_chat(store)
    forgetful = Forgetful(store)
    gates = [asyncio.Event(), asyncio.Event()]

    async def writer(asked):
        yield [TextDelta("a")]
        await gates[0].wait()
        forgetful.times = 2
        yield [TextDelta("b")]
        await gates[1].wait()
        forgetful.times = 1
        yield [TextDelta("c")]

    async with open_runs(forgetful, MemoryBroadcast(), writer) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, "a"))
        gates[0].set()
        await until(lambda: is_saved(store, said.run, "ab"))
        await asyncio.sleep(0.5)
        gates[1].set()
        events = await follow(runs, said.run)
        again = await follow(runs, said.run)
        run = await runs.get(OWNER, said.run.id)

    async with store.read() as rows:
        messages = await rows.messages.of(chat.id)
    assert text_of(events) == text_of(again) == "abc"
    assert [event.seq for event in again] == list(range(1, len(again) + 1))
    assert (run.state, [message.text for message in messages]) == ("finished", ["?", "abc"])


async def test_a_message_whose_adding_was_reported_as_failed_is_added_once(store):
    chat = await add_chat(store)
    forgetful = Forgetful(store)
    gate = asyncio.Event()

    async def writer(asked):
        await gate.wait()
        forgetful.times = 1
        yield [TextDelta("a")]
        await asyncio.sleep(0.7)
        yield [TextDelta("b")]

    async with open_runs(forgetful, MemoryBroadcast(), writer) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await until(lambda: has_pieces(store, said.run))
        gate.set()
        await follow(runs, said.run)

    async with store.read() as rows:
        messages = await rows.messages.of(chat.id)
    assert [message.text for message in messages] == ["?", "ab"]
    assert (await chat_now(store, chat)).head == messages[1].id


async def test_a_message_that_cannot_be_added_at_once_is_added_later(store):
    chat = await add_chat(store)
    failing = Failing(store)
    gate = asyncio.Event()

    async def writer(asked):
        await gate.wait()
        async for events in Script("a", "b")(asked):
            yield events
            if failing.broken is not None and events and hasattr(events[0], "text"):
                failing.broken = None

    async with open_runs(failing, MemoryBroadcast(), writer) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        failing.broken = FULL
        gate.set()
        events = await follow(runs, said.run)
        run = await runs.get(OWNER, said.run.id)

    assert sorted(names_of(events)) == sorted(
        ["started", "message-added", "text-delta", "text-delta", "usage", "finished"]
    )
    assert (await message_now(store, run.message_id)).text == "ab"
    assert (await chat_now(store, chat)).head == run.message_id


async def test_a_chat_deleted_for_good_ends_its_run_as_failed(store):
    chat = await add_chat(store)
    gate = asyncio.Event()

    async with open_runs(store, MemoryBroadcast(), Script("a", "b", gate=gate)) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, "a"))
        async with store.begin() as rows:
            await rows.chats.remove(chat.id)
        gate.set()

        async def gone():
            return runs.running == 0

        await until(gone)

    async with store.read() as rows:
        assert await rows.runs.by_id(said.run.id) is None


async def test_what_a_person_wrote_into_an_unfinished_answer_stays_and_the_run_s_words_are_kept(
    store, chats
):
    chat = await add_chat(store)
    gate = asyncio.Event()

    async with open_runs(store, MemoryBroadcast(), Script("a", "b", gate=gate)) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, "a"))
        head = (await chat_now(store, chat)).head
        await runs._tree.edit(OWNER, head, "mine")
        gate.set()
        await follow(runs, said.run)
        editions = await runs._tree.editions(OWNER, head)

    edited = await message_now(store, head)
    assert (edited.text, edited.reply.finish) == ("mine", "stop")
    assert [joined_text(one.parts) for one in editions] == ["ab"]
    await chats.journal.undo(OWNER, chat.id)
    assert (await message_now(store, head)).text == "ab"
    await chats.journal.undo(OWNER, chat.id)
    assert (await message_now(store, head)).deleted_at is not None
    await chats.journal.redo(OWNER, chat.id)
    await chats.journal.redo(OWNER, chat.id)
    assert (await message_now(store, head)).text == "mine"
    assert [joined_text(one.parts) for one in await runs._tree.editions(OWNER, head)] == ["ab"]


async def test_an_edit_undone_while_the_answer_is_written_leaves_its_words(store, chats):
    chat = await add_chat(store)
    gate = asyncio.Event()

    async with open_runs(store, MemoryBroadcast(), Script("a", "b", gate=gate)) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, "a"))
        head = (await chat_now(store, chat)).head
        await runs._tree.edit(OWNER, head, "mine")
        await chats.journal.undo(OWNER, chat.id)
        gate.set()
        await follow(runs, said.run)

    texts = [(await message_now(store, head)).text]
    for step in (chats.journal.redo, chats.journal.undo):
        await step(OWNER, chat.id)
        texts.append((await message_now(store, head)).text)
    assert texts == ["ab", "mine", "ab"]


async def test_an_answer_that_is_hidden_while_its_run_ends_has_every_word(store, chats):
    for _ in range(5):
        chat = await add_chat(store)
        gate = asyncio.Event()
        async with open_runs(store, MemoryBroadcast(), Script("a", "b", gate=gate)) as runs:
            said = await runs.say(OWNER, chat.id, "?")
            await until(lambda run=said.run: is_saved(store, run, "a"))
            head = (await chat_now(store, chat)).head
            following = asyncio.create_task(follow(runs, said.run))
            gate.set()
            hidden = True
            while not following.done():
                await chats.tree.hide(OWNER, head, hidden=hidden)
                hidden = not hidden
            events = await following

        assert names_of(events)[-1] == "finished"
        assert (await message_now(store, head)).text == "ab"


async def test_an_answer_whose_hiding_is_not_committed_yet_is_waited_for(store):
    chat = await add_chat(store)
    gate = asyncio.Event()

    async with open_runs(store, MemoryBroadcast(), Script("a", "b", gate=gate)) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, "a"))
        head = (await chat_now(store, chat)).head
        following = asyncio.create_task(follow(runs, said.run))
        async with store.begin():
            await runs._tree.hide(OWNER, head)
            gate.set()
            await asyncio.sleep(0.3)
        events = await following

    answer = await message_now(store, head)
    assert names_of(events)[-1] == "finished"
    assert (answer.text, answer.hidden) == ("ab", True)


async def test_an_end_after_a_commit_that_was_reported_as_failed_loses_nothing(store):
    chat = await add_chat(store)
    forgetful = Forgetful(store)
    gate = asyncio.Event()

    async def writer(asked):
        yield [TextDelta("a")]
        await gate.wait()
        forgetful.times = 1
        yield [TextDelta("b" * QUICK.flush_size)]
        while forgetful.times:  # noqa: ASYNC110  # until that was saved
            await asyncio.sleep(0.001)

    async with open_runs(forgetful, MemoryBroadcast(), writer) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, "a"))
        gate.set()
        events = await follow(runs, said.run)
        run = await runs.get(OWNER, said.run.id)

    assert (run.state, names_of(events)[-1]) == ("finished", "finished")
    assert (await message_now(store, run.message_id)).text == "a" + "b" * QUICK.flush_size


async def test_an_answer_can_be_undone_while_it_is_written_and_redone_afterwards(store, chats):
    chat = await add_chat(store)
    gate = asyncio.Event()

    async with open_runs(store, MemoryBroadcast(), Script("a", "b", gate=gate)) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await until(lambda: is_saved(store, said.run, "a"))
        await chats.journal.undo(OWNER, chat.id)
        undone = (await chat_now(store, chat)).head
        gate.set()
        await follow(runs, said.run)
        await chats.journal.redo(OWNER, chat.id)
        run = await runs.get(OWNER, said.run.id)

    answer = await message_now(store, run.message_id)
    assert undone == said.message.id
    assert (answer.text, answer.deleted_at) == ("ab", None)
    assert (await chat_now(store, chat)).head == answer.id


async def test_two_hundred_runs_go_side_by_side(database):
    store = await Store.open(database)
    said_words = words(40)
    chat_ids = [(await add_chat(store, owner=f"person-{n % 20}")).id for n in range(200)]
    runs = Runs(
        store,
        MemoryBroadcast(),
        writer=Script(*said_words, pause=0.02),
        new_id=new_id,
        clock=time.time,
        worker="one",
        boot="1",
        limits=QUICK,
    )
    await runs.start()

    async def one(n):
        said = await runs.say(f"person-{n % 20}", chat_ids[n], "?")
        return text_of(await follow(runs, said.run, owner=f"person-{n % 20}"))

    heard = await asyncio.gather(*(one(n) for n in range(200)))
    await runs.close()
    await store.close()

    assert heard == ["".join(said_words)] * 200
