"""Line 37: whatever comes as a body costs a clear answer and no more."""

import gzip
import json

import pytest

CHAT = "/v1/chat/completions"
BEGIN = (
    b'{"model":"own/local-model","messages":[{"role":"user","content":"Hello"}],"prompt":"Hello"'
)

each_route = pytest.mark.parametrize("route", [CHAT, "/v1/completions"])


async def send(http, body: bytes, route: str = CHAT, **headers):
    return await http.post(route, content=body, headers=headers)


@each_route
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"\xff\xfe{\x00}\x00",
        b"[]",
        b'"text"',
        b"null",
        BEGIN,
        BEGIN + b',"temperature":NaN}',
        BEGIN + b',"temperature":Infinity}',
        BEGIN + b',"temperature":1e309}',
        BEGIN + b',"seed":1' + b"0" * 5000 + b"}",
        BEGIN + b',"user":"\\ud800"}',
        BEGIN + b',"user":"\xed\xa0\x80"}',
        BEGIN + b',"deep":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        BEGIN + b',"deep":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}",
        b"[" * 1_000_000,
        BEGIN + b"}}",
        BEGIN + b"}\x00",
    ],
)
async def test_what_is_no_json_object_is_refused(http, body, route):
    reply = await send(http, body, route)

    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert "body" in error["message"]
    assert len(error["message"]) < 300


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"model": ["own"]}, "model"),
        ({"model": ""}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "Hello"}, "messages"),
        ({"messages": ["Hello"]}, "messages[0]"),
        ({"messages": [{"role": "robot", "content": "Hello"}]}, "messages[0].role"),
        ({"messages": [{"content": "Hello"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"max_tokens": "many"}, "max_tokens"),
        ({"n": 0}, "n"),
        ({"stop": 5}, "stop"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": []}, "stream_options"),
        ({"tools": {}}, "tools"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        ({"tool_choice": 5}, "tool_choice"),
        ({"response_format": "json"}, "response_format"),
        ({"logit_bias": {"5": "x"}}, "logit_bias"),
        ({"base_url": "http://elsewhere"}, "base_url"),
    ],
)
async def test_a_value_of_the_wrong_kind_is_named(http, fields, param):
    body = json.loads(BEGIN + b"}") | fields

    reply = await send(http, json.dumps(body).encode())

    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == param


@each_route
@pytest.mark.parametrize(
    "more",
    [
        b',"temperature":1e308',
        b',"seed":1e308',
        b',"seed":1' + b"0" * 300,
        b',"seed":-9223372036854775809',
        b',"x":1' + b"0" * 40,
        b',"x":' + b"[" * 500 + b"]" * 500,
        b',"model":"own/local-model"',
        b',"temperature":0.5,"temperature":0.7',
        b',"user":"\\u0000\\ud83d\\ude00"',
        b',"max_tokens":3.0',
    ],
)
async def test_odd_but_legal_json_never_breaks_us(http, more, route):
    reply = await send(http, BEGIN + more + b"}", route)

    assert reply.status_code in {200, 400}, reply.text
    if reply.status_code == 400:
        assert reply.json()["error"]["message"]


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", "x", ""]
)
async def test_a_body_is_json_whatever_it_is_called(http, kind):
    reply = await send(http, BEGIN + b"}", **{"content-type": kind})

    assert reply.status_code == 200


@each_route
@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, gzip", "nonsense"])
async def test_a_packed_body_is_refused_without_opening_it(http, encoding, route):
    bomb = gzip.compress(b" " * 50_000_000, 9)

    reply = await send(http, bomb, route, **{"content-encoding": encoding})

    assert reply.status_code == 415
    assert reply.json()["error"]["code"] == "unsupported_encoding"


async def test_a_body_that_is_not_packed_may_say_so(http):
    reply = await send(http, BEGIN + b"}", **{"content-encoding": "identity"})

    assert reply.status_code == 200


async def test_a_body_that_grows_past_the_limit_is_not_read_on(http):
    sent = 0

    async def grow():
        nonlocal sent
        while True:
            sent += 1 << 20
            yield b" " * (1 << 20)

    reply = await http.post("/v1/chat/completions", content=grow())

    assert reply.status_code == 413
    assert reply.headers["connection"] == "close"
    assert reply.json()["error"]["code"] == "request_too_large"
    assert sent <= 66 << 20
