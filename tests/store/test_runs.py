"""Runs and their pieces as rows."""

import pytest
from msgspec.structs import replace

from tapster.core.chats import Chat
from tapster.core.errors import Conflict, NotFound, Reason
from tapster.core.events import Failed
from tapster.core.runs import Run, RunPiece
from tapster.core.usage import Usage
from tapster.store import run_tables

RUN = Run(
    id="run",
    owner="me",
    chat_id="chat",
    kind="say",
    worker="one",
    boot="1",
    lease_until=100.0,
    started_at=1.0,
)


@pytest.fixture
async def kept(store):
    async with store.begin() as rows:
        await rows.chats.add(Chat(id="chat", owner="me"))
        await rows.runs.add(RUN)
    return store


def piece(first, last, *, run_id="run"):
    return RunPiece(run_id=run_id, first=first, last=last, saved_at=5.0, events="[]")


@pytest.mark.parametrize(
    ("table", "kind"), [(run_tables.runs, Run), (run_tables.run_pieces, RunPiece)]
)
def test_a_column_is_a_field_of_the_same_name(table, kind):
    assert set(table.c.keys()) == set(kind.__struct_fields__)


async def test_a_run_comes_back_as_it_was_kept(kept):
    ended = replace(
        RUN,
        state="failed",
        message_id="message",
        ended_at=9.0,
        last_event=12,
        text="aside",
        finish="failed",
        usage=Usage(input=1, output=2, raw={"a": 1}),
        error=Failed(Reason.UPSTREAM, "It broke off.", status=502),
    )

    async with kept.begin() as rows:
        assert await rows.runs.of_owner("me", "run") == RUN
        await rows.runs.replace(ended)
        assert await rows.runs.of_owner("me", "run") == ended
        with pytest.raises(NotFound):
            await rows.runs.of_owner("other", "run")


async def test_only_its_own_process_holds_and_renews_a_run(kept):
    async with kept.begin() as rows:
        assert await rows.runs.hold(["run", "none"], worker="one", boot="1") == {"run"}
        assert await rows.runs.hold(["run"], worker="one", boot="2") == set()
        await rows.runs.renew(["run"], worker="two", boot="1", until=500.0)
        assert (await rows.runs.by_id("run")).lease_until == 100.0
        await rows.runs.renew(["run"], worker="one", boot="1", until=500.0)
        assert (await rows.runs.by_id("run")).lease_until == 500.0


@pytest.mark.parametrize(
    ("now", "ended", "abandoned"),
    [
        (99.0, [], False),
        (99.0, ["2", "3"], False),
        (101.0, [], True),
        (99.0, ["2", "1"], True),
    ],
)
async def test_a_run_is_abandoned_when_its_lease_or_its_process_ended(kept, now, ended, abandoned):
    async with kept.begin() as rows:
        found = await rows.runs.abandoned(now=now, ended=ended)
        claimed = await rows.runs.claim("run", now=now, ended=ended)

    assert [run.id for run in found] == ["run"] * abandoned
    assert (claimed is not None) is abandoned


async def test_which_processes_of_a_worker_have_runs_is_known(kept):
    async with kept.begin() as rows:
        await rows.runs.add(replace(RUN, id="other", boot="2"))
        await rows.runs.add(replace(RUN, id="ended", boot="3", state="finished"))
        await rows.runs.add(replace(RUN, id="elsewhere", boot="4", worker="two"))

        assert await rows.runs.boots_of("one") == {"1", "2"}


async def test_a_message_is_continued_by_one_run_whichever_worker_it_is_on(kept):
    continuing = replace(RUN, id="first", kind="continue", target_id="message")

    async with kept.begin() as rows:
        await rows.runs.add(continuing)
    with pytest.raises(Conflict):
        async with kept.begin() as rows:
            await rows.runs.add(replace(continuing, id="second", worker="two"))
    async with kept.begin() as rows:
        await rows.runs.replace(replace(continuing, state="finished"))
        await rows.runs.add(replace(continuing, id="second", worker="two"))


async def test_pieces_come_in_order_from_the_number_asked_for(kept):
    async with kept.begin() as rows:
        await rows.runs.add_pieces([piece(1, 3), piece(4, 4), piece(5, 9)])
        found = await rows.runs.pieces("run", after=3)
        within = await rows.runs.pieces("run", after=6)
        limited = await rows.runs.pieces("run", limit=1)
        last = await rows.runs.last_saved(["run", "none"])

    assert [each.first for each in found] == [4, 5]
    assert [each.first for each in within] == [5]
    assert [each.first for each in limited] == [1]
    assert last == {"run": 9}


async def test_the_same_events_are_not_kept_twice(kept):
    async with kept.begin() as rows:
        await rows.runs.add_pieces([piece(1, 3)])
    with pytest.raises(Conflict):
        async with kept.begin() as rows:
            await rows.runs.add_pieces([piece(1, 2)])


async def test_pieces_are_forgotten_only_when_their_run_ended_long_ago(kept):
    async with kept.begin() as rows:
        await rows.runs.add_pieces([piece(1, 3)])
        running = await rows.runs.prune(ended_before=50.0)
        await rows.runs.replace(replace(RUN, state="stopped", ended_at=40.0))
        early = await rows.runs.prune(ended_before=30.0)
        late = await rows.runs.prune(ended_before=50.0)
        left = await rows.runs.pieces("run")

    assert (running, early, late, left) == (0, 0, 1, ())


async def test_what_runs_is_counted_by_person_and_chat(kept):
    async with kept.begin() as rows:
        await rows.chats.add(Chat(id="other", owner="me"))
        await rows.runs.add(replace(RUN, id="a", chat_id="other"))
        await rows.runs.add(replace(RUN, id="b", state="finished"))

        assert await rows.runs.count_running("me", "chat") == (2, 1)
        assert await rows.runs.count_running("nobody", "chat") == (0, 0)


async def test_a_wish_to_stop_is_for_the_process_that_runs_it(kept):
    async with kept.begin() as rows:
        await rows.runs.ask_to_stop("run")

        assert await rows.runs.asked_to_stop(worker="one", boot="1") == ("run",)
        assert await rows.runs.asked_to_stop(worker="two", boot="1") == ()


async def test_runs_wake_no_other_process(kept):
    before = await kept.version_stamp()

    async with kept.begin() as rows:
        await rows.runs.add_pieces([piece(1, 3)])
        await rows.runs.replace(replace(RUN, state="finished"))

    assert await kept.version_stamp() == before
