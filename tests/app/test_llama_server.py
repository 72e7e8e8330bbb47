"""A real llama.cpp server, connected as people connect theirs: its samplers are obeyed."""

import asyncio
import json
import re

import pytest
from msgspec.structs import replace

from llama_servers import KEY, serving
from tapster.core.chats import ChatFields
from tapster.core.checks import State
from tapster.core.errors import Reason, SourceError
from tapster.core.events import UsageReported
from tapster.core.links import Call, Timeouts
from tapster.core.messages import Message, Text, says
from tapster.core.people import ME
from tapster.core.requests import ChatRequest, Settings
from tapster.core.secrets import Secret
from tapster.core.servers import Sight
from tapster.engine import find_models
from tapster.net import HttpTransport
from tapsters import add, text_of

pytestmark = pytest.mark.timeout(300)
PATIENT = Timeouts(connect=5, idle=60, total=120)
YES_OR_NO = 'root ::= "yes" | "no"'


@pytest.fixture(scope="module")
def llama():
    """The address of a llama.cpp server with the small model."""
    found = find_models(None)
    if not found:
        pytest.skip("the package with the model is not installed: run `make run` once")
    with serving(found[0].path) as address:
        yield address


@pytest.fixture
async def connected(tapster, llama):
    return await add(tapster, "llamacpp", llama, KEY, model="tiny", timeouts=PATIENT)


async def said(tapster, *messages, **settings):
    settings.setdefault("max_tokens", 6)
    request = ChatRequest(
        model="tiny",
        messages=messages or (says("user", "Is the sky blue? Tell me why."),),
        settings=Settings(**settings),
    )
    return [event async for event in tapster.stream("here", request)]


async def test_it_is_ready_and_lists_its_model(tapster, connected):
    check = await tapster.connections.check("here")
    (model,) = await tapster.connections.models("here")

    assert check.state is State.READY
    assert model.id == "tiny"
    assert model.context is not None


@pytest.mark.parametrize(
    ("key", "sight"),
    [(KEY, Sight.READY), (None, Sight.KEY_WANTED), ("sk-wrong-0123456789", Sight.KEY_REFUSED)],
)
async def test_it_is_recognised_with_and_without_its_key(tapster, llama, key, sight):
    server = await tapster.servers.look(f"{llama}/v1", Secret(key) if key else None)

    assert (server.source, server.sight) == ("llamacpp", sight)
    if key == KEY:
        assert [model.id for model in server.loaded] == ["tiny"]
        assert server.context == 1024
        assert server.version
        assert "<|im_start|>" in server.template.text


async def test_a_wrong_key_is_told_although_the_list_is_public(tapster, llama):
    await add(tapster, "llamacpp", llama, "sk-wrong-0123456789", model="tiny", timeouts=PATIENT)

    assert (await tapster.connections.check("here")).state is State.KEY_REFUSED


async def test_a_grammar_leaves_nothing_else_to_say(tapster, connected):
    for seed in range(2):
        events = await said(tapster, grammar=YES_OR_NO, seed=seed, temperature=2.0)

        assert text_of(events) in {"yes", "no"}


async def test_a_schema_makes_json_of_it(tapster, connected):
    schema = {"type": "object", "properties": {"blue": {"type": "boolean"}}, "required": ["blue"]}

    events = await said(tapster, json_schema=schema, max_tokens=40)

    assert json.loads(text_of(events))["blue"] in {True, False}


async def test_samplers_that_leave_one_word_make_any_dice_fall_alike(tapster, connected):
    hot = {"temperature": 2.0, "max_tokens": 8}
    # Where two words are equally likely, sums in another order make the other the likeliest: one
    # word says enough.
    once = hot | {"max_tokens": 1}

    free = {text_of(await said(tapster, seed=seed, **hot)) for seed in range(3)}
    by_count = {text_of(await said(tapster, seed=seed, top_k=1, **once)) for seed in range(2)}
    by_chance = {text_of(await said(tapster, seed=seed, min_p=1.0, **once)) for seed in range(2)}

    assert len(free) > 1
    assert len(by_count) == 1
    assert by_count == by_chance


async def test_xtc_takes_the_likeliest_word_away(tapster, connected):
    # The dice are loaded: only the likeliest word is left, unless XTC has taken it before.
    plain = {"sampler_order": ("top_k",), "top_k": 1}
    excluding = {
        "sampler_order": ("xtc", "top_k"),
        "top_k": 1,
        "xtc_probability": 1.0,
        "xtc_threshold": 0.05,
    }

    likeliest = text_of(await said(tapster, seed=1, **plain))
    other = text_of(await said(tapster, seed=1, **excluding))

    assert likeliest != other


async def test_a_banned_token_is_never_written(tapster, connected):
    first = text_of(await said(tapster, top_k=1, max_tokens=1))
    counted = await said(tapster, top_k=1, max_tokens=1, logprobs=True, top_logprobs=1)
    (number,) = {
        entry["top_logprobs"][0]["id"]
        for event in counted
        for entry in getattr(event, "content", ())
    }

    other = text_of(await said(tapster, top_k=1, max_tokens=1, banned_token_ids=(number,)))

    assert other != first


async def test_the_end_can_be_ignored(tapster, connected):
    question = says("user", "Say only: yes")

    natural, endless = [
        next(event.usage.output for event in events if isinstance(event, UsageReported))
        for events in (
            await said(tapster, question, top_k=1, max_tokens=24),
            await said(tapster, question, top_k=1, max_tokens=24, ignore_eos=True),
        )
    ]

    assert natural < 24
    assert endless == 24


async def test_a_begun_answer_is_gone_on_with(tapster, connected):
    begun = Message("assistant", (Text("One, two, three,"),), prefix=True)

    events = await said(tapster, says("user", "Count to ten in words."), begun, top_k=1)

    assert text_of(events).strip().lower().startswith("four")


async def test_a_grammar_that_is_none_is_told_and_the_next_answer_comes(tapster, connected):
    with pytest.raises(SourceError) as caught:
        await said(tapster, grammar="root ::= (")

    assert caught.value.reason is Reason.INVALID
    assert "grammar" in caught.value.message.lower()
    assert text_of(await said(tapster, grammar=YES_OR_NO)) in {"yes", "no"}


async def test_too_long_a_conversation_is_told(tapster, connected):
    with pytest.raises(SourceError) as caught:
        await said(tapster, says("user", "word " * 3000))

    assert caught.value.reason is Reason.TOO_LARGE


@pytest.mark.usefixtures("connected")
async def test_a_server_with_one_model_says_that_it_keeps_it(tapster):
    with pytest.raises(SourceError, match="started with one model, which it keeps"):
        await tapster.model_jobs.models("here")

    job = await tapster.model_jobs.start("here", "load", "tiny")
    async for now in tapster.model_jobs.follow(job.id):
        job = now

    assert job.state == "failed"
    assert "started with one model, which it keeps" in job.message


async def test_the_preview_tells_the_tokens_it_will_count(tapster, connected):
    chat = await tapster.chats.create(ME, ChatFields(connection=connected.id, system="Be brief."))

    preview = await tapster.previews.of(ME, chat.id, said="Is the sky blue? Tell me why.")
    events = await said(
        tapster, says("system", "Be brief."), says("user", "Is the sky blue? Tell me why.")
    )

    (usage,) = [event.usage for event in events if isinstance(event, UsageReported)]
    assert preview.report.counted == usage.input
    assert preview.report.counting == "whole"


async def seen(llama, path):
    """Return what the server shows of itself."""
    call = Call("GET", f"{llama}{path}", headers={"authorization": f"Bearer {KEY}"}, closes=True)
    async with HttpTransport() as transport, transport.send(call) as answer:
        return (await answer.read()).decode()


async def until(llama, *, working):
    sign = f'"is_processing":{str(working).lower()}'
    async with asyncio.timeout(120):
        while sign not in await seen(llama, "/slots"):  # noqa: ASYNC110  # another process says it
            await asyncio.sleep(0.05)


async def written(llama):
    """Return how many tokens all answers have that came to their end."""
    (line,) = re.findall(
        r"^llamacpp:tokens_predicted_total (\d+)", await seen(llama, "/metrics"), re.MULTILINE
    )
    return int(line)


async def test_an_answer_that_is_wanted_whole_is_whole(tapster, connected):
    settings = Settings(max_tokens=6, top_k=1, logprobs=True, top_logprobs=1)
    asked = ChatRequest(model="tiny", messages=(says("user", "Hi"),), settings=settings)

    streamed, whole = [
        [event async for event in tapster.stream("here", replace(asked, stream=stream))]
        for stream in (True, False)
    ]

    assert text_of(whole)
    assert [type(event) for event in whole] == [type(event) for event in streamed]


@pytest.mark.parametrize("stream", [True, False])
async def test_a_closed_connection_stops_it(tapster, llama, connected, stream):
    request = ChatRequest(
        model="tiny",
        messages=(says("user", "Tell a story."),),
        settings=Settings(max_tokens=900, ignore_eos=True),
        stream=stream,
    )

    async def hear():
        async for _ in tapster.stream("here", request):
            pass

    before = await written(llama)
    answer = asyncio.create_task(hear())
    await until(llama, working=True)
    answer.cancel()
    await asyncio.gather(answer, return_exceptions=True)

    await until(llama, working=False)
    assert await written(llama) - before < 900
