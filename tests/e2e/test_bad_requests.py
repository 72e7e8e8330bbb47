"""What `/api` refuses, and that it stores nothing of it."""

import json

import pytest

MISSING = "0" * 32
BIG = 10 * 1024 * 1024


def note(talker, chat, text):
    """Keep a message nobody answers; return its id."""
    said = talker.post(f"/api/chats/{chat}/messages", {"text": text, "answer": False})
    message_id: str = said["message"]["id"]
    return message_id


@pytest.fixture
def unchanged(talker, chat):
    """A chat with one message, that must be as it was when the test is over."""
    note(talker, chat, "kept")

    def told():
        chats = talker.get("/api/chats?limit=200")["chats"]
        return (
            [each["id"] for each in chats],
            talker.get(f"/api/chats/{chat}"),
            talker.messages(chat),
            talker.get(f"/api/chats/{chat}/changes")["changes"],
            talker.get(f"/api/chats/{chat}/runs")["runs"],
        )

    before = told()
    yield chat
    assert told() == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b'{"text": 7}',
        b'{"text": "a", "words": "b"}',
        b"{}",
        b'{"text": "a", "parts": []}',
        b'{"text": ""}',
        b'{"text": " \\n "}',
        b'{"text": "half \\ud800 of it"}',
        b'{"text": "half \\udfff of it"}',
        b'{"text": "a \\u0000 b"}',
        b'{"text": "\xff\xfe"}',
        b'{"parts": [{"type": "text", "text": "\\ud800"}]}',
        b'{"parts": [{"type": "nonsense"}]}',
        b'{"text": "a", "parent": 7}',
        b'{"text": "a", "version": "new"}',
        b'{"text": "a", "role": "assistant"}',
        b'{"text": "a", "parent": "a\\u0000b"}',
        b"[" * 100_000,
        b'{"text": "a", "model": "\\ud800"}',
        b'{"text": "a", "connection": "\\u0000"}',
    ],
    ids=lambda body: body[:24].decode("latin-1") or "empty",
)
def test_a_body_that_cannot_be_read_is_refused_with_a_sentence(talker, unchanged, body):
    answer = talker.http.post(
        f"/api/chats/{unchanged}/messages",
        content=body,
        headers={"content-type": "application/json"},
    )

    assert answer.status_code in {400, 404}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["detail"].endswith((".", ". ")), problem
    assert problem["request_id"]


def test_a_message_of_ten_megabytes_is_refused_with_the_way_out(talker, unchanged):
    path = f"/api/chats/{unchanged}/messages"
    told = talker.refused("POST", path, 400, json={"text": "x" * BIG})
    assert "attach" in told["detail"]
    assert told["field"] == "text"

    larger = talker.refused("POST", path, 413, json={"text": "x" * (BIG + BIG // 2)})
    assert "12 MB" in larger["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"/api/chats/{MISSING}", None),
        ("GET", f"/api/chats/{MISSING}/messages", None),
        ("POST", f"/api/chats/{MISSING}/messages", {"text": "Hello"}),
        ("PATCH", f"/api/chats/{MISSING}", {"title": "a"}),
        ("DELETE", f"/api/chats/{MISSING}", None),
        ("POST", f"/api/chats/{MISSING}/undo", None),
        ("GET", f"/api/messages/{MISSING}", None),
        ("PATCH", f"/api/messages/{MISSING}", {"text": "a"}),
        ("DELETE", f"/api/messages/{MISSING}", None),
        ("POST", f"/api/messages/{MISSING}/swipe", None),
        ("POST", f"/api/messages/{MISSING}/continue", None),
        ("GET", f"/api/runs/{MISSING}", None),
        ("GET", f"/api/runs/{MISSING}/events", None),
        ("POST", f"/api/runs/{MISSING}/stop", None),
        ("DELETE", f"/api/checkpoints/{MISSING}", None),
        ("GET", f"/api/runs/{'a' * 5000}", None),
    ],
)
def test_what_does_not_exist_is_not_found(talker, unchanged, method, path, body):
    talker.refused(method, path, 404, json=body)


@pytest.mark.parametrize("name", ["%00", "%ED%A0%80", "..%2f..%2fetc", "%2e%2e"])
def test_an_id_that_hides_something_is_refused(talker, unchanged, name):
    assert talker.refused("GET", f"/api/chats/{name}", 400)["code"] == "bad_path"


@pytest.mark.parametrize("number", [str(2**31), str(2**63), "9" * 30, "-1", "x", "1.5"])
def test_a_number_no_database_has_changes_nothing(talker, unchanged, number):
    kept = talker.messages(unchanged)[0]["id"]
    answers = [
        talker.http.get("/api/search", params={"q": "kept", "after": number}),
        talker.http.get("/api/search", params={"q": "kept", "limit": number}),
        talker.http.get("/api/search", params={"q": "kept", "since": number + "0" * 300}),
        talker.http.get(f"/api/chats/{unchanged}/changes", params={"limit": number}),
        talker.http.get("/api/chats", params={"after": number}),
        talker.http.delete(f"/api/messages/{kept}", params={"version": number}),
        talker.http.delete(f"/api/chats/{unchanged}", params={"version": number}),
    ]

    for answer in answers:
        assert answer.status_code in {200, 400, 404, 409}, answer.text
    assert not answers[-1].is_success
    assert not answers[-2].is_success


def test_a_message_of_another_chat_is_no_parent(talker, unchanged):
    other = talker.chat(connection="own", model="local-model")
    elsewhere = note(talker, other, "elsewhere")
    try:
        for answer in (True, False):
            told = talker.refused(
                "POST",
                f"/api/chats/{unchanged}/messages",
                400,
                json={"text": "Hello", "parent": elsewhere, "answer": answer},
            )
            assert told["field"] == "parent"
        for where in ("before", "after", "around"):
            talker.refused("GET", f"/api/chats/{unchanged}/messages?{where}={elsewhere}", 404)
        kept = talker.messages(unchanged)[0]["id"]
        talker.refused(
            "POST",
            f"/api/messages/{kept}/move",
            400,
            json={"to": "below", "parent": elsewhere},
        )
        assert len(talker.messages(other)) == 1
    finally:
        talker.ask("DELETE", f"/api/chats/{other}")
        talker.ask("DELETE", f"/api/chats/{other}?for_good=true")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=1000000000",
        "limit=" + "9" * 40,
        "limit=many",
        "limit=",
        "before=%00",
        "before=",
        "after=",
        "around=",
    ],
)
def test_a_window_nobody_can_open_is_refused(talker, unchanged, query):
    answer = talker.http.get(f"/api/chats/{unchanged}/messages?{query}")

    assert answer.status_code in {400, 404}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_window_goes_one_way(talker, unchanged):
    kept = talker.messages(unchanged)[0]["id"]

    told = talker.refused("GET", f"/api/chats/{unchanged}/messages?before={kept}&after={kept}", 400)

    assert "one of" in told["detail"]


@pytest.mark.parametrize(
    "seen", ["x", "-1", "1.5", "9007199254740991", "9" * 30, "٣", "0x1", "1 2"]
)
def test_a_last_event_id_that_is_none_is_refused(talker, chat, seen):
    run = talker.say(chat, "Hello")
    path = f"/api/runs/{run}/events"

    assert talker.refused("GET", path, 400, headers={b"last-event-id": seen.encode()})
    assert talker.refused("GET", path, 400, params={"after": seen})
    assert talker.finish(run) == "Hello"


def test_a_follower_from_beyond_the_end_hears_only_that_it_ended(talker, chat):
    run = talker.say(chat, "Hello")
    talker.finish(run)

    assert [event.kind for event in talker.follow(run, after=2147483647)] == ["finished"]
    last = talker.run(run)["last_event"]
    assert list(talker.follow(run, after=last)) == []


def test_one_answer_too_many_is_refused_until_another_ends(talker, chat):
    runs = [talker.say(chat, "mock:long@2000@0.05", parent=None) for _ in range(8)]
    try:
        answer = talker.http.post(f"/api/chats/{chat}/messages", json={"text": "one more"})

        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.json()["code"] == "too_many_runs"
        assert "stop one" in answer.json()["detail"]
        changes = talker.get(f"/api/chats/{chat}/changes")["changes"]
        assert sum(change["kind"] == "say" for change in changes) == len(runs)
        assert "one more" not in json.dumps(talker.messages(chat))

        talker.post(f"/api/runs/{runs[0]}/stop")
        runs.append(talker.say(chat, "mock:long@2000@0.05"))
    finally:
        for run in runs:
            talker.post(f"/api/runs/{run}/stop")
    assert talker.get(f"/api/chats/{chat}/runs")["runs"] == []
