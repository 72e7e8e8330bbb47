"""Mistral's own SDK as the client of the mock."""

import json

import pytest
from mistralai.client import Mistral
from mistralai.client.errors import HTTPValidationError, SDKError


@pytest.fixture
async def client(mock):
    async with Mistral(api_key="good", server_url=mock.url + "/mistral") as sdk:
        yield sdk


def asks(text):
    return [{"role": "user", "content": text}]


async def test_thinking_is_a_part_of_the_content(client):
    reply = await client.chat.complete_async(model="think", messages=asks("Hello you"))

    thinking, text = reply.choices[0].message.content
    assert (thinking.type, text.text) == ("thinking", "Hello you")


async def test_the_answer_streams_with_usage_unasked(client):
    stream = await client.chat.stream_async(
        model="mistral-large-latest", messages=asks("one two three")
    )
    chunks = [event.data async for event in stream]

    words = [chunk.choices[0].delta.content for chunk in chunks]
    assert [word for word in words if word] == ["one", " two", " three"]
    assert chunks[-1].usage.total_tokens > 0


async def test_a_tool_call_comes_whole_and_its_result_is_answered(client, weather):
    tools = [{"type": "function", "function": weather}]
    stream = await client.chat.stream_async(model="tool", messages=asks("Weather?"), tools=tools)
    calls = [
        call async for event in stream for call in event.data.choices[0].delta.tool_calls or ()
    ]
    call = calls[0]
    said = {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.function.name, "arguments": call.function.arguments},
            }
        ],
    }
    result = {
        "role": "tool",
        "name": call.function.name,
        "tool_call_id": call.id,
        "content": "sunny",
    }
    answer = await client.chat.complete_async(
        model="tool", messages=[*asks("Weather?"), said, result], tools=tools
    )

    assert len(calls) == 1
    assert json.loads(call.function.arguments) == {"city": "mock", "days": 7}
    assert answer.choices[0].message.content == "sunny"


async def test_the_prefix_comes_back_in_front(client):
    messages = [*asks("end"), {"role": "assistant", "content": "It is the ", "prefix": True}]

    reply = await client.chat.complete_async(model="echo", messages=messages)

    assert reply.choices[0].message.content == "It is the end"


async def test_unknown_fields_are_unprocessable(mock, http):
    body = {"model": "echo", "messages": asks("Hi"), "seed": 1}
    async with http.post(
        mock.url + "/mistral/v1/chat/completions",
        json=body,
        headers={"authorization": "Bearer good"},
    ) as answer:
        said = await answer.json()

    assert answer.status == 422
    detail = said["message"]["detail"][0]
    assert (detail["type"], detail["loc"]) == ("extra_forbidden", ["body", "seed"])


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([*asks("Hi"), {"role": "assistant", "content": "So"}], "Expected last role User or Tool"),
        ([*asks("Hi"), {"role": "system", "content": "x"}, *asks("y")], "Unexpected role 'system'"),
        (
            [*asks("Hi"), {"role": "tool", "content": "x", "tool_call_id": "123456789"}],
            "Unexpected role 'tool'",
        ),
    ],
)
async def test_the_order_of_roles_is_strict(client, messages, words):
    with pytest.raises((SDKError, HTTPValidationError), match=words):
        await client.chat.complete_async(model="echo", messages=messages)


async def test_a_foreign_tool_call_id_is_refused(client):
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        *asks("Hi"),
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "x", "tool_call_id": "call_1", "name": "f"},
    ]

    with pytest.raises(SDKError, match="length of 9"):
        await client.chat.complete_async(model="echo", messages=messages)


async def test_models_are_listed_and_a_wrong_key_has_a_detail(mock, client):
    listed = await client.models.list_async()
    async with Mistral(api_key="wrong", server_url=mock.url + "/mistral") as stranger:
        with pytest.raises(SDKError) as refused:
            await stranger.models.list_async()

    assert "mistral-large-latest" in [model.id for model in listed.data]
    assert (refused.value.status_code, refused.value.body) == (401, '{"detail":"Unauthorized"}')
