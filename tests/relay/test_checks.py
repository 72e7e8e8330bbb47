"""What a status check says, at real sockets."""

import asyncio
import dataclasses
import ssl
import time
from types import SimpleNamespace

import pytest
import trustme

from tapster.app import Draft
from tapster.core.checks import State
from tapster.core.errors import Conflict
from tapster.core.links import Timeouts
from tapster.core.secrets import Secret
from tapster.relay.book import Moved
from tapster.relay.searches import Searches
from tapster.sources import all_sources
from tapsters import add, open_tapster
from timed import timed
from upstreams import answering, read_request, serving, whole

PLACES = {
    "openai": "/openai/v1",
    "azure": "/azure/openai/v1",
    "claude": "/anthropic/v1",
    "google": "/google/v1beta",
    "palm": "/palm/v1beta2",
    "mistral": "/mistral/v1",
    "cohere": "/cohere",
    "openrouter": "/openrouter/api/v1",
    "custom": "/compatible/v1",
    "xai": "/xai/v1",
    "deepseek": "/deepseek",
    "groq": "/groq/openai/v1",
    "together": "/together/v1",
    "moonshot": "/moonshot/v1",
}
WRONG = "sk-wrong-0123456789abcdef"

every_place = pytest.mark.parametrize(("source", "place"), PLACES.items(), ids=PLACES)


@timed
@every_place
async def test_a_good_key_is_ready_with_latency_and_model_count(tapster, mock, source, place):
    await add(tapster, source, mock.url + place)

    check = await tapster.connections.check("here")

    assert check.state in {State.READY, State.UNVERIFIED}, check
    assert (check.state is State.READY) or source == "azure"
    assert check.latency is not None
    assert check.latency < 2000
    assert check.models or source == "azure"
    assert [tried.outcome for tried in check.tried] == ["works"]


@every_place
async def test_a_wrong_key_is_refused_however_the_source_says_it(tapster, mock, source, place):
    await add(tapster, source, mock.url + place, WRONG)

    check = await tapster.connections.check("here")

    wanted = State.KEY_NOT_ACTIVE_YET if source == "mistral" else State.KEY_REFUSED
    assert check.state is wanted, check
    assert WRONG not in repr(check)
    assert len(check.message) > 30
    assert check.words


async def test_cohere_and_others_refuse_a_key_with_a_status_of_their_own(tapster):
    refusal = whole(b'{"message": "invalid api token"}', status="498 Invalid Token")
    async with serving(answering(refusal)) as port:
        await add(tapster, "cohere", f"http://127.0.0.1:{port}", WRONG)

        check = await tapster.connections.check("here")

    assert check.state is State.KEY_REFUSED
    assert check.status == 498


async def test_a_connection_without_the_key_it_needs_says_where_to_make_one(tmp_path, mock):
    sources = dict(all_sources())
    sources["openai"] = dataclasses.replace(sources["openai"], base_url=mock.url, bases={})
    async with open_tapster(tmp_path, sources=sources) as tapster:
        await add(tapster, "openai", None, None)

        check = await tapster.connections.check("here")

    assert check.state is State.NO_KEY
    assert "under API Connections, or with `tapster keys set here`" in check.message
    assert "https://platform.openai.com" in check.message
    assert not mock.requests


async def test_an_endpoint_that_wants_a_key_where_there_is_none_says_so(tapster, mock):
    await add(tapster, "openai", mock.url + "/openai/v1", None)

    check = await tapster.connections.check("here")

    assert check.state is State.NO_KEY
    assert "tapster keys set here" in check.message
    assert "authorization" not in mock.last.headers


async def test_bypass_says_bypassed_even_where_nobody_answers(tapster):
    await add(tapster, "custom", "http://127.0.0.1:9", bypass_status_check=True)

    check = await tapster.connections.check("here")

    assert check.state is State.BYPASSED


async def test_bypass_still_fetches_the_models_behind_it(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible/v1", bypass_status_check=True)

    check = await tapster.connections.check("here")
    await asyncio.sleep(0.2)
    known = await tapster.shelf.known(await tapster.connections.find("here"))

    assert check.state is State.BYPASSED
    assert "local-model" in {model.id for model in known}


async def test_a_failed_check_and_a_bypass_lock_nothing(tapster, mock):
    await add(
        tapster, "custom", mock.url + "/~fault=models-html/compatible/v1", bypass_status_check=True
    )

    await tapster.connections.check("here")
    trial = await tapster.connections.try_out("here", "echo")

    assert trial.first_words == "Hi"


@pytest.mark.parametrize(
    ("source", "place", "model"),
    [
        ("openai", "/~fault=models-missing/openai/v1", "gpt-4o"),
        ("claude", "/~fault=models-missing/anthropic/v1", "echo"),
        ("custom", "/~fault=models-missing/compatible/v1", "echo"),
        ("deepseek", "/deepseek", None),
        ("openrouter", "/openrouter/api/v1", None),
    ],
)
async def test_a_key_without_money_has_no_credit(tapster, mock, source, place, model):
    await add(tapster, source, mock.url + place, "sk-nocredit-0123456789", model=model)

    check = await tapster.connections.check("here")

    assert check.state is State.NO_CREDIT, check


async def test_a_limited_key_is_told_how_long_to_wait(tapster, mock):
    await add(tapster, "openai", mock.url + "/openai/v1", "sk-limited-0123456789")

    check = await tapster.connections.check("here")

    assert check.state is State.RATE_LIMITED
    assert "20 s" in check.message
    assert check.status == 429


async def test_a_key_that_may_chat_but_not_list_is_ready(tapster, mock):
    await add(tapster, "openai", mock.url + "/openai/v1", "sk-noscope-0123456789", model="gpt-4o")

    check = await tapster.connections.check("here")

    assert check.state is State.READY, check
    assert check.models is None


async def test_a_model_that_is_not_listed_is_missing_and_kept(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible/v1", model="gone-model")

    check = await tapster.connections.check("here")

    assert check.state is State.MODEL_MISSING
    assert "'gone-model'" in check.message
    assert (await tapster.connections.find("here")).model == "gone-model"


@pytest.mark.parametrize(
    ("source", "place"),
    [(source, place) for source, place in PLACES.items() if source not in {"azure", "cohere"}],
)
async def test_a_model_the_endpoint_refuses_is_missing_where_there_is_no_list(
    tapster, mock, source, place
):
    await add(tapster, source, mock.url + "/~fault=models-missing" + place, model="gone-model")

    check = await tapster.connections.check("here")

    assert check.state is State.MODEL_MISSING, check
    assert "'gone-model'" in check.message


async def test_a_web_page_is_a_wrong_path_with_every_address_that_was_tried(tapster, mock):
    await add(tapster, "custom", mock.url + "/nobody/x")

    check = await tapster.connections.check("here")

    assert check.state is State.WRONG_PATH
    assert [tried.url.removeprefix(mock.url) for tried in check.tried] == [
        "/nobody/x",
        "/nobody/x/v1",
        "/nobody/x/api/v1",
    ]
    assert all(tried.status == 404 for tried in check.tried)
    assert "/v1" in check.message


async def test_a_page_with_status_200_is_a_wrong_path_too(tapster, mock):
    await add(tapster, "custom", mock.url + "/~fault=html/compatible/v1")

    check = await tapster.connections.check("here")

    assert check.state is State.WRONG_PATH
    assert "web page" in check.message


@pytest.mark.parametrize(
    ("source", "given", "works"),
    [
        ("custom", "/compatible", "/compatible/v1"),
        ("custom", "/lmstudio", "/lmstudio/v1"),
        ("custom", "/lmstudio/v1/models", "/lmstudio/v1"),
        ("custom", "/openrouter", "/openrouter/api/v1"),
        ("custom", "/compatible/chat/completions", "/compatible/v1"),
    ],
)
async def test_the_address_that_works_is_found_offered_and_stored(
    tapster, mock, source, given, works
):
    await add(tapster, source, mock.url + given)

    check = await tapster.connections.check("here")

    assert check.state is State.READY, check
    assert check.endpoint == mock.url + works
    assert check.endpoint in check.message
    assert (await tapster.connections.find("here")).endpoint == mock.url + works
    assert check.tried[-1].outcome == "works"
    assert (await tapster.connections.check("here")).endpoint is None


@pytest.mark.parametrize("tail", ["/chat/completions", "/chat/completions/", "/"])
async def test_the_address_of_a_call_works_as_it_was_pasted(tapster, mock, tail):
    await add(tapster, "custom", mock.url + "/compatible/v1" + tail)

    check = await tapster.connections.check("here")

    assert check.state is State.READY
    assert (await tapster.connections.try_out("here", "echo")).first_words == "Hi"


async def test_the_address_that_works_is_stored_in_the_proxy_preset(tapster, mock):
    await tapster.proxies.add("bar", mock.url + "/compatible", Secret("sk-good-proxy-password"))
    await add(tapster, "custom", None, None, proxy="bar")

    check = await tapster.connections.check("here")

    assert check.state is State.READY
    (proxy,) = await tapster.proxies.all()
    assert proxy.url == mock.url + "/compatible/v1"


async def test_a_preset_that_others_use_too_keeps_its_address(tapster, mock):
    await tapster.proxies.add("bar", mock.url + "/ollama", Secret("sk-good-proxy-password"))
    await add(tapster, "custom", None, None, proxy="bar")
    await tapster.connections.add("beside", "ollama", Draft(proxy="bar"))

    check = await tapster.connections.check("here")
    again = await tapster.connections.check("here")

    assert check.state is State.READY
    assert check.endpoint == mock.url + "/ollama/v1"
    assert "preset was left alone" in check.message
    assert "is kept" not in check.message
    assert (again.state, again.endpoint) == (State.READY, None)
    (proxy,) = await tapster.proxies.all()
    assert proxy.url == mock.url + "/ollama"
    assert (await tapster.connections.check("beside")).endpoint is None
    assert (await tapster.connections.try_out("beside", "echo")).first_words == "Hi"


async def test_a_check_does_not_overwrite_the_address_entered_while_it_ran(tapster):
    edited = "http://127.0.0.1:9/edited"

    async def handler(reader, writer):
        request = await read_request(reader)
        if b" /x/v1/" in request:
            await tapster.connections.edit("here", Draft(endpoint=edited))
            writer.write(whole(b'{"data": [{"id": "m"}]}', "connection: close"))
        else:
            writer.write(whole(b"", "connection: close", status="404 Not Found"))
        await writer.drain()

    async with serving(handler) as port:
        await add(tapster, "custom", f"http://127.0.0.1:{port}/x", None)

        check = await tapster.connections.check("here")

    assert check.endpoint == f"http://127.0.0.1:{port}/x/v1"
    assert "changed in the meantime" in check.message
    assert (await tapster.connections.find("here")).endpoint == edited


async def test_a_check_says_how_it_went_when_somebody_else_keeps_changing_things():
    class Contested:
        async def move(self, *_, **__):
            raise Conflict("It was changed elsewhere.")

    endpoint = SimpleNamespace(connection=None, given="http://127.0.0.1:9")
    searches = Searches(Contested(), None, pause=30)

    assert await searches.keep(endpoint, "http://127.0.0.1:9/v1") is Moved.CHANGED


@pytest.mark.parametrize(("model", "state"), [("echo", "ready"), (None, "unverified")])
async def test_a_web_page_in_place_of_the_list_is_no_wrong_path_where_chats_work(
    tapster, mock, model, state
):
    await add(tapster, "custom", mock.url + "/~fault=models-html/compatible/v1", model=model)

    check = await tapster.connections.check("here")

    assert check.state == state, check
    assert check.endpoint is None


@pytest.mark.parametrize(("model", "asked"), [(None, True), ("echo", False)])
async def test_who_named_a_model_is_not_told_to_name_one(tapster, mock, model, asked):
    await add(tapster, "custom", mock.url + "/~fault=models-empty/compatible/v1", model=model)

    check = await tapster.connections.check("here")

    assert "The model list is empty" in check.message
    assert ("name a model yourself" in check.message) is asked


async def test_nobody_listening_is_unreachable(tapster):
    await add(tapster, "custom", "http://127.0.0.1:9/v1")

    check = await tapster.connections.check("here")

    assert check.state is State.UNREACHABLE
    assert "127.0.0.1" in check.message
    assert len(check.tried) == 1


@timed
async def test_an_endpoint_that_never_answers_is_unreachable_in_time(tapster, mock):
    timeouts = Timeouts(connect=1, idle=0.3, total=5)
    await add(tapster, "custom", mock.url + "/~fault=hang/compatible/v1", timeouts=timeouts)
    began = time.monotonic()

    check = await tapster.connections.check("here")

    assert check.state is State.UNREACHABLE
    assert time.monotonic() - began < 2


async def test_a_certificate_nobody_signed_is_a_tls_failure(tapster):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with serving(answering(whole(b"{}")), tls=context) as port:
        await add(tapster, "custom", f"https://127.0.0.1:{port}/v1")

        check = await tapster.connections.check("here")

    assert check.state is State.TLS_FAILED
    assert "certificate" in check.message


async def test_palm_is_retired_at_googles_own_address_only(tapster, mock):
    await tapster.connections.add("old", "palm", key=Secret("AIza-good-0123456789"))
    await add(tapster, "palm", mock.url + "/palm/v1beta2")

    retired = await tapster.connections.check("old")
    working = await tapster.connections.check("here")

    assert retired.state is State.RETIRED
    assert "Gemini" in retired.message
    assert working.state is State.READY
    assert (await tapster.connections.try_out("here", "echo")).first_words == "Hi"


async def test_palm_is_retired_when_googles_address_is_typed_by_hand(tapster):
    await add(tapster, "palm", "https://generativelanguage.googleapis.com/v1beta2")

    assert (await tapster.connections.check("here")).state is State.RETIRED


async def test_a_key_nobody_looked_at_is_unverified(tapster):
    # The list is open to all, and the first model that could be asked does not chat.
    listed = whole(b'{"data": [{"id": "embed"}]}', "connection: close")
    refusal = whole(
        b'{"error": {"message": "This model does not exist."}}',
        "connection: close",
        status="404 Not Found",
    )
    async with serving(by_path({"/v1/models": listed, "": refusal})) as port:
        await add(tapster, "nanogpt", f"http://127.0.0.1:{port}/v1", WRONG)

        check = await tapster.connections.check("here")

    assert check.state is State.UNVERIFIED
    assert "tapster connections edit here --model" in check.message


async def test_one_refused_key_of_two_is_named_while_the_other_works(tapster, mock):
    await add(tapster, "openai", mock.url + "/openai/v1", "sk-wrong-0123456789-AAAA")
    await tapster.keys.set("here", Secret("sk-good-0123456789-BBBB"))

    check = await tapster.connections.check("here")

    assert check.state is State.READY
    assert "…AAAA was refused" in check.message
    worked = {key.last4: key.last_worked_at for key in await tapster._vault.keys()}
    assert worked["AAAA"] is None
    assert worked["BBBB"] is not None


def by_path(answers):
    async def handler(reader, writer):
        request = await read_request(reader)
        path = request.split(b" ")[1].decode().partition("?")[0]
        writer.write(answers.get(path, answers[""]))
        await writer.drain()

    return handler
