import pytest

from databases import KINDS, database_of
from tapster.store import Store


@pytest.fixture(params=KINDS)
def database(request, tmp_path):
    with database_of(request.param, tmp_path) as url:
        yield url


@pytest.fixture
async def store(database):
    store = await Store.open(database, patience=1.0)
    yield store
    await store.close()
