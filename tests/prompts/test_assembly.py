"""What goes out of a chat, and what is said of it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapster.core.errors import InvalidInput
from tapster.core.messages import Image, Message, Reasoning, Text, ToolCall, ToolResult, says
from tapster.prompts import ASSUMED_CONTEXT, Assembly, Estimate, Occasion, assemble
from turns import Said, Words

# Each message costs four tokens beside its words, and the answer is opened with three.
ROOMY = {"context": 1_000, "reply": 100}


def texts(prompt):
    return [message.text for message in prompt.messages]


def cut(prompt, why):
    return next((each for each in prompt.report.cuts if each.why == why), None)


def test_system_prompt_and_history_go_out_in_order(said, words):
    history = said("u one", "a two", "u three")

    prompt = assemble(history, Occasion(system="Be brief.", **ROOMY), count=words)

    assert prompt.messages == (
        says("system", "Be brief."),
        says("user", "one"),
        says("assistant", "two"),
        says("user", "three"),
    )
    assert prompt.report.cuts == ()


def test_the_report_names_every_part_with_its_tokens(said, words):
    prompt = assemble(said("u one two"), Occasion(system="Be brief.", **ROOMY), count=words)

    report = prompt.report
    assert [(each.label, each.tokens, each.message_id) for each in report.items] == [
        ("system prompt", 6, None),
        ("history", 6, "m1"),
    ]
    assert (report.total, report.budget, report.context, report.reply) == (12, 897, 1_000, 100)
    assert (report.estimated, report.counter, report.context_assumed) == (False, "words", False)


def test_the_newest_that_fit_go_out_whole_and_the_rest_is_counted(said, words):
    history = said("u one", "a two", "u three four", "a five", "u six")
    room = 5 + 5 + 6 + 4  # not enough for m2

    prompt = assemble(history, Occasion(context=room + 3 + 10, reply=10), count=words)

    assert texts(prompt) == ["three four", "five", "six"]
    left_out = cut(prompt, "budget")
    assert (left_out.count, left_out.tokens, left_out.message_ids) == (1, 5, ("m2",))
    assert left_out.and_older


def test_no_more_is_read_than_what_fits(words, said):
    read = []

    def history():
        for turn in said(*["u word"] * 1_000):
            read.append(turn.id)
            yield turn

    assemble(history(), Occasion(context=3 + 10 + 50, reply=10), count=words)

    assert len(read) <= 12


def test_a_caller_may_feed_windows_until_no_more_is_wanted(said, words):
    history = said(*["u word"] * 100)
    assembly = Assembly(Occasion(context=3 + 10 + 100, reply=10), words)

    windows = 0
    while assembly.feed(history[windows * 10 : windows * 10 + 10]):
        windows += 1
    prompt = assembly.finish(all_read=False)

    assert windows == 2
    assert len(prompt.messages) == 20
    assert cut(prompt, "budget").and_older


def test_a_longer_older_message_ends_the_history_even_where_a_shorter_one_would_fit(said, words):
    history = said("u tiny", "a " + "long " * 50, "u last")

    prompt = assemble(history, Occasion(context=3 + 10 + 30, reply=10), count=words)

    assert texts(prompt) == ["last"]


def test_the_users_last_message_goes_out_before_the_answers_after_it(said, words):
    history = said("u question", "a " + "old " * 10, "a " + "new " * 10)

    prompt = assemble(history, Occasion(kind="continue", prefills=True, context=43, reply=10))

    assert [message.role for message in prompt.messages] == ["user", "assistant"]
    assert prompt.messages[-1].text.startswith("new")


def test_a_last_message_that_does_not_fit_is_refused_with_the_way_out(said, words):
    with pytest.raises(InvalidInput, match="17 tokens longer than the 37 ") as refused:
        assemble(said("u " + "word " * 50), Occasion(context=50, reply=10), count=words)

    assert "Shorten" in refused.value.message


def test_a_system_prompt_that_takes_all_the_room_is_refused(said, words):
    with pytest.raises(InvalidInput, match="Shorten"):
        assemble(said("u hi"), Occasion(system="x " * 100, context=50, reply=10), count=words)


def test_an_answer_that_takes_all_the_room_is_refused(said, words):
    with pytest.raises(InvalidInput, match="max_tokens"):
        assemble(said("u hi"), Occasion(context=100, reply=100), count=words)


def test_hidden_and_blank_messages_stay_behind_and_are_named(said, words):
    history = said("u one", "a secret", "u  ", "u two", hidden=(2,))

    prompt = assemble(history, Occasion(**ROOMY), count=words)

    assert texts(prompt) == ["one", "two"]
    assert cut(prompt, "hidden").message_ids == ("m2",)
    assert cut(prompt, "empty").message_ids == ("m3",)


def test_a_begun_answer_is_marked_for_models_that_go_on_from_it(said, words):
    occasion = Occasion(kind="continue", prefills=True, **ROOMY)

    prompt = assemble(said("u tell", "a Once upon"), occasion, count=words)

    assert prompt.messages[-1] == Message("assistant", (Text("Once upon"),), prefix=True)


def test_other_models_are_asked_in_words_to_go_on(said, words):
    occasion = Occasion(kind="continue", **ROOMY)

    prompt = assemble(said("u tell", "a Once upon"), occasion, count=words)

    assert [message.role for message in prompt.messages] == ["user", "assistant", "user"]
    assert not any(message.prefix for message in prompt.messages)
    assert prompt.report.items[-1].label == "continue nudge"


def test_an_answer_that_has_no_words_yet_is_begun_anew(said, words):
    history = said("u tell", ("assistant", (Reasoning("hm"),)))

    prompt = assemble(history, Occasion(kind="continue", **ROOMY), count=words)

    assert texts(prompt) == ["tell"]


def test_there_must_be_something_to_continue(words):
    with pytest.raises(InvalidInput, match="no answer to continue"):
        assemble((), Occasion(kind="continue", **ROOMY), count=words)


def test_impersonating_asks_for_the_persons_next_message_by_name(said, words):
    occasion = Occasion(kind="impersonate", person="Mara", instruction="about the rain", **ROOMY)

    prompt = assemble(said("u hi", "a hello"), occasion, count=words)

    assert "Mara" in prompt.messages[-1].text
    assert prompt.messages[-1].text.endswith("about the rain")
    assert prompt.report.items[-1].label == "impersonate nudge"


def test_a_name_is_put_in_as_it_stands(said, words):
    occasion = Occasion(kind="impersonate", person="{person} {0}", **ROOMY)

    assert "{person} {0}" in texts(assemble(said("u hi"), occasion, count=words))[-1]


def test_a_quiet_instruction_comes_last_and_must_be_given(said, words):
    occasion = Occasion(kind="quiet", instruction="Name this chat.", **ROOMY)

    assert texts(assemble(said("u hi", "a hello"), occasion, count=words))[-1] == "Name this chat."
    with pytest.raises(InvalidInput, match="instruction"):
        assemble(said("u hi"), Occasion(kind="quiet", **ROOMY), count=words)


def test_models_are_never_left_with_nothing_or_their_own_words_to_answer(said, words):
    first = assemble((), Occasion(system="You are Sam.", **ROOMY), count=words)
    next_one = assemble(said("u hi", "a hello"), Occasion(kind="swipe", **ROOMY), count=words)

    assert [message.role for message in first.messages] == ["system", "user"]
    assert [message.role for message in next_one.messages] == ["user", "assistant", "user"]
    assert first.report.items[-1].label == next_one.report.items[-1].label == "turn nudge"


def called(*ids):
    return ("assistant", tuple(ToolCall(each, "look", "{}") for each in ids))


def result(call, text="found"):
    return ("tool", (ToolResult(call, (Text(text),)),))


def test_tool_calls_and_their_results_go_out_together_or_not_at_all(said, words):
    history = said("u ask", called("c1"), result("c1"), "a answer", "u thanks")
    whole = assemble(history, Occasion(**ROOMY), count=words)
    short = assemble(history, Occasion(context=3 + 10 + 25, reply=10), count=words)

    assert [message.role for message in whole.messages] == [
        *("user", "assistant", "tool", "assistant", "user")
    ]
    assert texts(short) == ["answer", "thanks"]
    assert cut(short, "budget").message_ids == ("m2", "m3")


def test_calls_without_result_and_results_without_call_stay_behind(said, words):
    history = said(
        *(
            "u ask",
            ("assistant", (Text("Let me see."), ToolCall("c1", "look"), ToolCall("c2", "x"))),
        ),
        *(result("c1"), result("elsewhere"), "u well?"),
    )

    prompt = assemble(history, Occasion(**ROOMY), count=words)

    assert [call.id for call in prompt.messages[1].tool_calls] == ["c1"]
    assert len(prompt.messages) == 4
    assert cut(prompt, "tool-unanswered").message_ids == ("m2",)
    assert cut(prompt, "tool-unasked").message_ids == ("m4",)


def test_a_hidden_call_takes_its_results_along(said, words):
    history = said("u ask", called("c1"), result("c1"), "u well?", hidden=(2,))

    prompt = assemble(history, Occasion(**ROOMY), count=words)

    assert texts(prompt) == ["ask", "well?"]


def test_pictures_count_a_flat_estimate_and_make_the_report_one(said, words):
    history = said(("user", (Text("see"), Image("attachment:1"), Image("x:", detail="low"))))

    report = assemble(history, Occasion(context=5_000, reply=1), count=words).report

    assert report.total == 4 + 1 + 1_100 + 85
    assert report.estimated


def test_unknown_room_is_assumed_and_said(said, words):
    report = assemble(said("u hi"), Occasion(), count=words).report

    assert (report.context, report.context_assumed) == (ASSUMED_CONTEXT, True)
    assert report.reply == 2_048


def test_where_room_is_only_assumed_the_provider_judges_the_last_message(said, words):
    history = said("u old", "u " + "word " * 40_000)

    prompt = assemble(history, Occasion(reply=20_000, system="Be brief."), count=words)

    assert len(prompt.messages) == 2
    assert prompt.report.total > prompt.report.budget
    assert cut(prompt, "budget").message_ids == ("m1",)


@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        ({"context": 4_000}, 1_000),
        ({"context": 100_000}, 2_048),
        ({"context": 100_000, "longest_reply": 512}, 512),
        ({"context": 100_000, "longest_reply": 512, "reply": 700}, 700),
    ],
)
def test_as_much_is_kept_for_the_answer_as_was_asked_or_is_usual(facts, kept):
    assert Occasion(**facts).kept_for_reply == kept


@given(
    st.lists(st.tuples(st.sampled_from("uas"), st.integers(1, 12), st.booleans()), max_size=30),
    st.integers(20, 200),
)
@settings(max_examples=200)
def test_any_history_gives_a_prompt_within_budget_without_reordering(lines, context):
    history = [
        Said(
            f"m{at}",
            {"u": "user", "a": "assistant", "s": "system"}[role],
            (Text("w " * size),),
            hidden=hidden,
        )
        for at, (role, size, hidden) in enumerate(lines)
    ][::-1]
    try:
        prompt = assemble(history, Occasion(context=context, reply=5), count=Words())
    except InvalidInput:
        return

    report = prompt.report
    sent = [item.message_id for item in report.items if item.message_id]
    chat = [turn.id for turn in reversed(history) if not turn.hidden]
    assert report.total <= report.budget
    assert sent == [each for each in chat if each in sent]
    users = [turn.id for turn in history if turn.role == "user" and not turn.hidden]
    assert not users or users[0] in sent
    assert prompt.messages[-1].role != "assistant"


def test_the_prompt_of_ten_thousand_messages_is_quick(said):
    line = "The rain had not let up since morning, and nobody spoke of the bridge. "
    history = said(*(f"{'ua'[at % 2]} {at} {line * 6}" for at in range(9_999)), "u and now?")
    count = Estimate()
    occasion = Occasion(context=200_000, reply=1_000)
    assemble(history, occasion, count=count)

    took = []
    for _ in range(5):
        began = time.perf_counter()
        prompt = assemble(history, occasion, count=count)
        took.append(time.perf_counter() - began)

    assert len(prompt.messages) > 1_000
    # Fifty milliseconds is the budget; a machine that does other things gets twenty times that.
    assert min(took) < 1
