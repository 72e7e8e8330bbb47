"""`tapster connect`, in a real terminal, with a person who errs and changes their mind."""

import pytest

from terminals import CTRL_C, CTRL_D, Terminal


@pytest.fixture
def guided(program):
    """Go through `tapster connect …` by steps of (what is awaited, what is typed)."""

    def go(*words, steps):
        command = program.command("connect", *words)
        with Terminal(command, environment=program.environment) as terminal:
            for awaited, typed in steps:
                terminal.until(awaited)
                terminal.type(typed)
            return terminal.leave(), terminal.screen

    return go


@pytest.fixture
def saved(call):
    """Return the lines of all saved connections and keys."""

    def look():
        listed = call("connections", "list").out + call("keys", "list").out
        lines = listed.splitlines()
        return [line for line in lines if not line.startswith(("NAME", "ID", "local"))]

    return look


def test_it_leads_from_the_source_to_a_saved_connection(saved, guided, mock):
    code, screen = guided(
        steps=[
            ("Which source", "nothing like it\n"),
            ("no such source(.|\n)*Which source", "open\n"),
            ("Which of these: OpenAI, (.|\n)*Which source", "custom\n"),
            ("Base URL", "no address\n"),
            ("write http(.|\n)*Base URL", f"{mock}/openai/v1\n"),
            ("Key", "sk-wrong-CANARY\n"),
            ("✗ The key was refused(.|\n)*Enter another key", "y\n"),
            ("Key", "sk-good-CANARY-7890\n"),
            ("✓ Ready(.|\n)*Model", "gpt\n"),
            ("models fit(.|\n)*Model", "o3\n"),
            (r"Call it \[custom\]", "my bar\n"),
        ]
    )

    assert code == 0
    assert "Saved 'my bar'." in screen
    assert "tapster chat -c my-bar" in screen
    assert "CANARY" not in screen
    connection, key = saved()
    assert connection.split("\t")[:4] == ["my bar", "custom", "o3", "…7890"]
    assert "…7890" in key


def test_it_shows_where_the_key_is_made(guided):
    _, screen = guided("claude", steps=[("Key", CTRL_C)])

    assert "https://platform.claude.com/" in screen


@pytest.mark.parametrize(
    ("at", "leave"),
    [
        ("Base URL", CTRL_C),
        ("Key", CTRL_D),
        ("Model", CTRL_C),
        ("Call it", CTRL_C),
        ("Call it", CTRL_D),
    ],
)
def test_who_leaves_in_the_middle_leaves_nothing_behind(saved, guided, mock, at, leave):
    way = [
        ("Base URL", f"{mock}/openai/v1\n"),
        ("Key", "sk-good-CANARY\n"),
        ("Model", "o3\n"),
        ("Call it", "x\n"),
    ]
    places = [awaited for awaited, _ in way]
    steps = [*way[: places.index(at)], (at, leave)]

    code, screen = guided("custom", steps=steps)

    assert code == 130
    assert saved() == []
    assert "Traceback" not in screen


def test_leaving_during_the_check_ends_it_at_once(saved, guided, mock):
    steps = [
        ("Base URL", f"{mock}/~fault=hang/openai/v1\n"),
        ("Key", "sk-good-CANARY\n"),
        ("Checking", CTRL_C),
    ]

    code, _ = guided("custom", steps=steps)

    assert code == 130
    assert saved() == []


def test_what_does_not_work_is_saved_only_if_one_wants_it(saved, guided):
    steps = [
        ("Base URL", "http://127.0.0.1:9\n"),
        ("Key", "\n"),
        ("✗ Nothing answers(.|\n)*another address", "n\n"),
    ]

    refused = guided("custom", steps=[*steps, ("all the same", "n\n")])
    before = saved()
    wanted = guided(
        "custom", steps=[*steps, ("all the same", "y\n"), ("Model", "\n"), ("Call it", "\n")]
    )

    assert refused[0] == wanted[0] == 1
    assert before == []
    assert [line.split("\t")[0] for line in saved()] == ["custom"]


def test_a_script_is_shown_the_other_way(call):
    ran = call("connect")

    assert ran.code == 2
    assert "connections add NAME --source ID --key-stdin" in ran.complaint
