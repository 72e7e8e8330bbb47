"""Adding, editing and removing connections: all of it, or nothing."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from tapster.app import Draft
from tapster.core.errors import Conflict, InvalidInput, NotFound
from tapster.core.secrets import Secret
from tapsters import add, open_tapster

ENDPOINT = "http://127.0.0.1:9/v1"
BAD_KEYS = ["", "   ", "sk-with space", "sk-line\nbreak", "sk-\r\nhost: evil", "sk-ä", "sk-\x00"]


async def nothing_is_saved(tapster):
    saved = [each for each in await tapster.connections.all() if not each.ready_made]
    return not saved and not await tapster._vault.keys() and not await tapster.proxies.all()


@pytest.mark.parametrize("key", BAD_KEYS)
async def test_with_a_bad_key_nothing_is_saved(tapster, key):
    with pytest.raises(InvalidInput) as refused:
        await tapster.connections.add("here", "openai", None, Secret(key))

    assert refused.value.field == "key"
    assert "evil" not in refused.value.message
    assert await nothing_is_saved(tapster)


@pytest.mark.parametrize("password", BAD_KEYS)
async def test_with_a_bad_password_no_proxy_is_saved(tapster, password):
    with pytest.raises(InvalidInput):
        await tapster.proxies.add("bar", ENDPOINT, Secret(password))

    assert await nothing_is_saved(tapster)


@pytest.mark.parametrize("key", BAD_KEYS)
async def test_a_bad_key_replaces_no_good_one(tapster, key):
    await add(tapster, "openai", ENDPOINT)
    (before,) = await tapster._vault.keys()

    with pytest.raises(InvalidInput):
        await tapster.keys.set("here", Secret(key))
    with pytest.raises(InvalidInput):
        await tapster.keys.rotate("here", Secret(key))

    assert await tapster._vault.keys() == (before,)


@pytest.mark.parametrize(
    ("name", "source", "fields"),
    [
        ("here", "openai", {"endpoint": "not a url"}),
        ("here", "openai", {"proxy": "nobody"}),
        ("here", "openai", {"options": {"api": "telepathy"}}),
        ("here", "openai", {"headers": {"x": "a\r\nhost: evil"}}),
        ("here", "openai", {"outbound_proxy": "nowhere"}),
        ("here", "custom", {}),
        ("here", "azure", {}),
        ("", "openai", {}),
        ("  ", "openai", {}),
        ("???", "openai", {}),
        ("日本", "openai", {}),
        ("here", "opnai", {}),
    ],
)
async def test_bad_input_is_refused_and_nothing_is_saved(tapster, name, source, fields):
    with pytest.raises((InvalidInput, NotFound)) as refused:
        await tapster.connections.add(name, source, Draft(**fields), Secret("sk-CANARY-01234567"))

    assert len(refused.value.message) > 20
    assert "CANARY" not in refused.value.message
    assert await nothing_is_saved(tapster)


async def test_an_unknown_source_names_the_nearest(tapster):
    with pytest.raises(InvalidInput, match="Did you mean openai"):
        await tapster.connections.add("here", "opnai")


async def test_a_source_without_keys_takes_none(tapster):
    with pytest.raises(InvalidInput, match="takes no key"):
        await tapster.connections.add("mine", "local", None, Secret("sk-0123456789"))

    assert await nothing_is_saved(tapster)


@pytest.mark.parametrize("name", ["here", "Here", " HERE ", "here!", "-here-"])
async def test_a_name_is_taken_only_once(tapster, name):
    await add(tapster, "openai", ENDPOINT)

    with pytest.raises(Conflict, match="choose another name"):
        await tapster.connections.add(name, "claude", None, Secret("sk-second-0123456789"))

    assert len(await tapster._vault.keys()) == 1


async def test_without_a_name_a_connection_is_called_as_its_source(tmp_path):
    environment = {"OPENAI_API_KEY": "sk-from-the-environment-0123456789"}
    async with open_tapster(tmp_path, environment=environment) as tapster:
        # What is ready-made takes no name away, and what was removed gives it back.
        first = await tapster.connections.add(None, "openai")
        second = await tapster.connections.add(None, "openai")
        await tapster.connections.remove(first.slug)
        again = await tapster.connections.add(None, "openai")

    assert [each.name for each in (first, second, again)] == ["OpenAI", "OpenAI 2", "OpenAI"]


async def test_a_connection_is_found_by_name_or_slug_in_any_case(tapster):
    await tapster.connections.add("My Proxy (home)", "custom", Draft(endpoint=ENDPOINT))

    for name in ("My Proxy (home)", "my-proxy-home", "MY PROXY home"):
        assert (await tapster.connections.find(name)).name == "My Proxy (home)"


async def test_an_unknown_name_tells_the_nearest(tapster):
    await add(tapster, "openai", ENDPOINT)

    with pytest.raises(NotFound, match="Did you mean here"):
        await tapster.connections.find("hree")


async def test_an_edit_changes_what_is_named_and_nothing_else(tapster):
    await add(tapster, "openai", ENDPOINT, model="gpt-4o", options={"api": "chat"})

    edited = await tapster.connections.edit(
        "here", Draft(options={"organization": "org"}, notes="mine", name="There")
    )

    assert edited.connection.options == {"api": "chat", "organization": "org"}
    assert edited.connection.model == "gpt-4o"
    assert edited.connection.endpoint == ENDPOINT
    assert (await tapster.connections.find("there")).notes == "mine"
    assert edited.detached == ()


async def test_an_option_that_is_unset_is_kept_no_more(tapster):
    await add(tapster, "openai", ENDPOINT, options={"api": "chat", "organization": "org"})

    edited = await tapster.connections.edit(
        "here", Draft(options={"api": None, "organization": None, "project": None})
    )

    assert edited.connection.options == {}


@pytest.mark.parametrize(
    "fields", [{"endpoint": "x"}, {"name": "taken"}, {"name": "!"}, {"proxy": "nobody"}]
)
async def test_a_bad_edit_changes_nothing(tapster, fields):
    await tapster.connections.add("taken", "openai")
    before = await add(tapster, "openai", ENDPOINT)

    with pytest.raises((InvalidInput, NotFound, Conflict)):
        await tapster.connections.edit("here", Draft(notes="new", **fields))

    assert await tapster.connections.find("here") == before


async def test_a_custom_connection_cannot_lose_its_endpoint(tapster):
    await add(tapster, "custom", ENDPOINT)

    with pytest.raises(InvalidInput, match="needs an endpoint"):
        await tapster.connections.edit("here", Draft(endpoint=None))


async def test_a_removed_connection_leaves_no_key(tapster):
    await add(tapster, "openai", ENDPOINT)

    await tapster.connections.remove("here")

    assert await nothing_is_saved(tapster)


async def test_the_same_key_is_not_added_twice(tapster):
    await add(tapster, "openai", ENDPOINT, "sk-same-0123456789")

    with pytest.raises(InvalidInput, match="already has this key"):
        await tapster.keys.set("here", Secret("sk-same-0123456789"))

    assert len(await tapster._vault.keys()) == 1


async def test_a_detached_key_entered_again_takes_its_own_place(tapster):
    await add(tapster, "openai", ENDPOINT, "sk-same-0123456789")
    await tapster.connections.edit("here", Draft(endpoint="http://127.0.0.1:10/v1"))
    await tapster.connections.edit("here", Draft(endpoint=ENDPOINT))

    await tapster.keys.set("here", Secret("sk-same-0123456789"))

    assert [key.state for key in await tapster._vault.keys()] == ["active"]


async def test_what_is_shown_of_keys_holds_no_key(tapster):
    await add(tapster, "openai", ENDPOINT, "sk-CANARY-0123456789")
    await tapster.proxies.add("bar", ENDPOINT, Secret("pw-CANARY-0123456789"))

    shown = repr(await tapster.keys.all()) + repr(await tapster.connections.all())

    assert "CANARY" not in shown
    assert "6789" in shown


async def test_a_variable_offers_a_connection_whose_key_is_never_kept(tmp_path, mock):
    environment = {"OPENAI_API_KEY": "sk-CANARY-good-0123456789", "MISTRAL_API_KEY": "  "}
    async with open_tapster(tmp_path, environment=environment) as tapster:
        names = {each.slug: each for each in await tapster.connections.all()}
        with pytest.raises(InvalidInput, match="OPENAI_API_KEY"):
            await tapster.connections.edit("openai", Draft(notes="x"))
        with pytest.raises(InvalidInput, match="ready-made"):
            await tapster.keys.set("openai", Secret("sk-0123456789"))

    assert names["openai"].environment == "OPENAI_API_KEY"
    assert "mistral" not in names
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"CANARY" not in file.read_bytes()


async def test_the_built_in_connection_cannot_be_changed(tapster):
    with pytest.raises(InvalidInput, match="is built in"):
        await tapster.connections.edit("local", Draft(notes="x"))


async def test_what_cannot_be_changed_is_refused_even_while_another_program_writes(
    tapster, tmp_path
):
    with closing(sqlite3.connect(tmp_path / "data" / "tapster.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(3):
            with pytest.raises(InvalidInput, match="is built in"):
                await tapster.connections.edit("local", Draft(notes="x"))


@pytest.mark.parametrize("name", ["", "  ", "None", "none"])
async def test_a_proxy_needs_a_name(tapster, name):
    with pytest.raises(InvalidInput) as refused:
        await tapster.proxies.add(name, ENDPOINT)

    assert refused.value.field == "name"


async def test_a_proxy_name_is_taken_only_once(tapster):
    await tapster.proxies.add("bar", ENDPOINT)

    with pytest.raises(Conflict):
        await tapster.proxies.add("bar", ENDPOINT, Secret("pw-0123456789"))

    assert not await tapster._vault.keys()


async def test_the_password_of_an_outbound_proxy_is_kept_in_the_vault_alone(tmp_path):
    async with open_tapster(tmp_path) as tapster:
        proxy = "socks5://me:pass%40word-CANARY@127.0.0.1:9"
        saved = await add(tapster, "custom", "http://127.0.0.1:9/v1", outbound_proxy=proxy)
        link = (await tapster.relay.endpoints.reach(await tapster.connections.find("here"))).link

        assert saved.outbound_proxy == "socks5://me@127.0.0.1:9"
        assert link.outbound_proxy == "socks5://me:pass%40word-CANARY@127.0.0.1:9"
        await tapster.connections.remove("here")
        assert await tapster.keys.all() == ()

    files = [path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert not any(b"CANARY" in data for data in files)


async def test_the_embedded_model_keeps_its_name(tmp_path):
    async with open_tapster(tmp_path) as tapster:
        with pytest.raises(InvalidInput, match="choose another name"):
            await tapster.connections.add("Local", "openai", Draft())

        assert (await tapster.connections.find("local")).ready_made


async def test_a_server_on_this_machine_needs_no_scheme(tmp_path):
    async with open_tapster(tmp_path) as tapster:
        saved = await add(tapster, "custom", "localhost:1234/v1")

        assert saved.endpoint == "http://localhost:1234/v1"


async def test_another_outbound_proxy_forgets_the_password_of_the_first(tmp_path):
    async with open_tapster(tmp_path) as tapster:
        await add(
            tapster, "custom", "http://127.0.0.1:9/v1", outbound_proxy="http://me:secret@a.test:1"
        )

        await tapster.connections.edit("here", Draft(outbound_proxy="http://b.test:2"))

        endpoint = await tapster.relay.endpoints.reach(await tapster.connections.find("here"))
        assert endpoint.link.outbound_proxy == "http://b.test:2"
        assert [each.kind for each in await tapster.keys.all()] == ["connection"]


@pytest.mark.parametrize("name", ["Authorization", "Ocp-Apim-Subscription-Key", "Cookie"])
async def test_a_header_that_carries_a_key_is_sent_to_the_vault(tmp_path, name):
    async with open_tapster(tmp_path) as tapster:
        with pytest.raises(InvalidInput, match="tapster keys set"):
            await add(tapster, "custom", "http://127.0.0.1:9/v1", headers={name: "sk-CANARY"})

        assert not any(not each.ready_made for each in await tapster.connections.all())


async def test_a_proxy_preset_is_chosen_by_its_name_or_its_id(tapster):
    preset = await tapster.proxies.add("bar", ENDPOINT)

    by_id = await tapster.connections.add("one", "openai", Draft(proxy=preset.id))
    by_name = await tapster.connections.add("two", "openai", Draft(proxy=" BAR "))

    assert by_id.proxy == by_name.proxy == preset.id
    with pytest.raises(NotFound):
        await tapster.connections.edit("one", Draft(proxy="nowhere"))


async def test_what_another_process_has_saved_this_moment_is_found_by_its_id(tapster, tmp_path):
    async with open_tapster(tmp_path) as another:
        await tapster.connections.all()
        saved = await another.connections.add("here", "openai")

        assert await tapster.connections.pick(saved.id) == saved
