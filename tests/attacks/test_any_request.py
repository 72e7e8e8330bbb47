"""Whatever is sent to `/api`, within what it says of itself or outside: never a defect of ours."""

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode

from running import Home, LiveMock, serving
from talking import Talker
from tapster.server.api.schema import describe
from tapster.server.application import NOUNS

document = describe([route for noun in NOUNS for route in noun.ROUTES])
# A line that never ends of itself has no answer to look at.
schema = schemathesis.openapi.from_dict(document).exclude(path="/api/live")
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])

HOSTILE = [
    *(str(10**23), str(-(10**23)), str(2**63), str(2**31), "-1", "0", "1.5", "1e999", "١", "0x10"),
    *("nan", "-nan", "inf", "-inf", "", " ", "null", "true", "\x00", "a\x00b", "\ud7ff\uffff"),
    *("x" * 10_000, "9" * 10_000, "'", '"', "%", "1:1:1", "0:nan:x", "0:inf:x", f"0:{10**23}:x"),
]
ASKED = [
    (path, parameter["name"])
    for path, operations in document["paths"].items()
    for parameter in operations.get("get", {}).get("parameters", ())
    if parameter["in"] == "query"
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("any") / "home")
    with LiveMock() as mock:
        home.add("own", "custom", "--endpoint", f"{mock.url}/compatible/v1", key=None)
        token = home.run("tokens", "create", "any", "--scope", "api", "--scope", "admin").strip()
        with serving(home) as server:
            yield server, {"authorization": f"Bearer {token}"}


@schema.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_finds_a_defect(case, server):
    running, headers = server

    response = case.call(base_url=running.url, headers=headers)

    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert "application/problem+json" in response.headers["content-type"]
        problem = response.json()
        assert problem["detail"]
        assert problem["request_id"] in response.headers["x-request-id"]


@pytest.fixture(scope="module")
def names(server):
    """What there is, by the names that addresses have for it."""
    running, headers = server
    with Talker(running.url, headers["authorization"].removeprefix("Bearer ")) as talker:
        chat = talker.chat(connection="own", model="local-model")
        run = talker.say(chat, "Hello")
        talker.finish(run)
        message = talker.messages(chat)[0]["id"]
    return {"chat_id": chat, "run_id": run, "message_id": message, "connection_id": "own"}


def test_addresses_take_queries():
    assert len(ASKED) > 15


@pytest.mark.parametrize(("path", "name"), ASKED, ids=lambda each: each.strip("/"))
def test_no_value_in_a_query_finds_a_defect(server, names, path, name):
    running, headers = server
    needed = {"q": "Hello"} if path == "/api/search" else {}
    with httpx.Client(base_url=running.url, headers=headers, trust_env=False) as client:
        for value in HOSTILE:
            reply = client.get(path.format_map(names), params={**needed, name: value})

            assert reply.status_code in {200, 400, 404}, (value, reply.text)
            if reply.status_code != 200:
                assert 0 < len(reply.json()["detail"]) < 3000, (value, reply.text)
