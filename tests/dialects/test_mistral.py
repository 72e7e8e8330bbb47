"""Mistral's differences: order of turns, ids, fields, parts, and the echoed prefix."""

import pytest

from exchanges import folded, stream
from tapster.core.messages import (
    Audio,
    File,
    Image,
    Message,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    says,
)
from tapster.core.requests import ChatRequest, Settings, Tool, ToolChoice
from tapster.dialects.mistral import Mistral
from tapster.dialects.mistral_history import fitting_id

MISTRAL = Mistral()
HELLO = says("user", "Hi")


def encoded(*messages, **fields):
    return MISTRAL.encode(ChatRequest("m", messages, **fields))


def sent(*messages):
    """Return role and content of the turns sent."""
    return [(turn["role"], turn["content"]) for turn in encoded(*messages).body["messages"]]


def ask(*call_ids):
    return Message("assistant", tuple(ToolCall(call_id, "f", "{}") for call_id in call_ids))


def answer(call_id, text="42"):
    return Message("tool", (ToolResult(call_id, (Text(text),)),))


def delta(content, finish=None):
    return {"id": "c", "choices": [{"delta": {"content": content}, "finish_reason": finish}]}


def test_fields_have_mistrals_names_and_no_others():
    settings = Settings(seed=7, max_tokens=5, logit_bias={"1": 1}, min_p=0.1)

    out = encoded(HELLO, settings=settings, extra={"safe_prompt": True, "user": "me"})

    assert out.body == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi"}],
        "stream": True,
        "max_tokens": 5,
        "random_seed": 7,
        "safe_prompt": True,
    }
    assert {notice.field for notice in out.notices} == {"user", "logit_bias", "min_p"}


def test_a_seed_below_zero_and_a_top_p_beside_no_temperature_are_not_sent():
    out = encoded(HELLO, settings=Settings(seed=-1, temperature=0, top_p=0.9))

    assert "random_seed" not in out.body
    assert "top_p" not in out.body
    assert [notice.field for notice in out.notices] == ["seed", "top_p"]


def test_a_tool_must_be_called_in_mistrals_word():
    out = encoded(HELLO, tools=(Tool("f"),), tool_choice=ToolChoice("required"))

    assert out.body["tool_choice"] == "any"


def test_system_turns_stand_in_front_as_one_and_later_ones_are_the_users():
    out = encoded(says("system", "A"), says("developer", "B"), HELLO, says("system", "C"))

    assert [(turn["role"], turn["content"]) for turn in out.body["messages"]] == [
        ("system", "A\n\nB"),
        ("user", "Hi"),
        ("user", "C"),
    ]
    assert len(out.notices) == 1


def test_empty_turns_are_left_out():
    assert sent(says("system", ""), HELLO, says("assistant", ""), says("user", "")) == [
        ("user", "Hi")
    ]


def test_foreign_ids_become_nine_letters_and_digits_in_both_places():
    _, asking, answering = encoded(HELLO, ask("call_long-id"), answer("call_long-id")).body[
        "messages"
    ]

    [call] = asking["tool_calls"]
    assert len(call["id"]) == 9
    assert call["id"].isalnum()
    assert call["id"] == answering["tool_call_id"] == fitting_id("call_long-id")
    assert asking["content"] == ""
    assert answering["name"] == "f"


def test_a_fitting_id_stays_and_others_differ():
    assert fitting_id("D681PevKs") == "D681PevKs"
    assert len({fitting_id(f"call_{number}") for number in range(1000)}) == 1000


def test_each_call_has_one_result_in_the_order_of_the_calls():
    out = encoded(HELLO, ask("a", "b", "c"), answer("c", "3"), answer("a", "1"))

    results = [turn for turn in out.body["messages"] if turn["role"] == "tool"]
    assert [turn["tool_call_id"] for turn in results] == [fitting_id(name) for name in "abc"]
    assert [turn["content"] for turn in results] == ["1", "No result.", "3"]
    assert len(out.notices) == 1


def test_a_result_without_its_call_is_left_out_and_noticed():
    out = encoded(HELLO, answer("a"))

    assert [turn["role"] for turn in out.body["messages"]] == ["user"]
    assert len(out.notices) == 1


def test_a_turn_of_the_model_stands_between_a_tool_and_the_user():
    assert sent(HELLO, ask("a"), answer("a"), says("user", "And?"))[-2:] == [
        ("assistant", "."),
        ("user", "And?"),
    ]


def test_a_last_turn_of_the_model_is_continued_only_where_that_was_asked():
    prefix = Message("assistant", (Text("It is"),), prefix=True)

    continued = encoded(HELLO, prefix).body["messages"][-1]
    followed = encoded(HELLO, says("assistant", "It is"))

    assert continued == {"role": "assistant", "content": "It is", "prefix": True}
    assert followed.body["messages"][-1] == {"role": "user", "content": "."}
    assert len(followed.notices) == 1


def test_parts_have_mistrals_shapes():
    parts = (
        Image("https://a.example/b.png"),
        Image("https://a.example/b.png", detail="low"),
        Audio("AAAA", "mp3"),
        File(name="a.pdf", url="https://a.example/a.pdf"),
        File(file_id="file-1"),
    )

    [turn] = encoded(Message("user", parts)).body["messages"]

    assert turn["content"] == [
        {"type": "image_url", "image_url": "https://a.example/b.png"},
        {"type": "image_url", "image_url": {"url": "https://a.example/b.png", "detail": "low"}},
        {"type": "input_audio", "input_audio": "AAAA"},
        {
            "type": "document_url",
            "document_url": "https://a.example/a.pdf",
            "document_name": "a.pdf",
        },
        {"type": "file", "file_id": "file-1"},
    ]


def test_a_refusal_goes_back_as_words():
    refused = Message("assistant", (Refusal("No."),))

    assert sent(HELLO, refused, HELLO)[1] == ("assistant", "No.")
    assert "refusal" not in encoded(HELLO, refused, HELLO).body["messages"][1]


CONTINUED = ChatRequest("m", (HELLO, Message("assistant", (Text("It is"),), prefix=True)))


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["It is Lima."], " Lima."),
        (["It", " is", " Lima."], " Lima."),
        (["It is", "It is"], "It is"),
        ([" Lima."], " Lima."),
        (["It was"], "It was"),
        (["It"], "It"),
        (["", "It is"], ""),
    ],
)
def test_the_repeated_prefix_is_taken_out_once(pieces, text):
    events = stream(
        MISTRAL, *(delta(piece) for piece in pieces), delta("", "stop"), request=CONTINUED
    )

    assert folded(events)["text"] == text


def test_the_repeated_prefix_is_taken_out_of_a_whole_reply():
    body = b'{"choices":[{"message":{"content":"It is Lima."},"finish_reason":"stop"}]}'

    assert folded(MISTRAL.decode_reply(body, CONTINUED))["text"] == " Lima."
    assert folded(MISTRAL.decode_reply(body, ChatRequest("m", (HELLO,))))["text"] == "It is Lima."
