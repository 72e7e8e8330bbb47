"""Lines 25, 27, 28, 29 and 40 at the door: what is shown as a token, and what it opens."""

import hashlib

import pytest

QUESTION = {"model": "own/local-model", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer {}"},
        {"authorization": "bearer   {}  "},
        {"Authorization": "BEARER {}"},
        {"authorization": "", "x-api-key": "{}"},
        {"authorization": "Basic abc", "X-API-Key": " {} "},
    ],
)
async def test_a_token_is_taken_in_either_header(http, token, headers):
    shown = {name: value.format(token) for name, value in headers.items()}

    assert (await http.get("/v1/models", headers=shown)).status_code == 200


async def test_without_a_token_the_way_to_one_is_told(http):
    reply = await http.get("/v1/models", headers={"authorization": ""})

    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert reply.json()["error"]["code"] == "missing_api_key"
    assert "tapster tokens create NAME" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    "shown",
    [
        "x",
        "Bearer",
        "' OR '1'='1' --",
        '"; DROP TABLE access_tokens; --',
        "tap-%' UNION SELECT * FROM keys --",
        "\\x00",
        "%00",
        "*",
        "tap-" + "A" * 43,
        "A" * 7000,
    ],
)
async def test_anything_else_is_refused_and_not_repeated(http, shown):
    for headers in (
        {"authorization": f"Bearer {shown}"},
        {"authorization": "", "x-api-key": shown},
    ):
        reply = await http.post("/v1/chat/completions", headers=headers, json=QUESTION)

        assert reply.status_code == 401
        assert reply.json()["error"]["code"] == "invalid_api_key"
        assert shown not in reply.text or len(shown) == 1


async def test_bytes_that_are_no_ascii_are_no_token(http):
    reply = await http.get("/v1/models", headers={"authorization": "Bearer tap-\xff\xfe".encode()})

    assert reply.status_code == 401


async def test_what_is_stored_of_a_token_opens_nothing(http, tapster, token):
    digest = hashlib.sha256(token.encode())

    for shown in (digest.hexdigest(), digest.digest().hex().upper(), token[-4:]):
        reply = await http.get("/v1/models", headers={"authorization": f"Bearer {shown}"})
        assert reply.status_code == 401


async def test_two_tokens_with_the_same_beginning_are_two_tokens(http, tapster, token):
    first = (await http.get("/v1/models")).status_code
    for shown in (token[:20] + "x" * (len(token) - 20), token + "x", token[:-1]):
        reply = await http.get("/v1/models", headers={"authorization": f"Bearer {shown}"})
        assert reply.status_code == 401

    assert first == 200


async def test_a_scope_opens_its_own_routes_only(http, tapster):
    _, reads = await tapster.tokens.create("reads", scopes=("models",))
    _, chats = await tapster.tokens.create("chats", scopes=("chat",))
    as_reader = {"authorization": f"Bearer {reads.reveal()}"}
    as_chatter = {"x-api-key": chats.reveal(), "authorization": ""}

    assert (await http.get("/v1/models", headers=as_reader)).status_code == 200
    refused = await http.post("/v1/chat/completions", headers=as_reader, json=QUESTION)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "insufficient_scope"
    assert (await http.get("/v1/models", headers=as_chatter)).status_code == 403
    assert (await http.get("/v1/models/own", headers=as_chatter)).status_code == 403
    answered = await http.post("/v1/chat/completions", headers=as_chatter, json=QUESTION)
    assert answered.status_code == 200


@pytest.mark.parametrize(
    "model",
    [
        "own/echo",
        "OWN/echo",
        "own/LOCAL-MODEL",
        "own/local-model/",
        "own/./local-model",
        "own//local-model",
        "own/local-model\x00",
        "own/local%2Dmodel",
        "echo",
        "org/other-model",
        "local",
        "local/SmolLM2-135M-Instruct",
        "SmolLM2-135M-Instruct",
    ],
)
async def test_a_token_for_one_model_reaches_no_other_under_any_name(http, tapster, model):
    _, secret = await tapster.tokens.create("one", models=("own/local-model",))

    reply = await http.post(
        "/v1/chat/completions",
        headers={"authorization": f"Bearer {secret.reveal()}"},
        json=QUESTION | {"model": model},
    )

    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "model_not_found"


@pytest.mark.parametrize("model", ["own/local-model", "OWN/local-model", "local-model", "own"])
async def test_a_token_for_one_model_reaches_it_by_its_names(http, tapster, model):
    _, secret = await tapster.tokens.create("one", models=("own/local-model",))

    reply = await http.post(
        "/v1/chat/completions",
        headers={"authorization": f"Bearer {secret.reveal()}"},
        json=QUESTION | {"model": model},
    )

    assert reply.status_code == 200
    assert reply.json()["model"] == "own/local-model"


async def test_a_token_for_one_model_names_no_fallbacks(http, tapster):
    _, secret = await tapster.tokens.create("one", models=("own/local-model",))

    reply = await http.post(
        "/v1/chat/completions",
        headers={"authorization": f"Bearer {secret.reveal()}"},
        json=QUESTION | {"models": ["own/echo"]},
    )

    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == "models"
