"""What a model says, numbered, kept and folded back into the parts of a message."""

import itertools

from hypothesis import given
from hypothesis import strategies as any_of

from tapster.chats.folding import Folded, continued
from tapster.chats.numbering import Numbering
from tapster.core.events import (
    Annotated,
    Finished,
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
from tapster.core.messages import Image, Opaque, Reasoning, Refusal, Text, ToolCall
from tapster.core.run_events import RunText, decode_events, encode_events, join_bodies
from tapster.core.usage import Usage

WORDS = any_of.text(max_size=20)
SAID = any_of.lists(
    any_of.one_of(
        WORDS.map(TextDelta),
        WORDS.map(ReasoningDelta),
        WORDS.map(RefusalDelta),
        any_of.builds(ToolCallDelta, any_of.integers(0, 2), WORDS, WORDS, WORDS),
        any_of.builds(lambda text: ReasoningSealed(Reasoning(text, signature="s")), WORDS),
        any_of.just(PartAdded(Image("https://example.org/a.png"))),
        any_of.just(Annotated({"url": "https://example.org"})),
        any_of.just(UsageReported(Usage(1, 2))),
    ),
    max_size=40,
)


def folded(batches):
    numbering, fold = Numbering(), Folded()
    for batch in batches:
        fold.hear_all(numbering.number(batch))
    return fold


def batches_of(said, cuts):
    bounds = [0, *sorted(cut % (len(said) + 1) for cut in cuts), len(said)]
    return [said[a:b] for a, b in itertools.pairwise(bounds)]


@given(SAID, any_of.lists(any_of.integers(0, 100), max_size=10))
def test_however_it_arrives_it_becomes_the_same_parts(said, cuts):
    assert folded(batches_of(said, cuts)).parts == folded([said]).parts


@given(SAID, any_of.lists(any_of.integers(0, 100), max_size=10))
def test_what_is_kept_and_read_again_is_the_same(said, cuts):
    numbering = Numbering()
    batches = [numbering.number(batch) for batch in batches_of(said, cuts)]
    batches = [batch for batch in batches if batch]

    body = join_bodies([encode_events(batch) for batch in batches] or [b"[]"])

    assert decode_events(body) == [event for batch in batches for event in batch]
    assert [event.seq for event in decode_events(body)] == list(range(1, numbering.last + 1))


@given(SAID)
def test_events_heard_twice_count_once(said):
    events = Numbering().number(said)
    fold = Folded()

    fold.hear_all(events)
    fold.hear_all(events)

    assert fold.parts == folded([said]).parts


def test_words_that_arrive_together_are_one_event():
    events = Numbering().number([TextDelta("a"), TextDelta("b"), TextDelta("c")])

    assert events == [RunText(1, "abc")]


def test_alternatives_and_probabilities_are_left_out():
    said = [TextDelta("a"), TextDelta("x", choice=1), TokenLogprobs(({},)), TextDelta("b")]

    assert folded([said]).parts == (Text("ab"),)


def test_sealed_thinking_takes_the_place_of_its_readable_words():
    said = [
        ReasoningDelta("First."),
        ReasoningDelta("Second."),
        ToolCallDelta(0, "call", "look", "{}"),
        ReasoningSealed(Reasoning("First.", signature="one")),
        ReasoningSealed(Reasoning("Second.", signature="two")),
        ToolCallDelta(0, arguments="!"),
        RefusalDelta("No."),
    ]

    assert folded([said]).parts == (
        Reasoning("First.", signature="one"),
        Reasoning("Second.", signature="two"),
        ToolCall("call", "look", "{}!"),
        Refusal("No."),
    )


def test_citations_are_kept_with_the_answer_and_go_back_to_nobody():
    parts = folded([[TextDelta("a"), Annotated({"url": "u"})]]).parts

    assert parts == (Text("a"), Opaque("annotation", {"url": "u"}))


def test_how_it_ended_is_remembered_but_is_no_event_yet():
    numbering = Numbering()

    assert numbering.number([Started(model="m"), Finished("length", "max")]) == []
    assert numbering.started == Started(model="m")
    assert numbering.finished == Finished("length", "max")


def test_a_continued_answer_grows_at_its_end_with_its_thinking_before_the_words():
    before = (Reasoning("old"), Text("Once"))
    after = (Reasoning("new"), Text(" upon"), ToolCall("1", "look"))

    assert continued(before, after) == (
        Reasoning("old"),
        Reasoning("new"),
        Text("Once upon"),
        ToolCall("1", "look"),
    )
    assert continued((), after) == after
