"""Requests to Ollama, and replies its recordings do not hold."""

import pytest

from exchanges import folded, stream
from tapster.core.errors import Reason, SourceError
from tapster.core.events import (
    Failed,
    Finished,
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
    Reasoning,
    Text,
    ToolCall,
    ToolResult,
    says,
)
from tapster.core.requests import ChatRequest, ResponseFormat, Settings, Tool, ToolChoice
from tapster.dialects.ollama_chat import OllamaChat

DIALECT = OllamaChat()
HELLO = says("user", "Hello")


def asked(*messages, **more):
    return DIALECT.encode(ChatRequest(model="qwen3:8b", messages=messages or (HELLO,), **more))


def line(content="", **more):
    return {"model": "m", "message": {"role": "assistant", "content": content}, **more}


DONE = line(done=True, done_reason="stop", prompt_eval_count=9, eval_count=2, eval_duration=7)


def test_samplers_stand_among_the_options_and_streaming_is_always_said():
    settings = Settings(
        temperature=0.5,
        min_p=0.1,
        typical_p=0.9,
        repetition_penalty=1.1,
        max_tokens=9,
        stop=("x",),
        seed=1,
        top_logprobs=2,
    )

    encoded = asked(settings=settings, stream=False, extra={"num_ctx": 8192, "keep_alive": -1})

    assert encoded.path == "/api/chat"
    assert encoded.body == {
        "model": "qwen3:8b",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": False,
        "keep_alive": -1,
        "top_logprobs": 2,
        "options": {
            "temperature": 0.5,
            "min_p": 0.1,
            "typical_p": 0.9,
            "repeat_penalty": 1.1,
            "num_predict": 9,
            "stop": ["x"],
            "seed": 1,
            "num_ctx": 8192,
        },
    }
    assert encoded.notices == ()


def test_options_given_by_hand_are_laid_over_the_settings():
    encoded = asked(settings=Settings(temperature=1, seed=2), extra={"options": {"seed": 3}})

    assert encoded.body["options"] == {"temperature": 1, "seed": 3}


@pytest.mark.parametrize(
    ("effort", "think"), [("none", False), ("minimal", "low"), ("high", "high"), ("xhigh", "max")]
)
def test_the_effort_is_ollamas_think(effort, think):
    assert asked(settings=Settings(reasoning_effort=effort)).body["think"] == think


def test_pictures_are_bare_base64_and_tool_arguments_objects():
    messages = (
        Message("user", (Text("What is this?"), Image("data:image/png;base64,QUJD"))),
        Message("assistant", (Reasoning("Hm."), ToolCall("c1", "look", '{"a": 1}'))),
        Message("tool", (ToolResult("c1", (Text("sky"),)),)),
        Message("assistant", (Text("It is"),), prefix=True),
    )

    encoded = asked(*messages)

    assert encoded.body["messages"] == [
        {"role": "user", "content": "What is this?", "images": ["QUJD"]},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"id": "c1", "function": {"index": 0, "name": "look", "arguments": {"a": 1}}}
            ],
        },
        {"role": "tool", "content": "sky", "tool_call_id": "c1", "tool_name": "look"},
        {"role": "assistant", "content": "It is"},
    ]
    assert encoded.notices == ()


def test_schemas_and_tools_have_ollamas_shapes():
    schema = {"type": "object"}

    assert asked(response_format=ResponseFormat("json_object")).body["format"] == "json"
    assert asked(response_format=ResponseFormat("json_schema", schema=schema)).body["format"] == (
        schema
    )
    assert asked(tools=(Tool("a", "A", schema),)).body["tools"] == [
        {"type": "function", "function": {"name": "a", "description": "A", "parameters": schema}}
    ]


def test_what_ollama_has_no_place_for_is_told():
    encoded = asked(
        Message("user", (Image("https://example.org/a.png"), Audio("QUJD", "wav")), name="Ann"),
        Message("assistant", (ToolCall("c", "f", "{broken"),)),
        settings=Settings(top_a=0.1, n=2),
        tools=(Tool("web", raw={"type": "web_search"}),),
        tool_choice=ToolChoice("required"),
        parallel_tool_calls=False,
        extra={"user": "me"},
    )

    assert sorted(notice.field for notice in encoded.notices) == [
        *("messages", "messages", "messages", "messages"),
        *("n", "parallel_tool_calls", "tool_choice", "tools", "top_a", "user"),
    ]


def test_thoughts_words_and_calls_come_line_by_line():
    call = {"function": {"name": "f", "arguments": {"a": 1}}}
    events = stream(
        DIALECT,
        {"model": "m", "message": {"content": "", "thinking": "Hm"}, "done": False},
        line("Hi"),
        {"model": "m", "message": {"tool_calls": [call, call | {"id": "own"}]}},
        DONE,
    )

    assert events[:3] == [Started(model="m"), ReasoningDelta("Hm"), TextDelta("Hi")]
    first, second = events[3:5]
    assert isinstance(first, ToolCallDelta)
    assert (first.slot, first.name, first.arguments) == (0, "f", '{"a":1}')
    assert first.id.startswith("call_")
    assert second == ToolCallDelta(1, id="own", name="f", arguments='{"a":1}')
    assert events[-1] == Finished("stop", raw="stop")


def test_usage_is_what_ollama_counted_with_its_durations_kept():
    usage = folded(stream(DIALECT, DONE))["usage"]

    assert (usage.input, usage.output) == (9, 2)
    assert usage.raw == {"prompt_eval_count": 9, "eval_count": 2, "eval_duration": 7}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"done_reason": "length"}, "length"),
        ({"done_reason": "load"}, "stop"),
        ({}, "stop"),
        ({"done_reason": "new"}, "stop"),
    ],
)
def test_ollamas_words_for_the_end_are_ours(more, reason):
    assert folded(stream(DIALECT, line("x", done=True, **more)))["finish"] == reason


def test_an_error_line_ends_the_stream_after_the_words_before():
    events = stream(DIALECT, line("Hel"), {"error": "the runner has died"}, line("lo"))

    assert events[1] == TextDelta("Hel")
    assert isinstance(events[2], Failed)
    assert events[2].message == "the runner has died"
    assert len(events) == 3


def test_a_stream_without_its_last_line_was_interrupted():
    events = stream(DIALECT, line("Hel"))

    assert isinstance(events[-1], Failed)
    assert events[-1].reason is Reason.INTERRUPTED


def test_log_probabilities_are_already_in_openais_shape():
    token = {"token": "x", "logprob": -0.1, "bytes": [120], "top_logprobs": []}

    assert TokenLogprobs((token,)) in stream(DIALECT, line("x", logprobs=[token]), DONE)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[" * 100_000, b"Ollama is running"])
def test_a_whole_reply_that_is_none_is_a_failure(body):
    (failed,) = DIALECT.decode_reply(body, ChatRequest(model="m", messages=()))

    assert isinstance(failed, Failed)


def test_a_missing_model_is_not_found_in_ollamas_words():
    error = DIALECT.read_error(404, {}, b'{"error": "model \'x\' not found"}')

    assert (error.reason, error.message) == (Reason.NOT_FOUND, "model 'x' not found")


def test_the_tags_are_the_models_but_for_those_that_only_embed():
    body = b"""{"models": [
        {"name": "qwen3:8b", "model": "qwen3:8b", "details": {"parameter_size": "8B"},
         "capabilities": ["completion", "tools", "thinking", "vision"]},
        {"name": "nomic-embed", "capabilities": ["embedding"]},
        {"name": "old:latest"}]}"""

    models = DIALECT.decode_models(body).models

    assert [(m.id, m.inputs, m.tools, m.reasoning) for m in models] == [
        ("qwen3:8b", ("text", "image"), True, True),
        ("old:latest", ("text",), None, None),
    ]
    assert models[0].extra == {"parameter_size": "8B"}


@pytest.mark.parametrize("body", [b'{"models": []}', b'{"models": null}'])
def test_a_server_without_models_has_an_empty_list(body):
    assert DIALECT.decode_models(body).models == ()


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[]", b"Ollama is running"])
def test_an_answer_that_is_no_model_list_is_refused_in_words(body):
    with pytest.raises(SourceError, match="Check the endpoint"):
        DIALECT.decode_models(body)
