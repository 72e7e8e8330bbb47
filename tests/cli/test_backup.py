"""`tapster backup` as a person types it."""

import json
import re

import pytest

from mounts import small_disk


@pytest.fixture
def backup(call):
    return call("backup", "create", "--note", "first").out.strip()


def test_a_backup_is_made_listed_verified_restored_and_removed(call, backup):
    call("connections", "add", "own", "--source", "custom", "--endpoint", "http://127.0.0.1:9/v1")
    assert backup in call("backup", "list").out
    assert "is sound" in call("backup", "verify", backup).err

    restored = json.loads(call("backup", "restore", backup, "--yes", "--json").out)

    assert restored["name"] == backup
    assert "own" not in call("connections", "list").out
    assert call("backup", "remove", backup).code == 0
    names = [each["name"] for each in json.loads(call("backup", "list", "--json").out)]
    assert names == [restored["before"]]


def test_a_restore_asks_first(call, backup):
    assert call("backup", "restore", backup, stdin=b"n\n").code == 1
    assert call("backup", "restore", backup).code == 2
    assert call("backup", "restore", backup, stdin=b"yes\n").code == 0


def test_a_backup_that_is_not_there_is_said_before_anybody_is_asked(call):
    ran = call("backup", "restore", "20260101-000000-manual", stdin=b"yes\n")

    assert ran.code == 2
    assert "There is no backup" in ran.complaint


def test_what_a_restore_leaves_as_it_is_is_told(call, backup):
    verified = call("backup", "verify", backup).err
    restored = call("backup", "restore", backup, "--yes").err

    rows = [int(re.search(r": (\d+) rows?", words)[1]) for words in (verified, restored)]
    assert "People (1 in the backup) stay as they are." in restored
    assert rows[0] == rows[1] + 1


def test_a_disk_without_room_is_told_in_numbers_that_add_up(program, tmp_path):
    with small_disk(tmp_path / "disk", size="4m") as disk:
        told = program.run("--data-dir", disk, "backup", "create").complaint

    free, wanted, size, spare = map(float, re.findall(r"([\d.]+) MB", told))
    assert free < wanted == pytest.approx(size + spare, abs=0.11)


def test_copies_are_brought_back_without_asking(call, backup):
    ran = call("backup", "restore", backup, "--as-copies")

    assert ran.code == 0
    assert "0 chats" in ran.err


def test_nothing_there_is_told(call):
    assert "There is no backup" in call("backup", "list").err


@pytest.mark.parametrize("name", ["../../etc/passwd", "CON", "x" * 4096, "\u202egnp.backup", "a b"])
@pytest.mark.parametrize("verb", ["verify", "restore", "remove"])
def test_other_names_are_refused_in_one_line(call, verb, name):
    ran = call("backup", verb, name, *(["--yes"] if verb == "restore" else []))

    assert ran.code == 2
    assert "not the name of a backup" in ran.complaint


def test_a_damaged_backup_is_told_in_one_line(call, backup, program):
    file = program.home / "data" / "backups" / f"{backup}.backup"
    file.write_bytes(file.read_bytes()[:-100])

    assert "damaged" in call("backup", "verify", backup).complaint
    assert "damaged" in call("backup", "restore", backup, "--yes").complaint
    assert "damaged" in call("backup", "list").out


def test_a_note_is_bounded(call):
    assert "500" in call("backup", "create", "--note", "x" * 501).complaint
