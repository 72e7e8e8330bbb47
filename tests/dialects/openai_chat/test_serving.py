"""The gateway's direction: a client's request read, a reply written for it."""

import json

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from tapster.core.errors import InvalidInput, Reason, SourceError
from tapster.core.events import (
    Failed,
    Finished,
    Noticed,
    PartAdded,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    Started,
    TextDelta,
    TokenLogprobs,
    ToolCallDelta,
    UsageReported,
)
from tapster.core.messages import (
    CacheMark,
    Image,
    Message,
    Opaque,
    Reasoning,
    Text,
    ToolCall,
    ToolResult,
)
from tapster.core.requests import ResponseFormat, ToolChoice
from tapster.core.usage import Usage
from tapster.dialects.openai_chat.serve import (
    ReplyEncoder,
    decode_request,
    encode_error,
    encode_reply,
)

HI = {"role": "user", "content": "Hi"}
TOKEN = {"token": "x", "logprob": -0.1, "bytes": None, "top_logprobs": []}
USAGE = Usage(input=3, output=2, reasoning=1, cache_read=1, cost=0.5)


def asked(**fields):
    return decode_request(json.dumps({"model": "m", "messages": [HI], **fields}).encode())


def message(**fields):
    return asked(messages=[fields]).request.messages[0]


def chunks(written):
    return [
        json.loads(event.removeprefix(b"data: "))
        for event in written.split(b"\n\n")
        if event and event != b"data: [DONE]"
    ]


def test_the_least_request():
    got = asked()

    assert got.request.model == "m"
    assert got.request.messages == (Message("user", (Text("Hi"),)),)
    assert got.request.stream is False
    assert got.include_usage is False


def test_settings_are_read_under_all_their_names():
    settings = asked(
        temperature=1,
        max_tokens=3,
        max_completion_tokens=5,
        stop="a",
        seed=7,
        logit_bias={"1": -100},
        logprobs=True,
        top_k=4,
        reasoning_effort="low",
        include_reasoning=False,
        presence_penalty=None,
    ).request.settings

    assert (settings.temperature, settings.max_tokens, settings.stop) == (1, 5, ("a",))
    assert (settings.seed, settings.logit_bias, settings.logprobs) == (7, {"1": -100}, True)
    assert (settings.top_k, settings.reasoning_effort) == (4, "low")
    assert settings.show_reasoning is False
    assert settings.presence_penalty is None


def test_a_reasoning_object_is_read_and_its_rest_kept():
    request = asked(reasoning={"max_tokens": 9, "exclude": True, "summary": "auto"}).request

    assert (request.settings.reasoning_tokens, request.settings.show_reasoning) == (9, False)
    assert request.extra == {"reasoning": {"summary": "auto"}}


def test_usage_is_included_where_it_is_asked_for():
    got = asked(stream=True, stream_options={"include_usage": True, "x": 1})

    assert got.include_usage
    assert got.request.stream
    assert got.request.extra == {"stream_options": {"x": 1}}


def test_what_has_no_word_of_ours_is_kept():
    got = asked(mirostat=2, user=None, messages=[{**HI, "weight": 0, "audio": None}]).request

    assert got.extra == {"mirostat": 2}
    assert got.messages[0].extra == {"weight": 0}


def test_parts_of_a_message_are_read():
    parts = message(
        role="user",
        content=[
            {"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            {"type": "image_url", "image_url": "https://a.example/b.png"},
            {"type": "new", "x": 1},
        ],
    ).parts

    assert parts == (
        Text("a", cache=CacheMark("1h")),
        Image("https://a.example/b.png"),
        Opaque("openai-chat", {"type": "new", "x": 1}),
    )


def test_what_our_own_replies_carry_comes_back():
    turn = message(
        role="assistant",
        content=None,
        refusal=None,
        annotations=[],
        reasoning_content="Hm",
        reasoning_details=[
            {"type": "reasoning.text", "text": "Hm", "signature": "s", "index": 0},
            {"type": "reasoning.encrypted", "data": "abc", "index": 1},
        ],
        tool_calls=[
            {
                "id": "a",
                "type": "function",
                "function": {"name": "f", "arguments": "{}"},
                "extra_content": {"google": {"thought_signature": "g"}},
            }
        ],
    )

    assert turn.parts == (
        Reasoning("Hm", signature="s", index=0),
        Reasoning(kind="encrypted", encrypted="abc", index=1),
        ToolCall("a", "f", "{}", signature="g"),
    )
    assert turn.extra == {}


def test_words_of_thinking_are_kept_where_the_sealed_pieces_hold_none():
    sealed = [{"type": "reasoning.encrypted", "data": "abc"}]

    parts = message(role="assistant", content="x", reasoning="Hm", reasoning_details=sealed).parts

    assert parts == (
        Reasoning("Hm"),
        Reasoning(kind="encrypted", encrypted="abc"),
        Text("x"),
    )


def test_a_result_of_a_tool_names_its_call():
    turn = message(role="tool", tool_call_id="a", content=[{"type": "text", "text": "42"}])

    assert turn == Message("tool", (ToolResult("a", (Text("42"),)),))


def test_an_answer_to_continue_is_marked_either_way():
    assert message(role="assistant", content="It is", prefix=True).prefix
    assert message(role="assistant", content="It is", partial=True).prefix


def test_the_oldest_form_of_tools_is_read():
    request = asked(
        functions=[{"name": "f"}],
        function_call={"name": "f"},
        messages=[
            HI,
            {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": ""}},
            {"role": "function", "name": "f", "content": "42"},
        ],
    ).request

    [call] = request.messages[1].tool_calls
    [result] = request.messages[2].parts
    assert request.tools[0].name == "f"
    assert request.tool_choice == ToolChoice("tool", "f")
    assert call.id == result.call_id


def test_formats_and_choices_we_do_not_know_pass_through():
    grammar = {"type": "grammar", "grammar": "root ::= x"}
    allowed = {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}}

    request = asked(response_format=grammar, tool_choice=allowed).request

    assert request.extra == {"response_format": grammar, "tool_choice": allowed}
    assert asked(response_format={"type": "json_object"}).request.response_format == (
        ResponseFormat("json_object")
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"model": 3}, "model"),
        ({"model": ""}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": "Hi"}, "messages"),
        ({"messages": ["Hi"]}, "messages[0]"),
        ({"messages": [{"role": "king", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": [], "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 3}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{}]}]}, "messages[0].content[0]"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
            "messages[0].content[0].text",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            "messages[0].content[0].image_url",
        ),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{"id": "a"}]}]},
            "messages[0].tool_calls[0].function.name",
        ),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"n": 0}, "n"),
        ({"stop": [1]}, "stop"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": []}, "stream_options"),
        ({"logit_bias": {"1": "x"}}, "logit_bias"),
        ({"tools": {}}, "tools"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        ({"tool_choice": 3}, "tool_choice"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        ({"response_format": {}}, "response_format.type"),
    ],
)
def test_a_bad_field_is_named(fields, field):
    with pytest.raises(InvalidInput) as caught:
        asked(**fields)

    assert caught.value.field == field
    assert field in caught.value.message


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"max_tokens": 10**400}, "max_tokens"),
        ({"temperature": 10**400}, "temperature"),
        ({"reasoning": {"max_tokens": 10**400}}, "reasoning.max_tokens"),
    ],
)
def test_a_number_beyond_reckoning_is_refused_by_its_field(fields, field):
    with pytest.raises(InvalidInput) as caught:
        decode_request(json.dumps({"model": "m", "messages": [HI], **fields}).encode())

    assert caught.value.field == field


@pytest.mark.parametrize("ttl", ["2h", ["5m"], {"5m": 1}, 5])
def test_a_cache_mark_of_no_known_age_has_none(ttl):
    part = {"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": ttl}}
    body = {"model": "m", "messages": [{"role": "user", "content": [part]}]}

    [message] = decode_request(json.dumps(body).encode()).request.messages

    assert message.parts == (Text("a", cache=CacheMark()),)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"model": "\xff"}', b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(body):
    with pytest.raises(InvalidInput):
        decode_request(body)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"tools":' * 100_000])
def test_a_body_nested_too_deeply_is_told_so_in_plain_words(body):
    with pytest.raises(InvalidInput, match="nested too deeply") as caught:
        decode_request(body)

    assert "recursion" not in caught.value.message


def test_a_stream_is_one_the_vendors_sdk_reads():
    encoder = ReplyEncoder("chatcmpl-1", 7, "conn/model", include_usage=True)

    written = encoder.feed([Started("x", "y"), Noticed("n"), ReasoningDelta("Hm")])
    written += encoder.feed([TextDelta('He said "é"\n'), TokenLogprobs((TOKEN,))])
    written += encoder.feed([TextDelta("B", 1), RefusalDelta("No", 1)])
    written += encoder.feed([ToolCallDelta(0, "a", "f", "{"), ToolCallDelta(0, arguments="}")])
    written += encoder.feed([ReasoningSealed(Reasoning("Hm", signature="s"))])
    written += encoder.feed([PartAdded(Image("data:,"))])
    written += encoder.feed(
        [UsageReported(USAGE), Finished("tool_calls"), Finished("stop", None, 1)]
    )
    written += encoder.end()

    assert written.endswith(b"\n\ndata: [DONE]\n\n")
    got = chunks(written)
    for chunk in got:
        ChatCompletionChunk.model_validate(chunk)
        assert (chunk["id"], chunk["created"], chunk["model"]) == ("chatcmpl-1", 7, "conn/model")
    deltas = [choice["delta"] for chunk in got for choice in chunk["choices"]]
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert deltas[1] == {"reasoning_content": "Hm"}
    assert deltas[2] == {"content": 'He said "é"\n'}
    assert sum("role" in delta for delta in deltas) == 2
    assert [d["tool_calls"][0] for d in deltas if "tool_calls" in d] == [
        {
            "index": 0,
            "id": "a",
            "type": "function",
            "function": {"name": "f", "arguments": "{"},
        },
        {"index": 0, "function": {"arguments": "}"}},
    ]
    assert got[-1]["choices"] == []
    assert got[-1]["usage"] == {
        "prompt_tokens": 3,
        "completion_tokens": 2,
        "total_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 1, "cache_write_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 1},
        "cost": 0.5,
    }


def test_usage_is_not_streamed_to_those_who_did_not_ask():
    encoder = ReplyEncoder("c", 7, "m", include_usage=False)

    encoder.feed([UsageReported(USAGE)])

    assert encoder.end() == b"data: [DONE]\n\n"


def test_a_failure_in_mid_stream_is_an_error_event():
    encoder = ReplyEncoder("c", 7, "m", include_usage=True)
    failed = Failed(Reason.OVERLOADED, "Too busy", code=529, error_type="overloaded_error")

    [error] = chunks(encoder.feed([failed]))

    assert error == {
        "error": {
            "message": "Too busy",
            "type": "overloaded_error",
            "param": None,
            "code": 529,
        }
    }
    assert chunks(encoder.fail(SourceError(Reason.TIMEOUT, "Too slow")))[0]["error"]["code"] == (
        "timeout"
    )


def test_a_whole_reply_is_one_the_vendors_sdk_reads():
    written = encode_reply(
        [
            Started("x"),
            ReasoningDelta("Hm"),
            TextDelta("He"),
            TextDelta("llo"),
            ToolCallDelta(0, "a", "f", "{", signature="g"),
            ToolCallDelta(0, arguments="}"),
            Finished("tool_calls"),
            TextDelta("B", 1),
            Finished("length", choice=1),
            UsageReported(USAGE),
        ],
        id="chatcmpl-1",
        created=7,
        model="conn/model",
    )

    reply = json.loads(written)
    ChatCompletion.model_validate(reply)
    first, second = reply["choices"]
    assert first["message"] == {
        "role": "assistant",
        "content": "Hello",
        "refusal": None,
        "reasoning_content": "Hm",
        "tool_calls": [
            {
                "id": "a",
                "type": "function",
                "function": {"name": "f", "arguments": "{}"},
                "extra_content": {"google": {"thought_signature": "g"}},
            }
        ],
    }
    assert (second["index"], second["finish_reason"]) == (1, "length")
    assert reply["usage"]["total_tokens"] == 5


def test_a_failed_reply_is_raised():
    with pytest.raises(SourceError, match="Too busy"):
        encode_reply([Failed(Reason.OVERLOADED, "Too busy")], id="c", created=7, model="m")


def test_an_error_is_written_in_openais_envelope():
    assert json.loads(encode_error("Bad", type="invalid_request_error", param="n")) == {
        "error": {"message": "Bad", "type": "invalid_request_error", "param": "n", "code": None}
    }


def test_a_call_without_arguments_is_given_an_empty_object():
    events = [ToolCallDelta(0, "a", "f"), ToolCallDelta(1, "b", "g", "{}"), Finished("tool_calls")]
    encoder = ReplyEncoder("c", 7, "m", include_usage=False)

    streamed = [
        choice["delta"]["tool_calls"][0]
        for chunk in chunks(encoder.feed(events))
        for choice in chunk["choices"]
        if "tool_calls" in choice["delta"]
    ]
    [whole] = json.loads(encode_reply(events, id="c", created=7, model="m"))["choices"]

    assert streamed[-1] == {"index": 0, "function": {"arguments": "{}"}}
    assert len(streamed) == 3
    assert [call["function"]["arguments"] for call in whole["message"]["tool_calls"]] == [
        "{}",
        "{}",
    ]
