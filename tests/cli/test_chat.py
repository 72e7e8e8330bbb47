"""`tapster chat`: once, piped, and as a conversation in a real terminal."""

import json

import pytest

from terminals import CTRL_C, CTRL_D, Terminal

GOOD = b"sk-good-CANARY-7890\n"


@pytest.fixture
def chat(call, mock):
    """Words that begin a chat with the mock."""
    words = ("connections", "add", "oa", "--source", "openai", "--endpoint", f"{mock}/openai/v1")
    assert call(*words, "--key-stdin", stdin=GOOD).code == 0
    return ("chat", "-c", "oa", "-m", "echo")


@pytest.mark.parametrize(
    ("words", "stdin", "heard"),
    [
        (("one", "two"), b"", "one two\n"),
        (("one", "--no-stream"), b"", "one\n"),
        ((), b"piped\n", "piped\n"),
        (("Sum up:", "-"), b"the text\n", "Sum up:\n\nthe text\n"),
        (("given",), b"not asked for", "given\n"),
    ],
)
def test_one_question_is_answered_on_standard_output(call, chat, words, stdin, heard):
    ran = call(*chat, *words, stdin=stdin)

    assert (ran.code, ran.out, ran.err) == (0, heard, "")


def test_json_holds_text_reasoning_usage_and_finish(call, chat):
    ran = call("chat", "-m", "oa/think", "--json", "hello")

    told = json.loads(ran.out)
    assert told["connection"] == "oa"
    assert told["text"] == "hello"
    assert told["finish"] == "stop"
    assert told["usage"]["output"] > 0


def test_who_answers_is_said_where_nobody_chose(call, chat, mock):
    call(
        *("connections", "add", "lm", "--source", "custom"),
        *("--endpoint", f"{mock}/compatible/v1", "--model", "echo"),
    )

    last = call("chat", "hi")
    by_model = call("chat", "-m", "oa/echo", "hi")

    assert last.err == "lm · echo (of 2 connections the one changed last; choose with -c)\n"
    assert by_model.err == "oa · echo\n"


def test_what_came_before_a_failure_is_printed_and_the_failure_said(call, chat):
    ran = call(*chat, "mock:fault=error@3\na b c d e f g h")

    assert ran.code == 1
    assert ran.out.startswith("a ")
    assert "broke off" in ran.complaint


@pytest.mark.parametrize("saved", ["--save", "--no-save"])
def test_a_refused_key_is_said_with_the_way_out(call, chat, mock, saved):
    words = ("connections", "add", "bad", "--source", "openai", "--endpoint", f"{mock}/openai/v1")
    call(*words, "--key-stdin", stdin=b"sk-wrong-CANARY-7890\n")

    ran = call("chat", "-m", "bad/echo", saved, "hi")

    assert ran.code == 1
    assert "The key was refused by the provider (401)" in ran.err
    assert "CANARY" not in ran.err


@pytest.mark.parametrize("stdin", [b"", b" \n", b"\xff\xfe", b"x" * (17 << 20)])
def test_what_cannot_be_said_is_refused(call, chat, stdin):
    ran = call(*chat, stdin=stdin)

    assert ran.code == 2
    assert ran.complaint


def test_a_very_long_prompt_arrives_whole(call, chat):
    ran = call(*chat, "--no-stream", stdin=b"word " * 60_000)

    assert ran.out == ("word " * 60_000).strip() + "\n"


def test_words_in_another_locale_arrive_as_they_were_typed(program, chat):
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    ran = program.run(*chat, "naïve".encode(), environment={**locale, "PYTHONIOENCODING": "utf-8"})

    assert ran.out == "naïve\n"


def test_a_model_that_is_missing_is_said_with_the_way_to_get_one(program):
    hidden = "import sys; sys.modules['xllamacpp'] = None; from tapster.cli import main; main()"
    command = [*program.command()[:2], hidden, "chat", "hi"]
    with Terminal(command, environment=program.environment) as terminal:
        assert terminal.leave() == 1

    assert "tapster[local]" in terminal.screen
    assert "Traceback" not in terminal.screen


def test_ctrl_c_ends_one_answer_with_130_and_leaves_what_came(program, chat):
    words = program.command(*chat, "mock:long@500@0.01")
    with Terminal(words, environment=program.environment) as terminal:
        terminal.until("w20 ")
        terminal.type(CTRL_C)

        assert terminal.leave() == 130

    assert terminal.screen.startswith("w0 w1 w2 ")
    assert "Traceback" not in terminal.screen


def test_a_conversation_knows_its_commands_and_outlives_ctrl_c_and_errors(program, chat, tmp_path):
    file = tmp_path / "saved.md"
    words = program.command(*chat, "--system", "Be brief.")
    with Terminal(words, environment=program.environment) as terminal:
        steps = [
            ("hello\n", "hello\n> "),
            ("/help\n", "/swipe(.|\n)*> "),
            ("/swipe\n", "hello\n> "),
            ("mock:fault=500\n", "\n.{10,}\n.{10,}\n> "),
            ("/undo\n", "Took back: mock:fault(.|\n)*> "),
            ("mock:long@500@0.02\n", "w9 "),
            (CTRL_C, r"\[stopped\]\n> "),
            ("/undo\n", "Took back: mock:long(.|\n)*> "),
            ("/model think\n", "oa/think\n> "),
            ("/model\n", "oa/think\n> "),
            ("/nothing\n", "There is no command /nothing(.|\n)*> "),
            (f"/save {file}\n", "Saved to (.|\n)*> "),
            (f"/save {file}\n", "exists already(.|\n)*> "),
            (CTRL_C, "leaves(.|\n)*> "),
        ]
        terminal.until("Ctrl-D leaves.\n> ")
        for typed, seen in steps:
            terminal.type(typed)
            terminal.until(seen)
        terminal.type(CTRL_D)

        assert terminal.leave() == 0

    assert file.read_text() == (
        "**system**\n\nBe brief.\n\n**user**\n\nhello\n\n**assistant**\n\nhello\n"
    )
    history = program.home / "data/chat-history"
    assert "hello" in history.read_text()
    assert history.stat().st_mode & 0o077 == 0


def test_the_text_of_a_stopped_answer_stays_in_the_conversation(program, chat, tmp_path):
    file = tmp_path / "saved.md"
    with Terminal(program.command(*chat), environment=program.environment) as terminal:
        terminal.until("\n> ")
        terminal.type("mock:long@500@0.02\n")
        terminal.until("w9 ")
        terminal.type(CTRL_C)
        terminal.until(r"\[stopped\]\n> ")
        terminal.type(f"/save {file}\n")
        terminal.until("Saved")
        terminal.until("> ")
        terminal.type("/quit\n")

        assert terminal.leave() == 0

    assert "**assistant**\n\nw0 w1 w2 " in file.read_text()


def test_answers_go_to_a_file_without_the_prompt(program, chat, tmp_path):
    file = tmp_path / "log"
    with file.open("wb") as log:
        words = program.command(*chat)
        terminal = Terminal(words, environment=program.environment, stdout=log.fileno())
    with terminal:
        terminal.until("> ")
        terminal.type("for the log\n")
        terminal.until("log\n> ")
        terminal.type("/quit\n")

        assert terminal.leave() == 0

    assert file.read_text() == "for the log\n"


def test_a_model_in_a_browser_is_said_to_be_there_and_nowhere_else(call):
    call("connections", "add", "page", "--source", "windowai")

    asked = call("chat", "-c", "page", "hi")
    checked = call("connections", "check", "page")

    assert asked.code == 1
    assert "open Tapster in a browser that has it" in asked.err
    assert checked.code == 0
    assert "Open Tapster in a browser that has it" in checked.out + checked.err


def test_a_model_in_a_browser_is_not_the_usual_one_of_a_terminal(call, chat):
    call("connections", "add", "page", "--source", "windowai")

    asked = call("chat", "hi")

    assert asked.code == 0
    assert asked.err.startswith("oa · ")
