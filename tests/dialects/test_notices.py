"""What a person is told of a request that could not go out as it was."""

import pytest

from tapster.core.messages import Audio, Message, Opaque, Text, ToolCall
from tapster.core.requests import Settings, Tool
from tapster.dialects.call_arguments import arguments_of
from tapster.dialects.notices import Notices
from tapster.dialects.openings import first_turn


def test_a_matter_is_told_once_with_what_was_not_sent_and_who_would_not_take_it():
    notices = Notices("Ollama")

    for _ in range(2):
        notices.omit_tool(Tool("web", raw={"type": "web"}))
        notices.omit_part(Audio("QUJD", "wav"))
        notices.omit_part(Opaque("x", {}))
        notices.omit_name(Message("user", (), name="Ann"))
        notices.omit_fields(["user"])

    assert [notice.text for notice in notices.told()] == [
        "The tool “web” was not sent: Ollama does not know its kind.",
        "A sound was not sent: Ollama has no place for it there.",
        "A block of another provider was not sent: Ollama has no place for it there.",
        "The speakers' names were not sent: Ollama has no field for them.",
        "“user” was not sent: Ollama has no field for it.",
    ]


def test_settings_that_ask_for_nothing_are_passed_over():
    notices = Notices("this endpoint")
    neutral = Settings(top_k=0, n=1, logprobs=False, stop=(), logit_bias={}, temperature=0.5)

    notices.omit_settings(neutral, frozenset({"temperature"}))

    assert notices.told() == ()


def test_settings_that_ask_for_something_are_told_of_even_when_they_switch_off():
    notices = Notices("this endpoint")

    notices.omit_settings(Settings(n=2, show_reasoning=False, top_p=0.5), frozenset())

    assert {notice.field for notice in notices.told()} == {"n", "show_reasoning", "top_p"}


@pytest.mark.parametrize(
    ("arguments", "given", "told"),
    [
        ('{"a": 1}', {"a": 1}, 0),
        ("", {}, 0),
        ("[1]", {"input": "[1]"}, 1),
        ("{broken", {"input": "{broken"}, 1),
    ],
)
def test_arguments_that_are_no_object_become_the_field_of_one(arguments, given, told):
    notices = Notices("Ollama")

    assert arguments_of(ToolCall("c", "f", arguments), notices) == given
    assert len(notices.told()) == told


@pytest.mark.parametrize(
    ("roles", "place"),
    [((), 0), (("user",), 0), (("system", "developer", "user", "system"), 2), (("system",), 1)],
)
def test_the_opening_ends_where_somebody_speaks(roles, place):
    assert first_turn([Message(role, (Text("x"),)) for role in roles]) == place
