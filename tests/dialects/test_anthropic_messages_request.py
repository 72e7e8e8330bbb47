"""How a request is written in the Messages format."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_requests import HELLO, PDF, PIXEL, SCHEMA, WEATHER, tool_loop
from tapster.core.errors import InvalidInput
from tapster.core.messages import (
    CacheMark,
    File,
    Image,
    Message,
    Opaque,
    Reasoning,
    Text,
    ToolCall,
    ToolResult,
    says,
)
from tapster.core.requests import ChatRequest, ResponseFormat, Settings, Tool, ToolChoice
from tapster.dialects.anthropic_messages import AnthropicMessages

SEAL = "anthropic-claude-v1"


def encode(messages=HELLO, model="claude-opus-4-8", dialect=None, **fields):
    fields.setdefault("settings", Settings(max_tokens=100))
    request = ChatRequest(model=model, messages=messages, **fields)
    return (dialect or AnthropicMessages()).encode(request)


def text(words, **more):
    return {"type": "text", "text": words, **more}


def test_the_version_is_a_header():
    assert encode().headers == {"anthropic-version": "2023-06-01"}


def test_a_host_that_names_the_model_in_the_address_gets_the_version_in_the_body():
    encoded = encode(dialect=AnthropicMessages(in_body_version="vertex-2023-10-16"))

    assert encoded.body["anthropic_version"] == "vertex-2023-10-16"
    assert "model" not in encoded.body
    assert encoded.headers == {}


def test_system_messages_at_the_front_are_one_string():
    body = encode((says("system", "Be kind."), says("developer", "Be brief."), *HELLO)).body

    assert body["system"] == "Be kind.\n\nBe brief."
    assert body["messages"] == [{"role": "user", "content": [text("Hello")]}]


def test_marked_system_messages_are_blocks():
    marked = Message(role="system", parts=(Text("Be kind.", cache=CacheMark("1h")),))

    body = encode((marked, *HELLO)).body

    assert body["system"] == [text("Be kind.", cache_control={"type": "ephemeral", "ttl": "1h"})]


def test_a_later_system_message_joins_the_users_turn():
    body = encode((*HELLO, says("system", "It is night."))).body

    assert body["messages"] == [{"role": "user", "content": [text("Hello"), text("It is night.")]}]


def test_a_chat_the_model_began_gets_a_user_turn_first_and_says_so():
    encoded = encode((says("assistant", "Welcome!"), says("user", "Hi")))

    assert [turn["role"] for turn in encoded.body["messages"]] == ["user", "assistant", "user"]
    assert [notice.field for notice in encoded.notices] == ["messages"]


def test_empty_text_is_dropped_and_a_prefill_ends_without_white_space():
    body = encode((*HELLO, says("user", "  "), says("assistant", "Once upon \n"))).body

    assert body["messages"] == [
        {"role": "user", "content": [text("Hello")]},
        {"role": "assistant", "content": [text("Once upon")]},
    ]


def test_tool_results_stand_first_in_the_turn_after_the_call():
    chat = (
        says("user", "Weather?"),
        Message(
            role="assistant",
            parts=(
                ToolCall("a.1", "get_weather", ""),
                ToolCall("b", "get_weather", '{"city":"X"}'),
            ),
        ),
        says("user", "Quick!"),
        Message(role="tool", parts=(ToolResult("a.1", (Text("Rain"),)),)),
        Message(role="tool", parts=(ToolResult("b", (Text("x"), Image(PIXEL)), is_error=True),)),
    )

    turns = encode(chat).body["messages"]

    assert turns[1]["content"] == [
        {"type": "tool_use", "id": "a_1", "name": "get_weather", "input": {}},
        {"type": "tool_use", "id": "b", "name": "get_weather", "input": {"city": "X"}},
    ]
    assert [block["type"] for block in turns[2]["content"]] == [
        "tool_result",
        "tool_result",
        "text",
    ]
    assert turns[2]["content"][0] == {
        "type": "tool_result",
        "tool_use_id": "a_1",
        "content": "Rain",
    }
    assert turns[2]["content"][1]["is_error"] is True
    assert [inner["type"] for inner in turns[2]["content"][1]["content"]] == ["text", "image"]


def test_arguments_that_are_no_object_are_wrapped_and_told_of():
    called = Message(role="assistant", parts=(ToolCall("a", "f", "[1"),))

    encoded = encode((*HELLO, called))

    assert encoded.body["messages"][1]["content"][0]["input"] == {"input": "[1"}
    assert len(encoded.notices) == 1


def test_thinking_of_an_open_tool_loop_goes_back_unchanged_and_in_order():
    thoughts = (
        Reasoning("Hm. ", signature="s1", format=SEAL),
        Reasoning(kind="encrypted", encrypted="xyz", format=SEAL),
        Reasoning("Foreign", signature="s2", format="google-gemini-v1"),
        Reasoning("Unsealed"),
    )

    turns = encode(tool_loop(*thoughts)).body["messages"]

    assert turns[1]["content"][:2] == [
        {"type": "thinking", "thinking": "Hm. ", "signature": "s1"},
        {"type": "redacted_thinking", "data": "xyz"},
    ]
    assert turns[1]["content"][2]["type"] == "tool_use"


def test_thinking_of_finished_turns_stays_home():
    thoughts = Reasoning("Hm.", signature="s1", format=SEAL)
    closed = (*tool_loop(thoughts), says("assistant", "Rain."), says("user", "And Rome?"))

    assert "thinking" not in json.dumps(encode(closed).body["messages"])


def test_a_loop_whose_thinking_is_lost_goes_on_without_a_thinking_budget():
    settings = Settings(max_tokens=9000, reasoning_effort="low")

    lost = encode(tool_loop(), "claude-haiku-4-5", settings=settings)
    kept = encode(
        tool_loop(Reasoning("Hm.", signature="s", format=SEAL)),
        "claude-haiku-4-5",
        settings=settings,
    )

    assert "thinking" not in lost.body
    assert [notice.field for notice in lost.notices] == ["reasoning_effort"]
    assert kept.body["thinking"]["type"] == "enabled"


def test_a_providers_own_block_goes_back_to_where_it_came_from_only():
    own = Opaque("anthropic-messages", {"type": "server_tool_use", "id": "x", "input": {}})
    foreign = Opaque("openai-responses", {"type": "web_search_call"})
    told = Message(role="assistant", parts=(own, foreign, Text("Found.")))

    encoded = encode((*HELLO, told, says("user", "More")))

    assert encoded.body["messages"][1]["content"] == [own.value, text("Found.")]
    assert len(encoded.notices) == 1


def test_pictures_and_documents_become_blocks():
    parts = (
        Image(PIXEL),
        Image("https://example.org/cat.png"),
        File(name="a.pdf", url=PDF),
        File(url="https://example.org/b.pdf"),
        File(file_id="file_1"),
        File(name="n.txt", url="data:text/plain;base64,SGVsbG8="),
        File(url="data:image/gif;base64,R0lG"),
        File(url="data:text/markdown,%23%20Hi"),
    )

    content = encode((Message(role="user", parts=parts),)).body["messages"][0]["content"]

    assert [(block["type"], block["source"]["type"]) for block in content] == [
        ("image", "base64"),
        ("image", "url"),
        ("document", "base64"),
        ("document", "url"),
        ("document", "file"),
        ("document", "text"),
        ("image", "base64"),
        ("document", "text"),
    ]
    assert content[0]["source"]["media_type"] == "image/png"
    assert content[2]["title"] == "a.pdf"
    assert content[5]["source"]["data"] == "Hello"
    assert content[7]["source"]["data"] == "# Hi"


def test_a_data_url_without_data_is_bad_input():
    with pytest.raises(InvalidInput, match="comma"):
        encode((Message(role="user", parts=(Image("data:image/png;base64"),)),))


def test_tools_and_the_choice_among_them_are_translated():
    dated = {"type": "web_search_20260209", "name": "web_search"}
    tools = (WEATHER, Tool("web_search", raw=dated), Tool("x", raw={"type": "web_search"}))

    encoded = encode(tools=tools, tool_choice=ToolChoice("required"), parallel_tool_calls=False)

    assert encoded.body["tools"][0]["input_schema"] == WEATHER.parameters
    assert encoded.body["tools"][1:] == [dated]
    assert encoded.body["tool_choice"] == {"type": "any", "disable_parallel_tool_use": True}
    assert [notice.field for notice in encoded.notices] == ["tools"]


def test_one_call_at_a_time_needs_no_choice_of_tool():
    body = encode(tools=(WEATHER,), parallel_tool_calls=False).body

    assert body["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}


def test_a_schema_is_an_output_format_beside_the_effort():
    body = encode(
        settings=Settings(max_tokens=100, reasoning_effort="low"),
        response_format=ResponseFormat("json_schema", schema=SCHEMA),
    ).body

    assert body["output_config"] == {
        "effort": "low",
        "format": {"type": "json_schema", "schema": SCHEMA},
    }


def test_of_more_than_four_cache_marks_the_last_are_kept_and_it_is_told():
    parts = tuple(Text(f"Part {place}", cache=CacheMark()) for place in range(5))
    tool = Tool("f", cache=CacheMark())

    encoded = encode((Message(role="user", parts=parts),), tools=(tool,))

    marked = ["cache_control" in block for block in encoded.body["messages"][0]["content"]]
    assert marked == [False, True, True, True, True]
    assert "cache_control" not in encoded.body["tools"][0]
    assert [notice.field for notice in encoded.notices] == ["cache"]


def test_fields_the_format_knows_pass_and_others_are_told_of():
    encoded = encode(extra={"metadata": {"user_id": "u"}, "service_tier": "auto", "user": "u"})

    assert encoded.body["metadata"] == {"user_id": "u"}
    assert encoded.body["service_tier"] == "auto"
    assert "user" not in encoded.body
    assert [notice.field for notice in encoded.notices] == ["user"]


def test_a_length_is_always_sent_and_told_of_when_nobody_chose_it():
    encoded = encode(settings=Settings(stop=("END", "\n")))

    assert encoded.body["max_tokens"] == 8192
    assert encoded.body["stop_sequences"] == ["END"]
    assert {notice.field for notice in encoded.notices} == {"max_tokens", "stop"}


PART = st.builds(Text, st.text(max_size=5)) | st.builds(
    ToolResult, st.just("c"), st.tuples(st.builds(Text, st.text(max_size=3)))
)
CHAT = st.lists(
    st.builds(
        Message,
        role=st.sampled_from(["system", "user", "assistant", "tool"]),
        parts=st.lists(PART, max_size=3).map(tuple),
    ),
    max_size=6,
)


@given(CHAT)
def test_turns_alternate_begin_with_the_user_and_hold_something(chat):
    turns = encode(tuple(chat)).body["messages"]

    assert [turn["role"] for turn in turns] == [
        "assistant" if place % 2 else "user" for place in range(len(turns))
    ]
    for turn in turns:
        kinds = [block["type"] for block in turn["content"]]
        assert kinds
        assert all(block.get("text", "x").strip() for block in turn["content"])
        if turn["role"] == "user":
            assert kinds == sorted(kinds, key=lambda kind: kind != "tool_result")
