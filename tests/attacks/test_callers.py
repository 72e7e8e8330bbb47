"""Lines 20, 21, 25, 28, 29, 40: who calls, and who pretends to."""

import hashlib

import httpx
import pytest

from callers import HOST, PASSWORD, add_person, client_of, session_of, token_of
from tapster.core.secrets import Secret
from tapster.server.application import make_application
from tapsters import open_tapster


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def tapster(tmp_path, clock):
    async with open_tapster(tmp_path, clock=clock) as tapster:
        await add_person(tapster, "Ada")
        await add_person(tapster, "Bob")
        yield tapster


@pytest.fixture
def application(tapster):
    return make_application(tapster)


def ways_of_showing(secret: str) -> dict[str, dict[str, dict[str, str]]]:
    return {
        "Authorization": {"headers": {"authorization": f"Bearer {secret}"}},
        "lower case": {"headers": {"authorization": f"bearer {secret}"}},
        "x-api-key": {"headers": {"x-api-key": secret}},
        "api-key": {"headers": {"api-key": secret}},
        "cookie": {"headers": {"cookie": f"tapster_session={secret}"}},
    }


async def test_the_same_token_may_the_same_wherever_it_is_shown(tapster, application):
    secret = await token_of(tapster, "models")
    asked = ["/v1/models", "/api/session", "/api/people"]
    seen = set()
    async with client_of(application) as client:
        for shown in ways_of_showing(secret).values():
            replies = [(await client.get(path, **shown)).status_code for path in asked]
            written = [
                (await client.post(path, json={}, **shown)).status_code
                for path in ("/v1/chat/completions", "/v1/completions")
            ]
            seen.add((*replies, *written))

    assert seen == {(200, 403, 403, 403, 403)}


async def test_no_address_carries_a_credential(tapster, application):
    secret = await token_of(tapster, "chat", "models", "api", "admin")
    async with client_of(application) as client:
        for name in ("key", "api_key", "token", "access_token", "authorization"):
            for path in ("/v1/models", "/api/session"):
                assert (await client.get(path, params={name: secret})).status_code == 401


async def test_two_tokens_that_begin_alike_are_two(tapster, application):
    first = await token_of(tapster, "api", name="one")
    forged = first[:24] + "x" * (len(first) - 24)
    async with client_of(application, token=first) as client:
        assert (await client.get("/api/session")).status_code == 200
    async with client_of(application, token=forged) as client:
        assert (await client.get("/api/session")).status_code == 401


async def test_what_the_database_holds_is_no_credential(tapster, application):
    secret = await token_of(tapster, "api", "admin")
    session = await session_of(tapster, "Ada")
    async with tapster._store.read() as rows:
        sealed = await rows.people.password_of("me")
        (kept,) = await rows.sessions.of("me")
        (token,) = await rows.tokens.of("me")
    stolen = [sealed, token.id, token.last4, kept.id, "me"]
    for digest in (kept.digest, token.digest):
        stolen += [
            digest.hex(),
            "tas-" + digest.hex(),
            "tap-" + digest.hex(),
            digest.decode("latin-1"),
        ]
    stolen += [hashlib.sha256(each.encode()).hexdigest() for each in (secret, session)]
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
        for each in stolen:
            for shown in ways_of_showing("").values():
                (name,) = shown["headers"]
                value = f"{shown['headers'][name]}{each}".encode("latin-1")
                reply = await client.get("/api/session", headers=[(name.encode(), value)])
                assert reply.status_code == 401
        as_password = await client.post("/api/session", json={"name": "Ada", "password": sealed})

    assert as_password.status_code == 401


HOSTILE = [
    "' OR 1=1 --",
    "x'; DROP TABLE people; --",
    '" UNION SELECT sealed FROM passwords --',
    "%",
    "_",
    "\\",
    "1 OR 1=1",
    "${7*7}{{7*7}}",
    "(SELECT 1)",
    "'||pg_sleep(5)||'",
    "\N{LATIN SMALL LETTER O WITH STROKE}",
    "a" * 4000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_the_signs_of_sql_mean_nothing_anywhere(tapster, application, text):
    token = await token_of(tapster, "api", "admin")
    raw = text.encode().decode("latin-1")
    async with client_of(application) as client:
        for shown in ways_of_showing(raw).values():
            headers = [(n.encode(), v.encode("latin-1")) for n, v in shown["headers"].items()]
            reply = await client.get("/api/session", headers=headers)
            assert reply.status_code == 401
        signed = await client.post("/api/session", json={"name": text, "password": text})
        assert signed.status_code in {400, 401}
    async with client_of(application, token=token) as client:
        for path in ("people", "connections", "sources"):
            reply = await client.get(
                httpx.URL(f"{HOST}/api/{path}/x").copy_with(
                    raw_path=f"/api/{path}/".encode()
                    + httpx.QueryParams({"": text}).__str__()[1:].encode()
                )
            )
            assert reply.status_code in {400, 404}
        for path in ("/api/people", "/api/tokens", "/api/connections?sort=" + "name"):
            assert (await client.get(path, params={"q": text, "sort": text})).status_code == 200
        made = await client.post("/api/tokens", json={"name": text[:90]})
        assert made.status_code == 201
        await client.delete(f"/api/tokens/{made.json()['id']}")

    assert {person.name for person in await tapster.people.all()} == {"Ada", "Bob"}


async def end_session(tapster):
    (session,) = await tapster.sessions.of((await tapster.people.find("Bob")).id)
    await tapster.sessions.end(session.owner, session.id)


async def change_password(tapster):
    await tapster.people.change_password("Bob", Secret("another password"))


async def change_role(tapster):
    await tapster.people.change("Bob", role="admin")


async def disable(tapster):
    await tapster.people.change("Bob", disabled=True)


async def remove(tapster):
    await tapster.people.remove("Bob")


@pytest.mark.parametrize(
    ("event", "ends_tokens"),
    [
        (end_session, False),
        (change_password, False),
        (change_role, False),
        (disable, True),
        (remove, True),
    ],
)
@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "in another process"])
async def test_who_is_shut_out_is_out_within_a_second(
    tmp_path, tapster, clock, event, ends_tokens, *, elsewhere
):
    application = make_application(tapster)
    bob = await tapster.people.find("Bob")
    session = await session_of(tapster, "Bob")
    token = await token_of(tapster, "api", owner=bob.id)
    streams = [await tapster.callers.find(session), await tapster.callers.find(token)]
    assert all([await tapster.callers.still_valid(each) for each in streams])

    if elsewhere:
        async with open_tapster(tmp_path, clock=clock) as other:
            await event(other)
        clock.now += 0.9
    else:
        await event(tapster)

    assert await tapster.callers.find(session) is None
    assert not await tapster.callers.still_valid(streams[0])
    async with client_of(application, session=session) as client:
        assert (await client.get("/api/session")).status_code == 401
    async with client_of(application, token=token) as client:
        status = (await client.get("/api/session")).status_code
    assert status == (401 if ends_tokens else 200)
    # A stream that was opened as a member is not kept by who is an admin since.
    goes_on = not ends_tokens and event is not change_role
    assert await tapster.callers.still_valid(streams[1]) == goes_on


async def test_a_revoked_token_ends_its_streams(tapster, clock):
    caller = await tapster.callers.find(await token_of(tapster, "api", name="stream"))
    assert await tapster.callers.still_valid(caller)

    await tapster.tokens.revoke("stream")

    assert not await tapster.callers.still_valid(caller)


async def test_a_session_ends_by_itself(tapster, clock):
    session = await session_of(tapster, "Ada")

    clock.now += 31 * 86_400

    assert await tapster.callers.find(session) is None


async def test_a_session_somebody_planted_is_not_taken_up(tapster, application):
    planted = "tas-" + "A" * 43
    body = {"name": "Ada", "password": PASSWORD}
    async with client_of(application, session=planted) as client:
        reply = await client.post("/api/session", json=body)
        issued = reply.cookies["tapster_session"]

    assert issued != planted
    assert await tapster.callers.find(planted) is None
    assert await tapster.callers.find(issued) is not None


async def test_signing_in_again_ends_the_session_before(tapster, application):
    before = await session_of(tapster, "Bob")
    body = {"name": "Ada", "password": PASSWORD}
    async with client_of(application, session=before) as client:
        await client.post("/api/session", json=body)

    assert await tapster.callers.find(before) is None


async def test_of_two_session_cookies_neither_counts(tapster, application):
    mine, planted = await session_of(tapster, "Ada"), await session_of(tapster, "Bob")
    cookies = f"tapster_session={planted}; tapster_session={mine}"
    async with client_of(application, cookie=cookies) as client:
        assert (await client.get("/api/session")).status_code == 401


async def test_a_wrong_name_and_a_wrong_password_are_told_alike(tapster, application):
    await tapster.people.change("Bob", disabled=True)
    told = set()
    async with client_of(application) as client:
        for name, password in (("Ada", "wrong-wrong"), ("Nobody", PASSWORD), ("Bob", PASSWORD)):
            reply = await client.post("/api/session", json={"name": name, "password": password})
            problem = reply.json()
            del problem["request_id"]
            told.add((reply.status_code, str(problem), len(reply.headers)))

    assert len(told) == 1
    assert told.pop()[0] == 401


async def test_guessing_is_slowed_down_and_says_for_how_long(tapster, application):
    async with client_of(application) as client:
        replies = [
            await client.post("/api/session", json={"name": "Ada", "password": f"guess {n:04}"})
            for n in range(12)
        ]
        right = await client.post("/api/session", json={"name": "Ada", "password": PASSWORD})

    assert [reply.status_code for reply in replies][:5] == [401] * 5
    assert {reply.status_code for reply in replies[6:]} == {429}
    assert int(replies[-1].headers["retry-after"]) >= 1
    assert right.status_code == 429


async def test_guesses_at_many_names_through_a_proxy_lock_nobody_out(tapster, application):
    async with client_of(application, **{"x-forwarded-for": "192.0.2.1"}) as client:
        for n in range(60):
            body = {"name": f"name {n}", "password": f"guess {n:04}"}
            assert (await client.post("/api/session", json=body)).status_code == 401
        other = await client.post("/api/session", json={"name": "Bob", "password": PASSWORD})

    assert other.status_code == 201


async def test_guessing_at_one_name_does_not_lock_others_out(tapster, application):
    async with client_of(application) as client:
        for n in range(10):
            await client.post("/api/session", json={"name": "Ada", "password": f"guess {n:04}"})
        other = await client.post("/api/session", json={"name": "Bob", "password": PASSWORD})

    assert other.status_code == 201
