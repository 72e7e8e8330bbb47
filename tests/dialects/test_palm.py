"""PaLM: requests of both kinds, and replies that were blocked or broken."""

import pytest

from tapster.core.errors import Reason
from tapster.core.events import Annotated, Failed, Finished, Noticed, Started, TextDelta
from tapster.core.links import Frame
from tapster.core.messages import Image, Message, Text, ToolCall, ToolResult, says
from tapster.core.requests import ChatRequest, Settings, Tool
from tapster.dialects.palm import PalmMessage, PalmText

CHAT = (
    says("system", "You are a bard."),
    Message("system", (Text("ping"),), name="example_user"),
    Message("system", (Text("pong"),), name="example_assistant"),
    says("user", "Hi"),
    says("assistant", "Hello"),
    says("user", "Sing"),
    says("system", "Loudly."),
)
ASKED = ChatRequest(model="x", messages=())


def test_a_chat_becomes_a_context_examples_and_two_authors_in_turn():
    request = ChatRequest(
        model="models/chat-bison-001",
        messages=CHAT,
        settings=Settings(temperature=0.5, top_p=0.9, top_k=40, n=2),
    )

    encoded = PalmMessage().encode(request)

    assert encoded.path == "/models/chat-bison-001:generateMessage"
    assert encoded.body == {
        "prompt": {
            "context": "You are a bard.",
            "examples": [{"input": {"content": "ping"}, "output": {"content": "pong"}}],
            "messages": [
                {"author": "0", "content": "Hi"},
                {"author": "1", "content": "Hello"},
                {"author": "0", "content": "Sing\n\nLoudly."},
            ],
        },
        "temperature": 0.5,
        "candidateCount": 2,
        "topP": 0.9,
        "topK": 40,
    }
    assert encoded.notices == ()


def test_what_palm_has_no_place_for_is_told():
    messages = (
        Message("user", (Text("Look"), Image("https://example.org/a.png"))),
        Message("assistant", (ToolCall("c", "f"),)),
        Message("tool", (ToolResult("c", (Text("found"),)),)),
        says("assistant", "So"),
    )
    request = ChatRequest(
        model="m",
        messages=messages,
        settings=Settings(max_tokens=5, stop=("x",), seed=1),
        tools=(Tool("f"),),
        extra={"user": "me"},
    )

    encoded = PalmMessage().encode(request)

    assert [m["content"] for m in encoded.body["prompt"]["messages"]] == [
        "Look\n\nfound",
        "So",
        "Continue.",
    ]
    told = [notice.field for notice in encoded.notices]
    assert sorted(told) == [
        *("max_tokens", "messages", "messages", "messages", "messages"),
        *("seed", "stop", "tools", "user"),
    ]


def test_a_request_of_system_words_alone_is_said_by_the_user():
    encoded = PalmMessage().encode(ChatRequest(model="m", messages=(says("system", "Sing"),)))

    assert encoded.body["prompt"] == {"messages": [{"author": "0", "content": "Sing"}]}


def test_text_completion_folds_the_chat_into_one_prompt_as_a_play_is_written():
    request = ChatRequest(
        model="text-bison-001",
        messages=CHAT,
        settings=Settings(max_tokens=64, stop=("User:",)),
        extra={"safety_settings": [{"category": "HARM_CATEGORY_TOXICITY"}]},
    )

    encoded = PalmText().encode(request)

    assert encoded.path == "/models/text-bison-001:generateText"
    assert encoded.body == {
        "prompt": {
            "text": "You are a bard.\nUser: ping\nAssistant: pong\nUser: Hi\nAssistant: Hello\n"
            "User: Sing\n\nLoudly.\nAssistant:"
        },
        "maxOutputTokens": 64,
        "stopSequences": ["User:"],
        "safetySettings": [{"category": "HARM_CATEGORY_TOXICITY"}],
    }


def test_text_completion_sends_a_lone_question_as_it_is_and_goes_on_from_a_started_answer():
    alone = PalmText().encode(ChatRequest(model="m", messages=(says("user", "Why?"),)))
    started = (says("user", "Why?"), says("assistant", "Because"))
    going_on = PalmText().encode(ChatRequest(model="m", messages=started))

    assert alone.body["prompt"]["text"] == "Why?"
    assert going_on.body["prompt"]["text"] == "User: Why?\nAssistant: Because"


def test_every_candidate_is_an_answer_of_its_own_with_its_citations():
    body = b"""{"candidates": [
        {"content": "a", "citationMetadata": {"citationSources": [{"uri": "u"}]}},
        {"content": "b"}]}"""

    assert PalmMessage().decode_reply(body, ASKED) == [
        Started(),
        TextDelta("a"),
        Annotated({"citationSource": {"uri": "u"}}),
        Finished("stop"),
        TextDelta("b", choice=1),
        Finished("stop", choice=1),
    ]


def test_a_blocked_answer_is_a_filtered_one_with_the_providers_words():
    body = b'{"filters": [{"reason": "SAFETY", "message": "Not this."}]}'

    assert PalmText().decode_reply(body, ASKED) == [
        Started(),
        Noticed("Not this."),
        Finished("content_filter", raw="SAFETY"),
    ]


@pytest.mark.parametrize("body", [b"{}", b"<html>", b'{"error": {"message": "No."}}'])
def test_a_reply_that_is_none_is_a_failure(body):
    (failed,) = PalmMessage().decode_reply(body, ASKED)

    assert isinstance(failed, Failed)
    assert failed.message


def test_a_reply_framed_as_a_stream_after_all_is_read_at_its_end():
    decoder = PalmMessage().decoder(ASKED)

    during = decoder.feed([Frame(b'{"candidates": [{"content": "Hi"}]}'), Frame(b"[DONE]")])

    assert during == []
    assert decoder.close() == [Started(), TextDelta("Hi"), Finished("stop")]


def test_a_retired_model_is_not_found_in_the_providers_words():
    body = b'{"error": {"code": 404, "message": "Gone.", "status": "NOT_FOUND"}}'

    error = PalmMessage().read_error(404, {}, body)

    assert (error.reason, error.message) == (Reason.NOT_FOUND, "Gone.")


def test_each_kind_lists_the_models_that_answer_to_it():
    body = b"""{"models": [
        {"name": "models/chat-bison-001", "supportedGenerationMethods": ["generateMessage"]},
        {"name": "models/text-bison-001", "supportedGenerationMethods": ["generateText"]}]}"""

    assert [model.id for model in PalmMessage().decode_models(body).models] == ["chat-bison-001"]
    assert [model.id for model in PalmText().decode_models(body).models] == ["text-bison-001"]
