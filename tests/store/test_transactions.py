import asyncio
import sys

import pytest

from tapster.core.connections import Proxy
from tapster.core.errors import Conflict, StoreError
from tapster.store import Store


class Oops(Exception):
    pass


def proxy(name):
    return Proxy(id=name, name=name, url="https://proxy.example")


async def names(store):
    async with store.read() as rows:
        return [proxy.name for proxy in await rows.proxies.all()]


async def test_a_transaction_that_raises_keeps_nothing(store):
    with pytest.raises(Oops):
        async with store.begin() as rows:
            await rows.proxies.add(proxy("a"))
            raise Oops

    assert await names(store) == []


async def test_a_cancelled_transaction_keeps_nothing_and_blocks_nobody(store):
    added = asyncio.Event()

    async def linger():
        async with store.begin() as rows:
            await rows.proxies.add(proxy("a"))
            added.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(linger())
    await added.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with store.begin() as rows:
        await rows.proxies.add(proxy("b"))
    assert await names(store) == ["b"]


async def test_a_transaction_cancelled_at_any_moment_is_whole_or_nothing(store):
    async def add_two(number):
        async with store.begin() as rows:
            await rows.proxies.add(proxy(f"{number}a"))
            await rows.proxies.add(proxy(f"{number}b"))

    for number in range(25):
        task = asyncio.create_task(add_two(number))
        await asyncio.sleep(number / 4000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    kept = await names(store)
    assert len(kept) % 2 == 0
    assert {name[:-1] for name in kept if name.endswith("a")} == {
        name[:-1] for name in kept if name.endswith("b")
    }


async def test_nobody_sees_a_transaction_before_it_ends(store):
    async def look():
        return await names(store)

    async with store.begin() as rows:
        await rows.proxies.add(proxy("a"))
        during = await asyncio.create_task(look())

    assert during == []
    assert await names(store) == ["a"]


async def test_a_begin_inside_a_begin_joins_it(store):
    with pytest.raises(Oops):
        async with store.begin() as outer:
            await outer.proxies.add(proxy("a"))
            async with store.begin() as inner:
                await inner.proxies.add(proxy("b"))
            async with store.read() as reader:
                assert len(await reader.proxies.all()) == 2
            assert store.in_transaction
            raise Oops

    assert not store.in_transaction
    assert await names(store) == []


async def test_an_inner_begin_that_raises_is_undone_alone(store):
    async with store.begin() as outer:
        await outer.proxies.add(proxy("a"))
        with pytest.raises(Conflict):
            async with store.begin() as inner:
                await inner.proxies.add(proxy("b"))
                await inner.proxies.add(proxy("a"))

    assert await names(store) == ["a"]


async def test_many_tasks_write_at_once_and_none_is_lost(store):
    async def add(number):
        async with store.begin() as rows:
            count = len(await rows.proxies.all())
            await rows.proxies.add(proxy(f"{number:02}-{count}"))

    await asyncio.gather(*(add(number) for number in range(20)))

    assert len(await names(store)) == 20


async def test_the_stamp_grows_with_changes_and_only_with_them(store):
    before = await store.version_stamp()
    async with store.begin() as rows:
        await rows.proxies.all()
        await rows.keys.mark_worked("none", 1.0)
        await rows.tokens.mark_used("none", 1.0)
    assert await store.version_stamp() == before

    async with store.begin() as rows:
        await rows.proxies.add(proxy("a"))
        await rows.proxies.add(proxy("b"))

    assert await store.version_stamp() == before + 1


CHANGE = """
import asyncio, sys
from tapster.core.connections import Proxy
from tapster.store import Store

async def main():
    store = await Store.open(sys.argv[1])
    async with store.begin() as rows:
        await rows.proxies.add(Proxy(id="x", name="x", url="https://x"))
    await store.close()

asyncio.run(main())
"""


async def test_another_process_sees_that_something_changed(store, database):
    before = await store.version_stamp()

    process = await asyncio.create_subprocess_exec(sys.executable, "-c", CHANGE, database)
    assert await process.wait() == 0

    assert await store.version_stamp() > before
    assert await names(store) == ["x"]


async def test_two_stores_on_one_database_take_turns(store, database):
    other = await Store.open(database)

    async def add(where, number):
        async with where.begin() as rows:
            await rows.proxies.all()
            await rows.proxies.add(proxy(str(number)))

    try:
        await asyncio.gather(
            *(
                add(where, f"{index}{number}")
                for index, where in enumerate((store, other))
                for number in range(8)
            )
        )
    finally:
        await other.close()

    assert len(await names(store)) == 16


async def test_a_lock_that_is_not_let_go_is_an_error_with_a_way_out(store, database):
    impatient = await Store.open(database, patience=0.2)

    try:
        async with store.begin() as rows:
            await rows.vault.put(b"held")
            with pytest.raises(StoreError, match="in use by another program"):
                async with impatient.begin() as others:
                    await others.vault.put(b"waits")
    finally:
        await impatient.close()
