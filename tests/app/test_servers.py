"""Servers looked at and looked for, and connections that lead to another kind than was thought."""

import pytest

from mock_provider import homes
from mock_provider.home import standing
from tapster.app import Draft
from tapster.app.servers import Servers
from tapster.core.checks import State
from tapster.core.errors import AddressRefused, InvalidInput, TooOften
from tapster.core.secrets import Secret
from tapster.core.servers import Sight
from tapsters import add, config_in, open_tapster

KEY = "home-secret-0123456789"


def here(tapster, *, port=8277, in_container=False, **more):
    """Return the desk of `tapster` as it would be at another port, or in a container."""
    return Servers(
        tapster.relay.lookout, tapster._transport, port=port, in_container=in_container, **more
    )


async def test_a_server_is_looked_at_as_a_person_types_its_address(tapster):
    async with standing(homes.KOBOLDCPP_LOCKED) as server:
        typed = f"  localhost:{server.port}/v1/ "
        bare = await tapster.servers.look(typed)
        with_key = await tapster.servers.look(typed, Secret(KEY))

    assert (bare.source, bare.sight) == ("koboldcpp", Sight.KEY_WANTED)
    assert with_key.sight is Sight.READY
    assert with_key.address == f"http://localhost:{server.port}"


@pytest.mark.parametrize("address", ["", "what is this", "ftp://here", "http://user:pw@here"])
async def test_what_is_no_address_is_refused_before_anybody_is_asked(tapster, address):
    with pytest.raises(InvalidInput):
        await tapster.servers.look(address)


async def test_all_that_run_here_are_found_and_nothing_else(tapster):
    async with (
        standing(homes.LMSTUDIO) as studio,
        standing(homes.SGLANG) as other,
        standing(homes.WEB_PAGE) as page,
        standing(homes.TAPSTER) as ourselves,
    ):
        ports = [studio.port, other.port, page.port, ourselves.port]
        found = await here(tapster, in_container=False).find(ports=ports)

    assert [(server.source, server.address) for server in found.servers] == [
        ("lmstudio", studio.url),
        (None, f"{other.url}/v1"),
    ]
    assert found.ports == tuple(ports)
    assert found.hosts == ("127.0.0.1", "[::1]")
    assert found.note is None


async def test_our_own_port_is_never_asked(tapster):
    async with standing(homes.OLLAMA) as server:
        found = await here(tapster, port=server.port).find(ports=[server.port])

        assert (found.servers, found.ports) == ((), ())
        assert server.asked == []


async def test_a_server_at_the_other_loopback_address_is_found_there(tapster):
    try:
        async with standing(homes.VLLM, host="::1") as server:
            found = await tapster.servers.find(ports=[server.port])
    except OSError:
        pytest.skip("this machine has no IPv6")

    (only,) = found.servers
    assert (only.source, only.address) == ("vllm", f"http://[::1]:{server.port}")


async def test_one_that_listens_at_both_is_found_once(tapster):
    try:
        async with (
            standing(homes.VLLM) as server,
            standing(homes.VLLM, host="::1", port=server.port),
        ):
            found = await tapster.servers.find(ports=[server.port])
    except OSError:
        pytest.skip("this machine has no IPv6, or the port is taken there")

    assert [each.address for each in found.servers] == [server.url]


async def test_in_a_container_it_is_said_that_localhost_is_the_container(tapster):
    async with standing(homes.VLLM) as server:
        found = await here(tapster, in_container=True).find(ports=[server.port])
        there = await here(tapster, in_container=True).find("127.0.0.1", [server.port])

    assert "host.docker.internal" in (found.note or "")
    assert there.note is None
    assert [each.source for each in there.servers] == ["vllm"]


@pytest.mark.parametrize("host", ["", "a b", "http://here", "here/x", "here:80", "u@here", "::1:x"])
async def test_what_is_no_host_is_refused(tapster, host):
    with pytest.raises(InvalidInput):
        await tapster.servers.find(host)


@pytest.mark.parametrize("ports", [[0], [65536], [-1], list(range(1, 18))])
async def test_ports_that_are_none_or_too_many_are_refused(tapster, ports):
    with pytest.raises(InvalidInput) as refused:
        await tapster.servers.find(ports=ports)

    assert refused.value.field == "ports"


async def test_nobody_looks_without_end(tapster):
    now = [0.0]
    desk = here(tapster, clock=lambda: now[0])
    async with standing(homes.RUDE) as server:
        for _ in range(30):
            await desk.look(server.url)
        with pytest.raises(TooOften) as refused:
            await desk.look(server.url)
        now[0] += refused.value.retry_after
        await desk.look(server.url)

    assert refused.value.retry_after == 60.0


async def test_where_others_use_it_this_machine_is_closed_until_an_admin_opens_it(tmp_path):
    closed = config_in(tmp_path / "closed", host="0.0.0.0")
    opened = config_in(tmp_path / "open", host="0.0.0.0", allowed_targets=("127.0.0.1", "::1"))
    async with standing(homes.VLLM) as server:
        async with open_tapster(tmp_path / "closed", config=closed) as tapster:
            with pytest.raises(AddressRefused, match="administrator"):
                await tapster.servers.find(ports=[server.port])
            with pytest.raises(AddressRefused):
                await tapster.servers.look(server.url)
            assert server.asked == []
        async with open_tapster(tmp_path / "open", config=opened) as tapster:
            found = await tapster.servers.find(ports=[server.port])

    assert [each.source for each in found.servers] == ["vllm"]


async def test_a_check_tells_what_the_server_says_of_itself(tapster):
    async with standing(homes.LLAMACPP) as server:
        await add(tapster, "llamacpp", f"{server.url}/v1", key=None)
        check = await tapster.connections.check("here")
        standings = await tapster.connections.standings()

    assert check.state is State.READY
    assert check.server is not None
    assert (check.server.context, check.server.slots) == (4096, 2)
    assert check.server.template.text == homes.TEMPLATE
    (kept,) = [standing.server for standing in standings.values()]
    assert kept.version == "b6900-abcdef"
    assert (kept.template.length, kept.template.text) == (len(homes.TEMPLATE), None)


@pytest.mark.parametrize("thought", ["custom", "ollama", "textgen"])
async def test_a_check_says_that_another_kind_of_server_is_there(tapster, thought):
    async with standing(homes.KOBOLDCPP) as server:
        await add(tapster, thought, f"{server.url}/v1", key=None)
        check = await tapster.connections.check("here")

        assert check.server is not None
        assert check.server.source == "koboldcpp"
        assert "The server here is KoboldCpp" in check.message

        connection = (
            await tapster.connections.edit("here", Draft(), source="koboldcpp")
        ).connection
        again = await tapster.connections.check("here")

    assert connection.source == "koboldcpp"
    assert again.state is State.READY
    assert "The server here is" not in again.message


async def test_what_is_nobodys_business_is_not_looked_at(tapster, mock):
    # A provider's API that is no server of one's own is asked what a check needs, and no more.
    await add(tapster, "openai", f"{mock.url}/openai/v1")
    check = await tapster.connections.check("here")

    assert check.server is None
    assert {record.path for record in mock.requests} == {"/openai/v1/models"}


async def test_a_bypassed_connection_is_not_looked_at(tapster):
    async with standing(homes.VLLM) as server:
        await add(tapster, "custom", server.url, key=None, bypass_status_check=True)
        check = await tapster.connections.check("here")

        assert check.server is None
        assert not {"GET /version", "GET /props"} & set(server.asked)


async def test_at_another_source_address_key_model_and_common_options_stay(tapster):
    async with standing(homes.LMSTUDIO.locked()) as server:
        connection = await add(
            tapster, "lmstudio", server.url, KEY, model="qwen/qwen3-8b", options={"ttl": 60}
        )
        await tapster.connections.edit("here", Draft(), source="custom")
        edited = await tapster.connections.edit("here", Draft(), source="lmstudio")
        check = await tapster.connections.check("here")

    changed = edited.connection
    assert (changed.id, changed.source) == (connection.id, "lmstudio")
    assert (changed.endpoint, changed.model) == (server.url, "qwen/qwen3-8b")
    assert changed.options == {}
    assert edited.detached == ()
    assert check.state is State.READY


async def test_a_connection_at_its_sources_own_address_goes_on_leading_there(tapster):
    await add(tapster, "tabbyapi", None, KEY)

    moved = await tapster.connections.edit("here", Draft(), source="llamacpp")
    back = await tapster.connections.edit("here", Draft(), source="textgen")

    assert moved.connection.endpoint == "http://127.0.0.1:5000"
    assert back.connection.endpoint is None
    assert moved.detached == back.detached == ()


async def test_one_whose_address_an_option_chose_goes_on_leading_there(tapster):
    await add(tapster, "moonshot", None, KEY, options={"endpoint": "mainland"})

    moved = await tapster.connections.edit("here", Draft(), source="custom")

    assert moved.connection.endpoint == "https://api.moonshot.cn/v1"
    assert moved.detached == ()


@pytest.mark.parametrize("source", ["local", "browser"])
async def test_what_is_built_in_or_in_a_page_is_no_other_source(tapster, source):
    await add(tapster, "vllm", None, None)

    with pytest.raises(InvalidInput) as refused:
        await tapster.connections.edit("here", Draft(), source=source)

    assert refused.value.field == "source"


async def test_a_check_without_the_key_a_server_wants_is_not_ready_though_its_lists_are_open(
    tapster,
):
    async with standing(homes.KOBOLDCPP_LOCKED) as server:
        await add(tapster, "koboldcpp", server.url, key=None)
        bare = await tapster.connections.check("here")
        await tapster.keys.set("here", Secret(KEY))
        again = await tapster.connections.check("here")

    assert bare.state is State.NO_KEY
    assert "wants a key" in bare.message
    assert "tapster keys set here" in bare.message
    assert again.state is not State.NO_KEY


@pytest.mark.parametrize(
    ("home", "source", "way_out"),
    [
        (homes.TABBYAPI_EMPTY, "tabbyapi", "tapster models load MODEL --connection here"),
        (homes.KOBOLDCPP_EMPTY, "koboldcpp", "load one there first"),
    ],
)
async def test_a_check_says_that_a_server_has_no_model_loaded(tapster, home, source, way_out):
    async with standing(home) as server:
        await add(tapster, source, server.url, key=None)
        check = await tapster.connections.check("here")

    assert check.state is State.MODEL_MISSING
    assert "has no model loaded" in check.message
    assert way_out in check.message


@pytest.mark.parametrize(("path", "told"), [("", True), ("/v1", False)])
async def test_a_server_without_a_list_is_found_where_it_speaks_and_the_way_out_is_named(
    tapster, path, told
):
    async with standing(homes.HALF_OPENAI) as server:
        await add(tapster, "custom", server.url + path, key=None, model="m")
        check = await tapster.connections.check("here")

    assert check.state is State.WRONG_PATH
    assert (f"spoken at {server.url}/v1: give that" in check.message) is told
    assert "Bypass API status check" in check.message
