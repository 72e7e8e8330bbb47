"""Keys granted in the browser over the API: begun, waited for, kept, and refused where in vain."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from callers import add_person, client_of, session_of
from scripted_transport import Scripted, ScriptedTransport
from tapster.app import Draft
from tapster.app.grants import Grants
from tapster.core.errors import InvalidInput, NotFound
from tapster.server.application import make_application
from tapsters import config_in, open_tapster

GRANTED = Scripted({"key": "sk-or-v1-granted-0042"})


async def visit(page, **said):
    """Go where the provider would send the browser, with what it says."""
    callback = urlsplit(parse_qs(urlsplit(page).query)["callback_url"][0])
    query = {"state": parse_qs(callback.query)["state"][0], **said}
    target = f"{callback.path}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
    reader, writer = await asyncio.open_connection("127.0.0.1", callback.port)
    writer.write(f"GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
    await reader.read()
    writer.close()


def grants_of(tapster, transport, **more):
    numbers = iter(range(100))
    more = {"port": 0, "is_alone": True} | more
    return Grants(
        connections=tapster.connections,
        keys=tapster.keys,
        transport=transport,
        new_id=lambda: str(next(numbers)),
        **more,
    )


@pytest.fixture
async def router(tapster):
    return await tapster.connections.add("router", "openrouter")


async def test_a_key_granted_in_the_browser_is_kept_and_told(tmp_path):
    transport = ScriptedTransport(GRANTED)
    async with open_tapster(tmp_path, transport=transport) as tapster:
        await add_person(tapster, "Ada")
        router = await tapster.connections.add("router", "openrouter")
        session = await session_of(tapster, "Ada")
        async with client_of(make_application(tapster), session=session) as http:
            begun = await http.post(f"/api/connections/{router.id}/grant")
            path = f"/api/grants/{begun.json()['id']}"
            waiting = await http.get(path)
            await visit(begun.json()["page"], code="good-1")
            await asyncio.wait({tapster.grants._waiting}, timeout=5)
            granted = (await http.get(path)).json()
            sources = (await http.get("/api/sources")).json()
            nobody = await http.get("/api/grants/nobody")
        (key,) = await tapster.keys.of(router)

    assert begun.status_code == 201
    assert waiting.json()["state"] == "waiting"
    assert granted == {"state": "granted", "message": "The key …0042 is kept."}
    assert (key.last4, key.label) == ("0042", "granted in the browser")
    assert {each["id"] for each in sources if each["grants"]} == {"openrouter"}
    assert nobody.status_code == 404


async def test_a_refusal_is_told_and_nothing_is_kept(tapster, router):
    grants = grants_of(tapster, ScriptedTransport())

    begun = await grants.begin(router)
    await visit(begun.page, error="access_denied")
    await asyncio.wait({grants._waiting})

    state = grants.state_of(begun.id)
    assert state.state == "failed"
    assert "access_denied" in state.message
    assert not await tapster.keys.of(router)


async def test_who_does_not_come_in_time_is_told(tapster, router):
    grants = grants_of(tapster, ScriptedTransport(), longest=0.05)

    begun = await grants.begin(router)
    await asyncio.wait({grants._waiting})

    assert grants.state_of(begun.id).state == "failed"
    assert "Start again" in grants.state_of(begun.id).message


async def test_what_nobody_expected_is_told_as_a_failure_and_logged(tapster, router, caplog):
    grants = grants_of(tapster, ScriptedTransport())  # breaks when it is asked for the key

    begun = await grants.begin(router)
    await visit(begun.page, code="good-1")
    await asyncio.wait({grants._waiting}, timeout=5)

    assert grants.state_of(begun.id).state == "failed"
    assert "Begin again" in grants.state_of(begun.id).message
    assert "nothing is scripted" in caplog.text
    assert not await tapster.keys.of(router)


async def test_another_one_takes_the_place_of_the_one_waited_for(tapster, router):
    grants = grants_of(tapster, ScriptedTransport(GRANTED))

    first = await grants.begin(router)
    second = await grants.begin(router)
    await visit(second.page, code="good-1")
    await asyncio.wait({grants._waiting})

    assert grants.state_of(first.id).state == "failed"
    assert grants.state_of(second.id).state == "granted"
    with pytest.raises(NotFound):
        grants.state_of("7")


async def test_of_two_begun_at_once_one_waits(tapster, router):
    grants = grants_of(tapster, ScriptedTransport(GRANTED))

    first = await grants.begin(router)
    begun = await asyncio.gather(grants.begin(router), grants.begin(router))
    states = [grants.state_of(each.id).state for each in (first, *begun)]
    await grants.aclose()

    assert sorted(states) == ["failed", "failed", "waiting"]


async def test_a_key_for_a_connection_that_leads_elsewhere_by_then_is_not_kept(tapster, router):
    grants = grants_of(tapster, ScriptedTransport(GRANTED))

    begun = await grants.begin(router)
    await tapster.connections.edit("router", Draft(endpoint="http://127.0.0.1:9/v1"))
    await visit(begun.page, code="good-1")
    await asyncio.wait({grants._waiting})

    assert grants.state_of(begun.id).state == "failed"
    assert "another address" in grants.state_of(begun.id).message
    assert not await tapster.keys.of(router)


async def test_a_key_for_a_connection_that_was_renamed_is_kept(tapster, router):
    grants = grants_of(tapster, ScriptedTransport(GRANTED))

    begun = await grants.begin(router)
    await tapster.connections.edit("router", Draft(name="gate"))
    await tapster.connections.add("router", "openrouter")
    await visit(begun.page, code="good-1")
    await asyncio.wait({grants._waiting})

    assert [key.last4 for key in await tapster.keys.of(router)] == ["0042"]


async def test_where_the_browser_is_elsewhere_a_key_has_to_be_pasted(tapster, router):
    grants = grants_of(tapster, ScriptedTransport(), is_alone=False)

    with pytest.raises(InvalidInput, match=r"has to be pasted.*Make one at https://"):
        await grants.begin(router)


async def test_a_server_for_a_network_says_so(tmp_path):
    config = config_in(tmp_path, host="0.0.0.0")
    async with open_tapster(tmp_path, config=config) as tapster:
        router = await tapster.connections.add("router", "openrouter")

        with pytest.raises(InvalidInput, match="serves a network"):
            await tapster.grants.begin(router)


@pytest.mark.parametrize(
    ("source", "fields", "why"),
    [
        ("groq", {}, "grants no keys in the browser"),
        ("openrouter", {"endpoint": "http://127.0.0.1:9/v1"}, "another address"),
        ("openrouter", {"proxy": "P"}, "never sent"),
    ],
    ids=str,
)
async def test_what_would_be_in_vain_is_refused_before_anyone_agrees(tapster, source, fields, why):
    await tapster.proxies.add("P", "http://127.0.0.1:9/v1")
    connection = await tapster.connections.add("it", source, Draft(**fields))

    with pytest.raises(InvalidInput, match=why):
        await grants_of(tapster, ScriptedTransport()).begin(connection)


async def test_a_connection_that_keeps_no_key_is_asked_for_none(tmp_path):
    environment = {"OPENROUTER_API_KEY": "sk-or-x"}
    async with open_tapster(tmp_path, environment=environment) as tapster:
        ready_made = await tapster.connections.find("openrouter")

        with pytest.raises(InvalidInput, match="ready-made"):
            await tapster.grants.begin(ready_made)
