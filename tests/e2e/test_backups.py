"""The server's own backups."""

import time

import pytest

from running import Home, serving


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def automatic(home):
    return [each["name"] for each in home.listed("backup", "list") if "auto" in each["name"]]


def test_a_server_makes_the_days_backup_once_and_goes_on_meanwhile(home):
    with serving(home):
        ends = time.monotonic() + 30
        while not list((home.data / "backups").glob("*-automatic.backup")):
            assert time.monotonic() < ends, "there is no backup"
            time.sleep(0.05)
        (made,) = automatic(home)
        home.run("backup", "verify", made)

    with serving(home) as server:
        time.sleep(1)
        assert server.stop()[0] == 0

    assert automatic(home) == [made]


def test_it_makes_none_where_it_is_told_not_to(home):
    home.environment["TAPSTER_BACKUPS"] = "off"
    with serving(home) as server:
        time.sleep(1)
        assert server.stop()[0] == 0

    assert automatic(home) == []


def test_a_backup_is_restored_under_a_running_server(home):
    with serving(home):
        name = home.run("backup", "create").strip()
        home.add("own", "custom", "--endpoint", "http://127.0.0.1:9/v1", key=None)
        restored = home.listed("backup", "restore", name, "--yes")

        assert "own" not in home.run("connections", "list")
        home.run("backup", "restore", restored["before"], "--yes")
        assert "own" in home.run("connections", "list")
