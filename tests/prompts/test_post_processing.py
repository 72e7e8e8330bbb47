"""Messages reshaped for strict endpoints: who speaks when, and that no word is lost."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tapster.core.messages import (
    Image,
    Message,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    says,
)
from tapster.core.requests import ChatRequest, Tool, ToolChoice
from tapster.prompts.post_processing import MODES, PLACEHOLDER, post_process, reshape

TALK = (
    says("system", "One"),
    says("system", "Two"),
    says("assistant", "Three"),
    says("user", "Four"),
    says("user", "Five"),
    says("system", "Six"),
    says("assistant", "Seven"),
)
PICTURE = Image("data:image/png;base64,AAAA")


def lines(messages):
    return [(message.role, message.text) for message in messages]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (
            "merge",
            [
                ("system", "One\n\nTwo"),
                ("assistant", "Three"),
                ("user", "Four\n\nFive"),
                ("system", "Six"),
                ("assistant", "Seven"),
            ],
        ),
        (
            "semi",
            [
                ("system", "One\n\nTwo"),
                ("assistant", "Three"),
                ("user", "Four\n\nFive\n\nSix"),
                ("assistant", "Seven"),
            ],
        ),
        (
            "strict",
            [
                ("system", "One\n\nTwo"),
                ("user", PLACEHOLDER),
                ("assistant", "Three"),
                ("user", "Four\n\nFive\n\nSix"),
                ("assistant", "Seven"),
            ],
        ),
        ("single", [("user", "One\n\nTwo\n\nThree\n\nFour\n\nFive\n\nSix\n\nSeven")]),
    ],
)
def test_a_mode_decides_who_speaks_when(mode, expected):
    assert lines(reshape(TALK, MODES[mode])) == expected
    if mode != "single":
        assert lines(reshape(TALK, MODES[f"{mode}_tools"])) == expected


@pytest.mark.parametrize("mode", [None, "none"])
def test_without_a_mode_nothing_changes(mode):
    request = ChatRequest(model="m", messages=TALK, tools=(Tool("now"),))

    assert post_process(request, mode) == (request, ())


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ((), [("user", PLACEHOLDER)]),
        ((says("system", ""),), [("user", PLACEHOLDER)]),
        ((says("system", "S"),), [("system", "S"), ("user", PLACEHOLDER)]),
        ((says("user", "U"),), [("user", "U")]),
        ((says("assistant", "A"),), [("user", PLACEHOLDER), ("assistant", "A")]),
        ((says("system", "S"), says("developer", "D"), says("user", "U")), "merged"),
        ((says("system", "S"), says("user", "U"), says("system", "T")), "late"),
    ],
)
def test_strict_lets_the_person_begin(messages, expected):
    named = {
        "merged": [("system", "S\n\nD"), ("user", "U")],
        "late": [("system", "S"), ("user", "U\n\nT")],
    }
    wanted = named[expected] if isinstance(expected, str) else expected

    assert lines(reshape(messages, MODES["strict"])) == wanted


def test_a_speakers_name_is_said_in_words_once():
    talk = (
        Message("user", (Text("Hello"),), name="Bo"),
        Message("user", (Text("Bo: again"),), name="Bo"),
        Message("assistant", (PICTURE, Text("Look")), name="Ada"),
    )

    (person, model) = reshape(talk, MODES["merge"])

    assert person.text == "Bo: Hello\n\nBo: again"
    assert model.parts == (PICTURE, Text("Ada: Look"))
    assert (person.name, model.name) == (None, None)


def test_pictures_stay_where_they_were_between_the_words():
    talk = (
        Message("user", (Text("Before"), PICTURE)),
        Message("user", (Text("after"), Text("more"))),
    )

    (merged,) = reshape(talk, MODES["merge"])

    assert merged.parts == (Text("Before"), PICTURE, Text("after\n\nmore"))


def test_words_that_are_signed_are_not_changed():
    signed = Text("Signed.", signature="s")
    talk = (Message("assistant", (signed,)), says("assistant", "More."))

    (merged,) = reshape(talk, MODES["merge"])

    assert signed in merged.parts
    assert merged.text == "Signed.\n\nMore."


def test_signed_halves_of_a_sentence_stay_together():
    halves = (Text("Hel"), Text("lo", signature="s"))

    (only,) = reshape((Message("assistant", halves),), MODES["merge"])

    assert only.parts == halves


def test_a_begun_answer_stays_begun():
    talk = (says("user", "Count"), Message("assistant", (Text("One, two"),), prefix=True))

    for name in MODES.keys() - {"single"}:
        assert reshape(talk, MODES[name])[-1].prefix, name


def test_as_one_message_a_begun_answer_cannot_be_gone_on_with():
    talk = (says("user", "Count"), Message("assistant", (Text("One, two"),), prefix=True))

    request, notices = post_process(ChatRequest(model="m", messages=talk), "single")

    assert not request.messages[-1].prefix
    assert [notice.field for notice in notices] == ["prefix"]


CALLED = (
    says("user", "What time is it?"),
    Message("assistant", (Reasoning("hm"), Text("Let me see."), ToolCall("1", "now", "{}"))),
    Message("tool", (ToolResult("1", (Text("noon"),), name="now"),)),
    says("assistant", "Noon."),
)


@pytest.mark.parametrize("mode", ["merge_tools", "semi_tools", "strict_tools"])
def test_tools_are_kept_where_the_mode_says_so(mode):
    request = ChatRequest(model="m", messages=CALLED, tools=(Tool("now"),))

    assert post_process(request, mode) == (request, ())


@pytest.mark.parametrize("mode", ["merge", "semi", "strict"])
def test_tools_are_left_out_and_the_person_is_told(mode):
    request = ChatRequest(
        model="m", messages=CALLED, tools=(Tool("now"),), tool_choice=ToolChoice("required")
    )

    sent, notices = post_process(request, mode)

    assert (sent.tools, sent.tool_choice) == ((), None)
    assert lines(sent.messages) == [
        ("user", "What time is it?"),
        ("assistant", "Let me see."),
        ("user", "noon"),
        ("assistant", "Noon."),
    ]
    assert not [each for each in sent.messages if each.tool_calls]
    assert f"“{mode}_tools” keeps them" in notices[0].text
    assert "Calls of tools were not sent" in notices[1].text


def test_a_refusal_of_the_model_is_words_when_the_person_says_it():
    (only,) = reshape((Message("assistant", (Refusal("No."),)),), MODES["single"])

    assert only == says("user", "No.")


def opening_of(expected):
    """Return the words of the first message; who the examples are of is not known down here."""
    words = expected[0]["content"]
    return words.replace("example_user: Bo: ", "example_user: ").replace(
        "example_assistant: Ada: ", "example_assistant: "
    )


@pytest.mark.parametrize("case", ["post-01-claude-names-none", "post-05-claude-prefill"])
def test_what_follows_the_system_prompt_is_as_the_golden_cases_have_it(shared, case):
    golden = json.loads((shared / "golden" / "cases" / f"{case}.json").read_text())
    (request,) = golden["expected"]["requests"]
    given_messages = [
        Message(each["role"], (Text(each["content"]),), name=each.get("name"))
        for each in request["messages_before_conversion"]
    ]

    semi = reshape(given_messages, MODES["semi"])

    told = [{"role": each.role, "content": each.text} for each in semi]
    expected = request["body"]["messages"]
    assert told[1:] == expected[1:]
    # Of the old mode's single role for system and person, today's keep the system's.
    assert told[0] == {"role": "system", "content": opening_of(expected)}


def test_named_speakers_are_as_the_golden_case_has_them(shared):
    path = shared / "golden" / "cases" / "post-03-claude-names-completion.json"
    (request,) = json.loads(path.read_text())["expected"]["requests"]
    given_messages = [
        Message(each["role"], (Text(each["content"]),), name=each.get("name"))
        for each in request["messages_before_conversion"]
    ]

    semi = reshape(given_messages, MODES["semi"])

    expected = request["body"]["messages"]
    assert semi[0].text == opening_of(expected)
    assert [each.text for each in semi[1:]] == [each["content"] for each in expected[1:]]


WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
PARTS = st.one_of(
    st.builds(Text, WORDS),
    st.builds(Text, WORDS, signature=st.just("s")),
    st.builds(Refusal, WORDS),
    st.builds(Reasoning, WORDS),
    st.just(PICTURE),
)
MESSAGES = st.lists(
    st.one_of(
        st.builds(
            Message,
            st.sampled_from(["system", "developer", "user", "assistant"]),
            st.lists(PARTS, max_size=4).map(tuple),
            name=st.none() | WORDS,
        ),
        st.builds(
            lambda word: Message("tool", (ToolResult("1", (Text(word),)),)),
            WORDS,
        ),
    ),
    max_size=12,
)
NAMES = st.sampled_from(sorted(MODES))


def without_signatures(parts):
    return tuple(Text(part.text) if isinstance(part, Text) else part for part in parts)


def words_of(message):
    for part in message.parts:
        if isinstance(part, Text | Refusal):
            yield part.text
        elif isinstance(part, ToolResult):
            yield from (each.text for each in part.parts)


@given(MESSAGES, NAMES)
def test_no_word_is_lost_and_all_stay_in_order(messages, name):
    spoken = "".join(word for each in reshape(messages, MODES[name]) for word in words_of(each))

    place = 0
    for word in (word for each in messages for word in words_of(each)):
        place = spoken.find(word, place)
        assert place >= 0
        place += len(word)


@given(MESSAGES)
def test_after_strict_both_take_turns_and_the_person_begins(messages):
    roles = [message.role for message in reshape(messages, MODES["strict"])]

    turns = roles[1:] if roles[0] in {"system", "developer"} else roles
    assert turns == [("user", "assistant")[at % 2] for at in range(len(turns))]
    assert turns


@given(MESSAGES, NAMES)
def test_nobody_but_tools_speaks_twice_in_a_row(messages, name):
    roles = [message.role for message in reshape(messages, MODES[name])]

    for one, next_one in pairwise(roles):
        assert one != next_one or one == "tool"


@given(MESSAGES, NAMES)
def test_what_was_reshaped_stays_as_it_is(messages, name):
    plain = [structs.replace(each, parts=without_signatures(each.parts)) for each in messages]
    once = reshape(plain, MODES[name])

    assert reshape(once, MODES[name]) == once


@given(MESSAGES, NAMES)
def test_a_picture_is_sent_as_often_as_it_was_given(messages, name):
    reshaped = reshape(messages, MODES[name])

    count = sum(part == PICTURE for each in messages for part in each.parts)
    assert sum(part == PICTURE for each in reshaped for part in each.parts) == count
