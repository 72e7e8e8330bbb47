import itertools

import pytest

from databases import KINDS, database_of
from talks import YOU
from tapster.chats import Chats
from tapster.core.people import Person
from tapster.store import Store


@pytest.fixture(params=KINDS)
def database(request, tmp_path):
    with database_of(request.param, tmp_path) as url:
        yield url


@pytest.fixture
async def store(database):
    store = await Store.open(database, patience=5.0)
    async with store.begin() as rows:
        await rows.people.add(Person(id=YOU, name="You", handle="you"))
    yield store
    await store.close()


@pytest.fixture
def chats(store):
    ids, ticks = itertools.count(1), itertools.count(1_000)
    return Chats(store, new_id=lambda: f"id{next(ids)}", clock=lambda: float(next(ticks)))
