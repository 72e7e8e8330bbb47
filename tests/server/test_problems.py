"""What is said below `/api` of requests that cannot be taken, always in the same shape."""

import json
import logging

import pytest

from callers import client_of, token_of
from tapster.core.people import ME
from tapster.server.application import make_application
from tapster.server.bodies import BODY_LIMIT
from tapsters import open_tapster


@pytest.fixture
async def tapster(tmp_path):
    async with open_tapster(tmp_path) as tapster:
        yield tapster


@pytest.fixture
async def program(tapster):
    token = await token_of(tapster, "api", "admin")
    async with client_of(make_application(tapster), token=token) as client:
        yield client


def problem_in(reply):
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert problem["status"] == reply.status_code
    assert problem["title"]
    assert problem["detail"].strip()[-1] in ".!"
    assert problem["request_id"] == reply.headers["x-request-id"]
    return problem


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "missing"),
        (b"{", "character 2"),
        (b'{"name":', "character 9"),
        (b"nul", "character 1"),
        (b'{"name": "a', "unterminated string starting at character 10"),
        (b"\xff\xfe", "UTF-8"),
        (b'{"name": "a", "name": "b"}', "'name' is there twice"),
        (b'{"name": "a", "models": [{"x": 1, "x": 2}]}', "'x' is there twice"),
        (b'{"name": "a", "lasts": NaN}', "NaN"),
        (b'{"name": "a", "lasts": Infinity}', "Infinity"),
        (b'{"name": "a", "lasts": 1e999}', "range"),
        (b'{"name": "a", "lasts": ' + b"9" * 5000 + b"}", "limit"),
        (b'{"name": "\\ud800"}', "half of a character"),
        (b'{"name": "\\udc00\\ud800"}', "half of a character"),
        (b"[" * 60_000, "deeply"),
        (b'{"a":' * 10_000, "deeply"),
        (b"[" * 100_000, "20,000 values"),
        (b"null", "object"),
        (b"[]", "object"),
        (b'"name"', "object"),
    ],
    ids=range(20),
)
async def test_a_body_that_is_no_json_we_take_is_refused_with_the_reason(program, body, says):
    reply = await program.post("/api/tokens", content=body)

    problem = problem_in(reply)
    assert reply.status_code == 400
    assert says in problem["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": 3}, "name"),
        ({"name": "x", "scopes": ["everything"]}, "scopes[0]"),
        ({"name": "x", "lasts": -1}, "lasts"),
        ({"name": "x", "colour": "red"}, "colour"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x", "models": ["noslash"]}, "models"),
        ({"name": "x", "scopes": ["admin"]}, "scopes"),
    ],
    ids=str,
)
async def test_the_field_that_was_wrong_is_named(program, body, field):
    problem = problem_in(await program.post("/api/tokens", json=body))

    assert problem["status"] == 400
    assert problem["field"] == field


async def test_a_body_that_is_too_large_or_packed_is_not_read(program):
    large = await program.post("/api/tokens", content=b'"' + b"a" * BODY_LIMIT + b'"')

    async def pieces():
        for _ in range(13):
            yield b"a" * 1024 * 1024

    piecemeal = await program.post("/api/tokens", content=pieces())
    packed = await program.post(
        "/api/tokens", content=b"\x1f\x8b" * 50, headers={"content-encoding": "gzip"}
    )

    assert problem_in(large)["status"] == 413
    assert problem_in(piecemeal)["status"] == 413
    assert problem_in(packed)["status"] == 415


async def test_a_large_body_within_the_limit_is_read(program):
    reply = await program.post("/api/tokens", json={"name": "a" * (BODY_LIMIT - 100)})

    assert problem_in(reply)["field"] == "name"


async def test_unknown_addresses_and_verbs_are_problems_too(program):
    unknown = await program.get("/api/nothing")
    verb = await program.put("/api/sources", json={})

    assert problem_in(unknown)["code"] == "unknown_url"
    assert problem_in(verb)["status"] == 405
    assert "GET" in verb.headers["allow"]


async def test_a_change_upon_an_older_version_is_told_the_newer_one(program):
    made = await program.post(
        "/api/connections",
        json={"name": "own", "source": "custom", "endpoint": "http://127.0.0.1:9/v1"},
    )
    path = f"/api/connections/{made.json()['id']}"
    first = await program.patch(path, json={"notes": "mine", "version": 1})

    second = await program.patch(path, json={"notes": "yours", "version": 1})

    assert first.json()["connection"]["settings"]["version"] == 2
    problem = problem_in(second)
    assert (problem["status"], problem["code"]) == (409, "conflict")
    assert problem["newer"]["notes"] == "mine"


async def test_a_fault_of_ours_is_logged_with_the_requests_id_and_not_shown(
    tapster, program, caplog
):
    async def broken():
        raise RuntimeError("sk-CANARY-0123456789abcdef")

    tapster.proxies.all = broken
    with caplog.at_level(logging.ERROR):
        reply = await program.get("/api/proxies")

    assert problem_in(reply)["status"] == 500
    assert "CANARY" not in reply.text
    assert "RuntimeError" in caplog.text


async def test_the_openapi_document_describes_every_route_and_how_it_fails(program):
    document = (await program.get("/api/schema")).json()

    assert document["openapi"].startswith("3.1")
    assert "/api/connections/{connection_id}/check" in document["paths"]
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            assert operation["description"], (path, verb)
            problem = operation["responses"]["default"]["content"]["application/problem+json"]
            assert problem["schema"]["$ref"] == "#/components/schemas/Problem"
            names = {each["name"] for each in operation.get("parameters", ())}
            # What a route is handed by us is no parameter of a request.
            assert not names & {"tapster", "caller", "request", "owner", "scope", "state"}
    text = json.dumps(document)
    assert "cdn" not in text
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in document["components"]["schemas"]


async def test_a_value_of_another_kind_is_told_in_words(program):
    query = problem_in(await program.get("/api/chats?limit=many"))
    body = problem_in(await program.post("/api/chats", json={"title": 7}))

    assert query["detail"] == "limit: a whole number is expected, not a text."
    assert body["detail"].startswith("title: a text is expected, not a whole number")


async def test_a_message_is_not_emptied_by_an_edit(tapster, program):
    chat = await tapster.chats.create(ME)
    said = await tapster.chats.tree.say(ME, chat.id, "words")

    refused = await program.patch(f"/api/messages/{said.id}", json={"text": " "})

    assert problem_in(refused)["field"] == "text"
    kept = await tapster.chats.windows.message(ME, said.id)
    assert kept.message.text == "words"
