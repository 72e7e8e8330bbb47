"""Raw text continued through the gateway: what passes, what is refused, what breaks."""

import json

import pytest

from mock_provider import Reply
from tapster.app import Draft
from tapster.core.errors import InvalidInput, NotFound, SourceError
from tapster.core.secrets import Secret
from tapster.gateway import Streamed, Whole


@pytest.fixture
async def gateway(tapster, mock):
    for name, place in (("own", "compatible"), ("bare", "lmstudio"), ("moon", "moonshot")):
        draft = Draft(endpoint=f"{mock.url}/{place}/v1")
        await tapster.connections.add(name, "custom", draft, Secret("sk-good-0123456789"))
    return tapster.gateway


def body(prompt="Once upon a time", *, model="own/local-model", **fields) -> bytes:
    return json.dumps({"model": model, "prompt": prompt, **fields}).encode()


async def all_of(reply: Streamed) -> list[bytes]:
    """Return what a stream says, event by event, without the mark at its end."""
    said = b"".join([chunk async for chunk in reply.chunks])
    events = [line.removeprefix(b"data: ") for line in said.split(b"\n\n") if line]
    return [event for event in events if event != b"[DONE]"]


async def test_a_text_comes_whole_or_streamed_as_asked(gateway, mock):
    whole = await gateway.continue_text(body(), None)
    streamed = await gateway.continue_text(
        body(stream=True, stream_options={"include_usage": True}), None
    )

    assert isinstance(whole, Whole)
    reply = json.loads(whole.body)
    assert reply["object"] == "text_completion"
    assert reply["model"] == "own/local-model"
    assert reply["choices"] == [
        {"text": "Once upon a time", "index": 0, "logprobs": None, "finish_reason": "stop"}
    ]
    assert isinstance(streamed, Streamed)
    said = [json.loads(event) for event in await all_of(streamed)]
    assert "".join(each["choices"][0]["text"] for each in said[:-1]) == "Once upon a time"
    assert said[-1]["usage"]["total_tokens"] == reply["usage"]["total_tokens"] > 0
    assert {record.path for record in mock.requests if record.method == "POST"} == {
        "/compatible/v1/completions"
    }


async def test_what_a_program_sets_reaches_the_endpoint_as_it_is(gateway, mock):
    fields = {"min_p": 0.05, "grammar": "root ::= x", "logit_bias": {"5": -100}, "made_up": [1]}

    await gateway.continue_text(body([3, 4], **fields), None)

    assert mock.last.body == {"model": "local-model", "prompt": [3, 4], "stream": False, **fields}


@pytest.mark.parametrize("stream", [True, False])
async def test_several_prompts_get_their_answers_by_number(gateway, stream):
    reply = await gateway.continue_text(body(["One", "Two"], n=2, stream=stream), None)

    texts = dict.fromkeys(range(4), "")
    said = [reply.body] if isinstance(reply, Whole) else await all_of(reply)
    for chunk in said:
        for choice in json.loads(chunk)["choices"]:
            texts[choice["index"]] += choice["text"]
    assert texts == {0: "One", 1: "One (2)", 2: "Two", 3: "Two (2)"}


async def test_log_probabilities_and_the_prompt_come_back_when_asked_for(gateway):
    reply = await gateway.continue_text(body("One two", logprobs=1, echo=True), None)

    (choice,) = json.loads(reply.body)["choices"]
    assert choice["text"] == "One twoOne two"
    assert choice["logprobs"]["tokens"] == ["One two", "One", " two"]
    assert choice["logprobs"]["text_offset"] == [0, 7, 10]
    assert choice["logprobs"]["top_logprobs"][1] == {"One": -0.25}


async def test_a_busy_endpoint_is_asked_again_and_the_header_says_so(gateway):
    reply = await gateway.continue_text(body("mock:fault=503*1\nOnce"), None)

    assert json.loads(reply.body)["choices"][0]["text"] == "Once"
    assert reply.headers["x-tapster-connection"] == "own"
    assert reply.headers["x-tapster-attempts"] == "2"
    assert float(reply.headers["x-tapster-overhead-ms"]) >= 0


@pytest.mark.parametrize(
    "fields", [{"logprobs": 9}, {"temperature": 5}, {"max_tokens": 0}], ids=str
)
async def test_what_the_endpoint_refuses_is_told_in_its_own_words(gateway, fields):
    with pytest.raises(SourceError) as refused:
        await gateway.continue_text(body(stream=True, **fields), None)

    assert refused.value.status == 400
    assert next(iter(fields)) in refused.value.message


@pytest.mark.parametrize("fault", ["error@3", "cut@3"])
async def test_a_failure_after_the_first_word_comes_in_the_stream(gateway, fault):
    reply = await gateway.continue_text(
        body(f"mock:fault={fault}\none two three four", stream=True), None
    )

    said = b"".join([chunk async for chunk in reply.chunks])

    first, *_, last = said.split(b"\n\n")[:-1]
    assert b'"text":"one"' in first
    assert json.loads(last.removeprefix(b"data: "))["error"]["message"]
    assert b"[DONE]" not in said


@pytest.mark.parametrize("begins", [True, False])
async def test_whoever_stops_reading_stops_the_provider(gateway, mock, begins):
    reply = await gateway.continue_text(body("mock:long@1000@0.01", stream=True), None)
    if begins:
        await anext(reply.chunks)

    await reply.aclose()

    await mock.until_left(mock.last, within=0.5)


@pytest.mark.parametrize("source", ["google", "claude", "mistral", "ollama"])
async def test_a_source_without_text_completions_names_the_way_out_and_is_not_asked(
    gateway, tapster, mock, source
):
    key = Secret("sk-good-0123456789")
    await tapster.connections.add(source, source, Draft(endpoint=mock.url), key)
    mock.clear()

    with pytest.raises(InvalidInput, match="POST /v1/chat/completions") as refused:
        await gateway.continue_text(body(model=f"{source}/m"), None)

    assert refused.value.field == "model"
    assert not [record for record in mock.requests if record.method == "POST"]


@pytest.mark.parametrize("name", ["bare/qwen2-vl-7b", "moon/kimi-k3"])
async def test_an_endpoint_without_the_route_says_so_and_its_connection_stands_as_before(
    gateway, tapster, name
):
    chat = {"model": name, "messages": [{"role": "user", "content": "Hi"}]}
    await gateway.complete(json.dumps(chat).encode(), None)
    before = {key: each.state for key, each in (await tapster.relay.standings.all()).items()}

    with pytest.raises(SourceError) as refused:
        await gateway.continue_text(body(model=name), None)

    after = {key: each.state for key, each in (await tapster.relay.standings.all()).items()}
    assert after == before
    if name.startswith("moon"):
        assert refused.value.status == 404
        assert "POST /v1/chat/completions" in refused.value.message


async def test_post_processing_puts_no_messages_beside_a_prompt(gateway, tapster, mock):
    await tapster.connections.edit("own", Draft(post_processing="strict"))

    await gateway.continue_text(body(), None)

    assert "messages" not in mock.last.body


async def test_a_connections_own_body_fields_are_laid_over_the_programs(tapster, gateway, mock):
    draft = Draft(
        endpoint=f"{mock.url}/compatible/v1",
        include_body={"min_p": 0.1},
        exclude_body=("suffix",),
    )
    await tapster.connections.add("shaped", "custom", draft)

    await gateway.continue_text(body(model="shaped/local-model", min_p=0.9, suffix="x"), None)

    assert mock.last.body["min_p"] == 0.1
    assert "suffix" not in mock.last.body


@pytest.mark.parametrize("field", ["api_base", "base_url", "extra_headers", "proxy"])
async def test_no_field_leads_elsewhere(gateway, mock, field):
    mock.clear()

    with pytest.raises(InvalidInput) as refused:
        await gateway.continue_text(body(**{field: "http://elsewhere"}), None)

    assert refused.value.field == field
    assert not mock.requests


async def test_a_limited_token_continues_with_its_own_models_only(gateway, tapster):
    token, _ = await tapster.tokens.create("one", models=("own/local-model",))

    assert isinstance(await gateway.continue_text(body(), token), Whole)
    with pytest.raises(NotFound):
        await gateway.continue_text(body(model="bare/qwen2-vl-7b"), token)
    with pytest.raises(InvalidInput, match="models"):
        await gateway.continue_text(body(models=["bare/qwen2-vl-7b"]), token)


@pytest.mark.parametrize("route", ["complete", "continue_text"])
async def test_a_limited_token_names_no_further_model_on_either_route(gateway, tapster, route):
    token, _ = await tapster.tokens.create("one", models=("own/local-model",))
    answer = getattr(gateway, route)
    said = {"messages": [{"role": "user", "content": "Hi"}]} if route == "complete" else {}
    schema = {"json": {"properties": {"model": {"type": "string"}}}}

    for name in ("draft_model", "draft_model_name", "model_base_name"):
        with pytest.raises(InvalidInput) as refused:
            await answer(body(**said, **{name: "another"}), token)
        assert refused.value.field == name
    assert isinstance(await answer(body(**said, structured_outputs=schema), token), Whole)


async def test_a_key_the_endpoint_repeats_is_not_passed_on(gateway, mock):
    mock.script(Reply(fault="echo-headers"))

    with pytest.raises(SourceError) as refused:
        await gateway.continue_text(body(), None)

    assert "sk-good-0123456789" not in refused.value.message


async def test_openais_own_endpoint_gets_the_fields_it_knows_and_refuses_chat_models(
    gateway, tapster, mock
):
    await tapster.connections.add(
        "openai", "openai", Draft(endpoint=f"{mock.url}/openai/v1"), Secret("sk-good-0123456789")
    )

    reply = await gateway.continue_text(
        body(model="openai/gpt-3.5-turbo-instruct", max_tokens=2, stream=True), None
    )
    said = await all_of(reply)
    with pytest.raises(SourceError, match="chat model") as refused:
        await gateway.continue_text(body(model="openai/gpt-4o"), None)

    assert json.loads(said[-1])["choices"][0]["finish_reason"] == "length"
    assert refused.value.status == 404
