"""Conversations through `/api`: said, read, answered anew, changed, undone, found."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from houses import until
from mock_provider.behaviours import UNICODE
from talking import LAST

HANGING = "fault~hang~echo"


def say(talker, chat, text, **fields):
    """Say something, hear the answer to its end; return both messages."""
    run = talker.say(chat, text, **fields)
    talker.finish(run)
    return talker.messages(chat)[-2:]


def texts(messages):
    return [message["text"] for message in messages]


def test_what_is_said_is_kept_at_once_and_answered_by_a_run(talker, chat):
    said = talker.ask("POST", f"/api/chats/{chat}/messages", {"text": "Hello"}, status=202)
    heard = list(talker.follow(said["run"]["id"]))

    assert said["message"]["text"] == "Hello"
    assert said["message"]["role"] == "user"
    assert said["run"]["state"] == "running"
    assert said["run"]["parent_id"] == said["message"]["id"]
    assert heard[0].kind == "started"
    assert [event.kind for event in heard if event.kind in LAST] == ["finished"]
    assert [event.number for event in heard] == list(range(1, len(heard) + 1))
    messages = talker.messages(chat)
    assert texts(messages) == ["Hello", "Hello"]
    assert messages[1]["id"] == heard[-1].data["message_id"]
    assert messages[1]["reply"]["finish"] == "stop"
    assert messages[1]["reply"]["usage"]["output"] > 0


def test_a_script_names_a_parent_to_say_something_elsewhere(talker, chat):
    first, answer = say(talker, chat, "one")
    say(talker, chat, "two")
    say(talker, chat, "another two", parent=answer["id"])

    assert texts(talker.messages(chat)) == ["one", "one", "another two", "another two"]
    assert talker.messages(chat)[2]["swipes"] == 2
    assert first["parent_id"] is None


def test_what_needs_no_answer_asks_nobody(talker, chat, mock):
    said = talker.ask(
        "POST", f"/api/chats/{chat}/messages", {"text": "a note", "answer": False}, status=201
    )

    assert said["run"] is None
    assert mock.chats == []


def test_what_is_sent_twice_is_said_once(talker, chat):
    say(talker, chat, "before")
    path = f"/api/chats/{chat}/messages"

    def send(key, **body):
        return talker.http.post(path, json=body, headers={"idempotency-key": key})

    first = send("k-1", text="once")
    again = send("k-1", text="once")
    talker.finish(first.json()["run"]["id"])
    later = send("k-1", text="once")
    talker.ask("PATCH", f"/api/messages/{first.json()['message']['id']}", {"text": "edited"})
    edited = send("k-1", text="once")
    note, same_note = (send("k-2", text="a note", answer=False) for _ in range(2))

    assert [one.status_code for one in (first, again, later, edited)] == [202] * 4
    assert {one.json()["message"]["id"] for one in (first, again, later, edited)} == {
        first.json()["message"]["id"]
    }
    assert {one.json()["run"]["id"] for one in (first, again, later, edited)} == {
        first.json()["run"]["id"]
    }
    assert later.json()["run"]["state"] == "finished"
    assert [note.status_code, same_note.status_code] == [201, 201]
    assert note.json() == same_note.json()
    assert texts(talker.messages(chat))[2:] == ["edited", "once", "a note"]
    for body in ({"text": "other"}, {"text": "once", "answer": False}):
        refused = send("k-1", **body)
        assert refused.status_code == 409
        assert refused.json()["newer"]["id"] == first.json()["message"]["id"]
    elsewhere = talker.chat(connection="own", model="local-model")
    other = talker.http.post(
        f"/api/chats/{elsewhere}/messages",
        json={"text": "other", "answer": False},
        headers={"idempotency-key": "k-1"},
    )
    assert other.status_code == 201
    for key in ("", "x" * 256, b"\xe9"):
        assert send(key, text="once").status_code == 400


def test_one_message_sent_at_once_by_many_lines_is_said_once(talker, chat):
    def send(_):
        return talker.http.post(
            f"/api/chats/{chat}/messages",
            json={"text": "once"},
            headers={"idempotency-key": "the same"},
        ).json()

    with ThreadPoolExecutor(8) as lines:
        said = list(lines.map(send, range(8)))

    assert len({one["message"]["id"] for one in said}) == 1
    assert len({one["run"]["id"] for one in said}) == 1
    talker.finish(said[0]["run"]["id"])
    assert texts(talker.messages(chat)) == ["once", "once"]


@pytest.mark.parametrize("answer", [True, False])
def test_what_was_said_upon_an_older_state_is_refused(talker, chat, answer):
    path = f"/api/chats/{chat}/messages"
    seen = talker.get(f"/api/chats/{chat}")
    first = talker.ask("POST", path, {"text": "one", "head": None, "answer": False}, status=201)
    head = first["message"]["id"]

    for stale in ({"head": None}, {"head": "0" * 32}, {"version": seen["version"] + 1}):
        problem = talker.refused("POST", path, 409, json={"text": "x", "answer": answer, **stale})
        assert problem["newer"]["id"] == chat
        assert problem["newer"]["head"] == head
    assert texts(talker.messages(chat)) == ["one"]
    # Elsewhere on purpose, and having seen all there is.
    beside = {"text": "two", "head": head, "parent": head, "version": seen["version"]}
    said = talker.post(path, {**beside, "answer": answer})
    assert said["message"]["parent_id"] == head
    if answer:
        talker.finish(said["run"]["id"])


@pytest.mark.parametrize("wish", ["connection", "model"])
def test_who_is_to_answer_is_not_said_where_nobody_is_asked(talker, chat, wish):
    body = {"text": "a note", "answer": False, wish: "own"}

    problem = talker.refused("POST", f"/api/chats/{chat}/messages", 400, json=body)

    assert problem["field"] == wish
    assert talker.messages(chat) == []


def test_a_chat_is_read_by_the_window_along_the_path_that_is_shown(talker, chat):
    ids = [
        talker.post(f"/api/chats/{chat}/messages", {"text": f"m{at}", "answer": False})["message"][
            "id"
        ]
        for at in range(12)
    ]
    talker.post(f"/api/messages/{ids[3]}/alternatives", {"text": "beside"})
    talker.post(f"/api/messages/{ids[-1]}/select")
    path = f"/api/chats/{chat}/messages"

    end = talker.get(f"{path}?limit=3")
    before = talker.get(f"{path}?before={ids[9]}&limit=4")
    after = talker.get(f"{path}?after={ids[2]}&limit=2")
    around = talker.get(f"{path}?around={ids[6]}&limit=1")
    everything = talker.get(path)

    assert texts(end["messages"]) == ["m9", "m10", "m11"]
    assert (end["more_before"], end["more_after"]) == (True, False)
    assert texts(before["messages"]) == ["m5", "m6", "m7", "m8"]
    assert texts(after["messages"]) == ["m3", "m4"]
    assert after["messages"][0]["swipes"] == 2
    assert texts(around["messages"]) == ["m5", "m6", "m7"]
    assert texts(everything["messages"]) == [f"m{at}" for at in range(12)]
    assert (everything["more_before"], everything["more_after"]) == (False, False)
    first = talker.get(f"{path}?before={ids[1]}&limit=5")
    assert (texts(first["messages"]), first["more_before"]) == (["m0"], False)


def test_a_swipe_stands_beside_the_answer_and_both_can_be_shown(talker, chat):
    _, answer = say(talker, chat, "mock:long@3@0.001")
    run = talker.ask("POST", f"/api/messages/{answer['id']}/swipe", {}, status=202)
    talker.finish(run["id"])

    shown = talker.messages(chat)[-1]
    assert shown["id"] != answer["id"]
    assert (shown["swipe"], shown["swipes"]) == (1, 2)
    talker.post(f"/api/messages/{answer['id']}/select")
    assert talker.messages(chat)[-1]["id"] == answer["id"]


def test_nothing_is_removed_before_the_first_new_word(talker, chat, mock):
    _, answer = say(talker, chat, "Hello")
    mock.provider.clear()
    run = talker.post(f"/api/messages/{answer['id']}/regenerate", {"model": HANGING})["id"]
    mock.until_asked()

    assert texts(talker.messages(chat)) == ["Hello", "Hello"]
    assert talker.messages(chat)[-1]["id"] == answer["id"]

    stopped = talker.post(f"/api/runs/{run}/stop")
    assert stopped["state"] == "stopped"
    assert stopped["message_id"] is None
    assert talker.messages(chat)[-1]["id"] == answer["id"]
    assert talker.messages(chat)[-1]["swipes"] == 1


def test_an_answer_written_anew_takes_the_place_with_its_first_word(talker, chat):
    _, answer = say(talker, chat, "mock:long@30@0.02")
    run = talker.post(f"/api/messages/{answer['id']}/regenerate")["id"]
    for event in talker.follow(run):
        if event.kind == "text-delta":
            shown = talker.messages(chat)[-1]
            assert shown["id"] != answer["id"]
            assert shown["swipes"] == 2
            break
    talker.finish(run)
    assert talker.messages(chat)[-1]["text"] == answer["text"]
    assert talker.get(f"/api/messages/{answer['id']}")["text"] == answer["text"]


def test_an_answer_goes_on_where_it_ended(talker, chat):
    _, answer = say(talker, chat, "Hello")
    run = talker.ask("POST", f"/api/messages/{answer['id']}/continue", {}, status=202)
    more = talker.finish(run["id"])

    whole = talker.get(f"/api/messages/{answer['id']}")
    assert more
    assert whole["text"] == "Hello" + more
    editions = talker.get(f"/api/messages/{answer['id']}/editions")["editions"]
    assert [edition["parts"][0]["text"] for edition in editions] == ["Hello"]
    assert len(talker.messages(chat)) == 2


def test_an_impersonation_and_a_quiet_question_add_no_message(talker, chat):
    say(talker, chat, "Hello")
    ghost = talker.ask(
        "POST", f"/api/chats/{chat}/impersonate", {"instruction": "about tea"}, status=202
    )
    quiet = talker.ask(
        "POST", f"/api/chats/{chat}/quiet", {"prompt": "mock:echo\nA title?"}, status=202
    )

    for run in (ghost, quiet):
        words = talker.finish(run["id"])
        assert words
        assert talker.run(run["id"])["text"] == words
    assert talker.run(quiet["id"])["text"] == "A title?"
    assert texts(talker.messages(chat)) == ["Hello", "Hello"]


def test_signs_of_every_kind_come_back_as_they_were_said(talker, chat):
    _, answer = say(talker, chat, "mock:echo\n" + UNICODE)

    assert answer["text"].encode() == UNICODE.encode()


def test_an_answer_that_fails_says_why_and_keeps_what_came(talker, chat):
    run = talker.say(chat, "mock:long@20@0.001 fault=error@9")
    heard = list(talker.follow(run))

    assert heard[-1].kind == "failed"
    assert "broke off" in heard[-1].data["error"]["message"]
    kept = talker.messages(chat)[-1]
    assert kept["text"].startswith("w0 w1 ")
    assert kept["reply"]["finish"] == "failed"


def state_of(talker, chat, known):
    """Return all a person could tell apart: what is set, the path, the places, what lives."""
    listed = {
        one["id"]: one
        for deleted in ("false", "true")
        for one in talker.get(f"/api/chats?limit=200&deleted={deleted}")["chats"]
    }[chat]
    told = {name: listed[name] for name in ("title", "system", "pinned", "settings")}
    if listed["deleted_at"] is not None:
        return {**told, "deleted": True}
    return {
        **told,
        "path": [
            (each["text"], each["hidden"], each["parent_id"], each["swipes"])
            for each in talker.messages(chat)
        ],
        "living": {each for each in known if talker.http.get(f"/api/messages/{each}").is_success},
        "places": [
            (each["name"], each["kind"], each["message_id"])
            for each in talker.get(f"/api/chats/{chat}/checkpoints")["checkpoints"]
        ],
    }


def test_every_step_can_be_taken_back_and_done_again(talker, chat):
    talker.post(f"/api/chats/{chat}/messages", {"text": "first", "answer": False})
    known = []
    states = [state_of(talker, chat, known)]

    def step(method, path, body=None):
        answer = talker.ask(method, path, body if body is not None else {})
        known.append(answer["message"]["id"] if answer and "message" in answer else known[-1])
        states.append(state_of(talker, chat, known))
        assert states[-1] != states[-2], f"{method} {path} changed nothing"
        return answer

    def note(text):
        return step("POST", f"/api/chats/{chat}/messages", {"text": text, "answer": False})[
            "message"
        ]["id"]

    b, c, d, e = (note(text) for text in ("second", "third", "fourth", "fifth"))
    step("PATCH", f"/api/messages/{b}", {"text": "second, better"})
    edition = talker.get(f"/api/messages/{b}/editions")["editions"][0]["id"]
    step("POST", f"/api/messages/{b}/editions/{edition}/return")
    step("PATCH", f"/api/messages/{c}", {"hidden": True})
    step("PATCH", f"/api/messages/{c}", {"hidden": False})
    step("POST", f"/api/messages/{d}/move", {"to": "up"})
    step("POST", f"/api/messages/{d}/move", {"to": "down"})
    step("DELETE", f"/api/messages/{b}")
    step("POST", f"/api/messages/{b}/restore")
    step("DELETE", f"/api/messages/{d}?below=true")
    step("POST", f"/api/messages/{d}/restore")
    step("POST", f"/api/messages/{e}/alternatives", {"text": "fifth, other"})
    place = step("POST", f"/api/messages/{c}/checkpoint", {"name": "here"})["id"]
    step("PATCH", f"/api/checkpoints/{place}", {"name": "there"})
    step("DELETE", f"/api/checkpoints/{place}")
    step("PATCH", f"/api/chats/{chat}", {"title": "A title"})
    step("PATCH", f"/api/chats/{chat}", {"system": "Be brief."})
    step("PATCH", f"/api/chats/{chat}", {"pinned": True})
    step("DELETE", f"/api/chats/{chat}")

    for at in reversed(range(len(states) - 1)):
        done = talker.post(f"/api/chats/{chat}/undo")["change"]
        assert done is not None
        assert state_of(talker, chat, known) == states[at], f"after taking back {done['kind']}"
    for wanted in states[1:]:
        done = talker.post(f"/api/chats/{chat}/redo")["change"]
        assert done is not None
        assert state_of(talker, chat, known) == wanted, f"after doing {done['kind']} again"
    assert talker.post(f"/api/chats/{chat}/redo")["change"] is None


def test_an_answer_is_taken_back_before_the_words_it_answers(talker, chat):
    say(talker, chat, "Hello")

    talker.post(f"/api/chats/{chat}/undo")
    assert texts(talker.messages(chat)) == ["Hello"]
    talker.post(f"/api/chats/{chat}/undo")
    assert talker.messages(chat) == []
    talker.post(f"/api/chats/{chat}/redo")
    talker.post(f"/api/chats/{chat}/redo")
    assert texts(talker.messages(chat)) == ["Hello", "Hello"]


def test_a_branch_goes_its_own_way_and_a_copy_too(talker, chat):
    _, answer = say(talker, chat, "one")
    say(talker, chat, "two")
    talker.post(f"/api/messages/{answer['id']}/branch", {"name": "otherwise"})
    say(talker, chat, "three")

    assert texts(talker.messages(chat)) == ["one", "one", "three", "three"]
    copy = talker.post(f"/api/messages/{answer['id']}/duplicate", {"title": "copy"})["id"]
    whole = talker.post(f"/api/chats/{chat}/duplicate")["id"]
    say(talker, copy, "four")
    assert texts(talker.messages(copy)) == ["one", "one", "four", "four"]
    assert texts(talker.messages(whole)) == texts(talker.messages(chat))
    assert talker.messages(whole)[2]["swipes"] == 2
    assert texts(talker.messages(chat)) == ["one", "one", "three", "three"]


def test_search_finds_a_message_and_opens_it_in_its_branch(talker, chat):
    word = f"quokka{time.monotonic_ns()}"
    _, answer = say(talker, chat, "one")
    hidden, _ = say(talker, chat, f"the {word} hops")
    say(talker, chat, "elsewhere", parent=answer["id"])
    assert word not in str(talker.messages(chat))

    hits = talker.get(f"/api/search?q={word[:-3]}*&role=user")["hits"]
    opened = talker.get(f"/api/chats/{hits[0]['chat_id']}/messages?around={hits[0]['message_id']}")

    assert [hit["message_id"] for hit in hits] == [hidden["id"]]
    start, end = hits[0]["snippet"]["marks"][0]
    assert hits[0]["snippet"]["text"][start:end] == word
    assert texts(opened["messages"])[:3] == ["one", "one", f"the {word} hops"]
    assert texts(talker.messages(chat))[2] == "elsewhere"


@pytest.mark.parametrize("query", ['"', "*", "AND OR NOT", "a:b", "(", "'; DROP", "%", "^-~", "\\"])
def test_no_sign_breaks_the_search(talker, chat, query):
    say(talker, chat, "plain words")

    answer = talker.http.get("/api/search", params={"q": query})

    assert answer.status_code == 200


def test_what_was_deleted_for_good_is_not_found_any_more(talker, chat):
    word = f"numbat{time.monotonic_ns()}"
    say(talker, chat, word)
    talker.ask("DELETE", f"/api/chats/{chat}")
    assert talker.get(f"/api/search?q={word}")["hits"] == []
    talker.ask("DELETE", f"/api/chats/{chat}?for_good=true")

    talker.refused("POST", f"/api/chats/{chat}/restore", 404)
    until(lambda: chat not in str(talker.get("/api/chats?deleted=true&limit=200")))
