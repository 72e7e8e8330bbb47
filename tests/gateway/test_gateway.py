"""OpenAI-shaped questions in, OpenAI-shaped answers out."""

import json

import pytest

from mock_provider import Reply
from tapster.app import Draft
from tapster.core.errors import NotFound, SourceError
from tapster.core.secrets import Secret
from tapster.gateway import Streamed, Whole


@pytest.fixture
async def gateway(tapster, mock):
    await tapster.connections.add(
        "own", "custom", Draft(endpoint=mock.url + "/compatible/v1"), Secret("sk-good-0123456789")
    )
    await tapster.connections.add(
        "other", "custom", Draft(endpoint=mock.url + "/compatible/v1", model="m"), None
    )
    return tapster.gateway


def body(text: str = "Hello", *, model: str = "own/local-model", **fields) -> bytes:
    messages = [{"role": "user", "content": text}]
    return json.dumps({"model": model, "messages": messages, **fields}).encode()


async def test_an_answer_is_whole_or_streamed_as_asked(gateway):
    whole = await gateway.complete(body(), None)
    streamed = await gateway.complete(body(stream=True), None)

    assert isinstance(whole, Whole)
    assert json.loads(whole.body)["choices"][0]["message"]["content"] == "Hello"
    assert isinstance(streamed, Streamed)
    assert b"".join([chunk async for chunk in streamed.chunks]).endswith(b"data: [DONE]\n\n")


async def test_an_answer_says_how_it_was_reached(gateway):
    reply = await gateway.complete(body("mock:fault=503*1\nHello"), None)

    assert reply.headers["x-tapster-connection"] == "own"
    assert reply.headers["x-tapster-attempts"] == "2"
    assert float(reply.headers["x-tapster-overhead-ms"]) >= 0


async def test_a_notice_travels_in_ascii(gateway, mock, tapster):
    await tapster.connections.add(
        "google",
        "google",
        Draft(endpoint=mock.url + "/google/v1beta"),
        Secret("AIza-good-0123456789"),
    )

    reply = await gateway.complete(
        body(model="google/gemini-2.5-flash", **{"würze\n": 1, "logit_bias": {"1": 2}}), None
    )

    notice = reply.headers["x-tapster-notice"]
    assert notice.isascii()
    assert notice.isprintable()
    assert len(notice) > 20


async def test_a_failure_before_the_first_word_is_raised_and_not_streamed(gateway):
    with pytest.raises(SourceError, match="The request is not valid"):
        await gateway.complete(body("mock:fault=400\nHello", stream=True), None)


@pytest.mark.parametrize("fault", ["error@4", "cut@4"])
async def test_a_failure_after_the_first_word_comes_in_the_stream(gateway, fault):
    reply = await gateway.complete(body(f"mock:fault={fault}\none two three", stream=True), None)

    said = b"".join([chunk async for chunk in reply.chunks])

    *before, last = [line for line in said.split(b"\n\n") if line]
    assert b"one" in said
    assert set(json.loads(last.removeprefix(b"data: "))["error"]) == {
        "message",
        "type",
        "param",
        "code",
    }
    assert b"[DONE]" not in said
    assert before


async def test_whoever_stops_reading_stops_the_provider(gateway, mock):
    reply = await gateway.complete(body("mock:long@1000@0.01", stream=True), None)
    await anext(reply.chunks)

    await reply.aclose()

    await mock.until_left(mock.last, within=0.5)


async def test_whoever_never_begins_to_read_stops_the_provider_too(gateway, mock):
    reply = await gateway.complete(body("mock:long@1000@0.01", stream=True), None)

    await reply.aclose()

    await mock.until_left(mock.last, within=0.5)


async def test_models_are_listed_by_the_name_to_ask_for(gateway):
    listed = json.loads(await gateway.models(None))

    assert listed["object"] == "list"
    by_id = {model["id"]: model for model in listed["data"]}
    assert {"own/local-model", "other/local-model", "other/m"} <= by_id.keys()
    assert by_id["own/local-model"]["object"] == "model"
    assert by_id["own/local-model"]["context_length"] == 32_768


async def test_a_limited_token_sees_what_it_may_use(gateway, tapster):
    for_one, _ = await tapster.tokens.create("one", connections=("own",))
    for_model, _ = await tapster.tokens.create("model", models=("other/local-model",))

    seen = [model["id"] for model in json.loads(await gateway.models(for_one))["data"]]
    assert seen
    assert all(name.startswith("own/") for name in seen)
    (only,) = json.loads(await gateway.models(for_model))["data"]
    assert only["id"] == "other/local-model"
    with pytest.raises(NotFound):
        await gateway.model("own/local-model", for_model)


async def test_one_model_is_described_without_asking_the_others(gateway, mock):
    mock.clear()

    described = json.loads(await gateway.model("own/local-model", None))

    assert described["id"] == "own/local-model"
    assert len(mock.requests) == 1


async def test_thinking_without_words_before_the_text_does_not_delay_the_header(gateway, mock):
    mock.script(Reply(reasoning="Hm.", text="Yes.", pause=0.05))

    reply = await gateway.complete(body(stream=True), None)
    first = await anext(reply.chunks)

    assert b"reasoning_content" in first
    await reply.aclose()
