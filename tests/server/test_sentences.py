"""What the server may say is found where it is said, so that it can be said in German."""

import inspect
import json
from pathlib import Path
from textwrap import dedent

import pytest

from tapster.core import errors
from tapster.server.sentences import render_sentences, sentences_in

ERRORS = Path(errors.__file__).read_text(encoding="utf-8")
KINDS = [
    kind
    for kind in vars(errors).values()
    if inspect.isclass(kind) and issubclass(kind, errors.TapsterError)
]


def sentences(code, **others):
    """Return what is found in `code`, beside our errors."""
    files = {f"app/{name}.py": dedent(text) for name, text in others.items()}
    return sentences_in({"core/errors.py": ERRORS, "app/said.py": dedent(code), **files})


@pytest.fixture(scope="module")
def every_sentence():
    return json.loads(render_sentences())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_sentence_of_every_error_is_found(kind):
    before = list(inspect.signature(kind).parameters).index("message")
    given = ", ".join(["None"] * before + ["f'Wait {error.seconds:g} s.'"])

    assert sentences(f"raise {kind.__name__}({given})") == ["Wait {{seconds}} s."]


def test_what_stands_in_a_place_is_a_sentence_of_its_own():
    found = sentences("""
        def refuse(source):
            page = f" Make one at {source.key_page}." if source.key_page else ""
            raise NotFound(f"No key yet.{page} Enter it " + _where("here"))

        def _where(name):
            return f"under {name}"
        """)

    assert found == [
        "Make one at {{key_page}}.",
        "No key yet.{{page}} Enter it {{where}}",
        "under {{name}}",
    ]


def test_one_and_many_are_two_sentences():
    found = sentences("raise NotFound(f\"{len(gone)} chat{'' if one else 's'} left.\")")

    assert found == ["{{gone}} chat left.", "{{gone}} chats left."]


def test_words_are_followed_through_tables_parameters_and_other_modules():
    found = sentences(
        """
        from tapster.app.tables import HINTS

        def refuse(why, *, hint="Try again."):
            return InvalidInput(f"It {why}. {hint} {HINTS[why]}", field="name")

        def read(value):
            raise refuse("is far too long", hint="Cut it.")
        """,
        tables='HINTS = {1: "Look here.", 2: "Look there."}',
    )

    assert found == [
        "Cut it.",
        "It {{why}}. {{hint}} {{hints}}",
        "Look here.",
        "Look there.",
        "Try again.",
        "is far too long",
    ]


def test_of_a_row_only_what_is_said_is_taken():
    found = sentences("""
        ROWS = ((("disk full", "no space"), "The disk {place} is full."),)

        def explain(error, place):
            for signs, sentence in ROWS:
                if error in signs:
                    return StoreError(sentence.format(place=place))
        """)

    assert found == ["The disk {{place}} is full."]


def test_two_values_of_one_name_are_told_apart():
    found = sentences("raise Conflict(f'{old.name} is {new.name}, not {old.name}: look again.')")

    assert found == ["{{name}} is {{name2}}, not {{name}}: look again."]


def test_what_no_person_reads_is_no_sentence():
    found = sentences("""
        def look(log, error):
            \"\"\"Look at the log.\"\"\"
            log.warning("Nothing to be seen: %s", error)
            raise NotFound(error.words, "unknown_name")
        """)

    assert found == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Ready. {{count}}, {{latency}} ms.",
        "1 model",
        "{{count}} models",
        "The key was refused by the provider{{code}}. Check it, or make a new one{{page}}.{{said}}",
        "{{host}} leads to {{address}}, which is",
        "not a public address",
        "“{{title}}” was not sent: {{to}} {{why}}.",
        "has no field for it",
        "this endpoint",
        "How freely the next word is chosen: low is predictable, high is surprising.",
        "The token needs the scope `models`.",
        (
            "The tools were not sent: the connection's post-processing “{{name}}” is for models "
            "without tools.{{hint}}"
        ),
        (
            "{{in_chat}} answers are being written in this chat already: wait for one to end, or "
            "stop one."
        ),
        "Left out, for there is no place for it yet: {{named}}{{more}}.",
        (
            "The database {{place}} is in use by another program that does not let go: close it "
            "(another Tapster, a database browser, a backup) and try again."
        ),
        (
            "The passphrase does not open the keys: check TAPSTER_VAULT_PASSPHRASE, or give the "
            "one they were locked with."
        ),
        (
            "This was asked for by a page from another address. Programs send no Origin header; "
            "pages of Tapster's own come from the address they ask. Behind a proxy, set "
            "TAPSTER_PUBLIC_URL to the address people use."
        ),
    ],
)
def test_what_the_server_says_is_found(every_sentence, sentence):
    assert sentence in every_sentence
