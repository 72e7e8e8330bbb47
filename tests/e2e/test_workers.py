"""Several workers under one supervisor, on PostgreSQL and Redis."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from databases import database_of
from running import COMMAND, Home, serving

REDIS = "redis://127.0.0.1:6379/0"


@pytest.fixture
def home(tmp_path):
    try:
        socket.create_connection(("127.0.0.1", 6379), 3).close()
    except OSError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("no Redis at 127.0.0.1:6379")
    with database_of("postgresql", tmp_path) as url:
        yield Home(
            tmp_path / "home",
            {
                "TAPSTER_DATABASE_URL": url,
                "TAPSTER_REDIS_URL": REDIS,
                "TAPSTER_WORKERS": "2",
                "TAPSTER_BACKUPS": "off",
            },
        )


def fetch(url, token=None):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    asked = urllib.request.Request(url, headers=headers)  # noqa: S310  # our own server
    with urllib.request.urlopen(asked, timeout=10) as reply:  # noqa: S310  # our own server
        return reply.read().decode()


def children_of(pid):
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(each) for each in found}


def until(holds, *, within=30.0):
    ends = time.monotonic() + within
    while not holds():
        assert time.monotonic() < ends, "it did not come to be"
        time.sleep(0.05)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"]
)
def test_workers_answer_behind_one_address_and_end_together(home, how, code):
    with serving(home) as server:
        workers = children_of(server.pid)
        assert fetch(server.url + "/health/ready") == '{"status":"ready"}'

        left, _ = server.stop(how)

    assert left == code
    assert len(workers) == 2
    assert not any(map(is_alive, workers))
    assert server.said.count("Tapster serves") == 1
    assert "Traceback" not in server.said


def test_a_worker_that_is_killed_is_started_again_while_the_other_answers(home):
    with serving(home) as server:
        before = children_of(server.pid)
        gone = min(before)
        os.kill(gone, signal.SIGKILL)

        until(lambda: len(children_of(server.pid) - {gone}) == 2)
        for _ in range(10):
            fetch(server.url + "/health/live")
        until(lambda: "started again" in server.said)

    assert re.search(r"Worker \d was killed by signal 9; it is started again", server.said)


def test_the_supervisor_stays_small(home):
    with serving(home) as server:
        assert server.memory() < 30 * 1024 * 1024


def test_workers_do_not_outlive_a_killed_supervisor(home):
    with serving(home) as server:
        workers = children_of(server.pid)
        server.process.kill()

        until(lambda: not any(map(is_alive, workers)))


def test_whichever_worker_is_asked_counts_for_all(home):
    token = home.run("tokens", "create", "p", "--scope", "api", "--scope", "admin").strip()
    with serving(home) as server:
        for _ in range(20):
            fetch(server.url + "/health/live")

        def counted():
            told = fetch(server.url + "/metrics", token)
            found = re.search(r'requests_total\{route="/health/live",status="200"\} (\S+)', told)
            return "tapster_workers 2.0" in told and found and float(found[1]) == 20

        until(counted)


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ("TAPSTER_REDIS_URL", "TAPSTER_REDIS_URL"),
        ("TAPSTER_DATABASE_URL", "TAPSTER_DATABASE_URL"),
    ],
)
def test_several_workers_without_shared_state_are_refused(tmp_path, missing, named):
    home = Home(
        tmp_path,
        {
            "TAPSTER_DATABASE_URL": "postgresql://127.0.0.1/test",
            "TAPSTER_REDIS_URL": REDIS,
            missing: "",
        },
    )

    done = run(home, "--workers", "2")

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert named in done.stderr


def test_a_worker_that_cannot_start_says_why_once(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    home = Home(
        tmp_path,
        {
            "TAPSTER_DATABASE_URL": f"postgresql://127.0.0.1:{port}/test",
            "TAPSTER_REDIS_URL": REDIS,
        },
    )

    done = run(home, "--workers", "3")

    assert done.returncode == 1
    assert done.stderr.count("PostgreSQL does not answer") == 1
    assert "Traceback" not in done.stderr


def run(home, *arguments):
    home.folder.mkdir(parents=True, exist_ok=True)
    return subprocess.run(  # noqa: S603  # our own command
        [*COMMAND, "serve", "--port", "0", *arguments],
        env=home.variables(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
