"""How a request is written in the Responses format."""

import pytest

from chat_requests import HELLO, SCHEMA, WEATHER, tool_loop
from tapster.core.messages import Audio, Message, Opaque, Reasoning, Text, ToolCall, says
from tapster.core.requests import ChatRequest, ResponseFormat, Settings, Tool, ToolChoice
from tapster.dialects.openai_responses import OpenAIResponses
from tapster.dialects.openai_responses.request import TAKES

SEAL = "openai-responses-v1"
THOUGHTS = (
    Reasoning("One.", kind="summary", id="rs_1", format=SEAL),
    Reasoning("Two.", kind="summary", id="rs_1", format=SEAL),
    Reasoning(kind="encrypted", encrypted="xyz", id="rs_1", format=SEAL),
)


def encode(messages=HELLO, model="gpt-6-sol", **fields):
    return OpenAIResponses().encode(ChatRequest(model=model, messages=messages, **fields))


def test_nothing_is_stored_unless_it_is_asked_for():
    assert encode().body["store"] is False
    assert encode(extra={"store": True}).body["store"] is True


def test_sealed_thinking_is_asked_for_only_of_models_that_think():
    assert encode().body["include"] == ["reasoning.encrypted_content"]
    assert "include" not in encode(model="gpt-4o-mini").body


def test_what_the_caller_wants_included_comes_on_top():
    body = encode(
        extra={"include": ["web_search_call.results", "reasoning.encrypted_content"]}
    ).body

    assert body["include"] == ["reasoning.encrypted_content", "web_search_call.results"]


def test_thinking_of_an_open_tool_loop_goes_back_before_its_call():
    items = encode(tool_loop(*THOUGHTS)).body["input"]

    assert items[1] == {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [
            {"type": "summary_text", "text": "One."},
            {"type": "summary_text", "text": "Two."},
        ],
        "encrypted_content": "xyz",
    }
    assert [item.get("type") for item in items[2:]] == ["function_call", "function_call_output"]


def test_thinking_of_a_closed_tool_loop_stays_home():
    closed = (*tool_loop(*THOUGHTS), says("assistant", "Rain."), says("user", "And Rome?"))

    items = encode(closed).body["input"]

    assert "reasoning" not in {item.get("type") for item in items}


def test_thinking_somebody_else_sealed_stays_home():
    foreign = Reasoning(kind="encrypted", encrypted="x", id="rs_1", format="xai-responses-v1")

    items = encode(tool_loop(foreign)).body["input"]

    assert "reasoning" not in {item.get("type") for item in items}


def test_thinking_that_would_have_to_be_looked_up_stays_home():
    unsealed = Reasoning("One.", kind="summary", id="rs_1", format=SEAL)

    items = encode(tool_loop(unsealed)).body["input"]

    assert "reasoning" not in {item.get("type") for item in items}


def test_a_hosted_tool_goes_back_only_inside_the_loop():
    search = Opaque("openai-responses", {"type": "web_search_call", "id": "ws_1"})
    told = Message(role="assistant", parts=(search, Text("Found.")))

    items = encode((*HELLO, told, says("user", "More"))).body["input"]

    assert items[1] == {"role": "assistant", "content": "Found."}


def test_settings_without_a_field_are_told_of():
    encoded = encode(
        settings=Settings(stop=("END",), seed=1, n=2, presence_penalty=0.0, logit_bias={"1": 5.0})
    )

    assert {notice.field for notice in encoded.notices} == {"stop", "seed", "n", "logit_bias"}
    assert not {"stop", "seed", "n", "logit_bias"} & set(encoded.body)


def test_settings_find_their_fields():
    body = encode(
        settings=Settings(
            temperature=0.5,
            max_tokens=100,
            logprobs=True,
            top_logprobs=3,
            reasoning_effort="high",
            show_reasoning=True,
            verbosity="low",
        ),
        response_format=ResponseFormat("json_schema", name="person", schema=SCHEMA, strict=True),
    ).body

    assert body["temperature"] == 0.5
    assert body["max_output_tokens"] == 100
    assert body["top_logprobs"] == 3
    assert "message.output_text.logprobs" in body["include"]
    assert body["reasoning"] == {"effort": "high", "summary": "auto"}
    assert body["text"] == {
        "verbosity": "low",
        "format": {"type": "json_schema", "name": "person", "schema": SCHEMA, "strict": True},
    }


@pytest.mark.parametrize(
    ("settings", "asked", "top"),
    [
        (Settings(logprobs=True), True, None),
        (Settings(top_logprobs=3), True, 3),
        (Settings(logprobs=True, top_logprobs=0), True, 0),
        (Settings(logprobs=False, top_logprobs=3), False, None),
        (Settings(), False, None),
    ],
)
def test_log_probabilities_are_asked_for_by_name_and_by_number(settings, asked, top):
    encoded = encode(settings=settings)

    assert ("message.output_text.logprobs" in encoded.body["include"]) is asked
    assert encoded.body.get("top_logprobs") == top
    assert not encoded.notices


def test_log_probabilities_outside_what_is_taken_are_told_of_and_not_sent():
    fewer = OpenAIResponses(takes=TAKES - {"logprobs", "top_logprobs"})
    request = ChatRequest("m", (says("user", "Hi"),), Settings(logprobs=True, top_logprobs=3))

    encoded = fewer.encode(request)

    assert {notice.field for notice in encoded.notices} == {"logprobs", "top_logprobs"}
    assert "top_logprobs" not in encoded.body
    assert "message.output_text.logprobs" not in encoded.body["include"]


def test_unknown_fields_pass_and_are_laid_over_ours():
    body = encode(
        settings=Settings(reasoning_effort="low"),
        extra={"truncation": "auto", "reasoning": {"summary": "detailed"}},
    ).body

    assert body["truncation"] == "auto"
    assert body["reasoning"] == {"effort": "low", "summary": "detailed"}


def test_tools_are_flat_and_not_strict_by_accident():
    body = encode(tools=(WEATHER,), tool_choice=ToolChoice("tool", "get_weather")).body

    assert body["tools"][0]["name"] == "get_weather"
    assert body["tools"][0]["strict"] is False
    assert body["tool_choice"] == {"type": "function", "name": "get_weather"}


def test_a_custom_tool_in_chats_shape_is_flattened_and_its_calls_are_its_own_kind():
    grammar = {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: A"}}
    raw = {"type": "custom", "custom": {"name": "run", "format": grammar}}
    called = Message(role="assistant", parts=(ToolCall("call_1", "run", "print(1)"),))

    body = encode((*HELLO, called), tools=(Tool("run", raw=raw),)).body

    assert body["tools"] == [
        {
            "type": "custom",
            "name": "run",
            "format": {"type": "grammar", "syntax": "lark", "definition": "start: A"},
        }
    ]
    assert body["input"][1] == {
        "type": "custom_tool_call",
        "call_id": "call_1",
        "name": "run",
        "input": "print(1)",
    }


def test_another_providers_tool_is_left_out_and_told_of():
    raw = {"name": "search", "input_schema": {"type": "object"}}

    encoded = encode(tools=(Tool("search", raw=raw),))

    assert "tools" not in encoded.body
    assert [notice.field for notice in encoded.notices] == ["tools"]


def test_a_begun_answer_is_sent_but_the_person_learns_it_is_not_continued():
    encoded = encode((*HELLO, Message(role="assistant", parts=(Text("Once"),), prefix=True)))

    assert encoded.body["input"][-1] == {"role": "assistant", "content": "Once"}
    assert [notice.field for notice in encoded.notices] == ["prefix"]


def test_sound_is_an_input_of_its_own():
    body = encode((Message(role="user", parts=(Text("Hear"), Audio("UklG", "wav"))),)).body

    assert body["input"][0]["content"][1] == {
        "type": "input_audio",
        "input_audio": {"data": "UklG", "format": "wav"},
    }
