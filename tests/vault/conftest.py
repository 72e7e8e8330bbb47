import itertools

import pytest

from databases import KINDS, database_of
from tapster.core.secrets import Secret
from tapster.store import Store
from tapster.vault import FileMaster, PassphraseMaster, Vault
from tapster.vault.masters import Cost

CHEAP = Cost(passes=1, memory=64, lanes=1)


class Clock:
    now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture(params=KINDS)
def database(request, tmp_path):
    with database_of(request.param, tmp_path) as url:
        yield url


@pytest.fixture
async def store(database):
    store = await Store.open(database, patience=2.0)
    yield store
    await store.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def passphrase():
    return lambda words="open sesame": PassphraseMaster(Secret(words), cost=CHEAP)


@pytest.fixture
def master_file(tmp_path):
    return FileMaster(tmp_path / "config" / "master.key")


@pytest.fixture
def open_vault(store, master_file, clock):
    numbers = itertools.count(1)

    async def open_it(master=None, *, where=None, fresh_for=1.0):
        return await Vault.open(
            where or store,
            master or master_file,
            clock=clock,
            new_id=lambda: f"key-{next(numbers)}",
            fresh_for=fresh_for,
        )

    return open_it


@pytest.fixture
async def vault(open_vault):
    return await open_vault()
