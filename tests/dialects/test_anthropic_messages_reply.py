"""How answers in the Messages format are understood, beyond what was recorded."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapster.core.errors import Reason, SourceError
from tapster.core.events import (
    Annotated,
    Failed,
    Finished,
    Noticed,
    PartAdded,
    ReasoningDelta,
    ReasoningSealed,
    Started,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from tapster.core.links import Frame
from tapster.core.messages import Opaque, Reasoning, says
from tapster.core.requests import ChatRequest
from tapster.dialects.anthropic_messages import AnthropicMessages

REQUEST = ChatRequest(model="m", messages=(says("user", "Hi"),))
SEAL = "anthropic-claude-v1"


def feed(*events, close=True):
    decoder = AnthropicMessages().decoder(REQUEST)
    told = decoder.feed([Frame(json.dumps(event).encode()) for event in events])
    return told + (decoder.close() if close else [])


def started(**usage):
    return {"type": "message_start", "message": {"id": "msg_1", "model": "m", "usage": usage}}


def block(value, *deltas, index=0):
    return (
        {"type": "content_block_start", "index": index, "content_block": value},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    )


def stopped(reason, details=None, **usage):
    delta = {"stop_reason": reason, "stop_details": details}
    return ({"type": "message_delta", "delta": delta, "usage": usage}, {"type": "message_stop"})


def test_thinking_is_shown_as_it_comes_and_sealed_as_a_whole():
    events = feed(
        started(),
        *block(
            {"type": "thinking", "thinking": "", "signature": ""},
            {"type": "thinking_delta", "thinking": "Let "},
            {"type": "thinking_delta", "thinking": "me."},
            {"type": "signature_delta", "signature": "abc"},
        ),
        *block({"type": "redacted_thinking", "data": "xyz"}, index=1),
        *stopped("end_turn"),
    )

    assert events == [
        Started(id="msg_1", model="m"),
        ReasoningDelta("Let "),
        ReasoningDelta("me."),
        ReasoningSealed(Reasoning("Let me.", signature="abc", format=SEAL, index=0)),
        ReasoningSealed(Reasoning(kind="encrypted", encrypted="xyz", format=SEAL, index=1)),
        Finished("stop", raw="end_turn"),
    ]


def test_hidden_thinking_is_sealed_without_a_word():
    events = feed(
        *block(
            {"type": "thinking", "thinking": "", "signature": ""},
            {"type": "signature_delta", "signature": "abc"},
        )
    )

    assert events[0] == ReasoningSealed(Reasoning(signature="abc", format=SEAL, index=0))


def test_a_call_without_arguments_has_empty_ones():
    tool = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}

    events = feed(*block(tool, {"type": "input_json_delta", "partial_json": ""}))

    assert events[:2] == [
        ToolCallDelta(slot=0, id="toolu_1", name="f"),
        ToolCallDelta(slot=0, arguments="{}"),
    ]


def test_calls_stream_into_their_own_slots():
    tool = {"type": "tool_use", "id": "a", "name": "f", "input": {}}
    piece = {"type": "input_json_delta", "partial_json": '{"a":1}'}

    events = feed(*block(tool, piece), *block(tool | {"id": "b"}, piece, index=1))

    assert [(e.slot, e.id, e.arguments) for e in events if isinstance(e, ToolCallDelta)] == [
        (0, "a", ""),
        (0, None, '{"a":1}'),
        (1, "b", ""),
        (1, None, '{"a":1}'),
    ]


def test_a_provider_tools_block_is_kept_whole():
    server = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}

    events = feed(
        *block(
            server,
            {"type": "input_json_delta", "partial_json": '{"query":'},
            {"type": "input_json_delta", "partial_json": '"cats"}'},
        )
    )

    assert events[0] == PartAdded(
        Opaque("anthropic-messages", server | {"input": {"query": "cats"}})
    )


def test_a_block_not_invented_yet_is_kept_whole():
    events = feed(
        *block(
            {"type": "compaction", "content": "So "},
            {"type": "compaction_delta", "content": "far."},
        )
    )

    assert events[0] == PartAdded(
        Opaque("anthropic-messages", {"type": "compaction", "content": "So far."})
    )


def test_citations_come_with_the_text():
    citation = {"type": "char_location", "cited_text": "x"}

    events = feed(
        *block(
            {"type": "text", "text": ""},
            {"type": "text_delta", "text": "Hi"},
            {"type": "citations_delta", "citation": citation},
        )
    )

    assert events[:2] == [TextDelta("Hi"), Annotated(citation)]


def test_unknown_events_and_deltas_are_passed_over():
    events = feed(
        {"type": "ping"},
        {"type": "brand_new", "delta": 7},
        *block({"type": "text", "text": ""}, {"type": "new_delta", "x": 1}),
        *stopped("end_turn"),
    )

    assert events == [Finished("stop", raw="end_turn")]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("brand_new", "error"),
    ],
)
def test_reasons_to_stop_are_mapped_and_kept(raw, reason):
    assert feed(*stopped(raw))[-1] == Finished(reason, raw=raw)


def test_an_unknown_reason_to_stop_after_text_is_a_stop():
    events = feed(*block({"type": "text", "text": "Hi"}), *stopped("compaction"))

    assert events[-1] == Finished("stop", raw="compaction")


def test_a_refusal_says_why():
    details = {"type": "refusal", "category": "cyber", "explanation": "It is harmful."}

    events = feed(*stopped("refusal", details))

    assert events == [
        Noticed("The provider declined to answer: It is harmful."),
        Finished("content_filter", raw="refusal"),
    ]


def test_counts_are_cumulative_and_input_includes_what_the_cache_knew():
    events = feed(
        started(input_tokens=10, cache_read_input_tokens=100, output_tokens=1),
        *stopped(
            "end_turn",
            output_tokens=30,
            cache_creation_input_tokens=5,
            cache_read_input_tokens=None,
            output_tokens_details={"thinking_tokens": 20},
        ),
    )

    usage = [event.usage for event in events if isinstance(event, UsageReported)][-1]
    assert (usage.input, usage.output, usage.reasoning) == (115, 30, 20)
    assert (usage.cache_read, usage.cache_write) == (100, 5)
    assert usage.raw["input_tokens"] == 10


def test_an_error_in_mid_stream_keeps_the_text_and_names_the_reason():
    error = {"type": "overloaded_error", "message": "Overloaded"}

    events = feed(
        *block({"type": "text", "text": "Hi"}), {"type": "error", "error": error}, *stopped("x")
    )

    assert events[0] == TextDelta("Hi")
    assert isinstance(events[-1], Failed)
    assert (events[-1].reason, events[-1].message) == (Reason.OVERLOADED, "Overloaded")
    assert events[-1].error_type == "overloaded_error"


def test_a_stream_without_its_end_is_interrupted():
    events = feed(started(), *block({"type": "text", "text": "Hi"}))

    assert events[-1].reason is Reason.INTERRUPTED


def test_a_stream_that_told_why_it_stops_needs_no_last_event():
    events = feed(*block({"type": "text", "text": "Hi"}), stopped("max_tokens")[0])

    assert events[-1] == Finished("length", raw="max_tokens")


def test_an_error_with_a_good_status_is_a_failure():
    body = b'{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}'

    events = AnthropicMessages().decode_reply(body, REQUEST)

    assert [(event.reason, event.message) for event in events] == [(Reason.RATE_LIMIT, "Slow down")]


@pytest.mark.parametrize("body", [b"<html></html>", b'{"choices":[]}', b"[]", b""])
def test_what_is_no_message_is_a_failure(body):
    events = AnthropicMessages().decode_reply(body, REQUEST)

    assert [type(event) for event in events] == [Failed]


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (401, "authentication_error", Reason.AUTH),
        (402, "billing_error", Reason.BILLING),
        (403, "permission_error", Reason.PERMISSION),
        (404, "not_found_error", Reason.NOT_FOUND),
        (413, "request_too_large", Reason.TOO_LARGE),
        (429, "rate_limit_error", Reason.RATE_LIMIT),
        (500, "api_error", Reason.UPSTREAM),
        (504, "timeout_error", Reason.TIMEOUT),
        (529, "overloaded_error", Reason.OVERLOADED),
        (400, "invalid_request_error", Reason.INVALID),
    ],
)
def test_refusals_are_told_apart(status, kind, reason):
    error = {"type": kind, "message": "No.", "details": {"error_code": "why_not"}}
    body = json.dumps({"type": "error", "error": error}).encode()

    refused = AnthropicMessages().read_error(status, {}, body)

    assert (refused.reason, refused.message, refused.status) == (reason, "No.", status)
    assert (refused.type, refused.code) == (kind, "why_not")


def test_the_model_list_tells_what_models_can_and_where_the_next_page_is():
    entry = {
        "type": "model",
        "id": "claude-opus-5-5",
        "display_name": "Claude Opus 5.5",
        "created_at": "2026-10-01T00:00:00Z",
        "lifecycle": "active",
        "retires_at": None,
        "max_input_tokens": 1_000_000,
        "max_tokens": 128_000,
        "capabilities": {
            "image_input": {"supported": True},
            "pdf_input": {"supported": False},
            "thinking": {"supported": True},
        },
    }
    body = json.dumps({"data": [entry], "has_more": True, "last_id": "claude-opus-5-5"}).encode()

    page = AnthropicMessages().decode_models(body)

    (model,) = page.models
    assert page.next == "after_id=claude-opus-5-5"
    assert (model.id, model.title) == ("claude-opus-5-5", "Claude Opus 5.5")
    assert (model.context, model.max_output) == (1_000_000, 128_000)
    assert (model.inputs, model.reasoning) == (("text", "image"), True)
    assert model.created == 1790812800


def test_a_model_list_of_a_proxy_is_read_too():
    page = AnthropicMessages().decode_models(b'{"object":"list","data":[{"id":"claude-x"}]}')

    assert ([model.id for model in page.models], page.next) == (["claude-x"], None)


def test_a_model_list_that_is_none_is_an_error():
    with pytest.raises(SourceError):
        AnthropicMessages().decode_models(b"<html></html>")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
KINDS = [
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "error",
    "new",
]
VALUE = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "thinking", "tool_use", "redacted_thinking", "new"])},
    optional={"text": ANYTHING, "thinking": ANYTHING, "input": ANYTHING, "id": ANYTHING},
)
DELTA = st.fixed_dictionaries(
    {"type": st.sampled_from(["text_delta", "thinking_delta", "input_json_delta", "new_delta"])},
    optional={
        "text": ANYTHING,
        "thinking": ANYTHING,
        "partial_json": ANYTHING,
        "stop_reason": ANYTHING,
        "stop_details": ANYTHING,
    },
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"type": st.sampled_from(KINDS)},
            optional={
                "index": st.integers(0, 2) | ANYTHING,
                "content_block": VALUE | ANYTHING,
                "delta": DELTA | ANYTHING,
                "message": ANYTHING,
                "usage": ANYTHING,
                "error": ANYTHING,
            },
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
    AnthropicMessages().decode_reply(data, REQUEST)
    AnthropicMessages().decoder(REQUEST).feed([Frame(data)])


@pytest.mark.parametrize(
    "start", ["", '{"type":"content_block_delta","index":0,"delta":{"type":"x","y":']
)
def test_nesting_without_end_does_not_break_the_reading(start):
    data = (start + "[" * 100_000).encode()
    closed = data + b"]" * 100_000 + b"}" * start.count("{")

    for body in (data, closed):
        told = AnthropicMessages().decoder(REQUEST).feed([Frame(body)])
        assert all(isinstance(event, Failed) for event in told)
        AnthropicMessages().decode_reply(body, REQUEST)
