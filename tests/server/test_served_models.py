"""Models of a server over `/api`: who may, what two windows see, what is refused."""

import asyncio

import pytest

from callers import add_person, client_of, session_of, token_of
from mock_provider import MockProvider
from mock_provider.rooms import SIZE
from mock_provider.vendors.keyed_model_servers import ADMIN_KEY
from open_streams import followed
from tapster.server.application import make_application
from tapsters import add, open_tapster


@pytest.fixture
async def mock():
    async with MockProvider() as provider:
        yield provider


@pytest.fixture
async def tapster(tmp_path):
    async with open_tapster(tmp_path) as tapster:
        yield tapster


@pytest.fixture
async def application(tapster):
    await add_person(tapster, "Ada")
    await add_person(tapster, "Bob")
    await tapster.start_runs()
    yield make_application(tapster)
    await tapster.finish(0, hurry=asyncio.Event())


@pytest.fixture
async def path(tapster, mock, application):
    connection = await add(tapster, "ollama", f"{mock.url}/own/ollama", key=None)
    return f"/api/connections/{connection.id}"


async def window_of(tapster, application, name):
    session = await session_of(tapster, name)
    return followed(application, "/api/live", cookie=f"tapster_session={session}")


async def test_two_windows_see_how_far_it_is_and_either_stops_it(tapster, mock, application, path):
    mock.room("ollama").trouble = "hangs"
    session = await session_of(tapster, "Ada")
    moved = b'"progress":{"said":"pulling aa","done":0,"total":%d}' % (SIZE // 2)
    async with (
        await window_of(tapster, application, "Ada") as one,
        await window_of(tapster, application, "Ada") as other,
        await window_of(tapster, application, "Bob") as bobs,
        client_of(application, session=session) as client,
    ):
        for window in (one, other, bobs):
            await window.until(b"event: hello")
        begun = await client.post(
            f"{path}/model-jobs", json={"deed": "download", "model": "gemma3:4b"}
        )
        await one.until(moved)
        await other.until(moved)
        listed = await client.get(f"{path}/model-jobs")
        stopped = await client.post(f"{path}/model-jobs/{begun.json()['id']}/stop")
        await other.until(b'"state":"stopped"')
        heard_by_bob = bobs.body

    assert (begun.status_code, begun.json()["state"]) == (202, "running")
    assert [each["id"] for each in listed.json()] == [begun.json()["id"]]
    assert (stopped.status_code, stopped.json()["state"]) == (200, "stopped")
    assert b"model-job" not in heard_by_bob


async def test_a_job_outlives_the_window_it_was_begun_in(tapster, mock, application, path):
    mock.room("ollama").trouble = "hangs"
    session = await session_of(tapster, "Ada")
    async with client_of(application, session=session) as client:
        async with await window_of(tapster, application, "Ada") as window:
            await window.until(b"event: hello")
            begun = await client.post(
                f"{path}/model-jobs", json={"deed": "download", "model": "gemma3:4b"}
            )
            await window.until(b"pulling aa")

        (listed,) = (await client.get(f"{path}/model-jobs")).json()
        (pull,) = [each for each in mock.requests if each.path.endswith("/api/pull")]
        left_at = pull.left_at
        await client.post(f"{path}/model-jobs/{begun.json()['id']}/stop")

    assert (listed["state"], listed["progress"]["total"]) == ("running", SIZE // 2)
    assert left_at is None


async def test_a_member_may_neither_look_nor_load(tapster, mock, application, path):
    session = await session_of(tapster, "Bob")
    async with client_of(application, session=session) as client:
        answers = [
            await client.get(f"{path}/served-models"),
            await client.get(f"{path}/model-jobs"),
            await client.post(f"{path}/model-jobs", json={"deed": "load", "model": "qwen3:8b"}),
            await client.post(f"{path}/model-jobs/x/stop"),
        ]

    assert [each.status_code for each in answers] == [403] * 4
    assert not mock.requests


async def test_a_token_needs_the_scope_admin(tapster, application, path):
    async with client_of(application, token=await token_of(tapster, "api")) as client:
        plain = await client.get(f"{path}/served-models")
    async with client_of(
        application, token=await token_of(tapster, "api", "admin", name="a")
    ) as client:
        careful = await client.get(f"{path}/served-models")

    assert plain.status_code == 403
    assert [each["id"] for each in careful.json()] == ["qwen3:8b", "llama3.2:1b"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"deed": "eat", "model": "x"}, (400, "deed")),
        ({"deed": "load", "model": " "}, (400, "Name the model")),
        ({"deed": "load", "model": "x\n"}, (202, "")),
        ({"deed": "load", "model": "x\ny"}, (400, "Name the model")),
        ({"deed": "load", "model": "x" * 501}, (400, "Name the model")),
        ({"deed": "load", "model": "x", "options": {"layers": 1}}, (400, "no option")),
        ({"deed": "load", "model": "x", "gpu": 1}, (400, "gpu")),
    ],
)
async def test_what_cannot_be_asked_is_refused(tapster, application, path, body, told):
    status, words = told
    session = await session_of(tapster, "Ada")
    async with client_of(application, session=session) as client:
        answer = await client.post(f"{path}/model-jobs", json=body)

    assert answer.status_code == status, answer.text
    assert words in answer.text


async def test_a_job_is_stopped_by_way_of_its_own_connection(tapster, mock, application, path):
    mock.room("ollama").trouble = "hangs"
    other = await tapster.connections.add("other", "ollama")
    session = await session_of(tapster, "Ada")
    async with client_of(application, session=session) as client:
        begun = await client.post(f"{path}/model-jobs", json={"deed": "download", "model": "m"})
        job = begun.json()["id"]
        elsewhere = await client.post(f"/api/connections/{other.id}/model-jobs/{job}/stop")
        here = await client.post(f"{path}/model-jobs/{job}/stop")

    assert elsewhere.status_code == 404
    assert here.json()["state"] == "stopped"


async def test_an_admin_key_is_kept_and_never_told(tapster, mock, application):
    connection = await add(tapster, "tabbyapi", f"{mock.url}/own/tabbyapi", key=None)
    session = await session_of(tapster, "Ada")
    async with client_of(application, session=session) as client:
        body = {"connection": connection.id, "key": ADMIN_KEY, "admin": True}
        kept = await client.post("/api/keys", json=body)
        listed = await client.get("/api/keys")
        models = await client.get(f"/api/connections/{connection.id}/served-models")

    assert kept.json()["owner"] == f"admin:{connection.id}"
    assert ADMIN_KEY not in kept.text + listed.text
    assert len(models.json()) == 2


async def test_what_a_source_lets_one_do_is_told_with_it(application, tapster):
    session = await session_of(tapster, "Ada")
    async with client_of(application, session=session) as client:
        sources = {each["id"]: each for each in (await client.get("/api/sources")).json()}

    assert sources["openai"]["control"] is None
    assert sources["tabbyapi"]["control"]["deeds"] == ["load", "unload"]
    assert sources["tabbyapi"]["control"]["admin"] is True
    assert [each["name"] for each in sources["ollama"]["control"]["options"]] == [
        "num_ctx",
        "keep_alive",
    ]
