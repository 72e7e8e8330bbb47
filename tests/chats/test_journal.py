import asyncio
import itertools
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from talks import ME, shown, talk, tree_of
from tapster.chats import Chats
from tapster.core.chats import ChatFields
from tapster.core.errors import Conflict, InvalidInput, NotFound
from tapster.store import Store


async def test_the_last_step_is_undone_and_redone(chats):
    chat_id, (_, second) = await talk(chats, "one", "two")
    await chats.tree.edit(ME, second.id, "two, edited")

    undone = await chats.journal.undo(ME, chat_id)
    assert (undone.kind, undone.subject, undone.state) == ("edit", second.id, "undone")
    assert await shown(chats, chat_id) == ["one", "two"]
    assert await chats.tree.editions(ME, second.id) == ()

    await chats.journal.undo(ME, chat_id)
    assert await shown(chats, chat_id) == ["one"]

    assert (await chats.journal.redo(ME, chat_id)).kind == "reply"
    await chats.journal.redo(ME, chat_id)
    assert await shown(chats, chat_id) == ["one", "two, edited"]
    assert await chats.journal.redo(ME, chat_id) is None


async def test_what_was_undone_cannot_be_redone_after_something_else(chats):
    chat_id, _ = await talk(chats, "one", "two")
    await chats.journal.undo(ME, chat_id)
    await chats.tree.say(ME, chat_id, "other two")

    assert await chats.journal.redo(ME, chat_id) is None
    states = [change.state for change in await chats.journal.of(ME, chat_id)]
    assert states == ["done", "dropped", "done"]


async def test_a_deleted_chat_comes_back_by_undo(chats):
    chat_id, _ = await talk(chats, "one")
    await chats.delete(ME, chat_id)

    await chats.journal.undo(ME, chat_id)

    assert await shown(chats, chat_id) == ["one"]


async def test_setting_up_a_chat_is_undone(chats):
    chat = await chats.create(ME, ChatFields(title="First"))
    await chats.configure(ME, chat.id, ChatFields(system="Be brief.", model="m"))
    await chats.rename(ME, chat.id, "Second")

    await chats.journal.undo(ME, chat.id)
    assert (await chats.get(ME, chat.id)).title == "First"
    await chats.journal.undo(ME, chat.id)
    undone = await chats.get(ME, chat.id)
    assert (undone.system, undone.model) == ("", None)
    assert await chats.journal.undo(ME, chat.id) is None


async def test_undo_leaves_ones_view_alone_where_it_can(chats):
    chat_id, (first, second) = await talk(chats, "one", "two")
    await chats.tree.swipe(ME, second.id, "two again")
    await chats.views.select(ME, second.id)

    await chats.journal.undo(ME, chat_id)

    assert await shown(chats, chat_id) == ["one", "two"]
    assert len(await chats.windows.swipes(ME, second.id)) == 1
    assert first.id


async def test_a_step_is_not_undone_from_above_what_is_no_step(chats, store):
    chat_id, (first,) = await talk(chats, "one")
    async with store.begin() as rows:
        message = await rows.messages.by_id(first.id)
        await rows.messages.add(
            type(message)(id="below", chat_id=chat_id, parent_id=first.id, role="assistant")
        )

    with pytest.raises(Conflict, match="written below"):
        await chats.journal.undo(ME, chat_id)

    assert await shown(chats, chat_id) == ["one"]


async def test_only_so_many_steps_are_kept_of_each_chat(chats, monkeypatch):
    from tapster.store import journal

    monkeypatch.setattr(journal, "MOST_KEPT", 5)
    chat_id, (first,) = await talk(chats, "one")
    for turn in range(40):
        await chats.tree.hide(ME, first.id, hidden=turn % 2 == 0)

    assert 5 <= len(await chats.journal.of(ME, chat_id)) <= 5 + journal._DROP_EVERY


# Several examples share a database.
IDS = itertools.count(1)

DEEDS = (
    "say",
    "say elsewhere",
    "swipe",
    "edit",
    "return",
    "hide",
    "up",
    "down",
    "graft",
    "delete",
    "delete below",
    "restore",
    "select",
    "switch",
    "branch",
    "checkpoint",
    "rename checkpoint",
    "remove checkpoint",
    "rename",
    "pin",
    "configure",
)


async def do(chats, chat_id, deed, dice):
    """Do `deed` to something in the chat, as `dice` have it; what is refused changes nothing."""
    async with chats.tree._store.read() as rows:
        living = [message.id for message in await rows.messages.of(chat_id)]
        gone = [message.id for message in await rows.messages.deleted(chat_id, limit=100)]
        places = [place.id for place in await rows.checkpoints.of(chat_id)]
    one = dice.choice(living or ["none"])
    other = dice.choice([*living, None])
    place = dice.choice(places or ["none"])
    word = f"word {dice.random()}"
    tree, views = chats.tree, chats.views
    editions = await tree.editions(ME, one) if living else ()
    edition = dice.choice(editions).id if editions else "none"
    deeds = {
        "say": lambda: tree.say(ME, chat_id, word),
        "say elsewhere": lambda: tree.say(ME, chat_id, word, parent=one, role="assistant"),
        "swipe": lambda: tree.swipe(ME, one, word),
        "edit": lambda: tree.edit(ME, one, word),
        "return": lambda: tree.return_to(ME, one, edition),
        "hide": lambda: tree.hide(ME, one, hidden=dice.random() < 0.5),
        "up": lambda: tree.move_up(ME, one),
        "down": lambda: tree.move_down(ME, one),
        "graft": lambda: tree.move_below(ME, one, other),
        "delete": lambda: tree.delete(ME, one),
        "delete below": lambda: tree.delete_below(ME, one),
        "restore": lambda: tree.restore(ME, dice.choice(gone or ["none"])),
        "select": lambda: views.select(ME, one),
        "switch": lambda: views.switch(ME, one),
        "branch": lambda: views.branch(ME, one, word),
        "checkpoint": lambda: views.checkpoint(ME, one, word),
        "rename checkpoint": lambda: views.rename(ME, place, word),
        "remove checkpoint": lambda: views.remove(ME, place),
        "rename": lambda: chats.rename(ME, chat_id, word),
        "pin": lambda: chats.pin(ME, chat_id, pinned=dice.random() < 0.5),
        "configure": lambda: chats.configure(ME, chat_id, ChatFields(system=word)),
    }
    try:
        await deeds[deed]()
    except (InvalidInput, NotFound):
        assert not (living and deed in {"say", "swipe", "edit", "hide", "delete"})


async def is_whole(chats, chat_id):
    """Check what must always hold of a tree: no orphans, no circles, a head that lives."""
    async with chats.tree._store.read() as rows:
        living = {message.id: message for message in await rows.messages.of(chat_id)}
        head = (await rows.chats.by_id(chat_id)).head
    assert head is None or head in living
    assert head is not None or not living
    for message_id in living:
        at, seen = message_id, set()
        while at is not None:
            assert at not in seen
            seen.add(at)
            at = living[at].parent_id


async def back_and_forth(url, deeds, seed):
    dice = random.Random(seed)  # noqa: S311  # a test repeats itself
    ticks = itertools.count(1_000)
    store = await Store.open(url)
    try:
        chats = Chats(store, new_id=lambda: f"id{next(IDS)}", clock=lambda: float(next(ticks)))
        chat = await chats.create(ME, ChatFields(title="Title"))
        states = [await tree_of(chats, chat.id)]
        for deed in deeds:
            await do(chats, chat.id, deed, dice)
            await is_whole(chats, chat.id)
            state = await tree_of(chats, chat.id)
            if state != states[-1]:
                states.append(state)

        for state in reversed(states[:-1]):
            assert await chats.journal.undo(ME, chat.id) is not None
            await is_whole(chats, chat.id)
            assert await tree_of(chats, chat.id) == state
        assert await chats.journal.undo(ME, chat.id) is None
        for state in states[1:]:
            assert await chats.journal.redo(ME, chat.id) is not None
            await is_whole(chats, chat.id)
            assert await tree_of(chats, chat.id) == state
        assert await chats.journal.redo(ME, chat.id) is None
    finally:
        await store.close()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    deeds=st.lists(st.sampled_from(DEEDS), max_size=15),
    seed=st.integers(min_value=0, max_value=2**32),
)
def test_undoing_everything_brings_each_earlier_tree_back_and_redoing_each_later_one(
    tmp_path, deeds, seed
):
    url = f"sqlite:///{tmp_path}/tapster.db"

    asyncio.run(back_and_forth(url, ["say", "say", *deeds], seed))


async def test_a_long_life_is_undone_and_redone_on_either_database(database):
    dice = random.Random(20_26)  # noqa: S311  # a test repeats itself

    await back_and_forth(database, ["say", *dice.choices(DEEDS, k=80)], 7)
