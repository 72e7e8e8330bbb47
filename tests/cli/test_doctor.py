"""`tapster doctor` on Redis and PostgreSQL."""

import json
import socket

import pytest

from mounts import make_read_only, small_disk


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def finding(ran, part):
    return next(each for each in json.loads(ran.out) if part in each["part"])


def test_a_redis_that_does_not_answer_is_named_without_its_password(call):
    url = f"redis://user:hunter2@127.0.0.1:{free_port()}/0"

    ran = call("doctor", "--json", TAPSTER_REDIS_URL=url)

    assert ran.code == 1
    assert "Redis does not answer at 127.0.0.1" in finding(ran, "redis")["words"]
    assert "hunter2" not in ran.out + ran.err


def test_a_postgresql_that_does_not_answer_is_named(call):
    url = f"postgresql://user:hunter2@127.0.0.1:{free_port()}/test"

    ran = call("doctor", "--json", TAPSTER_DATABASE_URL=url)

    assert ran.code == 1
    assert "PostgreSQL does not answer" in finding(ran, "database")["words"]
    assert "hunter2" not in ran.out + ran.err


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1", "redis://", "redis://h:x", "redis://h/one", "nonsense"]
)
def test_what_is_no_address_of_redis_is_refused_without_being_repeated(call, address):
    ran = call("doctor", TAPSTER_REDIS_URL=f"{address}#hunter2")

    assert ran.code == 2
    assert "TAPSTER_REDIS_URL" in ran.complaint
    assert "hunter2" not in ran.err


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", "rediss://:p@h", "unix:///run/redis"])
def test_addresses_of_redis_are_taken(call, address):
    assert call("backup", "list", TAPSTER_REDIS_URL=address).code == 0


def test_a_disk_that_is_read_only_is_told(program, tmp_path):
    with small_disk(tmp_path / "disk", size="4m") as disk:
        words = ("--data-dir", disk)
        program.run(*words, "chats", "list")
        make_read_only(disk, read_only=True)
        listed = program.run(*words, "chats", "list")
        examined = program.run(*words, "doctor")

    assert "read-only" in listed.complaint
    assert f"✗ data folder: {disk} is read-only" in examined.out


def test_a_data_folder_that_is_a_file_is_told(program, tmp_path):
    file = tmp_path / "file"
    file.touch()

    assert "is a file, not a folder" in program.run("--data-dir", file, "chats", "list").complaint
    assert f"✗ data folder: {file} is a file" in program.run("--data-dir", file, "doctor").out
