"""Line 37: bodies that are too deep, too large, packed, doubled or no JSON at all."""

import asyncio
import gzip
import time

import pytest

from timed import timed

CHATS = "/api/chats"
MB = 1024 * 1024


@pytest.fixture
async def places(tapster):
    """Where JSON is taken: a method, a path, and the name of a field of text there."""
    chat = await tapster.chats.create("me")
    said = await tapster.chats.tree.say("me", chat.id, "Hello")
    return [
        ("POST", CHATS, "title"),
        ("PATCH", f"/api/messages/{said.id}", "text"),
        ("POST", f"/api/chats/{chat.id}/messages", "text"),
        ("POST", "/api/tokens", "name"),
    ]


BODIES = {
    "arrays in arrays": b'{"%s":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "objects in objects": b'{"%s":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}",
    "never closed": b"[" * 1_000_000,
    "a name twice": b'{"%s":"a","%s":"b"}',
    "NaN": b'{"%s":NaN}',
    "Infinity": b'{"%s":-Infinity}',
    "half a character": b'{"%s":"\\ud800"}',
    "half a character as bytes": b'{"%s":"\xed\xa0\x80"}',
    "no UTF-8": b'{"%s":"\xff"}',
    "UTF-16": '{"%s":"a"}'.encode("utf-16"),
    "a NUL in it": b'{"%s":"a\\u0000b"}',
    "a very large number": b'{"%s":1e308}',
    "a number beyond all": b'{"%s":1e309}',
    "a number of many digits": b'{"%s":1' + b"0" * 100_000 + b"}",
    "something behind it": b'{"%s":"a"}{"x":1}',
    "an unknown name": b'{"%s":"a","owner":"me","__proto__":{}}',
    "a list": b"[1]",
    "a word": b'"x"',
    "true": b"true",
}


async def test_json_that_two_would_read_differently_is_refused(as_ada, places):
    for body in BODIES.values():
        for method, path, field in places:
            began = time.monotonic()
            reply = await as_ada.request(
                method,
                path,
                content=body.replace(b"%s", field.encode()),
                headers={"content-type": "application/json"},
            )

            assert reply.status_code == 400, reply.text
            assert 0 < len(reply.json()["detail"]) < 1000
            assert time.monotonic() - began < 5


@pytest.mark.parametrize("settings", [b"1e308", b"-1e308", b"1e309", b"1" + b"0" * 400])
async def test_a_setting_without_measure_breaks_nothing(as_ada, settings):
    body = b'{"settings":{"temperature":' + settings + b',"seed":' + settings + b"}}"

    reply = await as_ada.post(CHATS, content=body, headers={"content-type": "application/json"})

    assert reply.status_code in {201, 400}
    if reply.status_code == 201:
        again = await as_ada.get(f"{CHATS}/{reply.json()['id']}")
        assert again.json()["settings"] == reply.json()["settings"]


@pytest.mark.parametrize("path", [CHATS, "/api/attachments", "/api/tokens"])
async def test_what_is_packed_is_not_unpacked(as_ada, path):
    bomb = gzip.compress(bytes(50 * MB))
    for encoding in ("gzip", "br", "deflate", "gzip, gzip", "zstd", "nonsense", "GZIP"):
        reply = await as_ada.post(path, content=bomb, headers={"content-encoding": encoding})

        assert reply.status_code == 415
        assert "Content-Encoding" in reply.json()["detail"]


class Poured:
    """A body that comes in pieces, as long as somebody takes them."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.taken = 0

    async def __aiter__(self):
        piece = bytes(MB)
        while self.left > 0:
            self.left -= MB
            self.taken += MB
            yield piece


@pytest.mark.parametrize(("path", "most"), [(CHATS, 12 * MB), ("/api/attachments", 25 * MB)])
@pytest.mark.parametrize("declared", [True, False])
async def test_what_is_too_large_is_refused_before_all_of_it_came(as_ada, path, most, *, declared):
    body = Poured(200 * MB)
    headers = {"content-length": str(200 * MB)} if declared else {}

    reply = await as_ada.post(path, content=body, headers=headers)

    assert reply.status_code == 413
    assert reply.json()["code"] == "too_large"
    assert body.taken <= most + 4 * MB


async def test_a_message_of_ten_megabytes_is_kept_or_refused_and_nothing_between(tapster, as_ada):
    chat = (await as_ada.post(CHATS, json={})).json()["id"]
    path = f"{CHATS}/{chat}/messages"

    reply = await as_ada.post(path, json={"text": "wörd " * 2 * MB, "answer": False})

    shown = (await as_ada.get(path)).json()["messages"]
    if reply.status_code == 201:
        assert shown[0]["text"] == "wörd " * 2 * MB
    else:
        assert reply.status_code in {400, 413}
        assert shown == []


CROWDED = {
    "numbers": b'{"text":[' + b"1," * (5 * MB) + b"1]}",
    "arrays": b'{"text":[' + b"[]," * (3 * MB) + b"1]}",
    "texts": b'{"text":[' + b'"",' * (3 * MB) + b"1]}",
    "objects": b'{"text":[' + b'{"a":1},' * MB + b"1]}",
    "escapes": b'{"text":"' + b"\\n" * (5 * MB) + b'"}',
    "one text": b'{"text":"' + b"word " * (2 * MB) + b'"}',
    "behind a text": b'{"text":"' + b'\\"[' * 90_000 + b'","x":[' + b"[]," * MB + b"1]}",
}


@timed
@pytest.mark.parametrize("body", CROWDED.values(), ids=CROWDED)
async def test_others_are_answered_while_a_large_body_is_read(tapster, as_ada, body):
    chat = await tapster.chats.create("me")
    longest, last = 0.0, time.monotonic()

    async def tick():
        nonlocal longest, last
        while True:
            await asyncio.sleep(0.001)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()

    ticking = asyncio.create_task(tick())
    reply = await as_ada.post(
        f"{CHATS}/{chat.id}/messages", content=body, headers={"content-type": "application/json"}
    )
    ticking.cancel()

    assert reply.status_code == 400
    assert reply.json()["detail"].endswith(".")
    assert longest < 0.4


async def test_a_large_body_that_is_one_long_text_is_taken(tapster, as_ada):
    chat = await tapster.chats.create("me")
    text = 'He said: "a\\", [1, {2}]\n字' * 100_000

    reply = await as_ada.post(f"{CHATS}/{chat.id}/messages", json={"text": text, "answer": False})

    assert reply.status_code == 201
    assert reply.json()["message"]["text"] == text


async def test_a_length_that_is_none_is_no_defect(as_ada):
    for length in ("-1", "x", "1e3", "0x10", "9" * 40, "1, 2"):
        reply = await as_ada.post(
            "/api/attachments", content=Poured(MB), headers={"content-length": length}
        )

        assert reply.status_code in {201, 400, 413}
