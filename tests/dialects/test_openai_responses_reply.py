"""How answers in the Responses format are understood, beyond what was recorded."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapster.core.errors import Reason
from tapster.core.events import (
    Annotated,
    Failed,
    Finished,
    PartAdded,
    ReasoningDelta,
    ReasoningSealed,
    Started,
    TextDelta,
    TokenLogprobs,
    ToolCallDelta,
    UsageReported,
)
from tapster.core.links import Frame
from tapster.core.messages import Image, Reasoning, says
from tapster.core.requests import ChatRequest
from tapster.dialects.openai_responses import OpenAIResponses

REQUEST = ChatRequest(model="m", messages=(says("user", "Hi"),))
SEAL = "openai-responses-v1"


def feed(*events, close=True):
    decoder = OpenAIResponses().decoder(REQUEST)
    told = decoder.feed([Frame(json.dumps(event).encode()) for event in events])
    return told + (decoder.close() if close else [])


def event(kind, **fields):
    return {"type": f"response.{kind}", **fields}


def completed(*output, **fields):
    return event(
        "completed", response={"id": "r", "model": "m", "status": "completed", "output": output}
    ) | {"response": {"id": "r", "model": "m", "status": "completed", "output": output, **fields}}


MESSAGE = {
    "type": "message",
    "id": "msg_1",
    "content": [{"type": "output_text", "text": "Hi", "annotations": [{"type": "url_citation"}]}],
}
CALL = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": '{"a":1}'}
THOUGHT = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "Hm."}],
    "encrypted_content": "xyz",
}


def test_an_answer_told_only_by_its_last_event_is_whole():
    events = feed(completed(THOUGHT, MESSAGE, CALL))

    assert events == [
        Started(id="r", model="m"),
        ReasoningDelta("Hm."),
        ReasoningSealed(Reasoning("Hm.", kind="summary", id="rs_1", format=SEAL, index=0)),
        ReasoningSealed(
            Reasoning(kind="encrypted", encrypted="xyz", id="rs_1", format=SEAL, index=0)
        ),
        TextDelta("Hi"),
        Annotated({"type": "url_citation"}),
        ToolCallDelta(slot=0, id="c1", name="f"),
        ToolCallDelta(slot=0, arguments='{"a":1}'),
        Finished("tool_calls", raw="completed"),
    ]


def test_what_came_in_pieces_is_not_told_again():
    events = feed(
        event("output_item.added", output_index=0, item={"type": "message", "id": "msg_1"}),
        event("output_text.delta", output_index=0, content_index=0, delta="H"),
        event("output_text.delta", output_index=0, content_index=0, delta="i"),
        event("output_text.done", output_index=0, content_index=0, text="Hi"),
        event("output_item.done", output_index=0, item=MESSAGE),
        event("output_item.added", output_index=1, item=CALL | {"arguments": ""}),
        event("function_call_arguments.delta", output_index=1, delta='{"a"'),
        event("function_call_arguments.done", output_index=1, arguments='{"a":1}'),
        event("output_item.done", output_index=1, item=CALL),
        completed(MESSAGE, CALL),
    )

    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "Hi"
    assert "".join(e.arguments for e in events if isinstance(e, ToolCallDelta)) == '{"a":1}'


def test_ids_that_change_with_every_event_do_no_harm():
    events = feed(
        event("output_item.added", output_index=0, item={"type": "message", "id": "x1"}),
        event("output_text.delta", item_id="x2", output_index=0, content_index=0, delta="Hi"),
        event("output_item.done", output_index=0, item=MESSAGE | {"id": "x3"}),
        completed(MESSAGE | {"id": "x4"}),
    )

    assert [e for e in events if isinstance(e, TextDelta)] == [TextDelta("Hi")]


def test_deltas_of_an_item_that_was_never_announced_are_told_once():
    events = feed(
        event("output_text.delta", output_index=0, content_index=0, delta="Hi"), completed(MESSAGE)
    )

    assert [e for e in events if isinstance(e, TextDelta)] == [TextDelta("Hi")]


def test_a_custom_call_streams_its_input():
    item = {"type": "custom_tool_call", "id": "ct_1", "call_id": "c1", "name": "run", "input": ""}
    events = feed(
        event("output_item.added", output_index=0, item=item),
        event("custom_tool_call_input.delta", output_index=0, delta="print"),
        event("custom_tool_call_input.done", output_index=0, input="print(1)"),
        event("output_item.done", output_index=0, item=item | {"input": "print(1)"}),
        completed(),
    )

    assert [e.arguments for e in events if isinstance(e, ToolCallDelta)] == ["", "print", "(1)"]
    assert events[-1] == Finished("tool_calls", raw="completed")


def test_open_thinking_is_read_and_kept():
    item = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [],
        "content": [{"type": "reasoning_text", "text": "Let me see."}],
    }
    events = feed(
        event("output_item.added", output_index=0, item={"type": "reasoning", "id": "rs_1"}),
        event("reasoning_text.delta", output_index=0, content_index=0, delta="Let me see."),
        event("output_item.done", output_index=0, item=item),
        completed(item),
    )

    assert events[1:3] == [
        ReasoningDelta("Let me see."),
        ReasoningSealed(Reasoning("Let me see.", id="rs_1", format=SEAL, index=0)),
    ]


def test_log_probabilities_come_with_the_text():
    token = {"token": "Hi", "logprob": -0.1, "bytes": [72, 105], "top_logprobs": []}

    events = feed(event("output_text.delta", output_index=0, delta="Hi", logprobs=[token]))

    assert TokenLogprobs((token,)) in events


def told_logprobs(events):
    return [event for event in events if isinstance(event, TokenLogprobs)]


def test_bytes_a_stream_leaves_out_are_those_of_the_text():
    top = [{"token": "é", "logprob": -0.1}, {"token": "\\xf0\\x9f", "logprob": -2.5}]
    token = {"token": "é", "logprob": -0.1, "top_logprobs": top}

    events = feed(event("output_text.delta", output_index=0, delta="é", logprobs=[token]))

    whole = {"token": "é", "logprob": -0.1, "bytes": [195, 169]}
    piece = {"token": "\\xf0\\x9f", "logprob": -2.5, "bytes": None}
    assert told_logprobs(events) == [TokenLogprobs(({**whole, "top_logprobs": [whole, piece]},))]


SURE = {"token": "Hi", "logprob": -0.1, "bytes": [72, 105], "top_logprobs": []}
SURE_MESSAGE = {
    "type": "message",
    "id": "msg_1",
    "content": [{"type": "output_text", "text": "Hi", "annotations": [], "logprobs": [SURE]}],
}


def test_log_probabilities_of_a_whole_answer_follow_its_text():
    response = {"id": "r", "model": "m", "status": "completed", "output": [SURE_MESSAGE]}

    events = OpenAIResponses().decode_reply(json.dumps(response).encode(), REQUEST)

    assert events[1:3] == [TextDelta("Hi"), TokenLogprobs((SURE,))]


DELTA = event("output_text.delta", output_index=0, content_index=0, delta="Hi")
TEXT_DONE = event("output_text.done", output_index=0, content_index=0, text="Hi")
ITEM_DONE = event("output_item.done", output_index=0, item=SURE_MESSAGE)


@pytest.mark.parametrize(
    "said",
    [
        [DELTA | {"logprobs": [SURE]}, TEXT_DONE | {"logprobs": [SURE]}, ITEM_DONE],
        [DELTA | {"logprobs": []}, TEXT_DONE | {"logprobs": [SURE]}, ITEM_DONE],
        [DELTA, TEXT_DONE, ITEM_DONE],
        [TEXT_DONE | {"logprobs": [SURE]}],
        [],
    ],
)
def test_log_probabilities_are_told_once_however_late_they_come(said):
    events = feed(*said, completed(SURE_MESSAGE))

    assert told_logprobs(events) == [TokenLogprobs((SURE,))]


@pytest.mark.parametrize(
    ("result", "url"),
    [
        ("UklGRuIW", "data:image/webp;base64,UklGRuIW"),
        ("https://example.org/cat.png", "https://example.org/cat.png"),
    ],
)
def test_a_picture_is_a_part_of_the_answer(result, url):
    events = feed(completed({"type": "image_generation_call", "id": "ig", "result": result}))

    assert PartAdded(Image(url)) in events


@pytest.mark.parametrize(
    ("status", "why", "reason", "raw"),
    [
        ("incomplete", "max_output_tokens", "length", "incomplete:max_output_tokens"),
        ("incomplete", "content_filter", "content_filter", "incomplete:content_filter"),
        ("incomplete", "brand_new", "stop", "incomplete:brand_new"),
        ("cancelled", None, "error", "cancelled"),
    ],
)
def test_an_unfinished_answer_says_why(status, why, reason, raw):
    told = completed(MESSAGE, status=status, incomplete_details={"reason": why} if why else None)

    assert feed(told | {"type": f"response.{status}"})[-1] == Finished(reason, raw=raw)


def test_a_failed_response_keeps_the_text_and_names_the_reason():
    error = {"code": "rate_limit_exceeded", "message": "Slow down."}
    events = feed(
        event("output_text.delta", output_index=0, delta="Hi"),
        event("failed", response={"id": "r", "status": "failed", "error": error, "output": []}),
    )

    assert TextDelta("Hi") in events
    assert events[-1] == Failed(Reason.RATE_LIMIT, "Slow down.", code="rate_limit_exceeded")


@pytest.mark.parametrize(
    "told",
    [
        {"type": "error", "code": "server_error", "message": "Oops", "param": None},
        {"type": "error", "error": {"code": "server_error", "message": "Oops"}},
        {"error": {"code": "server_error", "message": "Oops"}},
    ],
)
def test_an_error_event_ends_the_answer(told):
    events = feed(told)

    assert isinstance(events[-1], Failed)
    assert (events[-1].reason, events[-1].message) == (Reason.UPSTREAM, "Oops")


def test_a_stream_without_its_end_is_interrupted():
    events = feed(event("output_text.delta", output_index=0, delta="Hi"))

    assert events[-1].reason is Reason.INTERRUPTED


def test_usage_is_told_with_the_providers_own_count():
    raw = {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 3},
        "cost": 0.01,
    }

    usage = next(e.usage for e in feed(completed(usage=raw)) if isinstance(e, UsageReported))

    assert (usage.input, usage.cache_read, usage.cache_write) == (10, 4, 2)
    assert (usage.output, usage.reasoning, usage.cost) == (5, 3, 0.01)
    assert usage.raw == raw


def test_a_page_of_html_in_place_of_an_answer_is_no_api():
    events = OpenAIResponses().decode_reply(b"<html><title>Login</title></html>", REQUEST)

    assert [e.reason for e in events] == [Reason.NOT_AN_API]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
KINDS = [
    "response.created",
    "response.output_item.added",
    "response.output_item.done",
    "response.output_text.delta",
    "response.output_text.done",
    "response.refusal.delta",
    "response.reasoning_summary_text.delta",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.output_text.annotation.added",
    "response.completed",
    "response.failed",
    "response.incomplete",
    "error",
]
FIELDS = ["delta", "item", "response", "output_index", "item_id", "content_index", "arguments"]
ITEM = st.fixed_dictionaries(
    {"type": st.sampled_from(["message", "reasoning", "function_call", "new"])},
    optional={"id": ANYTHING, "content": ANYTHING, "summary": ANYTHING, "arguments": ANYTHING},
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"type": st.sampled_from(KINDS)},
            optional=dict.fromkeys(FIELDS, ANYTHING)
            | {"item": ITEM | ANYTHING, "output_index": st.integers(0, 3)},
        ),
        max_size=6,
    )
)
def test_no_event_however_odd_breaks_the_reading(events):
    told = feed(*events)

    assert isinstance(told[-1], Finished | Failed)
    msgspec.json.encode(told)


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reading(data):
    OpenAIResponses().decode_reply(data, REQUEST)
    OpenAIResponses().decoder(REQUEST).feed([Frame(data)])


@pytest.mark.parametrize("start", ["", '{"type":"error","message":"Oops","y":'])
def test_nesting_without_end_does_not_break_the_reading(start):
    data = (start + "[" * 100_000).encode()
    closed = data + b"]" * 100_000 + b"}" * start.count("{")

    for body in (data, closed):
        told = OpenAIResponses().decoder(REQUEST).feed([Frame(body)])
        assert all(isinstance(event, Failed) for event in told)
        OpenAIResponses().decode_reply(body, REQUEST)
