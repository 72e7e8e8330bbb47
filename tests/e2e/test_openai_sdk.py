"""The `openai` SDK against a running gateway, with every kind of provider behind it."""

import json

import openai
import pytest

from taps import TAPS, Tap

PIXEL = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Say the weather.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city", "days"],
            "additionalProperties": False,
        },
    },
}
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}

every_tap = pytest.mark.parametrize("tap", TAPS, ids=lambda tap: tap.name)


def taps_that(ability: str) -> pytest.MarkDecorator:
    able = [tap for tap in TAPS if getattr(tap, ability)]
    return pytest.mark.parametrize("tap", able, ids=lambda tap: tap.name)


both_ways = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


def says(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


@every_tap
def test_a_whole_answer_comes_with_its_count(client, mock, tap: Tap):
    reply = client.chat.completions.create(
        model=tap.named(None), messages=says("Sphinx of black quartz")
    )

    assert reply.choices[0].message.content == "Sphinx of black quartz"
    assert reply.choices[0].finish_reason == "stop"
    assert reply.model == tap.named(None)
    assert reply.id.startswith("chatcmpl-")
    if tap.source != "palm":  # which counts nothing
        assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
        assert reply.usage.prompt_tokens > 0


@every_tap
def test_a_stream_says_the_same_word_by_word(client, mock, tap: Tap):
    with client.chat.completions.create(
        model=tap.named(None), messages=says("Sphinx of black quartz"), stream=True
    ) as stream:
        chunks = list(stream)

    words = [chunk.choices[0].delta.content or "" for chunk in chunks]
    assert "".join(words) == "Sphinx of black quartz"
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert all(chunk.usage is None for chunk in chunks)
    if tap.source != "palm":  # which never streamed
        assert sum(bool(word) for word in words) > 1


@every_tap
async def test_the_count_of_a_stream_comes_last_and_only_when_asked_for(
    async_client, mock, tap: Tap
):
    stream = await async_client.chat.completions.create(
        model=tap.named(None),
        messages=says("Hello there"),
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]

    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == "Hello there"
    if tap.source != "palm":
        assert chunks[-1].choices == []
        assert chunks[-1].usage.prompt_tokens > 0
        assert chunks[-1].usage.completion_tokens > 0


@both_ways
@taps_that("calls")
def test_a_tool_is_called_and_its_result_answered(client, mock, tap: Tap, stream):
    messages = [{"role": "system", "content": "Use tools."}, *says("mock:tool\nRain in Oslo?")]

    message = asked(client, stream, model=tap.named(tap.calls), messages=messages, tools=[WEATHER])
    call = message["tool_calls"][0]
    messages += [
        message,
        {"role": "tool", "tool_call_id": call["id"], "content": "Sleet, 2 degrees"},
    ]
    final = asked(client, stream, model=tap.named(tap.calls), messages=messages, tools=[WEATHER])

    assert call["function"]["name"] == "get_weather"
    assert set(json.loads(call["function"]["arguments"])) == {"city", "days"}
    assert call["id"]
    assert final["content"] == "Sleet, 2 degrees"


@both_ways
@pytest.mark.parametrize(
    "tap", [tap for tap in TAPS if tap.calls and tap.thinks], ids=lambda tap: tap.name
)
def test_signed_thinking_survives_the_way_through_a_client(client, mock, tap: Tap, stream):
    """Claude and Gemini, as the mock plays them, refuse a result whose call lost its signature."""
    asking = {
        "model": tap.named(tap.thinks),
        "tools": [WEATHER],
        "max_tokens": 30_000,
        **tap.effort,
    }
    messages = says("mock:think-tool\nRain in Oslo?")

    message = asked(client, stream, messages=messages, **asking)
    messages += [message]
    for call in message["tool_calls"]:
        messages += [{"role": "tool", "tool_call_id": call["id"], "content": "Sleet"}]
    final = asked(client, stream, messages=messages, **asking)

    assert final["content"] == "Sleet"


@taps_that("calls")
def test_two_calls_at_once_keep_their_own_ids(client, mock, tap: Tap):
    clock = {"type": "function", "function": {"name": "get_time", "parameters": SCHEMA}}
    messages = says("mock:tools\nBoth, please")
    asking = {"model": tap.named(tap.calls), "tools": [WEATHER, clock]}

    message = asked(client, True, messages=messages, **asking)

    names = [call["function"]["name"] for call in message["tool_calls"]]
    assert names == ["get_weather", "get_time"]
    assert len({call["id"] for call in message["tool_calls"]}) == 2


@pytest.mark.parametrize(
    "tap", [tap for tap in TAPS if tap.calls and tap.demands], ids=lambda tap: tap.name
)
def test_a_demanded_tool_is_called(client, mock, tap: Tap):
    reply = client.chat.completions.create(
        model=tap.named(tap.calls),
        messages=says("Hello"),
        tools=[WEATHER],
        tool_choice={"type": "function", "function": {"name": "get_weather"}},
    )

    assert reply.choices[0].message.tool_calls[0].function.name == "get_weather"


@taps_that("sees")
def test_an_image_arrives_as_the_provider_wants_it(client, mock, tap: Tap):
    content = [
        {"type": "text", "text": "mock:vision\nWhat is it?"},
        {"type": "image_url", "image_url": {"url": PIXEL}},
    ]

    reply = client.chat.completions.create(
        model=tap.named(tap.sees), messages=[{"role": "user", "content": content}]
    )

    assert reply.choices[0].message.content == "image/png 70 bytes"


@taps_that("schema")
def test_an_answer_follows_the_schema(client, mock, tap: Tap):
    reply = client.chat.completions.create(
        model=tap.named(None),
        messages=says("mock:json\nSomebody"),
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "person", "schema": SCHEMA, "strict": True},
        },
    )

    person = json.loads(reply.choices[0].message.content)
    assert set(person) == {"name", "age"}
    assert isinstance(person["age"], int)


@both_ways
@taps_that("thinks")
def test_thinking_is_kept_apart_from_the_answer(client, mock, tap: Tap, stream):
    message = asked(
        client,
        stream,
        model=tap.named(tap.thinks),
        messages=says("mock:think\nHello"),
        max_tokens=30_000,
        **tap.effort,
    )

    assert message["content"] == "Hello"
    assert "echo" in message["reasoning_content"]


@pytest.mark.parametrize("tap", [tap for tap in TAPS if tap.wrong_key], ids=lambda tap: tap.name)
def test_a_refused_key_is_told_in_the_providers_own_words(client, mock, tap: Tap):
    with pytest.raises(openai.APIStatusError) as refused:
        client.chat.completions.create(
            model=f"{tap.name}-refused/{tap.model}", messages=says("Hello")
        )

    error = refused.value
    assert error.status_code == mock.chats[-1].status
    assert (
        type(error)
        is {400: openai.BadRequestError, 401: openai.AuthenticationError}[error.status_code]
    )
    assert error.response.headers["x-tapster-reason"] == "auth"
    assert set(error.body) == {"message", "type", "param", "code"}
    assert tap.wrong_key not in str(error)


@every_tap
def test_an_unknown_model_is_told_with_the_providers_status(client, mock, tap: Tap):
    with pytest.raises(openai.APIStatusError) as refused:
        client.chat.completions.create(model=tap.named("no/such-model!"), messages=says("Hello"))

    assert refused.value.status_code == mock.chats[-1].status in {400, 404, 422}


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("429@20", openai.RateLimitError, "Rate limit reached"),
        ("500*9", openai.InternalServerError, "The server had an error"),
        ("400", openai.BadRequestError, "The request is not valid"),
        ("403", openai.PermissionDeniedError, "This key may not do that"),
        ("422", openai.UnprocessableEntityError, "The request cannot be processed"),
        ("409", openai.ConflictError, "The answer is 409"),
        ("html", openai.InternalServerError, "web page"),
        ("empty", openai.InternalServerError, ""),
        ("invalid-json", openai.InternalServerError, ""),
    ],
)
def test_each_failure_becomes_the_sdks_own_exception(client, mock, fault, kind, words):
    with pytest.raises(kind) as failed:
        client.chat.completions.create(
            model="own/local-model", messages=says(f"mock:fault={fault}\nHello")
        )

    assert words in failed.value.body["message"]
    assert failed.value.body["message"]


def test_the_wait_a_provider_asks_for_is_passed_on(client, mock):
    with pytest.raises(openai.RateLimitError) as limited:
        client.chat.completions.create(
            model="own/local-model", messages=says("mock:fault=429@20\nHello")
        )

    assert limited.value.response.headers["retry-after"] == "20"
    assert len(mock.chats) == 1


def test_a_short_wait_is_waited_for(client, mock):
    reply = client.chat.completions.with_raw_response.create(
        model="own/local-model", messages=says("mock:fault=503*1\nHello")
    )

    assert reply.headers["x-tapster-attempts"] == "2"
    assert reply.headers["x-tapster-connection"] == "own"
    assert 0 <= float(reply.headers["x-tapster-overhead-ms"]) < 1000
    assert reply.parse().choices[0].message.content == "Hello"


@both_ways
@every_tap
def test_two_answers_come_from_any_provider(client, mock, tap: Tap, stream):
    asking = {"model": tap.named(None), "messages": says("Hello"), "n": 2}

    if stream:
        texts = {0: "", 1: ""}
        for chunk in client.chat.completions.create(stream=True, **asking):
            for choice in chunk.choices:
                texts[choice.index] += choice.delta.content or ""
    else:
        reply = client.chat.completions.create(**asking)
        texts = {choice.index: choice.message.content for choice in reply.choices}

    assert set(texts) == {0, 1}
    assert all(text.startswith("Hello") for text in texts.values())


@taps_that("stop")
def test_an_answer_ends_before_a_stop_string(client, mock, tap: Tap):
    reply = client.chat.completions.create(
        model=tap.named(None), messages=says("one two STOP three"), stop=["STOP"]
    )

    assert reply.choices[0].message.content.strip() == "one two"


@taps_that("logprobs")
def test_log_probabilities_come_where_the_provider_gives_them(client, mock, tap: Tap):
    reply = client.chat.completions.create(
        model=tap.named(tap.logprobs), messages=says("mock:logprobs\nHello you"), logprobs=True
    )

    tokens = reply.choices[0].logprobs.content
    assert tokens
    assert all(token.logprob <= 0 for token in tokens)


@taps_that("ours")
def test_an_unknown_field_reaches_an_endpoint_that_speaks_openais_format(client, mock, tap: Tap):
    if tap.name == "chat":
        with pytest.raises(openai.BadRequestError, match="made_up"):
            client.chat.completions.create(
                model=tap.named(None), messages=says("Hello"), extra_body={"made_up": [1]}
            )
    else:
        client.chat.completions.create(
            model=tap.named(None), messages=says("Hello"), extra_body={"made_up": [1]}
        )

    assert mock.chats[-1].body["made_up"] == [1]


def test_a_setting_the_family_refuses_is_changed_and_said(client, mock):
    reply = client.chat.completions.with_raw_response.create(
        model="strict/o3", messages=says("Hello"), max_tokens=500, temperature=0.2
    )

    assert reply.parse().choices[0].message.content == "Hello"
    assert '"Temperature" was not sent' in reply.headers["x-tapster-notice"]
    assert "temperature" not in mock.chats[-1].body


def test_the_models_of_every_connection_are_listed(client):
    names = {model.id for model in client.models.list()}

    for tap in TAPS:
        assert any(name.startswith(f"{tap.name}/") for name in names), tap.name
    assert "local/SmolLM2-135M-Instruct" in names


def test_one_model_is_shown_by_its_name(client):
    assert client.models.retrieve("own/org/other-model").id == "own/org/other-model"


@pytest.mark.parametrize("name", ["own", "local-model", "OWN/local-model", " own/local-model "])
def test_a_model_answers_to_each_of_its_names(client, mock, name):
    if name == "local-model":  # also listed by the connection with the short time-out
        with pytest.raises(openai.BadRequestError, match="Say which: own/local-model, short/"):
            client.chat.completions.create(model=name, messages=says("Hello"))
        return
    reply = client.chat.completions.create(model=name, messages=says("Hello"))

    assert reply.model == "own/local-model"


@both_ways
def test_the_embedded_model_answers(client, stream):
    message = asked(
        client, stream, model="local", messages=says("Say hello."), max_tokens=12, seed=1
    )

    assert message["content"].strip()


async def test_many_ask_at_once(async_client, mock):
    import asyncio

    async def ask(number: int) -> str:
        stream = await async_client.chat.completions.create(
            model="own/local-model", messages=says(f"number {number}"), stream=True
        )
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    answers = await asyncio.gather(*map(ask, range(40)))

    assert answers == [f"number {number}" for number in range(40)]


def asked(client: openai.OpenAI, stream: bool, **asking) -> dict:
    """Return the assistant's message as a client sends it back, with all its extra fields."""
    if not stream:
        reply = client.chat.completions.create(**asking)
        return reply.choices[0].message.model_dump(exclude_none=True)
    message: dict = {"role": "assistant", "content": ""}
    for chunk in client.chat.completions.create(stream=True, **asking):
        for choice in chunk.choices:
            merge(message, choice.delta.model_dump(exclude_none=True))
    return {name: value for name, value in message.items() if value not in ("", None)}


def merge(message: dict, delta: dict) -> None:
    for name, value in delta.items():
        if name == "tool_calls":
            calls = message.setdefault(name, [])
            for part in value:
                if part["index"] == len(calls):
                    calls.append({"function": {"name": "", "arguments": ""}})
                call = calls[part["index"]]
                function = part.pop("function", {})
                for field, text in function.items():
                    call["function"][field] += text or ""
                call |= {each: said for each, said in part.items() if each != "index"}
        elif isinstance(value, list):
            message.setdefault(name, []).extend(value)
        elif name != "role":
            message[name] = message.get(name, "") + value
