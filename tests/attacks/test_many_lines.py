"""Line 42: many connections that want little, and some that never end."""

import asyncio
import contextlib
import json
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from callers import client_of, token_of
from open_streams import followed
from running import Home, LiveMock, Server, serving
from tapster.core.secrets import Secret
from tapster.server.application import make_application
from tapster.server.followers import Followers
from tapster.server.protocol import Protocol
from tapsters import open_tapster

FOLLOWERS = 1_000
PEOPLE = 6
MB = 1 << 20


@pytest.fixture(scope="module", autouse=True)
def many_files():
    """Let this process have as many connections open as the server has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connected(url: str, *, room: int | None = None) -> socket.socket:
    """Return a new connection; the system keeps `room` bytes for it that nobody read."""
    line = socket.socket()
    line.settimeout(20)
    if room is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    place = urlsplit(url)
    line.connect((place.hostname, place.port))
    return line


def asked(url: str, path: str, token: str, *, room: int | None = None) -> socket.socket:
    """Ask for `path` on a connection of its own, and read nothing."""
    line = connected(url, room=room)
    host = urlsplit(url).netloc
    line.sendall(
        f"GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n".encode()
    )
    return line


def until_closed(line: socket.socket, *, within: float) -> float:
    """Return the seconds until the other side hung up; what still comes is read."""
    began = time.monotonic()
    line.settimeout(within)
    with contextlib.suppress(ConnectionError):
        while line.recv(65536):
            pass
    return time.monotonic() - began


async def until(holds: Callable[[], Any]) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  # what it looks at sets no event
            await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A running server with several people, who follow one run each; their tokens."""
    # What runs at the end is not waited for.
    home = Home(tmp_path_factory.mktemp("many"), {"TAPSTER_SHUTDOWN_GRACE": "0"})
    with LiveMock() as mock:
        home.add("own", "custom", "--endpoint", f"{mock.url}/compatible/v1", key=None)
        tokens = asyncio.run(made_people(home))
        # A word a minute: who follows has nothing to hear.
        chats = asyncio.run(made_chats(home))
        with serving(home) as server:
            yield server, tokens, chats


async def made_people(home: Home) -> list[str]:
    async with open_tapster(home.folder, config=home.config) as tapster:
        tokens = []
        for place in range(PEOPLE):
            person = await tapster.people.add(f"P{place}", Secret("correct horse battery"))
            tokens.append(await token_of(tapster, "api", owner=person.id))
        return tokens


async def made_chats(home: Home) -> list[str]:
    async with open_tapster(home.folder, config=home.config) as tapster:
        people = await tapster.people.all()
        return [(await tapster.chats.create(person.id)).id for person in people]


def began_run(server: Server, token: str, chat: str, text: str) -> str:
    """Begin a run and return where it is followed."""
    reply = httpx.post(
        f"{server.url}/api/chats/{chat}/messages",
        json={"text": text, "connection": "own", "model": "local-model"},
        headers={"authorization": f"Bearer {token}"},
        timeout=30,
    )
    assert reply.status_code == 202, reply.text
    return f"/api/runs/{reply.json()['run']['id']}/events"


@contextlib.contextmanager
def many_followers(house, count: int) -> Iterator[list[socket.socket]]:
    server, tokens, chats = house
    paths = [
        began_run(server, token, chat, "mock:long@100@60")
        for token, chat in zip(tokens, chats, strict=True)
    ]
    with contextlib.ExitStack() as lines:
        opened = []
        for place in range(count):
            line = asked(server.url, paths[place % PEOPLE], tokens[place % PEOPLE])
            opened.append(lines.enter_context(line))
        for line in opened:
            heard = b""
            while b": here" not in heard:
                heard += line.recv(65536)
            assert heard.startswith(b"HTTP/1.1 200")
        yield opened


def test_a_thousand_idle_followers_cost_little_and_others_are_answered(house):
    server, tokens, _ = house
    before = server.memory()

    with many_followers(house, FOLLOWERS):
        grown = server.memory() - before
        began = time.monotonic()
        with asked(server.url, "/health/ready", tokens[0]) as line:
            assert line.recv(100).startswith(b"HTTP/1.1 200")
        took = time.monotonic() - began
        time.sleep(1)
        still = server.memory() - before

    assert grown < 100 * MB
    assert still - grown < 10 * MB
    assert took < 2


def test_half_sent_heads_keep_nobody_else_waiting(house):
    server, tokens, _ = house
    before = server.memory()
    with contextlib.ExitStack() as lines:
        for place in range(1_000):
            line = lines.enter_context(connected(server.url))
            line.sendall(b"GET /api/chats HTTP/1.1\r\nhost: localhost\r\nx-a: " + b"a" * place)
        began = time.monotonic()
        with asked(server.url, "/health/live", tokens[0]) as line:
            assert line.recv(100).startswith(b"HTTP/1.1 200")

        assert time.monotonic() - began < 2
        assert server.memory() - before < 60 * MB


@pytest.mark.parametrize(
    "pieces",
    [
        [b"GET /" + b"a" * 50_000] * 3,
        [b"GET / HTTP/1.1\r\nhost: localhost\r\nx: "] + [b"a" * 10_000] * 20,
        [b"GET / HTTP/1.1\r\n"] + [b"x: a\r\n" * 2_000] * 20,
        [b"\r\n" * 5_000] * 20,
    ],
    ids=["address", "one header", "many headers", "empty lines"],
)
def test_a_head_without_end_is_not_kept(house, pieces):
    server, _, _ = house
    with connected(server.url) as line:
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                line.sendall(piece)
                time.sleep(0.01)
        assert until_closed(line, within=10) < 5


def test_what_comes_behind_a_body_without_end_is_not_kept(house):
    server, tokens, _ = house
    with connected(server.url) as line:
        line.sendall(
            b"POST /api/chats HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n"
            b"authorization: Bearer " + tokens[0].encode() + b"\r\n\r\n2\r\n{}\r\n0\r\n"
        )
        with contextlib.suppress(ConnectionError):
            for place in range(40):
                line.sendall(b"x-%d: " % place + b"a" * 10_000 + b"\r\n")
                time.sleep(0.01)
        assert until_closed(line, within=10) < 5


class Impatient(Protocol):
    head_within = 0.5
    body_within = 1.0


@contextlib.asynccontextmanager
async def served(application):
    """Serve `application` on a socket, by a server that does not wait long."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    config = uvicorn.Config(application, http=Impatient, ws="none", lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        await serving
        listening.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nhost: localhost\r\n",
        b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\nGET /heal",
        b"POST /api/session HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{",
        b"POST /api/session HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n5\r\n",
    ],
    ids=["nothing", "a word", "half a head", "half a second head", "half a body", "no chunk"],
)
async def test_who_sends_half_a_request_is_hung_up_on(application, sent):
    async with served(application) as url:
        line = connected(url)
        line.sendall(sent)

        took = await asyncio.to_thread(until_closed, line, within=10)
        line.close()

    assert took < 8


async def test_a_slow_head_is_not_saved_by_a_byte_now_and_then(application):
    async with served(application) as url:
        line = connected(url)
        over = threading.Event()

        def drip() -> None:
            with contextlib.suppress(OSError):
                line.sendall(b"GET / HTTP/1.1\r\nx: ")
                while not over.wait(0.1):
                    line.sendall(b"a")

        dripping = threading.Thread(target=drip)
        dripping.start()
        took = await asyncio.to_thread(until_closed, line, within=10)
        over.set()
        await asyncio.to_thread(dripping.join)
        line.close()

    assert took < 8


async def test_an_answer_and_idle_time_after_it_are_not_half_a_request(application):
    async with served(application) as url:
        reader, writer = await asyncio.open_connection(*urlsplit(url).netloc.split(":"))
        for _ in range(3):
            writer.write(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
            assert b'"live"' in await reader.readuntil(b"}")
            await asyncio.sleep(0.7)
        writer.close()
        await writer.wait_closed()


async def test_one_person_follows_so_many_streams_and_all_so_many(tapster, bob, long_run):
    followers = Followers(tapster.callers, most=5, most_each=3)
    application = make_application(tapster, followers=followers)
    runs = {"me": await long_run("me"), bob.id: await long_run(bob.id)}
    tokens = {
        owner: await token_of(tapster, "api", owner=owner, name=f"of {owner}") for owner in runs
    }

    async def follow(open_streams, owner):
        stream = await open_streams.enter_async_context(
            followed(
                application,
                f"/api/runs/{runs[owner]}/events",
                authorization=f"Bearer {tokens[owner]}",
            )
        )
        await until(lambda: stream.status)
        return stream

    async with AsyncExitStack() as open_streams:
        mine = [await follow(open_streams, "me") for _ in range(4)]
        bobs = [await follow(open_streams, bob.id) for _ in range(3)]

    assert [each.status for each in mine] == [200, 200, 200, 429]
    assert [each.status for each in bobs] == [200, 200, 503]
    for refused in (mine[-1], bobs[-1]):
        problem = json.loads(refused.body)
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) >= 1
        assert "streams" in problem["detail"]
    assert len(followers) == 0
    async with client_of(application, token=tokens[bob.id]) as client:
        assert (await client.get("/api/session")).status_code == 200


async def test_who_never_reads_what_they_follow_is_hung_up_on(tapster):
    followers = Followers(tapster.callers, patience=0.5)
    application = make_application(tapster, followers=followers)
    token = await token_of(tapster, "api")
    chat = await tapster.chats.create("me")
    said = await tapster.runs.say("me", chat.id, "mock:fault=endless\none two three")
    path = f"/api/runs/{said.run.id}/events"
    async with served(application) as url:
        line = await asyncio.to_thread(asked, url, path, token, room=4096)
        await until(lambda: len(followers) == 1)
        await until(lambda: len(followers) == 0)
        # The run itself goes on for those who do read.
        state = (await tapster.runs.get("me", said.run.id)).state
        took = await asyncio.to_thread(until_closed, line, within=10)
        line.close()
        await tapster.runs.stop("me", said.run.id)

    assert state == "running"
    assert took < 8
