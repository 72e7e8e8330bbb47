import json

import pytest

from tapster.core.connections import Connection, Proxy
from tapster.core.errors import InvalidInput, Tampered, VaultError, VaultLocked
from tapster.core.secrets import Secret
from tapster.store import Store
from tapster.vault import FileMaster, Imported
from tapster.vault.masters import Cost

HERE = "https://api.example:443"
KEY = Secret("sk-first-key-000001")
PASSWORD = Secret("proxy password 2")
WORDS = Secret("carry me over")
CHEAP = Cost(passes=1, memory=64, lanes=1)


async def furnish(store, *, prefix):
    async with store.begin() as rows:
        await rows.connections.add(
            Connection(id=f"{prefix}1", name="House", slug="house", source="some")
        )
        await rows.proxies.add(Proxy(id=f"{prefix}2", name="Tunnel", url="https://p.example"))


@pytest.fixture
async def exported(store, vault):
    await furnish(store, prefix="a")
    await vault.add("connection:a1", HERE, KEY, "work")
    await vault.add("proxy:a2", HERE, PASSWORD)
    return await vault.export(WORDS, cost=CHEAP)


@pytest.fixture
async def elsewhere(tmp_path, open_vault):
    store = await Store.open(f"sqlite:///{tmp_path}/elsewhere/tapster.db")
    vault = await open_vault(FileMaster(tmp_path / "other-config" / "master.key"), where=store)
    yield store, vault
    await store.close()


async def test_keys_find_their_owners_by_name_in_another_installation(exported, elsewhere):
    store, vault = elsewhere
    await furnish(store, prefix="b")

    taken = (await vault.import_keys(exported, WORDS)).keys

    assert [(key.owner, key.label, key.origin, key.last4) for key in taken] == [
        ("connection:b1", "work", HERE, "0001"),
        ("proxy:b2", "", HERE, "rd 2"),
    ]
    assert await vault.keys() == taken
    assert await vault.unseal(taken[0].id, HERE) == KEY
    assert await vault.unseal(taken[1].id, HERE) == PASSWORD


async def test_keys_come_back_to_the_owners_they_had(exported, vault):
    await vault.remove_of("connection:a1")

    taken = (await vault.import_keys(exported, WORDS)).keys

    assert [key.owner for key in taken] == ["connection:a1"]
    assert await vault.import_keys(exported, WORDS) == Imported()


@pytest.mark.parametrize("named", ["connection:a1", "connection:House"])
async def test_owners_may_be_chosen_by_id_or_by_name(exported, elsewhere, named):
    _, vault = elsewhere

    owners = {named: "connection:z", "proxy:a2": "proxy:y"}
    imported = await vault.import_keys(exported, WORDS, owners)

    assert [key.owner for key in imported.keys] == ["connection:z", "proxy:y"]


async def test_owners_that_are_not_here_are_named_and_the_others_served(exported, elsewhere):
    _, vault = elsewhere

    with pytest.raises(InvalidInput, match="connection:House, proxy:Tunnel") as refused:
        await vault.import_keys(exported, WORDS)
    kept = await vault.keys()
    imported = await vault.import_keys(exported, WORDS, {"connection:House": "connection:z"})

    assert refused.value.field == "owners"
    assert kept == ()
    assert imported.missing == ("proxy:Tunnel",)
    assert [key.owner for key in await vault.keys()] == ["connection:z"]


async def test_the_password_of_an_outbound_proxy_travels_too(store, vault, elsewhere):
    await furnish(store, prefix="a")
    await vault.add("outbound:a1", HERE, PASSWORD)
    there, other = elsewhere
    await furnish(there, prefix="b")

    imported = await other.import_keys(await vault.export(WORDS, cost=CHEAP), WORDS)

    assert [key.owner for key in imported.keys] == ["outbound:b1"]


async def test_a_detached_key_arrives_detached(store, vault, elsewhere):
    await furnish(store, prefix="a")
    await vault.add("connection:a1", HERE, KEY)
    await vault.move("connection:a1", "https://new.example:443")

    _, there = elsewhere
    imported = await there.import_keys(
        await vault.export(WORDS, cost=CHEAP), WORDS, {"connection:a1": "connection:z"}
    )

    assert [key.state for key in imported.keys] == ["detached"]


async def test_a_wrong_passphrase_is_said_to_be_wrong(exported, vault):
    with pytest.raises(VaultLocked, match="passphrase does not open this file"):
        await vault.import_keys(exported, Secret("carry me under"))


async def test_the_file_is_json_and_holds_no_key_legibly(exported):
    parcel = json.loads(exported)

    assert parcel["tapster_keys"] == 1
    for legible in (b"sk-first", b"proxy password", b"House", b"api.example"):
        assert legible not in exported


async def test_a_file_flipped_anywhere_is_never_taken_for_good(exported, vault):
    keys = await vault.keys()

    for at in range(0, len(exported), 3):
        damaged = bytearray(exported)
        damaged[at] ^= 0x01
        try:
            await vault.import_keys(bytes(damaged), WORDS)
        except (VaultError, InvalidInput) as error:
            assert error.message.endswith(".")  # noqa: PT017  # flipped white space may be harmless

    assert await vault.keys() == keys


async def test_damage_and_other_files_are_told_apart(exported, vault):
    parcel = json.loads(exported)
    parcel["sealed"] = (
        "A" + parcel["sealed"][1:] if parcel["sealed"][0] != "A" else ("B" + parcel["sealed"][1:])
    )

    with pytest.raises(Tampered, match="damaged"):
        await vault.import_keys(json.dumps(parcel).encode(), WORDS)
    for other in (b"", b"{}", b"[1]", b"\xff\xfe", b'{"keys": []}', exported[:-40]):
        with pytest.raises(VaultError, match="not a file of exported keys"):
            await vault.import_keys(other, WORDS)


async def test_a_file_that_asks_for_too_much_work_is_refused(exported, vault):
    import msgspec

    from tapster.vault.exchange import Parcel, _check_of

    parcel = msgspec.json.decode(exported, type=Parcel)
    greedy = msgspec.structs.replace(parcel, cost=Cost(passes=1, memory=1 << 30, lanes=1), check="")
    greedy = msgspec.structs.replace(greedy, check=_check_of(greedy))

    with pytest.raises(VaultError, match="more work"):
        await vault.import_keys(msgspec.json.encode(greedy), WORDS)


async def test_an_empty_vault_travels_too(vault):
    assert await vault.import_keys(await vault.export(WORDS, cost=CHEAP), WORDS) == Imported()


async def test_an_export_wants_a_passphrase(vault):
    with pytest.raises(VaultError, match="empty"):
        await vault.export(Secret(""))
