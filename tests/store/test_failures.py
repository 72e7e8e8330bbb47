import os
import socket
import stat
import subprocess
import sys

import pytest

from tapster.core.connections import Proxy
from tapster.core.errors import InvalidInput, StoreError
from tapster.store import Store
from tapster.store.addresses import read_address, shown


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:////a/b.db", "sqlite+aiosqlite:////a/b.db"),
        ("sqlite+aiosqlite:///b.db", "sqlite+aiosqlite:///b.db"),
        ("postgres://h/d", "postgresql+psycopg://h/d"),
        ("postgresql://u:p@h:5/d", "postgresql+psycopg://u:p@h:5/d"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
    ],
)
def test_addresses_get_the_driver_we_use(given, used):
    assert read_address(given).render_as_string(hide_password=False) == used


@pytest.mark.parametrize(
    "given", ["", "nonsense", "mysql://u:hunter2@h/d", "sqlite://", "sqlite:///:memory:", "a://["]
)
def test_other_addresses_are_refused_without_being_repeated(given):
    with pytest.raises(InvalidInput) as refused:
        read_address(given)

    assert refused.value.field == "database_url"
    assert "hunter2" not in refused.value.message


def test_a_password_is_not_shown():
    assert "hunter2" not in shown(read_address("postgresql://u:hunter2@h/d?password=hunter2"))


async def test_a_file_that_is_no_database_is_named(tmp_path):
    file = tmp_path / "tapster.db"
    file.write_bytes(b"# not a database\n" * 500)

    with pytest.raises(StoreError, match="is not a Tapster database") as refused:
        await Store.open(f"sqlite:///{file}")

    assert str(file) in refused.value.message
    assert file.read_bytes() == b"# not a database\n" * 500


async def test_a_damaged_database_says_so(tmp_path):
    file = tmp_path / "tapster.db"
    store = await Store.open(f"sqlite:///{file}")
    await store.close()
    damaged = bytearray(file.read_bytes())
    damaged[100:4096] = b"\xff" * 3996
    file.write_bytes(damaged)

    with pytest.raises(StoreError, match=r"damaged|not a Tapster database"):
        await Store.open(f"sqlite:///{file}")


async def test_a_read_only_database_says_so(tmp_path):
    file = tmp_path / "tapster.db"
    store = await Store.open(f"sqlite:///{file}")
    await store.close()

    store = await Store.open(f"sqlite:///file:{file}?mode=ro&uri=true")
    try:
        with pytest.raises(StoreError, match="read-only"):
            async with store.begin() as rows:
                await rows.vault.put(b"kept")
    finally:
        await store.close()


async def test_a_folder_in_the_place_of_the_file_says_so(tmp_path):
    with pytest.raises(StoreError, match="cannot be opened"):
        await Store.open(f"sqlite:///{tmp_path}")


async def test_a_file_in_the_place_of_the_folder_says_so(tmp_path):
    (tmp_path / "data").write_text("a file")

    with pytest.raises(StoreError, match="cannot be opened"):
        await Store.open(f"sqlite:///{tmp_path}/data/tapster.db")


FILL = """
import asyncio, resource, signal, sys
from tapster.core.connections import Proxy
from tapster.core.errors import StoreError
from tapster.store import Store

async def main():
    store = await Store.open(sys.argv[1])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    try:
        async with store.begin() as rows:
            for number in range(400):
                await rows.proxies.add(Proxy(id=str(number), name=str(number), url="x" * 4000))
    except StoreError as error:
        print(error.message)
    async with store.read() as rows:
        print(len(await rows.proxies.all()))
    await store.close()

asyncio.run(main())
"""


@pytest.mark.skipif(os.name != "posix", reason="a full disk is played by a file size limit")
def test_a_full_disk_keeps_nothing_of_the_transaction(tmp_path):
    url = f"sqlite:///{tmp_path}/tapster.db"

    ran = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", FILL, url], capture_output=True, text=True, check=False
    )

    sentence, count = ran.stdout.splitlines()
    assert "full" in sentence or "disk" in sentence
    assert count == "0"


async def test_a_server_that_is_not_there_is_named_without_its_password():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(StoreError, match="PostgreSQL does not answer") as refused:
        await Store.open(f"postgresql://user:hunter2@127.0.0.1:{port}/test", patience=0.2)

    assert str(port) in refused.value.message
    assert "hunter2" not in refused.value.message


NO_DRIVER = """
import asyncio, sys
sys.modules["psycopg"] = None
from tapster.core.errors import StoreError
from tapster.store import Store

try:
    asyncio.run(Store.open("postgresql://127.0.0.1/test"))
except StoreError as error:
    print(error.message)
"""


def test_a_missing_driver_says_what_to_install():
    ran = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", NO_DRIVER], capture_output=True, text=True, check=True
    )

    assert "tapster[postgres]" in ran.stdout


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
async def test_the_files_are_their_owners_alone(tmp_path):
    file = tmp_path / "data" / "tapster.db"
    store = await Store.open(f"sqlite:///{file}")
    try:
        async with store.begin() as rows:
            await rows.proxies.add(Proxy(id="a", name="a", url="https://a"))

        for path in (file, file.with_name("tapster.db-wal")):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    finally:
        await store.close()


async def test_sqlite_runs_as_we_want_it(tmp_path):
    file = tmp_path / "tapster.db"
    store = await Store.open(f"sqlite:///{file}")
    try:
        async with store.read() as rows:
            transaction = rows.vault._transaction
            from sqlalchemy import text

            found = {
                name: (await transaction.fetch(text(f"PRAGMA {name}")))[0][0]
                for name in (
                    "journal_mode",
                    "synchronous",
                    "foreign_keys",
                    "secure_delete",
                    "busy_timeout",
                )
            }
    finally:
        await store.close()

    assert found == {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 5000,
    }
