"""Requests as they go out, with the quirks of one endpoint each."""

import pytest
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)

from chat_requests import every_request
from tapster.core.messages import (
    Audio,
    CacheMark,
    File,
    Image,
    Message,
    Opaque,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    Video,
    says,
)
from tapster.core.requests import ChatRequest, ResponseFormat, Settings, Tool, ToolChoice
from tapster.dialects.openai_chat import OpenAIChat
from vendor_types import check

HELLO = (says("user", "Hi"),)
REQUESTS = every_request("gpt-6-sol")


def encoded(request, **quirks):
    return OpenAIChat(**quirks).encode(request)


def body(messages=HELLO, quirks=None, **fields):
    return encoded(ChatRequest("m", messages, **fields), **quirks or {}).body


def settings(quirks=None, **chosen):
    """Return the fields that only these settings bring, and the fields noticed as not sent."""
    plain = body(quirks=quirks)
    out = encoded(ChatRequest("m", HELLO, Settings(**chosen)), **quirks or {})
    fields = {name: value for name, value in out.body.items() if name not in plain}
    return fields, [notice.field for notice in out.notices]


@pytest.mark.parametrize("about", REQUESTS)
def test_a_request_is_one_the_vendors_types_allow(about):
    request = REQUESTS[about]
    kind = CompletionCreateParamsStreaming if request.stream else CompletionCreateParamsNonStreaming

    check(kind, OpenAIChat(never_takes=frozenset({"top_k"})).encode(request).body)


def test_nothing_is_sent_that_nobody_chose():
    assert body(stream=False) == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi"}],
        "stream": False,
    }


def test_a_stream_asks_for_its_usage_unless_the_endpoint_refuses_that():
    assert body()["stream_options"] == {"include_usage": True}
    assert "stream_options" not in body(quirks={"stream_usage": False})


def test_settings_go_out_under_the_endpoints_own_names():
    quirks = {"max_tokens_field": "max_completion_tokens", "seed_field": "random_seed"}

    fields, noticed = settings(quirks, max_tokens=5, seed=7, stop=("a", "b"), temperature=0)

    assert fields == {
        "max_completion_tokens": 5,
        "random_seed": 7,
        "stop": ["a", "b"],
        "temperature": 0,
    }
    assert noticed == []


def test_a_setting_without_a_field_is_noticed_and_not_sent():
    assert settings(top_k=5, min_p=0.1) == ({}, ["top_k", "min_p"])
    assert settings({"also_takes": frozenset({"top_k"})}, top_k=5) == ({"top_k": 5}, [])
    assert settings({"never_takes": frozenset({"seed"})}, seed=5) == ({}, ["seed"])


@pytest.mark.parametrize(
    ("effort", "chosen", "fields", "noticed"),
    [
        ("field", {"reasoning_effort": "low"}, {"reasoning_effort": "low"}, []),
        ("field", {"reasoning_tokens": 5}, {}, ["reasoning_tokens"]),
        ("object", {"reasoning_effort": "low"}, {"reasoning": {"effort": "low"}}, []),
        (
            "object",
            {"reasoning_tokens": 5, "show_reasoning": False},
            {"reasoning": {"max_tokens": 5, "exclude": True}},
            [],
        ),
        (
            "object",
            {"reasoning_tokens": 5, "reasoning_effort": "low"},
            {"reasoning": {"max_tokens": 5}},
            ["reasoning_effort"],
        ),
        (
            "thinking",
            {"reasoning_effort": "low"},
            {"thinking": {"type": "enabled"}},
            ["reasoning_effort"],
        ),
        ("thinking", {"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}, []),
        (
            "thinking_and_field",
            {"reasoning_effort": "high"},
            {"thinking": {"type": "enabled"}, "reasoning_effort": "high"},
            [],
        ),
        (
            "thinking_and_field",
            {"reasoning_effort": "none"},
            {"thinking": {"type": "disabled"}},
            [],
        ),
        ("none", {"reasoning_effort": "low"}, {}, ["reasoning_effort"]),
    ],
)
def test_effort_is_asked_for_as_the_endpoint_understands_it(effort, chosen, fields, noticed):
    assert settings({"effort": effort}, **chosen) == (fields, noticed)


def test_the_name_of_the_limit_can_follow_the_models_family():
    def limit(model):
        request = ChatRequest(model, HELLO, Settings(max_tokens=5))
        return set(encoded(request, max_tokens_field="by_family").body)

    assert "max_completion_tokens" in limit("gpt-6-sol")
    assert "max_tokens" in limit("gpt-4o")


def test_every_kind_of_part_has_its_shape():
    parts = (
        Text("Look"),
        Image("https://a.example/b.png", detail="low"),
        Audio("AAAA", "mp3"),
        Video("https://a.example/b.mp4"),
        File(name="a.pdf", url="data:application/pdf;base64,AA=="),
        File(file_id="file-1"),
        Opaque("openai-chat", {"type": "new", "x": 1}),
    )

    [message] = body((Message("user", parts),))["messages"]

    assert message["content"] == [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "https://a.example/b.png", "detail": "low"}},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
        {"type": "video_url", "video_url": {"url": "https://a.example/b.mp4"}},
        {
            "type": "file",
            "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="},
        },
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "new", "x": 1},
    ]


def test_a_block_of_another_provider_is_noticed_and_not_sent():
    message = Message("user", (Text("Hi"), Opaque("elsewhere", {"type": "x"})))

    out = encoded(ChatRequest("m", (message,)))

    assert out.body["messages"] == [{"role": "user", "content": "Hi"}]
    assert [notice.field for notice in out.notices] == ["messages"]


def test_text_alone_is_a_plain_string_unless_the_parts_must_stay():
    message = Message("user", (Text("a"), Text("b")))

    assert body((message,))["messages"][0]["content"] == "a\nb"
    assert len(body((message,), {"parts_as_text": False})["messages"][0]["content"]) == 2


def test_cache_marks_go_out_only_where_they_are_known():
    message = Message("system", (Text("Long", cache=CacheMark("1h")),))
    tool = Tool("f", cache=CacheMark())

    marked = body((message, *HELLO), {"cache_marks": True}, tools=(tool,))

    assert marked["messages"][0]["content"] == [
        {"type": "text", "text": "Long", "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    ]
    assert marked["tools"][0]["cache_control"] == {"type": "ephemeral"}
    assert body((message, *HELLO))["messages"][0]["content"] == "Long"


TOOL_TURN = Message(
    "assistant",
    (
        Reasoning("Hm", signature="s", format="anthropic-claude-v1", index=0),
        Reasoning("so"),
        Text("I ask."),
        ToolCall("a", "f", "{}", signature="g"),
    ),
)


def test_a_tool_loop_is_written_call_by_call():
    results = Message("tool", (ToolResult("a", (Text("1"),)), ToolResult("b", (Text("2"),))))

    sent = body((TOOL_TURN, results))["messages"]

    assert sent[0] == {
        "role": "assistant",
        "content": "I ask.",
        "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        ],
    }
    assert sent[1:] == [
        {"role": "tool", "tool_call_id": "a", "content": "1"},
        {"role": "tool", "tool_call_id": "b", "content": "2"},
    ]


def test_thinking_goes_back_only_as_the_endpoint_wants_it():
    def turn(mode, message=TOOL_TURN, **more):
        sent = body((message,), {"replay_reasoning": mode, **more})["messages"][0]
        return {name: sent[name] for name in sent if name.startswith("reasoning")}

    assert turn("never") == {}
    assert turn("content", reasoning_field="reasoning") == {"reasoning": "Hmso"}
    assert turn("tool_loop") == {"reasoning_content": "Hmso"}
    assert turn("tool_loop", Message("assistant", (Reasoning("Hm"), Text("x")))) == {}
    assert turn("content", says("assistant", "x"), reasoning_filler=" ") == {
        "reasoning_content": " "
    }
    assert turn("details") == {
        "reasoning_details": [
            {
                "type": "reasoning.text",
                "text": "Hm",
                "signature": "s",
                "format": "anthropic-claude-v1",
                "index": 0,
            }
        ],
        "reasoning_content": "so",
    }


def test_sealed_thinking_goes_back_as_blocks_where_a_tool_was_called():
    thoughts = (
        Reasoning("Hm", signature="s", format="anthropic-claude-v1", index=0),
        Reasoning(kind="encrypted", encrypted="x", format="anthropic-claude-v1", index=1),
        Reasoning("unsealed", format="anthropic-claude-v1"),
        Reasoning("another's", signature="g", format="google-gemini-v1"),
        Reasoning("plain"),
    )

    def turn(*parts):
        return body((Message("assistant", parts),), {"replay_reasoning": "blocks"})["messages"][0]

    called = turn(*thoughts, ToolCall("call_1", "look", "{}"))
    assert called["thinking_blocks"] == [
        {"type": "thinking", "thinking": "Hm", "signature": "s"},
        {"type": "redacted_thinking", "data": "x"},
    ]
    assert "reasoning_content" not in called
    assert "thinking_blocks" not in turn(*thoughts, Text("Said"))
    assert "thinking_blocks" not in turn(Reasoning("plain"), ToolCall("call_1", "look", "{}"))


def test_a_calls_signature_goes_back_with_it():
    [message] = body((TOOL_TURN,), {"replay_reasoning": "details"})["messages"]

    assert message["tool_calls"][0]["extra_content"] == {"google": {"thought_signature": "g"}}


@pytest.mark.parametrize(
    ("prefill", "marks", "notices"),
    [
        ("trailing", {}, 0),
        ("prefix", {"prefix": True}, 0),
        ("partial", {"partial": True}, 0),
        ("none", {}, 1),
    ],
)
def test_an_answer_to_continue_is_marked_as_the_endpoint_wants_it(prefill, marks, notices):
    last = Message("assistant", (Text("It is"),), prefix=True)

    out = encoded(ChatRequest("m", (*HELLO, last)), prefill=prefill)

    assert out.body["messages"][-1] == {"role": "assistant", "content": "It is", **marks}
    assert len(out.notices) == notices


def test_names_are_made_fit_or_left_out():
    message = Message("user", (Text("Hi"),), name="Ann <of> Kent")

    assert body((message,))["messages"][0]["name"] == "Ann_of_Kent"
    out = encoded(ChatRequest("m", (message,)), names=False)
    assert "name" not in out.body["messages"][0]
    assert out.notices


def test_refusals_and_pictures_of_the_model():
    turn = Message("assistant", (Refusal("No."), Image("data:image/png;base64,AA==")))

    out = encoded(ChatRequest("m", (turn,)))

    assert out.body["messages"] == [{"role": "assistant", "content": None, "refusal": "No."}]
    assert len(out.notices) == 1
    [sent] = body((turn,), {"replay_images": True})["messages"]
    assert sent["images"] == [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    ]


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        (ToolChoice("auto"), "auto"),
        (ToolChoice("required"), "any"),
        (ToolChoice("tool", "f"), {"type": "function", "function": {"name": "f"}}),
    ],
)
def test_a_choice_of_tools_is_sent_in_the_endpoints_words(choice, sent):
    raw = {"type": "web_search"}

    out = body(
        quirks={"required_word": "any"}, tools=(Tool("f"), Tool("w", raw=raw)), tool_choice=choice
    )

    assert out["tool_choice"] == sent
    assert out["tools"] == [{"type": "function", "function": {"name": "f"}}, raw]


def test_a_schema_for_the_answer_has_a_name():
    asked = ResponseFormat("json_schema", schema={"type": "object"}, strict=True)

    assert body(response_format=asked)["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "response", "schema": {"type": "object"}, "strict": True},
    }


def test_unknown_fields_pass_through_but_never_replace_ours():
    extra = {"x": 1, "model": "other", "stream_options": {"include_obfuscation": False}}
    message = Message("user", (Text("Hi"),), extra={"y": 2, "content": "other"})

    out = body((message,), extra=extra)

    assert (out["x"], out["model"]) == (1, "m")
    assert out["stream_options"] == {"include_usage": True, "include_obfuscation": False}
    assert out["messages"] == [{"role": "user", "content": "Hi", "y": 2}]


def test_an_endpoint_that_is_not_ours_in_kind_gets_no_unknown_fields():
    out = encoded(ChatRequest("m", HELLO, extra={"x": 1}), speaks_ours=False)

    assert "x" not in out.body
    assert [notice.field for notice in out.notices] == ["x"]


def test_a_developer_is_the_system_where_the_role_is_not_known():
    message = says("developer", "Be kind.")

    assert body((message,))["messages"][0]["role"] == "developer"
    assert body((message,), {"developer": False})["messages"][0]["role"] == "system"


def test_a_call_without_arguments_goes_out_with_an_empty_object():
    [message] = body((Message("assistant", (ToolCall("a", "f"),)),))["messages"]

    assert message["tool_calls"][0]["function"]["arguments"] == "{}"
