"""Which server stands at an address: one row for each server, and each that imitates another."""

from pathlib import Path

import pytest

from mock_provider import homes
from mock_provider.home import Answer, Home, standing
from tapster.core.links import Link
from tapster.core.secrets import Secret
from tapster.core.servers import Sight
from tapster.net import HttpTransport
from tapster.relay.lookout import Lookout
from tapster.sources import all_sources

KEY = "home-secret-0123456789"
TEMPLATE_LENGTH = len(homes.TEMPLATE)
# Server: kind, version, loaded models, context.
OPEN = {
    "LLAMACPP": ("llamacpp", "b6900-abcdef", ["qwen3-8b"], 4096),
    "LLAMACPP_PROXIED": ("llamacpp", "b6900-abcdef", ["qwen3-8b"], 4096),
    "LLAMACPP_OLD": ("llamacpp", None, ["../model.gguf"], 2048),
    "LLAMACPP_ROUTER": ("llamacpp", "b6900-abcdef", ["qwen3-8b"], 4096),
    "KOBOLDCPP": ("koboldcpp", "1.105.2", ["koboldcpp/Tiefighter-13B"], 8192),
    "KOBOLDCPP_OLD": ("koboldcpp", "1.50", ["koboldcpp/Tiefighter-13B"], 8192),
    "TABBYAPI": ("tabbyapi", None, ["Qwen3-8B-exl3"], 32_768),
    "TEXTGEN": ("textgen", None, ["Qwen3-8B-Q4_K_M.gguf"], None),
    "VLLM": ("vllm", "0.20.0", ["Qwen/Qwen3-8B"], 32_768),
    "APHRODITE": ("aphrodite", "0.20", ["Pygmalion-3-12B"], 8192),
    "LMSTUDIO": ("lmstudio", None, ["qwen/qwen3-8b"], 8192),
    "LMSTUDIO_OLD": ("lmstudio", None, ["qwen2-vl-7b"], 4096),
    "LMSTUDIO_EMPTY": ("lmstudio", None, [], None),
    "LOCALAI": ("localai", "v4.9.0 (abc)", ["gemma-3-4b"], None),
    "LITELLM": ("litellm", "1.106.2", [], None),
    "OLLAMA": ("ollama", "0.33.0", ["qwen3:8b"], 16_384),
    "OLLAMA_IDLE": ("ollama", "0.33.0", [], None),
    "OLLAMA_EMPTY": ("ollama", "0.33.0", [], None),
}
# What is told of a server that hides behind a key.
HIDDEN = {
    "LLAMACPP": "llamacpp",
    "LLAMACPP_PROXIED": "llamacpp",
    "LLAMACPP_LISTING": "llamacpp",
    "TABBYAPI": "tabbyapi",
    "TEXTGEN": "textgen",
    "VLLM": "vllm",
    "APHRODITE": "aphrodite",
    "LMSTUDIO": "lmstudio",
    "LOCALAI": "localai",
    "LITELLM": "litellm",
    "LITELLM_ALONE": "litellm",
    "KOBOLDCPP_LOCKED": "koboldcpp",
}


@pytest.fixture
async def lookout():
    # None of these is silent: however busy the machine is, they are heard.
    return Lookout(all_sources(), within=20.0)


@pytest.fixture
async def look(lookout):
    async with HttpTransport(in_container=False) as transport:

        async def look(address, key=None, **more):
            link = Link(transport=transport, endpoint=address, key=Secret(key) if key else None)
            return await lookout.look(link, **more)

        yield look


def home(name: str) -> Home:
    found: Home = getattr(homes, name)
    return found


@pytest.mark.parametrize("name", OPEN)
async def test_each_server_is_told_by_what_it_alone_answers(look, name):
    source, version, loaded, context = OPEN[name]
    async with standing(home(name)) as server:
        found = await look(server.url)

    assert (found.source, found.sight) == (source, Sight.READY)
    assert (found.version, found.context) == (version, context)
    assert [model.id for model in found.loaded] == loaded
    assert found.title == all_sources()[source].title
    assert found.title in found.message


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize(
    ("shown", "sight"),
    [(None, Sight.KEY_WANTED), ("another-0123456789", Sight.KEY_REFUSED), (KEY, Sight.READY)],
)
async def test_a_server_with_a_key_is_told_with_and_without_it(look, name, shown, sight):
    async with standing(home(name).locked()) as server:
        found = await look(server.url, shown)

    assert (found.source, found.sight) == (HIDDEN[name], sight)
    assert (len(found.models) > 0) == (
        sight is Sight.READY or name in {"LLAMACPP_LISTING", "KOBOLDCPP_LOCKED"}
    )
    assert KEY not in repr(found)


@pytest.mark.parametrize(
    ("name", "source", "sight"),
    [
        ("LLAMACPP_LOADING", "llamacpp", Sight.LOADING),
        ("LLAMACPP_PROXIED_LOADING", "llamacpp", Sight.LOADING),
        ("TABBYAPI_EMPTY", "tabbyapi", Sight.NO_MODEL),
        ("TEXTGEN_EMPTY", "textgen", Sight.NO_MODEL),
        ("KOBOLDCPP_EMPTY", "koboldcpp", Sight.NO_MODEL),
    ],
)
async def test_a_server_without_its_model_says_so(look, name, source, sight):
    async with standing(home(name)) as server:
        found = await look(server.url)

    assert (found.source, found.sight, found.loaded) == (source, sight, ())


@pytest.mark.parametrize(
    ("name", "sight", "models", "below"),
    [
        ("SGLANG", Sight.UNKNOWN, ["Qwen/Qwen3-8B"], "/v1"),
        ("BARE_OPENAI", Sight.UNKNOWN, ["alone"], ""),
        ("HALF_OPENAI", Sight.UNKNOWN, [], "/v1"),
        ("LOCKED_OPENAI", Sight.UNKNOWN, [], "/v1"),
        ("WEB_PAGE", Sight.NO_API, [], ""),
        ("AIRPLAY", Sight.NO_API, [], ""),
        ("DYING", Sight.NO_API, [], ""),
        ("TAPSTER", Sight.OURSELVES, [], ""),
        ("RUDE", Sight.NOTHING, [], ""),
    ],
)
async def test_what_is_none_of_them_is_not_taken_for_one(look, name, sight, models, below):
    async with standing(home(name)) as server:
        found = await look(server.url)

    assert (found.source, found.sight) == (None, sight)
    assert [model.id for model in found.models] == models
    assert found.address == server.url + below
    assert found.is_found == (sight is Sight.UNKNOWN)
    assert found.message.endswith(".")
    assert "worked on" not in found.message


async def test_one_that_says_nothing_is_left_after_the_first_calls():
    async with HttpTransport() as transport, standing(homes.SILENT) as server:
        link = Link(transport=transport, endpoint=server.url)

        found = await Lookout(all_sources(), within=0.2).look(link)

        assert found.sight is Sight.SILENT
        assert "Nothing was heard from there for 0.2 seconds" in found.message
        assert "--timeout" not in found.message
        # Those whose signs cannot be mistaken were asked for, and then nobody any more.
        assert "GET /api/tags" not in server.asked


async def test_nothing_there_is_told_in_words(look):
    async with standing(homes.VLLM) as server:
        gone = server.url

    found = await look(gone)

    assert found.sight is Sight.NOTHING
    assert "Start the server" in found.message


@pytest.mark.parametrize(
    "tail", ["", "/", "/v1", "/v1/", "/v1/models", "/v1/chat/completions", "/api", "/api/v1"]
)
@pytest.mark.parametrize("name", ["KOBOLDCPP", "LMSTUDIO", "OLLAMA"])
async def test_whatever_was_pasted_the_server_is_asked_at_its_root(look, name, tail):
    async with standing(home(name)) as server:
        found = await look(server.url + tail)

    assert found.source == name.lower()
    assert found.address == server.url


async def test_below_a_path_it_is_asked_below_that(look):
    below = {
        call.replace(" ", " /llm", 1): answer for call, answer in homes.KOBOLDCPP.answers.items()
    }
    async with standing(Home(below)) as server:
        found = await look(f"{server.url}/llm/v1")

    assert (found.source, found.address) == ("koboldcpp", f"{server.url}/llm")


async def test_a_likely_kind_is_asked_for_alone_if_it_is_that(look):
    async with standing(homes.LMSTUDIO) as server:
        await look(server.url, likely=all_sources()["lmstudio"])

        # It writes every call it does not know into its log, as an error.
        assert set(server.asked) <= set(homes.LMSTUDIO.answers)


async def test_nothing_is_asked_twice(look):
    async with standing(homes.OLLAMA) as server:
        await look(server.url)

        assert len(server.asked) == len(set(server.asked))


async def test_a_key_goes_only_where_there_is_one(look):
    async with standing(homes.VLLM) as server:
        await look(server.url)
        assert not any("authorization" in each.headers for each in server.requests)
        await look(server.url, KEY)
        assert server.requests[-1].headers["authorization"] == f"Bearer {KEY}"


async def test_a_router_tells_its_models_and_the_context_of_the_loaded_one(look):
    async with standing(homes.LLAMACPP_ROUTER) as server:
        found = await look(server.url)

        assert {model.id: model.loaded for model in found.models} == {
            "qwen3-8b": True,
            "gemma-3": False,
            "glm-5": False,
        }
        # None is loaded because it was looked at.
        (asked,) = [each for each in server.requests if each.query]
        assert asked.query == {"model": "qwen3-8b", "autoload": "false"}


@pytest.mark.parametrize("name", ["LLAMACPP", "KOBOLDCPP", "TABBYAPI"])
async def test_the_chat_template_is_told_where_the_server_gives_it(look, name):
    async with standing(home(name)) as server:
        found = await look(server.url)

    assert found.template is not None
    assert found.template.text == homes.TEMPLATE
    assert found.template.length == TEMPLATE_LENGTH


async def test_slots_and_engine_are_told(look):
    async with standing(homes.LLAMACPP) as llama, standing(homes.TEXTGEN) as textgen:
        assert (await look(llama.url)).slots == 2
        assert (await look(textgen.url)).engine == "llama.cpp"


async def test_an_answer_without_end_is_not_read_to_it(look):
    few, many = (
        Home({"GET /v1/models": homes.listing(*map(str, range(count)), owner="somebody")})
        for count in (1000, 100_000)
    )
    async with standing(few) as short, standing(many) as flood:
        assert (await look(short.url)).sight is Sight.UNKNOWN
        assert (await look(flood.url)).sight is Sight.NO_API


@pytest.mark.parametrize("junk", [None, [], "text", 7, {"models": 7}, {"data": [7, None, {}]}])
async def test_junk_in_every_answer_is_no_server(look, junk):
    async with standing(Home(missing=Answer(junk))) as server:
        found = await look(server.url)

    assert found.source is None


async def test_where_the_other_loopback_address_has_the_server_it_is_found_there(lookout):
    try:
        standing_there = standing(homes.LMSTUDIO, host="::1")
        server = await standing_there.__aenter__()
    except OSError:
        pytest.skip("this machine has no IPv6")
    try:
        async with HttpTransport() as transport:
            link = Link(transport=transport, endpoint=f"http://127.0.0.1:{server.port}/v1")
            found = await lookout.look_both_ways(link)
    finally:
        await standing_there.__aexit__(None, None, None)

    assert (found.source, found.address) == ("lmstudio", f"http://[::1]:{server.port}")
    assert f"It listens at http://[::1]:{server.port}" in found.message


async def test_a_key_goes_to_no_address_but_the_one_it_was_entered_for(lookout):
    try:
        standing_there = standing(homes.LMSTUDIO.locked(), host="::1")
        server = await standing_there.__aenter__()
    except OSError:
        pytest.skip("this machine has no IPv6")
    try:
        async with HttpTransport() as transport:
            address = f"http://127.0.0.1:{server.port}"
            link = Link(transport=transport, endpoint=address, key=Secret(KEY))
            found = await lookout.look_both_ways(link)
    finally:
        await standing_there.__aexit__(None, None, None)

    assert (found.source, found.sight) == ("lmstudio", Sight.KEY_WANTED)
    assert not any("authorization" in each.headers for each in server.requests)


def test_the_usual_ports_are_those_of_the_sources(lookout):
    assert lookout.ports == (1234, 2242, 4000, 5000, 5001, 8000, 8080, 9931, 11434)


def test_the_page_on_servers_names_every_server_port_and_outcome(lookout):
    page = (Path(__file__).parents[2] / "docs" / "servers.md").read_text(encoding="utf-8")
    *ports, last = map(str, lookout.ports)
    titles = [source.title for source in all_sources().values() if source.server]

    assert f"{', '.join(ports)} and {last}" in " ".join(page.split())
    assert all(f"| `{sight}` |" in page for sight in Sight)
    # Some titles say more than the name: `text-generation-webui (Oobabooga)`.
    assert [title for title in titles if title.split(" ")[0] not in page] == []
