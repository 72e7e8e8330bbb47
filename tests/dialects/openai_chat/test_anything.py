"""Whatever a provider or a client sends, nothing but what we promise comes of it."""

from contextlib import suppress

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tapster.core.errors import InvalidInput, SourceError
from tapster.core.events import Failed
from tapster.core.links import Frame
from tapster.core.requests import ChatRequest
from tapster.dialects.errors import read_error_body
from tapster.dialects.model_lists import read_models
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_chat.requested import decode_request
from tapster.dialects.openai_chat.wire import Choice, Chunk, Delta

ASKED = ChatRequest(model="m", messages=())
DIALECT = OpenAIChat(inline_thinking=True)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "x", "stop", "error", "text", "thinking", "reasoning.text", "user", "0"])
)
FIELDS = sorted(
    {
        *Chunk.__struct_fields__,
        *Choice.__struct_fields__,
        *Delta.__struct_fields__,
        *("type", "function", "name", "arguments", "thinking", "signature", "data", "image_url"),
        *("role", "messages", "tools", "url", "prompt_tokens", "details", "metadata", "pricing"),
    }
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4)
    ),
    max_leaves=20,
)
DELTAS = st.dictionaries(st.sampled_from(Delta.__struct_fields__), ANYTHING, max_size=4)
CHOICES = st.fixed_dictionaries(
    {"delta": DELTAS | ANYTHING}, optional={"message": ANYTHING, "finish_reason": ANYTHING}
)
CHUNKS = ANYTHING | st.fixed_dictionaries(
    {"choices": st.lists(CHOICES, max_size=2)},
    optional={"usage": ANYTHING, "created": ANYTHING, "id": ANYTHING, "error": ANYTHING},
)


def written(document):
    return msgspec.json.encode(document)


@settings(max_examples=150, deadline=None)
@given(st.lists(CHUNKS, max_size=4))
def test_any_stream_is_read_without_harm(documents):
    decoder = DIALECT.decoder(ASKED)

    events = decoder.feed([Frame(written(document)) for document in documents])
    events += decoder.close()

    assert not any(isinstance(event, Failed) for event in events[:-1])


@settings(max_examples=150, deadline=None)
@given(CHUNKS.map(written) | st.binary(max_size=40))
def test_any_answer_is_read_without_harm(body):
    assert DIALECT.decode_reply(body, ASKED)
    assert read_error_body(400, {}, body).message
    with suppress(SourceError):
        read_models(body)


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries(
        {"model": st.just("m"), "messages": st.lists(ANYTHING, min_size=1, max_size=2)},
        optional=dict.fromkeys(
            ["tools", "tool_choice", "stop", "reasoning", "response_format", "n", "functions"],
            ANYTHING,
        ),
    )
)
def test_any_request_is_read_or_refused(document):
    with suppress(InvalidInput):
        decode_request(written(document))
