"""What endpoints that imitate OpenAI really send, and how it must be understood."""

import json

import pytest

from exchanges import folded, stream
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
from tapster.core.messages import Audio, Image, Reasoning
from tapster.core.requests import ChatRequest
from tapster.dialects.openai_chat import OpenAIChat

DIALECT = OpenAIChat()
ASKED = ChatRequest(model="m", messages=())


def chunk(delta=None, finish=None, index=0, **more):
    choice = {"index": index, "delta": delta or {}, "finish_reason": finish}
    return {"id": "c1", "model": "m", "created": 1, "choices": [choice], **more}


def whole(message, finish="stop", **more):
    return {
        "id": "c1",
        "object": "chat.completion",
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        **more,
    }


def reply(body, dialect=DIALECT):
    return dialect.decode_reply(json.dumps(body).encode(), ASKED)


def calls(*deltas):
    return [chunk({"tool_calls": delta}) for delta in deltas]


def test_an_answer_is_told_in_order():
    events = stream(DIALECT, chunk({"content": "Hel"}), chunk({"content": "lo"}, "stop"))

    assert events == [
        Started("c1", "m", 1),
        TextDelta("Hel"),
        TextDelta("lo"),
        Finished("stop", "stop"),
    ]


@pytest.mark.parametrize(
    "delta",
    [
        {"reasoning_content": "Hm"},
        {"reasoning": "Hm"},
        {"reasoning": "Hm", "reasoning_content": "Hm"},
        {"reasoning": "Hm", "reasoning_details": [{"type": "reasoning.text", "text": "Hm"}]},
        {"reasoning_details": [{"type": "reasoning.text", "text": "Hm"}]},
        {"reasoning_details": [{"type": "reasoning.summary", "summary": "Hm"}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]},
        {"content": [{"type": "thinking", "thinking": "Hm", "signature": "s"}]},
        {"content": [{"type": "reasoning", "text": "Hm"}]},
        {"content": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}]}]},
        {"thinking": "Hm"},
        {"reasoning": None, "reasoning_content": "", "thinking": "Hm"},
        {"reasoning_content": "Hm", "thinking_blocks": [{"type": "thinking", "thinking": "Hm"}]},
    ],
)
def test_thinking_is_shown_once_wherever_it_stands(delta):
    events = stream(DIALECT, chunk(delta), chunk({"content": "Hi"}, "stop"))

    assert folded(events)["reasoning"] == "Hm"
    assert folded(events)["text"] == "Hi"


def test_fragments_of_sealed_thinking_are_put_together_by_their_index():
    def detail(index, **fields):
        return chunk({"reasoning": "", "reasoning_details": [{"index": index, **fields}]})

    events = stream(
        DIALECT,
        detail(0, type="reasoning.text", text="Let ", format="anthropic-claude-v1"),
        detail(0, type="reasoning.text", text="us"),
        detail(1, type="reasoning.encrypted", data="abc", id="rs_1"),
        detail(0, type="reasoning.text", signature="sig"),
        chunk({"content": "Hi"}, "stop"),
    )

    sealed = [event.part for event in events if isinstance(event, ReasoningSealed)]
    assert sealed == [
        Reasoning("Let us", signature="sig", format="anthropic-claude-v1", index=0),
        Reasoning(kind="encrypted", encrypted="abc", id="rs_1", index=1),
    ]
    assert events.index(ReasoningSealed(sealed[1])) < events.index(Finished("stop", "stop"))


def test_an_encrypted_piece_sent_twice_is_kept_once():
    item = {"type": "reasoning.encrypted", "data": "abc", "index": 0}

    events = stream(
        DIALECT,
        chunk({"reasoning_details": [item]}),
        chunk({"reasoning_details": [item], "content": "x"}, "stop"),
    )

    assert [e.part.encrypted for e in events if isinstance(e, ReasoningSealed)] == ["abc"]


@pytest.mark.parametrize("cut", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("text", "thinking", "words"),
    [
        ("<think>\nHm</think>\n\nHi <b>", "Hm", "Hi <b>"),
        ("  <thinking>Hm</thinking>Hi", "Hm", "Hi"),
        ("Hi <think>no</think>", "", "Hi <think>no</think>"),
        ("<thin", "", "<thin"),
        ("<think>Hm</thi", "Hm</thi", ""),
        ("<think></think>Hi", "", "Hi"),
    ],
)
def test_inline_thinking_is_split_off_however_it_is_cut(text, thinking, words, cut):
    dialect = OpenAIChat(inline_thinking=True)
    pieces = [text[start : start + cut] for start in range(0, len(text), cut)]

    told = folded(stream(dialect, *(chunk({"content": piece}) for piece in pieces)))

    assert (told["reasoning"], told["text"]) == (thinking, words)


def test_a_whole_reply_may_lack_the_opening_tag_of_its_thinking():
    told = folded(reply(whole({"content": "Hm\n</think>\nHi"}), OpenAIChat(inline_thinking=True)))

    assert (told["reasoning"], told["text"]) == ("Hm", "Hi")


def test_tags_are_words_where_nobody_said_otherwise():
    assert folded(stream(DIALECT, chunk({"content": "<think>x</think>"})))["text"] == (
        "<think>x</think>"
    )


def call(index=None, call_id=None, name=None, arguments=None, **more):
    fields = {"index": index, "id": call_id, "function": {"name": name, "arguments": arguments}}
    return {name: value for name, value in fields.items() if value is not None} | more


@pytest.mark.parametrize(
    "deltas",
    [
        [[call(0, "a", "f", '{"x"')], [call(0, arguments=":1}")]],
        [[call(0, "a", "f", '{"x"')], [call(0, "", "f", ":1}")]],
        [[call(0, "a", "f", '{"x"')], [call(0, "a", "f", ":1}")]],
        [[call(0, "a", "f")], [call(0, arguments='{"x":1}')], [call(0)]],
        [[call(None, "a", "f", '{"x"')], [call(None, arguments=":1}")]],
        [[call(None, "a", "f", '{"x"')], [call(None, "a", "f", ":1}")]],
        [[call(3, "a", "f", '{"x":1}')]],
        [[call(0, "a", "f", {"x": 1})]],
        [[call(0, "a")], [call(0, name="f", arguments='{"x":1}')]],
        [[call(0, "a", "f", '{"x":1}'), None, "junk", {"function": None}]],
        [[call(0, "a", "f", '{"x"')], [call(0, None, "f", ":1}")]],
    ],
)
def test_one_tool_call_is_put_together_however_it_is_cut(deltas):
    events = stream(DIALECT, *calls(*deltas), chunk({}, "tool_calls"))

    [made] = folded(events)["tool_calls"]
    assert (made["id"], json.loads(made["args"])) == ("a", {"x": 1})
    assert [event.name for event in events if isinstance(event, ToolCallDelta) and event.name] == [
        "f"
    ]


@pytest.mark.parametrize(
    "deltas",
    [
        [[call(0, "a", "f", "{}"), call(1, "b", "g", "{}")]],
        [[call(0, "a", "f", "{}")], [call(0, "b", "g", "{}")]],
        [[call(None, "a", "f", "{}"), call(None, "b", "g", "{}")]],
        [
            [call(0, "a", "f", "{"), call(1, "b", "g", "{")],
            [call(1, arguments="}")],
            [call(0, arguments="}")],
        ],
    ],
)
def test_two_tool_calls_stay_two(deltas):
    told = folded(stream(DIALECT, *calls(*deltas), chunk({}, "tool_calls")))

    assert [(made["id"], made["name"], made["args"]) for made in told["tool_calls"]] == [
        ("a", "f", "{}"),
        ("b", "g", "{}"),
    ]


def test_calls_without_ids_are_given_ones_that_differ():
    told = folded(stream(DIALECT, *calls([call(name="f", arguments="{}"), call(name="f")])))

    first, second = (made["id"] for made in told["tool_calls"])
    assert first.startswith("call_")
    assert second.startswith("call_")
    assert first != second


def test_calls_without_ids_that_are_all_numbered_0_are_told_apart_by_their_names():
    told = folded(stream(DIALECT, *calls([call(0, name="f", arguments="{}")], [call(0, name="g")])))

    assert [made["name"] for made in told["tool_calls"]] == ["f", "g"]


def test_the_oldest_form_of_a_tool_call_is_understood():
    events = stream(
        DIALECT,
        chunk({"function_call": {"name": "f", "arguments": "{"}}),
        chunk({"function_call": {"arguments": "}"}}, "function_call"),
    )

    [made] = folded(events)["tool_calls"]
    assert (made["name"], made["args"], folded(events)["finish"]) == ("f", "{}", "tool_calls")


def test_a_signature_of_thought_comes_with_its_call():
    signed = call(0, "a", "f", "{}", extra_content={"google": {"thought_signature": "sig"}})

    events = stream(DIALECT, *calls([signed]))

    assert [e.signature for e in events if isinstance(e, ToolCallDelta)] == ["sig"]


def test_interleaved_choices_are_kept_apart():
    events = stream(
        DIALECT,
        chunk({"content": "A"}, index=0),
        chunk({"content": "B"}, index=1),
        chunk({"content": "a"}, "stop", index=0),
        chunk({"content": "b"}, "length", index=1),
    )

    texts = {0: "", 1: ""}
    for event in events:
        if isinstance(event, TextDelta):
            texts[event.choice] += event.text
    assert texts == {0: "Aa", 1: "Bb"}
    assert Finished("length", "length", choice=1) in events


@pytest.mark.parametrize(
    "envelope",
    [
        {"error": {"message": "Broken", "code": 502}},
        {"error": "Broken", "code": 502},
        {"error": {"message": "Broken", "code": 502}, "choices": []},
        {"object": "error", "message": "Broken", "code": 502},
        {"detail": "Broken", "code": 502},
        {"message": "Broken", "code": 502},
        {"code": 502, "msg": "Broken"},
        {"x_groq": {"error": {"message": "Broken", "code": 502}}, "choices": []},
        {"choices": [{"index": 0, "delta": {}, "error": {"message": "Broken", "code": 502}}]},
        {"base_resp": {"status_code": 502, "status_msg": "Broken"}},
    ],
)
def test_an_error_in_mid_stream_keeps_what_came_before(envelope):
    events = stream(DIALECT, chunk({"content": "So far"}), envelope, chunk({"content": "never"}))

    assert folded(events)["text"] == "So far"
    assert events[-1].message == "Broken"
    assert events[-1].status == 502
    assert not any(isinstance(event, Finished) for event in events)


def test_an_error_event_that_is_no_json_is_an_error():
    decoder = DIALECT.decoder(ASKED)

    [failed] = decoder.feed([Frame(b"upstream is gone", "error")])

    assert (type(failed), failed.message) == (Failed, "upstream is gone")
    assert decoder.close() == []


def test_an_error_in_a_good_answer_is_an_error():
    [failed] = reply({"error": {"code": 402, "message": "No money", "metadata": {"raw": "pay"}}})

    assert (failed.reason, failed.message, failed.detail) == (Reason.BILLING, "No money", "pay")


def test_only_the_first_finish_counts():
    events = stream(DIALECT, chunk({"content": "x"}, "stop"), chunk({}, "length"))

    assert [event for event in events if isinstance(event, Finished)] == [Finished("stop", "stop")]


def test_a_stream_that_ends_without_a_word_on_its_end_was_interrupted_after_what_came():
    *_, text, failed = stream(DIALECT, chunk({"content": "x"}))

    assert text == TextDelta("x")
    assert failed.reason is Reason.INTERRUPTED


COUNT = {"id": "c1", "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}


def test_a_stream_that_counts_its_tokens_last_is_complete():
    events = stream(DIALECT, chunk({"content": "x"}), COUNT)

    assert Finished("stop") in events
    assert not any(isinstance(event, Failed) for event in events)


def test_a_count_before_the_words_does_not_make_them_complete():
    events = stream(DIALECT, COUNT, chunk({"content": "x"}))

    assert events[-1].reason is Reason.INTERRUPTED


def test_a_stream_is_interrupted_while_one_of_its_alternatives_is_unfinished():
    events = stream(DIALECT, chunk({"content": "x"}, "stop"), chunk({"content": "y"}, index=1))

    assert Finished("stop", "stop") in events
    assert events[-1].reason is Reason.INTERRUPTED


@pytest.mark.parametrize(
    ("delta", "reason"),
    [
        ({"content": "x"}, "stop"),
        ({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f"}}]}, "tool_calls"),
    ],
)
def test_a_stream_that_says_it_is_done_is_complete_without_a_reason(delta, reason):
    decoder = DIALECT.decoder(ASKED)

    events = decoder.feed([Frame(json.dumps(chunk(delta)).encode()), Frame(b"[DONE]")])

    assert events[-1] == Finished(reason)
    assert decoder.close() == []


def test_a_whole_reply_without_a_reason_is_complete():
    events = reply({"choices": [{"message": {"content": "x"}}]})

    assert Finished("stop") in events


@pytest.mark.parametrize("frames", [[], [b"[DONE]"], [b": junk"], [b'{"choices":[]}']])
def test_a_stream_that_says_nothing_was_interrupted(frames):
    decoder = DIALECT.decoder(ASKED)

    events = decoder.feed([Frame(data) for data in frames]) + decoder.close()

    assert events[-1].reason is Reason.INTERRUPTED


def test_a_stream_cut_in_the_middle_of_a_chunk_was_interrupted():
    decoder = DIALECT.decoder(ASKED)

    events = decoder.feed(
        [Frame(json.dumps(chunk({"content": "x"})).encode()), Frame(b'{"choices":[{"del')]
    )
    events += decoder.close()

    assert folded(events)["text"] == "x"
    assert events[-1].reason is Reason.INTERRUPTED


@pytest.mark.parametrize(
    ("word", "text", "reason"),
    [
        ("eos", "x", "stop"),
        ("model_length", "x", "length"),
        ("sensitive", "x", "content_filter"),
        ("insufficient_system_resource", "x", "error"),
        ("tool_use", "x", "tool_calls"),
        ("something_new", "x", "stop"),
        ("something_new", "", "error"),
    ],
)
def test_words_for_the_end_are_mapped_and_kept(word, text, reason):
    assert stream(DIALECT, chunk({"content": text}, word))[-1] == Finished(reason, word)


@pytest.mark.parametrize(
    "usage",
    [
        chunk({}, "stop", usage={"prompt_tokens": 3, "completion_tokens": 2}),
        {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
        {"choices": [], "x_groq": {"usage": {"prompt_tokens": 3, "completion_tokens": 2}}},
    ],
)
def test_usage_is_found_on_any_chunk(usage):
    events = stream(DIALECT, chunk({"content": "x"}, "stop", usage={"prompt_tokens": 3}), usage)

    [counted] = [event.usage for event in events if isinstance(event, UsageReported)]
    assert (counted.input, counted.output) == (3, 2)


def test_thinking_counted_apart_is_added_to_the_output():
    usage = {"prompt_tokens": 1, "completion_tokens": 2}
    usage["completion_tokens_details"] = {"reasoning_tokens": 5}

    told = folded(reply(whole({"content": "x"}, usage=usage), OpenAIChat(reasoning_apart=True)))

    assert (told["usage"].output, told["usage"].reasoning) == (7, 5)
    assert folded(reply(whole({"content": "x"}, usage=usage)))["usage"].output == 2


def test_a_whole_reply_as_a_frame_of_a_stream_is_read_once():
    told = folded(stream(DIALECT, whole({"content": "Hi"}), whole({"content": "Hi"})))

    assert (told["text"], told["finish"]) == ("Hi", "stop")


def test_a_message_that_repeats_the_deltas_is_not_said_twice():
    body = chunk({"content": "Hi"}, "stop")
    body["choices"][0]["message"] = {"content": "Hi"}

    assert folded(stream(DIALECT, body))["text"] == "Hi"


def test_a_choice_without_delta_or_message_says_nothing():
    events = stream(DIALECT, {"id": "c", "choices": [{"index": 0}]}, chunk({"content": "x"}))

    assert folded(events)["text"] == "x"


def test_an_azure_verdict_on_the_prompt_is_not_the_start():
    verdict = {"id": "", "model": "", "choices": [], "prompt_filter_results": [{"x": 1}]}

    events = stream(DIALECT, verdict, chunk({"content": "x"}, "stop"))

    assert events[0] == Started("c1", "m", 1)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"title": "Äpfel"}, '{"title": "Äpfel"}'),
        ([{"type": "text", "text": "a"}, "b", {"type": "reference", "reference_ids": [1]}], "ab"),
        (7, "7"),
        (True, ""),
        (None, ""),
    ],
)
def test_content_that_is_no_text_is_understood(content, text):
    assert folded(reply(whole({"content": content})))["text"] == text


def test_pictures_sound_and_notes_are_parts_of_the_answer():
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    citation = {"type": "url_citation", "url_citation": {"url": "https://a.example"}}
    message = {
        "content": None,
        "images": [picture, "junk"],
        "annotations": [citation, None],
        "audio": {"data": "AAAA", "transcript": "Hi"},
    }

    events = reply(whole(message))

    assert PartAdded(Image("data:image/png;base64,AA==")) in events
    assert PartAdded(Audio("AAAA", "wav")) in events
    assert Annotated(citation) in events
    assert folded(events)["text"] == "Hi"


def test_spoken_pieces_are_joined_into_one_sound():
    events = stream(
        DIALECT,
        chunk({"audio": {"id": "a", "transcript": "H"}}),
        chunk({"audio": {"data": "AA=="}}),
        chunk({"audio": {"data": "AQ==", "transcript": "i"}}, "stop"),
    )

    assert PartAdded(Audio("AAE=", "pcm16")) in events
    assert folded(events)["text"] == "Hi"


def test_log_probabilities_are_kept_in_openais_shape():
    token = {"token": "x", "logprob": -0.1, "bytes": [120], "top_logprobs": []}
    body = chunk({"content": "x"}, "stop")
    body["choices"][0]["logprobs"] = {"content": [token]}

    assert TokenLogprobs((token,)) in stream(DIALECT, body)


@pytest.mark.parametrize("wrong", [7, "x", [1], {"a": 1}, True, [[{}]], None])
@pytest.mark.parametrize(
    "field",
    [
        "reasoning",
        "reasoning_content",
        "reasoning_details",
        "thinking_blocks",
        "tool_calls",
        "function_call",
        "refusal",
        "annotations",
        "images",
        "audio",
        "extra_content",
        "role",
    ],
)
def test_a_field_of_the_wrong_type_costs_that_field_at_most(field, wrong):
    told = folded(stream(DIALECT, chunk({"content": "Hi", field: wrong}, "stop")))

    assert told["text"] == "Hi"
    assert told["failed"] is None


@pytest.mark.parametrize("wrong", [7, "x", [1], {"a": 1}, True, None])
@pytest.mark.parametrize(
    "field", ["id", "model", "created", "usage", "x_groq", "system_fingerprint", "object", "detail"]
)
def test_a_chunks_field_of_the_wrong_type_does_not_break_it(field, wrong):
    told = folded(stream(DIALECT, chunk({"content": "Hi"}, "stop", **{field: wrong})))

    assert told["text"] == "Hi"
    assert told["failed"] is None


@pytest.mark.parametrize(
    "skeleton",
    [
        {"choices": [7, None, {"index": 0, "delta": {"content": "Hi"}}]},
        {"choices": [{"index": "0", "delta": {"content": "Hi"}, "message": 3}]},
        {"choices": {"index": 0, "delta": {"content": "Hi"}}},
        [{"choices": [{"index": 0, "delta": {"content": "Hi"}}]}],
        {"choices": [{"index": None, "delta": "Hi", "finish_reason": 3, "logprobs": 1.5}]},
        {"choices": [{"text": "Hi"}]},
    ],
)
def test_an_unusual_skeleton_is_still_read(skeleton):
    assert folded(stream(DIALECT, skeleton))["text"] == "Hi"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b'{"choices":[{"delta":{"content":"a\xff"}}]}', "a\ufffd"),
        (b'{"choices":[{"delta":{"content":"a\\ud83d"}}]}', "a?"),
        (b'{"choices":[{"delta":{"content":"a"},"score":NaN}]}', "a"),
        (b' \n{"choices":[{"delta":{"content":"a"}}]}\n', "a"),
    ],
)
def test_json_that_is_not_quite_json_is_still_read(data, text):
    events = DIALECT.decoder(ASKED).feed([Frame(data)])

    assert folded(events)["text"] == text


def test_blank_padding_before_a_whole_reply_is_skipped():
    body = b"\n \n" + json.dumps(whole({"content": "Hi"})).encode()

    assert folded(DIALECT.decode_reply(body, ASKED))["text"] == "Hi"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html><title>Hello</title></html>", Reason.NOT_AN_API),
        (b"hello", Reason.NOT_AN_API),
        (b"", Reason.NOT_AN_API),
        (b"{}", Reason.UPSTREAM),
        (b"[]", Reason.NOT_AN_API),
        (b'{"choices":[]}', Reason.UPSTREAM),
        (b'{"choices":null,"detail":"Nope"}', Reason.UPSTREAM),
    ],
)
def test_a_whole_reply_that_is_none_says_so(body, reason):
    events = DIALECT.decode_reply(body, ASKED)

    assert events[-1].reason is reason
    assert events[-1].message


def test_citations_beside_the_answer_become_notes():
    events = reply(whole({"content": "x"}, citations=["https://a.example"]))

    [note] = [event.annotation for event in events if isinstance(event, Annotated)]
    assert note["url_citation"]["url"] == "https://a.example"


def test_thinking_alone_is_delivered():
    assert ReasoningDelta("Hm") in stream(DIALECT, chunk({"reasoning": "Hm"}, "length"))
