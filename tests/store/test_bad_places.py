"""Disks and files that fail: told clearly, nothing half-written, and well again afterwards."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from mounts import make_read_only, small_disk
from tapster.core.connections import Proxy
from tapster.core.errors import StoreError
from tapster.store import Store


def proxy(number, *, size=10):
    return Proxy(id=f"{number}", name=f"{number}", url="x" * size)


async def count(store):
    async with store.read() as rows:
        return len(await rows.proxies.all())


async def test_a_full_disk_is_told_and_all_is_well_once_there_is_room(tmp_path):
    with small_disk(tmp_path / "disk", size="2m") as disk:
        store = await Store.open(f"sqlite:///{disk}/tapster.db")
        try:
            async with store.begin() as rows:
                await rows.proxies.add(proxy("first"))
            filler = disk / "filler"
            fill(filler)

            for _ in range(3):
                with pytest.raises(StoreError, match=r"full|disk"):
                    async with store.begin() as rows:
                        for number in range(300):
                            await rows.proxies.add(proxy(number, size=4000))
                assert await count(store) == 1

            filler.unlink()
            async with store.begin() as rows:
                await rows.proxies.add(proxy("second"))
            assert await count(store) == 2
        finally:
            await store.close()
        assert_sound(disk / "tapster.db")


async def test_a_new_database_on_a_full_disk_is_refused_and_made_later(tmp_path):
    with small_disk(tmp_path / "disk", size="1m") as disk:
        filler = disk / "filler"
        fill(filler)

        with pytest.raises(StoreError, match=r"full|disk"):
            await Store.open(f"sqlite:///{disk}/tapster.db")

        filler.unlink()
        store = await Store.open(f"sqlite:///{disk}/tapster.db")
        assert await count(store) == 0
        await store.close()


async def test_a_disk_that_becomes_read_only_is_told_and_written_again_later(tmp_path):
    with small_disk(tmp_path / "disk", size="4m") as disk:
        store = await Store.open(f"sqlite:///{disk}/tapster.db")
        async with store.begin() as rows:
            await rows.proxies.add(proxy("first"))
        await store.close()
        make_read_only(disk, read_only=True)

        with pytest.raises(StoreError, match="read-only"):
            await Store.open(f"sqlite:///{disk}/tapster.db")

        make_read_only(disk, read_only=False)
        store = await Store.open(f"sqlite:///{disk}/tapster.db")
        async with store.begin() as rows:
            await rows.proxies.add(proxy("second"))
        assert await count(store) == 2
        await store.close()


HOLD = """
import sqlite3, sys
wire = sqlite3.connect(sys.argv[1], isolation_level=None)
wire.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
wire.execute("ROLLBACK")
"""


async def test_a_file_another_program_holds_is_told_and_written_once_it_is_let_go(tmp_path):
    file = tmp_path / "tapster.db"
    store = await Store.open(f"sqlite:///{file}", patience=0.3)
    with subprocess.Popen(  # noqa: ASYNC220, S603  # our own interpreter, a few lines
        [sys.executable, "-c", HOLD, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        try:
            assert other.stdout.readline() == b"held\n"

            with pytest.raises(StoreError, match="in use by another program"):
                async with store.begin() as rows:
                    await rows.proxies.add(proxy("first"))
            assert await count(store) == 0
        finally:
            other.communicate(b"\n")

    async with store.begin() as rows:
        await rows.proxies.add(proxy("first"))
    assert await count(store) == 1
    await store.close()


async def test_a_damaged_page_is_told_where_it_is_read_and_the_rest_still_serves(tmp_path):
    file = tmp_path / "tapster.db"
    store = await Store.open(f"sqlite:///{file}")
    async with store.begin() as rows:
        for number in range(200):
            await rows.proxies.add(proxy(number, size=2000))
    await store.close()
    with closing(sqlite3.connect(file)) as wire:
        root = wire.execute("SELECT rootpage FROM sqlite_master WHERE name = 'proxies'").fetchone()[
            0
        ]
        size = wire.execute("PRAGMA page_size").fetchone()[0]
        wire.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as opened:
        opened.seek((root - 1) * size)
        opened.write(b"\xff" * size)

    store = await Store.open(f"sqlite:///{file}")
    try:
        with pytest.raises(StoreError, match="damaged"):
            await count(store)
        async with store.read() as rows:
            assert await rows.connections.all() == ()
    finally:
        await store.close()


async def test_a_database_from_a_newer_tapster_is_left_as_it_is(tmp_path):
    file = tmp_path / "tapster.db"
    store = await Store.open(f"sqlite:///{file}")
    await store.close()
    with closing(sqlite3.connect(file, isolation_level=None)) as wire:
        wire.execute("UPDATE alembic_version SET version_num = '9999'")
        before = "\n".join(wire.iterdump())

    with pytest.raises(StoreError, match="newer Tapster"):
        await Store.open(f"sqlite:///{file}", before_migration=pytest.fail)

    with closing(sqlite3.connect(file)) as wire:
        assert "\n".join(wire.iterdump()) == before


def fill(file):
    with file.open("wb", buffering=0) as opened:
        try:
            while opened.write(b"x" * 4096):
                pass
        except OSError:
            return


def assert_sound(file):
    with closing(sqlite3.connect(file)) as wire:
        assert wire.execute("PRAGMA integrity_check").fetchone() == ("ok",)
