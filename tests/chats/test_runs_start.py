"""What starts a run, what it writes, and what is refused."""

import asyncio
from contextlib import aclosing

import pytest

from run_houses import (
    OWNER,
    QUICK,
    Script,
    add_chat,
    add_message,
    chat_now,
    follow,
    message_now,
    names_of,
    open_runs,
    text_of,
    until,
)
from tapster.broadcast import MemoryBroadcast
from tapster.chats.admission import Limits
from tapster.core.errors import Busy, Conflict, InvalidInput, NotFound, Reason, SourceError
from tapster.core.events import Failed, Noticed, ReasoningDelta, ReasoningSealed, ToolCallDelta
from tapster.core.messages import Reasoning, Text, ToolCall, joined_text


async def test_what_is_said_is_answered_in_the_chat(store):
    chat = await add_chat(store)
    script = Script("Hel", "lo", " you")

    async with open_runs(store, MemoryBroadcast(), script) as runs:
        said = await runs.say(OWNER, chat.id, "Hi there")
        events = await follow(runs, said.run)
        run = await runs.get(OWNER, said.run.id)

    answer = await message_now(store, run.message_id)
    now = await chat_now(store, chat)
    assert names_of(events)[:2] == ["started", "message-added"]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert (text_of(events), answer.text) == ("Hello you", "Hello you")
    assert (events[-1].reason, events[-1].message_id) == ("stop", answer.id)
    assert (run.state, run.last_event, run.usage.output) == ("finished", events[-1].seq, 5)
    assert (answer.parent_id, answer.run_id, answer.role) == (said.message.id, run.id, "assistant")
    assert (answer.reply.model, answer.reply.answered_by) == ("model-1", "model-1-really")
    assert (answer.reply.finish, answer.reply.raw_finish) == ("stop", "end_turn")
    assert (now.head, now.title, now.titled_by) == (answer.id, "Hi there", "opening")


async def test_the_writer_reads_the_history_backwards_from_what_is_answered(store):
    chat = await add_chat(store)
    parent = None
    for number in range(100):
        added = await add_message(store, chat, "user", f"line {number}", parent=parent)
        parent = added.id
    seen = []

    async def writer(asked):
        seen.extend([joined_text(line.parts) async for line in asked.history()])
        yield []

    async with open_runs(store, MemoryBroadcast(), writer) as runs:
        said = await runs.say(OWNER, chat.id, "last")
        await follow(runs, said.run)

    assert seen == ["last", *(f"line {number}" for number in reversed(range(100)))]


async def test_an_alternative_stands_beside_the_answer_and_the_head_moves_with_its_first_word(
    store,
):
    chat = await add_chat(store)
    asked = await add_message(store, chat, "user", "?")
    first = await add_message(store, chat, "assistant", "one", parent=asked.id)
    gate = asyncio.Event()

    async def writer(_asked):
        await gate.wait()
        async for events in Script("two")(_asked):
            yield events

    async with open_runs(store, MemoryBroadcast(), writer) as runs:
        run = await runs.swipe(OWNER, first.id)
        before = await chat_now(store, chat)
        gate.set()
        await follow(runs, run)
        run = await runs.get(OWNER, run.id)

    second = await message_now(store, run.message_id)
    assert before.head == first.id
    assert (second.parent_id, second.text) == (asked.id, "two")
    assert (await chat_now(store, chat)).head == second.id
    assert (await message_now(store, first.id)).text == "one"


async def test_the_head_is_not_taken_from_who_moved_it_meanwhile(store):
    chat = await add_chat(store)
    elsewhere = await add_message(store, chat, "user", "another beginning")
    gate = asyncio.Event()

    async def writer(asked):
        await gate.wait()
        async for events in Script("late")(asked):
            yield events

    async with open_runs(store, MemoryBroadcast(), writer) as runs:
        said = await runs.say(OWNER, chat.id, "a question")
        async with store.begin() as rows:
            await rows.chats.place_head(chat.id, elsewhere.id)
        gate.set()
        events = await follow(runs, said.run)

    assert events[1].shown is False
    assert (await chat_now(store, chat)).head == elsewhere.id


async def test_an_answer_goes_on_where_it_ended_and_what_it_said_is_kept(store):
    chat = await add_chat(store)
    asked = await add_message(store, chat, "user", "?")
    answer = await add_message(store, chat, "assistant", "Once upon", parent=asked.id)

    async with open_runs(store, MemoryBroadcast(), Script(" a", " time")) as runs:
        run = await runs.continue_(OWNER, answer.id)
        events = await follow(runs, run)

    now = await message_now(store, answer.id)
    async with store.read() as rows:
        editions = await rows.editions.of(answer.id)
    assert text_of(events) == " a time"
    assert (now.text, now.editions) == ("Once upon a time", 1)
    assert [joined_text(edition.parts) for edition in editions] == ["Once upon"]


async def test_one_answer_is_continued_by_one_run_at_a_time(store):
    chat = await add_chat(store)
    answer = await add_message(store, chat, "assistant", "Once")
    gate = asyncio.Event()

    async with open_runs(store, MemoryBroadcast(), Script(" a", " b", gate=gate)) as runs:
        run = await runs.continue_(OWNER, answer.id)
        with pytest.raises(Conflict, match="being written already") as refused:
            await runs.continue_(OWNER, answer.id)
        gate.set()
        await follow(runs, run)
        again = await runs.continue_(OWNER, answer.id)
        await follow(runs, again)

    assert refused.value.newer.id == run.id
    assert (await message_now(store, answer.id)).text == "Once a b a b"


@pytest.mark.parametrize("kind", ["impersonate", "quiet"])
async def test_what_is_asked_aside_stays_with_the_run(store, kind):
    chat = await add_chat(store)
    asked = await add_message(store, chat, "user", "?")
    script = Script("aside ", "words")

    async with open_runs(store, MemoryBroadcast(), script) as runs:
        if kind == "quiet":
            run = await runs.quiet(OWNER, chat.id, "Sum it up")
        else:
            run = await runs.impersonate(OWNER, chat.id, instruction="Sum it up")
        events = await follow(runs, run)
        run = await runs.get(OWNER, run.id)

    async with store.read() as rows:
        messages = await rows.messages.of(chat.id)
    assert (run.text, run.message_id, text_of(events)) == ("aside words", None, "aside words")
    assert script.asked[0].instruction == "Sum it up"
    assert [message.id for message in messages] == [asked.id]


async def test_thinking_and_tools_become_parts_of_the_answer_in_their_order(store):
    chat = await add_chat(store)
    script = Script(
        ReasoningDelta("I th"),
        ReasoningDelta("ink"),
        ReasoningSealed(Reasoning("I think", signature="seal", format="anthropic-claude-v1")),
        "Let me look.",
        ToolCallDelta(0, id="call-1", name="look", arguments='{"a"'),
        ToolCallDelta(0, arguments=":1}"),
        Noticed("something was left out"),
    )

    async with open_runs(store, MemoryBroadcast(), script) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await follow(runs, said.run)
        run = await runs.get(OWNER, said.run.id)

    answer = await message_now(store, run.message_id)
    assert answer.parts == (
        Reasoning("I think", signature="seal", format="anthropic-claude-v1"),
        Text("Let me look."),
        ToolCall("call-1", "look", '{"a":1}'),
    )
    assert answer.reply.notices == ("something was left out",)


async def test_an_answer_tells_where_what_was_sent_begins(store):
    chat = await add_chat(store)
    script = Script("Yes")

    async def cutting(asked):
        asked.note_cut("m7")
        async with aclosing(script(asked)) as events:
            async for each in events:
                yield each

    async with open_runs(store, MemoryBroadcast(), cutting) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        await follow(runs, said.run)
        run = await runs.get(OWNER, said.run.id)

    answer = await message_now(store, run.message_id)
    assert answer.reply.sent_from == "m7"


async def test_a_failure_before_the_first_word_adds_no_message_and_is_remembered(store):
    chat = await add_chat(store)
    script = Script(raises=SourceError(Reason.RATE_LIMIT, "Slow down.", status=429))

    async with open_runs(store, MemoryBroadcast(), script) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        events = await follow(runs, said.run)
        run = await runs.get(OWNER, said.run.id)

    assert names_of(events) == ["started", "failed"]
    assert (run.state, run.message_id, run.error.message) == ("failed", None, "Slow down.")
    assert (await chat_now(store, chat)).head == said.message.id


async def test_what_ended_without_a_word_is_told_until_the_last_message_is_answered(store):
    chat = await add_chat(store)
    script = Script(raises=SourceError(Reason.RATE_LIMIT, "Slow down.", status=429))

    async with open_runs(store, MemoryBroadcast(), script) as runs:
        assert await runs.unanswered(OWNER, chat.id) is None
        said = await runs.say(OWNER, chat.id, "?")
        await follow(runs, said.run)
        failed = await runs.unanswered(OWNER, chat.id)
    async with open_runs(store, MemoryBroadcast(), Script("Yes.")) as runs:
        answering = await runs.regenerate(OWNER, said.message.id)
        await follow(runs, answering)
        answered = await runs.unanswered(OWNER, chat.id)

    assert (failed.id, failed.error.message) == (said.run.id, "Slow down.")
    assert answered is None


@pytest.mark.parametrize("raised", [True, False])
async def test_a_failure_in_mid_answer_keeps_what_came(store, raised):
    chat = await add_chat(store)
    error = SourceError(Reason.UPSTREAM, "It broke off.")
    said_first = ("half", " an")
    script = (
        Script(*said_first, raises=error)
        if raised
        else Script(*said_first, Failed.because(error), finish=False)
    )

    async with open_runs(store, MemoryBroadcast(), script) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        events = await follow(runs, said.run)
        run = await runs.get(OWNER, said.run.id)

    answer = await message_now(store, run.message_id)
    assert (answer.text, answer.reply.finish) == ("half an", "failed")
    assert answer.reply.error.message == "It broke off."
    assert events[-1].error.reason == Reason.UPSTREAM


async def test_a_writer_that_breaks_in_an_unknown_way_fails_its_run_in_words_of_ours(store, caplog):
    chat = await add_chat(store)
    script = Script("half", raises=ZeroDivisionError("secret words"))

    async with open_runs(store, MemoryBroadcast(), script) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        events = await follow(runs, said.run)

    assert "secret" not in events[-1].error.message
    assert text_of(events) == "half"


async def test_what_no_database_can_keep_is_replaced(store):
    chat = await add_chat(store)

    async with open_runs(store, MemoryBroadcast(), Script("a\x00b", "c\ud800d")) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        events = await follow(runs, said.run)
        run = await runs.get(OWNER, said.run.id)

    assert text_of(events) == "a�bc�d"
    assert (await message_now(store, run.message_id)).text == "a�bc�d"


async def test_the_runs_of_another_are_as_unknown_as_those_that_never_were(store):
    chat = await add_chat(store)
    answer = await add_message(store, chat, "assistant", "x")
    gate = asyncio.Event()

    async with open_runs(store, MemoryBroadcast(), Script("a", "b", gate=gate)) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        words = set()
        for run_id in (said.run.id, "0" * 32):
            for refused in (
                runs.get("other", run_id),
                runs.stop("other", run_id),
                anext(runs.follow("other", run_id)),
            ):
                with pytest.raises(NotFound) as error:
                    await refused
                words.add(error.value.message)
        for refused in (
            runs.say("other", chat.id, "!"),
            runs.swipe("other", answer.id),
            runs.regenerate("other", answer.id),
            runs.continue_("other", answer.id),
            runs.impersonate("other", chat.id),
            runs.quiet("other", chat.id, "?"),
            runs.list("other", chat.id),
            runs.unanswered("other", chat.id),
        ):
            with pytest.raises(NotFound):
                await refused
        gate.set()

    assert len(words) == 1


async def test_a_parent_from_another_chat_is_refused_and_nothing_is_written(store):
    chat, other = await add_chat(store), await add_chat(store)
    foreign = await add_message(store, other, "user", "x")

    async with open_runs(store, MemoryBroadcast(), Script("a")) as runs:
        with pytest.raises(InvalidInput):
            await runs.say(OWNER, chat.id, "?", parent=foreign.id)
        with pytest.raises(InvalidInput):
            await runs.say(OWNER, chat.id, "  ")
        with pytest.raises(Conflict):
            await runs.say(OWNER, chat.id, "?", version=7)

    async with store.read() as rows:
        assert await rows.messages.of(chat.id) == ()


async def test_too_many_runs_are_refused_and_nothing_is_written(store):
    chat, second, third = [await add_chat(store) for _ in range(3)]
    gate = asyncio.Event()
    limits = Limits(at_once=4, per_chat=2, per_person=3, flush_after=0.02)

    async with open_runs(
        store, MemoryBroadcast(), Script("a", "b", gate=gate), limits=limits
    ) as runs:
        for _ in range(2):
            await runs.say(OWNER, chat.id, "?")
        with pytest.raises(Busy, match="this chat") as in_chat:
            await runs.say(OWNER, chat.id, "?")
        await runs.say(OWNER, second.id, "?")
        with pytest.raises(Busy, match="for you") as for_person:
            await runs.say(OWNER, third.id, "?")
        others = await add_chat(store, owner="other")
        await runs.say("other", others.id, "?")
        with pytest.raises(Busy, match="This server") as here:
            await runs.say("other", others.id, "?")
        gate.set()

        async def none_runs():
            return runs.running == 0

        await until(none_runs)

    assert (in_chat.value.person, for_person.value.person, here.value.person) == (True, True, False)
    async with store.read() as rows:
        assert await rows.messages.of(third.id) == ()


async def test_a_caller_who_leaves_while_a_run_begins_leaves_no_run_without_a_worker(store):
    chat = await add_chat(store)

    async with open_runs(store, MemoryBroadcast(), Script("a"), limits=QUICK) as runs:
        asking = asyncio.create_task(runs.say(OWNER, chat.id, "?"))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

        async def nothing_runs():
            return not runs._tasks and not await runs.list(OWNER, chat.id)

        await until(nothing_runs)


async def test_running_runs_of_a_chat_are_listed(store):
    chat = await add_chat(store)
    gate = asyncio.Event()

    async with open_runs(store, MemoryBroadcast(), Script("a", "b", gate=gate)) as runs:
        said = await runs.say(OWNER, chat.id, "?")
        listed = await runs.list(OWNER, chat.id)
        gate.set()
        await follow(runs, said.run)

        assert [run.id for run in listed] == [said.run.id]
        assert await runs.list(OWNER, chat.id) == ()
        assert runs.running == 0


async def test_an_answer_that_is_being_written_is_left_out_of_copies(store, chats):
    chat = await add_chat(store)
    gate = asyncio.Event()

    async with open_runs(store, MemoryBroadcast(), Script("a", "b", gate=gate)) as runs:
        said = await runs.say(OWNER, chat.id, "?")

        async def is_added():
            return (await chat_now(store, chat)).head != said.message.id

        await until(is_added)
        head = (await chat_now(store, chat)).head
        await chats.views.checkpoint(OWNER, head, "here")
        await chats.tree.say(OWNER, chat.id, "and?")
        whole = await chats.duplicate(OWNER, chat.id)
        path = await chats.duplicate_path(OWNER, head)
        gate.set()
        await follow(runs, said.run)

    shown = await chats.windows.open(OWNER, whole.id)
    assert [placed.message.text for placed in shown.messages] == ["?", "and?"]
    (place,) = await chats.views.checkpoints(OWNER, whole.id)
    assert place.message_id == shown.messages[0].message.id
    shown = await chats.windows.open(OWNER, path.id)
    assert [placed.message.text for placed in shown.messages] == ["?"]
