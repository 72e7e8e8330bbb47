import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import event

from tapster.core.errors import KeyDetached, NotFound, VaultError, VaultLocked
from tapster.core.secrets import Secret
from tapster.store import Store

HERE = "https://api.example:443"
THERE = "https://elsewhere.example:443"
FIRST = Secret("sk-first-key-000001")
SECOND = Secret("sk-second-key-000002")


async def test_a_key_comes_back_for_its_origin(vault):
    key = await vault.add("connection:1", HERE, FIRST, "work")

    assert (key.id, key.owner, key.origin, key.label) == ("key-1", "connection:1", HERE, "work")
    assert (key.last4, key.added_at, key.last_worked_at) == ("0001", 1_000.0, None)
    assert await vault.unseal(key.id, HERE) == FIRST
    assert await vault.keys() == await vault.keys("connection:1") == (key,)
    assert await vault.keys("connection:2") == ()


async def test_another_vault_on_the_same_store_opens_it(vault, open_vault):
    key = await vault.add("connection:1", HERE, FIRST)

    later = await open_vault()

    assert await later.unseal(key.id, HERE) == FIRST
    assert await later.keys() == (key,)


async def test_a_key_is_never_given_for_another_origin(vault):
    key = await vault.add("connection:1", HERE, FIRST)

    for origin in (THERE, "http://api.example:443", "https://api.example:8443", ""):
        with pytest.raises(KeyDetached, match="sent nowhere else"):
            await vault.unseal(key.id, origin)


async def test_moving_an_owner_detaches_its_keys_for_good(vault):
    stays = await vault.add("connection:2", HERE, SECOND)
    key = await vault.add("connection:1", HERE, FIRST)

    moved = await vault.move("connection:1", THERE)

    assert [(one.id, one.state, one.origin) for one in moved] == [(key.id, "detached", HERE)]
    for origin in (HERE, THERE):
        with pytest.raises(KeyDetached):
            await vault.unseal(key.id, origin)
    assert [one.state for one in await vault.move("connection:1", HERE)] == ["detached"]
    with pytest.raises(KeyDetached):
        await vault.unseal(key.id, HERE)
    with pytest.raises(KeyDetached):
        await vault.rotate(key.id, SECOND)
    assert await vault.unseal(stays.id, HERE) == SECOND


async def test_moving_to_the_same_origin_changes_nothing(vault):
    key = await vault.add("connection:1", HERE, FIRST)

    assert await vault.move("connection:1", HERE) == (key,)
    assert await vault.unseal(key.id, HERE) == FIRST


async def test_rotating_puts_a_new_secret_in_the_old_ones_place(vault, clock):
    key = await vault.add("connection:1", HERE, FIRST, "work")
    await vault.mark_worked(key.id)
    clock.now = 2_000.0

    newer = await vault.rotate(key.id, SECOND)

    assert (newer.id, newer.owner, newer.origin, newer.label) == (
        key.id,
        key.owner,
        key.origin,
        "work",
    )
    assert (newer.last4, newer.added_at, newer.last_worked_at) == ("0002", 2_000.0, None)
    assert newer.fingerprint != key.fingerprint
    assert await vault.unseal(key.id, HERE) == SECOND


async def test_a_removed_key_is_gone(vault):
    one = await vault.add("connection:1", HERE, FIRST)
    two = await vault.add("connection:1", HERE, SECOND)
    other = await vault.add("proxy:1", HERE, SECOND)

    await vault.remove(one.id)
    with pytest.raises(NotFound):
        await vault.unseal(one.id, HERE)
    with pytest.raises(NotFound):
        await vault.remove(one.id)
    with pytest.raises(NotFound):
        await vault.rotate(one.id, SECOND)

    assert await vault.remove_of("connection:1") == 1
    assert await vault.keys() == (other,)
    assert two not in await vault.keys()


async def test_equal_keys_share_a_fingerprint_and_others_do_not(vault):
    one = await vault.add("connection:1", HERE, FIRST)
    same = await vault.add("connection:2", THERE, FIRST)
    other = await vault.add("connection:1", HERE, SECOND)

    assert one.fingerprint == same.fingerprint != other.fingerprint
    assert len(one.fingerprint) == 12


async def test_that_a_key_works_is_noted_once_a_minute(vault, open_vault, clock):
    key = await vault.add("connection:1", HERE, FIRST)

    seen = []
    for now in (1_010.0, 1_050.0, 1_069.0, 1_071.0):
        clock.now = now
        await vault.mark_worked(key.id)
        seen.append((await vault.keys())[0].last_worked_at)
    await vault.mark_worked("no such key")

    assert seen == [1_010.0, 1_010.0, 1_010.0, 1_071.0]
    assert (await (await open_vault()).keys())[0].last_worked_at == 1_071.0


async def test_a_key_added_in_a_transaction_that_fails_is_not_kept(vault, store):
    with pytest.raises(ZeroDivisionError):
        async with store.begin():
            key = await vault.add("connection:1", HERE, FIRST)
            assert await vault.keys() == (key,)
            assert await vault.unseal(key.id, HERE) == FIRST
            raise ZeroDivisionError

    assert await vault.keys() == ()
    kept = await vault.add("connection:1", HERE, SECOND)
    assert await vault.unseal(kept.id, HERE) == SECOND


async def test_what_another_process_changed_is_seen_within_the_time_given(open_vault, database):
    elsewhere = await Store.open(database)
    try:
        ours = await open_vault(fresh_for=0.0)
        theirs = await open_vault(where=elsewhere)
        key = await theirs.add("connection:1", HERE, FIRST)
        assert await ours.unseal(key.id, HERE) == FIRST

        await theirs.move("connection:1", THERE)
        with pytest.raises(KeyDetached):
            await ours.unseal(key.id, HERE)

        await theirs.remove(key.id)
        with pytest.raises(NotFound):
            await ours.unseal(key.id, HERE)
    finally:
        await elsewhere.close()


async def test_two_vaults_may_make_the_first_key_at_once(open_vault, database):
    elsewhere = await Store.open(database)
    try:
        ours, theirs = await open_vault(), await open_vault(where=elsewhere)
        one, two = await asyncio.gather(
            ours.add("connection:1", HERE, FIRST), theirs.add("connection:2", HERE, SECOND)
        )
        later = await open_vault()

        assert await later.unseal(one.id, HERE) == FIRST
        assert await later.unseal(two.id, HERE) == SECOND
    finally:
        await elsewhere.close()


async def test_a_changed_master_opens_the_same_keys(vault, open_vault, passphrase):
    key = await vault.add("connection:1", HERE, FIRST)

    await vault.change_master(passphrase())

    assert await vault.unseal(key.id, HERE) == FIRST
    assert await vault.keys() == (key,)
    assert (await vault.add("connection:2", HERE, FIRST)).fingerprint == key.fingerprint
    assert await (await open_vault(passphrase())).unseal(key.id, HERE) == FIRST
    with pytest.raises(VaultLocked, match="set TAPSTER_VAULT_PASSPHRASE"):
        await (await open_vault()).unseal(key.id, HERE)


async def test_a_process_that_runs_on_meets_the_new_master_honestly(
    open_vault, database, passphrase
):
    elsewhere = await Store.open(database)
    try:
        ours = await open_vault(fresh_for=0.0)
        theirs = await open_vault(where=elsewhere)
        key = await theirs.add("connection:1", HERE, FIRST)
        assert await ours.unseal(key.id, HERE) == FIRST

        await theirs.change_master(theirs._master)
        assert await ours.unseal(key.id, HERE) == FIRST
        assert (await ours.add("connection:1", HERE, SECOND)).last4 == "0002"

        await theirs.change_master(passphrase())
        with pytest.raises(VaultLocked):
            await ours.unseal(key.id, HERE)
        with pytest.raises(VaultLocked):
            await ours.add("connection:1", HERE, SECOND)
    finally:
        await elsewhere.close()


async def test_the_old_master_is_forgotten_once_the_new_one_is_kept(
    vault, open_vault, tmp_path, passphrase
):
    file = tmp_path / "config" / "master.key"
    key = await vault.add("connection:1", HERE, FIRST)
    first = file.read_text()

    await vault.change_master(vault._master)
    second = file.read_text()
    await vault.change_master(passphrase())
    third = file.read_text()

    assert len(first.splitlines()) == len(second.splitlines()) == 2
    assert first != second
    assert len(third.splitlines()) == 1
    assert await vault.unseal(key.id, HERE) == FIRST


async def test_the_master_of_an_unused_vault_is_changed_without_ado(vault, open_vault, passphrase):
    await vault.change_master(passphrase())
    key = await vault.add("connection:1", HERE, FIRST)

    assert await (await open_vault(passphrase())).unseal(key.id, HERE) == FIRST


async def test_a_master_is_not_changed_inside_a_transaction(vault, store, passphrase):
    async with store.begin():
        with pytest.raises(RuntimeError):
            await vault.change_master(passphrase())


async def test_the_wrong_passphrase_opens_nothing_and_changes_nothing(open_vault, passphrase):
    right = await open_vault(passphrase())
    key = await right.add("connection:1", HERE, FIRST)
    wrong = await open_vault(passphrase("open barley"))

    for attempt in (
        wrong.unseal(key.id, HERE),
        wrong.add("connection:1", HERE, SECOND),
        wrong.rotate(key.id, SECOND),
        wrong.export(Secret("words")),
        wrong.change_master(passphrase()),
    ):
        with pytest.raises(VaultLocked, match="does not open the keys"):
            await attempt

    assert await right.keys() == await wrong.keys() == (key,)
    assert await right.unseal(key.id, HERE) == FIRST


async def test_a_vault_nobody_can_open_starts_anew_once_it_is_empty(open_vault, passphrase):
    lost = await open_vault(passphrase())
    key = await lost.add("connection:1", HERE, FIRST)
    vault = await open_vault()
    with pytest.raises(VaultLocked):
        await vault.add("connection:1", HERE, SECOND)

    await vault.remove(key.id)
    fresh = await vault.add("connection:1", HERE, SECOND)

    assert await vault.unseal(fresh.id, HERE) == SECOND


async def test_a_missing_master_file_is_named(vault, open_vault, tmp_path):
    key = await vault.add("connection:1", HERE, FIRST)
    (tmp_path / "config" / "master.key").unlink()

    with pytest.raises(VaultLocked, match=r"master\.key does not hold the master key"):
        await (await open_vault()).unseal(key.id, HERE)


async def test_unsealing_again_asks_nothing_of_the_database(vault, store):
    key = await vault.add("connection:1", HERE, FIRST)
    await vault.unseal(key.id, HERE)
    statements = []
    event.listen(store._engine, "before_cursor_execute", lambda *told: statements.append(told[2]))

    for _ in range(50):
        assert await vault.unseal(key.id, HERE) == FIRST
        assert await vault.keys("connection:1") == (key,)

    assert statements == []


async def test_opening_a_vault_asks_nothing_of_its_master(store):
    from tapster.vault import Vault

    vault = await Vault.open(store, object())

    assert await vault.keys() == ()


def test_an_empty_passphrase_is_no_passphrase(passphrase):
    with pytest.raises(VaultError, match="empty"):
        passphrase("")


async def test_a_success_noted_while_the_keys_are_read_again_is_not_forgotten(vault, store):
    key = await vault.add("connection:1", "https://api.example:443", Secret("sk-0123456789"))
    await vault.keys()
    read = store.read

    @asynccontextmanager
    async def slow_read():
        async with read() as rows:
            yield rows
            # The rows are read; before they are kept, another task notes a success.
            vault._shelf.note_worked(key.id, 5e9)

    store.read = slow_read
    vault._shelf._stamp = -1
    vault._shelf._checked = float("-inf")

    found = await vault.keys()

    assert found[0].last_worked_at == 5e9
