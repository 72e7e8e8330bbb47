"""Servers looked at and found by the API: who may do it, and what is answered."""

import pytest

from callers import add_person, client_of, session_of, token_of
from mock_provider import homes
from mock_provider.home import standing
from tapster.server.application import make_application


@pytest.fixture
async def admin(tapster):
    token = await token_of(tapster, "api", "admin")
    async with client_of(make_application(tapster), token=token) as client:
        yield client


async def test_a_server_is_looked_at_with_the_key_that_is_shown(admin):
    async with standing(homes.VLLM.locked()) as server:
        told = [
            (await admin.post("/api/servers/look", json={"address": server.url, "key": key})).json()
            for key in (None, "home-secret-0123456789")
        ]

    assert [(each["source"], each["sight"]) for each in told] == [
        ("vllm", "key_wanted"),
        ("vllm", "ready"),
    ]
    assert told[1]["models"] == [{"id": "Qwen/Qwen3-8B", "loaded": True, "context": 32_768}]
    assert "home-secret" not in str(told)


async def test_servers_are_found_at_the_ports_that_are_named(admin):
    async with standing(homes.LMSTUDIO) as server:
        found = (await admin.post("/api/servers/find", json={"ports": [server.port]})).json()

    assert [each["address"] for each in found["servers"]] == [server.url]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("look", {}),
        ("look", {"address": "what is this"}),
        ("look", {"address": "http://here", "more": 1}),
        ("find", {"host": "http://here"}),
        ("find", {"ports": [0]}),
    ],
)
async def test_what_cannot_be_asked_is_refused(admin, path, body):
    answer = await admin.post(f"/api/servers/{path}", json=body)

    assert answer.status_code in {400, 422}
    assert answer.json()["detail"].endswith(".")


async def test_who_may_not_make_connections_may_not_look(tapster):
    await add_person(tapster, "Ada", role="admin")
    await add_person(tapster, "Bob")
    application = make_application(tapster)
    async with (
        standing(homes.VLLM) as server,
        client_of(application, session=await session_of(tapster, "Bob")) as member,
        client_of(application, token=await token_of(tapster, "api")) as program,
        client_of(application) as stranger,
    ):
        for client, status in ((member, 403), (program, 403), (stranger, 401)):
            for path, body in (
                ("look", {"address": server.url}),
                ("find", {"ports": [server.port]}),
            ):
                assert (await client.post(f"/api/servers/{path}", json=body)).status_code == status
        assert server.asked == []


async def test_a_connection_becomes_one_of_another_source(tapster, admin):
    (own, *_) = [each for each in await tapster.connections.all() if not each.ready_made]

    changed = await admin.patch(f"/api/connections/{own.id}", json={"source": "vllm"})
    unknown = await admin.patch(f"/api/connections/{own.id}", json={"source": "nowhere"})

    assert changed.json()["connection"]["source"] == "vllm"
    assert changed.json()["connection"]["settings"]["endpoint"] == own.endpoint
    assert changed.json()["detached"] == []
    assert unknown.status_code in {400, 422}
