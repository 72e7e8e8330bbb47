"""What must bounce off the vault: stolen folders, failures, forged rows, kills (lines 1, 7–11)."""

import base64
import hashlib
import logging
import os
import random
import shutil
import subprocess
import sys
import traceback
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import event

from tapster.core.connections import Connection
from tapster.core.errors import Tampered, TapsterError, VaultError, VaultLocked
from tapster.core.secrets import Secret
from tapster.store import Store
from tapster.vault import FileMaster, PassphraseMaster, Vault
from tapster.vault.header import decode_header
from tapster.vault.masters import Cost

CANARY = "sk-CANARY-6f1d93c2b7a84e05"
SECOND = "sk-CANARY-0a9b8c7d6e5f4132"
HERE = "https://api.example:443"
CHEAP = Cost(passes=1, memory=64, lanes=1)
DERIVED = (hashlib.sha256, hashlib.sha1, hashlib.md5, hashlib.blake2b)


def traces_of(canary):
    """Every form of the key a careless program leaves: pieces, encodings, hashes."""
    raw = canary.encode()
    yield from (raw[at : at + 8] for at in range(len(raw) - 7))
    yield from (base64.b64encode(raw[at:])[4:20] for at in range(3))
    yield raw.hex().encode()[4:20]
    yield canary.encode("utf-16-le")[:16]
    for derive in DERIVED:
        yield derive(raw).digest()[:8]
        yield derive(raw).hexdigest().encode()[:12]
    yield Secret(canary).fingerprint.encode()


def assert_clean(data, *canaries):
    for canary in canaries:
        for trace in traces_of(canary):
            assert trace not in data


def everything_in(folder):
    return b"\n".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


@pytest.fixture
def master(tmp_path):
    return FileMaster(tmp_path / "config" / "master.key")


@pytest.fixture
async def store(tmp_path):
    store = await Store.open(f"sqlite:///{tmp_path}/data/tapster.db")
    yield store
    await store.close()


@pytest.fixture
async def vault(store, master):
    return await Vault.open(store, master)


# 1: the data folder is copied to another machine


async def test_no_byte_of_a_key_is_in_the_data_folder_at_any_time(vault, store, tmp_path):
    data = tmp_path / "data"

    key = await vault.add("connection:1", HERE, Secret(CANARY))
    assert_clean(everything_in(data), CANARY)
    assert (data / "tapster.db-wal").stat().st_size > 0
    await vault.rotate(key.id, Secret(SECOND))
    assert_clean(everything_in(data), CANARY, SECOND)
    await vault.change_master(PassphraseMaster(Secret("canary words"), cost=CHEAP))
    exported = await vault.export(Secret("canary words"), cost=CHEAP)
    assert_clean(everything_in(data) + exported, CANARY, SECOND, "canary words")
    await vault.remove(key.id)
    assert_clean(everything_in(data), CANARY, SECOND)
    await store.close()

    assert_clean(everything_in(data), CANARY, SECOND, "canary words")


async def test_what_is_removed_or_rotated_leaves_no_ciphertext_behind(vault, store, tmp_path):
    old = []
    for number in range(40):
        key = await vault.add(f"connection:{number}", HERE, Secret(f"{CANARY}{number:04}" * 40))
        async with store.read() as rows:
            old.append((await rows.keys.by_id(key.id)).sealed)
        if number % 2:
            await vault.remove(key.id)
        else:
            await vault.rotate(key.id, Secret(SECOND))

    kept = everything_in(tmp_path / "data")

    for sealed in old:
        assert sealed[21:53] not in kept
        assert sealed[-32:] not in kept


async def test_a_copied_data_folder_opens_nowhere_else(vault, store, tmp_path):
    key = await vault.add("connection:1", HERE, Secret(CANARY))
    shutil.copytree(tmp_path / "data", tmp_path / "stolen")

    stolen = await Store.open(f"sqlite:///{tmp_path}/stolen/tapster.db")
    try:
        for guess in (
            FileMaster(tmp_path / "elsewhere" / "master.key"),
            PassphraseMaster(Secret(" "), cost=CHEAP),
            PassphraseMaster(Secret("password"), cost=CHEAP),
        ):
            with pytest.raises(VaultLocked):
                await (await Vault.open(stolen, guess)).unseal(key.id, HERE)
    finally:
        await stolen.close()


# 7: raising anywhere with the key in scope


def everything_said(error, caplog):
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    return f"{''.join(told.format())}\n{error!r}\n{error}\n{caplog.text}"


async def add_one(vault, key_id):
    await vault.add("connection:1", HERE, Secret(CANARY))


async def rotate_one(vault, key_id):
    await vault.rotate(key_id, Secret(CANARY))


async def unseal_one(vault, key_id):
    await vault.unseal(key_id, HERE)


async def change_master(vault, key_id):
    await vault.change_master(vault._master)


async def carry(vault, key_id):
    parcel = await vault.export(Secret(SECOND), cost=CHEAP)
    await vault.import_keys(parcel, Secret(SECOND), {"connection:1": "connection:2"})


async def open_with_a_broken_master(vault, key_id):
    class Broken(PassphraseMaster):
        def read(self, lock):
            raise RuntimeError("broken")

    await vault.change_master(Broken(Secret(SECOND)))


OPERATIONS = (
    add_one,
    rotate_one,
    unseal_one,
    change_master,
    carry,
    open_with_a_broken_master,
)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
async def test_no_failure_at_any_point_tells_the_key(store, master, operation, caplog):
    caplog.set_level(logging.DEBUG)
    key = await (await Vault.open(store, master)).add("connection:1", HERE, Secret(CANARY))
    failures, statement_count, fail_at = 0, 0, 0

    def count(*_):
        nonlocal statement_count
        statement_count += 1
        if statement_count == fail_at:
            raise RuntimeError("the disk caught fire")

    event.listen(store._engine, "before_cursor_execute", count)
    for point in range(1, 31):
        vault = await Vault.open(store, master)
        statement_count, fail_at = 0, point
        try:
            await operation(vault, key.id)
        except Exception as error:  # noqa: BLE001  # whatever comes out is looked at
            failures += 1
            assert_clean(everything_said(error, caplog).encode(), CANARY, SECOND)
    fail_at = 0

    assert failures >= 3
    later = await Vault.open(store, master)
    for kept in await later.keys():
        assert (await later.unseal(kept.id, HERE)).reveal() == CANARY


async def test_nothing_that_holds_a_key_shows_it(vault, store, tmp_path):
    key = await vault.add("connection:1", HERE, Secret(CANARY))
    secret = await vault.unseal(key.id, HERE)

    shown = [repr(secret), str(secret), f"{secret}", repr(key), repr(vault), repr(vars(vault))]
    shown += [repr(vault._data), repr(PassphraseMaster(secret)), repr(vars(vault._shelf))]

    assert_clean("\n".join(shown).encode(), CANARY)
    with pytest.raises(TypeError):
        msgspec.json.encode(secret)


# 8, the vault's part: guessing costs, and nothing opens


async def test_a_wrong_passphrase_is_tried_once_and_then_refused_at_once(store):
    class Counting(PassphraseMaster):
        tries = 0

        def read(self, lock):
            self.tries += 1
            return super().read(lock)

    right = PassphraseMaster(Secret("right"), cost=CHEAP)
    key = await (await Vault.open(store, right)).add("connection:1", HERE, Secret(CANARY))
    wrong = Counting(Secret("wrong"), cost=CHEAP)
    vault = await Vault.open(store, wrong)
    answers = set()

    for _ in range(200):
        with pytest.raises(VaultLocked) as refused:
            await vault.unseal(key.id, HERE)
        answers.add(refused.value.message)

    assert wrong.tries == 1
    assert len(answers) == 1


# 9: forged and damaged rows


async def forge(store, good, **changes):
    async with store.begin() as rows:
        await rows.keys.replace(msgspec.structs.replace(good, **changes))


async def sealed_of(store, key):
    async with store.read() as rows:
        return await rows.keys.by_id(key.id)


async def test_every_flipped_byte_of_a_sealed_key_is_found_and_its_row_named(vault, store):
    key = await vault.add("connection:1", HERE, Secret(CANARY))
    good = await sealed_of(store, key)

    for at in range(len(good.sealed)):
        bad = bytearray(good.sealed)
        bad[at] ^= 1 << at % 8
        await forge(store, good, sealed=bytes(bad))
        with pytest.raises(Tampered, match=key.id) as refused:
            await vault.unseal(key.id, HERE)
        assert_clean(str(refused.value).encode(), CANARY)
    for length in (0, 1, 9, 21, len(good.sealed) - 1):
        await forge(store, good, sealed=good.sealed[:length])
        with pytest.raises(Tampered, match=key.id):
            await vault.unseal(key.id, HERE)


async def test_sealed_bytes_do_not_open_in_another_row(vault, store):
    one = await vault.add("connection:1", HERE, Secret(CANARY))
    two = await vault.add("connection:1", HERE, Secret(SECOND))
    first, second = await sealed_of(store, one), await sealed_of(store, two)

    await forge(store, first, sealed=second.sealed)
    await forge(store, second, sealed=first.sealed)

    for key in (one, two):
        with pytest.raises(Tampered, match=key.id):
            await vault.unseal(key.id, HERE)


@pytest.mark.parametrize(
    ("column", "value"), [("origin", "https://evil.example:443"), ("owner", "connection:evil")]
)
async def test_a_row_given_another_owner_or_origin_does_not_open(vault, store, column, value):
    key = await vault.add("connection:1", HERE, Secret(CANARY))
    good = await sealed_of(store, key)
    forged = msgspec.structs.replace(good.key, **{column: value})

    await forge(store, good, key=forged)

    with pytest.raises(Tampered, match=key.id):
        await vault.unseal(key.id, forged.origin)


def says_the_same(row, good):
    """Whether only unused bits differ: the last sign of a base64 text has some."""
    try:
        return decode_header(row) == decode_header(good)
    except VaultError:
        return False


async def test_a_changed_vault_row_opens_nothing(store, master):
    key = await (await Vault.open(store, master)).add("connection:1", HERE, Secret(CANARY))
    async with store.read() as rows:
        good = await rows.vault.get()
    harmless = 0

    for at in range(len(good)):
        bad = bytearray(good)
        bad[at] ^= 0x01
        with pytest.raises(Tampered):
            decode_header(bytes(bad))
        forged = hashlib.sha256(bad[16:]).digest()[:16] + bytes(bad[16:])
        if says_the_same(forged, good):
            harmless += 1
            continue
        async with store.begin() as rows:
            await rows.vault.put(forged)
        with pytest.raises(VaultError):
            await (await Vault.open(store, master)).unseal(key.id, HERE)

    assert harmless < 24


async def test_a_damaged_database_file_never_gives_a_wrong_key(vault, store, master, tmp_path):
    kept = {}
    for number in range(5):
        secret = f"{CANARY}{number}"
        key = await vault.add(f"connection:{number}", HERE, Secret(secret))
        kept[key.id] = secret
    await store.close()
    good = (tmp_path / "data" / "tapster.db").read_bytes()
    used = [at for at, byte in enumerate(good) if byte]
    choice = random.Random(9)  # noqa: S311  # the same places every time
    other = tmp_path / "damaged.db"

    for _ in range(60):
        bad = bytearray(good)
        bad[choice.choice(used)] ^= 1 << choice.randrange(8)
        other.write_bytes(bad)
        for beside in tmp_path.glob("damaged.db-*"):
            beside.unlink()
        await try_to_open(other, master, kept)


async def try_to_open(file, master, kept):
    try:
        store = await Store.open(f"sqlite:///{file}", patience=0.1)
    except TapsterError:
        return
    try:
        vault = await Vault.open(store, master)
        for key_id, secret in kept.items():
            try:
                assert (await vault.unseal(key_id, HERE)).reveal() == secret
            except TapsterError as error:
                assert_clean(error.message.encode(), secret)  # either is right
    finally:
        await store.close()


# 10: killed while the vault gets a new master key

KILLED = """
import asyncio, os, pathlib, random, signal, sys, time
from tapster.core.errors import VaultError
from tapster.core.secrets import Secret
from tapster.store import Store
from tapster.vault import FileMaster, PassphraseMaster, Vault
from tapster.vault.header import decode_header
from tapster.vault.masters import Cost

folder = pathlib.Path(sys.argv[1])
URL = f"sqlite:///{folder}/data/tapster.db"
HERE = "https://api.example:443"
MASTERS = {
    "file": FileMaster(folder / "config" / "master.key"),
    "passphrase": PassphraseMaster(Secret("words"), cost=Cost(passes=1, memory=64, lanes=1)),
}

async def state():
    store = await Store.open(URL)
    async with store.read() as rows:
        header = decode_header(await rows.vault.get())
    return store, header

async def fill():
    store = await Store.open(URL)
    vault = await Vault.open(store, MASTERS["file"])
    for number in range(8):
        await vault.add(f"connection:{number}", HERE, Secret(f"sk-{number:032}"))
    await store.close()

async def change(ready):
    store, header = await state()
    vault = await Vault.open(store, MASTERS[header.lock.kind])
    os.write(ready, b"r")
    for kind in ("file", "passphrase", "file", "file", "passphrase") * 1000:
        await vault.change_master(MASTERS[kind])
        os.write(ready, b"c")

async def check():
    store, header = await state()
    vault = await Vault.open(store, MASTERS[header.lock.kind])
    keys = await vault.keys()
    secrets = [(await vault.unseal(key.id, HERE)).reveal() for key in keys]
    assert secrets == [f"sk-{number:032}" for number in range(8)], secrets
    other = await Vault.open(store, MASTERS[{"file": "passphrase"}.get(header.lock.kind, "file")])
    try:
        await other.unseal(keys[0].id, HERE)
    except VaultError:
        pass
    else:
        raise AssertionError("both masters open the vault")
    await store.close()
    return header.lock.kind, header.data.hex()

asyncio.run(fill())
moments = random.Random(10)
longest = 0.0
for _ in range(int(sys.argv[2])):
    ready, tell = os.pipe()
    child = os.fork()
    if not child:
        asyncio.run(change(tell))
        os._exit(0)
    os.read(ready, 1)
    if not longest:
        began = time.monotonic()
        os.read(ready, 1)
        # Some changes long, however fast this machine is just now.
        longest = max(0.08, 4 * (time.monotonic() - began))
    time.sleep(moments.random() * longest)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(ready), os.close(tell)
    print(*asyncio.run(check()), flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the killed process is forked")
def test_a_kill_while_the_master_changes_leaves_the_old_or_the_new_one(tmp_path):
    kills = 40

    ran = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", KILLED, str(tmp_path), str(kills)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert ran.returncode == 0, ran.stderr
    states = [line.split() for line in ran.stdout.splitlines()]
    assert len(states) == kills
    assert {kind for kind, _ in states} == {"file", "passphrase"}
    assert len({data for _, data in states}) > kills // 5
    lines = (tmp_path / "config" / "master.key").read_text().splitlines()
    assert len(lines) < kills


# 11, the vault's part: nothing of a key where other processes can look

LOOKED_AT = """
import asyncio, pathlib, sys
from tapster.store import Store
from tapster.vault import PassphraseMaster, Vault, accept_key
from tapster.vault.masters import Cost

async def main():
    passphrase, text = sys.stdin.read().splitlines()
    store = await Store.open(f"sqlite:///{sys.argv[1]}/data/tapster.db")
    master = PassphraseMaster(accept_key(passphrase), cost=Cost(passes=1, memory=64, lanes=1))
    vault = await Vault.open(store, master)
    key = await vault.add("connection:1", "https://a:443", accept_key(text))
    secret = await vault.unseal(key.id, "https://a:443")
    for file in ("cmdline", "environ", "comm"):
        sys.stdout.buffer.write(pathlib.Path("/proc/self", file).read_bytes())
    await store.close()
    assert secret.reveal() == text

asyncio.run(main())
"""


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no /proc here")
def test_the_process_list_shows_no_key(tmp_path):
    ran = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", LOOKED_AT, str(tmp_path)],
        input=f"{SECOND}\n{CANARY}\n".encode(),
        capture_output=True,
        check=True,
    )

    assert str(tmp_path).encode() in ran.stdout
    assert_clean(ran.stdout + ran.stderr, CANARY, SECOND)


async def test_a_connection_row_carries_no_key(vault, store, tmp_path):
    async with store.begin() as rows:
        await rows.connections.add(Connection(id="1", name="A", slug="a", source="some"))
        await vault.add("connection:1", HERE, Secret(CANARY))
        shown = msgspec.json.encode(await rows.connections.all())

    assert_clean(shown, CANARY)
