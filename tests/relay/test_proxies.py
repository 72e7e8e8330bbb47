"""A proxy preset stands in for any source's endpoint; its password goes where the key would."""

import json

import pytest

from tapster.app import Draft
from tapster.core.errors import Conflict, KeyDetached, SourceError
from tapster.core.messages import says
from tapster.core.requests import ChatRequest
from tapster.core.secrets import Secret
from tapster.sources import all_sources
from tapsters import add
from upstreams import answering, serving, whole

PASSWORD = "proxy-password-good-0123"
OWN = "sk-own-CANARY-0123456789"
HTTP_SOURCES = sorted(
    id_ for id_, source in all_sources().items() if not source.built_in and source.ability is None
)
REFUSAL = whole(b'{"error": {"message": "seen"}}', "connection: close", status="418 Seen")
# What a source must know of the account before it can build an address at all.
NEEDED = {"cloudflare": {"account": "abc"}, "vertex": {"project": "p"}}

every_source = pytest.mark.parametrize("source", HTTP_SOURCES)


async def heard_by_proxy(tapster, source, password, *, model="gpt-4o"):
    """Return the request that reached a proxy when something was said through it."""
    requests = []
    async with serving(answering(REFUSAL, requests=requests)) as port:
        url = f"http://127.0.0.1:{port}/behind/v1"
        await tapster.proxies.add("bar", url, Secret(password) if password else None)
        await add(tapster, source, None, None, proxy="bar", options=NEEDED.get(source, {}))
        with pytest.raises(SourceError, match="seen") as refused:
            _ = [event async for event in tapster.stream(f"here/{model}", "Hi")]
    assert refused.value.status == 418
    return requests[0].decode()


def where_sent(source, password):
    """Return what must stand in the request for `password` to be where the source's key is."""
    if source == "vertex":
        return f"x-goog-api-key: {password}"
    auth = all_sources()[source].auth
    for name, value in auth.headers(Secret(password)).items():
        return f"{name}: {value}"
    for name, value in auth.query(Secret(password)).items():
        return f"{name}={value}"
    return pytest.fail(f"{source} sends no key")


@every_source
async def test_the_password_is_sent_where_the_source_sends_its_key(tapster, source):
    heard = await heard_by_proxy(tapster, source, PASSWORD)

    assert heard.startswith("POST /behind/")
    assert where_sent(source, PASSWORD).casefold() in heard.casefold()
    assert heard.count(PASSWORD) == 1


@every_source
async def test_without_a_password_no_header_or_query_speaks_of_one(tapster, source):
    heard = (await heard_by_proxy(tapster, source, None)).casefold()

    head = heard.partition("\r\n\r\n")[0]
    for word in ("authorization", "api-key", "x-goog", "key=", "bearer", "undefined", "none"):
        assert word not in head


@every_source
async def test_the_own_key_never_goes_to_a_proxy(tapster, mock, source):
    requests = []
    source_data = all_sources()[source]
    endpoint = "http://127.0.0.1:9/v1" if source_data.base_url is None else None
    options = NEEDED.get(source, {})
    await add(tapster, source, endpoint, OWN, options=options)
    async with serving(answering(REFUSAL, requests=requests)) as port:
        await tapster.proxies.add("bar", f"http://127.0.0.1:{port}/v1")
        edited = await tapster.connections.edit("here", Draft(proxy="bar"))
        with pytest.raises(SourceError, match="seen"):
            _ = [event async for event in tapster.stream("here/gpt-4o", "Hi")]

    assert not edited.detached
    assert all(OWN not in request.decode() for request in requests)


async def test_a_connection_leaves_a_proxy_with_its_own_key_again(tapster, mock):
    await add(tapster, "openai", mock.url + "/openai/v1", "sk-good-own-0123456789")
    await tapster.proxies.add("bar", mock.url + "/compatible/v1", Secret(PASSWORD))
    await tapster.connections.edit("here", Draft(proxy="bar"))
    through_proxy = await tapster.connections.try_out("here", "echo")
    seen = mock.last.headers["authorization"]

    await tapster.connections.edit("here", Draft(proxy=None))
    await tapster.connections.try_out("here", "echo")

    assert through_proxy.first_words == "Hi"
    assert seen == f"Bearer {PASSWORD}"
    assert mock.last.headers["authorization"] == "Bearer sk-good-own-0123456789"


async def test_a_key_handed_in_beside_a_proxy_is_refused_and_nothing_is_saved(tapster, mock):
    await tapster.proxies.add("bar", mock.url + "/openai/v1")

    with pytest.raises(Exception, match="password of its own"):
        await add(tapster, "openai", None, OWN, proxy="bar")

    assert "here" not in {each.slug for each in await tapster.connections.all()}
    assert not await tapster._vault.keys()


async def test_an_endpoint_of_another_origin_detaches_the_key_and_never_sees_it(tapster, mock):
    await add(tapster, "openai", mock.url + "/openai/v1", OWN.replace("own", "good"))

    edited = await tapster.connections.edit(
        "here", Draft(endpoint=mock.elsewhere_url + "/openai/v1")
    )

    assert [key.state for key in edited.detached] == ["detached"]
    with pytest.raises(KeyDetached, match="tapster keys set here"):
        _ = [event async for event in tapster.stream("here/echo", "Hi")]
    check = await tapster.connections.check("here")
    assert check.state == "no_key"
    assert "another address" in check.message
    assert not mock.elsewhere


async def test_a_detached_key_stays_detached_when_the_old_address_comes_back(tapster, mock):
    await add(tapster, "openai", mock.url + "/openai/v1", OWN.replace("own", "good"))
    await tapster.connections.edit("here", Draft(endpoint=mock.elsewhere_url + "/openai/v1"))

    edited = await tapster.connections.edit("here", Draft(endpoint=mock.url + "/openai/v1"))

    assert not edited.detached
    with pytest.raises(KeyDetached):
        _ = [event async for event in tapster.stream("here/echo", "Hi")]


async def test_another_path_of_the_same_origin_keeps_the_key(tapster, mock):
    await add(tapster, "openai", mock.url + "/nobody/v1", "sk-good-0123456789")

    edited = await tapster.connections.edit("here", Draft(endpoint=mock.url + "/openai/v1"))

    assert not edited.detached
    assert (await tapster.connections.try_out("here", "echo")).first_words == "Hi"


async def test_a_key_entered_for_the_new_address_is_the_only_one_sent(tapster, mock):
    await add(tapster, "openai", mock.url + "/openai/v1", "sk-good-old-0123456789")
    await tapster.connections.edit("here", Draft(endpoint=mock.elsewhere_url + "/openai/v1"))
    await tapster.keys.set("here", Secret("sk-good-new-0123456789"))

    await tapster.connections.try_out("here", "echo")

    assert {record.headers["authorization"] for record in mock.elsewhere} == {
        "Bearer sk-good-new-0123456789"
    }


async def test_each_of_two_connections_carries_only_its_own_key(tapster, mock):
    for name in ("one", "two"):
        await tapster.connections.add(
            name, "custom", Draft(endpoint=mock.url + "/compatible/v1"), Secret(f"sk-good-{name}")
        )

    for name in ("one", "two", "one"):
        await tapster.connections.try_out(name, "echo")
        sent = f"{mock.last.headers} {json.dumps(mock.last.body)}"
        other = {"one": "two", "two": "one"}[name]
        assert mock.last.headers["authorization"] == f"Bearer sk-good-{name}"
        assert f"sk-good-{other}" not in sent


async def test_fields_of_a_request_lead_no_key_to_another_place(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible/v1", "sk-good-0123456789")
    elsewhere = mock.elsewhere_url + "/compatible/v1"
    fields = dict.fromkeys(
        ("base_url", "api_base", "proxy", "host", "x-forwarded-host", "endpoint"), elsewhere
    )
    request = ChatRequest(
        model="", messages=(says("user", "Hi"),), extra={**fields, "extra_headers": {"host": "e"}}
    )

    _ = [event async for event in tapster.stream("here/echo", request)]

    assert not mock.elsewhere
    assert mock.last.headers["host"] in mock.url


async def test_a_preset_in_use_is_not_removed(tapster, mock):
    await tapster.proxies.add("bar", mock.url + "/openai/v1", Secret(PASSWORD))
    await add(tapster, "openai", None, None, proxy="bar")

    with pytest.raises(Conflict, match="is used by 'here'"):
        await tapster.proxies.remove("bar")
    await tapster.connections.try_out("here", "echo")
    assert mock.last.headers["authorization"] == f"Bearer {PASSWORD}"
    await tapster.connections.remove("here")
    await tapster.proxies.remove("BAR")

    assert not await tapster.proxies.all()
    assert not await tapster._vault.keys()


@pytest.mark.parametrize(
    ("password", "state"), [(None, "no_key"), ("sk-wrong-0123456789", "key_refused")]
)
async def test_what_is_wrong_with_a_password_leads_to_the_preset(tapster, mock, password, state):
    await tapster.proxies.add(
        "bar", mock.url + "/openai/v1", Secret(password) if password else None
    )
    await add(tapster, "openai", None, None, proxy="bar")

    check = await tapster.connections.check("here")
    await tapster.proxies.edit("bar", password=Secret("sk-good-0123456789"))

    assert check.state == state
    assert "tapster proxies edit 'bar' --password-stdin" in check.message
    assert "tapster keys set" not in check.message
    assert (await tapster.connections.check("here")).state == "ready"


async def test_a_proxy_of_a_source_that_is_retired_elsewhere_works(tapster, mock):
    await tapster.proxies.add("bar", mock.url + "/palm/v1beta2", Secret(PASSWORD))
    await add(tapster, "palm", None, None, proxy="bar")

    assert (await tapster.connections.check("here")).state == "ready"
    assert (await tapster.connections.try_out("here", "echo")).first_words == "Hi"
    assert mock.last.query["key"] == PASSWORD
