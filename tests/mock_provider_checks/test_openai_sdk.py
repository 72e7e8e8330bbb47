"""OpenAI's own SDK as the client of the mock."""

import base64
import json

import openai
import pytest
from openai import AsyncOpenAI


@pytest.fixture
async def client(mock):
    async with AsyncOpenAI(
        base_url=mock.url + "/openai/v1", api_key="sk-good", max_retries=0
    ) as sdk:
        yield sdk


def asks(text):
    return [{"role": "user", "content": text}]


async def test_an_echo_comes_whole_with_usage(client):
    reply = await client.chat.completions.create(model="echo", messages=asks("Hello there"))

    assert reply.choices[0].message.content == "Hello there"
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens


async def test_an_echo_streams_in_several_deltas_and_usage_comes_last(client):
    stream = await client.chat.completions.create(
        model="gpt-4o",
        messages=asks("one two three"),
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]

    words = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    assert [word for word in words if word] == ["one", " two", " three"]
    assert chunks[-1].usage.prompt_tokens > 0
    assert chunks[-1].choices == []


async def test_a_tool_is_called_in_fragments_and_its_result_answered(client, weather):
    tools = [{"type": "function", "function": weather | {"strict": True}}]
    async with client.chat.completions.stream(
        model="tool", messages=asks("Weather?"), tools=tools
    ) as stream:
        kinds = [event.type async for event in stream]
        reply = await stream.get_final_completion()
    message = reply.choices[0].message
    call = message.tool_calls[0]

    assert kinds.count("tool_calls.function.arguments.delta") > 1
    assert json.loads(call.function.arguments) == {"city": "mock", "days": 7}
    assert reply.choices[0].finish_reason == "tool_calls"

    result = {"role": "tool", "tool_call_id": call.id, "content": "sunny"}
    said = message.model_dump(include={"role", "content", "tool_calls"}, exclude_none=True)
    for parsed in said["tool_calls"]:
        parsed["function"].pop("parsed_arguments", None)
        parsed.pop("index", None)
    answer = await client.chat.completions.create(
        model="tool", messages=[*asks("Weather?"), said, result], tools=tools
    )
    assert answer.choices[0].message.content == "sunny"


async def test_json_fits_the_schema_and_choices_and_logprobs_come_as_asked(client, weather):
    described = {"name": "place", "schema": weather["parameters"], "strict": True}
    fitting = await client.chat.completions.create(
        model="json",
        messages=asks("Where?"),
        response_format={"type": "json_schema", "json_schema": described},
    )
    several = await client.chat.completions.create(
        model="n", messages=asks("Hi you"), n=3, logprobs=True, top_logprobs=2
    )

    assert json.loads(fitting.choices[0].message.content) == {"city": "mock", "days": 7}
    assert [choice.message.content for choice in several.choices] == [
        "Hi you",
        "Hi you (2)",
        "Hi you (3)",
    ]
    assert [token.token for token in several.choices[0].logprobs.content] == ["Hi", " you"]


async def test_an_image_is_measured(client, png):
    url = "data:image/png;base64," + base64.b64encode(png).decode()
    parts = [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    reply = await client.chat.completions.create(
        model="vision", messages=[{"role": "user", "content": parts}]
    )

    assert reply.choices[0].message.content == f"image/png {len(png)} bytes"


@pytest.mark.parametrize(
    ("asked", "param", "code"),
    [
        ({"model": "gpt-5.4", "max_tokens": 5}, "max_tokens", "unsupported_parameter"),
        ({"model": "gpt-6-sol", "temperature": 0.5}, "temperature", "unsupported_value"),
        ({"model": "o3", "stop": ["x"]}, "stop", "unsupported_parameter"),
        ({"model": "echo", "extra_body": {"top_k": 3}}, "top_k", "unknown_parameter"),
        ({"model": "echo", "stop": list("abcde")}, "stop", "array_above_max_length"),
        ({"model": "echo", "temperature": 3}, "temperature", "decimal_above_max_value"),
        ({"model": "echo", "stream_options": {"include_usage": True}}, "stream_options", None),
        ({"model": "echo", "response_format": {"type": "json_object"}}, "messages", None),
        ({"model": "echo", "tool_choice": "required"}, "tool_choice", None),
    ],
)
async def test_what_openai_refuses_is_refused_by_name(client, asked, param, code):
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(messages=asks("Hi"), **asked)

    assert (refused.value.param, refused.value.code) == (param, code)


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"role": "tool", "tool_call_id": "x", "content": "no call before"}],
        [{"role": "user", "content": [{"type": "image", "source": {}}]}],
        [{"role": "user", "content": "Hi", "reasoning_content": "x"}],
        [{"role": "user", "content": "Hi", "name": "two words"}],
        [
            {
                "role": "assistant",
                "tool_calls": [
                    {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
                ],
            },
            {"role": "user", "content": "no result"},
        ],
    ],
)
async def test_a_conversation_that_is_none_is_refused(client, messages):
    with pytest.raises(openai.BadRequestError):
        await client.chat.completions.create(model="echo", messages=messages)


async def test_tools_with_effort_are_refused_in_chat_from_the_newer_models(client, weather):
    with pytest.raises(openai.BadRequestError, match="use /v1/responses"):
        await client.chat.completions.create(
            model="gpt-5.5",
            messages=asks("Hi"),
            tools=[{"type": "function", "function": weather}],
            reasoning_effort="low",
        )


@pytest.mark.parametrize(
    ("key", "error", "code"),
    [
        ("sk-wrong", openai.AuthenticationError, "invalid_api_key"),
        ("sk-nocredit", openai.RateLimitError, "insufficient_quota"),
        ("sk-limited", openai.RateLimitError, "rate_limit_exceeded"),
    ],
)
async def test_a_key_is_refused_in_openais_words(mock, key, error, code):
    async with AsyncOpenAI(base_url=mock.url + "/openai/v1", api_key=key, max_retries=0) as client:
        with pytest.raises(error) as refused:
            await client.chat.completions.create(model="echo", messages=asks("Hi"))

    assert refused.value.code == code


async def test_models_are_listed_and_unknown_ones_missing(client):
    ids = [model.id async for model in client.models.list()]

    assert {"gpt-4o", "echo"} <= set(ids)
    with pytest.raises(openai.NotFoundError) as missing:
        await client.chat.completions.create(model="no-such", messages=asks("Hi"))
    assert missing.value.code == "model_not_found"


async def test_responses_reason_then_answer(client):
    reply = await client.responses.create(model="think", input="Hello there", store=False)
    events = [
        event
        async for event in await client.responses.create(
            model="think", input="Hello there", stream=True
        )
    ]

    assert reply.output_text == "Hello there"
    assert reply.output[0].encrypted_content.startswith("gAAAA")
    assert reply.usage.output_tokens_details.reasoning_tokens > 0
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[-1].type == "response.completed"
    assert events[-1].response.output == reply.output


async def test_responses_call_a_tool_and_take_its_result_with_the_sealed_reasoning(client, weather):
    tools = [{"type": "function", **weather, "strict": True}]
    async with client.responses.stream(model="think-tool", input="Weather?", tools=tools) as stream:
        async for _ in stream:
            pass
        reply = await stream.get_final_response()
    sealed, call = reply.output
    items = [
        {"role": "user", "content": "Weather?"},
        sealed.model_dump(
            exclude_none=True, include={"id", "type", "summary", "encrypted_content"}
        ),
        {
            "type": "function_call",
            "call_id": call.call_id,
            "name": call.name,
            "arguments": call.arguments,
        },
        {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"},
    ]
    answer = await client.responses.create(model="think-tool", input=items, tools=tools)

    assert json.loads(call.arguments) == {"city": "mock", "days": 7}
    assert answer.output_text == "sunny"
    items[1]["encrypted_content"] = "gAAAAforged"
    with pytest.raises(openai.BadRequestError) as refused:
        await client.responses.create(model="think-tool", input=items, tools=tools)
    assert refused.value.code == "invalid_encrypted_content"


async def test_responses_end_early_and_refuse_as_openai_says_it(client):
    cut_short = await client.responses.create(
        model="echo", input="word " * 40, max_output_tokens=16
    )
    refused = await client.responses.create(model="refuse", input="Hi")

    assert cut_short.status == "incomplete"
    assert cut_short.incomplete_details.reason == "max_output_tokens"
    assert refused.output[0].content[0].refusal == "I cannot help with that."
    with pytest.raises(openai.BadRequestError):
        await client.responses.create(model="echo", input="Hi", extra_body={"stop": ["x"]})


async def test_azure_takes_its_own_header_and_opens_with_an_empty_chunk(mock):
    async with AsyncOpenAI(
        base_url=mock.url + "/azure/openai/v1",
        api_key="wrong",
        default_headers={"api-key": "good"},
    ) as client:
        stream = await client.chat.completions.create(
            model="echo", messages=asks("Hi you"), stream=True
        )
        chunks = [chunk async for chunk in stream]

    assert chunks[0].choices == []
    assert mock.last.headers["api-key"] == "good"


async def test_raw_text_is_continued_whole_and_in_pieces(client):
    asked = {"model": "gpt-3.5-turbo-instruct", "prompt": ["one two", [7]], "n": 2, "logprobs": 1}

    whole = await client.completions.create(**asked)
    stream = await client.completions.create(
        **asked, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]

    texts = dict.fromkeys(range(4), "")
    for chunk in chunks[:-1]:
        texts[chunk.choices[0].index] += chunk.choices[0].text
    assert texts == {0: "one two", 1: "one two (2)", 2: "t7 ", 3: "t7  (2)"}
    assert [choice.text for choice in whole.choices] == list(texts.values())
    assert whole.choices[0].logprobs.text_offset == [0, 3]
    assert chunks[-1].usage.total_tokens == whole.usage.total_tokens


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"messages": []}, 400),
        ({"prompt": []}, 400),
        ({"prompt": [1.5]}, 400),
        ({"logprobs": 6}, 400),
        ({"model": "gpt-4o"}, 404),
        ({"model": "no/such"}, 404),
    ],
    ids=str,
)
async def test_what_is_no_text_completion_is_refused(client, fields, status):
    with pytest.raises(openai.APIStatusError) as refused:
        await client.completions.create(
            model="gpt-3.5-turbo-instruct", prompt="x", extra_body=fields
        )

    assert refused.value.status_code == status
