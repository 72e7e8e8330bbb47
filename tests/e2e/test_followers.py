"""Several windows on one run: each hears all of it, whatever line it comes back on."""

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from houses import until
from mock_provider.behaviours import UNICODE
from talking import LAST, text_in
from timed import timed

DROPS = 100
PACED = "mock:paced@0.005\n"
# Signs of every width, in many pieces.
WORDS = "".join(f"{at} {UNICODE} " for at in range(30))
LONG = "mock:long@2000@0.01"


def drop_and_return(talker, run, *, by_query, taken):
    """Follow a run, hang up after `taken` events, come back, until the end."""
    heard, lines = [], 0
    while not heard or heard[-1].kind not in LAST:
        lines += 1
        after = heard[-1].number if heard else 0
        following = talker.follow(run, after=after, by_query=by_query)
        for count, event in enumerate(following, 1):
            heard.append(event)
            if count == taken:
                break
        following.close()
    return heard, lines


def assert_whole(heard, words):
    assert [event.number for event in heard] == list(range(1, len(heard) + 1))
    assert [event.kind for event in heard if event.kind in LAST] == [heard[-1].kind]
    assert text_in(heard).encode() == words.encode()


@pytest.mark.parametrize("by_query", [False, True], ids=["Last-Event-ID", "after"])
def test_who_drops_and_returns_a_hundred_times_hears_what_was_sent(talker, chat, mock, by_query):
    run = talker.say(chat, PACED + WORDS)
    heard, lines = drop_and_return(talker, run, by_query=by_query, taken=3)

    assert lines > DROPS
    assert_whole(heard, WORDS)
    assert talker.messages(chat)[-1]["text"].encode() == WORDS.encode()
    assert len(mock.chats) == 1
    again = list(talker.follow(run))
    assert [event.said for event in again] == [event.said for event in heard]


def test_every_follower_at_every_worker_hears_the_same(house, talker, chat):
    run = talker.say(chat, PACED + WORDS)
    with house.seats() as seats, ThreadPoolExecutor(8) as threads:
        hearing = [
            threads.submit(lambda seat=seat: list(seat.follow(run))) for seat in seats.values()
        ]
        hearing += [
            threads.submit(lambda after=after: list(talker.follow(run, after=after)))
            for after in (0, 1, 50)
        ]
        dropping = [
            threads.submit(drop_and_return, talker, run, by_query=False, taken=taken)
            for taken in (2, 7)
        ]
        heard = [each.result(60) for each in hearing]
        heard += [each.result(60)[0] for each in dropping]

    whole = max(heard, key=len)
    assert_whole(whole, WORDS)
    for each in heard:
        assert [event.said for event in each] == [event.said for event in whole[-len(each) :]]


def test_followers_at_other_workers_hear_words_while_they_are_written(house, chat, talker):
    with house.seats() as seats:
        run = talker.say(chat, LONG)
        try:
            for seat in seats.values():
                following = seat.follow(run)
                assert [next(event for event in following if event.kind == "text-delta")]
                following.close()
            assert talker.run(run)["state"] == "running"
        finally:
            talker.post(f"/api/runs/{run}/stop")


@timed
def test_a_stop_in_one_window_shows_in_every_other_at_once(house, mock):
    with house.seats() as seats, house.talker() as window, ThreadPoolExecutor(4) as threads:
        for name, seat in seats.items():
            chat = seat.chat(connection="own", model="local-model")
            mock.provider.clear()
            run = seat.say(chat, LONG)
            assert seat.run(run)["worker"] == name
            record = mock.until_asked()
            hearing = [threads.submit(list, window.follow(run)) for _ in range(4)]
            until(lambda seat=seat, chat=chat: len(seat.messages(chat)) == 2)
            asked = time.monotonic()
            stopped = seat.post(f"/api/runs/{run}/stop")
            heard = [each.result(30) for each in hearing]

            left = mock.until_left(record)
            assert stopped["state"] == "stopped"
            assert left - asked < 0.1
            assert all(each[-1].kind == "stopped" for each in heard)
            assert max(each[-1].at for each in heard) - asked < 2
            assert {text_in(each) for each in heard} == {seat.messages(chat)[-1]["text"]}


@timed
def test_a_run_is_stopped_from_another_worker(house, mock):
    with house.seats() as seats:
        names = list(seats)
        here, there = seats[names[0]], seats[names[-1]]
        chat = here.chat(connection="own", model="local-model")
        mock.provider.clear()
        run = here.say(chat, LONG)
        record = mock.until_asked()
        until(lambda: len(here.messages(chat)) == 2)
        asked = time.monotonic()
        stopped = there.post(f"/api/runs/{run}/stop")
        took = time.monotonic() - asked

        left = mock.until_left(record)
        assert stopped["state"] == "stopped"
        assert took < 2
        assert left - asked < 1
        assert there.messages(chat)[-1]["text"] == here.messages(chat)[-1]["text"]


def test_a_message_that_is_being_written_is_read_at_every_worker(house, talker, chat):
    with house.seats() as seats:
        run = talker.say(chat, LONG)
        try:
            for seat in seats.values():
                until(lambda seat=seat: seat.messages(chat)[-1]["text"].startswith("w0 w1 "))
        finally:
            talker.post(f"/api/runs/{run}/stop")


def test_of_two_who_edit_one_message_one_wins_and_the_other_is_told(house, talker, chat):
    said = talker.post(f"/api/chats/{chat}/messages", {"text": "draft", "answer": False})
    message = said["message"]
    path = f"/api/messages/{message['id']}"
    kept = ["draft"]
    with house.seats() as seats:
        one, other = (list(seats.values()) * 2)[:2]
        if one is other:
            other = talker
        for turn in range(10):
            version = talker.get(path)["version"]
            both = threading.Barrier(2)

            def edit(seat, text, version=version, both=both):
                both.wait(10)
                return seat.http.patch(path, json={"text": text, "version": version})

            with ThreadPoolExecutor(2) as threads:
                words = (f"one {turn}", f"other {turn}")
                asked = [
                    threads.submit(edit, *each) for each in zip((one, other), words, strict=True)
                ]
                answers = [each.result(30) for each in asked]

            assert sorted(answer.status_code for answer in answers) == [200, 409]
            won = next(answer.json() for answer in answers if answer.status_code == 200)
            told = next(answer.json() for answer in answers if answer.status_code == 409)
            assert told["code"] == "conflict"
            assert told["newer"]["version"] == won["version"] == version + 1
            assert told["newer"]["parts"][0]["text"] == won["text"]
            assert won["text"] in words
            assert talker.get(path)["text"] == won["text"]
            kept.append(won["text"])

    editions = talker.get(path + "/editions")["editions"]
    assert [each["parts"][0]["text"] for each in editions] == kept[:-1]


def test_a_chat_that_was_changed_elsewhere_is_not_changed_unseen(talker, chat):
    version = talker.get(f"/api/chats/{chat}")["version"]
    talker.ask("PATCH", f"/api/chats/{chat}", {"title": "mine", "version": version})

    told = talker.refused(
        "PATCH", f"/api/chats/{chat}", 409, json={"title": "yours", "version": version}
    )

    assert told["newer"]["title"] == "mine"
    said = {"text": "Hello", "version": version}
    assert talker.refused("POST", f"/api/chats/{chat}/messages", 409, json=said)["newer"]
    assert talker.messages(chat) == []


def test_many_may_say_something_at_once_and_nothing_is_lost(house, talker, chat):
    words = {f"line {at}" for at in range(24)}

    def note(text):
        return talker.post(f"/api/chats/{chat}/messages", {"text": text, "answer": False})

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(note, words))

    assert {each["text"] for each in talker.messages(chat, limit=200)} == words


def test_a_client_that_dies_does_not_end_the_run(talker, chat, mock):
    run = talker.say(chat, "mock:long@100@0.01")
    following = talker.follow(run)
    next(following)
    following.close()

    until(lambda: talker.run(run)["state"] != "running")
    assert talker.run(run)["state"] == "finished"
    assert talker.messages(chat)[-1]["text"] == "".join(f"w{at} " for at in range(100))


def test_what_a_client_said_with_its_last_breath_is_said_whole_or_not_at_all(house, talker):
    place = urlsplit(house.server.url)
    body = json.dumps({"text": "mock:echo\nstill said"}).encode()
    outcomes = []
    for pause in (0, 0.001, 0.002, 0.004, 0.008, 0.016, 2.0):
        chat = talker.chat(connection="own", model="local-model")
        head = (
            f"POST /api/chats/{chat}/messages HTTP/1.1\r\nhost: {place.netloc}\r\n"
            f"authorization: Bearer {house.token}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((place.hostname, place.port), 10) as line:
            line.sendall(head.encode() + body)
            time.sleep(pause)
        time.sleep(0.2)
        until(lambda chat=chat: not talker.get(f"/api/chats/{chat}/runs")["runs"])
        outcomes.append([message["text"] for message in talker.messages(chat)])

    whole = ["mock:echo\nstill said", "still said"]
    assert outcomes[-1] == whole
    assert [each for each in outcomes if each not in ([], whole)] == []
