"""Cohere's own SDK as the client of the mock."""

import json

import cohere
import pytest
from cohere.core.api_error import ApiError


@pytest.fixture
async def client(mock):
    async with cohere.AsyncClientV2(api_key="good", base_url=mock.url + "/cohere") as sdk:
        yield sdk


def asks(text):
    return [{"role": "user", "content": text}]


async def test_thinking_comes_before_the_text(client):
    reply = await client.chat(model="think", messages=asks("Hello you"))

    thinking, text = reply.message.content
    assert (thinking.type, text.text) == ("thinking", "Hello you")
    assert reply.finish_reason == "COMPLETE"
    assert reply.usage.tokens.output_tokens > 0


async def test_the_answer_streams_in_cohere_events(client):
    events = [
        event async for event in client.chat_stream(model="echo", messages=asks("one two three"))
    ]

    texts = [event.delta.message.content.text for event in events if event.type == "content-delta"]
    assert texts == ["one", " two", " three"]
    assert events[-1].type == "message-end"
    assert events[-1].delta.finish_reason == "COMPLETE"


async def test_a_tool_is_called_in_fragments_and_its_result_answered(client, weather):
    tools = [{"type": "function", "function": weather}]
    events = [
        event
        async for event in client.chat_stream(model="tool", messages=asks("Weather?"), tools=tools)
    ]
    begun = next(event for event in events if event.type == "tool-call-start")
    parts = [
        event.delta.message.tool_calls.function.arguments
        for event in events
        if event.type == "tool-call-delta"
    ]
    call = begun.delta.message.tool_calls
    said = {
        "role": "assistant",
        "tool_calls": [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.function.name, "arguments": "".join(parts)},
            }
        ],
    }
    result = {"role": "tool", "tool_call_id": call.id, "content": "sunny"}
    answer = await client.chat(
        model="tool", messages=[*asks("Weather?"), said, result], tools=tools
    )

    assert len(parts) > 1
    assert json.loads("".join(parts)) == {"city": "mock", "days": 7}
    assert answer.message.content[0].text == "sunny"


@pytest.mark.parametrize(
    "asked",
    [{"frequency_penalty": -0.5}, {"p": 1.0}, {"stop_sequences": list("abcdef")}],
)
async def test_values_out_of_range_are_refused(client, asked):
    with pytest.raises(cohere.BadRequestError, match="invalid request"):
        await client.chat(model="echo", messages=asks("Hi"), **asked)


async def test_an_assistant_turn_at_the_end_is_refused(client):
    with pytest.raises(cohere.BadRequestError, match="last message"):
        await client.chat(
            model="echo", messages=[*asks("Hi"), {"role": "assistant", "content": "So"}]
        )


async def test_models_are_paged_and_a_wrong_key_refused(mock, client):
    first = await client.models.list(page_size=5)
    second = await client.models.list(page_size=5, page_token=first.next_page_token)
    async with cohere.AsyncClientV2(api_key="wrong", base_url=mock.url + "/cohere") as stranger:
        with pytest.raises(ApiError) as refused:
            await stranger.chat(model="echo", messages=asks("Hi"))

    assert len(first.models) == 5
    assert not {m.name for m in first.models} & {m.name for m in second.models}
    assert refused.value.status_code == 401
