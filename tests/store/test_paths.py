"""Ways through the tree of a chat, near and far, while another chat grows at the same time."""

import pytest

from tapster.core.chats import Chat, ChatMessage

MANY = 2_400
LAST = f"m{MANY - 1}"


def grown():
    """Return what each message of a tree stands below, in the order they are kept.

    A long line with alternatives and two beginnings, and in it one message that was moved below
    another which is newer than it.
    """
    parents = {}
    above = None
    for number in range(MANY):
        parents[f"m{number}"] = above
        if number % 40 == 7:
            parents[f"s{number}"] = above
        above = f"m{number}"
    parents |= {"late": "m100", "again": None, "and on": "again"}
    parents["m101"] = "late"
    return parents


def way_to(parents, leaf):
    """Return the messages from the first one down to `leaf`."""
    way = []
    while leaf is not None:
        way.append(leaf)
        leaf = parents[leaf]
    return way[::-1]


@pytest.fixture
async def parents(store):
    parents = grown()
    told = []
    for place, (own, above) in enumerate(parents.items()):
        told.append(ChatMessage(id=own, chat_id="c", parent_id=above, role="user"))
        if place % 9 == 0:
            told.append(ChatMessage(id=f"other {place}", chat_id="d", role="user"))
    async with store.begin() as rows:
        await rows.chats.add(Chat(id="c", owner="me"))
        await rows.chats.add(Chat(id="d", owner="me"))
        await rows.messages.add_all(told)
    return parents


@pytest.mark.parametrize("leaf", [LAST, "m700", "s2007", "late", "m5", "again", "and on"])
async def test_the_way_down_is_the_way_up_turned_round(store, parents, leaf):
    way = way_to(parents, leaf)

    for place in {0, 1, len(way) // 2, len(way) - 2, len(way) - 1} & set(range(len(way))):
        async with store.read() as rows:
            down = await rows.paths.down(way[place], leaf, limit=30)
            first = await rows.paths.step_below(way[place], leaf)
            leads = await rows.paths.is_above(way[place], leaf)

        below = way[place + 1 :]
        assert [message.id for message in down] == below[:30]
        assert first == (below[0] if below else None)
        assert leads
    async with store.read() as rows:
        assert await rows.paths.step_below(None, leaf) == way[0]


@pytest.mark.parametrize("leaf", [LAST, "s47", "and on"])
async def test_no_way_leads_down_from_where_none_leads_up_to(store, parents, leaf):
    beside = {"s7", "s1007", "s2367", "m2398", "again", "other 0", "never was"}
    beside -= set(way_to(parents, leaf))

    for other in beside:
        async with store.read() as rows:
            assert await rows.paths.down(other, leaf, limit=30) == ()
            assert await rows.paths.step_below(other, leaf) is None
            assert not await rows.paths.is_above(other, leaf)
