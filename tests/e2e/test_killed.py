"""A server that is killed at any moment loses at most a quarter of a second of what it wrote."""

import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from houses import TOGETHER, children_of, open_house, until
from running import Home, free_port, serving
from talking import LAST, Heard, Talker, text_in

pytestmark = pytest.mark.long

ROUNDS = 100
TALKS = 3
KILLED_WORKERS = 5

# Text is kept at most this many seconds, or this many bytes, after it came.
UNSAVED = 0.25
UNSAVED_BYTES = 2048
# What it takes to write it down and to bring an event to a follower.
SLACK = 0.1
# A busy machine may take longer: of a hundred losses five up to this, and one however long.
LONGEST = 1.0
SLOW, SLOWEST = 0.05, 0.01

WORDS = 400
PAUSE = 0.004
EXPECTED = "".join(f"w{at} " for at in range(WORDS))
# What arrives in a second. Words come no faster than that.
ARRIVING = max(len(f"w{at} ") for at in range(WORDS)) / PAUSE


@dataclass
class Talk:
    """A run and what one follower heard of it until the server was gone."""

    chat: str
    run: str
    heard: list[Heard] = field(default_factory=list)

    def listen(self, talker: Talker) -> None:
        """Follow the run until its end or the server's."""
        try:
            for event in talker.follow(self.run):
                self.heard.append(event)
        except httpx.HTTPError:
            pass  # the server is gone


@dataclass(frozen=True)
class Loss:
    """What was heard of a run and not kept: seconds before the kill, and bytes of text."""

    seconds: float
    size: int


@pytest.fixture
def home(tmp_path, live_mock):
    home = Home(tmp_path / "home")
    home.add("own", "custom", "--endpoint", f"{live_mock.url}/compatible/v1", key=None)
    return home


@pytest.fixture
def api_token(home):
    return home.run("tokens", "create", "killer", "--scope", "api").strip()


@pytest.mark.timeout(900)
def test_a_hundred_kills_lose_at_most_a_quarter_second_each(home, api_token, record_property):
    dice = random.Random(20261121)  # noqa: S311  # which moments, not secrets
    talks: list[Talk] = []
    losses: list[Loss] = []
    killed_at = 0.0
    # The same port each time: that is how a server knows what it left behind.
    port = str(free_port())
    for _ in range(ROUNDS):
        with (
            serving(home, "--port", port) as server,
            Talker(server.url, api_token) as talker,
        ):
            losses += [loss_of(talk, talker, killed_at) for talk in talks]
            with listening(talker, talks_of([talker] * TALKS)) as talks:
                time.sleep(dice.uniform(0.0, 0.7))
                killed_at = time.monotonic()
                server.process.send_signal(signal.SIGKILL)
                server.process.wait(10)
        check_database(home)
    with serving(home, "--port", port) as server, Talker(server.url, api_token) as talker:
        losses += [loss_of(talk, talker, killed_at) for talk in talks]
        assert_nothing_is_stuck(talker)

    assert len(losses) == ROUNDS * TALKS
    assert any(loss.size for loss in losses), "no kill came while text was on its way"
    note(losses, record_property)
    seconds = sorted(loss.seconds for loss in losses)
    assert seconds[round(len(seconds) * (1 - SLOW)) - 1] <= UNSAVED + SLACK
    assert seconds[round(len(seconds) * (1 - SLOWEST)) - 1] <= LONGEST
    assert_few_bytes(losses)


@pytest.mark.timeout(300)
def test_killed_workers_lose_as_little(tmp_path, live_mock, record_property):
    dice = random.Random(20261122)  # noqa: S311  # which moments, not secrets
    losses: list[Loss] = []
    with open_house(TOGETHER, tmp_path, live_mock) as house, house.talker() as talker:
        for _ in range(KILLED_WORKERS):
            with house.seats() as seats:
                lost, stays = dice.sample(sorted(seats), 2)
                begun = talks_of([seats[lost]] * TALKS + [seats[stays]])
                *talks, other = begun
                assert [talker.run(talk.run)["worker"] for talk in begun] == [lost] * TALKS + [
                    stays
                ]
                # They follow at the worker that stays, and so hear the end as well.
                with listening(talker, talks):
                    time.sleep(dice.uniform(0.0, 0.7))
                    killed_at = time.monotonic()
                    os.kill(house.process_of(lost), signal.SIGKILL)
            losses += [loss_of(talk, talker, killed_at) for talk in talks]
            assert talker.finish(other.run) == EXPECTED
            until(lambda: len(children_of(house.server.pid)) == house.workers)
        assert_nothing_is_stuck(talker)

    assert len(losses) == KILLED_WORKERS * TALKS
    assert any(loss.size for loss in losses), "no kill came while text was on its way"
    note(losses, record_property)
    assert sorted(loss.seconds for loss in losses)[-2] <= LONGEST
    assert_few_bytes(losses)


def talks_of(talkers: list[Talker]) -> list[Talk]:
    """Begin a run with each of these clients."""
    talks = []
    for talker in talkers:
        chat = talker.chat(connection="own", model="local-model")
        talks.append(Talk(chat, talker.say(chat, f"mock:long@{WORDS}@{PAUSE}")))
    return talks


@contextmanager
def listening(talker: Talker, talks: list[Talk]) -> Iterator[list[Talk]]:
    """Follow each of `talks` until its end, or the server's."""
    followers = [threading.Thread(target=talk.listen, args=(talker,)) for talk in talks]
    for follower in followers:
        follower.start()
    yield talks
    for follower in followers:
        follower.join(60)
        assert not follower.is_alive()


def loss_of(talk: Talk, talker: Talker, killed_at: float) -> Loss:
    """Check what is left of a run after a kill, and return what is missing."""
    until(lambda: talker.run(talk.run)["state"] != "running")
    kept = list(talker.follow(talk.run))
    run = talker.run(talk.run)
    messages = talker.messages(talk.chat)

    assert run["state"] == kept[-1].kind
    assert run["state"] in {"interrupted", "finished"}
    assert [event.number for event in kept] == list(range(1, len(kept) + 1))
    text = text_in(kept)
    assert EXPECTED.startswith(text)
    # The person's words were kept before the run was announced, the answer's with it.
    assert messages[0]["text"] == f"mock:long@{WORDS}@{PAUSE}"
    assert [message["text"] for message in messages[1:]] == ([text] if text else [])

    heard, body = without_end(talk.heard), without_end(kept)
    same = min(len(body), len(heard))
    assert [event.said for event in body[:same]] == [event.said for event in heard[:same]]
    assert_end_is_told(talk, talker, kept)
    missing = heard[same:]
    if not missing:
        return Loss(0.0, 0)
    return Loss(max(0.0, killed_at - missing[0].at), len(text_in(missing)))


def assert_end_is_told(talk: Talk, talker: Talker, kept: list[Heard]) -> None:
    """Raise unless a follower that comes again with the last number it heard hears the end.

    Whoever heard more than was kept hears it under a number above what they heard.
    """
    if talk.heard and talk.heard[-1].kind in LAST:
        assert_is_the_end(talk.heard, kept)
        return
    last = talk.heard[-1].number if talk.heard else 0
    again = list(talker.follow(talk.run, after=last))
    assert_is_the_end([*talk.heard, *again], kept)
    assert [event.said for event in again[:-1]] == [event.said for event in kept[last:-1]]


def assert_is_the_end(heard: list[Heard], kept: list[Heard]) -> None:
    """Raise unless what was heard ends as what was kept, once, under a number above the rest."""
    *before, end = heard
    assert end.kind == kept[-1].kind
    assert end.number == max([kept[-1].number, *(event.number + 1 for event in before[-1:])])
    assert not [event for event in before if event.kind in LAST]


def without_end(events: list[Heard]) -> list[Heard]:
    """Return `events` but the closing one."""
    return [event for event in events if event.kind not in LAST]


def note(losses: list[Loss], record_property: Callable[[str, object], None]) -> None:
    """Note what was measured, for whoever reads the report."""
    record_property("most_seconds_lost", max(loss.seconds for loss in losses))
    record_property("most_bytes_lost", max(loss.size for loss in losses))
    record_property("lost_nothing", sum(not loss.size for loss in losses))


def assert_few_bytes(losses: list[Loss]) -> None:
    """Raise if more text was lost than may wait, and than arrives while that is written down."""
    for loss in losses:
        assert loss.size <= UNSAVED_BYTES + ARRIVING * LONGEST


def check_database(home: Home) -> None:
    """Raise unless SQLite finds its file whole."""
    with closing(sqlite3.connect(home.data / "tapster.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def assert_nothing_is_stuck(talker: Talker) -> None:
    """Raise if any run of any round still counts as running."""
    for chat in talker.get("/api/chats?limit=200")["chats"]:
        for run in talker.get(f"/api/chats/{chat['id']}/runs")["runs"]:
            raise AssertionError(f"stuck: {run}")
