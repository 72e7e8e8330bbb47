"""Anthropic's own SDK as the client of the mock."""

import base64

import anthropic
import pytest
from anthropic import AsyncAnthropic


@pytest.fixture
async def client(mock):
    async with AsyncAnthropic(
        base_url=mock.url + "/anthropic",
        api_key="sk-ant-good",
        max_retries=0,
        default_headers={"anthropic-version": "2023-06-01"},
    ) as sdk:
        yield sdk


def asks(text):
    return [{"role": "user", "content": text}]


async def test_thinking_comes_signed_before_the_text(client):
    reply = await client.messages.create(model="think", max_tokens=99, messages=asks("Hello you"))

    assert [block.type for block in reply.content] == ["thinking", "text"]
    assert reply.content[0].signature.startswith("Eq")
    assert reply.content[1].text == "Hello you"
    assert reply.stop_reason == "end_turn"


async def test_the_stream_says_the_same_as_the_whole_answer(client):
    asked = {"model": "think", "max_tokens": 99, "messages": asks("one two three")}
    whole = await client.messages.create(**asked)
    async with client.messages.stream(**asked) as stream:
        texts = [text async for text in stream.text_stream]
        streamed = await stream.get_final_message()

    assert texts == ["one", " two", " three"]
    assert [b.to_dict() for b in streamed.content] == [b.to_dict() for b in whole.content]
    assert streamed.usage.output_tokens == whole.usage.output_tokens


async def test_a_tool_is_called_and_its_result_answered(client, weather):
    tool = {
        "name": weather["name"],
        "description": weather["description"],
        "input_schema": weather["parameters"],
    }
    async with client.messages.stream(
        model="think-tool", max_tokens=99, messages=asks("Weather?"), tools=[tool]
    ) as stream:
        kinds = [event.type async for event in stream]
        reply = await stream.get_final_message()
    call = reply.content[-1]
    turns = [
        *asks("Weather?"),
        {"role": "assistant", "content": [block.to_dict() for block in reply.content]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}],
        },
    ]
    answer = await client.messages.create(
        model="think-tool", max_tokens=99, messages=turns, tools=[tool]
    )

    assert kinds.count("input_json") > 1
    assert call.input == {"city": "mock", "days": 7}
    assert reply.stop_reason == "tool_use"
    assert answer.content[-1].text == "sunny"
    turns[1]["content"][0]["thinking"] = "I never thought that."
    with pytest.raises(anthropic.BadRequestError, match="signature"):
        await client.messages.create(
            model="think-tool", max_tokens=99, messages=turns, tools=[tool]
        )


async def test_a_tool_without_arguments_streams_none(client):
    tool = {"name": "now", "input_schema": {"type": "object", "properties": {}}}
    async with client.messages.stream(
        model="tool", max_tokens=99, messages=asks("Time?"), tools=[tool]
    ) as stream:
        kinds = [event.type async for event in stream]
        reply = await stream.get_final_message()

    assert "input_json" not in kinds
    assert reply.content[0].input == {}


async def test_an_image_is_measured_and_sealed_thinking_kept_whole(client, png):
    source = {
        "type": "base64",
        "media_type": "image/png",
        "data": base64.b64encode(png).decode(),
    }
    seen = await client.messages.create(
        model="vision", max_tokens=99, messages=asks([{"type": "image", "source": source}])
    )
    sealed = await client.messages.create(model="sealed", max_tokens=99, messages=asks("Hi you"))

    assert seen.content[0].text == f"image/png {len(png)} bytes"
    assert sealed.content[0].type == "redacted_thinking"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"model": "claude-opus-5-5", "extra_body": {"temperature": 1}}, "temperature: Extra"),
        ({"model": "claude-haiku-4-5", "extra_body": {"temperature": 1.5}}, "less than or equal"),
        ({"model": "claude-opus-5-5", "thinking": {"type": "disabled"}}, "not supported"),
        (
            {"model": "echo", "thinking": {"type": "enabled", "budget_tokens": 1024}},
            "`max_tokens` must be greater",
        ),
        ({"model": "echo", "extra_body": {"stop": ["x"]}}, "stop: Extra inputs"),
        ({"model": "echo", "system": ""}, "system: text"),
        ({"model": "echo", "tool_choice": {"type": "any"}}, "while providing tools"),
    ],
)
async def test_what_anthropic_refuses_is_refused(client, asked, words):
    with pytest.raises(anthropic.BadRequestError, match=words):
        await client.messages.create(max_tokens=99, messages=asks("Hi"), **asked)


@pytest.mark.parametrize(
    ("model", "messages", "words"),
    [
        ("echo", [{"role": "assistant", "content": "Hi"}], "first message"),
        ("echo", asks(""), "non-empty"),
        ("echo", [*asks("Hi"), {"role": "assistant", "content": "So "}], "trailing whitespace"),
        ("claude-sonnet-4-6", [*asks("Hi"), {"role": "assistant", "content": "So"}], "prefill"),
        ("claude-haiku-4-5", [*asks("Hi"), {"role": "system", "content": "x"}], "Unexpected role"),
        (
            "echo",
            [
                *asks("Hi"),
                {
                    "role": "assistant",
                    "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}],
                },
                *asks("no result"),
            ],
            "tool_result",
        ),
    ],
)
async def test_a_conversation_that_is_none_is_refused(client, model, messages, words):
    with pytest.raises(anthropic.BadRequestError, match=words):
        await client.messages.create(model=model, max_tokens=9, messages=messages)


async def test_models_are_listed_page_by_page(client):
    ids = [model.id async for model in client.models.list(limit=4)]

    assert "claude-haiku-4-5" in ids
    assert len(ids) == len(set(ids)) > 8


async def test_a_wrong_key_a_missing_model_and_an_overload_have_their_own_errors(mock, client):
    with pytest.raises(anthropic.NotFoundError, match="model: no-such"):
        await client.messages.create(model="no-such", max_tokens=9, messages=asks("Hi"))
    with pytest.raises(anthropic.APIStatusError) as overloaded:
        await client.messages.create(model="fault~529~echo", max_tokens=9, messages=asks("Hi"))
    with pytest.raises(anthropic.AuthenticationError, match="invalid x-api-key"):
        await client.with_options(api_key="sk-ant-wrong").messages.create(
            model="echo", max_tokens=9, messages=asks("Hi")
        )

    assert overloaded.value.body["error"]["type"] == "overloaded_error"


async def test_tokens_are_counted(client):
    counted = await client.messages.count_tokens(model="echo", messages=asks("Hello"))

    assert counted.input_tokens == 6


async def test_an_error_in_mid_stream_reaches_the_client(client):
    with pytest.raises(anthropic.APIStatusError, match="broke off"):
        async with client.messages.stream(
            model="fault~error@4~echo", max_tokens=9, messages=asks("one two three")
        ) as stream:
            async for _ in stream:
                pass
