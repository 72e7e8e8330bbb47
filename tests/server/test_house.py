"""Connections, keys and proxies below `/api`: everyone uses them, admins see and change them."""

import pytest

from callers import add_person, client_of, session_of
from mock_provider import MockProvider
from tapster.server.application import make_application
from tapsters import open_tapster

KEY = "sk-good-CANARY-7f3a9b2c4d5e6f708192"


@pytest.fixture
async def mock():
    async with MockProvider() as mock:
        yield mock


@pytest.fixture
async def tapster(tmp_path):
    async with open_tapster(tmp_path) as tapster:
        await add_person(tapster, "Ada")
        await add_person(tapster, "Bob")
        yield tapster


@pytest.fixture
async def admin(tapster):
    session = await session_of(tapster, "Ada")
    async with client_of(make_application(tapster), session=session) as client:
        yield client


@pytest.fixture
async def member(tapster):
    session = await session_of(tapster, "Bob")
    async with client_of(make_application(tapster), session=session) as client:
        yield client


@pytest.fixture
async def own(admin, mock):
    reply = await admin.post(
        "/api/connections",
        json={
            "name": "Own",
            "source": "custom",
            "endpoint": mock.url + "/compatible/v1",
            "key": KEY,
        },
    )
    assert reply.status_code == 201, reply.text
    return reply.json()


async def test_a_connection_is_saved_checked_tried_and_removed(admin, mock, own):
    path = f"/api/connections/{own['id']}"

    check = await admin.post(path + "/check")
    trial = await admin.post(path + "/test", json={"model": "local-model"})
    models = await admin.get(path + "/models", params={"refresh": True})
    removed = await admin.delete(path)

    assert check.json()["state"] == "ready"
    assert trial.json()["first_words"]
    assert "local-model" in {model["id"] for model in models.json()}
    assert removed.status_code == 204
    assert (await admin.get(path)).status_code == 404
    assert KEY in str(mock.requests[0].headers)


async def test_a_key_is_written_rotated_and_removed_but_never_read(admin, own):
    added = await admin.post(
        "/api/keys", json={"connection": own["id"], "key": "sk-good-CANARY-second-0987654321"}
    )
    rotated = await admin.put(
        f"/api/keys/{added.json()['id']}", json={"key": "sk-good-CANARY-third-1357924680"}
    )
    listed = await admin.get("/api/keys")
    for path in ("", "/models"):
        assert "CANARY" not in (await admin.get(f"/api/connections/{own['id']}{path}")).text
    removed = await admin.delete(f"/api/keys/{rotated.json()['id']}")

    assert removed.status_code == 204
    assert [each["key"]["last4"] for each in listed.json()] == ["8192", "4680"]
    for reply in (added, rotated, listed):
        assert "CANARY" not in reply.text


async def test_a_key_gets_a_label_and_comes_first(admin, own):
    second = await admin.post(
        "/api/keys", json={"connection": own["id"], "key": "sk-good-CANARY-second-0987654321"}
    )
    path = f"/api/keys/{second.json()['id']}"

    changed = await admin.patch(path, json={"label": "Work", "first": True})
    listed = await admin.get("/api/keys")
    refused = await admin.patch(path, json={"label": "x" * 201})

    assert changed.json()["label"] == "Work"
    assert [each["key"]["last4"] for each in listed.json()] == ["4321", "8192"]
    assert refused.status_code == 400
    assert "at most 200 characters" in refused.json()["detail"]


async def test_a_connection_is_copied_carried_away_and_taken_in(admin, own, mock):
    copy = await admin.post(f"/api/connections/{own['id']}/duplicate")
    named = await admin.post(f"/api/connections/{own['id']}/duplicate", json={"name": "Mine"})
    file = await admin.get("/api/connections/export")
    for each in (copy, named):
        await admin.delete(f"/api/connections/{each.json()['id']}")
    taken = await admin.post("/api/connections/import", json=file.json())
    broken = await admin.post("/api/connections/import", json={"connections": [{"name": 3}]})

    assert copy.json()["name"] == "Own (copy)"
    assert named.json()["name"] == "Mine"
    assert copy.json()["settings"]["endpoint"] == own["settings"]["endpoint"]
    assert "attachment" in file.headers["content-disposition"]
    assert "CANARY" not in file.text
    assert [each["name"] for each in taken.json()["added"]] == ["Own (copy)", "Mine"]
    assert taken.json()["skipped"] == [
        {"name": "Own", "why": "It is here already, just as in the file."}
    ]
    assert broken.status_code == 400


async def test_a_refused_body_does_not_repeat_the_key_in_it(admin, own):
    for body in (
        {"connection": "nobody", "key": KEY},
        {"connection": own["id"], "key": KEY, "colour": KEY},
        {"connection": KEY, "key": 3},
        {"connection": own["id"], "key": KEY + "\n" + KEY},
    ):
        reply = await admin.post("/api/keys", json=body)
        assert reply.status_code in {400, 404}
        assert "CANARY-7f3a" not in reply.text


async def test_a_changed_origin_detaches_the_key(admin, own):
    reply = await admin.patch(
        f"/api/connections/{own['id']}", json={"endpoint": "http://127.0.0.1:9/v1"}
    )

    (detached,) = reply.json()["detached"]
    assert detached["state"] == "detached"


async def test_a_proxy_preset_keeps_its_password_to_itself(admin):
    made = await admin.post(
        "/api/proxies",
        json={"name": "P", "url": "http://127.0.0.1:9/v1", "password": "CANARY-pass-word-123"},
    )
    changed = await admin.patch(
        f"/api/proxies/{made.json()['id']}", json={"url": "http://127.0.0.1:8/v1"}
    )
    listed = await admin.get("/api/proxies")
    removed = await admin.delete(f"/api/proxies/{made.json()['id']}")

    assert made.status_code == 201
    assert changed.json()["detached"][0]["state"] == "detached"
    assert removed.status_code == 204
    assert "CANARY" not in made.text + changed.text + listed.text


async def test_everyone_is_told_that_a_proxy_reads_along_but_only_admins_where_it_is(
    admin, member, own
):
    await admin.post("/api/proxies", json={"name": "Friend", "url": "http://127.0.0.1:9/v1"})
    path = f"/api/connections/{own['id']}"
    before = (await member.get(path)).json()
    await admin.patch(path, json={"proxy": "Friend"})
    told = await member.get(path)

    assert before["proxy_preset"] is None
    assert told.json()["proxy_preset"] == "Friend"
    assert "127.0.0.1" not in told.text


async def test_a_member_uses_connections_without_seeing_where_they_lead(member, own, mock):
    listed = await member.get("/api/connections")
    shown = await member.get(f"/api/connections/{own['id']}")
    models = await member.get(f"/api/connections/{own['id']}/models")

    assert shown.json() == {
        "id": own["id"],
        "name": "Own",
        "slug": "own",
        "source": "custom",
        "model": None,
        "proxy_preset": None,
        "api_type": "chat",
        "ready_made": False,
        "status": None,
    }
    assert mock.url.removeprefix("http://") not in listed.text + shown.text + models.text


async def test_a_member_is_told_the_settings_of_a_model(member, own):
    path = f"/api/connections/{own['id']}/settings"

    of_one = {each["name"]: each for each in (await member.get(path)).json()}
    of_other = await member.get(path, params={"model": "gpt-4o"})

    assert of_one["top_k"]["wire"] == "top_k"
    assert of_one["top_k"]["refused"] is None
    assert of_one["temperature"]["high"] == 2
    assert of_other.status_code == 200
    assert (await member.get("/api/connections/nobody/settings")).status_code == 404


async def test_every_source_is_described_for_a_form(member):
    listed = (await member.get("/api/sources")).json()
    shown = (await member.get("/api/sources/claude")).json()

    assert len(listed) > 30
    assert shown["title"]
    assert shown["settings"]
    assert (await member.get("/api/sources/nobody")).status_code == 404


async def test_the_free_session_of_one_person_is_a_session_like_any(tmp_path):
    async with open_tapster(tmp_path) as tapster:
        application = make_application(tapster)
        async with client_of(application) as client:
            opened = await client.get("/", headers={"sec-fetch-mode": "navigate"})
            me = await client.get("/api/session")
            again = await client.get("/", headers={"sec-fetch-mode": "navigate"})
            left = await client.delete("/api/session", headers={"origin": "http://localhost:8277"})
            gone = await client.get("/api/session")
            posted = await client.post("/api/session")

    assert opened.cookies["tapster_session"]
    assert me.json() == {"id": "me", "name": "me", "role": "admin", "scopes": None}
    assert "set-cookie" not in again.headers
    assert left.status_code == 204
    assert gone.status_code == 401
    assert posted.status_code == 201
