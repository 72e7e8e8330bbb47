"""Chats that are kept: gone on with, listed, shown, found and written out."""

import asyncio
import json
import signal
import subprocess
import time

import pytest

from tapsters import open_tapster
from terminals import CTRL_D, Terminal

GOOD = b"sk-good-CANARY-7890\n"


@pytest.fixture
def chat(call, mock):
    """Words that begin a chat with the mock."""
    words = ("connections", "add", "oa", "--source", "openai", "--endpoint", f"{mock}/openai/v1")
    assert call(*words, "--key-stdin", stdin=GOOD).code == 0
    return ("chat", "-c", "oa", "-m", "echo")


def listed(call):
    return json.loads(call("chats", "list", "--json").out)


def test_what_is_said_is_kept_and_gone_on_with(call, chat):
    first = json.loads(call(*chat, "--json", "--system", "Be brief.", "one").out)
    second = call("chat", "--continue", "two")
    shown = call("chats", "show", first["chat"])

    assert second.out == "two\n"
    assert second.err == f"{first['chat'][:8]} · one\noa · echo\n"
    said = [line for line in shown.out.splitlines() if line and "·" not in line]
    assert said[1:] == ["one", "one", "two", "two"]
    assert [each["id"] for each in listed(call)] == [first["chat"]]


def test_a_chat_is_gone_on_with_by_the_beginning_of_its_id(call, chat):
    call(*chat, "one")
    older = listed(call)[0]["id"]
    call(*chat, "another")

    ran = call("chat", "--chat", older[:6], "-m", "think", "more")

    assert ran.out == "more\n"
    assert ran.err.startswith(f"{older[:8]} · one\noa · think\n")
    assert {each["id"]: each["model"] for each in listed(call)}[older] == "think"


def test_what_is_set_while_going_on_stays_set(call, chat):
    call(*chat, "--max-tokens", "50", "one")
    call("chat", "--continue", "--temperature", "0.5", "--system", "Be kind.", "two")
    call("chat", "--continue", "three")

    kept = listed(call)[0]
    assert kept["settings"] == {"max_tokens": 50, "temperature": 0.5}
    assert kept["system"] == "Be kind."


def test_nothing_is_kept_of_a_conversation_that_is_not_to_be(call, chat):
    ran = call(*chat, "--no-save", "one")

    assert (ran.out, listed(call)) == ("one\n", [])


def test_what_was_said_is_kept_though_nobody_answered_it(call, chat):
    call(*chat, "hello")
    failed = call("chat", "--continue", "mock:fault=500\nprecious")
    call("chat", "--continue", "again")

    assert failed.code == 1
    assert "What you said is kept" in failed.err
    told = call("chats", "export", listed(call)[0]["id"]).out
    assert told.count("precious") == 1
    assert told.count("again") == 2


@pytest.mark.parametrize(
    "words", [("-m", "nope/x"), ("-c", "oa", "-m", "nope", "--max-tokens", "9999999")]
)
def test_a_request_that_is_refused_keeps_what_was_said_in_a_new_chat(call, chat, words):
    failed = call("chat", *words, "precious words")

    assert failed.code != 0
    assert "What you said is kept" in failed.err
    assert "answers" not in failed.err
    (kept,) = listed(call)
    assert "precious words" in call("chats", "show", kept["id"]).out.split("\n", 1)[1]


def test_a_model_that_is_not_there_is_not_said_to_answer(call):
    failed = call("chat", "-m", "nope/x", "hi")

    assert "What you said is kept" in failed.complaint
    assert listed(call)[0]["title"] == "hi"


def test_a_chat_in_which_nothing_could_be_said_is_not_left_behind(call, chat):
    failed = call(*chat, stdin=b"word " * 2_500_000)

    assert failed.code == 2
    assert listed(call) == []
    assert call("chats", "list", "--deleted", "--json").out.strip() == "[]"


def test_a_question_without_answer_is_asked_again_or_taken_back(program, call, chat):
    call("chat", "-c", "oa", "-m", "echo", "--max-tokens", "9999999", "precious")
    words = program.command("chat", "--continue", "--max-tokens", "50")
    with Terminal(words, environment=program.environment) as terminal:
        steps = [
            ("/swipe\n", "precious\n> "),
            ("mock:fault=500\n", "/swipe asks again, /undo takes it back.\n> "),
            ("/undo\n", "Took back: mock:fault(.|\n)*> "),
        ]
        terminal.until("Ctrl-D leaves.\n> ")
        for typed, seen in steps:
            terminal.type(typed)
            terminal.until(seen)
        terminal.type(CTRL_D)
        assert terminal.leave() == 0

    window = json.loads(call("chats", "show", listed(call)[0]["id"], "--json").out)
    assert [each["message"]["parts"][0]["text"] for each in window["messages"]] == ["precious"] * 2


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
@pytest.mark.parametrize("asked", ["once", "in a conversation"])
def test_a_terminal_that_is_closed_keeps_what_came(program, call, chat, number, asked):
    said = "mock:long@500@0.01"
    words = program.command(*chat, *([said] if asked == "once" else []))
    with Terminal(words, environment=program.environment) as terminal:
        if asked != "once":
            terminal.until("Ctrl-D leaves.\n> ")
            terminal.type(f"{said}\n")
        terminal.until("w20 ")
        terminal.signal(number)
        assert terminal.leave() == 128 + number
    assert "Traceback" not in terminal.screen

    window = json.loads(call("chats", "show", listed(call)[0]["id"], "--json").out)
    answer = window["messages"][1]["message"]
    assert answer["reply"]["finish"] == "stopped"
    assert "w19 " in answer["parts"][0]["text"]


@pytest.mark.parametrize("typed", ["", "mock:long@500@0.01\n"])
def test_a_window_that_goes_away_ends_a_conversation(program, call, chat, typed):
    with Terminal(program.command(*chat), environment=program.environment) as terminal:
        terminal.until("Ctrl-D leaves.\n> ")
        terminal.type(typed)
        terminal.until("w20 " if typed else "")
        assert terminal.close() == 129

    if typed:
        (answer,) = json.loads(call("chats", "show", listed(call)[0]["id"], "--json").out)[
            "messages"
        ][1:]
        assert "w19 " in answer["message"]["parts"][0]["text"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("chat", "--continue", "hi"), 2, "no chat to go on with"),
        (("chat", "--chat", "abc", "hi"), 2, "no chat abc"),
        (("chat", "--chat", "no-id", "hi"), 2, "is no chat"),
        (("chat", "--chat", "0" * 32, "hi"), 2, "no "),
        (("chat", "--no-save", "--continue", "hi"), 2, "--no-save"),
        (("chats", "show", ""), 2, "is no chat"),
        (("chats", "export", "abc"), 2, "no chat abc"),
        (("chats", "export", "abc", "--format", "docx"), 2, "no format"),
        (("chats", "export", "abc", "x.pdf"), 2, "md, txt, json and jsonl, by the ending"),
        (("chats", "search", "x", "--role", "nobody"), 2, "nobody who speaks"),
        (("chats", "search", "x", "--since", "yesterday"), 2, "no day"),
        (("prompt",), 2, "no chat"),
        (("prompt", "--new"), 2, "--say"),
        (("prompt", "--system", "x"), 2, "--new"),
        (("prompt", "abc", "--kind", "shout"), 2, "no kind"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(call, words, code, told):
    ran = call(*words)

    assert ran.code == code
    assert told in ran.complaint


def test_an_ambiguous_id_names_those_that_fit(call, chat):
    for number in range(17):
        call(*chat, f"chat {number}")
    ids = [each["id"] for each in listed(call)]
    first = next(one for one in "0123456789abcdef" if sum(i.startswith(one) for i in ids) > 1)

    ran = call("chats", "show", first)

    assert ran.code == 2
    assert "More than one" in ran.complaint


def test_chats_are_found_by_words(call, chat):
    call(*chat, "the quick brown fox")
    call(*chat, "something else")

    found = call("chats", "search", "brown", "--role", "user", "--json")
    none = call("chats", "search", "zebra")
    odd = call("chats", "search", "\") OR 1; '--")

    hits = json.loads(found.out)
    assert [hit["role"] for hit in hits] == ["user"]
    assert "brown" in hits[0]["snippet"]["text"]
    assert "Nothing was found" in none.err
    assert odd.code in {0, 2}


def test_a_chat_is_written_in_every_form(call, chat, tmp_path):
    call(*chat, "--system", "Be brief.", "one")
    one = listed(call)[0]["id"]
    file = tmp_path / "out.jsonl"

    markdown = call("chats", "export", one)
    text = call("chats", "export", one, "--format", "txt")
    saved = call("chats", "export", one, file)
    again = call("chats", "export", one, file)
    whole = call("chats", "export", one, "--json")

    assert markdown.out == (
        "# one\n\n**system**\n\nBe brief.\n\n**user**\n\none\n\n**assistant**\n\none\n"
    )
    assert text.out == "system: Be brief.\n\nuser: one\n\nassistant: one\n"
    assert (saved.code, again.code) == (0, 2)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line.get("mes") for line in lines] == [None, "one", "one"]
    assert lines[2]["extra"]["model"] == "echo"
    assert json.loads(whole.out)["messages"][1]["parts"] == [{"type": "text", "text": "one"}]


def test_swipe_and_undo_are_steps_in_the_tree(program, call, chat):
    words = program.command(*chat)
    with Terminal(words, environment=program.environment) as terminal:
        steps = [
            ("hello\n", "hello\n> "),
            ("/swipe\n", "hello\n> "),
            ("second\n", "second\n> "),
            ("/undo\n", "Took back: second(.|\n)*> "),
            ("third\n", "third\n> "),
        ]
        terminal.until("Ctrl-D leaves.\n> ")
        for typed, seen in steps:
            terminal.type(typed)
            terminal.until(seen)
        terminal.type(CTRL_D)
        assert terminal.leave() == 0

    window = json.loads(call("chats", "show", listed(call)[0]["id"], "--json").out)
    said = [(each["message"]["parts"][0]["text"], each["swipes"]) for each in window["messages"]]
    assert said == [("hello", 1), ("hello", 2), ("third", 1), ("third", 1)]


def test_the_last_answer_goes_on_where_it_ended(program, call, chat):
    words = program.command(*chat)
    with Terminal(words, environment=program.environment) as terminal:
        terminal.until("Ctrl-D leaves.\n> ")
        terminal.type("/continue\n")
        terminal.until("There is no kept answer to go on with.(.|\n)*> ")
        terminal.type("hello\n")
        terminal.until("hello\n> ")
        terminal.type("/continue\n")
        terminal.until("\n(.|\n)*\n> ")
        terminal.type(CTRL_D)
        assert terminal.leave() == 0

    window = json.loads(call("chats", "show", listed(call)[0]["id"], "--json").out)
    (_, answer) = window["messages"]
    assert answer["message"]["editions"] == 1
    assert answer["message"]["parts"][0]["text"].startswith("hello")
    assert len(answer["message"]["parts"][0]["text"]) > len("hello")


def test_a_killed_terminal_loses_next_to_nothing(program, call, chat):
    words = program.command(*chat, "mock:long@500@0.01")
    with subprocess.Popen(  # noqa: S603  # our own interpreter
        words, env=program.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        shown = b""
        while b"w90 " not in shown:
            shown += process.stdout.read(16)
        process.send_signal(signal.SIGKILL)

    async def recovered_a_minute_later():
        async with open_tapster(program.home, clock=lambda: time.time() + 60) as tapster:
            await tapster.start_runs()

    asyncio.run(recovered_a_minute_later())
    going_on = call("chat", "--continue", "and then?")
    window = json.loads(call("chats", "show", listed(call)[0]["id"], "--json").out)
    kept = window["messages"][1]["message"]
    assert kept["reply"]["finish"] == "interrupted"
    assert "w50 " in kept["parts"][0]["text"]
    assert going_on.out == "and then?\n"


def test_an_answer_is_read_while_it_is_written_and_after_its_writer_was_killed(program, call, chat):
    words = program.command(*chat, "mock:long@2000@0.02")
    with subprocess.Popen(  # noqa: S603  # our own interpreter
        words, env=program.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        shown = b""
        while b"w60 " not in shown:
            shown += process.stdout.read(16)
        one = listed(call)[0]["id"]
        meanwhile = call("chats", "show", one).out
        process.send_signal(signal.SIGKILL)
    afterwards = [call("chats", verb, one).out for verb in ("show", "export")]

    assert "  (being written)\nw0 w1 w2 " in meanwhile
    for text in afterwards:
        assert "w20 " in text
        assert "being written" not in text


def test_the_request_a_chat_would_send_is_printed_with_the_key_covered(call, chat):
    call(*chat, "--system", "Be brief.", "--max-tokens", "50", "one")

    shown = call("prompt", "--say", "two")
    told = json.loads(call("prompt", "--say", "two", "--json").out)
    again = json.loads(call("prompt", "--json").out)

    assert shown.err.startswith("An answer to the last message would send:\n")
    assert call("prompt").err.startswith("Another answer to the last question would send:\n")
    assert shown.out.startswith("POST http://127.0.0.1")
    assert "authorization: Bearer ••••7890\n" in shown.out
    assert "CANARY" not in shown.out
    assert "4 messages, about" in shown.err
    assert [each["content"] for each in told["request"]["body"]["messages"]] == [
        *("Be brief.", "one", "one", "two")
    ]
    assert told["request"]["body"]["max_tokens"] == 50
    assert [each["content"] for each in again["request"]["body"]["messages"]] == [
        *("Be brief.", "one")
    ]
    assert len(listed(call)) == 1


def test_the_request_of_a_chat_that_is_only_thought_of_is_printed(call, chat):
    told = json.loads(
        call(*("prompt", "--new", "--say", "hi", "-c", "oa", "-m", "o3", "--json")).out
    )

    assert told["model"] == "o3"
    assert told["connection"] == "oa"
    assert listed(call) == []


def test_continuing_and_impersonating_can_be_seen(call, chat):
    call(*chat, "one")

    going_on = json.loads(call("prompt", "--kind", "continue", "--json").out)
    other_side = json.loads(call("prompt", "--kind", "impersonate", "--json").out)

    assert going_on["request"]["body"]["messages"][1] == {"role": "assistant", "content": "one"}
    assert other_side["report"]["items"][-1]["label"] == "impersonate nudge"
