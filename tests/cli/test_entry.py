"""How the program begins and ends: help, exit codes, streams that fail."""

import json
import subprocess
import sys

import pytest

from tapster.cli._reference import render_commands
from terminals import Terminal

HEAVY = ("rich", "asyncio", "aiohttp", "sqlalchemy", "cryptography", "litestar", "yaml")


def test_help_groups_the_commands_by_what_one_wants(call):
    helped = call("--help").out

    places = [helped.index(f"\n{heading}:\n") for heading in ("Talk", "For programs", "Care")]
    assert places == sorted(places)
    assert helped.index("\n  chat ") < helped.index("\n  connect ") < helped.index("\n  serve ")


def test_help_needs_nothing_heavy():
    heavy = f"[each for each in {HEAVY!r} if each in sys.modules]"
    program = f"""
import sys
from tapster.cli._entry import main
try:
    main(['--help'])
except SystemExit as left:
    assert left.code == 0
print({heavy})
"""

    ran = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert ran.stdout.endswith("[]\n")


def test_every_command_has_help_that_fits_a_narrow_terminal(call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    commands = [
        line.split("`")[1].split()[1:]
        for line in render_commands().splitlines()
        if line.startswith("## ")
    ]
    assert len(commands) > 25

    for words in commands:
        helped = call(*words, "--help")
        assert helped.code == 0
        assert helped.out.startswith("Usage: tapster "), words
        assert max(map(len, helped.out.splitlines())) <= 60, words
        assert "…" not in helped.out


@pytest.mark.parametrize("words", [("connections",), ("keys",), ("tokens",), ("proxies",)])
def test_without_a_command_the_help_is_shown_on_standard_error(call, words):
    ran = call(*words)

    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("Usage: tapster ")


def test_the_bare_name_shows_what_there_is(program):
    ran = program.run()

    assert ran.code == 2
    assert "\nTalk:\n" in ran.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("conections",), "Did you mean 'connections', 'connect'? See `tapster --help`."),
        (("connections", "ad"), "See `tapster connections --help`."),
        (("connections", "add"), "Missing argument 'NAME'."),
        (("connections", "add", "x"), "Missing option '--source'."),
        (("connections", "list", "--jsn"), "No such option: --jsn (Possible options: --json)."),
        (("chat", "hi", "--max-tokens", "many"), "'--max-tokens': it must be a whole number."),
        (("chat", "hi", "--temperature", "hot"), "'--temperature': it must be a number."),
        (("keys", "set", "x", "sk-CANARY"), "There is an argument too many (keys are never"),
        (("keys", "set", "sk-CANARYCANARYCANARYCANARY"), "no connection called '[redacted]'"),
        (("--data-dir",), "Option '--data-dir' requires an argument."),
    ],
)
def test_a_mistyped_command_is_one_line_that_names_the_help(call, words, says):
    ran = call(*words)

    assert ran.code == 2
    assert says in ran.complaint


@pytest.mark.parametrize("words", [["sources"], ["sources", "--json"], ["version"]])
def test_a_reader_that_leaves_is_no_failure(program, words):
    running = subprocess.Popen(  # noqa: S603  # our own interpreter
        program.command(*words),
        env=program.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    running.stdout.close()

    assert running.wait(30) == 0
    assert running.stderr.read() == b""
    running.stderr.close()


def test_output_that_cannot_be_written_is_said(program):
    with open("/dev/full", "wb") as full:  # noqa: PTH123  # a device
        ran = subprocess.run(  # noqa: S603  # our own interpreter
            program.command("sources"),
            env=program.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert ran.returncode == 1
    assert ran.stderr == b"tapster: The output cannot be written: No space left on device.\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_closed_stream_is_borne(program, closed):
    line = f'exec "$@" {closed}'

    ran = subprocess.run(  # noqa: S603  # our own interpreter
        ["/bin/sh", "-c", line, "sh", *program.command("connections", "list")],
        env=program.environment,
        capture_output=True,
        check=False,
    )

    assert ran.returncode == 0
    assert b"Traceback" not in ran.stderr


def test_signs_the_output_cannot_take_do_not_end_it(program):
    ran = program.run("sources", "show", "openai", environment={"PYTHONIOENCODING": "ascii"})

    assert ran.code == 0


@pytest.mark.parametrize(
    "words",
    [
        ["connections", "list"],
        ["proxies", "list"],
        ["keys", "list"],
        ["tokens", "list"],
        ["models"],
        ["sources"],
        ["doctor"],
    ],
    ids=" ".join,
)
def test_every_list_takes_json(call, words):
    listed = call(*words, "--json")

    assert isinstance(json.loads(listed.out), list)


@pytest.mark.parametrize("noun", ["proxies", "keys", "tokens"])
def test_an_empty_list_is_headings_for_a_program_and_a_sentence_for_a_person(call, noun):
    listed = call(noun, "list")

    assert listed.code == 0
    assert listed.out.count("\n") == 1
    assert listed.out.isupper()
    assert listed.err.startswith("There is no ")


def test_a_table_is_as_wide_as_the_terminal(program):
    command = program.command("sources")
    with Terminal(command, environment=program.environment, width=50) as terminal:
        assert terminal.leave() == 0

    lines = terminal.screen.splitlines()
    assert lines[0].split() == ["ID", "SOURCE", "KEY", "VARIABLE", "ENDPOINT"]
    assert max(map(len, lines)) <= 50
