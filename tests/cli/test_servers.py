"""`tapster servers`: found, shown, and told by a check."""

import json

import pytest

from mock_provider import homes
from mock_provider.home import serving

KEY = b"home-secret-0123456789\n"


def test_servers_are_found_at_ports_that_are_named(call):
    with serving(homes.LMSTUDIO) as server:
        found = call("servers", "find", "--port", str(server.port))
        as_json = call("servers", "find", "--port", str(server.port), "--json")

    assert found.code == 0
    assert f"{server.url}\tLM Studio\tqwen/qwen3-8b\t8,192\tready\n" in found.out
    assert f"--source lmstudio --endpoint {server.url}" in found.err
    (described,) = json.loads(as_json.out)["servers"]
    assert described["source"] == "lmstudio"


def test_where_there_is_none_the_way_out_is_told(call):
    with serving(homes.WEB_PAGE) as server:
        found = call("servers", "find", "--port", str(server.port))

    assert found.code == 0
    assert "tapster servers show ADDRESS" in found.err


def test_a_server_is_shown_with_what_it_says_of_itself(call):
    with serving(homes.LLAMACPP) as server:
        shown = call("servers", "show", f"{server.url}/v1")

    assert shown.code == 0
    assert shown.out.splitlines() == [
        "llama.cpp server runs here, with qwen3-8b loaded.",
        "    server        llama.cpp server b6900-abcdef",
        "    loaded        qwen3-8b",
        "    context       4,096 tokens in each of 2 slots",
        f"    chat template {len(homes.TEMPLATE)} characters",
    ]


def test_a_key_is_read_from_standard_input_and_never_shown(call):
    with serving(homes.TABBYAPI.locked()) as server:
        without = call("servers", "show", server.url, "--json")
        shown = call("servers", "show", server.url, "--key-stdin", "--json", stdin=KEY)

    assert json.loads(without.out)["sight"] == "key_wanted"
    assert json.loads(shown.out)["sight"] == "ready"
    assert "home-secret" not in shown.out + shown.err


@pytest.mark.parametrize("home", [homes.WEB_PAGE, homes.TAPSTER, homes.RUDE])
def test_no_server_is_a_failure_in_words(call, home):
    with serving(home) as server:
        shown = call("servers", "show", server.url)

    assert shown.code == 1
    assert shown.out.strip().endswith(".")


def test_what_is_no_address_is_a_mistake(call):
    assert call("servers", "show", "what is this").code == 2
    assert call("servers", "find", "http://here").code == 2


def test_a_check_shows_the_server_and_how_to_take_it_for_what_it_is(call):
    with serving(homes.KOBOLDCPP) as server:
        call("connections", "add", "mine", "--source", "custom", "--endpoint", server.url)
        before = call("connections", "check", "mine")
        changed = call("connections", "edit", "mine", "--source", "koboldcpp")
        after = call("connections", "check", "mine")

    assert "server        KoboldCpp 1.105.2" in before.out
    assert "tapster connections edit mine --source koboldcpp" in before.out
    assert changed.err == "Changed 'mine'.\n"
    assert "context       8,192 tokens" in after.out
    assert "--source" not in after.out
