"""Workers that are killed, servers that are stopped, a Redis that goes away: words stay."""

import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from houses import (
    ALONE,
    TOGETHER,
    House,
    children_of,
    home_of,
    open_house,
    own_redis,
    until,
)
from running import free_port, serving
from talking import LAST, text_in

pytestmark = pytest.mark.long

LONG = "mock:long@2000@0.01"
UNSAVED = 0.25
SLACK = 1.0


def whole(count):
    return "".join(f"w{at} " for at in range(count))


def begin(house, talker, *, text=LONG, words=30):
    """Begin a run; return its chat, its id, and what was heard when it was under way."""
    chat = talker.chat(connection="own", model="local-model")
    run = talker.say(chat, text)
    heard = []
    with house.talker() as window:
        following = window.follow(run)
        for event in following:
            heard.append(event)
            if len(text_in(heard).split()) >= words:
                break
        following.close()
    return chat, run, heard


def assert_kept(talker, chat, run, heard, *, lost_at):
    """Check an interrupted run: all but the last quarter second is there, and can go on."""
    assert talker.run(run)["state"] == "interrupted"
    kept = list(talker.follow(run))
    text = text_in(kept)
    assert kept[-1].kind == "interrupted"
    assert [event.number for event in kept] == list(range(1, len(kept) + 1))
    assert whole(2000).startswith(text)
    missing = [event for event in heard if event.number > kept[-2].number]
    assert all(lost_at - event.at < UNSAVED + SLACK for event in missing)
    message = talker.messages(chat)[-1]
    assert message["text"] == text
    assert message["reply"]["finish"] == "interrupted"

    more = talker.post(f"/api/messages/{message['id']}/continue")
    following = talker.follow(more["id"])
    assert any(event.kind == "text-delta" for event in following)
    following.close()
    talker.post(f"/api/runs/{more['id']}/stop")
    gone_on = talker.get(f"/api/messages/{message['id']}")["text"]
    assert gone_on.startswith(text)
    assert len(gone_on) > len(text)


def test_the_runs_of_a_killed_worker_are_interrupted_and_can_go_on(tmp_path, live_mock):
    with open_house(TOGETHER, tmp_path, live_mock) as house:
        with house.seats() as seats:
            names = list(seats)
            began = {name: begin(house, seats[name]) for name in names}
        lost, stays = names
        with house.talker() as talker:
            assert talker.run(began[lost][1])["worker"] == lost
            assert talker.run(began[stays][1])["worker"] == stays
            killed_at = time.monotonic()
            os.kill(house.process_of(lost), signal.SIGKILL)
        with house.talker() as talker:
            until(lambda: talker.run(began[lost][1])["state"] == "interrupted")
            assert_kept(talker, *began[lost], lost_at=killed_at)
            assert talker.run(began[stays][1])["state"] == "running"
            talker.post(f"/api/runs/{began[stays][1]}/stop")
            until(lambda: len(children_of(house.server.pid)) == 2)


def test_a_follower_hears_of_a_run_whose_worker_was_killed(tmp_path, live_mock):
    with (
        open_house(TOGETHER, tmp_path, live_mock) as house,
        ThreadPoolExecutor(1) as threads,
        house.seats() as seats,
    ):
        lost, stays = seats
        _, run, _ = begin(house, seats[lost])
        hearing = threads.submit(list, seats[stays].follow(run))
        os.kill(house.process_of(lost), signal.SIGKILL)

        heard = hearing.result(60)
        assert heard[-1].kind == "interrupted"
        assert [event.kind for event in heard if event.kind in LAST] == ["interrupted"]
        assert whole(2000).startswith(text_in(heard))
        # What was heard may be more than was kept; the end comes after all of it.
        assert [event.number for event in heard] == list(range(1, len(heard) + 1))
        assert text_in(heard).startswith(text_in(list(seats[stays].follow(run))))


def test_what_a_lost_server_ran_is_interrupted_by_another_after_its_lease(tmp_path, live_mock):
    with home_of(TOGETHER, tmp_path, live_mock, TAPSTER_WORKERS="1") as home:
        token = home.run("tokens", "create", "talker", "--scope", "api").strip()
        with serving(home) as lost, serving(home) as stays:
            house = House(ALONE, home, lost, token)
            with house.talker() as talker:
                chat, run, heard = begin(house, talker)
            killed_at = time.monotonic()
            lost.process.kill()
            with House(ALONE, home, stays, token).talker() as talker:
                assert talker.run(run)["state"] == "running"
                until(lambda: talker.run(run)["state"] == "interrupted", within=60)
                assert_kept(talker, chat, run, heard, lost_at=killed_at)


@pytest.fixture
def home(tmp_path, live_mock, request):
    grace = request.param
    with home_of(ALONE, tmp_path, live_mock, TAPSTER_SHUTDOWN_GRACE=grace) as home:
        yield home


@pytest.mark.parametrize("home", ["20"], indirect=True)
def test_a_server_that_is_stopped_lets_its_answers_end(home):
    token = home.run("tokens", "create", "talker", "--scope", "api").strip()
    with serving(home) as server:
        house = House(ALONE, home, server, token)
        with house.talker() as talker:
            chat, run, _ = begin(house, talker, text="mock:long@200@0.01", words=5)
        code, _ = server.stop()
    assert code == 0

    with serving(home) as server, House(ALONE, home, server, token).talker() as talker:
        assert talker.run(run)["state"] == "finished"
        assert talker.messages(chat)[-1]["text"] == whole(200)


@pytest.mark.parametrize("home", ["30"], indirect=True)
def test_what_a_server_still_finishes_is_left_alone_by_its_successor(home):
    token = home.run("tokens", "create", "talker", "--scope", "api").strip()
    port = str(free_port())
    with serving(home, "--port", port) as old:
        with House(ALONE, home, old, token).talker() as talker:
            chat = talker.chat(connection="own", model="local-model")
            run = talker.say(chat, "mock:long@800@0.01")
            until(lambda: len(talker.messages(chat)) == 2)
        old.process.terminate()
        until(lambda: not answers(int(port)))
        with (
            serving(home, "--port", port) as new,
            House(ALONE, home, new, token).talker() as talker,
        ):
            assert old.process.poll() is None, "it finished before its successor came"
            assert talker.run(run)["state"] == "running"
            until(lambda: talker.run(run)["state"] != "running", within=60)
            assert talker.run(run)["state"] == "finished"
            assert talker.messages(chat)[-1]["text"] == whole(800)


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 3).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("home", ["0.5"], indirect=True)
def test_a_server_that_cannot_wait_marks_its_answers_and_loses_no_word(home):
    token = home.run("tokens", "create", "talker", "--scope", "api").strip()
    with serving(home) as server:
        house = House(ALONE, home, server, token)
        with house.talker() as talker:
            chat, run, heard = begin(house, talker)
        code, took = server.stop()
    assert code == 0
    assert took < 12

    with serving(home) as server, House(ALONE, home, server, token).talker() as talker:
        # Told in time, it had the time to write everything down.
        assert talker.messages(chat)[-1]["text"].startswith(text_in(heard))
        assert_kept(talker, chat, run, heard, lost_at=float("inf"))


def test_runs_go_on_while_redis_is_gone(tmp_path, live_mock):
    port = free_port()
    redis = f"redis://127.0.0.1:{port}/0"
    with (
        own_redis(tmp_path, port) as gone,
        open_house(TOGETHER, tmp_path, live_mock, redis=redis) as house,
    ):
        with house.seats() as seats, ThreadPoolExecutor(4) as threads:
            writer = seats[next(iter(seats))]
            chat = writer.chat(connection="own", model="local-model")
            run = writer.say(chat, "mock:long@500@0.01")
            hearing = [threads.submit(list, seat.follow(run)) for seat in seats.values()]
            time.sleep(1)
            assert not any(each.done() for each in hearing)
            gone.kill()
            gone.wait(10)
            for each in hearing:
                heard = each.result(60)
                assert [event.number for event in heard] == list(range(1, len(heard) + 1))
                assert heard[-1].kind == "finished"
                assert text_in(heard) == whole(500)

        with house.seats() as seats:
            here, there = seats.values()
            chat, run, _ = begin(house, here)
            assert there.post(f"/api/runs/{run}/stop")["state"] == "stopped"
            chat = here.chat(connection="own", model="local-model")
            run = here.say(chat, "mock:long@50@0.01")
            assert there.finish(run) == whole(50)
            assert there.messages(chat)[-1]["text"] == whole(50)

        with own_redis(tmp_path, port), house.seats() as seats:
            until(lambda: house.server.said.count("Redis answers") >= 2)
            here, there = seats.values()
            run = here.say(chat, "mock:long@50@0.01")
            assert there.finish(run) == whole(50)
        assert "Traceback" not in house.server.said
