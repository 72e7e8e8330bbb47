import itertools

import pytest

from databases import KINDS, database_of
from tapster.chats import Chats
from tapster.store import Store


@pytest.fixture(params=KINDS)
def database(request, tmp_path):
    with database_of(request.param, tmp_path) as url:
        yield url


@pytest.fixture
async def store(database):
    store = await Store.open(database, patience=5.0)
    yield store
    await store.close()


@pytest.fixture
def chats(store):
    ids, ticks = itertools.count(1), itertools.count(1_000)
    return Chats(store, new_id=lambda: f"id{next(ids)}", clock=lambda: float(next(ticks)))
