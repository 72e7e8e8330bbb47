"""`tapster serve`: how it begins, what it refuses, and how it ends."""

import contextlib
import json
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import openai
import pytest

from running import COMMAND, Home, asking, serving


@pytest.fixture
def empty(tmp_path):
    return Home(tmp_path / "empty")


def fetch(url: str) -> dict:
    with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310  # our own server
        return json.loads(reply.read())


def test_it_says_its_address_and_what_to_do_first(empty):
    with serving(empty) as server:
        assert fetch(server.url + "/health/live")["status"] == "live"
        assert fetch(server.url + "/health/ready") == {"status": "ready"}
        said = server.said

    assert f"Tapster serves {server.url}" in said
    assert 'tapster chat "Say hello"' in said
    assert f"{server.url}/v1" in said
    assert "tapster tokens create" in said
    assert "tapster connect" in said
    assert "Traceback" not in said


def test_it_answers_within_a_few_seconds_of_being_started(empty):
    empty.run("version")
    began = time.monotonic()
    with serving(empty) as server:
        fetch(server.url + "/health/live")

    assert time.monotonic() - began < 8


@pytest.mark.parametrize(
    ("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"]
)
def test_it_ends_cleanly_at_a_signal(empty, how, code):
    with serving(empty) as server:
        fetch(server.url + "/health/live")
        left, seconds = server.stop(how)

    assert left == code
    assert seconds < 3
    assert "Traceback" not in server.said
    assert "ERROR" not in server.said


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_it_ends_within_five_seconds_also_with_an_open_stream(empty, live_mock, how):
    live_mock.provider.clear()
    empty.add("own", "custom", "--endpoint", live_mock.url + "/compatible/v1", key=None)
    token = empty.run("tokens", "create", "t").strip()
    with (
        serving(empty) as server,
        asking(server, token, "mock:long@100000@0.01", stream=True) as line,
    ):
        record = live_mock.until_asked()
        assert line.recv(100).startswith(b"HTTP/1.1 200")
        _, seconds = server.stop(how)

    assert seconds < 5
    live_mock.until_left(record)
    assert "Traceback" not in server.said


def test_a_second_interrupt_does_not_wait(empty, live_mock):
    live_mock.provider.clear()
    empty.add("own", "custom", "--endpoint", live_mock.url + "/compatible/v1", key=None)
    token = empty.run("tokens", "create", "t").strip()
    with (
        serving(empty) as server,
        asking(server, token, "mock:long@100000@0.01", stream=True) as line,
    ):
        live_mock.until_asked()
        line.recv(100)
        server.process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        _, seconds = server.stop(signal.SIGINT)

    assert seconds < 2


def test_a_short_answer_may_still_end_after_the_signal(empty, live_mock):
    live_mock.provider.clear()
    empty.add("own", "custom", "--endpoint", live_mock.url + "/compatible/v1", key=None)
    token = empty.run("tokens", "create", "t").strip()
    with (
        serving(empty) as server,
        asking(server, token, "mock:long@100@0.01", stream=True) as line,
    ):
        live_mock.until_asked()
        server.process.send_signal(signal.SIGTERM)
        said = b""
        with contextlib.suppress(TimeoutError):
            while piece := line.recv(65536):
                said += piece

    assert b"data: [DONE]" in said


def test_a_port_in_use_is_told_in_one_sentence(empty):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(  # noqa: S603  # our own command
            [*COMMAND, "serve", "--port", str(port)],
            env=empty.variables(),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert "--port" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--host", "203.0.113.77"), "--host"),
        (("--host", "no such host"), "--host"),
        (("--port", "70000"), "65535"),
    ],
)
def test_an_address_that_cannot_be_is_told_in_one_sentence(empty, arguments, words):
    done = subprocess.run(  # noqa: S603  # our own command
        [*COMMAND, "serve", "--port", "0", *arguments],
        env=empty.variables(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_nothing_is_left_running_of_the_embedded_model(empty):
    token = empty.run("tokens", "create", "t").strip()
    with serving(empty) as server:
        with openai.OpenAI(base_url=server.url + "/v1", api_key=token) as client:
            client.chat.completions.create(
                model="local", messages=[{"role": "user", "content": "Hi"}], max_tokens=3
            )
        (child,) = children_of(server.pid)
        server.stop()

        ends = time.monotonic() + 3
        while Path(f"/proc/{child}").exists() and time.monotonic() < ends:
            time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()
    assert "Traceback" not in server.said


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in found]
