"""Text completions: what a program asks, what an endpoint gets, what is said back."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types import Completion

from tapster.core.errors import InvalidInput, Reason, SourceError
from tapster.core.events import (
    Failed,
    Finished,
    Noticed,
    Started,
    TextDelta,
    TokenLogprobs,
    UsageReported,
)
from tapster.core.links import Frame
from tapster.core.requests import ChatRequest
from tapster.core.usage import Usage
from tapster.dialects.openai_text import OpenAIText
from tapster.dialects.openai_text.serve import TextEncoder, decode_request, encode_reply

DIALECT = OpenAIText()
ASKED = ChatRequest(model="m", messages=(), prompt="Once")
# As OpenAI says it of an echoed prompt: nothing came before the first token.
LISTED = {
    "tokens": ["Once", " upon"],
    "token_logprobs": [None, -0.5],
    "top_logprobs": [None, {" upon": -0.5, " more": -1.5}],
    "text_offset": [0, 4],
}
TOKEN = {"token": " a", "logprob": -0.1, "bytes": [32, 97], "top_logprobs": []}


def asked(**fields):
    return decode_request(json.dumps({"model": "m", "prompt": "Once", **fields}).encode())


def sent(**fields):
    return DIALECT.encode(asked(**fields).request).body


def chunks(written):
    return [
        json.loads(event.removeprefix(b"data: "))
        for event in written.split(b"\n\n")
        if event and event != b"data: [DONE]"
    ]


def heard(*values):
    decoder = DIALECT.decoder(ASKED)
    events = decoder.feed([Frame(json.dumps(value).encode()) for value in values])
    return [*events, *decoder.feed([Frame(b"[DONE]")]), *decoder.close()]


def piece(**fields):
    return {"choices": [{"index": 0, "text": "", "logprobs": None, "finish_reason": None} | fields]}


def encoder(**fields):
    return TextEncoder(
        **{"id": "cmpl-1", "created": 7, "model": "a/m", "include_usage": False} | fields
    )


@pytest.mark.parametrize(
    "prompt",
    ["Once", "", ["Once"], ["Once", "Twice"], [1, 2], [[1, 2], [3]], ["Once", [1]]],
    ids=str,
)
def test_a_prompt_is_text_tokens_or_several_and_goes_out_as_it_came(prompt):
    assert sent(prompt=prompt)["prompt"] == prompt


@pytest.mark.parametrize(
    "prompt",
    [None, 1, True, {}, [], [[]], [None], [True], [1.5], [{"prompt": "x"}], [["x"]]],
    ids=str,
)
def test_anything_else_is_no_prompt(prompt):
    with pytest.raises(InvalidInput) as refused:
        asked(prompt=prompt)

    assert refused.value.field == "prompt"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"model": None}, "model"),
        ({"model": ["m"]}, "model"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": []}, "stream_options"),
    ],
)
def test_a_field_of_ours_with_a_wrong_value_is_named(fields, field):
    with pytest.raises(InvalidInput) as refused:
        asked(**fields)

    assert refused.value.field == field


def test_every_other_field_goes_out_untouched():
    fields = {
        "max_tokens": 5,
        "temperature": 0.25,
        "n": 2,
        "logprobs": 3,
        "echo": True,
        "suffix": " end",
        "stop": ["a", "b"],
        "logit_bias": {"50256": -100},
        "grammar": 'root ::= "a"',
        "banned_strings": ["x"],
        "min_p": 0.1,
        "made_up": [{"x": 1}],
    }

    body = sent(**fields)

    assert body == {"model": "m", "prompt": "Once", "stream": False, **fields}


def test_the_count_is_always_asked_for_in_a_stream_and_never_outside():
    options = {"include_usage": False, "continuous_usage_stats": True}

    assert sent(stream=True)["stream_options"] == {"include_usage": True}
    assert sent(stream=True, stream_options=options)["stream_options"] == {
        "include_usage": True,
        "continuous_usage_stats": True,
    }
    assert "stream_options" not in sent(stream_options=options)
    assert asked(stream=True, stream_options={"include_usage": True}).include_usage
    assert not asked(stream=True).include_usage


def test_a_stream_is_read_as_events():
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}

    events = heard(
        {"id": "x", "model": "m", **piece(text=" upon")},
        piece(text=" a"),
        piece(finish_reason="length"),
        {"choices": [], "usage": usage},
    )

    assert [event for event in events if not isinstance(event, Started)] == [
        TextDelta(" upon"),
        TextDelta(" a"),
        Finished("length", raw="length"),
        UsageReported(Usage(input=1, output=2, raw=usage)),
    ]


def test_a_stream_without_an_end_is_a_failure():
    decoder = DIALECT.decoder(ASKED)
    decoder.feed([Frame(json.dumps(piece(text="Once")).encode())])

    assert isinstance(decoder.close()[-1], Failed)


def test_a_thinking_tag_is_text_like_any_other():
    events = heard(piece(text="<think>Hm"), piece(finish_reason="stop"))

    assert TextDelta("<think>Hm") in events


@pytest.mark.parametrize("whole", [True, False])
def test_log_probabilities_keep_the_shape_of_a_text_completion(whole):
    reply = json.dumps(piece(text="Once upon", logprobs=LISTED, finish_reason="stop")).encode()
    events = DIALECT.decode_reply(reply, ASKED)

    if whole:
        (choice,) = json.loads(encode_reply(events, id="i", created=1, model="m"))["choices"]
        assert choice["logprobs"] == LISTED
    else:
        said = [chunk["choices"][0] for chunk in chunks(encoder().feed(events))]
        assert [choice["logprobs"] for choice in said if choice["logprobs"]] == [LISTED]


def test_log_probabilities_of_the_chat_format_become_lists():
    """As llama.cpp says them; where each token stands is counted over all chunks."""
    writing = encoder()
    rank = {"token": " b", "logprob": -2.0, "bytes": None}

    first = writing.feed([TokenLogprobs((TOKEN | {"top_logprobs": [rank]},))])
    second = writing.feed([TokenLogprobs((TOKEN, TOKEN))])

    (one,), (other,) = chunks(first), chunks(second)
    assert one["choices"][0]["logprobs"] == {
        "tokens": [" a"],
        "token_logprobs": [-0.1],
        "top_logprobs": [{" b": -2.0}],
        "text_offset": [0],
    }
    assert other["choices"][0]["logprobs"]["text_offset"] == [2, 4]


@pytest.mark.parametrize(
    "token", [{}, {"token": 5}, {"token": "a", "top_logprobs": "x"}, {"top_logprobs": [1, {}]}]
)
def test_a_token_that_is_none_breaks_nothing(token):
    assert chunks(encoder().feed([TokenLogprobs((token,))]))


def test_a_stream_is_written_as_the_sdk_reads_it():
    writing = encoder(include_usage=True)

    written = writing.feed([Started(), Noticed("x"), TextDelta(" a"), TextDelta("é\n", choice=1)])
    written += writing.feed([Finished("stop"), Finished("length", choice=1)])
    written += writing.feed([UsageReported(Usage(input=2, output=3))]) + writing.end()

    said = [Completion.construct(**chunk) for chunk in chunks(written)]
    assert [each.choices[0].text for each in said[:4]] == [" a", "é\n", "", ""]
    assert [each.choices[0].index for each in said[:4]] == [0, 1, 0, 1]
    assert [each.choices[0].finish_reason for each in said[2:4]] == ["stop", "length"]
    assert (said[4].choices, said[4].usage.total_tokens) == ([], 5)
    assert {(each.id, each.object, each.model) for each in said} == {
        ("cmpl-1", "text_completion", "a/m")
    }
    assert written.endswith(b"data: [DONE]\n\n")


def test_a_failure_in_a_stream_is_written_as_an_error():
    failed = Failed(Reason.INTERRUPTED, "It broke.")

    (told,) = chunks(encoder().feed([failed]))

    assert told["error"]["message"] == "It broke."
    with pytest.raises(SourceError, match="It broke"):
        encode_reply([TextDelta("x"), failed], id="i", created=1, model="m")


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
LISTS = st.fixed_dictionaries(
    {"tokens": st.lists(st.text() | ANYTHING), "token_logprobs": st.lists(ANYTHING)},
    optional={"top_logprobs": ANYTHING, "text_offset": ANYTHING},
)
TOKENS = st.fixed_dictionaries(
    {"content": st.lists(st.dictionaries(st.sampled_from([*LISTED, *TOKEN]), ANYTHING))}
)


@settings(max_examples=150, deadline=None)
@given(LISTS | TOKENS | ANYTHING)
def test_whatever_stands_where_log_probabilities_do_a_reply_is_written(logprobs):
    reply = msgspec.json.encode(piece(text="x", logprobs=logprobs, finish_reason="stop"))

    events = DIALECT.decode_reply(reply, ASKED)

    (choice,) = json.loads(encode_reply(events, id="i", created=1, model="m"))["choices"]
    assert choice["text"] == "x"
    assert chunks(encoder().feed(events))


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries(
        {"model": st.just("m"), "prompt": ANYTHING},
        optional={"stream": ANYTHING, "stream_options": ANYTHING, "n": ANYTHING, "x": ANYTHING},
    )
)
def test_any_request_is_sent_on_as_it_is_or_refused(document):
    try:
        request = decode_request(msgspec.json.encode(document)).request
    except InvalidInput:
        return

    body = DIALECT.encode(request).body
    assert body["prompt"] == document["prompt"]
    assert body.get("x") == document.get("x")


@pytest.mark.parametrize(
    ("status", "body", "has_way_out"),
    [
        (404, b'{"detail":"Not Found"}', True),
        (405, b"", True),
        (404, b'{"error":{"message":"The model `x` does not exist."}}', False),
        (400, b'{"error":{"message":"n must be 1"}}', False),
    ],
)
def test_an_endpoint_without_text_completions_is_told_with_the_way_out(status, body, has_way_out):
    error = DIALECT.read_error(status, {}, body)

    assert error.status == status
    assert ("/v1/chat/completions" in error.message) is has_way_out
