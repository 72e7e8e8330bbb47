"""The addresses there are, and what is said at the others."""

import httpx
import pytest
from msgspec.structs import replace

from tapster.core.errors import StoreError
from tapster.server.application import make_application
from tapsters import config_in, open_tapster


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/embeddings", "/v1/v1/models", "/v1/chat"])
async def test_an_unknown_address_below_v1_names_those_there_are(http, path):
    reply = await http.get(path)

    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "unknown_url"
    assert "POST /v1/chat/completions" in reply.json()["error"]["message"]
    assert "POST /v1/completions" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/chat/completions", "POST"),
        ("GET", "/v1/completions", "POST"),
        ("HEAD", "/v1/chat/completions", "POST"),
        ("OPTIONS", "/v1/chat/completions", "POST"),
        ("DELETE", "/v1/models/own/local-model", "GET, HEAD"),
        ("POST", "/v1/models", "GET, HEAD"),
        ("OPTIONS", "/v1/models", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_which_is_right(http, method, path, allowed):
    reply = await http.request(method, path)

    assert reply.status_code == 405
    assert reply.headers["allow"] == allowed
    if method != "HEAD":
        assert reply.json()["error"]["type"] == "invalid_request_error"


async def test_head_answers_as_get(http):
    reply = await http.head("/v1/models")

    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("own/org/other-model", "own/org/other-model"),
        ("own%2Forg%2Fother-model", "own/org/other-model"),
        ("own/50%25", "own/50%"),
        ("own/a%252Fb", "own/a%2Fb"),
        ("own/%C3%BCber", "own/über"),
        ("own/a//b", "own/a//b"),
    ],
)
async def test_a_models_name_in_an_address_may_hold_any_character(http, asked, named):
    reply = await http.get(f"/v1/models/{asked}")

    assert reply.json()["id"] == named


async def test_the_health_routes_need_no_token(http):
    live = await http.get("/health/live", headers={"authorization": ""})
    ready = await http.get("/health/ready", headers={"authorization": ""})

    assert live.json()["status"] == "live"
    assert ready.json() == {"status": "ready"}


async def test_without_its_database_the_server_is_live_but_not_ready(tapster, http, caplog):
    class Gone:
        async def version_stamp(self) -> int:
            raise StoreError("The disk is gone.")

    tapster._store = Gone()
    app = make_application(tapster)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        live = await client.get("/health/live")
        ready = await client.get("/health/ready")

    assert live.status_code == 200
    assert ready.status_code == 503
    assert ready.json()["status"] == "not ready"
    assert "disk" not in ready.text
    assert "The disk is gone." in caplog.text


async def test_without_redis_the_server_is_ready_and_says_so(tmp_path):
    config = replace(config_in(tmp_path), redis_url="redis://:secret@127.0.0.1:9/0")

    async with open_tapster(tmp_path, config=config) as tapster:
        transport = httpx.ASGITransport(app=make_application(tapster))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            ready = await client.get("/health/ready")

    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "redis": "away"})


async def test_whoever_opens_the_address_in_a_browser_is_told_what_it_is(http):
    reply = await http.get("/")

    assert "tapster tokens create" in reply.text
    assert reply.headers["content-type"].startswith("text/plain")
