"""The log: as text or JSON, with the request it belongs to, without keys."""

import json
import logging

import pytest

from tapster.cli._logging import keep_log
from tapster.core.request_ids import REQUEST_ID
from tapsters import config_in


@pytest.fixture
def in_a_request():
    token = REQUEST_ID.set("r-1")
    yield
    REQUEST_ID.reset(token)


def log_of(capsys, tmp_path, **more):
    keep_log(config_in(tmp_path, **more), serving=True)
    try:
        int("sk-live-0123456789abcdefghij")
    except ValueError:
        logging.getLogger("tapster.chats.recovery").exception(
            "It used sk-live-0123456789abcdefghij"
        )
    return capsys.readouterr().err


def test_json_lines_name_the_request_and_hold_no_key(capsys, tmp_path, in_a_request):
    said = log_of(capsys, tmp_path, log_format="json")

    line = json.loads(said)
    assert line["request"] == "r-1"
    assert line["level"] == "error"
    assert line["logger"] == "tapster.chats.recovery"
    assert "[redacted]" in line["message"]
    assert "sk-live" not in said


def test_text_lines_name_the_request(capsys, tmp_path, in_a_request):
    said = log_of(capsys, tmp_path)

    assert "[r-1]" in said
    assert " ERROR tapster.chats.recovery: It used [redacted]" in said
    assert "sk-live" not in said


def test_outside_of_a_request_none_is_named(capsys, tmp_path):
    assert "request" not in json.loads(log_of(capsys, tmp_path, log_format="json"))
