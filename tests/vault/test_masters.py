import logging
import os
import stat
import subprocess
import sys
import threading
import time

import pytest

from tapster.core.errors import VaultError, VaultLocked
from tapster.core.secrets import Secret
from tapster.vault import FileMaster, KeyringMaster, PassphraseMaster, choose_master
from tapster.vault.choice import KeyringOrFile
from tapster.vault.header import new_lock
from tapster.vault.masters import Cost, stretch
from timed import timed

posix = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")


class Drawer:
    """A keyring in memory, which may fail or hang."""

    def __init__(self, *, fails=False, hangs=None):
        self.entries = {}
        self.fails = fails
        self.hangs = hangs

    def get_password(self, service, username):
        if self.hangs:
            self.hangs.wait()
        if self.fails:
            raise OSError("no bus")
        return self.entries.get((service, username))

    def set_password(self, service, username, password):
        self.entries[service, username] = password

    def delete_password(self, service, username):
        del self.entries[service, username]


@posix
def test_the_master_file_is_its_owners_alone(tmp_path):
    file = tmp_path / "config" / "master.key"
    master = FileMaster(file)
    lock = new_lock(master)

    key = master.create(lock)

    assert len(key) == 32
    assert master.read(lock) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


@posix
def test_a_mode_that_lets_others_in_is_repaired_and_reported(tmp_path, caplog):
    file = tmp_path / "master.key"
    master = FileMaster(file)
    lock = new_lock(master)
    master.create(lock)
    file.chmod(0o644)

    with caplog.at_level(logging.WARNING):
        master.read(lock)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "could be read by other users" in caplog.text


def test_vaults_share_a_master_file_without_harm(tmp_path):
    master = FileMaster(tmp_path / "master.key")
    ours, theirs = new_lock(master), new_lock(master)
    key, other = master.create(ours), master.create(theirs)
    next_lock = new_lock(master, vault=ours.vault)
    newer = master.create(next_lock)
    assert master.read(ours) == key

    master.forget(ours.vault, keep=next_lock.master)

    assert master.read(next_lock) == newer
    assert master.read(theirs) == other
    with pytest.raises(VaultLocked):
        master.read(ours)


def test_many_writers_of_a_master_file_lose_nothing(tmp_path):
    locks = []

    def write():
        master = FileMaster(tmp_path / "master.key")
        for _ in range(5):
            lock = new_lock(master)
            locks.append((lock, master.create(lock)))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    master = FileMaster(tmp_path / "master.key")
    assert [master.read(lock) for lock, _ in locks] == [key for _, key in locks]


def test_a_master_file_that_cannot_be_written_says_what_to_do(tmp_path):
    (tmp_path / "config").write_text("a file, not a folder")
    master = FileMaster(tmp_path / "config" / "master.key")

    with pytest.raises(VaultError, match="TAPSTER_CONFIG_DIR"):
        master.create(new_lock(master))


@pytest.mark.parametrize("text", ["", "nonsense", "a b c", "\x00\xff", "{vault} {master} !!!"])
def test_a_broken_master_file_locks_and_says_so(tmp_path, text):
    master = FileMaster(tmp_path / "master.key")
    lock = new_lock(master)
    (tmp_path / "master.key").write_text(text.format(vault=lock.vault, master=lock.master))

    with pytest.raises(VaultLocked, match="does not hold the master key"):
        master.read(lock)


def test_the_keyring_keeps_one_entry_per_vault():
    drawer = Drawer()
    master = KeyringMaster(drawer)
    lock = new_lock(master)
    key = master.create(lock)
    newer_lock = new_lock(master, vault=lock.vault)
    newer = master.create(newer_lock)

    assert (master.read(lock), master.read(newer_lock)) == (key, newer)
    assert list(drawer.entries) == [("tapster", lock.vault)]
    master.forget(lock.vault, keep=newer_lock.master)
    assert master.read(newer_lock) == newer
    with pytest.raises(VaultLocked, match="does not hold"):
        master.read(lock)
    master.forget(lock.vault, keep="none")
    assert drawer.entries == {}


@timed
def test_a_keyring_that_hangs_is_given_up_on():
    release = threading.Event()
    master = KeyringMaster(Drawer(hangs=release), moment=0.1)

    start = time.perf_counter()
    works = master.works()
    took = time.perf_counter() - start
    release.set()

    assert not works
    assert took < 1.0


def test_a_keyring_that_fails_locks_with_a_way_out():
    drawer = Drawer()
    master = KeyringMaster(drawer)
    lock = new_lock(master)
    master.create(lock)
    drawer.fails = True

    assert not KeyringMaster(drawer).works()
    with pytest.raises(VaultLocked, match="does not answer here"):
        master.read(lock)
    with pytest.raises(VaultError, match="TAPSTER_VAULT_PASSPHRASE"):
        KeyringMaster(drawer).create(lock)


def test_the_keyring_is_used_where_it_works_and_the_file_where_not(tmp_path):
    file = FileMaster(tmp_path / "master.key")
    drawer = Drawer()

    assert KeyringOrFile(KeyringMaster(drawer), file).to_create().kind == "keyring"
    assert KeyringOrFile(KeyringMaster(Drawer(fails=True)), file).to_create() is file


def test_what_the_file_closed_the_file_opens_though_a_keyring_came_along(tmp_path):
    file = FileMaster(tmp_path / "master.key")
    lock = new_lock(file)
    key = file.create(lock)

    master = KeyringOrFile(KeyringMaster(Drawer()), file).to_open("file")

    assert master is not None
    assert master.read(lock) == key


def test_the_passphrase_comes_before_all(tmp_path):
    chosen = choose_master(tmp_path / "c", tmp_path / "d", Secret("words"), keyring_allowed=True)

    assert isinstance(chosen, PassphraseMaster)
    assert chosen.cost == Cost(passes=3, memory=65_536, lanes=4)


def test_without_a_keyring_the_file_lies_in_the_configuration_folder(tmp_path):
    chosen = choose_master(tmp_path / "c", tmp_path / "d", None, keyring_allowed=False)
    assert isinstance(chosen, FileMaster)

    chosen.create(new_lock(chosen))

    assert (tmp_path / "c" / "master.key").is_file()


@pytest.mark.parametrize("config", ["data", "data/config", "data/../data/x", "link"])
def test_a_master_file_inside_the_data_folder_is_refused(tmp_path, config):
    (tmp_path / "data" / "inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "data" / "inner")

    with pytest.raises(VaultError, match="lies inside the data folder"):
        choose_master(tmp_path / config, tmp_path / "data", None, keyring_allowed=True)

    choose_master(tmp_path / config, tmp_path / "data", Secret("words"), keyring_allowed=True)


def test_choosing_touches_nothing_and_imports_neither_keyring_nor_argon2(tmp_path):
    code = (
        "import sys, pathlib; from tapster.vault import choose_master;"
        "choose_master(pathlib.Path(sys.argv[1], 'c'), pathlib.Path(sys.argv[1], 'd'));"
        "print(sorted({'keyring', 'argon2'} & set(sys.modules)))"
    )
    ran = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )

    assert ran.stdout.strip() == "[]"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "cost",
    [Cost(passes=99), Cost(memory=1 << 30), Cost(lanes=99), Cost(passes=0), Cost(memory=0)],
)
def test_costs_are_bounded(cost):
    with pytest.raises(VaultError, match="more work"):
        stretch(Secret("words"), salt=b"0" * 16, cost=cost)


def test_a_passphrase_is_stretched_by_argon2id():
    from argon2.low_level import Type, hash_secret_raw

    expected = hash_secret_raw(b"words", b"0" * 16, 3, 65_536, 4, 32, Type.ID)

    assert stretch(Secret("words"), salt=b"0" * 16, cost=Cost()) == expected
