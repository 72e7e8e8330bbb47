"""Requests to Cohere, and replies its recordings do not hold."""

import pytest

from exchanges import folded, stream
from tapster.core.errors import Reason, SourceError
from tapster.core.events import (
    Annotated,
    Failed,
    Finished,
    PartAdded,
    ReasoningDelta,
    Started,
    TextDelta,
    TokenLogprobs,
    ToolCallDelta,
)
from tapster.core.messages import (
    Audio,
    Image,
    Message,
    Opaque,
    Reasoning,
    Text,
    ToolCall,
    ToolResult,
    says,
)
from tapster.core.requests import ChatRequest, ResponseFormat, Settings, Tool, ToolChoice
from tapster.dialects.cohere_chat import CohereChat

DIALECT = CohereChat()
HELLO = says("user", "Hello")
PLAN = Opaque(dialect="cohere-chat", value={"tool_plan": "I will look."})


def asked(*messages, **more):
    return DIALECT.encode(ChatRequest(model="command-a", messages=messages or (HELLO,), **more))


def test_settings_have_coheres_names():
    settings = Settings(
        temperature=0.3,
        top_p=0.9,
        top_k=5,
        max_tokens=9,
        stop=("x",),
        seed=1,
        frequency_penalty=0.1,
        presence_penalty=0.2,
        logprobs=True,
    )

    encoded = asked(settings=settings, stream=False)

    assert encoded.path == "/v2/chat"
    assert encoded.body == {
        "model": "command-a",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": False,
        "temperature": 0.3,
        "p": 0.9,
        "k": 5,
        "max_tokens": 9,
        "stop_sequences": ["x"],
        "seed": 1,
        "frequency_penalty": 0.1,
        "presence_penalty": 0.2,
        "logprobs": True,
    }
    assert encoded.notices == ()


@pytest.mark.parametrize(
    ("chosen", "thinking"),
    [
        ({"reasoning_effort": "none"}, {"type": "disabled"}),
        ({"reasoning_effort": "high"}, {"type": "enabled"}),
        ({"reasoning_tokens": 500}, {"type": "enabled", "token_budget": 500}),
    ],
)
def test_thinking_is_on_off_or_a_budget(chosen, thinking):
    assert asked(settings=Settings(**chosen)).body["thinking"] == thinking


def test_a_tool_loop_keeps_its_plan_and_its_ids():
    messages = (
        says("developer", "Be brief."),
        Message("user", (Text("What is this?"), Image("data:image/png;base64,QUJD", "low"))),
        Message("assistant", (Reasoning("Hm."), PLAN, ToolCall("c1", "look"))),
        Message("tool", (ToolResult("c1", (Text("sky"),)), ToolResult("c2", is_error=True))),
        says("assistant", "The sky."),
    )

    assert asked(*messages).body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is this?"},
                {
                    "type": "image_url",
                    "image_url": {"url": "data:image/png;base64,QUJD", "detail": "low"},
                },
            ],
        },
        {
            "role": "assistant",
            "tool_plan": "I will look.",
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "look", "arguments": "{}"},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "sky"},
        {"role": "tool", "tool_call_id": "c2", "content": '{"error":""}'},
        {"role": "assistant", "content": "The sky."},
    ]


def test_tools_choices_and_schemas_have_coheres_shapes():
    schema = {"type": "object"}
    tools = (Tool("a", "A", schema, strict=True), Tool("b"))

    any_tool = asked(tools=tools, tool_choice=ToolChoice("required")).body
    one = asked(tools=tools, tool_choice=ToolChoice("tool", "b"))
    json = asked(response_format=ResponseFormat("json_schema", schema=schema)).body

    assert any_tool["tool_choice"] == "REQUIRED"
    assert any_tool["strict_tools"] is True
    assert [tool["function"]["name"] for tool in any_tool["tools"]] == ["a", "b"]
    assert [tool["function"]["name"] for tool in one.body["tools"]] == ["b"]
    assert [notice.field for notice in one.notices] == ["tool_choice"]
    assert json["response_format"] == {"type": "json_object", "json_schema": schema}


def test_what_cohere_has_no_place_for_is_told():
    encoded = asked(
        Message("user", (Text("x"), Audio("QUJD", "wav")), name="Ann"),
        Message("assistant", (Text("y"),), prefix=True),
        settings=Settings(min_p=0.1, n=2),
        tools=(Tool("web", raw={"type": "web_search"}),),
        parallel_tool_calls=False,
        extra={"documents": ["d"], "user": "me"},
    )

    assert encoded.body["documents"] == ["d"]
    assert "user" not in encoded.body
    assert sorted(notice.field for notice in encoded.notices) == [
        *("messages", "messages", "min_p", "n", "parallel_tool_calls", "prefix", "tools", "user"),
    ]


def delta(kind, index=0, **message):
    return {"type": kind, "index": index, "delta": {"message": message}}


def start(slot, name):
    call = {"id": f"id-{name}", "type": "function", "function": {"name": name, "arguments": ""}}
    return delta("tool-call-start", slot, tool_calls=call)


def arguments(slot, text):
    return delta("tool-call-delta", slot, tool_calls={"function": {"arguments": text}})


END = {"type": "message-end", "delta": {"finish_reason": "TOOL_CALL"}}


def test_a_streamed_plan_stands_whole_before_the_calls_it_announces():
    events = stream(
        DIALECT,
        {"type": "message-start", "id": "m", "delta": {}},
        delta("tool-plan-delta", tool_plan="I will "),
        delta("tool-plan-delta", tool_plan="look."),
        start(0, "look"),
        arguments(0, '{"a"'),
        {"type": "tool-call-end", "index": 0},
        start(1, "hear"),
        arguments(0, ":1}"),
        {"type": "debug"},
        END,
    )

    assert events == [
        Started(id="m"),
        PartAdded(PLAN),
        ToolCallDelta(0, id="id-look", name="look"),
        ToolCallDelta(0, arguments='{"a"'),
        ToolCallDelta(1, id="id-hear", name="hear"),
        ToolCallDelta(0, arguments=":1}"),
        Finished("tool_calls", raw="TOOL_CALL"),
    ]


def test_a_streamed_answer_may_begin_in_the_start_of_its_block_and_is_cited():
    citation = {"start": 0, "end": 1, "text": "H"}
    events = stream(
        DIALECT,
        delta("content-start", content={"type": "thinking", "thinking": "Hm"}),
        delta("content-start", 1, content={"type": "text", "text": "H"}),
        delta("content-delta", 1, content={"text": "i"}),
        delta("citation-start", citations=citation),
        {"type": "message-end", "delta": {"finish_reason": "NEW_WORD"}},
    )

    assert events == [
        ReasoningDelta("Hm"),
        TextDelta("H"),
        TextDelta("i"),
        Annotated(citation),
        Finished("stop", raw="NEW_WORD"),
    ]


def test_a_stream_without_its_end_was_interrupted():
    events = stream(DIALECT, delta("content-delta", content={"text": "Hi"}))

    assert events[0] == TextDelta("Hi")
    assert isinstance(events[-1], Failed)
    assert events[-1].reason is Reason.INTERRUPTED


def test_an_error_at_the_end_of_a_stream_is_a_failure_after_the_words():
    end = {"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "Out of luck."}}

    events = stream(DIALECT, delta("content-delta", content={"text": "Hi"}), end)

    assert events[0] == TextDelta("Hi")
    assert events[-1].message == "Out of luck."


@pytest.mark.parametrize("piece", [{"message": "too many tokens"}, {"type": None}, [], 5])
def test_a_piece_that_is_no_event_ends_the_stream_as_a_failure(piece):
    events = stream(DIALECT, piece, delta("content-delta", content={"text": "Hi"}))

    assert len(events) == 1
    assert isinstance(events[0], Failed)


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("COMPLETE", "stop"),
        ("STOP_SEQUENCE", "stop"),
        ("MAX_TOKENS", "length"),
        ("TOOL_CALL", "tool_calls"),
        ("ERROR", "error"),
        ("TIMEOUT", "error"),
        ("NEW_WORD", "error"),
        (None, "error"),
    ],
)
def test_coheres_words_for_the_end_are_ours(word, reason):
    end = {"type": "message-end", "delta": {"finish_reason": word}}

    assert folded(stream(DIALECT, end))["finish"] == reason


def whole(body):
    return DIALECT.decode_reply(body, ChatRequest(model="x", messages=(HELLO,)))


def test_log_probabilities_come_in_openais_shape():
    body = b"""{"message": {"content": [{"type": "text", "text": "Hi"}]},
        "logprobs": [{"token_ids": [1, 2], "text": "Hi", "logprobs": [-0.5, -0.25]}]}"""

    assert whole(body)[2] == TokenLogprobs(({"token": "Hi", "logprob": -0.75, "bytes": [72, 105]},))


def test_a_whole_reply_of_version_1_may_call_tools():
    body = b"""{"text": "", "generation_id": "g", "finish_reason": "COMPLETE",
        "tool_calls": [{"name": "look", "parameters": {"a": 1}}, {"name": "look"}]}"""

    told = folded(whole(body))

    assert told["id"] == "g"
    assert [(call["name"], call["args"]) for call in told["tool_calls"]] == [
        ("look", '{"a":1}'),
        ("look", "{}"),
    ]
    assert len({call["id"] for call in told["tool_calls"]}) == 2
    assert told["finish"] == "tool_calls"


def test_a_stream_of_version_1_is_read_too():
    meta = {"tokens": {"input_tokens": 3, "output_tokens": 1}}
    told = folded(
        stream(
            DIALECT,
            {"event_type": "stream-start", "generation_id": "g"},
            {"event_type": "text-generation", "text": "Hi"},
            {
                "event_type": "stream-end",
                "finish_reason": "COMPLETE",
                "response": {"text": "Hi", "meta": meta},
            },
        )
    )

    assert (told["id"], told["text"], told["finish"]) == ("g", "Hi", "stop")
    assert told["usage"].input == 3


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"message": "invalid api token"}', b"[]"])
def test_a_whole_reply_that_is_none_is_a_failure(body):
    (failed,) = whole(body)

    assert isinstance(failed, Failed)


def test_coheres_own_status_for_an_invalid_token_is_a_matter_of_the_key():
    error = DIALECT.read_error(498, {}, b'{"message": "invalid token"}')

    assert (error.reason, error.message, error.status) == (Reason.AUTH, "invalid token", 498)


def test_the_model_list_keeps_the_models_that_chat_and_the_next_page():
    body = b"""{"models": [
        {"name": "command-a-vision", "endpoints": ["chat"], "context_length": 128000.0,
         "features": ["vision", "tools"]},
        {"name": "embed-v4", "endpoints": ["embed"]},
        {"name": "old", "is_deprecated": true}], "next_page_token": "a b"}"""

    page = DIALECT.decode_models(body)

    assert [(m.id, m.context, m.inputs, m.tools, m.reasoning) for m in page.models] == [
        ("command-a-vision", 128000, ("text", "image"), True, False),
        ("old", None, ("text",), None, None),
    ]
    assert page.models[1].extra == {"is_deprecated": True}
    assert page.next == "page_token=a%20b"


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"data": []}', b"[" * 100_000])
def test_an_answer_that_is_no_model_list_is_refused_in_words(body):
    with pytest.raises(SourceError, match="Check the endpoint"):
        DIALECT.decode_models(body)
