"""Connections to models in a browser: no address, no key, and a status that is the page's."""

import pytest

from tapster.app import Draft
from tapster.core.chats import ChatFields
from tapster.core.checks import State
from tapster.core.errors import InvalidInput, SourceError
from tapster.core.secrets import Secret
from tapsters import add, open_tapster


@pytest.fixture
async def tapster(tmp_path):
    async with open_tapster(tmp_path) as tapster:
        yield tapster


async def test_its_status_is_not_asked_of_anybody(tapster):
    await add(tapster, "windowai", None, key=None, bypass_status_check=True)

    check = await tapster.connections.check("here")

    assert check.state is State.IN_PAGE
    assert "Open Tapster in a browser" in check.message
    assert check.tried == ()
    # What holds in one page is not noted for all.
    assert await tapster.connections.standings() == {}


async def test_it_takes_neither_address_nor_proxy_nor_key(tapster):
    await tapster.proxies.add("bar", "http://127.0.0.1:9/v1", Secret("sk-good-0123456789"))

    for draft in (Draft(endpoint="http://127.0.0.1:9/v1"), Draft(proxy="bar")):
        with pytest.raises(InvalidInput, match="lives in a browser"):
            await tapster.connections.add("here", "browser", draft)
    with pytest.raises(InvalidInput, match="takes no key"):
        await tapster.connections.add("here", "browser", None, Secret("sk-good-0123456789"))


async def test_without_a_page_it_says_where_it_lives(tapster):
    await add(tapster, "browser", None, key=None)

    with pytest.raises(SourceError, match="open Tapster in a browser"):
        await tapster.connections.try_out("here")
    with pytest.raises(SourceError, match="Terminals and programs cannot use it"):
        async for _ in tapster.stream("here", "Hi"):
            pass
    assert await tapster.connections.standings() == {}


async def test_the_context_that_was_set_is_what_the_prompt_may_have(tapster):
    here = await add(tapster, "browser", None, key=None, options={"context": 1000})
    chat = await tapster.chats.create("me", ChatFields(connection=here.id))
    for number in range(40):
        await tapster.chats.tree.say("me", chat.id, f"Words {number} " * 20)

    preview = await tapster.previews.of("me", chat.id)

    assert preview.report.context == 1000
    assert not preview.report.context_assumed
    assert len(preview.request.body["messages"]) < 40
