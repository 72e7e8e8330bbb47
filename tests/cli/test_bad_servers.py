"""A server in trouble, from the terminal: one plain sentence, and the next command works."""

import pytest

from bad_servers import TROUBLES
from canned import canned


@pytest.mark.parametrize("trouble", ["dies", "half an API", "template", "grammar", "context"])
def test_it_is_said_in_a_sentence_and_another_connection_answers(call, mock, trouble):
    source, answers, told = TROUBLES[trouble]
    good = f"{mock}/compatible/v1"
    call("connections", "add", "good", "--source", "custom", "--endpoint", good, "--model", "echo")
    with canned(answers) as address:
        call("connections", "add", "bad", "--source", source, "--endpoint", address, "--model", "m")

        ran = call("chat", "-c", "bad", "Is the sky blue?")

    assert ran.code == 1
    assert told in " ".join(ran.complaint.split())
    assert "Traceback" not in ran.err
    assert call("chat", "-c", "good", "Is the sky blue?").out.strip() == "Is the sky blue?"
