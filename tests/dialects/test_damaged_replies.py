"""Whatever a provider puts in a field, a decoder answers with events and never raises."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapster.core.errors import SourceError
from tapster.core.events import Failed, Finished
from tapster.core.links import Frame
from tapster.core.requests import ChatRequest
from tapster.dialects.anthropic_messages import AnthropicMessages
from tapster.dialects.cohere_chat import CohereChat
from tapster.dialects.google_generate import GoogleGenerate
from tapster.dialects.ollama_chat import OllamaChat
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_responses import OpenAIResponses
from tapster.dialects.openai_text import OpenAIText
from tapster.dialects.palm import PalmMessage, PalmText

_GOOGLE = {
    "candidates": [
        {
            "content": {
                "role": "model",
                "parts": [
                    {"text": "plan", "thought": True, "thoughtSignature": "S"},
                    {"text": "Hi"},
                    {"inlineData": {"mimeType": "image/png", "data": "QUJD"}},
                    {"functionCall": {"id": "c", "name": "f", "args": {"a": 1}}},
                    {
                        "functionCall": {
                            "name": "g",
                            "willContinue": True,
                            "partialArgs": [{"jsonPath": "$.a[0].b", "stringValue": "x"}],
                        }
                    },
                    {"functionCall": {"partialArgs": [{"jsonPath": "$.a", "numberValue": 1}]}},
                ],
            },
            "index": 0,
            "finishReason": "STOP",
            "finishMessage": "x",
            "groundingMetadata": {"groundingChunks": [{}]},
            "citationMetadata": {"citationSources": [{"uri": "u"}]},
            "logprobsResult": {
                "chosenCandidates": [{"token": "a", "logProbability": -1}],
                "topCandidates": [{"candidates": [{"token": "a", "logProbability": -1}]}],
            },
        }
    ],
    "promptFeedback": {"blockReason": "SAFETY"},
    "usageMetadata": {"promptTokenCount": 1, "thoughtsTokenCount": 1},
    "modelVersion": "m",
    "responseId": "r",
}
_COHERE_CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
_COHERE = {
    "id": "i",
    "message": {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "t"}, {"type": "text", "text": "x"}],
        "tool_plan": "p",
        "tool_calls": [_COHERE_CALL],
        "citations": [{"start": 0}],
    },
    "logprobs": [{"text": "x", "logprobs": [-1.0]}],
    "finish_reason": "COMPLETE",
    "usage": {"tokens": {"input_tokens": 1, "output_tokens": 1}, "cached_tokens": 1},
}
_COHERE_PIECES = [
    {"type": "message-start", "id": "i", "delta": {"message": {"role": "assistant"}}},
    {"type": "content-start", "index": 0, "delta": {"message": {"content": {"text": "x"}}}},
    {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "p"}}},
    {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": _COHERE_CALL}}},
    {"type": "tool-call-delta", "index": 0, "delta": {"message": {"tool_calls": _COHERE_CALL}}},
    {"type": "citation-start", "index": 0, "delta": {"message": {"citations": {"start": 0}}}},
    {"event_type": "text-generation", "text": "x"},
    {"event_type": "tool-calls-generation", "tool_calls": [{"name": "f", "parameters": {}}]},
    {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": _COHERE["usage"]}},
]
_COHERE_V1 = {
    "text": "x",
    "generation_id": "g",
    "tool_calls": [{"name": "f", "parameters": {"a": 1}}],
    "citations": [{"start": 0}],
    "finish_reason": "COMPLETE",
    "meta": {"tokens": {"input_tokens": 1}},
}
_OLLAMA = {
    "model": "m",
    "created_at": "t",
    "message": {
        "content": "x",
        "thinking": "t",
        "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": {"a": 1}}}],
    },
    "logprobs": [{"token": "x"}],
    "done": True,
    "done_reason": "stop",
    "eval_count": 1,
}
_PALM = {
    "candidates": [
        {"content": "x", "output": "x", "citationMetadata": {"citationSources": [{"uri": "u"}]}}
    ],
    "filters": [{"reason": "SAFETY", "message": "m"}],
}
_TEXT = {
    "id": "x",
    "object": "text_completion",
    "created": 1,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "text": "Hi",
            "logprobs": {
                "tokens": ["Hi"],
                "token_logprobs": [-1],
                "top_logprobs": [{"Hi": -1}],
                "text_offset": [0],
            },
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
_CHAT = {
    "id": "i",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "delta": {
                "content": "x",
                "tool_calls": [
                    {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}
                ],
            },
            "logprobs": {"content": [{"token": "x", "logprob": -1.0}]},
            "finish_reason": "stop",
        }
    ],
    "usage": {
        "prompt_tokens": 1,
        "completion_tokens": 1,
        "prompt_tokens_details": {"cached_tokens": 1},
        "cost": 0.1,
    },
    "base_resp": {"status_code": 0},
}
_CHAT_ERROR = {
    "error": {"message": "m", "code": 400, "status_code": 400, "details": [{"retryDelay": "1s"}]},
}
_BASE_RESP_ERROR = {"base_resp": {"status_code": 1, "status_msg": "m"}}
_CHAT_MODELS = {
    "data": [
        {
            "id": "a/b",
            "created": 1,
            "context_length": 1,
            "max_output_tokens": 1,
            "pricing": {"prompt": "0.1", "input": 1},
            "supported_parameters": ["tools"],
        }
    ]
}
_RESPONSE = {
    "id": "r",
    "object": "response",
    "created_at": 1,
    "model": "m",
    "status": "completed",
    "output": [
        {"type": "message", "id": "m", "content": [{"type": "output_text", "text": "x"}]},
        {"type": "function_call", "id": "f", "call_id": "c", "name": "f", "arguments": "{}"},
    ],
    "usage": {"input_tokens": 1, "output_tokens": 1, "cost": 0.1, "cost_in_usd_ticks": 1},
}
_RESPONSE_PIECES = [
    {"type": "response.created", "response": {"id": "r", "created_at": 1, "model": "m"}},
    {"type": "response.output_item.added", "output_index": 0, "item": {"type": "message"}},
    {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "x"},
    {"type": "response.output_item.done", "output_index": 0, "item": _RESPONSE["output"][0]},
    {"type": "response.completed", "response": _RESPONSE},
]
_MESSAGE = {
    "type": "message",
    "id": "i",
    "model": "m",
    "content": [
        {"type": "thinking", "thinking": "t", "signature": "S"},
        {"type": "text", "text": "x"},
        {"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}},
    ],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 1, "output_tokens": 1, "cache_read_input_tokens": 1},
}
_MESSAGE_PIECES = [
    {"type": "message_start", "message": {"id": "i", "model": "m", "usage": _MESSAGE["usage"]}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": _MESSAGE["usage"]},
    {"type": "message_stop"},
]
_MESSAGE_MODELS = {
    "data": [{"type": "model", "id": "a", "created_at": "2026-01-01T00:00:00Z"}],
    "has_more": False,
}
_GOOGLE_ERROR = {
    "error": {"code": 400, "message": "m", "status": "s", "details": [{"reason": "r"}]}
}
_GOOGLE_MODELS = {
    "models": [{"name": "models/a", "supportedGenerationMethods": ["generateContent"]}],
    "nextPageToken": "t",
}
_COHERE_MODELS = {"models": [{"name": "a", "endpoints": ["chat"], "features": ["tools"]}]}
_OLLAMA_MODELS = {"models": [{"name": "a", "details": {}, "capabilities": ["completion"]}]}

# Numbers no float holds, digits without end, and moments that exist in no other time zone.
_EXTREMES = (
    *(10**400, -(10**400), 2**63, float("nan"), float("inf"), float("-inf")),
    *("1e400", "NaN", "-Infinity", "9" * 400, "9" * 5000, f"{'9' * 400}s"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(_EXTREMES),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)
_ASKED = ChatRequest(model="x", messages=())


@st.composite
def damaged(draw, whole):
    """Draw `whole` with one place in it replaced by any JSON value."""
    places = list(_places(whole))
    path = draw(st.sampled_from(places))
    return _replaced(whole, path, draw(_VALUES))


def _places(value, path=()):
    yield path
    for key, inner in _items(value):
        yield from _places(inner, (*path, key))


def extreme(whole):
    """Yield `whole` with each place in it replaced by each number or moment that is too much."""
    for path in _places(whole):
        for value in _EXTREMES:
            yield _replaced(whole, path, value)


def _items(value):
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _replaced(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _replaced(value[path[0]], path[1:], new)
    return copy


def written(value):
    """Return `value` as JSON; what has no end is written as a number too large for a float."""
    return json.dumps(value).replace("Infinity", "1e400").encode()


def stream(dialect, *pieces):
    """Return what the dialect understands of a stream of `pieces`."""
    decoder = dialect.decoder(_ASKED)
    events = decoder.feed([Frame(written(piece)) for piece in pieces])
    return events + decoder.close()


def holds(events):
    """Assert the order every reader of events counts on."""
    assert events
    assert all(not isinstance(event, Failed) for event in events[:-1])
    assert isinstance(events[-1], Failed) or any(isinstance(e, Finished) for e in events)


every_reply = pytest.mark.parametrize(
    ("dialect", "whole"),
    [
        (GoogleGenerate(), _GOOGLE),
        (CohereChat(), _COHERE),
        (CohereChat(), _COHERE_V1),
        (OllamaChat(), _OLLAMA),
        (PalmMessage(), _PALM),
        (PalmText(), _PALM),
        (OpenAIChat(), _CHAT),
        (OpenAIText(), _TEXT),
        (OpenAIResponses(), _RESPONSE),
        (AnthropicMessages(), _MESSAGE),
    ],
    ids=[
        *("google", "cohere", "cohere-v1", "ollama", "palm-message", "palm-text"),
        *("openai-chat", "openai-text", "openai-responses", "anthropic-messages"),
    ],
)


@every_reply
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_reply_whole_or_streamed_is_read_or_failed(dialect, whole, data):
    reply = data.draw(damaged(whole))

    holds(dialect.decode_reply(written(reply), _ASKED))
    holds(stream(dialect, reply))


@every_reply
def test_a_reply_is_read_or_failed_whatever_number_stands_in_it(dialect, whole):
    for reply in extreme(whole):
        holds(dialect.decode_reply(written(reply), _ASKED))
        holds(stream(dialect, reply))


@pytest.mark.parametrize(
    ("dialect", "whole"),
    [
        (CohereChat(), _COHERE_PIECES),
        (OpenAIResponses(), _RESPONSE_PIECES),
        (AnthropicMessages(), _MESSAGE_PIECES),
    ],
    ids=["cohere", "openai-responses", "anthropic-messages"],
)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_stream_of_typed_events_is_read_or_failed(dialect, whole, data):
    pieces = data.draw(damaged(whole))

    holds(stream(dialect, *(pieces if isinstance(pieces, list) else [pieces])))


@pytest.mark.parametrize(
    "dialect",
    [
        *(GoogleGenerate(), CohereChat(), OllamaChat(), PalmMessage()),
        *(OpenAIChat(), OpenAIText(), OpenAIResponses(), AnthropicMessages()),
    ],
    ids=lambda dialect: type(dialect).__name__,
)
@given(
    body=st.binary(max_size=40)
    | damaged(_GOOGLE_ERROR).map(written)
    | damaged(_CHAT_ERROR).map(written)
)
@settings(max_examples=30, deadline=None)
def test_an_error_answer_is_read_whatever_it_is(dialect, body):
    error = dialect.read_error(500, {}, body)

    assert isinstance(error, SourceError)
    assert error.message


every_list = pytest.mark.parametrize(
    ("dialect", "rows"),
    [
        (GoogleGenerate(), _GOOGLE_MODELS),
        (CohereChat(), _COHERE_MODELS),
        (OllamaChat(), _OLLAMA_MODELS),
        (OpenAIChat(), _CHAT_MODELS),
        (AnthropicMessages(), _MESSAGE_MODELS),
    ],
    ids=["google", "cohere", "ollama", "openai-chat", "anthropic-messages"],
)


@every_list
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_damaged_model_list_is_read_or_refused(dialect, rows, data):
    body = written(data.draw(damaged(rows)))

    try:
        page = dialect.decode_models(body)
    except SourceError as refused:
        page = None
        words = refused.message

    assert page is None or all(isinstance(model.id, str) for model in page.models)
    assert page is not None or "Check the endpoint" in words


@every_list
def test_a_list_is_read_or_refused_whatever_number_stands_in_it(dialect, rows):
    for each in extreme(rows):
        with suppress(SourceError):
            dialect.decode_models(written(each))


@pytest.mark.parametrize(
    "envelope",
    [_GOOGLE_ERROR, _CHAT_ERROR, _BASE_RESP_ERROR],
    ids=["google", "openai", "base-resp"],
)
@pytest.mark.parametrize("value", [*_EXTREMES, ["400"], {"a": 1}], ids=lambda v: str(v)[:9])
def test_an_error_is_read_whatever_stands_in_it(envelope, value):
    for path in _places(envelope):
        body = written(_replaced(envelope, path, value))

        assert OpenAIChat().read_error(400, {}, body).message
        assert GoogleGenerate().read_error(400, {}, body).message
        with suppress(SourceError):
            OpenAIChat().decode_models(body)


@pytest.mark.parametrize(
    "dialect",
    [
        *(GoogleGenerate(), CohereChat(), OllamaChat(), PalmText()),
        *(OpenAIChat(), OpenAIText(), OpenAIResponses(), AnthropicMessages()),
    ],
    ids=lambda dialect: type(dialect).__name__,
)
@given(pieces=st.lists(st.binary(max_size=30), max_size=3))
@settings(max_examples=30, deadline=None)
def test_a_stream_of_anything_ends_in_words(dialect, pieces):
    decoder = dialect.decoder(_ASKED)

    events = decoder.feed([Frame(piece) for piece in pieces])
    events += decoder.close()

    holds(events)
