"""Requests to Google, part by part, and replies its recordings do not hold."""

import json

import pytest

from exchanges import exchanges, folded, heard, stream
from tapster.core.errors import Reason, SourceError
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
from tapster.core.messages import (
    Audio,
    File,
    Image,
    Message,
    Opaque,
    Reasoning,
    Text,
    ToolCall,
    ToolResult,
    Video,
    says,
)
from tapster.core.requests import ChatRequest, ResponseFormat, Settings, Tool, ToolChoice
from tapster.dialects.google_generate import GoogleGenerate

DIALECT = GoogleGenerate()
OLD, NEW = "gemini-2.0-flash", "gemini-3-pro-preview"
HELLO = says("user", "Hello")


def asked(*messages, model=OLD, dialect=DIALECT, **more):
    request = ChatRequest(model=model, messages=messages or (HELLO,), **more)
    return dialect.encode(request)


def turns(*messages, model=OLD):
    return asked(*messages, model=model).body["contents"]


def candidate(*parts, **more):
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, **more}]}


# Where it goes


@pytest.mark.parametrize(
    ("model", "streamed", "path"),
    [
        (OLD, True, f"/models/{OLD}:streamGenerateContent?alt=sse"),
        (OLD, False, f"/models/{OLD}:generateContent"),
        (f"models/{OLD}", False, f"/models/{OLD}:generateContent"),
        (f"publishers/google/models/{OLD}", False, f"/models/{OLD}:generateContent"),
        ("tunedModels/mine", False, "/tunedModels/mine:generateContent"),
        ("../../v1/files?x=#", False, "/models/..%2F..%2Fv1%2Ffiles%3Fx%3D%23:generateContent"),
    ],
)
def test_the_model_stands_in_the_path_and_cannot_lead_out_of_it(model, streamed, path):
    assert asked(model=model, stream=streamed).path == path


# Messages


def test_leading_system_words_are_the_instruction_and_later_ones_are_said_by_the_user():
    encoded = asked(
        says("system", "Be brief."),
        says("developer", "Be kind."),
        HELLO,
        says("assistant", "Hi"),
        says("system", "Now be loud."),
        says("user", "Go"),
    )

    assert encoded.body["systemInstruction"] == {
        "parts": [{"text": "Be brief."}, {"text": "Be kind."}]
    }
    assert encoded.body["contents"] == [
        {"role": "user", "parts": [{"text": "Hello"}]},
        {"role": "model", "parts": [{"text": "Hi"}]},
        {"role": "user", "parts": [{"text": "Now be loud."}, {"text": "Go"}]},
    ]


def test_vertex_gets_a_role_on_the_instruction_too():
    encoded = asked(says("system", "S"), HELLO, dialect=GoogleGenerate(roles_required=True))

    assert encoded.body["systemInstruction"]["role"] == "user"


def test_a_request_of_system_words_alone_still_has_contents():
    encoded = asked(says("system", "Say hello."))

    assert encoded.body["contents"] == [{"role": "user", "parts": [{"text": "Say hello."}]}]
    assert "systemInstruction" not in encoded.body


def test_a_chat_the_model_opens_gets_a_user_turn_before_it_and_says_so():
    encoded = asked(says("assistant", "Welcome!"), HELLO)

    assert [turn["role"] for turn in encoded.body["contents"]] == ["user", "model", "user"]
    assert "first" in encoded.notices[0].text


def test_empty_words_are_left_out_because_google_refuses_empty_parts():
    assert turns(Message("user", (Text(""), Text("x"))), says("assistant", "")) == [
        {"role": "user", "parts": [{"text": "x"}]}
    ]


def test_files_travel_inline_or_as_an_address_with_their_media_type():
    parts = (
        Image("data:image/png;base64,QUJD"),
        Image("https://example.org/cat.webp?size=2"),
        Image("https://example.org/cat"),
        Audio(data="QUJD", format="mp3"),
        Video("https://www.youtube.com/watch?v=1"),
        File(name="a.pdf", url="https://example.org/x"),
        File(file_id="https://generativelanguage.googleapis.com/v1beta/files/abc"),
        File(name="a.txt", url="data:text/plain,a%20b"),
    )

    (turn,) = turns(Message("user", parts))

    assert turn["parts"] == [
        {"inlineData": {"mimeType": "image/png", "data": "QUJD"}},
        {
            "fileData": {
                "fileUri": "https://example.org/cat.webp?size=2",
                "mimeType": "image/webp",
            }
        },
        {"fileData": {"fileUri": "https://example.org/cat", "mimeType": "image/jpeg"}},
        {"inlineData": {"mimeType": "audio/mpeg", "data": "QUJD"}},
        {"fileData": {"fileUri": "https://www.youtube.com/watch?v=1", "mimeType": "video/mp4"}},
        {"fileData": {"fileUri": "https://example.org/x", "mimeType": "application/pdf"}},
        {"fileData": {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/abc"}},
        {"inlineData": {"mimeType": "text/plain", "data": "YSBi"}},
    ]


CALL = Message("assistant", (ToolCall(id="c1", name="look", arguments='{"at": "sky"}'),))


def test_a_tool_result_carries_the_name_of_the_call_it_answers():
    answered = Message("tool", (ToolResult("c1", (Text("blue"),)),))

    _, call, result = turns(HELLO, CALL, answered)

    assert call["parts"] == [{"functionCall": {"id": "c1", "name": "look", "args": {"at": "sky"}}}]
    assert result == {
        "role": "user",
        "parts": [
            {"functionResponse": {"id": "c1", "name": "look", "response": {"output": "blue"}}}
        ],
    }


@pytest.mark.parametrize(
    ("result", "response"),
    [
        (ToolResult("c1", (Text('{"colour": "blue"}'),)), {"colour": "blue"}),
        (ToolResult("c1", (Text("[1, 2]"),)), {"output": [1, 2]}),
        (ToolResult("c1", (Text("[1, 2"),)), {"output": "[1, 2"}),
        (ToolResult("c1", (Text("no sky"),), is_error=True), {"error": "no sky"}),
        (ToolResult("c1"), {"output": ""}),
    ],
)
def test_a_tool_result_is_an_object_as_google_wants(result, response):
    last = turns(HELLO, CALL, Message("tool", (result,)))[-1]

    assert last["parts"][0]["functionResponse"]["response"] == response


def test_results_directly_follow_their_calls_whatever_was_said_between():
    answered = Message("tool", (ToolResult("c1", (Text("blue"),)),))

    last = turns(HELLO, CALL, says("system", "Hurry."), answered)[-1]

    assert [next(iter(part)) for part in last["parts"]] == ["functionResponse", "text"]


def test_a_picture_a_tool_returned_goes_inside_its_result_from_gemini_3_on_and_beside_before():
    picture = Message("tool", (ToolResult("c1", (Image("data:image/png;base64,QUJD"),)),))
    inline = {"inlineData": {"mimeType": "image/png", "data": "QUJD"}}

    old = turns(HELLO, CALL, picture, model=OLD)[-1]["parts"]
    new = turns(HELLO, CALL, picture, model=NEW)[-1]["parts"]

    assert old[1] == inline
    assert "parts" not in old[0]["functionResponse"]
    assert new[0]["functionResponse"]["parts"] == [inline]
    assert len(new) == 1


@pytest.mark.parametrize("arguments", ["", "  "])
def test_a_call_without_arguments_has_an_empty_object(arguments):
    call = Message("assistant", (ToolCall("c1", "f", arguments),))

    assert turns(HELLO, call)[-1]["parts"][0]["functionCall"]["args"] == {}


@pytest.mark.parametrize("arguments", ["[1]", "{broken", "[" * 5000])
def test_arguments_that_are_no_object_are_wrapped_and_told(arguments):
    encoded = asked(HELLO, Message("assistant", (ToolCall("c1", "f", arguments),)))

    call = encoded.body["contents"][-1]["parts"][0]["functionCall"]
    assert call["args"] == {"input": arguments}
    assert "no JSON object" in encoded.notices[0].text


# Signatures


def test_calls_nobody_signed_get_the_sentinel_from_gemini_3_on_once_a_step():
    parallel = Message("assistant", (ToolCall("a", "f"), ToolCall("b", "f")))

    signatures = [
        [part.get("thoughtSignature") for part in turns(HELLO, parallel, model=model)[-1]["parts"]]
        for model in (OLD, NEW)
    ]

    assert signatures == [[None, None], ["skip_thought_signature_validator", None]]


def test_a_signed_call_goes_back_as_it_was_signed():
    signed = Message("assistant", (ToolCall("a", "f", signature="S"), ToolCall("b", "f")))

    parts = turns(HELLO, signed, model=NEW)[-1]["parts"]

    assert [part.get("thoughtSignature") for part in parts] == ["S", None]


@pytest.mark.parametrize("thought_first", [True, False])
def test_a_signature_that_a_router_kept_apart_finds_its_call(thought_first):
    seal = Reasoning(kind="encrypted", encrypted="S", id="a", format="google-gemini-v1")
    call = ToolCall("a", "f")
    parts = (seal, call) if thought_first else (call, seal)

    last = turns(HELLO, Message("assistant", parts), model=NEW)[-1]

    assert last["parts"] == [
        {"functionCall": {"id": "a", "name": "f", "args": {}}, "thoughtSignature": "S"}
    ]


def test_thoughts_of_another_maker_are_not_sent_to_google():
    foreign = Reasoning("Hm.", signature="S", format="anthropic-claude-v1")
    unsigned = Reasoning("Hm.")

    last = turns(HELLO, Message("assistant", (foreign, unsigned, Text("Hi"))), model=NEW)[-1]

    assert last["parts"] == [{"text": "Hi"}]


def test_a_lone_signature_comes_back_as_the_empty_part_it_was():
    seal = Reasoning(kind="encrypted", encrypted="S", format="google-gemini-v1")

    last = turns(HELLO, Message("assistant", (seal,)), model=NEW)[-1]

    assert last["parts"] == [{"text": "", "thoughtSignature": "S"}]


def test_neighbouring_model_turns_join_without_joining_their_parts():
    seal = Reasoning(kind="encrypted", encrypted="S", format="google-gemini-v1")
    signed = Message("assistant", (Text("One."), seal))

    last = turns(HELLO, signed, says("assistant", "Two."), model=NEW)[-1]

    assert last["parts"] == [{"text": "One.", "thoughtSignature": "S"}, {"text": "Two."}]


def message_of(events):
    """Return the assistant's turn as a chat keeps it: parts in the order they came."""
    parts = []
    for event in events:
        match event:
            case TextDelta(text=text):
                if parts and isinstance(parts[-1], Text):
                    parts[-1] = Text(parts[-1].text + text)
                else:
                    parts.append(Text(text))
            case ReasoningSealed(part=part) | PartAdded(part=part):
                parts.append(part)
            case ToolCallDelta(id=str(call), name=str(name)):
                parts.append(ToolCall(call, name, event.arguments, signature=event.signature))
    return Message("assistant", tuple(parts))


@pytest.mark.parametrize(
    "exchange", exchanges("gemini.generate", kind="message", feature="encrypted-reasoning")
)
def test_every_recorded_signature_goes_back_on_a_part_of_its_kind(exchange):
    events = heard(DIALECT, exchange)
    signed = [
        e.part.signature or e.part.encrypted for e in events if isinstance(e, ReasoningSealed)
    ]
    signed += [e.signature for e in events if isinstance(e, ToolCallDelta) and e.signature]
    signed += [
        e.part.value["thoughtSignature"]
        for e in events
        if isinstance(e, PartAdded)
        and isinstance(e.part, Opaque)
        and "thoughtSignature" in e.part.value
    ]
    calls = {e.signature: e.name for e in events if isinstance(e, ToolCallDelta) and e.signature}

    turn = turns(HELLO, message_of(events), model=NEW)[-1]

    back = {
        part["thoughtSignature"]: part
        for part in turn["parts"]
        if part.get("thoughtSignature", "skip_").startswith("skip_") is False
    }
    assert signed
    assert set(back) == set(signed)
    for signature, name in calls.items():
        assert back[signature]["functionCall"]["name"] == name


# Settings


def test_settings_have_googles_names():
    settings = Settings(
        temperature=0.5,
        top_p=0.9,
        top_k=40,
        max_tokens=100,
        stop=("END",),
        seed=7,
        n=2,
        frequency_penalty=0.5,
        presence_penalty=-0.5,
        top_logprobs=3,
    )

    assert asked(settings=settings).body["generationConfig"] == {
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 40,
        "maxOutputTokens": 100,
        "stopSequences": ["END"],
        "seed": 7,
        "candidateCount": 2,
        "frequencyPenalty": 0.5,
        "presencePenalty": -0.5,
        "responseLogprobs": True,
        "logprobs": 3,
    }


def test_what_was_not_chosen_is_not_sent_nor_what_changes_nothing():
    plain = asked().body
    neutral = asked(settings=Settings(n=1, presence_penalty=0, frequency_penalty=0)).body

    assert plain == neutral == {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}


def test_settings_google_does_not_have_are_told_one_by_one():
    encoded = asked(settings=Settings(min_p=0.1, verbosity="low", logit_bias={"1": 2.0}))

    assert {notice.field for notice in encoded.notices} == {"min_p", "verbosity", "logit_bias"}
    assert "generationConfig" not in encoded.body


def test_a_schema_is_sent_as_json_schema_with_its_media_type():
    schema = {"type": "object", "additionalProperties": False}

    config = asked(response_format=ResponseFormat("json_schema", schema=schema)).body

    assert config["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": schema,
    }


def test_tools_are_declared_by_json_schema_and_googles_own_stand_beside():
    tools = (
        Tool("look", "Look up", {"type": "object", "properties": {}}),
        Tool("rest"),
        Tool("google_search", raw={"type": "google_search", "google_search": {}}),
        Tool("web_search", raw={"type": "web_search"}),
    )

    encoded = asked(tools=tools)

    assert encoded.body["tools"] == [
        {
            "functionDeclarations": [
                {
                    "name": "look",
                    "description": "Look up",
                    "parametersJsonSchema": {"type": "object", "properties": {}},
                },
                {"name": "rest"},
            ]
        },
        {"googleSearch": {}},
    ]
    assert ["web_search" in notice.text for notice in encoded.notices] == [True]


@pytest.mark.parametrize(
    ("choice", "config"),
    [
        (ToolChoice("auto"), {"mode": "AUTO"}),
        (ToolChoice("none"), {"mode": "NONE"}),
        (ToolChoice("required"), {"mode": "ANY"}),
        (ToolChoice("tool", "look"), {"mode": "ANY", "allowedFunctionNames": ["look"]}),
    ],
)
def test_the_tool_choice_has_googles_modes(choice, config):
    assert asked(tool_choice=choice).body["toolConfig"] == {"functionCallingConfig": config}


def test_fields_google_knows_pass_through_merged_and_others_are_told():
    extra = {
        "generation_config": {"response_modalities": ["TEXT", "IMAGE"]},
        "thinkingConfig": {"thinkingBudget": 5},
        "safety_settings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
        "google": {"cached_content": "cachedContents/1"},
        "toolConfig": {"includeServerSideToolInvocations": True},
        "user": "me",
    }

    encoded = asked(extra=extra, settings=Settings(top_k=3), tool_choice=ToolChoice("auto"))

    assert encoded.body["generationConfig"] == {
        "topK": 3,
        "responseModalities": ["TEXT", "IMAGE"],
        "thinkingConfig": {"thinkingBudget": 5},
    }
    assert encoded.body["safetySettings"] == extra["safety_settings"]
    assert encoded.body["cachedContent"] == "cachedContents/1"
    assert encoded.body["toolConfig"] == {
        "functionCallingConfig": {"mode": "AUTO"},
        "includeServerSideToolInvocations": True,
    }
    assert [notice.field for notice in encoded.notices] == ["user"]


def test_the_dialects_safety_stands_until_the_request_brings_its_own():
    lenient = GoogleGenerate(safety=(("HARM_CATEGORY_HARASSMENT", "OFF"),))

    theirs = asked(dialect=lenient).body["safetySettings"]
    own = asked(dialect=lenient, extra={"safetySettings": []}).body["safetySettings"]

    assert theirs == [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}]
    assert own == []


# Replies


def test_thoughts_words_and_signatures_are_kept_apart():
    events = stream(
        DIALECT,
        candidate({"text": "Plan.", "thought": True, "thoughtSignature": "A"})
        | {"responseId": "r"},
        candidate({"text": "Hi"}),
        candidate({"text": "", "thoughtSignature": "B"}, finishReason="STOP"),
    )

    assert events == [
        Started(id="r"),
        ReasoningDelta("Plan."),
        ReasoningSealed(Reasoning("Plan.", signature="A", format="google-gemini-v1", index=0)),
        TextDelta("Hi"),
        ReasoningSealed(
            Reasoning(kind="encrypted", encrypted="B", format="google-gemini-v1", index=1)
        ),
        Finished("stop", raw="STOP"),
    ]


def test_the_last_usage_counts_and_output_holds_the_thoughts():
    first = {"promptTokenCount": 5, "totalTokenCount": 5}
    last = {"promptTokenCount": 5, "candidatesTokenCount": 2, "thoughtsTokenCount": 30}

    events = stream(
        DIALECT,
        candidate({"text": "Hi"}) | {"usageMetadata": first},
        candidate(finishReason="STOP") | {"usageMetadata": last},
        candidate() | {"usageMetadata": {"trafficType": "ON_DEMAND"}},
    )

    (usage,) = [event.usage for event in events if isinstance(event, UsageReported)]
    assert (usage.input, usage.output, usage.reasoning, usage.raw) == (5, 32, 30, last)


def test_several_candidates_are_told_apart_and_each_ends():
    piece = {
        "candidates": [
            {"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"},
            {"index": 1, "content": {"parts": [{"text": "b"}]}, "finishReason": "MAX_TOKENS"},
        ]
    }

    events = stream(DIALECT, piece)

    assert events[1:] == [
        TextDelta("a"),
        TextDelta("b", choice=1),
        Finished("stop", raw="STOP"),
        Finished("length", raw="MAX_TOKENS", choice=1),
    ]


def test_calls_without_ids_get_ids_that_stay_the_same_and_differ():
    piece = candidate({"functionCall": {"name": "f"}}, {"functionCall": {"name": "f"}})
    later = ChatRequest(model="x", messages=(HELLO, HELLO, HELLO))

    ids = [event.id for event in stream(DIALECT, piece) if isinstance(event, ToolCallDelta)]
    again = [event.id for event in stream(DIALECT, piece) if isinstance(event, ToolCallDelta)]
    next_turn = [
        event.id
        for event in stream(DIALECT, piece, request=later)
        if isinstance(event, ToolCallDelta)
    ]

    assert ids == again
    assert len({*ids, *next_turn}) == 4


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("CONTINUATION", "length"),
        ("SAFETY", "content_filter"),
        ("IMAGE_SAFETY", "content_filter"),
        ("ESCALATION", "content_filter"),
        ("MALFORMED_FUNCTION_CALL", "error"),
        ("MISSING_THOUGHT_SIGNATURE", "error"),
        ("SOMETHING_NEW", "stop"),
        (3, "content_filter"),
    ],
)
def test_googles_words_for_the_end_are_ours(word, reason):
    assert folded(stream(DIALECT, candidate({"text": "x"}, finishReason=word)))["finish"] == reason


def test_an_unknown_end_of_nothing_is_an_error():
    told = folded(stream(DIALECT, candidate(finishReason="SOMETHING_NEW")))

    assert (told["finish"], told["raw"]) == ("error", "SOMETHING_NEW")


def test_a_finish_reason_on_every_piece_ends_the_answer_once():
    pieces = [candidate({"text": text}, finishReason="STOP") for text in "abc"]

    told = [event for event in stream(DIALECT, *pieces) if isinstance(event, Finished)]

    assert told == [Finished("stop", raw="STOP")]


def test_a_blocked_prompt_is_a_filtered_answer_with_the_reason():
    body = b'{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}'

    events = DIALECT.decode_reply(body, ChatRequest(model="x", messages=()))

    assert events[-1] == Finished("content_filter", raw="PROHIBITED_CONTENT")


def test_an_error_in_mid_stream_ends_it_after_the_words_before():
    events = stream(
        DIALECT,
        candidate({"text": "Hel"}),
        {"error": {"message": "The model is overloaded.", "status": "UNAVAILABLE"}},
        candidate({"text": "lo"}),
    )

    assert events[1] == TextDelta("Hel")
    failed = events[-1]
    assert isinstance(failed, Failed)
    assert failed.message == "The model is overloaded."
    assert failed.status == 503
    assert failed.reason is Reason.OVERLOADED
    assert not [event for event in events if event == TextDelta("lo")]


@pytest.mark.parametrize("body", [b"<html>hello</html>", b"", b"[" * 100_000, b"17", b"{}", b"[]"])
def test_a_whole_reply_of_nonsense_is_a_failure_in_words(body):
    events = DIALECT.decode_reply(body, ChatRequest(model="x", messages=()))

    assert isinstance(events[-1], Failed)
    assert events[-1].message.endswith(".") or "JSON" in events[-1].message


def test_a_stream_cut_after_words_keeps_them_and_one_cut_before_says_so():
    after = stream(DIALECT, candidate({"text": "Hel"}))
    before = stream(DIALECT, {"candidates": [{"content": {}}]})

    assert after[-1] == Finished("stop", raw=None)
    assert isinstance(before[-1], Failed)
    assert before[-1].reason is Reason.INTERRUPTED


def test_pictures_and_sounds_are_parts_and_drafts_among_the_thoughts_are_not():
    events = stream(
        DIALECT,
        candidate(
            {"inlineData": {"mimeType": "image/png", "data": "draft"}, "thought": True},
            {"inlineData": {"mimeType": "image/png", "data": "ab-_"}, "thoughtSignature": "S"},
            {"inlineData": {"mimeType": "audio/L16;rate=24000", "data": "QUJD"}},
            finishReason="STOP",
        ),
    )

    assert [event.part for event in events if isinstance(event, PartAdded)] == [
        Image("data:image/png;base64,ab+/"),
        Audio(data="QUJD", format="pcm16"),
    ]
    picture = message_of(events)
    assert turns(HELLO, picture, model=NEW)[-1]["parts"][0]["thoughtSignature"] == "S"


def test_blocks_we_do_not_read_come_back_to_google_and_only_to_google():
    block = {"executableCode": {"language": "PYTHON", "code": "1"}, "thoughtSignature": "S"}
    events = stream(DIALECT, candidate(block, finishReason="STOP"))
    foreign = Opaque(dialect="elsewhere", value={"type": "x"})

    (part,) = [event.part for event in events if isinstance(event, PartAdded)]
    encoded = asked(HELLO, Message("assistant", (part, foreign)))

    assert encoded.body["contents"][-1]["parts"] == [block]
    assert "another provider" in encoded.notices[0].text


def test_citations_are_told_once_though_google_repeats_them():
    grounding = {"groundingChunks": [{"web": {"uri": "https://example.org"}}]}
    source = {"startIndex": 1, "endIndex": 2, "uri": "https://example.org"}
    cited = {"groundingMetadata": grounding, "citationMetadata": {"citationSources": [source]}}

    events = stream(
        DIALECT,
        candidate({"text": "a"}, groundingMetadata={}),
        candidate({"text": "b"}, **cited),
        candidate({"text": "c"}, **cited, finishReason="STOP"),
    )

    assert [event.annotation for event in events if isinstance(event, Annotated)] == [
        {"groundingMetadata": grounding},
        {"citationSource": source},
    ]


def test_log_probabilities_come_in_openais_shape():
    result = {
        "chosenCandidates": [{"token": "é", "logProbability": -0.5}],
        "topCandidates": [{"candidates": [{"token": "e", "logProbability": -1.0}]}],
    }

    events = stream(DIALECT, candidate({"text": "é"}, logprobsResult=result))

    assert [event for event in events if isinstance(event, TokenLogprobs)] == [
        TokenLogprobs(
            (
                {
                    "token": "é",
                    "logprob": -0.5,
                    "bytes": [195, 169],
                    "top_logprobs": [{"token": "e", "logprob": -1.0, "bytes": [101]}],
                },
            )
        )
    ]


def sure_of(token):
    chosen = {"token": token, "tokenId": 7, "logProbability": -0.5}
    return {"chosenCandidates": [chosen], "topCandidates": [{"candidates": [chosen]}]}


def told_of(token, choice=0):
    ranked = {"token": token, "logprob": -0.5, "bytes": list(token.encode())}
    return TokenLogprobs(({**ranked, "top_logprobs": [ranked]},), choice=choice)


def test_log_probabilities_come_piece_by_piece_after_their_text():
    events = stream(
        DIALECT,
        candidate({"text": "a"}, logprobsResult=sure_of("a")),
        candidate({"text": "b"}, logprobsResult=sure_of("b"), finishReason="STOP"),
    )

    assert events[1:] == [
        *(TextDelta("a"), told_of("a"), TextDelta("b"), told_of("b")),
        Finished("stop", raw="STOP"),
    ]


def test_log_probabilities_of_a_whole_answer_belong_to_their_choice():
    reply = {
        "candidates": [
            {
                "index": at,
                "content": {"parts": [{"text": word}]},
                "logprobsResult": sure_of(word),
                "finishReason": "STOP",
            }
            for at, word in enumerate(("a", "b"))
        ]
    }

    events = DIALECT.decode_reply(
        json.dumps(reply).encode(), ChatRequest(model="x", messages=(HELLO,))
    )

    assert [event for event in events if isinstance(event, TokenLogprobs)] == [
        told_of("a"),
        told_of("b", choice=1),
    ]


def test_a_certain_token_and_a_piece_of_a_character_have_log_probabilities_too():
    result = {"chosenCandidates": [{"token": "a"}, {"token": "\ufffd", "logProbability": -2}]}

    events = stream(DIALECT, candidate({"text": "a\ufffd"}, logprobsResult=result))

    [told] = [event for event in events if isinstance(event, TokenLogprobs)]
    assert told.content == (
        {"token": "a", "logprob": 0.0, "bytes": [97], "top_logprobs": []},
        {"token": "\ufffd", "logprob": -2, "bytes": None, "top_logprobs": []},
    )


def test_arguments_streamed_by_path_are_one_call():
    def call(**fields):
        return candidate({"functionCall": fields})

    events = stream(
        DIALECT,
        call(name="f", id="c", willContinue=True),
        call(
            partialArgs=[{"jsonPath": "$.a.b[1]", "stringValue": "x", "willContinue": True}],
            willContinue=True,
        ),
        call(partialArgs=[{"jsonPath": "$.a.b[1]", "stringValue": "y"}], willContinue=True),
        call(partialArgs=[{"jsonPath": "$['odd key']", "numberValue": 2.0}], willContinue=True),
        call(partialArgs=[{"jsonPath": "$.t", "boolValue": True}, {"jsonPath": "$.n"}]),
        candidate({"functionCall": {"name": "g", "args": {"z": 1}}}, finishReason="STOP"),
    )

    told = folded(events)
    assert [(call["name"], call["args"]) for call in told["tool_calls"]] == [
        ("f", '{"a":{"b":[null,"xy"]},"odd key":2,"t":true,"n":null}'),
        ("g", '{"z":1}'),
    ]
    assert told["finish"] == "tool_calls"


def test_a_streamed_argument_path_cannot_ask_for_endless_room():
    piece = {"jsonPath": "$.a[999999999]", "stringValue": "x"}

    told = folded(
        stream(DIALECT, candidate({"functionCall": {"name": "f", "partialArgs": [piece]}}))
    )

    assert told["tool_calls"][0]["args"] == '{"a":[]}'


@pytest.mark.parametrize(
    "piece",
    [
        {"candidates": None},
        {"candidates": ["x", {"content": "x"}]},
        {"candidates": [{"content": {"parts": [None, 3, {"text": 5}]}, "index": "x"}]},
        {"candidates": [{"content": {"parts": [{"functionCall": "f"}]}}]},
        {"usageMetadata": {"promptTokenCount": "many"}, "promptFeedback": []},
    ],
)
def test_fields_of_the_wrong_kind_break_nothing(piece):
    told = folded(stream(DIALECT, piece, candidate({"text": "Hi"}, finishReason="STOP")))

    assert told["text"] == "Hi"
    assert told["finish"] == "stop"


# Errors and lists


def test_a_wrong_key_is_told_though_google_calls_it_a_bad_request():
    body = b"""[{"error": {"code": 400, "message": "API key not valid.", "status":
        "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}}]"""

    error = DIALECT.read_error(400, {}, body)

    assert error.reason is Reason.AUTH
    assert error.message == "API key not valid."


def test_the_next_page_of_models_is_asked_for_by_its_token():
    body = b"""{"models": [{"name": "models/a", "supportedGenerationMethods": ["generateContent"],
        "inputTokenLimit": 10, "thinking": true}, {"name": "models/b",
        "supportedGenerationMethods": ["embedContent"]}], "nextPageToken": "x&y="}"""

    page = DIALECT.decode_models(body)

    assert [(model.id, model.context, model.reasoning) for model in page.models] == [
        ("a", 10, True)
    ]
    assert page.next == "pageToken=x%26y%3D"


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"data": []}', b"[]", b"[" * 100_000, b"{"])
def test_an_answer_that_is_no_model_list_is_refused_in_words(body):
    with pytest.raises(SourceError, match="Check the endpoint") as refused:
        DIALECT.decode_models(body)

    assert refused.value.reason is Reason.NOT_AN_API


def test_a_list_of_no_models_is_a_list():
    assert DIALECT.decode_models(b"{}").models == ()
